//! Putting a job into the queue.

use super::Kind;
use crate::{LedgerError, Query, Sql, UnitOfWork};
use noroshi_kernel::{id::JobId, moment::Moment};
use sea_orm::FromQueryResult;

/// A job to be put into the queue.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a, P> {
    kind: &'a Kind,
    payload: &'a P,
    key: Option<&'a str>,
    not_before: Option<Moment>,
}

impl<'a, P> Order<'a, P> {
    /// A job that is due at once. Its payload becomes JSON; let it name records by their ids and hold no secrets.
    #[must_use]
    pub const fn new(kind: &'a Kind, payload: &'a P) -> Self {
        Self { kind, payload, key: None, not_before: None }
    }

    /// At most one job with this kind and key waits or runs, over all servers. While it **waits**, another order of it only
    /// moves it earlier, when the order's time is earlier; while it **runs**, another order does nothing at all. Either way the
    /// payload stays that of the first. A dead letter keeps no key occupied.
    #[must_use]
    pub const fn keyed(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// It is not run before this moment.
    #[must_use]
    pub const fn not_before(mut self, moment: Moment) -> Self {
        self.not_before = Some(moment);
        self
    }
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// There is a new job.
    New(JobId),
    /// A job of that key waits already; it is due at the earlier of both times.
    Waits(JobId),
    /// A job of that key runs already, and may have begun before what this order is about.
    Runs(JobId),
}

#[derive(FromQueryResult)]
struct Kept {
    id: i64,
    runs: bool,
}

pub(crate) async fn put(work: &UnitOfWork, order: Order<'_, impl serde::Serialize>) -> Result<Enqueued, LedgerError> {
    let payload = serde_json::to_string(order.payload).map_err(|error| LedgerError::Damaged(error.to_string()))?;
    let id = work.take_id().await?;
    let due = order.not_before.unwrap_or(work.now()).max(work.now());
    let sql = Sql::new("INSERT INTO ledger_job (id, kind, job_key, payload, enqueued_at, due_at, claims, attempts) VALUES (")
        .bind(id)
        .push(", ")
        .bind(order.kind.name)
        .push(", ")
        .bind(order.key)
        .push(", ")
        .bind(payload)
        .push(", ")
        .bind(work.now().0)
        .push(", ")
        .bind(due.0)
        .push(", 0, 0) ON CONFLICT (kind, job_key) WHERE job_key IS NOT NULL AND died_at IS NULL DO UPDATE SET due_at = CASE ")
        .push("WHEN ledger_job.worker IS NULL AND excluded.due_at < ledger_job.due_at THEN excluded.due_at ELSE ledger_job.due_at END ")
        .push("RETURNING id, worker IS NOT NULL AS runs");
    let kept: Kept = work.one(sql).await?.ok_or_else(|| LedgerError::Damaged("an enqueued job did not come back".into()))?;
    work.wake();
    Ok(match kept {
        Kept { id: kept, .. } if kept == id => Enqueued::New(JobId(id)),
        Kept { id, runs: false } => Enqueued::Waits(JobId(id)),
        Kept { id, runs: true } => Enqueued::Runs(JobId(id)),
    })
}
