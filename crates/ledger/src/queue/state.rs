//! How the queue stands, for a page.

use super::{dead::QueueError, settle};
use crate::{LedgerError, Query, Sql};
use noroshi_kernel::{
    access::{Action, Actor},
    id::JobId,
    moment::Moment,
    reason::Reason,
};
use sea_orm::FromQueryResult;

/// How the jobs of one kind stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindState {
    /// The kind's name.
    pub kind: String,
    /// Jobs that wait though their time has come.
    pub due: i64,
    /// Jobs whose time has not come.
    pub later: i64,
    /// Jobs that run.
    pub running: i64,
    /// Jobs whose server is no longer heard of; another takes them.
    pub abandoned: i64,
    /// Dead letters.
    pub dead: i64,
    /// Since when the job waits that waits longest.
    pub oldest_due_at: Option<Moment>,
    /// When the next of those is due whose time has not come.
    pub next_due_at: Option<Moment>,
    /// The last failure of a job that is still there.
    pub last_error: Option<Failed>,
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// When.
    pub at: Moment,
    /// What went wrong.
    pub why: Reason,
}

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    due: i64,
    later: i64,
    running: i64,
    abandoned: i64,
    dead: i64,
    oldest_due_at: Option<i64>,
    next_due_at: Option<i64>,
}

#[derive(FromQueryResult)]
struct LastError {
    kind: String,
    failed_at: i64,
    last_error: String,
}

impl LastError {
    fn read(self) -> Result<Failed, LedgerError> {
        Ok(Failed { at: Moment(self.failed_at), why: settle::read(&self.last_error)? })
    }
}

/// How every kind of which there are jobs stands at `now`, by name.
///
/// # Errors
/// [`QueueError::Forbidden`].
pub async fn state(query: &impl Query, actor: &Actor, now: Moment) -> Result<Vec<KindState>, QueueError> {
    actor.must_can(Action::ManageQueue)?;
    let sql = Sql::new("SELECT kind, count(CASE WHEN waits AND come THEN 1 END) AS due, count(CASE WHEN waits AND NOT come THEN 1 END) AS later, ")
        .push("count(CASE WHEN runs AND NOT come THEN 1 END) AS running, count(CASE WHEN runs AND come THEN 1 END) AS abandoned, ")
        .push("count(CASE WHEN NOT waits AND NOT runs THEN 1 END) AS dead, ")
        .push("min(CASE WHEN waits AND come THEN due_at END) AS oldest_due_at, min(CASE WHEN waits AND NOT come THEN due_at END) AS next_due_at ")
        .push("FROM (SELECT kind, due_at, died_at IS NULL AND worker IS NULL AS waits, died_at IS NULL AND worker IS NOT NULL AS runs, due_at <= ")
        .bind(now.0)
        .push(" AS come FROM ledger_job) job GROUP BY kind ORDER BY kind");
    let rows: Vec<Row> = query.all(sql).await?;
    let mut errors = last_errors(query).await?;
    let kinds = rows.into_iter().map(|row| {
        let at = errors.iter().position(|error| error.kind == row.kind);
        let last_error = at.map(|at| errors.swap_remove(at)).map(LastError::read).transpose()?;
        Ok(KindState {
            kind: row.kind,
            due: row.due,
            later: row.later,
            running: row.running,
            abandoned: row.abandoned,
            dead: row.dead,
            oldest_due_at: row.oldest_due_at.map(Moment),
            next_due_at: row.next_due_at.map(Moment),
            last_error,
        })
    });
    kinds.collect()
}

async fn last_errors(query: &impl Query) -> Result<Vec<LastError>, QueueError> {
    let sql = Sql::new("SELECT kind, failed_at, last_error FROM ledger_job job WHERE failed_at IS NOT NULL AND last_error IS NOT NULL AND failed_at = ")
        .push("(SELECT max(failed_at) FROM ledger_job other WHERE other.kind = job.kind AND other.failed_at IS NOT NULL) ORDER BY id");
    Ok(query.all(sql).await?)
}

/// How one job stands that is known by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedState {
    /// The job.
    pub id: JobId,
    /// Its key.
    pub key: String,
    /// When it is tried next; while it runs, until when its server holds it.
    pub due_at: Moment,
    /// How often it was tried.
    pub attempts: i64,
    /// Whether it was given up and waits for a person.
    pub is_dead: bool,
    /// What went wrong last.
    pub why: Option<Reason>,
}

/// How the jobs of a kind stand that bear one of these keys. It asks nobody's permission: whoever asks has seen what the keys name.
///
/// # Errors
/// When the database cannot be reached.
pub async fn of_keys(query: &impl Query, kind: &str, keys: &[String]) -> Result<Vec<KeyedState>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        job_key: String,
        due_at: i64,
        attempts: i64,
        is_dead: bool,
        last_error: Option<String>,
    }
    let mut found = Vec::new();
    for part in keys.chunks(500) {
        let sql = Sql::new("SELECT id, job_key, due_at, attempts, died_at IS NOT NULL AS is_dead, last_error FROM ledger_job WHERE kind = ")
            .bind(kind)
            .push(" AND job_key IN ")
            .list(part.iter().cloned())
            .push(" ORDER BY id");
        for row in query.all::<Row>(sql).await? {
            let why = row.last_error.as_deref().map(settle::read).transpose()?;
            let (id, due_at) = (JobId(row.id), Moment(row.due_at));
            found.push(KeyedState { id, key: row.job_key, due_at, attempts: row.attempts, is_dead: row.is_dead, why });
        }
    }
    Ok(found)
}
