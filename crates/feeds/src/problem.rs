//! Why a row could not be used: what, where, and what to do.

use noroshi_kernel::{language::Bilingual, reason::Reason};

/// What is wrong with one row of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", self.place().en)]
pub struct Problem {
    /// The physical line at which the row begins, from 1.
    pub line: u64,
    /// The column (field) in which it is, from 1; `None` when it is about the whole row.
    pub column: Option<usize>,
    /// What is wrong and what to do about it.
    pub reason: Reason,
}

impl Problem {
    /// The place as people are told: `line 7, column 2`, or `line 7`.
    #[must_use]
    pub fn place(&self) -> Bilingual {
        let line = self.line;
        match self.column {
            Some(column) => Bilingual::new(format!("{line} 行目 {column} 列目"), format!("line {line}, column {column}")),
            None => Bilingual::new(format!("{line} 行目"), format!("line {line}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told() {
        let problem = Problem { line: 7, column: Some(2), reason: Reason::new("url-empty", "URL が空です", "the URL is empty") };
        assert_eq!(problem.place(), Bilingual::new("7 行目 2 列目", "line 7, column 2"));
        assert_eq!(problem.to_string(), "line 7, column 2: the URL is empty");
        assert_eq!(Problem { column: None, ..problem }.place(), Bilingual::new("7 行目", "line 7"));
    }
}
