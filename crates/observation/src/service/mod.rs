//! What is done at the desk: one file per action.

mod import;
mod stored;

pub use import::{Outcome, Progress, Silent, import};
