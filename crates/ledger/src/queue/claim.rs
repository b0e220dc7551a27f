//! Taking jobs under a lease, and keeping it.

use super::{Failure, Kind, later, settle};
use crate::{Ledger, LedgerError, Query, Sql, UnitOfWork};
use noroshi_kernel::{id::JobId, moment::Moment, reason::Reason};
use sea_orm::{DbBackend, FromQueryResult};

/// A job that a worker has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Its kind's name.
    pub kind: &'static str,
    /// Its key, when it has one.
    pub key: Option<String>,
    /// What it is about, as JSON.
    pub payload: String,
    /// Which attempt this is; the first is 1.
    pub attempt: u32,
    /// When it was enqueued.
    pub enqueued_at: Moment,
    /// When it was first tried since it was enqueued, or since a person last tried it again.
    pub first_tried_at: Moment,
    /// Until when it is this worker's, unless it is renewed.
    pub lease_until: Moment,
    claim: i64,
}

impl Job {
    /// What it is about.
    ///
    /// # Errors
    /// A [`Failure::Dead`] when the payload cannot be read: trying again would not help.
    pub fn told<T: serde::de::DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.payload).map_err(|error| Failure::Dead { why: unreadable(&error) })
    }

    /// The condition under which this claim is still the job's latest.
    pub(super) fn held(&self) -> Sql {
        Sql::new("id = ").bind(self.id.0).push(" AND claims = ").bind(self.claim).push(" AND worker IS NOT NULL AND died_at IS NULL")
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    job_key: Option<String>,
    payload: String,
    attempts: i64,
    claims: i64,
    enqueued_at: i64,
    first_tried_at: i64,
}

/// What can be taken at `now`: jobs whose time has come, and running ones whose lease has run out.
fn due(kind: &Kind, now: Moment) -> Sql {
    Sql::new("ledger_job WHERE kind = ").bind(kind.name).push(" AND died_at IS NULL AND due_at <= ").bind(now.0)
}

/// Those of some kinds, by their place in the list, of which a job is due. Only reads: an idle server never takes the writer's lock.
pub(super) async fn due_among(ledger: &Ledger, kinds: &[(usize, &Kind)]) -> Result<Vec<usize>, LedgerError> {
    #[derive(FromQueryResult)]
    struct At {
        at: i64,
    }
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let now = ledger.now();
    let probe = |(at, kind): &(usize, &Kind)| {
        let at = i64::try_from(*at).unwrap_or(i64::MAX);
        Sql::new("SELECT CAST(").bind(at).push(" AS BIGINT) AS at WHERE EXISTS (SELECT 1 FROM ").append(due(kind, now)).push(")")
    };
    let rows: Vec<At> = ledger.all(Sql::default().join(kinds.iter().map(probe), " UNION ALL ")).await?;
    Ok(rows.iter().filter_map(|row| usize::try_from(row.at).ok()).collect())
}

/// Takes at most `most` due jobs of a kind, the longest due first, for as long as the kind's lease. Two servers never take the
/// same. A job whose last permitted attempt was lost with its server becomes a dead letter instead.
///
/// # Errors
/// When the database cannot be reached; then nothing was taken.
pub async fn claim(ledger: &Ledger, kind: &Kind, worker: &str, most: usize) -> Result<Vec<Job>, LedgerError> {
    let work = ledger.begin().await?;
    let (now, lease_until) = (work.now(), later(work.now(), kind.lease));
    // PostgreSQL computes an array once and finds its rows by their ids; a subselect with IN it might join with the whole table.
    let (open, close) = match work.backend() {
        DbBackend::Postgres => ("= ANY(ARRAY(", " FOR UPDATE SKIP LOCKED))"),
        _ => ("IN (", ")"),
    };
    let sql = Sql::new("UPDATE ledger_job SET worker = ")
        .bind(worker)
        .push(", due_at = ")
        .bind(lease_until.0)
        .push(", claims = claims + 1, attempts = attempts + 1, first_tried_at = COALESCE(first_tried_at, ")
        .bind(now.0)
        .push("), failed_at = CASE WHEN worker IS NULL THEN failed_at ELSE ")
        .bind(now.0)
        .push(" END, last_error = CASE WHEN worker IS NULL THEN last_error ELSE ")
        .bind(settle::written(&abandoned())?)
        .push(" END WHERE id ")
        .push(open)
        .push("SELECT id FROM ")
        .append(due(kind, now))
        .push(" ORDER BY due_at, id LIMIT ")
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .push(close)
        .push(" RETURNING id, job_key, payload, attempts, claims, enqueued_at, first_tried_at");
    let rows: Vec<Row> = work.all(sql).await?;
    let (mut jobs, mut over): (Vec<Job>, Vec<Job>) = rows
        .into_iter()
        .map(|row| Job {
            id: JobId(row.id),
            kind: kind.name,
            key: row.job_key,
            payload: row.payload,
            attempt: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            enqueued_at: Moment(row.enqueued_at),
            first_tried_at: Moment(row.first_tried_at),
            lease_until,
            claim: row.claims,
        })
        .partition(|job| job.attempt <= kind.attempts_most);
    over.iter_mut().for_each(|job| job.attempt -= 1);
    for job in &over {
        tracing::error!(job = job.id.0, kind = kind.name, attempts = job.attempt, "a job was lost with its server too often; it is a dead letter now");
        let sql = Sql::new("UPDATE ledger_job SET worker = NULL, attempts = attempts - 1, died_at = ").bind(now.0).push(" WHERE ").append(job.held());
        work.execute(sql).await?;
    }
    work.commit().await?;
    jobs.sort_unstable_by_key(|job| job.id);
    Ok(jobs)
}

/// Renews a job's lease; `None` when the job is no longer this worker's.
///
/// # Errors
/// When the database cannot be reached.
pub async fn renew(ledger: &Ledger, kind: &Kind, job: &Job) -> Result<Option<Moment>, LedgerError> {
    let work = ledger.begin().await?;
    let until = later(work.now(), kind.lease);
    let kept = work.execute(Sql::new("UPDATE ledger_job SET due_at = ").bind(until.0).push(" WHERE ").append(job.held())).await?;
    work.commit().await?;
    Ok((kept == 1).then_some(until))
}

/// Whether the job is still this worker's. On PostgreSQL nobody takes it before this work ends; on SQLite nobody else writes.
pub(super) async fn hold(work: &UnitOfWork, job: &Job) -> Result<bool, LedgerError> {
    let lock = if work.backend() == DbBackend::Postgres { " FOR UPDATE" } else { "" };
    Ok(work.number(Sql::new("SELECT id AS n FROM ledger_job WHERE ").append(job.held()).push(lock)).await? == job.id.0)
}

fn abandoned() -> Reason {
    Reason::new(
        "queue-abandoned",
        "実行していたサーバーが終了したか応答しなくなり、期限までに終わりませんでした。",
        "the server that ran it ended or hung: its lease ran out before the job was done",
    )
}

fn unreadable(error: &serde_json::Error) -> Reason {
    Reason::new(
        "queue-payload",
        format!("ジョブの内容を読み取れません（{error}）。別の版の noroshi が登録した可能性があります。"),
        format!("the job's payload cannot be read ({error}); another version of noroshi may have enqueued it"),
    )
}
