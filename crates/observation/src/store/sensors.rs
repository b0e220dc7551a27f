use crate::{service::registry::Site, watch::Watch};
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
    /// The organisation that hosts it.
    pub organisation: String,
    /// The region in which it stands.
    pub region: String,
    /// Its country (ISO 3166-1 alpha-2), or nothing.
    pub country: String,
    /// How many addresses it watches.
    pub addresses: i64,
    /// How batches name it, once it was let in.
    pub identity: Option<String>,
    /// When it was let in last.
    pub enrolled_at: Option<i64>,
    /// When it was shut out.
    pub revoked_at: Option<i64>,
    /// The program that it runs.
    pub software: String,
    /// When it was entered.
    pub registered_at: i64,
    /// When the link for its host was made, if there is one.
    pub host_link: Option<i64>,
}

const COLUMNS: &str = "SELECT id, number, name, organisation, region, country, addresses, identity, enrolled_at, revoked_at, software, registered_at, host_link FROM observation_sensor";

pub(crate) async fn named(query: &impl Query, name: &str) -> Result<Option<Sensor>, LedgerError> {
    query.one(Sql::new(COLUMNS).push(" WHERE name = ").bind(name)).await
}

pub(crate) async fn find(query: &impl Query, id: i64) -> Result<Option<Sensor>, LedgerError> {
    query.one(Sql::new(COLUMNS).push(" WHERE id = ").bind(id)).await
}

pub(crate) async fn numbered(query: &impl Query, number: i64) -> Result<Option<Sensor>, LedgerError> {
    query.one(Sql::new(COLUMNS).push(" WHERE number = ").bind(number)).await
}

pub(crate) async fn all(query: &impl Query) -> Result<Vec<Sensor>, LedgerError> {
    query.all(Sql::new(COLUMNS).push(" ORDER BY name")).await
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
    find(work, id).await?.ok_or_else(|| LedgerError::Damaged("a registered sensor did not come back".into()))
}

/// Says when the link for a sensor's host was made, or that there is none.
pub(crate) async fn set_host_link(work: &UnitOfWork, sensor: i64, made_at: Option<i64>) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_sensor SET host_link = ").bind(made_at).push(" WHERE id = ").bind(sensor);
    work.execute(sql).await.map(|_| ())
}

/// Says where a sensor stands.
pub(crate) async fn place(work: &UnitOfWork, sensor: i64, site: &Site) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_sensor SET organisation = ")
        .bind(site.organisation.as_str())
        .push(", region = ")
        .bind(site.region.as_str())
        .push(", country = ")
        .bind(site.country.as_str())
        .push(", addresses = ")
        .bind(site.addresses)
        .push(" WHERE id = ")
        .bind(sensor);
    work.execute(sql).await.map(|_| ())
}

/// Adds a span to those in which a sensor watched: to the one that ends where it begins, or less than a second earlier (what came while a batch
/// was closed is in the next one), when there is one.
pub(crate) async fn watched(work: &UnitOfWork, watch: Watch) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_watch SET to_at = ")
        .bind(watch.to)
        .push(" WHERE id = (SELECT id FROM observation_watch WHERE sensor_id = ")
        .bind(watch.sensor)
        .push(" AND to_at > ")
        .bind(watch.from.saturating_sub(1_000_000))
        .push(" AND to_at <= ")
        .bind(watch.from)
        .push(" ORDER BY id DESC LIMIT 1)");
    if watch.from < watch.to && work.execute(sql).await? == 0 { insert_watch(work, watch).await } else { Ok(()) }
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
