//! The periodic reports: which tables and charts, from which desks, in which words.
//!
//! A report is a pure function of the records of a period: every number in it stands beside the query that finds exactly the
//! records it counts. A report whose parts do not add up to their totals is not made; the error names the place.
//!
//! To add a report: a module with a function that takes figures and gives a [`Document`](noroshi_document::Document), its words
//! in `locales/ja` and `locales/en`, and a check of its sums.

mod error;
pub mod graph;
pub mod incident;
pub mod observation;
pub mod page;
mod words;

pub use error::ReportingError;
pub use words::Words;
