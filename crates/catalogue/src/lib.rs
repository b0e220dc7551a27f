//! The world's vulnerabilities as others published them, each with where we have it from, what listens at a port, and what countries
//! and regions are called.
//!
//! What stands here is public: whoever may sign in may read it, and nothing here asks for an actor but what changes something.
//!
//! # To add a catalogue
//!
//! 1. A folder named after it, as [`kev`]: `entry.rs` (one entry, checked), `read` (pure: bytes to entries and what is broken, in
//!    bounded memory, with property tests), `import.rs` (raw bytes first, then one unit of work), `store.rs` (its tables).
//! 2. Its tables at the end of [`migrations`]; its command in the binary, with the keys that every import prints ([`imported::Imported`]).

mod country;
pub mod cve;
mod error;
pub mod imported;
pub mod kev;
pub mod migrations;
mod region;
pub mod service;

pub use country::country_name;
pub use error::CatalogueError;
pub use region::region_name;
pub use service::service_name;
