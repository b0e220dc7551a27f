//! Dead letters: jobs that the platform gave up. They stay until a person decides.

use super::settle;
use crate::{LedgerError, Query, Sql, UnitOfWork, audit::Entry};
use noroshi_kernel::{
    access::{Action, Actor, Forbidden},
    id::JobId,
    moment::Moment,
    reason::Reason,
};
use sea_orm::FromQueryResult;
use serde_json::json;

/// A person's order to the queue that is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such dead letter; somebody else may have tried it again or discarded it.
    #[error("there is no dead letter {0}; it may have been tried again or discarded already")]
    Unknown(JobId),
    /// What was asked for cannot be done; the text says what to do.
    #[error("{0}")]
    Refused(Reason),
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The job's id.
    pub id: JobId,
    /// Its kind's name.
    pub kind: String,
    /// Its key, when it has one.
    pub key: Option<String>,
    /// What it was about, as JSON.
    pub payload: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was enqueued.
    pub enqueued_at: Moment,
    /// When it was given up.
    pub died_at: Moment,
    /// What went wrong last.
    pub why: Option<Reason>,
}

/// How many were tried again, and how many could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retried {
    /// So many wait again.
    pub retried: u64,
    /// So many stay dead, because another job with their key waits or runs.
    pub left: u64,
}

const COLUMNS: &str = "SELECT id, kind, job_key, payload, attempts, enqueued_at, died_at, last_error FROM ledger_job WHERE died_at IS NOT NULL";

/// What brings a dead letter back: it waits, is due at once, and its attempts and age count anew.
const ALIVE_AGAIN: &str = "UPDATE ledger_job SET died_at = NULL, worker = NULL, attempts = 0, first_tried_at = NULL, due_at = ";

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    kind: String,
    job_key: Option<String>,
    payload: String,
    attempts: i64,
    enqueued_at: i64,
    died_at: i64,
    last_error: Option<String>,
}

impl Row {
    fn letter(self) -> Result<DeadLetter, LedgerError> {
        Ok(DeadLetter {
            id: JobId(self.id),
            kind: self.kind,
            key: self.job_key,
            payload: self.payload,
            attempts: self.attempts,
            enqueued_at: Moment(self.enqueued_at),
            died_at: Moment(self.died_at),
            why: self.last_error.as_deref().map(settle::read).transpose()?,
        })
    }
}

fn of_kind(kind: Option<&str>) -> Sql {
    kind.map_or_else(Sql::default, |kind| Sql::new(" AND kind = ").bind(kind))
}

/// Dead letters, the newest jobs first, at most `limit`; of one kind only, and older than the job `before`, when these are given.
///
/// # Errors
/// [`QueueError::Forbidden`].
pub async fn list(query: &impl Query, actor: &Actor, kind: Option<&str>, before: Option<JobId>, limit: u32) -> Result<Vec<DeadLetter>, QueueError> {
    actor.must_can(Action::ManageQueue)?;
    let before = before.map_or_else(Sql::default, |before| Sql::new(" AND id < ").bind(before.0));
    let sql = Sql::new(COLUMNS).append(of_kind(kind)).append(before).push(" ORDER BY id DESC LIMIT ").bind(i64::from(limit));
    Ok(query.all::<Row>(sql).await?.into_iter().map(Row::letter).collect::<Result<_, _>>()?)
}

/// How many dead letters there are, of one kind or of all.
///
/// # Errors
/// [`QueueError::Forbidden`].
pub async fn count(query: &impl Query, actor: &Actor, kind: Option<&str>) -> Result<i64, QueueError> {
    actor.must_can(Action::ManageQueue)?;
    Ok(query.number(Sql::new("SELECT count(*) AS n FROM ledger_job WHERE died_at IS NOT NULL").append(of_kind(kind))).await?)
}

/// Tries a dead letter again, at once and with all its attempts.
///
/// # Errors
/// [`QueueError::Forbidden`]; [`QueueError::Unknown`]; [`QueueError::Refused`] while another job with its key waits or runs.
pub async fn retry(work: &UnitOfWork, actor: &Actor, id: JobId) -> Result<(), QueueError> {
    actor.must_can(Action::ManageQueue)?;
    let letter = load(work, id).await?;
    if let Some(key) = &letter.key {
        let sql = Sql::new("SELECT count(*) AS n FROM ledger_job WHERE died_at IS NULL AND kind = ").bind(letter.kind.as_str()).push(" AND job_key = ");
        if work.number(sql.bind(key.as_str())).await? > 0 {
            return Err(QueueError::Refused(Reason::new(
                "queue-key",
                format!("同じキー「{key}」のジョブがほかに待機中または実行中です。それが終わってから再試行してください。"),
                format!("another job with the key {key:?} waits or runs; try this one again when that is done"),
            )));
        }
    }
    let sql = Sql::new(ALIVE_AGAIN).bind(work.now().0).push(" WHERE died_at IS NOT NULL AND id = ").bind(id.0);
    if work.execute(sql).await? == 0 {
        return Err(QueueError::Unknown(id));
    }
    work.wake();
    record(work, actor, "queue.retry", &letter, None).await
}

/// Tries every dead letter of a kind again. Of several with one key the oldest is.
///
/// # Errors
/// [`QueueError::Forbidden`].
pub async fn retry_all(work: &UnitOfWork, actor: &Actor, kind: &str) -> Result<Retried, QueueError> {
    actor.must_can(Action::ManageQueue)?;
    let sql = Sql::new(ALIVE_AGAIN)
        .bind(work.now().0)
        .push(" WHERE died_at IS NOT NULL AND kind = ")
        .bind(kind)
        .push(" AND (job_key IS NULL OR NOT EXISTS (SELECT 1 FROM ledger_job other WHERE other.kind = ledger_job.kind AND other.job_key = ledger_job.job_key ")
        .push("AND (other.died_at IS NULL OR other.id < ledger_job.id)))");
    let retried = work.execute(sql).await?;
    let left = u64::try_from(count(work, actor, Some(kind)).await?).unwrap_or_default();
    work.wake();
    let detail = json!({ "kind": kind, "retried": retried, "left": left });
    work.record(actor, Entry { action: "queue.retry_all", subject_kind: "queue", subject_id: 0, detail: &detail }).await?;
    Ok(Retried { retried, left })
}

/// Removes a dead letter for good; `why` is the person's reason, which the audit log keeps.
///
/// # Errors
/// [`QueueError::Forbidden`]; [`QueueError::Unknown`]; [`QueueError::Refused`] without a reason or with a very long one.
pub async fn discard(work: &UnitOfWork, actor: &Actor, id: JobId, why: &str) -> Result<(), QueueError> {
    /// A reason is a sentence or two.
    const MOST_CHARS: usize = 500;
    actor.must_can(Action::ManageQueue)?;
    let why = why.trim();
    if why.is_empty() || why.chars().count() > MOST_CHARS {
        return Err(QueueError::Refused(Reason::new(
            "queue-discard-reason",
            format!("破棄する理由を {MOST_CHARS} 文字以内で書いてください。"),
            format!("write why it is discarded, in {MOST_CHARS} characters at most"),
        )));
    }
    let letter = load(work, id).await?;
    if work.execute(Sql::new("DELETE FROM ledger_job WHERE died_at IS NOT NULL AND id = ").bind(id.0)).await? == 0 {
        return Err(QueueError::Unknown(id));
    }
    record(work, actor, "queue.discard", &letter, Some(why)).await
}

async fn load(work: &UnitOfWork, id: JobId) -> Result<DeadLetter, QueueError> {
    let row: Option<Row> = work.one(Sql::new(COLUMNS).push(" AND id = ").bind(id.0)).await?;
    Ok(row.ok_or(QueueError::Unknown(id))?.letter()?)
}

async fn record(work: &UnitOfWork, actor: &Actor, action: &'static str, letter: &DeadLetter, why: Option<&str>) -> Result<(), QueueError> {
    let failed = letter.why.as_ref().map(ToString::to_string);
    let detail = json!({ "kind": letter.kind, "key": letter.key, "attempts": letter.attempts, "failed": failed, "why": why });
    Ok(work.record(actor, Entry { action, subject_kind: "job", subject_id: letter.id.0, detail: &detail }).await?)
}
