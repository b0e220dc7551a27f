//! The centre: where it is, how it is known to be itself, and what it answers.

mod address;
mod connection;
mod tls;

pub use address::{Address, NoAddress};
pub use connection::{CallError, Connection, LEFT_OUT_AFTER};
pub use tls::{known, pinned};
