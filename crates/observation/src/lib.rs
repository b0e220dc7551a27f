//! The observation desk: which sensors there are and when they watched, what they saw, and how often.
//!
//! Packets lie in the [`lake`](noroshi_lake) as files; which files count is said by the database ([`store::files`]), in the same unit of work
//! in which a capture, or that batches were taken, and the spans that sensors watched are kept. So a program that ends at any point leaves everything counted or nothing.
//!
//! Captures come in by [`service::import`], what sensors send by [`service::receive`] and [`service::ingest`]; [`rollup`] adds it up. What was
//! counted before there were packets here comes by [`service::history`].
//!
//! **Architecture invariant:** what was not watched is never zero: an average divides by the sensors that watched ([`watch`]), and a bucket in
//! which none did has no figures at all.

pub mod ask;
pub mod authority;
mod error;
pub mod geography;
mod migrations;
mod place;
pub mod public;
pub mod ranks;
pub mod rise;
pub mod rollup;
pub mod series;
pub mod service;
pub mod shared;
pub mod sources;
pub mod sql;
mod store;
mod sums;
pub mod top;
pub mod watch;
pub mod watched;

pub use error::ObservationError;
pub use migrations::MIGRATIONS;
pub use place::{NoService, Observatory, parse_service, service_key};
pub use store::{
    admission::{Admitted, Bearer},
    sensors::Sensor,
};
