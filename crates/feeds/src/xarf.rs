//! X-ARF, the format of network abuse reports: version 4 in JSON, and the versions before it ([`legacy`]).
//!
//! Source of the shape: the X-ARF v4 specification and its schemas. A report is taken when it holds every field that its category
//! and type require; what it holds beyond that is kept beside.

mod finding;
mod kind;
pub mod legacy;
mod report;
mod requirement;

pub use report::{Entry, Evidence, MOST_EVIDENCE, MOST_REPORT_BYTES, Party, Report, Reports, read};
