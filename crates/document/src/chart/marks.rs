use std::ops::Range;

/// Words at one point of one series.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Note {
    pub(crate) series: usize,
    pub(crate) point: usize,
    pub(crate) text: String,
}

/// A stretch of points that is shaded, with its words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Span {
    pub(crate) points: Range<usize>,
    pub(crate) text: String,
}
