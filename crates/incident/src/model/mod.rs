//! The incident desk's types and rules. Nothing here reads or writes.

mod category;
mod domain;
mod incident;
pub mod joining;
mod scheme;

pub use category::Category;
pub use domain::registered;
pub use incident::{Asked, Incident, Number, State, Target, TargetKind};
pub use scheme::{DomainUnit, IncidentUnit, NoScheme, ReportRule, Scheme, schemes};
