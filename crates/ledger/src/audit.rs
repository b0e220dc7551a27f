//! Who did what, when. Rows are only ever added; the chain and its signed checkpoints are laid over them later.

use crate::{LedgerError, Query, Sql, UnitOfWork};
use noroshi_kernel::{access::Actor, moment::Moment};
use sea_orm::FromQueryResult;
use serde::Serialize;
use std::collections::HashSet;

/// One action, before it is written.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// What was done, as `desk.action`: `incident.close`.
    pub action: &'static str,
    /// The kind of thing it was done to: `incident`.
    pub subject_kind: &'static str,
    /// The thing's id.
    pub subject_id: i64,
    /// What changed, without secrets.
    pub detail: &'a serde_json::Value,
}

/// One action, as written.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult, Serialize)]
pub struct Row {
    /// The row's id, in the order of writing.
    pub id: i64,
    /// When, in microseconds UTC.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// The kind of thing it was done to.
    pub subject_kind: String,
    /// The thing's id.
    pub subject_id: i64,
    /// What changed, as JSON.
    pub detail: String,
}

impl Row {
    /// When.
    #[must_use]
    pub const fn moment(&self) -> Moment {
        Moment(self.at)
    }
}

pub(crate) async fn write(work: &UnitOfWork, actor: &Actor, entry: Entry<'_>) -> Result<(), LedgerError> {
    let id = work.take_id().await?;
    let sql = Sql::new("INSERT INTO ledger_audit (id, at, actor, action, subject_kind, subject_id, detail) VALUES (")
        .bind(id)
        .push(", ")
        .bind(work.now().0)
        .push(", ")
        .bind(actor.name())
        .push(", ")
        .bind(entry.action)
        .push(", ")
        .bind(entry.subject_kind)
        .push(", ")
        .bind(entry.subject_id)
        .push(", ")
        .bind(entry.detail.to_string())
        .push(")");
    work.execute(sql).await.map(|_| ())
}

/// Those of the things of a kind to which something was done.
///
/// # Errors
/// When the database cannot be reached.
pub async fn subjects(query: &impl Query, subject_kind: &str, ids: &[i64]) -> Result<HashSet<i64>, LedgerError> {
    #[derive(FromQueryResult)]
    struct SubjectRow {
        subject_id: i64,
    }
    let mut subjects = HashSet::new();
    for part in ids.chunks(500) {
        let sql = Sql::new("SELECT DISTINCT subject_id FROM ledger_audit WHERE subject_kind = ")
            .bind(subject_kind)
            .push(" AND subject_id IN ")
            .list(part.iter().copied());
        subjects.extend(query.all::<SubjectRow>(sql).await?.into_iter().map(|row| row.subject_id));
    }
    Ok(subjects)
}

/// What was done to one thing, oldest first, at most `limit` rows.
///
/// # Errors
/// When the database cannot be reached.
pub async fn of_subject(query: &impl Query, subject_id: i64, limit: u32) -> Result<Vec<Row>, LedgerError> {
    let sql = Sql::new("SELECT id, at, actor, action, subject_kind, subject_id, detail FROM ledger_audit WHERE subject_id = ")
        .bind(subject_id)
        .push(" ORDER BY id LIMIT ")
        .bind(i64::from(limit));
    query.all(sql).await
}
