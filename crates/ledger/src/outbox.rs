//! Events: told inside a unit of work, delivered after it, at least once.
//!
//! The binary says in one table which event becomes which call. An event is removed in the same transaction in which its call
//! did its work, so a kill between the two repeats it; every consumer must bear that. An event whose call fails waits longer
//! each time and does not hold up the others.

use crate::{Ledger, LedgerError, Query, Sql, UnitOfWork};
use sea_orm::{DbBackend, FromQueryResult};
use std::future::Future;

/// An event on its way.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Event {
    /// Its id.
    pub id: i64,
    /// Its kind, as the crate that tells it names it: `incident.changed`.
    pub kind: String,
    /// What happened, as JSON.
    pub payload: String,
    attempts: i64,
}

pub(crate) async fn tell(work: &UnitOfWork, kind: &'static str, payload: &impl serde::Serialize) -> Result<(), LedgerError> {
    let payload = serde_json::to_string(payload).map_err(|error| LedgerError::Damaged(error.to_string()))?;
    let sql = Sql::new("INSERT INTO ledger_outbox (id, kind, payload, told_at, attempts, not_before) VALUES (")
        .bind(work.take_id().await?)
        .push(", ")
        .bind(kind)
        .push(", ")
        .bind(payload)
        .push(", ")
        .bind(work.now().0)
        .push(", 0, 0)");
    work.execute(sql).await.map(|_| ())
}

/// Delivers one waiting event through `call`; says whether there was one.
///
/// # Errors
/// When the database cannot be reached. A failing call is no error here: it is logged, and the event waits.
pub async fn deliver<E, F>(ledger: &Ledger, call: impl FnOnce(Event, UnitOfWork) -> F) -> Result<bool, LedgerError>
where
    E: std::fmt::Display,
    F: Future<Output = Result<UnitOfWork, E>>,
{
    // Looked for by a reader first: an idle server never takes the writer's lock.
    let due = || Sql::new("SELECT id, kind, payload, attempts FROM ledger_outbox WHERE not_before <= ").bind(ledger.now().0).push(" ORDER BY id LIMIT 1");
    if ledger.one::<Event>(due()).await?.is_none() {
        return Ok(false);
    }
    let work = ledger.begin().await?;
    let take = if work.backend() == DbBackend::Postgres { due().push(" FOR UPDATE SKIP LOCKED") } else { due() };
    let Some(event) = work.one::<Event>(take).await? else { return Ok(false) };
    let (id, kind, attempts) = (event.id, event.kind.clone(), event.attempts);
    match call(event, work).await {
        Ok(work) => {
            work.execute(Sql::new("DELETE FROM ledger_outbox WHERE id = ").bind(id)).await?;
            work.commit().await?;
        }
        Err(error) => {
            tracing::error!(event = id, kind, attempts, %error, "an event could not be delivered; it will be tried again");
            let work = ledger.begin().await?;
            let wait_us = 1_000_000_i64 << attempts.clamp(0, 12);
            let sql = Sql::new("UPDATE ledger_outbox SET attempts = attempts + 1, not_before = ").bind(work.now().0 + wait_us).push(" WHERE id = ").bind(id);
            work.execute(sql).await?;
            work.commit().await?;
        }
    }
    Ok(true)
}

/// How many events wait.
///
/// # Errors
/// When the database cannot be reached.
pub async fn waiting(query: &impl Query) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n FROM ledger_outbox")).await
}
