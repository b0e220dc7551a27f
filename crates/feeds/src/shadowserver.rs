//! Shadowserver's daily reports: CSV with a header, one reported system per row, times in UTC.
//!
//! Source of the shape: the report schemas that the Shadowserver Foundation publishes. Reports of every type are read by the same code:
//! the header says which column holds what ([`ShadowserverReader`]), the type in the file's name what kind of thing it is
//! ([`ReportType`]). A type that is not known yet is read all the same; its kind is then told by its name's words, or by the columns. A
//! newer schema file of Shadowserver's ([`Schema`]) tells of types and columns beyond those that are known here.

mod columns;
mod kind;
mod reader;
mod report;
mod schema;

pub use reader::ShadowserverReader;
pub use report::ReportType;
pub use schema::Schema;
