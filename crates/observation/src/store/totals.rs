//! Totals of days and months, and the profiles of days: what stands beside the cells.

use crate::rollup::{Calendar, Dimension, Level, Place, Profile, Profiles, Totals, Value};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};
use std::collections::BTreeMap;

const HOUR_US: i64 = 3_600_000_000;

#[derive(FromQueryResult)]
struct Packed {
    packed: Vec<u8>,
}

/// Adds packets to the totals of their days and months, and to the profiles of their days. Hold the lock `observation.rollup`.
pub(crate) async fn add(work: &UnitOfWork, calendar: &mut Calendar, counted: impl Iterator<Item = (Place, u64)>) -> Result<(), LedgerError> {
    let mut totals: BTreeMap<(Level, Dimension, i64), Vec<(u64, u64)>> = BTreeMap::new();
    let mut profiles: BTreeMap<i64, Vec<(u64, usize, u64)>> = BTreeMap::new();
    for (Place { level, at, value }, packets) in counted {
        match level {
            Level::Day => {
                for (level, at) in [(Level::Day, at), (Level::Month, calendar.month(at).0)] {
                    totals.entry((level, value.dimension(), at)).or_default().push((value.code(), packets));
                }
            }
            Level::Hour if matches!(value, Value::ServiceCountry(..)) => {
                let (day, _) = calendar.of(at.saturating_mul(1_000));
                let hour = usize::try_from((at - day).div_euclid(HOUR_US)).unwrap_or_default();
                profiles.entry(day).or_default().push((value.code(), hour, packets));
            }
            Level::Hour | Level::Month => {}
        }
    }
    for ((level, dimension, at), packets) in totals {
        let mut sum = Totals::default();
        read_into(&mut sum, &work.all(of("SELECT packed FROM", level, dimension).push(" AND at = ").bind(at)).await?)?;
        packets.into_iter().for_each(|(code, packets)| sum.add(code, packets));
        put(work, level, dimension, at, &sum).await?;
    }
    for (day, packets) in profiles {
        let known = work.one::<Packed>(Sql::new("SELECT packed FROM observation_profile WHERE at = ").bind(day)).await?;
        let mut sum = known.map_or_else(|| Ok(Profiles::default()), |row| profiles_of(&row.packed))?;
        packets.into_iter().for_each(|(code, hour, packets)| sum.add(code, hour, packets));
        work.execute(Sql::new("DELETE FROM observation_profile WHERE at = ").bind(day)).await?;
        work.execute(Sql::new("INSERT INTO observation_profile (at, packed) VALUES (").bind(day).push(", ").bind(sum.to_bytes()).push(")")).await?;
    }
    Ok(())
}

/// Packets by value over days and whole months of a span that begins and ends with days: of whole months at once where there are any.
pub(crate) async fn sum(query: &impl Query, calendar: &Calendar, dimension: Dimension, (from, to): (i64, i64)) -> Result<Totals, LedgerError> {
    let mut sum = Totals::default();
    let (begin, end) = calendar.month(from);
    let first = if begin == from { from } else { end };
    let (last, _) = calendar.month(to);
    let months = (first < last).then_some((first, last));
    if let Some(months) = months {
        read_into(&mut sum, &query.all(within("SELECT packed FROM", Level::Month, dimension, months)).await?)?;
    }
    let (until, since) = months.unwrap_or((to, to));
    for days in [(from, until), (since, to)] {
        if days.0 < days.1 {
            read_into(&mut sum, &query.all(within("SELECT packed FROM", Level::Day, dimension, days)).await?)?;
        }
    }
    Ok(sum)
}

/// The profiles of days that begin within a span, the oldest first. A day without packets is not among them.
pub(crate) async fn profiles(query: &impl Query, (from, to): (i64, i64)) -> Result<Vec<(i64, Vec<Profile>)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Day {
        at: i64,
        packed: Vec<u8>,
    }
    let sql = Sql::new("SELECT at, packed FROM observation_profile WHERE at >= ").bind(from).push(" AND at < ").bind(to).push(" ORDER BY at");
    query.all::<Day>(sql).await?.into_iter().map(|day| Ok((day.at, profiles_of(&day.packed)?.into_profiles()))).collect()
}

/// Takes away what begins at a moment (the begin of a day) or later.
pub(crate) async fn clear(work: &UnitOfWork, calendar: &Calendar, from: i64) -> Result<(), LedgerError> {
    let (month, _) = calendar.month(from);
    work.execute(Sql::new("DELETE FROM observation_profile WHERE at >= ").bind(from)).await?;
    for (level, from) in [(Level::Day, from), (Level::Month, month)] {
        work.execute(Sql::new("DELETE FROM observation_total WHERE level = ").bind(level.number()).push(" AND at >= ").bind(from)).await?;
    }
    // What is left of the month is in its days.
    for dimension in Dimension::ALL {
        let mut left = Totals::default();
        read_into(&mut left, &work.all(within("SELECT packed FROM", Level::Day, dimension, (month, from))).await?)?;
        if left.iter().next().is_some() {
            put(work, Level::Month, dimension, month, &left).await?;
        }
    }
    Ok(())
}

/// Whether there are cells of days without totals: those of an earlier version.
pub(crate) async fn are_missing(query: &impl Query) -> Result<bool, LedgerError> {
    // One after the other: asked at once, a database may look through every cell before it sees that there are totals.
    if query.number(Sql::new("SELECT count(*) AS n FROM (SELECT 1 FROM observation_total LIMIT 1) AS one")).await? > 0 {
        return Ok(false);
    }
    let cells = Sql::new("SELECT count(*) AS n FROM (SELECT 1 FROM observation_cell WHERE level = ").bind(Level::Day.number());
    Ok(query.number(cells.push(" LIMIT 1) AS one")).await? > 0)
}

/// Makes the totals of all cells that are there. Their hours are not known, so that there are no profiles of them.
pub(crate) async fn make(work: &UnitOfWork, calendar: &mut Calendar) -> Result<(), LedgerError> {
    #[derive(FromQueryResult)]
    struct Day {
        dimension: i64,
        at: i64,
    }
    #[derive(FromQueryResult)]
    struct Cell {
        key: String,
        packets: i64,
    }
    let days = Sql::new("SELECT DISTINCT dimension, at FROM observation_cell WHERE level = ").bind(Level::Day.number());
    for Day { dimension, at } in work.all::<Day>(days).await? {
        let Some(dimension) = Dimension::ALL.into_iter().find(|known| known.number() == dimension) else { continue };
        let cells = Sql::new("SELECT key, packets FROM observation_cell WHERE level = ").bind(Level::Day.number());
        let cells: Vec<Cell> = work.all(cells.push(" AND dimension = ").bind(dimension.number()).push(" AND at = ").bind(at)).await?;
        let place = |cell: Cell| match Value::of_key(dimension, &cell.key) {
            Some(value) => Ok((Place { level: Level::Day, at, value }, cell.packets.unsigned_abs())),
            None => Err(LedgerError::Damaged(format!("the key {:?} of a rollup's cell is none", cell.key))),
        };
        let places: Vec<(Place, u64)> = cells.into_iter().map(place).collect::<Result<_, _>>()?;
        add(work, calendar, places.into_iter()).await?;
    }
    Ok(())
}

async fn put(work: &UnitOfWork, level: Level, dimension: Dimension, at: i64, totals: &Totals) -> Result<(), LedgerError> {
    work.execute(of("DELETE FROM", level, dimension).push(" AND at = ").bind(at)).await?;
    let sql = Sql::new("INSERT INTO observation_total (level, dimension, at, packed) VALUES (")
        .bind(level.number())
        .push(", ")
        .bind(dimension.number())
        .push(", ")
        .bind(at)
        .push(", ")
        .bind(totals.to_bytes())
        .push(")");
    work.execute(sql).await.map(|_| ())
}

fn within(what: &str, level: Level, dimension: Dimension, (from, to): (i64, i64)) -> Sql {
    of(what, level, dimension).push(" AND at >= ").bind(from).push(" AND at < ").bind(to)
}

fn of(what: &str, level: Level, dimension: Dimension) -> Sql {
    Sql::new(what).push(" observation_total WHERE level = ").bind(level.number()).push(" AND dimension = ").bind(dimension.number())
}

fn read_into(sum: &mut Totals, rows: &[Packed]) -> Result<(), LedgerError> {
    rows.iter().try_for_each(|row| sum.take(&row.packed)).ok_or_else(|| LedgerError::Damaged("the totals of a day or month cannot be read".into()))
}

fn profiles_of(packed: &[u8]) -> Result<Profiles, LedgerError> {
    Profiles::from_bytes(packed).ok_or_else(|| LedgerError::Damaged("the profiles of a day cannot be read".into()))
}
