//! Why a row could not be used: what, where, and what to do.

/// What is wrong with one row of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", self.place())]
pub struct Problem {
    /// The physical line at which the row begins, from 1.
    pub line: u64,
    /// The column (field) in which it is, from 1; `None` when it is about the whole row.
    pub column: Option<usize>,
    /// What is wrong and what to do about it.
    pub reason: String,
}

impl Problem {
    /// The place as people are told: `line 7, column 2`, or `line 7`.
    #[must_use]
    pub fn place(&self) -> String {
        match self.column {
            Some(column) => format!("line {}, column {column}", self.line),
            None => format!("line {}", self.line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told() {
        let problem = Problem { line: 7, column: Some(2), reason: "the URL is empty".into() };
        assert_eq!(problem.place(), "line 7, column 2");
        assert_eq!(problem.to_string(), "line 7, column 2: the URL is empty");
        assert_eq!(Problem { column: None, ..problem }.place(), "line 7");
    }
}
