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

/// Every file that counts.
pub(crate) async fn manifest(query: &impl Query) -> Result<Manifest, LedgerError> {
    let rows = query.all(Sql::new("SELECT name FROM observation_file")).await?;
    Ok(Manifest { committed: read(rows)?.into_iter().collect(), ..Manifest::default() })
}

/// The files that hold packets of a window (microseconds; its end is not in it), the oldest first.
pub(crate) async fn within(query: &impl Query, from: i64, to: i64) -> Result<Vec<FileName>, LedgerError> {
    let sql = Sql::new("SELECT name FROM observation_file WHERE to_at > ").bind(from).push(" AND from_at < ").bind(to).push(" ORDER BY from_at, name");
    read(query.all(sql).await?)
}

/// Files that are in no rollup yet, the oldest first: so many, and so many packets, but one at least.
pub(crate) async fn unrolled(query: &impl Query, most: u64, most_packets: i64) -> Result<Vec<FileName>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Sized {
        name: String,
        packets: i64,
    }
    let sql = Sql::new("SELECT name, packets FROM observation_file WHERE rolled_at IS NULL ORDER BY from_at, name LIMIT ").bind(most.cast_signed());
    let mut packets = 0_i64;
    let rows = query.all::<Sized>(sql).await?.into_iter().take_while(|row| {
        let fits = packets == 0 || packets.saturating_add(row.packets) <= most_packets;
        packets = packets.saturating_add(row.packets);
        fits
    });
    read(rows.map(|row| Row { name: row.name }).collect())
}

/// Says that files are in the rollups. Gives how many of them were not before.
pub(crate) async fn mark_rolled(work: &UnitOfWork, files: &[FileName]) -> Result<u64, LedgerError> {
    let sql = Sql::new("UPDATE observation_file SET rolled_at = ").bind(work.now().0).push(" WHERE rolled_at IS NULL AND name IN ");
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
