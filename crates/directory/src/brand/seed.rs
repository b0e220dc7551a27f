use super::{Change, fold, store};
use crate::{DirectoryError, Origin};
use noroshi_kernel::{
    access::{Action, Actor},
    id::BrandId,
    language::Bilingual,
    reason::Reason,
};
use noroshi_ledger::{Query, Sql, UnitOfWork, audit};
use serde_json::json;
use std::collections::HashMap;

/// The brand table that noroshi ships, as CSV.
const SHIPPED: &str = include_str!("../../data/brands.csv");

/// The brands that noroshi ships: those that phishing in Japan imitated most in 2019 and 2020, and others beside them.
///
/// # Errors
/// Never with the table as shipped; a test reads it.
pub fn shipped() -> Result<Vec<Change>, DirectoryError> {
    parse_table(SHIPPED.as_bytes())
}

/// Reads a brand table: CSV with the columns `key,name_ja,name_en,origin,country,sector,aliases`, aliases divided by `|`.
///
/// # Errors
/// [`DirectoryError::Refused`] with the line of the first row that is wrong, and of a name that two brands claim.
pub fn parse_table(csv: &[u8]) -> Result<Vec<Change>, DirectoryError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(csv);
    let mut owners: HashMap<String, String> = HashMap::new();
    let mut changes = Vec::new();
    for row in reader.deserialize::<HashMap<String, String>>() {
        let row =
            row.map_err(|error| DirectoryError::Refused(Reason::new("brand-table", format!("ブランド表: {error}"), format!("the brand table: {error}"))))?;
        let field = |name: &str| row.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let aliases = field("aliases").split('|').map(str::trim).filter(|alias| !alias.is_empty()).map(str::to_owned).collect();
        let origin = Origin::from_key(&field("origin"));
        let name = Bilingual::new(field("name_ja"), field("name_en"));
        let change = Change { key: field("key"), name, origin, country: field("country"), sector: field("sector"), aliases };
        change.check()?;
        for name in change.names() {
            if let Some(other) = owners.insert(fold(&name), change.key.clone()).filter(|other| *other != change.key) {
                return Err(DirectoryError::Refused(Reason::new(
                    "brand-table",
                    format!("ブランド表: 「{name}」が {other} と {} の両方にあります。", change.key),
                    format!("the brand table: {name:?} is claimed by {other} and by {}", change.key),
                )));
            }
        }
        changes.push(change);
    }
    Ok(changes)
}

/// Brings in brands that are not there yet; a brand whose key is there stays as people left it. Gives the number of new ones.
///
/// # Errors
/// [`DirectoryError::Forbidden`], or when the database refuses it.
pub async fn import_table(work: &UnitOfWork, actor: &Actor, changes: &[Change]) -> Result<usize, DirectoryError> {
    actor.must_can(Action::ChangeBrands)?;
    let known: Vec<String> = store::all(work).await?.into_iter().map(|brand| brand.key).collect();
    let fresh: Vec<_> = changes.iter().filter(|change| !known.contains(&change.key)).collect();
    if fresh.is_empty() {
        return Ok(0);
    }
    let mut ids = work.take_ids(fresh.len()).await?;
    let mut brands = Vec::with_capacity(fresh.len());
    let mut owners: HashMap<String, BrandId> = HashMap::new();
    for change in &fresh {
        let id = BrandId(ids.take()?);
        owners.extend(change.names().iter().map(|name| (fold(name), id)));
        brands.push(change.brand(id));
    }
    store::insert(work, &brands).await?;
    let names: Vec<String> = fresh.iter().flat_map(|change| change.names()).collect();
    let resolved = store::resolve_names(work, &names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    for (folded, name_id) in resolved {
        if let Some(brand) = owners.get(&folded) {
            store::assign(work, name_id, *brand).await?;
        }
    }
    let detail = json!({ "brands": brands.iter().map(|brand| &brand.key).collect::<Vec<_>>() });
    let subject_id = work.number(Sql::new("SELECT max(id) AS n FROM directory_brand")).await?;
    work.record(actor, audit::Entry { action: "brand.import", subject_kind: "brand_table", subject_id, detail: &detail }).await?;
    Ok(fresh.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_whole() {
        let brands = shipped().expect("the shipped table reads");
        assert!(brands.len() >= 150, "{} brands", brands.len());
        let known = |name: &str| brands.iter().any(|brand| brand.names().iter().any(|alias| fold(alias) == fold(name)));
        for name in ["楽天", "Rakuten", "Amazon", "アマゾン", "Apple ID", "三井住友カード", "JCB"] {
            assert!(known(name), "{name}");
        }
    }

    #[test]
    fn a_wrong_table_is_refused_with_the_place() {
        let wrong = |csv: &str| parse_table(csv.as_bytes()).expect_err("refused").to_string();
        let head = "key,name_ja,name_en,origin,country,sector,aliases\n";
        assert!(wrong(&format!("{head}a,あ,A,domestic,JP,bank,\nb,い,B,domestic,JP,bank,あ\n")).contains("claimed by a and by b"));
        assert!(wrong(&format!("{head}a,あ,A,domestic,Japan,bank,\n")).contains("country"));
        assert!(wrong(&format!("{head}a,あ\n")).contains("line: 2"));
    }
}
