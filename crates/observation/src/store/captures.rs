use crate::service::Outcome;
use noroshi_ledger::{LedgerError, Query, Sql, UnitOfWork};

/// Whether the same bytes were imported for a sensor before.
pub(crate) async fn is_known(query: &impl Query, sensor: i64, sha256: &str) -> Result<bool, LedgerError> {
    let sql = Sql::new("SELECT count(*) AS n FROM observation_capture WHERE sensor_id = ").bind(sensor).push(" AND sha256 = ").bind(sha256);
    Ok(query.number(sql).await? > 0)
}

pub(crate) async fn insert(work: &UnitOfWork, id: i64, sensor: i64, name: &str, sha256: &str, counts: &Outcome) -> Result<(), LedgerError> {
    let mut sql = Sql::new(
        "INSERT INTO observation_capture (id, sensor_id, name, sha256, imported_at, packets, stored, not_ip, truncated, malformed, wire_bytes) VALUES (",
    )
    .bind(id)
    .push(", ")
    .bind(sensor)
    .push(", ")
    .bind(name)
    .push(", ")
    .bind(sha256)
    .push(", ")
    .bind(work.now().0);
    for count in [counts.packets, counts.stored, counts.not_ip, counts.truncated, counts.malformed, counts.bytes] {
        sql = sql.push(", ").bind(count.cast_signed());
    }
    work.execute(sql.push(")")).await.map(|_| ())
}
