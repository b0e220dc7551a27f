use super::{
    Change, fold, store,
    table::{Row, Table, Wrong, parse_table},
};
use crate::DirectoryError;
use noroshi_kernel::{
    access::{Action, Actor},
    id::BrandId,
    reason::Reason,
};
use noroshi_ledger::{LedgerError, Query, Sql, UnitOfWork, audit};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// The brand table that noroshi ships, as CSV.
const SHIPPED: &str = include_str!("../../data/brands.csv");

/// What became of the rows of a brand table: each is counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Brands that are new.
    pub new: usize,
    /// Rows whose key was there: the brand stays as people left it.
    pub known: usize,
    /// Rows that were set aside and changed nothing.
    pub set_aside: Vec<Wrong>,
}

/// The brands that noroshi ships: those that phishing in Japan imitated most in 2019 and 2020, and others beside them.
///
/// # Errors
/// Never with the table as shipped; a test reads it.
pub fn shipped() -> Result<Vec<Change>, DirectoryError> {
    let table = shipped_table()?;
    match table.wrong.into_iter().next() {
        Some(wrong) => Err(DirectoryError::Refused(wrong.reason)),
        None => Ok(table.rows.into_iter().map(|row| row.change).collect()),
    }
}

/// As [`shipped`], with the lines.
///
/// # Errors
/// Never with the table as shipped.
pub fn shipped_table() -> Result<Table, DirectoryError> {
    parse_table(SHIPPED.as_bytes())
}

/// Brings in brands that are not there yet; gives the number of new ones. As [`import`], for a table that is known to be whole.
///
/// # Errors
/// As [`import`].
pub async fn import_table(work: &UnitOfWork, actor: &Actor, changes: &[Change]) -> Result<usize, DirectoryError> {
    let rows = (2..).zip(changes).map(|(line, change)| Row { line, change: change.clone() }).collect();
    Ok(import(work, actor, Table { rows, wrong: Vec::new() }).await?.new)
}

/// Brings in brands that are not there yet. A brand whose key is there stays as people left it. A row that names what belongs to
/// another brand is set aside as a whole: it would come in without that name, and nobody would know.
///
/// # Errors
/// [`DirectoryError::Forbidden`], or when the database refuses it.
pub async fn import(work: &UnitOfWork, actor: &Actor, table: Table) -> Result<Imported, DirectoryError> {
    actor.must_can(Action::ChangeBrands)?;
    work.lock("directory.brand").await?;
    let there: HashMap<BrandId, String> = store::all(work).await?.into_iter().map(|brand| (brand.id, brand.key)).collect();
    let keys: HashSet<&String> = there.values().collect();
    let mut imported = Imported { set_aside: table.wrong, ..Imported::default() };
    let (known, fresh): (Vec<Row>, Vec<Row>) = table.rows.into_iter().partition(|row| keys.contains(&row.change.key));
    imported.known = known.len();
    let taken = store::owners(work, fresh.iter().flat_map(|row| row.change.names())).await?;
    let mut new = Vec::with_capacity(fresh.len());
    for row in fresh {
        let other = row.change.names().into_iter().find_map(|name| Some((taken.get(&fold(&name)).and_then(|brand| there.get(brand))?.clone(), name)));
        match other {
            Some((owner, name)) => imported.set_aside.push(Wrong { line: row.line, reason: name_taken(&row.change.key, &name, &owner) }),
            None => new.push(row.change),
        }
    }
    imported.set_aside.sort_by_key(|wrong| wrong.line);
    imported.new = new.len();
    if !new.is_empty() {
        keep(work, actor, &new).await?;
    }
    Ok(imported)
}

fn name_taken(key: &str, name: &str, owner: &str) -> Reason {
    Reason::new(
        "brand-name-taken",
        format!("{key} の名前「{name}」は {owner} の名前です。先にそちらから外すか、この行から除いてください。"),
        format!("the name {name:?} of {key} belongs to {owner}; take it away there, or leave it out here"),
    )
}

/// Keeps brands that are new, with their names.
async fn keep(work: &UnitOfWork, actor: &Actor, fresh: &[Change]) -> Result<(), LedgerError> {
    let mut ids = work.take_ids(fresh.len()).await?;
    let mut brands = Vec::with_capacity(fresh.len());
    let mut owners: HashMap<String, BrandId> = HashMap::new();
    for change in fresh {
        let id = BrandId(ids.take()?);
        owners.extend(change.names().iter().map(|name| (fold(name), id)));
        brands.push(change.brand(id));
    }
    store::insert(work, &brands).await?;
    let names: Vec<String> = fresh.iter().flat_map(Change::names).collect();
    let resolved = store::resolve_names(work, &names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    for (folded, name_id) in resolved {
        if let Some(brand) = owners.get(&folded) {
            store::assign(work, name_id, *brand).await?;
        }
    }
    let detail = json!({ "brands": brands.iter().map(|brand| &brand.key).collect::<Vec<_>>() });
    let subject_id = work.number(Sql::new("SELECT max(id) AS n FROM directory_brand")).await?;
    work.record(actor, audit::Entry { action: "brand.import", subject_kind: "brand_table", subject_id, detail: &detail }).await
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
}
