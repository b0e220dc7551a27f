//! Rises that were found, and what they are judged by.

use super::cells::{self, At};
use crate::rollup::{Dimension, Level};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

/// A rise as it is kept.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) number: i64,
    pub(crate) service: String,
    pub(crate) country: String,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) from_at: i64,
    pub(crate) to_at: i64,
    pub(crate) found_at: i64,
    pub(crate) evidence: String,
    pub(crate) explanation_ja: String,
    pub(crate) explanation_en: String,
    pub(crate) reason: String,
}

const COLUMNS: &str =
    "SELECT id, number, service, country, kind, state, from_at, to_at, found_at, evidence, explanation_ja, explanation_en, reason FROM observation_rise";

/// Keeps a rise, and gives its number. Hold the lock `observation.detect`.
pub(crate) async fn insert(work: &UnitOfWork, row: &Row) -> Result<(i64, i64), LedgerError> {
    let id = work.take_id().await?;
    let number = work.number(Sql::new("SELECT COALESCE(max(number), 0) AS n FROM observation_rise")).await? + 1;
    let sql = Sql::new("INSERT INTO observation_rise (id, number, service, country, kind, state, from_at, to_at, found_at, evidence) VALUES (")
        .bind(id)
        .push(", ")
        .bind(number)
        .push(", ")
        .bind(row.service.as_str())
        .push(", ")
        .bind(row.country.as_str())
        .push(", ")
        .bind(row.kind.as_str())
        .push(", ")
        .bind(row.state.as_str())
        .push(", ")
        .bind(row.from_at)
        .push(", ")
        .bind(row.to_at)
        .push(", ")
        .bind(row.found_at)
        .push(", ")
        .bind(row.evidence.as_str())
        .push(")");
    work.execute(sql).await?;
    Ok((id, number))
}

/// Says until when a rise lasted, and what its evidence is now.
pub(crate) async fn extend(work: &UnitOfWork, id: i64, to_at: i64, evidence: &str) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_rise SET to_at = ").bind(to_at).push(", evidence = ").bind(evidence).push(" WHERE id = ").bind(id);
    work.execute(sql).await.map(|_| ())
}

/// Says that a rise of one country is one of the whole service.
pub(crate) async fn widen(work: &UnitOfWork, id: i64, kind: &str, evidence: &str) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_rise SET country = '', kind = ").bind(kind).push(", evidence = ").bind(evidence).push(" WHERE id = ").bind(id);
    work.execute(sql).await.map(|_| ())
}

/// Says what a person made of it.
pub(crate) async fn decide(work: &UnitOfWork, row: &Row) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_rise SET state = ")
        .bind(row.state.as_str())
        .push(", explanation_ja = ")
        .bind(row.explanation_ja.as_str())
        .push(", explanation_en = ")
        .bind(row.explanation_en.as_str())
        .push(", reason = ")
        .bind(row.reason.as_str())
        .push(" WHERE id = ")
        .bind(row.id);
    work.execute(sql).await.map(|_| ())
}

/// Rises that lasted into a span.
pub(crate) async fn within(query: &impl Query, from: i64, to: i64) -> Result<Vec<Row>, LedgerError> {
    query.all(Sql::new(COLUMNS).push(" WHERE to_at >= ").bind(from).push(" AND from_at <= ").bind(to).push(" ORDER BY id DESC")).await
}

/// Rises that began in a span.
pub(crate) async fn begun(query: &impl Query, from: i64, to: i64) -> Result<Vec<Row>, LedgerError> {
    query.all(Sql::new(COLUMNS).push(" WHERE from_at >= ").bind(from).push(" AND from_at < ").bind(to).push(" ORDER BY id DESC")).await
}

pub(crate) async fn numbered(query: &impl Query, number: i64) -> Result<Option<Row>, LedgerError> {
    query.one(Sql::new(COLUMNS).push(" WHERE number = ").bind(number)).await
}

/// Rises of a state (without it: of every state), those found last first.
pub(crate) async fn list(query: &impl Query, state: Option<&str>, skip: u64, most: u64) -> Result<Vec<Row>, LedgerError> {
    let sql = of_state(Sql::new(COLUMNS), state).push(" ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, found_at DESC, number DESC");
    query.all(sql.push(" LIMIT ").bind(most.cast_signed()).push(" OFFSET ").bind(skip.cast_signed())).await
}

pub(crate) async fn count(query: &impl Query, state: Option<&str>) -> Result<i64, LedgerError> {
    query.number(of_state(Sql::new("SELECT count(*) AS n FROM observation_rise"), state)).await
}

fn of_state(sql: Sql, state: Option<&str>) -> Sql {
    match state {
        Some(state) => sql.push(" WHERE state = ").bind(state),
        None => sql,
    }
}

/// The cells of some keys with their keys, in hours or days that begin within a span.
pub(crate) async fn cells(
    query: &impl Query,
    level: Level,
    dimension: Dimension,
    keys: &[String],
    (from, to): (i64, i64),
) -> Result<Vec<(String, At)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Cell {
        key: String,
        at: i64,
        packets: i64,
        sensors: Vec<u8>,
        sources: Vec<u8>,
    }
    let sql = Sql::new("SELECT key, at, packets, sensors, sources FROM observation_cell WHERE level = ")
        .bind(level.number())
        .push(" AND dimension = ")
        .bind(dimension.number())
        .push(" AND at >= ")
        .bind(from)
        .push(" AND at < ")
        .bind(to)
        .push(" AND key IN ")
        .list(keys.iter().map(String::as_str));
    let cell = |row: Cell| {
        let at = At { at: row.at, packets: row.packets.unsigned_abs(), sensors: cells::sensors(&row.sensors)?, sources: cells::sketch(&row.sources)? };
        Ok((row.key, at))
    };
    query.all::<Cell>(sql).await?.into_iter().map(cell).collect()
}
