//! Numbers of batches that are not there.

use noroshi_kernel::moment::Moment;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

/// Under this reason a hole stands among the gaps.
const REASON: &str = "missing";
/// As the numbers of a hole before a run's first batch.
const BEFORE_THE_FIRST: i64 = -1;

/// A batch whose neighbour before it is not there.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Behind {
    pub(crate) id: i64,
    pub(crate) sensor_id: i64,
    pub(crate) boot: String,
    pub(crate) sequence: i64,
    pub(crate) opened_at: i64,
}

/// Batches that came within a span, or are these, and whose neighbour before them is not there: of their run, or, of a run's first, the one that it names.
pub(crate) async fn behind_holes(query: &impl Query, from: Moment, to: Moment, besides: &[i64]) -> Result<Vec<Behind>, LedgerError> {
    let mut sql = Sql::new("SELECT b.id, b.sensor_id, b.boot, b.sequence, b.opened_at FROM observation_batch b WHERE ((b.received_at >= ")
        .bind(from.0)
        .push(" AND b.received_at < ")
        .bind(to.0)
        .push(")");
    for part in besides.chunks(500) {
        sql = sql.push(" OR b.id IN ").list(part.iter().copied());
    }
    let sql = sql
        .push(") AND ((b.sequence > 0 AND NOT EXISTS (SELECT 1 FROM observation_batch p WHERE p.sensor_id = b.sensor_id AND p.boot = b.boot AND p.sequence = b.sequence - 1))")
        .push(" OR (b.sequence = 0 AND b.previous IS NOT NULL AND NOT EXISTS (SELECT 1 FROM observation_batch p WHERE p.hash = b.previous))) ORDER BY b.id");
    query.all(sql).await
}

/// The batch before a hole.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Before {
    pub(crate) boot: String,
    pub(crate) sequence: i64,
    pub(crate) closed_at: i64,
}

/// The last batch before one behind a hole: of its run, or else of the sensor.
pub(crate) async fn before(query: &impl Query, behind: &Behind) -> Result<Option<Before>, LedgerError> {
    const BATCH: &str = "SELECT boot, sequence, closed_at FROM observation_batch WHERE sensor_id = ";
    let of_run = Sql::new(BATCH).bind(behind.sensor_id).push(" AND boot = ").bind(behind.boot.as_str()).push(" AND sequence < ").bind(behind.sequence);
    if let Some(before) = query.one(of_run.push(" ORDER BY sequence DESC LIMIT 1")).await? {
        return Ok(Some(before));
    }
    let of_others = Sql::new(BATCH).bind(behind.sensor_id).push(" AND boot <> ").bind(behind.boot.as_str()).push(" AND id < ").bind(behind.id);
    query.one(of_others.push(" ORDER BY id DESC LIMIT 1")).await
}

/// Batches that are missing: numbers of a run, or [`BEFORE_THE_FIRST`], and the span that they were of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) boot: String,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Hole {
    /// What is left when some numbers are told.
    pub(crate) fn without(self, first: i64, last: i64) -> Vec<Self> {
        if last < self.first || first > self.last {
            return vec![self];
        }
        let low = Self { last: first - 1, ..self.clone() };
        let high = Self { first: last.saturating_add(1), ..self };
        [low, high].into_iter().filter(|part| part.first <= part.last).collect()
    }
}

/// The whole hole between two batches.
pub(crate) fn whole(behind: &Behind, before: Option<&Before>) -> Hole {
    let from = before.map_or(behind.opened_at, |before| before.closed_at.min(behind.opened_at));
    let numbers = match before {
        Some(before) if before.boot == behind.boot => (before.sequence + 1, behind.sequence - 1),
        _ if behind.sequence > 0 => (0, behind.sequence - 1),
        _ => (BEFORE_THE_FIRST, BEFORE_THE_FIRST),
    };
    Hole { boot: behind.boot.clone(), first: numbers.0, last: numbers.1, from, to: behind.opened_at }
}

/// Which batches of a sensor are told to be missing: runs, with the first and last number.
pub(crate) async fn told(query: &impl Query, sensor: i64) -> Result<Vec<(String, i64, i64)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Told {
        boot: String,
        first_sequence: i64,
        last_sequence: i64,
    }
    let sql = Sql::new("SELECT boot, first_sequence, last_sequence FROM observation_gap WHERE boot <> '' AND sensor_id = ").bind(sensor);
    Ok(query.all::<Told>(sql).await?.into_iter().map(|told| (told.boot, told.first_sequence, told.last_sequence)).collect())
}

/// Tells a hole as a gap. How many packets were in it nobody knows.
pub(crate) async fn insert(work: &UnitOfWork, sensor: i64, behind: i64, hole: &Hole) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO observation_gap (id, sensor_id, batch_id, reason, from_at, to_at, boot, first_sequence, last_sequence) VALUES (")
        .bind(work.take_id().await?)
        .push(", ")
        .bind(sensor)
        .push(", ")
        .bind(behind)
        .push(", ")
        .bind(REASON)
        .push(", ")
        .bind(hole.from)
        .push(", ")
        .bind(hole.to)
        .push(", ")
        .bind(hole.boot.as_str())
        .push(", ")
        .bind(hole.first)
        .push(", ")
        .bind(hole.last)
        .push(") ON CONFLICT DO NOTHING");
    work.execute(sql).await.map(|_| ())
}

/// Takes holes back of which something came after all; gives the batches behind them, as a part may still be missing.
pub(crate) async fn take_back(work: &UnitOfWork) -> Result<Vec<i64>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Filled {
        id: i64,
        batch_id: i64,
    }
    let sql = Sql::new("SELECT g.id, g.batch_id FROM observation_gap g WHERE g.reason = ")
        .bind(REASON)
        .push(" AND (EXISTS (SELECT 1 FROM observation_batch b WHERE b.sensor_id = g.sensor_id AND b.boot = g.boot AND b.sequence >= g.first_sequence AND b.sequence <= g.last_sequence)")
        .push(" OR (g.first_sequence < 0 AND EXISTS (SELECT 1 FROM observation_batch n JOIN observation_batch p ON p.hash = n.previous WHERE n.id = g.batch_id)))");
    let filled: Vec<Filled> = work.all(sql).await?;
    for part in filled.chunks(500) {
        work.execute(Sql::new("DELETE FROM observation_gap WHERE id IN ").list(part.iter().map(|filled| filled.id))).await?;
    }
    Ok(filled.into_iter().map(|filled| filled.batch_id).collect())
}
