//! Finding what an import may join.

use crate::model::{Category, joining::Span};
use noroshi_kernel::{id::IncidentId, moment::Moment};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};
use std::collections::{HashMap, HashSet};

/// How many values one question asks for. Questions of one size share a prepared statement.
const PART: usize = 500;

#[derive(FromQueryResult)]
struct KeyRow {
    row_key: Vec<u8>,
}

/// Those of the keys that were imported before.
pub(crate) async fn seen_keys(work: &UnitOfWork, keys: &[[u8; 16]]) -> Result<HashSet<Vec<u8>>, LedgerError> {
    let mut seen = HashSet::new();
    for part in keys.chunks(PART) {
        let sql = Sql::new("SELECT row_key FROM incident_report WHERE row_key IN ").list(part.iter().map(|key| key.to_vec()));
        seen.extend(work.all::<KeyRow>(sql).await?.into_iter().map(|row| row.row_key));
    }
    Ok(seen)
}

#[derive(FromQueryResult)]
struct SpanRow {
    id: i64,
    target: String,
    category: String,
    first_report_at: i64,
    last_report_at: i64,
}

/// The spans of every incident with one of these target hashes, by category and target.
pub(crate) async fn spans(work: &UnitOfWork, hashes: &[i64]) -> Result<HashMap<(Category, String), Vec<Span>>, LedgerError> {
    let mut spans: HashMap<_, Vec<_>> = HashMap::new();
    for part in hashes.chunks(PART) {
        let sql = Sql::new("SELECT id, target, category, first_report_at, last_report_at FROM incident WHERE target_hash IN ").list(part.iter().copied());
        for row in work.all::<SpanRow>(sql).await? {
            let span = Span { incident: IncidentId(row.id), first: Moment(row.first_report_at), last: Moment(row.last_report_at) };
            spans.entry((Category::from_key(&row.category), row.target)).or_default().push(span);
        }
    }
    Ok(spans)
}
