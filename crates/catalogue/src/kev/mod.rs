//! The catalogue of known exploited vulnerabilities (KEV) of CISA: what attackers are known to use.

mod entry;
mod import;
pub mod read;
mod store;
mod suggest;

pub use entry::{Entry, Fields, Provenance, Stored};
pub use import::{MOST_BYTES, import};
pub use store::{History, all, find, history, raws};
pub use suggest::{Found, for_service, rank, search};
