//! The sensor.
mod disk;
pub mod ring;
