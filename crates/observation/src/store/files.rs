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
