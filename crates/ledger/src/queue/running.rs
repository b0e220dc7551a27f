//! One attempt of a job: its handler, its lease, its end.

use super::{Done, Failure, Job, Kind, Outcome, Settled, claim, settle};
use crate::{Ledger, LedgerError, UnitOfWork};
use noroshi_kernel::reason::Reason;
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::{
    task::{JoinError, JoinSet},
    time,
};

pub(super) type Attempt = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// What runs the jobs of a kind.
#[derive(Clone)]
pub(super) enum Handler {
    Outside(Arc<dyn Fn(Job) -> Attempt + Send + Sync>),
    Inside(Arc<dyn Fn(Job, UnitOfWork) -> Attempt + Send + Sync>),
}

/// Runs a job and settles it. When the database cannot be reached for that, the job is left to its lease.
pub(super) async fn run(ledger: Ledger, kind: Kind, handler: Handler, job: Job) {
    let settled = match attempt(&ledger, &kind, handler, &job).await {
        Ok(Some(outcome)) => end(&ledger, &kind, &job, outcome).await,
        Ok(None) => Ok(Settled::Lost),
        Err(error) => Err(error),
    };
    let (id, kind, attempt) = (job.id.0, kind.name, job.attempt);
    match settled {
        Ok(Settled::Done) => tracing::debug!(job = id, kind, attempt, "a job is done"),
        Ok(Settled::Waits(due)) => tracing::info!(job = id, kind, attempt, due = due.rfc3339(), "a job failed and will be tried again"),
        Ok(Settled::Dead) => tracing::error!(job = id, kind, attempt, "a job failed for good; it is a dead letter now"),
        Ok(Settled::Lost) => tracing::warn!(job = id, kind, attempt, "a job took longer than its lease; what it did was not kept"),
        Err(error) => tracing::error!(job = id, kind, attempt, %error, "a job could not be settled; it is tried again when its lease has run out"),
    }
}

/// What the handler says; `None` when the job is no longer ours.
async fn attempt(ledger: &Ledger, kind: &Kind, handler: Handler, job: &Job) -> Result<Option<Outcome>, LedgerError> {
    // In a task of its own, so that a panic ends the attempt and not the runner; dropped with this, it ends, too.
    let mut task = JoinSet::new();
    match handler {
        // The work itself keeps others off, so that the lease needs no renewal.
        Handler::Inside(call) => {
            let work = ledger.begin().await?;
            if !claim::hold(&work, job).await? {
                return Ok(None);
            }
            task.spawn(time::timeout(kind.time_most, call(job.clone(), work)));
            Ok(Some(said(kind, task.join_next().await)))
        }
        Handler::Outside(call) => {
            task.spawn(time::timeout(kind.time_most, call(job.clone())));
            let kept = keep(ledger, kind, job);
            tokio::select! {
                ended = task.join_next() => Ok(Some(said(kind, ended))),
                () = kept => Ok(None),
            }
        }
    }
}

/// Renews the lease three times as often as it needs; ends when it is lost.
async fn keep(ledger: &Ledger, kind: &Kind, job: &Job) {
    let mut until = job.lease_until;
    let pause = kind.lease / 3;
    loop {
        time::sleep(pause).await;
        match time::timeout(pause, claim::renew(ledger, kind, job)).await {
            Ok(Ok(Some(renewed))) => until = renewed,
            Ok(Ok(None)) => return,
            Ok(Err(_)) | Err(_) if ledger.now() >= until => return,
            Ok(Err(error)) => tracing::warn!(job = job.id.0, kind = kind.name, %error, "a lease could not be renewed; trying again"),
            Err(_) => tracing::warn!(job = job.id.0, kind = kind.name, "a lease could not be renewed in time; trying again"),
        }
    }
}

/// The handler's own word, or what is to be said of one that panicked or took too long.
fn said(kind: &Kind, ended: Option<Result<Result<Outcome, time::error::Elapsed>, JoinError>>) -> Outcome {
    match ended {
        Some(Ok(Ok(outcome))) => outcome,
        Some(Ok(Err(_))) => {
            let seconds = kind.time_most.as_secs();
            let (ja, en) = (format!("{seconds} 秒以内に終わらなかったため中止しました。"), format!("it was not done within {seconds} seconds and was ended"));
            Err(Failure::retry(Reason::new("queue-time", ja, en)))
        }
        Some(Err(_)) | None => Err(Failure::retry(Reason::new(
            "queue-panic",
            "処理中にプログラムの不具合が起きました。ログで原因を確かめてください。",
            "the program failed while it ran this job; look for the cause in its log",
        ))),
    }
}

/// Settles; what can be repeated is, so that a moment without a database does not run a finished job again.
async fn end(ledger: &Ledger, kind: &Kind, job: &Job, outcome: Outcome) -> Result<Settled, LedgerError> {
    let outcome = match outcome {
        Ok(Done::With(work)) => return settle::end(work, job).await,
        Ok(Done::Alone) => None,
        Err(failure) => Some(failure),
    };
    let once = async || match &outcome {
        None => settle::end(ledger.begin().await?, job).await,
        Some(failure) => settle::fail(ledger, kind, job, failure).await,
    };
    for pause in [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)] {
        match once().await {
            Ok(settled) => return Ok(settled),
            Err(error) => tracing::warn!(job = job.id.0, kind = kind.name, %error, "a job could not be settled; trying again"),
        }
        time::sleep(pause).await;
    }
    once().await
}
