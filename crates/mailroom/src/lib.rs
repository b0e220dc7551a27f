//! Correspondence: every single mail, fax, call, form or feed delivery that came in, stored raw before it is read.
//!
//! **Architecture invariant:** [`batch::receive`] and its like return only when the raw bytes are durable in the blob store and
//! the correspondence that names them is committed. Parsing begins after that.

pub mod batch;
pub mod correspondence;
pub mod desk;
mod error;
pub mod form;
pub mod gist;
pub mod letters;
pub mod mapping;
pub mod migrations;
pub mod outgoing;
pub mod reading;
pub mod search;
pub mod thread;
pub mod tray;
pub mod wire;

pub use error::MailroomError;
