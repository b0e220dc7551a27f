//! What is done at the desk: one file per action.

pub mod enrol;
pub mod history;
mod import;
pub mod ingest;
pub mod receive;
pub mod registry;
pub mod rollup;
mod staging;
mod stored;
pub mod tend;

pub use import::{Outcome, Progress, Silent, import};
