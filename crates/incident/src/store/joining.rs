//! Finding what an import may join.

use crate::model::{
    Category, State,
    joining::{Span, Spans},
};
use noroshi_kernel::{
    access::Label,
    id::{CorrespondenceId, IncidentId, ReportId},
    moment::Moment,
    tlp::Tlp,
};
use noroshi_ledger::{Backend, FromQueryResult, LedgerError, Query, Sql, UnitOfWork, audit};
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

/// The report that a letter is, with the targets of the incidents that it tells of.
pub(crate) async fn report_of(query: &impl Query, letter: CorrespondenceId) -> Result<Option<(ReportId, HashSet<String>)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct TargetRow {
        target: String,
    }
    let report = query.number(Sql::new("SELECT min(id) AS n FROM incident_report WHERE correspondence_id = ").bind(letter.0)).await?;
    if report == 0 {
        return Ok(None);
    }
    let sql = Sql::new("SELECT i.target FROM incident_told t JOIN incident i ON i.id = t.incident_id WHERE t.report_id = ").bind(report);
    let targets = query.all::<TargetRow>(sql).await?.into_iter().map(|row| row.target).collect();
    Ok(Some((ReportId(report), targets)))
}

#[derive(FromQueryResult)]
struct SpanRow {
    id: i64,
    target: String,
    category: String,
    first_report_at: i64,
    last_report_at: i64,
    brand_at: Option<i64>,
    previous_id: Option<i64>,
    tlp: i64,
}

/// The spans of every incident with one of these target hashes, by category and target.
pub(crate) async fn spans(work: &UnitOfWork, hashes: &[i64]) -> Result<HashMap<(Category, String), Spans>, LedgerError> {
    let mut spans: HashMap<_, Spans> = HashMap::new();
    for part in hashes.chunks(PART) {
        let sql = Sql::new("SELECT id, target, category, first_report_at, last_report_at, brand_at, previous_id, tlp FROM incident WHERE merged_into_id IS NULL AND target_hash IN ").list(part.iter().copied());
        for row in work.all::<SpanRow>(sql).await? {
            let span = Span {
                incident: IncidentId(row.id),
                first: Moment(row.first_report_at),
                last: Moment(row.last_report_at),
                named_at: row.brand_at.map(Moment),
                previous: row.previous_id.map(IncidentId),
                tlp: i16::try_from(row.tlp).map_or(Tlp::Red, Tlp::from_rank),
            };
            spans.entry((Category::from_key(&row.category), row.target)).or_default().0.push(span);
        }
    }
    Ok(spans)
}

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
}

/// Keeps incidents from being changed by anybody else until the commit. On SQLite a unit of work is alone already.
pub(crate) async fn lock(work: &UnitOfWork, incidents: &[IncidentId]) -> Result<(), LedgerError> {
    if work.backend() == Backend::Postgres {
        for part in incidents.chunks(PART) {
            let sql = Sql::new("SELECT id FROM incident WHERE id IN ").list(part.iter().map(|id| id.0)).push(" ORDER BY id FOR UPDATE");
            work.all::<IdRow>(sql).await?;
        }
    }
    Ok(())
}

/// Those of the incidents that nobody has worked on: new, labelled as they came, without a note, without anybody asked, and
/// nothing was ever done to them. They are locked first, so that it stays so until the commit.
pub(crate) async fn untouched(work: &UnitOfWork, incidents: &[IncidentId]) -> Result<HashSet<IncidentId>, LedgerError> {
    let mut sorted = incidents.to_vec();
    sorted.sort_unstable();
    lock(work, &sorted).await?;
    let done = audit::subjects(work, "incident", &sorted.iter().map(|id| id.0).collect::<Vec<_>>()).await?;
    let mut untouched = HashSet::new();
    for part in sorted.chunks(PART) {
        let sql = Sql::new("SELECT i.id FROM incident i WHERE i.state = ")
            .bind(State::New.key())
            .push(" AND i.tlp = ")
            .bind(i64::from(Label::default().tlp.rank()))
            .push(" AND NOT EXISTS (SELECT 1 FROM incident_coordination k WHERE k.incident_id = i.id) AND NOT EXISTS (SELECT 1 FROM incident_note n WHERE n.incident_id = i.id) AND i.id IN ")
            .list(part.iter().map(|id| id.0));
        untouched.extend(work.all::<IdRow>(sql).await?.into_iter().filter(|row| !done.contains(&row.id)).map(|row| IncidentId(row.id)));
    }
    Ok(untouched)
}
