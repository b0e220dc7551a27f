use super::{
    entry::{Entry, Provenance, Stored},
    read::Catalogue,
};
use crate::{cve::CveId, imported::Imported};
use noroshi_kernel::moment::Moment;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, blob::Blob, bulk};
use serde::Serialize;
use std::collections::BTreeMap;

const SOURCE: &str = "kev";

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    cve: String,
    vendor: String,
    product: String,
    name: String,
    added_on: String,
    description: String,
    action: String,
    due_on: String,
    ransomware: bool,
    notes: String,
    cwes: String,
    withdrawn_by: Option<i64>,
    file: String,
    version: String,
    as_of: Option<i64>,
    imported_at: i64,
    sha256: String,
}

impl Row {
    fn entry(&self) -> Result<Entry, LedgerError> {
        let damaged = |what: &str| LedgerError::Damaged(format!("the KEV entry {}: {what}", self.cve));
        Ok(Entry {
            cve: self.cve.parse().map_err(|_| damaged("its id"))?,
            vendor: self.vendor.clone(),
            product: self.product.clone(),
            name: self.name.clone(),
            added_on: self.added_on.parse().map_err(|_| damaged("when it was added"))?,
            description: self.description.clone(),
            action: self.action.clone(),
            due_on: self.due_on.parse().map_err(|_| damaged("when it is due"))?,
            ransomware: self.ransomware,
            notes: self.notes.clone(),
            cwes: self.cwes.split_whitespace().map(|number| number.parse().map_err(|_| damaged("its weaknesses"))).collect::<Result<_, _>>()?,
        })
    }

    fn stored(self) -> Result<Stored, LedgerError> {
        let entry = self.entry()?;
        let provenance = Provenance {
            file: self.file,
            version: self.version,
            as_of: self.as_of.map(Moment),
            imported_at: Some(Moment(self.imported_at)),
            sha256: self.sha256,
        };
        Ok(Stored { entry, withdrawn: self.withdrawn_by.is_some(), provenance })
    }
}

const ROWS: &str = "SELECT k.id, k.cve, k.vendor, k.product, k.name, k.added_on, k.description, k.action, k.due_on, k.ransomware, k.notes, k.cwes, k.withdrawn_by, \
                    i.file, i.version, i.as_of, i.imported_at, i.sha256 FROM catalogue_kev k JOIN catalogue_import i ON i.id = k.import_id";

/// Every entry with where we have it from, the latest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn all(query: &impl Query) -> Result<Vec<Stored>, LedgerError> {
    query.all::<Row>(Sql::new(ROWS).push(" ORDER BY k.added_on DESC, k.cve DESC")).await?.into_iter().map(Row::stored).collect()
}

/// The entry of an id.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(query: &impl Query, cve: &CveId) -> Result<Option<Stored>, LedgerError> {
    query.one::<Row>(Sql::new(ROWS).push(" WHERE k.cve = ").bind(cve.as_str())).await?.map(Row::stored).transpose()
}

/// A file that was brought in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    /// Where it is from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What became of its entries, with the reasons of those that were set aside, as it was printed.
    pub outcome: serde_json::Value,
}

#[derive(FromQueryResult)]
struct ImportRow {
    file: String,
    sha256: String,
    version: String,
    as_of: Option<i64>,
    imported_at: i64,
    outcome: String,
}

/// The files that were brought in, the latest first, at most `limit`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn history(query: &impl Query, limit: u32) -> Result<Vec<History>, LedgerError> {
    let sql = Sql::new("SELECT file, sha256, version, as_of, imported_at, outcome FROM catalogue_import WHERE source = ")
        .bind(SOURCE)
        .push(" ORDER BY id DESC LIMIT ");
    let rows = query.all::<ImportRow>(sql.bind(i64::from(limit))).await?;
    let read = |row: ImportRow| {
        let ImportRow { file, sha256, version, as_of, imported_at, outcome } = row;
        let outcome = serde_json::from_str(&outcome).map_err(|error| LedgerError::Damaged(format!("the outcome of an import: {error}")))?;
        Ok(History { provenance: Provenance { file, version, as_of: as_of.map(Moment), imported_at: Some(Moment(imported_at)), sha256 }, outcome })
    };
    rows.into_iter().map(read).collect()
}

#[derive(FromQueryResult)]
struct RawRow {
    sha256: String,
    size_bytes: i64,
}

/// The raw bytes that files of every catalogue left, by their SHA-256, with how many there are.
///
/// # Errors
/// When the database cannot be reached.
pub async fn raws(query: &impl Query) -> Result<Vec<(String, u64)>, LedgerError> {
    let rows = query.all::<RawRow>(Sql::new("SELECT DISTINCT sha256, size_bytes FROM catalogue_import ORDER BY sha256")).await?;
    Ok(rows.into_iter().map(|row| (row.sha256, u64::try_from(row.size_bytes).unwrap_or_default())).collect())
}

/// An entry that is there.
pub(super) struct Kept {
    pub(super) id: i64,
    pub(super) entry: Entry,
    pub(super) withdrawn: bool,
    /// The age of the catalogue that says so.
    pub(super) as_of: Option<Moment>,
}

pub(super) async fn kept(query: &impl Query) -> Result<BTreeMap<CveId, Kept>, LedgerError> {
    let keep = |row: Row| {
        let entry = row.entry()?;
        Ok((entry.cve.clone(), Kept { id: row.id, entry, withdrawn: row.withdrawn_by.is_some(), as_of: row.as_of.map(Moment) }))
    };
    query.all::<Row>(Sql::new(ROWS)).await?.into_iter().map(keep).collect()
}

#[derive(FromQueryResult)]
struct Newest {
    as_of: Option<i64>,
}

/// The age of the newest catalogue that was brought in.
pub(super) async fn newest(query: &impl Query) -> Result<Option<Moment>, LedgerError> {
    let row: Option<Newest> = query.one(Sql::new("SELECT max(as_of) AS as_of FROM catalogue_import WHERE source = ").bind(SOURCE)).await?;
    Ok(row.and_then(|row| row.as_of).map(Moment))
}

pub(super) async fn insert_import(work: &UnitOfWork, id: i64, file: &str, blob: &Blob, catalogue: &Catalogue, imported: &Imported) -> Result<(), LedgerError> {
    let outcome = serde_json::to_string(imported).map_err(|error| LedgerError::Damaged(format!("the outcome of an import: {error}")))?;
    let mut rows = bulk::Rows::into_table(bulk::Target {
        table: "catalogue_import",
        columns: &["id", "source", "file", "sha256", "size_bytes", "version", "as_of", "imported_at", "outcome"],
    });
    rows.push([
        id.into(),
        SOURCE.into(),
        file.into(),
        blob.sha256.clone().into(),
        i64::try_from(blob.size_bytes).unwrap_or(i64::MAX).into(),
        catalogue.version.clone().into(),
        catalogue.as_of.map(|moment| moment.0).into(),
        work.now().0.into(),
        outcome.into(),
    ]);
    rows.insert(work).await
}

fn weaknesses(entry: &Entry) -> String {
    entry.cwes.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}

pub(super) async fn insert(work: &UnitOfWork, import_id: i64, entries: &[&Entry]) -> Result<(), LedgerError> {
    let columns = &[
        "id",
        "cve",
        "vendor",
        "product",
        "name",
        "added_on",
        "description",
        "action",
        "due_on",
        "ransomware",
        "notes",
        "cwes",
        "first_import_id",
        "import_id",
    ];
    let mut rows = bulk::Rows::into_table(bulk::Target { table: "catalogue_kev", columns });
    let mut ids = work.take_ids(entries.len()).await?;
    for entry in entries {
        rows.push([
            ids.take()?.into(),
            entry.cve.as_str().into(),
            entry.vendor.clone().into(),
            entry.product.clone().into(),
            entry.name.clone().into(),
            entry.added_on.to_string().into(),
            entry.description.clone().into(),
            entry.action.clone().into(),
            entry.due_on.to_string().into(),
            entry.ransomware.into(),
            entry.notes.clone().into(),
            weaknesses(entry).into(),
            import_id.into(),
            import_id.into(),
        ]);
    }
    rows.insert(work).await
}

pub(super) async fn update(work: &UnitOfWork, import_id: i64, id: i64, entry: &Entry) -> Result<(), LedgerError> {
    let texts = [
        ("vendor", entry.vendor.clone()),
        ("product", entry.product.clone()),
        ("name", entry.name.clone()),
        ("added_on", entry.added_on.to_string()),
        ("description", entry.description.clone()),
        ("action", entry.action.clone()),
        ("due_on", entry.due_on.to_string()),
        ("notes", entry.notes.clone()),
        ("cwes", weaknesses(entry)),
    ];
    let set = texts.into_iter().fold(Sql::new("UPDATE catalogue_kev SET "), |sql, (column, text)| sql.push(column).push(" = ").bind(text).push(", "));
    let set = set.push("ransomware = ").bind(entry.ransomware).push(", withdrawn_by = NULL, import_id = ").bind(import_id);
    work.execute(set.push(" WHERE id = ").bind(id)).await.map(|_| ())
}

pub(super) async fn withdraw(work: &UnitOfWork, import_id: i64, ids: impl Iterator<Item = i64>) -> Result<(), LedgerError> {
    let ids: Vec<i64> = ids.collect();
    for part in ids.chunks(500) {
        let sql = Sql::new("UPDATE catalogue_kev SET withdrawn_by = ").bind(import_id).push(" WHERE id IN ").list(part.iter().copied());
        work.execute(sql).await?;
    }
    Ok(())
}
