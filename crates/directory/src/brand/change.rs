use super::{Brand, SECTORS, fold, store};
use crate::{DirectoryError, Origin};
use noroshi_kernel::{
    access::{Action, Actor},
    id::BrandId,
    language::Bilingual,
};
use noroshi_ledger::{UnitOfWork, audit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

/// A brand as a person fills it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The stable key; a key that is not there yet makes a new brand.
    pub key: String,
    /// How it is shown.
    pub name: Bilingual,
    /// Whether it is at home with the team.
    pub origin: Origin,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// One of [`SECTORS`].
    pub sector: String,
    /// Every name by which it is called, besides the two that are shown.
    pub aliases: Vec<String>,
}

impl Change {
    /// Says what is wrong with what was filled in.
    pub(super) fn check(&self) -> Result<(), DirectoryError> {
        let refuse = |text: String| Err(DirectoryError::Refused(text));
        let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
        if self.key.is_empty() || self.key.len() > 64 || !self.key.chars().all(plain) {
            return refuse(format!("the key {:?} must be 1 to 64 of a-z, 0-9 and -", self.key));
        }
        for name in [&self.name.ja, &self.name.en].into_iter().chain(&self.aliases) {
            if fold(name).is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
                return refuse(format!("the name {name:?} of {} must hold 1 to 200 characters, a letter or digit among them", self.key));
            }
        }
        if self.country.len() != 2 || !self.country.chars().all(|character| character.is_ascii_uppercase()) {
            return refuse(format!("the country {:?} of {} must be two capital letters (ISO 3166-1), for example JP", self.country, self.key));
        }
        if !SECTORS.contains(&self.sector.as_str()) {
            return refuse(format!("the sector {:?} of {} must be one of {}", self.sector, self.key, SECTORS.join(", ")));
        }
        Ok(())
    }

    pub(super) fn names(&self) -> Vec<String> {
        [&self.name.ja, &self.name.en].into_iter().chain(&self.aliases).cloned().collect()
    }

    pub(super) fn brand(&self, id: BrandId) -> Brand {
        Brand { id, key: self.key.clone(), name: self.name.clone(), origin: self.origin, country: self.country.clone(), sector: self.sector.clone() }
    }
}

/// Told when names began or ceased to belong to a brand, or their brand is shown otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    /// The ids of the names.
    pub names: Vec<i64>,
}

impl Renamed {
    /// The event's kind.
    pub const KIND: &str = "directory.brand_renamed";
}

/// Makes a brand or changes one. Aliases that are left out are names without a brand again.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when a field is wrong or a name belongs to another brand.
pub async fn save(work: &UnitOfWork, actor: &Actor, change: &Change) -> Result<BrandId, DirectoryError> {
    actor.must_can(Action::ChangeBrands)?;
    change.check()?;
    work.lock("directory.brand").await?;
    let old = store::by_key(work, &change.key).await?;
    let before = match &old {
        Some(old) => store::name_ids(work, old.id).await?,
        None => Vec::new(),
    };
    let id = match &old {
        Some(old) => {
            store::update(work, &change.brand(old.id)).await?;
            store::release_names(work, old.id).await?;
            old.id
        }
        None => {
            let id = BrandId(work.take_id().await?);
            store::insert(work, &[change.brand(id)]).await?;
            id
        }
    };
    let taken = store::claim_names(work, id, &change.names()).await?;
    if !taken.is_empty() {
        return Err(DirectoryError::Refused(format!("{} belongs to another brand; take it away there first", taken.join(", "))));
    }
    let detail = json!({ "key": change.key, "names": change.names(), "origin": change.origin, "country": change.country, "sector": change.sector });
    work.record(actor, audit::Entry { action: "brand.save", subject_kind: "brand", subject_id: id.0, detail: &detail }).await?;
    let names = before.into_iter().chain(store::name_ids(work, id).await?).collect::<BTreeSet<_>>().into_iter().collect();
    work.tell(Renamed::KIND, &Renamed { names }).await?;
    Ok(id)
}

/// Says whose a reported name is.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Unknown`] when there is no such brand or no such name without a brand.
pub async fn assign_name(work: &UnitOfWork, actor: &Actor, name_id: i64, brand_key: &str) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeBrands)?;
    let brand = store::by_key(work, brand_key).await?.ok_or_else(|| DirectoryError::Unknown { kind: "brand", name: brand_key.into() })?;
    if !store::assign(work, name_id, brand.id).await? {
        return Err(DirectoryError::Unknown { kind: "name without a brand", name: name_id.to_string() });
    }
    let detail = json!({ "name": name_id });
    work.record(actor, audit::Entry { action: "brand.assign_name", subject_kind: "brand", subject_id: brand.id.0, detail: &detail }).await?;
    work.tell(Renamed::KIND, &Renamed { names: vec![name_id] }).await?;
    Ok(())
}
