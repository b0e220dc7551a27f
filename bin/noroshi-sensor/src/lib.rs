//! The sensor: records unsolicited packets at one interface, and hands them to the centre, whatever happens in between.
//!
//! Walk it as data: an interface gives frames ([`run`]); [`recording`] makes spans of them; [`spool`] seals a span as a batch, chained to the one
//! before, and keeps it in the [`ring`] on the disk; [`upload`] sends the oldest and lets it go when the centre says that it has it. [`enrol`]
//! makes the [`identity`] by which all this is done, [`centre`] knows whom to trust.
//!
//! **Architecture invariant:** what was recorded is with the centre, in the ring, or in a gap that is told or waits to be told; no thread that
//! sends keeps the one waiting that records.

pub mod centre;
pub mod certificate;
pub mod clock;
mod disk;
pub mod enrol;
pub mod identity;
pub mod recording;
pub mod ring;
pub mod run;
pub mod spool;
pub mod status;
pub mod stopped;
pub mod upload;
