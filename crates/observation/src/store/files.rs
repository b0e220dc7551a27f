//! The manifest: which of the packets' files count.

use noroshi_lake::{
    folder::{FileName, Manifest},
    packets::Written,
};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};

#[derive(FromQueryResult)]
struct Row {
    name: String,
}

fn read(rows: Vec<Row>) -> Result<Vec<FileName>, LedgerError> {
    rows.into_iter()
        .map(|row| row.name.parse().map_err(|_| LedgerError::Damaged(format!("the manifest names {:?}, which is no file of packets", row.name))))
        .collect()
}

/// Every file that counts, and those that were retired before a moment.
pub(crate) async fn manifest(query: &impl Query, retired_before: i64) -> Result<Manifest, LedgerError> {
    let committed = query.all(Sql::new("SELECT name FROM observation_file WHERE retired_at IS NULL")).await?;
    let retired = query.all(Sql::new("SELECT name FROM observation_file WHERE retired_at < ").bind(retired_before)).await?;
    Ok(Manifest { committed: read(committed)?.into_iter().collect(), retired: read(retired)?.into_iter().collect() })
}

/// The files that hold packets of a window (microseconds; its end is not in it), the oldest first.
pub(crate) async fn within(query: &impl Query, from: i64, to: i64) -> Result<Vec<FileName>, LedgerError> {
    let sql = Sql::new("SELECT name FROM observation_file WHERE retired_at IS NULL AND to_at > ")
        .bind(from)
        .push(" AND from_at < ")
        .bind(to)
        .push(" ORDER BY from_at, name");
    read(query.all(sql).await?)
}

/// A file of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: FileName,
    pub(crate) packets: i64,
    from: i64,
    to: i64,
    /// Whether its packets are in the rollups.
    pub(crate) is_rolled: bool,
    /// From when on they will be, when it is counted anew.
    pub(crate) count_from: Option<i64>,
}

impl Part {
    /// Whether it has packets of a span (microseconds; its end is not in it).
    pub(crate) const fn reaches(&self, from: i64, to: i64) -> bool {
        from < to && self.to > from && self.from < to
    }
}

/// The files that hold packets of a window, with what is known of them.
pub(crate) async fn parts(query: &impl Query, from: i64, to: i64) -> Result<Vec<Part>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Found {
        name: String,
        packets: i64,
        from_at: i64,
        to_at: i64,
        is_rolled: bool,
        count_from: Option<i64>,
    }
    let sql = Sql::new(
        "SELECT name, packets, from_at, to_at, rolled_at IS NOT NULL AS is_rolled, count_from FROM observation_file WHERE retired_at IS NULL AND to_at > ",
    )
    .bind(from)
    .push(" AND from_at < ")
    .bind(to);
    let found: Vec<Found> = query.all(sql).await?;
    let names = read(found.iter().map(|row| Row { name: row.name.clone() }).collect())?;
    let part = |(name, row): (FileName, Found)| Part {
        name,
        packets: row.packets,
        from: row.from_at,
        to: row.to_at,
        is_rolled: row.is_rolled,
        count_from: row.count_from,
    };
    Ok(names.into_iter().zip(found).map(part).collect())
}

/// Files that are in no rollup yet, the oldest first, with the moment from which their packets count: so many, and so many packets, but one
/// at least, and all from one moment.
pub(crate) async fn unrolled(query: &impl Query, most: u64, most_packets: i64) -> Result<(Vec<FileName>, Option<i64>), LedgerError> {
    #[derive(FromQueryResult)]
    struct Sized {
        name: String,
        packets: i64,
        count_from: Option<i64>,
    }
    const ASK: &str = "SELECT name, packets, count_from FROM observation_file WHERE rolled_at IS NULL AND retired_at IS NULL ORDER BY from_at, name LIMIT ";
    let rows = query.all::<Sized>(Sql::new(ASK).bind(most.cast_signed())).await?;
    let count_from = rows.first().and_then(|row| row.count_from);
    let mut packets = 0_i64;
    let rows = rows.into_iter().filter(|row| row.count_from == count_from).take_while(|row| {
        let fits = packets == 0 || packets.saturating_add(row.packets) <= most_packets;
        packets = packets.saturating_add(row.packets);
        fits
    });
    Ok((read(rows.map(|row| Row { name: row.name }).collect())?, count_from))
}

/// Says that files are in the rollups. Gives how many of them were not before.
pub(crate) async fn mark_rolled(work: &UnitOfWork, files: &[FileName]) -> Result<u64, LedgerError> {
    let sql = Sql::new("UPDATE observation_file SET rolled_at = ").bind(work.now().0).push(" WHERE rolled_at IS NULL AND retired_at IS NULL AND name IN ");
    work.execute(sql.list(files.iter().map(ToString::to_string))).await
}

/// Whether the rollups are counted in the days of a zone.
pub(crate) async fn is_zone(query: &impl Query, zone: &str) -> Result<bool, LedgerError> {
    Ok(query.number(Sql::new("SELECT count(*) AS n FROM observation_zone WHERE zone = ").bind(zone)).await? > 0)
}

/// Says in the days of which zone the rollups are counted.
pub(crate) async fn set_zone(work: &UnitOfWork, zone: &str) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM observation_zone")).await?;
    work.execute(Sql::new("INSERT INTO observation_zone (zone) VALUES (").bind(zone).push(")")).await.map(|_| ())
}

/// A file whose packets are in the rollups.
pub(crate) struct Rolled {
    pub(crate) name: FileName,
    pub(crate) size_bytes: i64,
    pub(crate) to_at: i64,
}

/// Every file whose packets are in the rollups.
pub(crate) async fn rolled(query: &impl Query) -> Result<Vec<Rolled>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Found {
        name: String,
        size_bytes: i64,
        to_at: i64,
    }
    let found = query.all::<Found>(Sql::new("SELECT name, size_bytes, to_at FROM observation_file WHERE rolled_at IS NOT NULL AND retired_at IS NULL")).await?;
    let names = read(found.iter().map(|row| Row { name: row.name.clone() }).collect())?;
    Ok(names.into_iter().zip(found).map(|(name, row)| Rolled { name, size_bytes: row.size_bytes, to_at: row.to_at }).collect())
}

/// Has rolled files count no more. Gives how many of them did.
pub(crate) async fn retire(work: &UnitOfWork, files: &[FileName]) -> Result<u64, LedgerError> {
    let sql = Sql::new("UPDATE observation_file SET retired_at = ").bind(work.now().0).push(" WHERE rolled_at IS NOT NULL AND retired_at IS NULL AND name IN ");
    work.execute(sql.list(files.iter().map(ToString::to_string))).await
}

/// Has rolled files of days before a moment (a midnight of UTC) count no more, and remembers that they are gone. Gives how many.
pub(crate) async fn expire(work: &UnitOfWork, before: i64) -> Result<u64, LedgerError> {
    let sql = Sql::new("UPDATE observation_file SET retired_at = ")
        .bind(work.now().0)
        .push(" WHERE rolled_at IS NOT NULL AND retired_at IS NULL AND to_at <= ")
        .bind(before);
    let expired = work.execute(sql).await?;
    if expired > 0 && horizon(work).await? < before {
        set_horizon(work, before).await?;
    }
    Ok(expired)
}

/// Says before when packets are not there, so that their cells are never counted anew.
pub(crate) async fn set_horizon(work: &UnitOfWork, before: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM observation_horizon")).await?;
    work.execute(Sql::new("INSERT INTO observation_horizon (before) VALUES (").bind(before).push(")")).await.map(|_| ())
}

/// Before when packets are gone that were there.
pub(crate) async fn horizon(query: &impl Query) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT COALESCE(max(before), 0) AS n FROM observation_horizon")).await
}

/// Forgets files that are gone from the disk.
pub(crate) async fn forget(work: &UnitOfWork, files: impl Iterator<Item = &FileName>) -> Result<(), LedgerError> {
    let names: Vec<String> = files.map(ToString::to_string).collect();
    for part in names.chunks(500) {
        let sql = Sql::new("DELETE FROM observation_file WHERE retired_at IS NOT NULL AND name IN ").list(part.iter().map(String::as_str));
        work.execute(sql).await?;
    }
    Ok(())
}

/// Has every file be rolled up anew, from a moment on. Gives how many.
pub(crate) async fn roll_again(work: &UnitOfWork, from: i64) -> Result<u64, LedgerError> {
    let sql = Sql::new("UPDATE observation_file SET rolled_at = NULL, count_from = ")
        .bind((from > 0).then_some(from))
        .push(" WHERE rolled_at IS NOT NULL AND retired_at IS NULL");
    work.execute(sql).await
}

/// Names a file in the manifest whose packets are in the rollups.
pub(crate) async fn insert_rolled(work: &UnitOfWork, name: &FileName, written: &Written) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO observation_file (name, packets, size_bytes, from_at, to_at, rolled_at) VALUES (")
        .bind(name.to_string())
        .push(", ")
        .bind(written.packets.cast_signed())
        .push(", ")
        .bind(written.bytes.cast_signed())
        .push(", ")
        .bind(written.first_ns.div_euclid(1_000))
        .push(", ")
        .bind(written.last_ns.div_euclid(1_000) + 1)
        .push(", ")
        .bind(work.now().0)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

/// Names files in the manifest.
pub(crate) async fn insert(work: &UnitOfWork, capture: i64, files: &[(FileName, Written)]) -> Result<(), LedgerError> {
    const FILE: bulk::Target = bulk::Target { table: "observation_file", columns: &["name", "capture_id", "packets", "size_bytes", "from_at", "to_at"] };
    let mut rows = bulk::Rows::into_table(FILE);
    for (name, written) in files {
        rows.push([
            name.to_string().into(),
            capture.into(),
            written.packets.cast_signed().into(),
            written.bytes.cast_signed().into(),
            written.first_ns.div_euclid(1_000).into(),
            (written.last_ns.div_euclid(1_000) + 1).into(),
        ]);
    }
    rows.insert(work).await
}
