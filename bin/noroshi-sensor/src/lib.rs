//! The sensor.
pub mod centre;
pub mod certificate;
pub mod clock;
mod disk;
pub mod enrol;
pub mod identity;
pub mod recording;
pub mod ring;
pub mod spool;
