//! What tells how sensors are, each in one query for all of them.

use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql};

/// The batch of a sensor that came last.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Last {
    pub(crate) sensor_id: i64,
    pub(crate) received_at: i64,
    pub(crate) closed_at: i64,
    pub(crate) clock_offset_us: Option<i64>,
}

pub(crate) async fn last(query: &impl Query) -> Result<Vec<Last>, LedgerError> {
    let sql = "SELECT b.sensor_id, b.received_at, b.closed_at, b.clock_offset_us FROM observation_sensor s JOIN observation_batch b ON b.id = (SELECT n.id FROM observation_batch n WHERE n.sensor_id = s.id ORDER BY n.received_at DESC, n.id DESC LIMIT 1)";
    query.all(Sql::new(sql)).await
}

/// A number for each sensor.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Number {
    pub(crate) sensor_id: i64,
    pub(crate) n: i64,
}

/// Packets that the kernels of sensors had no room for, told since a moment.
pub(crate) async fn dropped(query: &impl Query, since: i64) -> Result<Vec<Number>, LedgerError> {
    let sql = Sql::new("SELECT sensor_id, CAST(sum(kernel_drops) AS BIGINT) AS n FROM observation_batch WHERE kernel_drops > 0 AND received_at >= ");
    query.all(sql.bind(since).push(" GROUP BY sensor_id")).await
}

/// Until when the certificates of sensors are good.
pub(crate) async fn certified(query: &impl Query) -> Result<Vec<Number>, LedgerError> {
    query.all(Sql::new("SELECT sensor_id, max(expires_at) AS n FROM observation_certificate WHERE withdrawn_at IS NULL GROUP BY sensor_id")).await
}

/// When a capture of sensors was imported last.
pub(crate) async fn imported(query: &impl Query) -> Result<Vec<Number>, LedgerError> {
    query.all(Sql::new("SELECT sensor_id, max(imported_at) AS n FROM observation_capture GROUP BY sensor_id")).await
}

/// Gaps of a sensor, added up.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Missing {
    pub(crate) sensor_id: i64,
    pub(crate) gaps: i64,
    /// Packets that are known to be missing; gaps that do not tell how many are not in it.
    pub(crate) packets: i64,
}

pub(crate) async fn missing(query: &impl Query, since: i64) -> Result<Vec<Missing>, LedgerError> {
    let sql = Sql::new("SELECT sensor_id, count(*) AS gaps, CAST(COALESCE(sum(packets), 0) AS BIGINT) AS packets FROM observation_gap WHERE to_at >= ");
    query.all(sql.bind(since).push(" GROUP BY sensor_id")).await
}

/// A gap.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct GapRow {
    pub(crate) reason: String,
    pub(crate) from_at: i64,
    pub(crate) to_at: i64,
    pub(crate) packets: Option<i64>,
}

/// The newest gaps of a sensor.
pub(crate) async fn gaps(query: &impl Query, sensor: i64, most: u32) -> Result<Vec<GapRow>, LedgerError> {
    let sql = Sql::new("SELECT reason, from_at, to_at, packets FROM observation_gap WHERE sensor_id = ").bind(sensor);
    query.all(sql.push(" ORDER BY to_at DESC, id DESC LIMIT ").bind(i64::from(most))).await
}

/// What the batches of a sensor tell of what was not recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Counted {
    pub(crate) batches: i64,
    pub(crate) kept: i64,
    pub(crate) not_ip: i64,
    pub(crate) truncated: i64,
    pub(crate) malformed: i64,
    pub(crate) left_out: i64,
    pub(crate) kernel_drops: i64,
}

pub(crate) async fn counted(query: &impl Query, sensor: i64, since: i64) -> Result<Counted, LedgerError> {
    let sum = |column: &str| format!("CAST(COALESCE(sum({column}), 0) AS BIGINT) AS {column}");
    let sums = ["kept", "not_ip", "truncated", "malformed", "left_out", "kernel_drops"].map(sum).join(", ");
    let sql = Sql::new("SELECT count(*) AS batches, ").push(&sums).push(" FROM observation_batch WHERE sensor_id = ").bind(sensor);
    Ok(query.one(sql.push(" AND received_at >= ").bind(since)).await?.unwrap_or_default())
}

/// A refusal that was noted.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct RefusalRow {
    pub(crate) id: i64,
    pub(crate) at: i64,
    pub(crate) name: Option<String>,
    pub(crate) text: String,
    pub(crate) peer: String,
}

/// Refusals, the newest first: of one sensor or all, before one of them.
pub(crate) async fn refusals(query: &impl Query, sensor: Option<i64>, before: Option<i64>, most: u32) -> Result<Vec<RefusalRow>, LedgerError> {
    let mut sql =
        Sql::new("SELECT r.id, r.at, s.name, r.text, r.peer FROM observation_refusal r LEFT JOIN observation_sensor s ON s.id = r.sensor_id WHERE r.id < ")
            .bind(before.unwrap_or(i64::MAX));
    if let Some(sensor) = sensor {
        sql = sql.push(" AND r.sensor_id = ").bind(sensor);
    }
    query.all(sql.push(" ORDER BY r.id DESC LIMIT ").bind(i64::from(most))).await
}

/// How batches and files stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Waits {
    pub(crate) batches: i64,
    pub(crate) packets: i64,
    pub(crate) since: Option<i64>,
}

/// Batches whose packets are not in the lake yet.
pub(crate) async fn waiting(query: &impl Query) -> Result<Waits, LedgerError> {
    let sql = "SELECT count(*) AS batches, CAST(COALESCE(sum(kept), 0) AS BIGINT) AS packets, min(received_at) AS since FROM observation_batch WHERE taken_at IS NULL";
    Ok(query.one(Sql::new(sql)).await?.unwrap_or_default())
}

/// The files that count, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Files {
    pub(crate) files: i64,
    pub(crate) packets: i64,
    pub(crate) size_bytes: i64,
    pub(crate) from_at: Option<i64>,
    pub(crate) to_at: Option<i64>,
    pub(crate) unrolled: i64,
}

pub(crate) async fn files(query: &impl Query) -> Result<Files, LedgerError> {
    let sql = "SELECT count(*) AS files, CAST(COALESCE(sum(packets), 0) AS BIGINT) AS packets, CAST(COALESCE(sum(size_bytes), 0) AS BIGINT) AS size_bytes, min(from_at) AS from_at, max(to_at) AS to_at, count(*) - count(rolled_at) AS unrolled FROM observation_file WHERE retired_at IS NULL";
    Ok(query.one(Sql::new(sql)).await?.unwrap_or_default())
}

/// A capture that was imported.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct CaptureRow {
    pub(crate) sensor: String,
    pub(crate) name: String,
    pub(crate) imported_at: i64,
    pub(crate) packets: i64,
    pub(crate) stored: i64,
    pub(crate) not_ip: i64,
    pub(crate) truncated: i64,
    pub(crate) malformed: i64,
}

/// The captures that were imported last.
pub(crate) async fn captures(query: &impl Query, most: u32) -> Result<Vec<CaptureRow>, LedgerError> {
    let sql = "SELECT s.name AS sensor, c.name, c.imported_at, c.packets, c.stored, c.not_ip, c.truncated, c.malformed FROM observation_capture c JOIN observation_sensor s ON s.id = c.sensor_id ORDER BY c.id DESC LIMIT ";
    query.all(Sql::new(sql).bind(i64::from(most))).await
}
