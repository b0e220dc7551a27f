//! Cells of rollups.

use crate::rollup::{Dimension, Level, Place};
use noroshi_lake::{packets::Cell, sketch::Sketch};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};
use std::collections::{BTreeMap, HashMap};

/// So many keys are asked for at once.
const PER_STATEMENT: usize = 500;

#[derive(FromQueryResult)]
struct Known {
    key: String,
    sensors: Vec<u8>,
    sources: Vec<u8>,
}

/// A cell as it is kept.
#[derive(Default)]
pub(crate) struct Row {
    level: i64,
    dimension: i64,
    at: i64,
    key: String,
    packets: i64,
    sensors: Vec<u8>,
    sources: Vec<u8>,
}

impl Row {
    pub(crate) fn new(place: Place, cell: &Cell) -> Self {
        Self { level: place.level.number(), dimension: place.value.dimension().number(), at: place.at, key: place.value.key(), ..Self::holding(cell) }
    }

    fn holding(cell: &Cell) -> Self {
        Self { packets: cell.packets().cast_signed(), sensors: by_sensor(&cell.sensors), sources: cell.sources.to_bytes(), ..Self::default() }
    }
}

/// Adds cells to those that are there. Hold the lock `observation.rollup`.
pub(crate) async fn add(work: &UnitOfWork, cells: Vec<(Place, Cell)>) -> Result<(), LedgerError> {
    let mut spans: BTreeMap<(i64, i64, i64), HashMap<String, Cell>> = BTreeMap::new();
    for (place, cell) in cells {
        let span = (place.level.number(), place.value.dimension().number(), place.at);
        spans.entry(span).or_default().insert(place.value.key(), cell);
    }
    for (span, mut cells) in spans {
        let mut keys: Vec<String> = cells.keys().cloned().collect();
        keys.sort_unstable();
        for keys in keys.chunks(PER_STATEMENT) {
            for row in work.all::<Known>(of("SELECT key, sensors, sources FROM observation_cell", span, keys)).await? {
                let known = cell(&row).ok_or_else(|| LedgerError::Damaged(format!("the cell {span:?} {} of a rollup cannot be read", row.key)))?;
                cells.entry(row.key).or_default().merge(&known);
            }
            work.execute(of("DELETE FROM observation_cell", span, keys)).await?;
        }
        let (level, dimension, at) = span;
        insert(work, cells.iter().map(|(key, cell)| Row { level, dimension, at, key: key.clone(), ..Row::holding(cell) })).await?;
    }
    Ok(())
}

fn of(what: &str, (level, dimension, at): (i64, i64, i64), keys: &[String]) -> Sql {
    Sql::new(what)
        .push(" WHERE level = ")
        .bind(level)
        .push(" AND dimension = ")
        .bind(dimension)
        .push(" AND at = ")
        .bind(at)
        .push(" AND key IN ")
        .list(keys.iter().map(String::as_str))
}

/// Keeps cells that are not there yet.
pub(crate) async fn insert(work: &UnitOfWork, cells: impl Iterator<Item = Row>) -> Result<(), LedgerError> {
    const CELL: bulk::Target = bulk::Target { table: "observation_cell", columns: &["level", "dimension", "key", "at", "packets", "sensors", "sources"] };
    let mut rows = bulk::Rows::into_table(CELL);
    for Row { level, dimension, at, key, packets, sensors, sources } in cells {
        rows.push([level.into(), dimension.into(), key.into(), at.into(), packets.into(), sensors.into(), sources.into()]);
    }
    rows.insert(work).await
}

/// Packets by sensor of some keys, in days that begin within a span.
pub(crate) async fn by_sensors(
    query: &impl Query,
    dimension: Dimension,
    keys: &[String],
    span: (i64, i64),
) -> Result<HashMap<String, BTreeMap<u32, u64>>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Sensors {
        key: String,
        sensors: Vec<u8>,
    }
    let mut found: HashMap<String, BTreeMap<u32, u64>> = HashMap::new();
    for keys in keys.chunks(PER_STATEMENT) {
        let sql = in_days("SELECT key, sensors", dimension, span).push(" AND key IN ").list(keys.iter().map(String::as_str));
        for row in query.all::<Sensors>(sql).await? {
            let sum = found.entry(row.key).or_default();
            for (sensor, packets) in sensors(&row.sensors)? {
                *sum.entry(sensor).or_default() += packets;
            }
        }
    }
    Ok(found)
}

/// Packets by sensor of one key on each of the days that begin within a span, by when the day begins.
pub(crate) async fn days_by_sensors(
    query: &impl Query,
    dimension: Dimension,
    key: &str,
    span: (i64, i64),
) -> Result<HashMap<i64, BTreeMap<u32, u64>>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Day {
        at: i64,
        sensors: Vec<u8>,
    }
    let sql = in_days("SELECT at, sensors", dimension, span).push(" AND key = ").bind(key);
    query.all::<Day>(sql).await?.into_iter().map(|day| Ok((day.at, sensors(&day.sensors)?))).collect()
}

/// Distinct sources of some keys, in days that begin within a span.
pub(crate) async fn sources(query: &impl Query, dimension: Dimension, keys: &[String], span: (i64, i64)) -> Result<HashMap<String, Sketch>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Sources {
        key: String,
        sources: Vec<u8>,
    }
    let mut found: HashMap<String, Sketch> = HashMap::new();
    for keys in keys.chunks(PER_STATEMENT) {
        let sql = in_days("SELECT key, sources", dimension, span).push(" AND key IN ").list(keys.iter().map(String::as_str));
        for row in query.all::<Sources>(sql).await? {
            found.entry(row.key).or_default().merge(&sketch(&row.sources)?);
        }
    }
    Ok(found)
}

fn in_days(what: &str, dimension: Dimension, (from, to): (i64, i64)) -> Sql {
    Sql::new(what)
        .push(" FROM observation_cell WHERE level = ")
        .bind(Level::Day.number())
        .push(" AND dimension = ")
        .bind(dimension.number())
        .push(" AND at >= ")
        .bind(from)
        .push(" AND at < ")
        .bind(to)
}

/// A cell at one time.
pub(crate) struct At {
    pub(crate) at: i64,
    pub(crate) packets: u64,
    pub(crate) sensors: BTreeMap<u32, u64>,
    pub(crate) sources: Sketch,
}

/// The cells of some keys (without them: of all), in hours or days that begin within a span.
pub(crate) async fn series(
    query: &impl Query,
    level: Level,
    dimension: Dimension,
    keys: Option<&[String]>,
    (from, to): (i64, i64),
) -> Result<Vec<At>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        at: i64,
        packets: i64,
        sensors: Vec<u8>,
        sources: Vec<u8>,
    }
    let mut found = Vec::new();
    let parts: Vec<Option<&[String]>> = keys.map_or_else(|| vec![None], |keys| keys.chunks(PER_STATEMENT).map(Some).collect());
    for keys in parts {
        let mut sql = Sql::new("SELECT at, packets, sensors, sources FROM observation_cell WHERE level = ")
            .bind(level.number())
            .push(" AND dimension = ")
            .bind(dimension.number())
            .push(" AND at >= ")
            .bind(from)
            .push(" AND at < ")
            .bind(to);
        if let Some(keys) = keys {
            sql = sql.push(" AND key IN ").list(keys.iter().map(String::as_str));
        }
        for row in query.all::<Row>(sql).await? {
            found.push(At { at: row.at, packets: row.packets.unsigned_abs(), sensors: sensors(&row.sensors)?, sources: sketch(&row.sources)? });
        }
    }
    Ok(found)
}

pub(super) fn sensors(kept: &[u8]) -> Result<BTreeMap<u32, u64>, LedgerError> {
    packets_of(kept).ok_or_else(|| LedgerError::Damaged("the sensors of a cell cannot be read".into()))
}

pub(super) fn sketch(bytes: &[u8]) -> Result<Sketch, LedgerError> {
    Sketch::from_bytes(bytes).ok_or_else(|| LedgerError::Damaged("a sketch of sources cannot be read".into()))
}

/// Packets by sensor (its number), in hours that begin at a moment or later.
pub(crate) async fn of_sensors(query: &impl Query, since: i64) -> Result<HashMap<String, i64>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Sum {
        key: String,
        packets: i64,
    }
    let sql = Sql::new("SELECT key, CAST(sum(packets) AS BIGINT) AS packets FROM observation_cell WHERE level = ")
        .bind(Level::Hour.number())
        .push(" AND dimension = ")
        .bind(Dimension::Sensor.number())
        .push(" AND at >= ")
        .bind(since)
        .push(" GROUP BY key");
    Ok(query.all::<Sum>(sql).await?.into_iter().map(|row| (row.key, row.packets)).collect())
}

/// Packets of one sensor by day, in days that begin at a moment or later.
pub(crate) async fn days_of_sensor(query: &impl Query, number: i64, since: i64) -> Result<HashMap<i64, i64>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Day {
        at: i64,
        packets: i64,
    }
    let sql = Sql::new("SELECT at, packets FROM observation_cell WHERE level = ")
        .bind(Level::Day.number())
        .push(" AND dimension = ")
        .bind(Dimension::Sensor.number())
        .push(" AND key = ")
        .bind(number.to_string())
        .push(" AND at >= ")
        .bind(since);
    Ok(query.all::<Day>(sql).await?.into_iter().map(|day| (day.at, day.packets)).collect())
}

/// What one sensor saw in a day: services with their packets, most first.
pub(crate) async fn services_of_sensor(query: &impl Query, number: u32, day: i64, most: usize) -> Result<Vec<(String, u64)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Service {
        key: String,
        sensors: Vec<u8>,
    }
    let sql = Sql::new("SELECT key, sensors FROM observation_cell WHERE level = ")
        .bind(Level::Day.number())
        .push(" AND dimension = ")
        .bind(Dimension::Service.number())
        .push(" AND at = ")
        .bind(day);
    let mut found = Vec::new();
    for row in query.all::<Service>(sql).await? {
        let packets = packets_of(&row.sensors).ok_or_else(|| LedgerError::Damaged(format!("the cell {} of a day cannot be read", row.key)))?;
        found.extend(packets.get(&number).map(|packets| (row.key, *packets)));
    }
    found.sort_unstable_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    found.truncate(most);
    Ok(found)
}

/// Whether there are any.
pub(crate) async fn are_there(query: &impl Query) -> Result<bool, LedgerError> {
    Ok(query.number(Sql::new("SELECT count(*) AS n FROM (SELECT 1 FROM observation_cell LIMIT 1) AS one")).await? > 0)
}

/// Takes the cells away that begin at a moment or later.
pub(crate) async fn clear(work: &UnitOfWork, from: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM observation_cell WHERE at >= ").bind(from)).await.map(|_| ())
}

/// Packets by sensor as they are kept: for each a number of 32 bits and one of 64, big-endian, in the order of sensors.
fn by_sensor(sensors: &BTreeMap<u32, u64>) -> Vec<u8> {
    sensors.iter().flat_map(|(sensor, packets)| sensor.to_be_bytes().into_iter().chain(packets.to_be_bytes())).collect()
}

/// Packets by sensor, read back.
fn packets_of(kept: &[u8]) -> Option<BTreeMap<u32, u64>> {
    let (rows, rest) = kept.as_chunks::<12>();
    let read = |row: &[u8; 12]| {
        let (sensor, packets) = row.split_first_chunk::<4>()?;
        Some((u32::from_be_bytes(*sensor), u64::from_be_bytes(packets.try_into().ok()?)))
    };
    let sensors = rows.iter().map(read).collect::<Option<_>>()?;
    rest.is_empty().then_some(sensors)
}

fn cell(row: &Known) -> Option<Cell> {
    Some(Cell { sensors: packets_of(&row.sensors)?, sources: Sketch::from_bytes(&row.sources)? })
}
