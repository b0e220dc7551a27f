//! Jobs: work that is done later, more than once when need be, and never forgotten.
//!
//! A job is [enqueued](crate::UnitOfWork::enqueue) inside a unit of work and so is there when the records are. A [`Runner`]
//! takes due jobs under a *lease* and renews it while they run. When its server dies, the lease runs out and another server
//! takes the job: jobs run **at least once**, and what a job does [inside](Runner::inside) a unit of work is kept **exactly
//! once**. A job that fails waits longer each time; when it may not be tried any more it becomes a *dead letter*, which stays
//! until a person [tries it again](dead::retry) or [discards](dead::discard) it.
//!
//! To add a kind of job: declare its [`Kind`] as a `const` in the crate that owns it, enqueue [`Order`]s of it there, and name
//! its handler where the binary makes the [`Runner`]. What comes again and again is a [`Schedule`].
//!
//! Leases are told by each server's clock, so the clocks of two servers must agree to within a part of the shortest lease.
//!
//! **Architecture invariant:** a claim bears a number that never comes again for its job. Nothing that a worker does to a job
//! takes effect unless that number is still the job's latest.

pub(crate) mod bell;
mod claim;
pub mod dead;
pub(crate) mod enqueue;
mod kind;
mod rhythm;
mod runner;
mod running;
mod schedule;
mod settle;
mod state;

pub use claim::{Job, claim, renew};
pub use enqueue::{Enqueued, Order};
pub use kind::{Backoff, Kind};
pub use rhythm::{Days, Rhythm};
pub use runner::{Runner, Running};
pub use schedule::{Due, Schedule, Scheduled, begin_schedules, schedules, tick};
pub use settle::{Done, Failure, Outcome, Settled, settle};
pub use state::{Failed, KeyedState, KindState, of_keys, state};

use noroshi_kernel::moment::Moment;
use std::time::Duration;

/// The moment so much later, at the end of time as far as it goes.
fn later(moment: Moment, by: Duration) -> Moment {
    Moment(moment.0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
}
