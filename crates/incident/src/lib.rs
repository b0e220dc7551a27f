//! The incident desk: reports become incidents, incidents are coordinated and counted.
//!
//! - [`model`]: the types and rules, pure.
//! - [`service`]: one file per action.
//! - [`selection`]: which records a figure counts; the same value finds the list behind it.
//! - [`stats`]: the figures of a period.
//! - `store`: the desk's tables and queries; nothing else here holds SQL.
//!
//! **Architecture invariant:** a figure and the list that it links to are made of one query
//! (`store::facts`), so that they cannot disagree.

mod error;
pub mod model;
pub mod selection;
pub mod service;
pub mod stats;
mod store;

pub use error::IncidentError;
pub use store::{
    listing::{CoordinationItem, CorrespondenceItem, IncidentItem, Page, ReportItem, coordinations, correspondence, incidents, reports, units},
    loading::{
        Coordination, Detail, Note, Told, asked_organisations, coordinations_of, load, load_by_number, may_see_correspondence, notes_of, reports_of,
        unmapped_names,
    },
    migrations::MIGRATIONS,
    open_count,
};
