use super::{Change, Format, Mapping, Saved};
use noroshi_kernel::{language::Bilingual, moment::Moment};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

/// The most versions of one mapping that are told.
const MOST_VERSIONS: i64 = 100;

const VERSIONS: &str = "SELECT m.id, m.name, v.version, v.format, v.definition, v.about_ja, v.about_en, v.changed_at, v.changed_by FROM mailroom_mapping m JOIN mailroom_mapping_version v ON v.mapping_id = m.id";

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    version: i64,
    format: String,
    definition: String,
    about_ja: String,
    about_en: String,
    changed_at: i64,
    changed_by: String,
}

impl TryFrom<Row> for Saved {
    type Error = LedgerError;

    fn try_from(row: Row) -> Result<Self, LedgerError> {
        let damaged = |what: String| LedgerError::Damaged(format!("version {} of the mapping {}: {what}", row.version, row.name));
        let format: Format = row.format.parse().map_err(|error: super::NoFormat| damaged(error.to_string()))?;
        let definition: Mapping = serde_json::from_str(&row.definition).map_err(|error| damaged(error.to_string()))?;
        let about = Bilingual::new(row.about_ja, row.about_en);
        Ok(Self { id: row.id, name: row.name, version: row.version, format, about, changed_at: Moment(row.changed_at), changed_by: row.changed_by, definition })
    }
}

/// Every mapping as it is now, by name.
///
/// # Errors
/// When the database cannot be reached.
pub async fn all(query: &impl Query) -> Result<Vec<Saved>, LedgerError> {
    let sql = Sql::new(VERSIONS).push(" AND v.version = m.version WHERE m.removed_at IS NULL ORDER BY m.name");
    query.all::<Row>(sql).await?.into_iter().map(Saved::try_from).collect()
}

/// A mapping as it is now, when there is one of that name.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(query: &impl Query, name: &str) -> Result<Option<Saved>, LedgerError> {
    // No database takes a NUL, and no name holds one.
    if name.contains('\0') {
        return Ok(None);
    }
    let sql = Sql::new(VERSIONS).push(" AND v.version = m.version WHERE m.removed_at IS NULL AND m.name = ").bind(name);
    query.one::<Row>(sql).await?.map(Saved::try_from).transpose()
}

/// The versions of a mapping, the latest first, a hundred at most; also of one that was removed.
///
/// # Errors
/// When the database cannot be reached.
pub async fn history(query: &impl Query, name: &str) -> Result<Vec<Saved>, LedgerError> {
    if name.contains('\0') {
        return Ok(Vec::new());
    }
    let sql = Sql::new(VERSIONS).push(" WHERE m.name = ").bind(name).push(" ORDER BY v.version DESC LIMIT ").bind(MOST_VERSIONS);
    query.all::<Row>(sql).await?.into_iter().map(Saved::try_from).collect()
}

/// How many mappings are in use.
pub(super) async fn count(query: &impl Query) -> Result<usize, LedgerError> {
    let count = query.number(Sql::new("SELECT count(*) AS n FROM mailroom_mapping WHERE removed_at IS NULL")).await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Keeps the next version of a mapping; gives its id and the version.
pub(super) async fn put(work: &UnitOfWork, change: &Change, definition: &str, by: &str) -> Result<(i64, i64), LedgerError> {
    #[derive(FromQueryResult)]
    struct Known {
        id: i64,
        version: i64,
    }
    let known = work.one::<Known>(Sql::new("SELECT id, version FROM mailroom_mapping WHERE name = ").bind(change.name.as_str())).await?;
    let (id, version) = match known {
        Some(Known { id, version }) => {
            work.execute(Sql::new("UPDATE mailroom_mapping SET version = ").bind(version + 1).push(", removed_at = NULL WHERE id = ").bind(id)).await?;
            (id, version + 1)
        }
        None => {
            let id = work.take_id().await?;
            let sql = Sql::new("INSERT INTO mailroom_mapping (id, name, version) VALUES (").bind(id).push(", ").bind(change.name.as_str()).push(", 1)");
            work.execute(sql).await?;
            (id, 1)
        }
    };
    let sql = Sql::new("INSERT INTO mailroom_mapping_version (mapping_id, version, format, definition, about_ja, about_en, changed_at, changed_by) VALUES (")
        .bind(id)
        .push(", ")
        .bind(version)
        .push(", ")
        .bind(change.format.key())
        .push(", ")
        .bind(definition)
        .push(", ")
        .bind(change.about.ja.as_str())
        .push(", ")
        .bind(change.about.en.as_str())
        .push(", ")
        .bind(work.now().0)
        .push(", ")
        .bind(by)
        .push(")");
    work.execute(sql).await?;
    Ok((id, version))
}

/// Takes a mapping out of use.
pub(super) async fn remove(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE mailroom_mapping SET removed_at = ").bind(work.now().0).push(" WHERE id = ").bind(id)).await.map(|_| ())
}
