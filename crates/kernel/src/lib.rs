//! The words that every part of noroshi shares.
//!
//! This crate knows no database, no network and no runtime. A type belongs here when at least two desks speak of it:
//! ids, [TLP](tlp::Tlp), [languages](language), [periods](period), [reasons](reason), [observables](observable), [actors](access) and the
//! [clock](moment::Clock).
//!
//! **Architecture invariant:** nothing here depends on tokio, on SQL or on HTTP; `cargo xtask tidy` checks it.

pub mod access;
pub mod id;
pub mod language;
pub mod moment;
pub mod observable;
pub mod period;
pub mod reason;
pub mod rsit;
pub mod setaside;
pub mod tlp;
