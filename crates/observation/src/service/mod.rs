//! What is done at the desk: one file per action.

mod bounds;
pub mod course;
pub mod detect;
pub mod enrol;
pub mod health;
pub mod history;
mod holes;
pub mod host;
mod hours;
mod import;
pub mod ingest;
pub mod intake;
pub mod receive;
pub mod registry;
pub mod researchers;
pub mod rises;
pub mod rollup;
pub mod scanners;
pub mod share;
mod staging;
mod stored;
pub mod tend;

pub use import::{Outcome, Progress, Silent, import};
