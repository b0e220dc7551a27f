//! What becomes of a job when its attempt is over.

use super::{Job, Kind, later};
use crate::{Ledger, LedgerError, Sql, UnitOfWork};
use noroshi_kernel::{moment::Moment, reason::Reason};
use std::time::Duration;

/// What a handler says of its attempt.
pub type Outcome = Result<Done, Failure>;

/// A job that is done.
#[derive(Debug)]
pub enum Done {
    /// Nothing is left to keep; the job is removed afterwards. Killed between the two, it is run again.
    Alone,
    /// What came of it is in this unit of work, which is committed together with the job's end or not at all.
    With(UnitOfWork),
}

/// An attempt that failed.
#[derive(Debug)]
pub enum Failure {
    /// It may be tried again, until the kind's attempts or time are used up.
    Retry {
        /// Wait at least so long, when that is longer than the kind's back-off: the other side named a time.
        after: Option<Duration>,
        /// What went wrong.
        why: Reason,
    },
    /// Trying again would not help.
    Dead {
        /// What went wrong, and what a person can do.
        why: Reason,
    },
}

impl Failure {
    /// Try again after the kind's back-off.
    #[must_use]
    pub const fn retry(why: Reason) -> Self {
        Self::Retry { after: None, why }
    }

    /// What went wrong.
    #[must_use]
    pub const fn why(&self) -> &Reason {
        match self {
            Self::Retry { why, .. } | Self::Dead { why } => why,
        }
    }
}

/// A database that fails is tried again.
impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::retry(Reason::new(
            "queue-ledger",
            format!("データベースに読み書きできませんでした（{error}）。"),
            format!("the database could not be read or written ({error})"),
        ))
    }
}

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is done and gone.
    Done,
    /// It waits for its next attempt.
    Waits(Moment),
    /// It is a dead letter.
    Dead,
    /// It was no longer this worker's. Nothing changed, and a unit of work that came with it was undone.
    Lost,
}

/// Carries out what a handler said, provided that the job is still this worker's.
///
/// # Errors
/// When the database cannot be reached; then the job is left to its lease.
pub async fn settle(ledger: &Ledger, kind: &Kind, job: &Job, outcome: Outcome) -> Result<Settled, LedgerError> {
    match outcome {
        Ok(Done::With(work)) => end(work, job).await,
        Ok(Done::Alone) => end(ledger.begin().await?, job).await,
        Err(failure) => fail(ledger, kind, job, &failure).await,
    }
}

pub(super) async fn end(work: UnitOfWork, job: &Job) -> Result<Settled, LedgerError> {
    if work.execute(Sql::new("DELETE FROM ledger_job WHERE ").append(job.held())).await? == 0 {
        work.undo().await?;
        return Ok(Settled::Lost);
    }
    work.commit().await?;
    Ok(Settled::Done)
}

pub(super) async fn fail(ledger: &Ledger, kind: &Kind, job: &Job, failure: &Failure) -> Result<Settled, LedgerError> {
    let work = ledger.begin().await?;
    let next = next(kind, job, failure, work.now());
    let set = match next {
        Some(due) => Sql::new("due_at = ").bind(due.0),
        None => Sql::new("died_at = ").bind(work.now().0),
    };
    let sql = Sql::new("UPDATE ledger_job SET worker = NULL, failed_at = ")
        .bind(work.now().0)
        .push(", last_error = ")
        .bind(written(failure.why())?)
        .push(", ")
        .append(set)
        .push(" WHERE ")
        .append(job.held());
    let held = work.execute(sql).await? == 1;
    work.commit().await?;
    Ok(match next {
        _ if !held => Settled::Lost,
        Some(due) => Settled::Waits(due),
        None => Settled::Dead,
    })
}

/// When a job that failed is due again; `None` when it is dead.
fn next(kind: &Kind, job: &Job, failure: &Failure, now: Moment) -> Option<Moment> {
    let Failure::Retry { after, .. } = failure else { return None };
    let wait = kind.backoff.wait(job.attempt, job.id.0.unsigned_abs()).max(after.unwrap_or_default());
    let due = later(now, wait);
    (job.attempt < kind.attempts_most && due <= later(job.first_tried_at, kind.age_most)).then_some(due)
}

/// A reason as it is stored.
pub(super) fn written(why: &Reason) -> Result<String, LedgerError> {
    serde_json::to_string(why).map_err(|error| LedgerError::Damaged(error.to_string()))
}

/// A stored reason.
pub(super) fn read(stored: &str) -> Result<Reason, LedgerError> {
    serde_json::from_str(stored).map_err(|error| LedgerError::Damaged(error.to_string()))
}
