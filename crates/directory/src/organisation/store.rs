use super::Organisation;
use crate::brand::fold;
use noroshi_kernel::{id::OrganisationId, language::Bilingual};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name_ja: String,
    name_en: String,
    country: String,
}

impl From<Row> for Organisation {
    fn from(row: Row) -> Self {
        Self { id: OrganisationId(row.id), name: Bilingual { ja: row.name_ja, en: row.name_en }, country: row.country }
    }
}

/// For the figures of desks: `id`, `name_ja`, `name_en` and `country` of every organisation.
pub const COUNTED: &str = "SELECT id, name_ja, name_en, country FROM directory_organisation";

/// Every organisation by its English name, at most `limit`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn all(query: &impl Query, limit: u32) -> Result<Vec<Organisation>, LedgerError> {
    let sql = Sql::new("SELECT id, name_ja, name_en, country FROM directory_organisation ORDER BY name_en, id LIMIT ").bind(i64::from(limit));
    Ok(query.all::<Row>(sql).await?.into_iter().map(Organisation::from).collect())
}

/// The organisation of a name, folded.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(query: &impl Query, name: &str) -> Result<Option<Organisation>, LedgerError> {
    let sql = Sql::new("SELECT id, name_ja, name_en, country FROM directory_organisation WHERE folded = ").bind(fold(name));
    Ok(query.one::<Row>(sql).await?.map(Organisation::from))
}

/// Keeps organisations as they are, for imports; a person's addition goes through [`find_or_add`](super::find_or_add).
///
/// # Errors
/// When the database refuses one.
pub async fn insert(work: &UnitOfWork, organisations: &[Organisation]) -> Result<(), LedgerError> {
    const TARGET: bulk::Target = bulk::Target { table: "directory_organisation", columns: &["id", "name_ja", "name_en", "folded", "country", "created_at"] };
    let mut rows = bulk::Rows::into_table(TARGET);
    for one in organisations {
        let (ja, en) = (one.name.ja.clone(), one.name.en.clone());
        rows.push([one.id.0.into(), ja.into(), en.into(), fold(&one.name.en).into(), one.country.clone().into(), work.now().0.into()]);
    }
    rows.insert(work).await
}

pub(super) async fn set_country(work: &UnitOfWork, id: OrganisationId, country: &str) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE directory_organisation SET country = ").bind(country).push(" WHERE id = ").bind(id.0)).await.map(|_| ())
}
