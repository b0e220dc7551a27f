//! Sentences whose numbers know their records.

use crate::{
    number,
    table::{Figure, Measure},
};

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// Words.
    Text(String),
    /// A number with its records.
    Figure(Figure),
    /// An average with what it was worked out of.
    Measure(Measure),
}

/// Words and numbers one after another. Two texts never stand side by side, and none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose(Vec<Run>);

impl Prose {
    /// Its pieces, in order.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.0
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As it is read: numbers are digits in groups.
    #[must_use]
    pub fn plain(&self) -> String {
        self.0
            .iter()
            .map(|run| match run {
                Run::Text(text) => text.clone(),
                Run::Figure(figure) => number::grouped(figure.value),
                Run::Measure(measure) => measure.shown(),
            })
            .collect()
    }

    /// Adds what follows.
    pub fn push(&mut self, more: impl Into<Self>) {
        for run in more.into().0 {
            match (self.0.last_mut(), run) {
                (_, Run::Text(text)) if text.is_empty() => {}
                (Some(Run::Text(before)), Run::Text(text)) => before.push_str(&text),
                (_, run) => self.0.push(run),
            }
        }
    }
}

impl From<String> for Prose {
    fn from(text: String) -> Self {
        Self(if text.is_empty() { Vec::new() } else { vec![Run::Text(text)] })
    }
}

impl From<&str> for Prose {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Figure> for Prose {
    fn from(figure: Figure) -> Self {
        Self(vec![Run::Figure(figure)])
    }
}

impl From<Measure> for Prose {
    fn from(measure: Measure) -> Self {
        Self(vec![Run::Measure(measure)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_run_together_and_numbers_stay() {
        let figure = Figure { value: 4_812, query: serde_json::json!({}), href: None };
        let mut prose = Prose::from("報告は ");
        prose.push("");
        prose.push(figure.clone());
        prose.push(" 件");
        prose.push("でした。");
        assert_eq!(prose.runs(), [Run::Text("報告は ".into()), Run::Figure(figure), Run::Text(" 件でした。".into())]);
        assert_eq!(prose.plain(), "報告は 4,812 件でした。");
        assert!(Prose::from("").is_empty());
    }
}
