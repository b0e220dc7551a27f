use super::{Brand, fold};
use crate::Origin;
use noroshi_kernel::{id::BrandId, language::Bilingual};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};
use std::collections::HashMap;

#[derive(FromQueryResult)]
struct BrandRow {
    id: i64,
    key: String,
    name_ja: String,
    name_en: String,
    origin: String,
    country: String,
    sector: String,
}

impl From<BrandRow> for Brand {
    fn from(row: BrandRow) -> Self {
        let BrandRow { id, key, name_ja, name_en, origin, country, sector } = row;
        Self { id: BrandId(id), key, name: Bilingual { ja: name_ja, en: name_en }, origin: Origin::from_key(&origin), country, sector }
    }
}

const COLUMNS: &str = "SELECT id, key, name_ja, name_en, origin, country, sector FROM directory_brand";

/// For the figures of desks: each reported name with its brand's `key`, `origin` and names, or NULL when it has none yet.
pub const NAMED: &str = "SELECT n.id AS name_id, n.written, b.key, b.name_ja, b.name_en, b.origin, b.sector FROM directory_brand_name n LEFT JOIN directory_brand b ON b.id = n.brand_id";

/// Every brand, by key.
///
/// # Errors
/// When the database cannot be reached.
pub async fn all(query: &impl Query) -> Result<Vec<Brand>, LedgerError> {
    Ok(query.all::<BrandRow>(Sql::new(COLUMNS).push(" ORDER BY key")).await?.into_iter().map(Brand::from).collect())
}

pub(super) async fn by_key(query: &impl Query, key: &str) -> Result<Option<Brand>, LedgerError> {
    Ok(query.one::<BrandRow>(Sql::new(COLUMNS).push(" WHERE key = ").bind(key)).await?.map(Brand::from))
}

#[derive(FromQueryResult)]
struct NameRow {
    id: i64,
    folded: String,
    written: String,
    brand_id: Option<i64>,
}

/// The names of every brand, as written, by brand.
///
/// # Errors
/// When the database cannot be reached.
pub async fn names_of(query: &impl Query) -> Result<HashMap<BrandId, Vec<String>>, LedgerError> {
    let rows: Vec<NameRow> =
        query.all(Sql::new("SELECT id, folded, written, brand_id FROM directory_brand_name WHERE brand_id IS NOT NULL ORDER BY id")).await?;
    let mut names: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        if let Some(brand) = row.brand_id {
            names.entry(BrandId(brand)).or_default().push(row.written);
        }
    }
    Ok(names)
}

/// Of these names, those that belong to a brand, folded, with it.
pub(super) async fn owners(query: &impl Query, names: impl Iterator<Item = String>) -> Result<HashMap<String, BrandId>, LedgerError> {
    let folded: Vec<_> = names.map(|name| fold(&name)).collect();
    let mut owners = HashMap::new();
    for part in folded.chunks(500) {
        let sql =
            Sql::new("SELECT id, folded, written, brand_id FROM directory_brand_name WHERE brand_id IS NOT NULL AND folded IN ").list(part.iter().cloned());
        owners.extend(query.all::<NameRow>(sql).await?.into_iter().filter_map(|row| Some((row.folded, BrandId(row.brand_id?)))));
    }
    Ok(owners)
}

/// Names that were reported and belong to no brand yet, as (id, as written), oldest first, at most `limit`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn unmapped(query: &impl Query, limit: u32) -> Result<Vec<(i64, String)>, LedgerError> {
    let sql = Sql::new("SELECT id, folded, written, brand_id FROM directory_brand_name WHERE brand_id IS NULL ORDER BY id LIMIT ").bind(i64::from(limit));
    Ok(query.all::<NameRow>(sql).await?.into_iter().map(|row| (row.id, row.written)).collect())
}

/// The ids of names, by their folded form. Names that are new are kept, without a brand.
///
/// # Errors
/// When the database cannot be reached.
pub async fn resolve_names(work: &UnitOfWork, written: &[&str]) -> Result<HashMap<String, i64>, LedgerError> {
    let mut wanted: HashMap<String, &str> = HashMap::new();
    for name in written {
        let folded = fold(name);
        if !folded.is_empty() {
            wanted.entry(folded).or_insert(name);
        }
    }
    let mut found = HashMap::with_capacity(wanted.len());
    let folded: Vec<_> = wanted.keys().cloned().collect();
    for part in folded.chunks(500) {
        for row in
            work.all::<NameRow>(Sql::new("SELECT id, folded, written, brand_id FROM directory_brand_name WHERE folded IN ").list(part.iter().cloned())).await?
        {
            found.insert(row.folded, row.id);
        }
    }
    let mut missing: Vec<_> = folded.into_iter().filter(|name| !found.contains_key(name)).collect();
    // In the order in which they were written, so that a brand's aliases keep it.
    let place: HashMap<String, usize> = written.iter().enumerate().rev().map(|(place, name)| (fold(name), place)).collect();
    missing.sort_by_key(|name| place.get(name).copied());
    if missing.is_empty() {
        return Ok(found);
    }
    work.lock("directory.brand_name").await?;
    let mut ids = work.take_ids(missing.len()).await?;
    for name in missing {
        let written = wanted.get(&name).copied().unwrap_or_default();
        // Another server may have kept the name between our look and our lock.
        let insert = Sql::new("INSERT INTO directory_brand_name (id, folded, written, brand_id) VALUES (")
            .bind(ids.take()?)
            .push(", ")
            .bind(name.clone())
            .push(", ")
            .bind(written)
            .push(", NULL) ON CONFLICT (folded) DO UPDATE SET folded = excluded.folded RETURNING id AS n");
        let id = work.number(insert).await?;
        found.insert(name, id);
    }
    Ok(found)
}

pub(super) async fn insert(work: &UnitOfWork, brands: &[Brand]) -> Result<(), LedgerError> {
    const BRANDS: bulk::Target = bulk::Target { table: "directory_brand", columns: &["id", "key", "name_ja", "name_en", "origin", "country", "sector"] };
    let mut rows = bulk::Rows::into_table(BRANDS);
    for brand in brands {
        rows.push([
            brand.id.0.into(),
            brand.key.clone().into(),
            brand.name.ja.clone().into(),
            brand.name.en.clone().into(),
            brand.origin.key().into(),
            brand.country.clone().into(),
            brand.sector.clone().into(),
        ]);
    }
    rows.insert(work).await
}

pub(super) async fn update(work: &UnitOfWork, brand: &Brand) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE directory_brand SET name_ja = ")
        .bind(brand.name.ja.clone())
        .push(", name_en = ")
        .bind(brand.name.en.clone())
        .push(", origin = ")
        .bind(brand.origin.key())
        .push(", country = ")
        .bind(brand.country.clone())
        .push(", sector = ")
        .bind(brand.sector.clone())
        .push(" WHERE id = ")
        .bind(brand.id.0);
    work.execute(sql).await.map(|_| ())
}

/// Gives names to a brand: new ones are kept, ones without a brand are taken. A name of another brand stays and is given back.
pub(super) async fn claim_names(work: &UnitOfWork, brand: BrandId, names: &[String]) -> Result<Vec<String>, LedgerError> {
    let written: Vec<_> = names.iter().map(String::as_str).collect();
    let ids = resolve_names(work, &written).await?;
    let mut taken = Vec::new();
    for name in names {
        let Some(id) = ids.get(&fold(name)) else { continue };
        let claim = Sql::new("UPDATE directory_brand_name SET brand_id = ")
            .bind(brand.0)
            .push(" WHERE id = ")
            .bind(*id)
            .push(" AND (brand_id IS NULL OR brand_id = ")
            .bind(brand.0)
            .push(")");
        if work.execute(claim).await? == 0 {
            taken.push(name.clone());
        }
    }
    Ok(taken)
}

pub(super) async fn name_ids(query: &impl Query, brand: BrandId) -> Result<Vec<i64>, LedgerError> {
    let rows: Vec<NameRow> = query.all(Sql::new("SELECT id, folded, written, brand_id FROM directory_brand_name WHERE brand_id = ").bind(brand.0)).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(super) async fn release_names(work: &UnitOfWork, brand: BrandId) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE directory_brand_name SET brand_id = NULL WHERE brand_id = ").bind(brand.0)).await.map(|_| ())
}

pub(super) async fn assign(work: &UnitOfWork, name_id: i64, brand: BrandId) -> Result<bool, LedgerError> {
    let sql = Sql::new("UPDATE directory_brand_name SET brand_id = ").bind(brand.0).push(" WHERE id = ").bind(name_id).push(" AND brand_id IS NULL");
    Ok(work.execute(sql).await? == 1)
}
