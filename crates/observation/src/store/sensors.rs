use crate::watch::Watch;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

/// A host that records unsolicited packets.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Sensor {
    /// Its id.
    pub id: i64,
    /// The number that its packets bear.
    pub number: i64,
    /// What it is called.
    pub name: String,
}

pub(crate) async fn named(query: &impl Query, name: &str) -> Result<Option<Sensor>, LedgerError> {
    query.one(Sql::new("SELECT id, number, name FROM observation_sensor WHERE name = ").bind(name)).await
}

pub(crate) async fn all(query: &impl Query) -> Result<Vec<Sensor>, LedgerError> {
    query.all(Sql::new("SELECT id, number, name FROM observation_sensor ORDER BY name")).await
}

/// Registers a sensor. Hold the lock `observation.sensor`.
pub(crate) async fn insert(work: &UnitOfWork, name: &str) -> Result<Sensor, LedgerError> {
    let id = work.take_id().await?;
    let number = work.number(Sql::new("SELECT COALESCE(max(number), 0) AS n FROM observation_sensor")).await? + 1;
    let sql = Sql::new("INSERT INTO observation_sensor (id, number, name, registered_at) VALUES (")
        .bind(id)
        .push(", ")
        .bind(number)
        .push(", ")
        .bind(name)
        .push(", ")
        .bind(work.now().0)
        .push(")");
    work.execute(sql).await?;
    Ok(Sensor { id, number, name: name.to_owned() })
}

pub(crate) async fn insert_watch(work: &UnitOfWork, watch: Watch) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO observation_watch (id, sensor_id, from_at, to_at) VALUES (")
        .bind(work.take_id().await?)
        .push(", ")
        .bind(watch.sensor)
        .push(", ")
        .bind(watch.from)
        .push(", ")
        .bind(watch.to)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

/// The spans that reach into a window.
pub(crate) async fn watches(query: &impl Query, from: i64, to: i64) -> Result<Vec<Watch>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        sensor_id: i64,
        from_at: i64,
        to_at: i64,
    }
    let sql = Sql::new("SELECT sensor_id, from_at, to_at FROM observation_watch WHERE to_at > ").bind(from).push(" AND from_at < ").bind(to);
    Ok(query.all::<Row>(sql).await?.into_iter().map(|row| Watch { sensor: row.sensor_id, from: row.from_at, to: row.to_at }).collect())
}
