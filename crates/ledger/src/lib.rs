//! The ledger: the one place that knows which database stands below.
//!
//! Desks write through a [`UnitOfWork`]: one transaction that also holds the audit rows, the events and the [jobs](queue) of
//! what it does. They read through anything that is a [`Query`]. SQL lives in the desks' `store` modules as [`Sql`], in the dialect that SQLite
//! and PostgreSQL share; where the two differ ([bulk inserts](bulk), [full-text search](search), [ids](UnitOfWork::take_ids))
//! this crate hides it.
//!
//! To add a table: write a migration in the crate that owns it (`store/migrations.rs`), named after the crate, and list it in
//! that crate's `MIGRATIONS`. The binary hands all lists to [`Ledger::open`].
//!
//! **Architecture invariant:** times are stored as microseconds UTC in `BIGINT`; write transactions on SQLite begin IMMEDIATE;
//! nothing here knows a desk.

pub mod audit;
pub mod blob;
pub mod bulk;
mod database;
mod error;
pub mod migration;
pub mod outbox;
mod query;
pub mod queue;
pub mod search;
mod sql;
mod work;

pub use database::{Ledger, Place, Snapshot};
pub use error::LedgerError;
pub use query::Query;
pub use sea_orm::{DbBackend as Backend, FromQueryResult, Value};
pub use sql::Sql;
pub use work::{Ids, UnitOfWork};
