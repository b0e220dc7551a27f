//! Printing: what becomes a PDF or a PNG, and who can do it.
//!
//! The press itself is heavy and stands in a crate of its own; the binary puts it in. [`sheets`] is all that it needs of a document, and
//! [`svg::printed`](crate::svg::printed) of a picture.

use crate::{model::Document, typst};
use noroshi_kernel::reason::Reason;
use std::collections::BTreeMap;

/// Typst source and the pictures that it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheets {
    /// The source; it sets no font.
    pub source: String,
    /// The pictures by their names.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Whoever can print.
pub trait Press: Send + Sync {
    /// Prints a PDF: the same bytes for the same sheets.
    ///
    /// # Errors
    /// A [`Reason`] when there is no font for Japanese, or when it is too much.
    fn pdf(&self, sheets: Sheets) -> Result<Vec<u8>, Reason>;

    /// Paints a PNG of an SVG, twice as large as it is.
    ///
    /// # Errors
    /// As [`pdf`](Self::pdf).
    fn png(&self, svg: &str) -> Result<Vec<u8>, Reason>;
}

/// Lays a document out on sheets of A4. Links to records are relative to `base`, the platform's address; without one they are left out.
#[must_use]
pub fn sheets(document: &Document, base: Option<&str>) -> Sheets {
    typst::sheets(document, base)
}
