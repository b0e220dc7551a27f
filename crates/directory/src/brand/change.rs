use super::{Brand, SECTORS, fold, store};
use crate::{DirectoryError, Origin};
use noroshi_kernel::{
    access::{Action, Actor},
    id::BrandId,
    language::Bilingual,
    reason::{self, Reason},
    setaside::printable,
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
        let refuse = |reason| Err(DirectoryError::Refused(reason));
        let key = printable(&self.key, 64);
        let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
        if self.key.is_empty() || self.key.len() > 64 || !self.key.chars().all(plain) {
            return refuse(Reason::new(
                "brand-key",
                format!("キー「{key}」は a-z、0-9、「-」の 1～64 文字にしてください。"),
                format!("the key {key:?} must be 1 to 64 of a-z, 0-9 and -"),
            ));
        }
        for name in [&self.name.ja, &self.name.en].into_iter().chain(&self.aliases) {
            if fold(name).is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
                let name = printable(name, 200);
                return refuse(Reason::new(
                    "brand-name",
                    format!("{key} の名前「{name}」は、文字か数字を含む 1～200 文字にしてください。"),
                    format!("the name {name:?} of {key} must hold 1 to 200 characters, a letter or digit among them"),
                ));
            }
        }
        if self.country.len() != 2 || !self.country.chars().all(|character| character.is_ascii_uppercase()) {
            return refuse(reason::no_country(&printable(&self.country, 20)));
        }
        if !SECTORS.contains(&self.sector.as_str()) {
            let (sector, sectors) = (printable(&self.sector, 64), SECTORS.join(", "));
            return refuse(Reason::new(
                "brand-sector",
                format!("{key} の業種「{sector}」は次のどれかにしてください: {sectors}"),
                format!("the sector {sector:?} of {key} must be one of {sectors}"),
            ));
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
        let taken = taken.join(", ");
        return Err(DirectoryError::Refused(Reason::new(
            "brand-name-taken",
            format!("「{taken}」は別のブランドの名前です。先にそちらから外してください。"),
            format!("{taken} belongs to another brand; take it away there first"),
        )));
    }
    let detail = json!({ "key": change.key, "names": change.names(), "origin": change.origin, "country": change.country, "sector": change.sector });
    work.record(actor, audit::Entry { action: "brand.save", subject_kind: "brand", subject_id: id.0, detail: &detail }).await?;
    let names = before.into_iter().chain(store::name_ids(work, id).await?).collect::<BTreeSet<_>>().into_iter().collect();
    work.tell(Renamed::KIND, &Renamed { names }).await?;
    Ok(id)
}

/// Makes a brand. A key that is taken is refused, so that nobody overwrites a brand by accident.
///
/// # Errors
/// As [`save`]; [`DirectoryError::Refused`] when the key is taken.
pub async fn add(work: &UnitOfWork, actor: &Actor, change: &Change) -> Result<BrandId, DirectoryError> {
    actor.must_can(Action::ChangeBrands)?;
    work.lock("directory.brand").await?;
    if store::by_key(work, &change.key).await?.is_some() {
        return Err(DirectoryError::Refused(Reason::new(
            "brand-key-taken",
            format!("キー「{}」のブランドはすでにあります。一覧から開いて変更してください。", change.key),
            format!("there is a brand with the key {:?} already; open it from the list to change it", change.key),
        )));
    }
    save(work, actor, change).await
}

/// Says whose a reported name is.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when there is no such brand; [`DirectoryError::Unknown`] when there
/// is no such name without a brand.
pub async fn assign_name(work: &UnitOfWork, actor: &Actor, name_id: i64, brand_key: &str) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeBrands)?;
    let shown = printable(brand_key, 64);
    let unknown = || {
        DirectoryError::Refused(Reason::new(
            "brand-unknown",
            format!("キー「{shown}」のブランドはありません。候補から選ぶか、先にブランドを追加してください。"),
            format!("there is no brand with the key {shown:?}; choose one that is offered, or add the brand first"),
        ))
    };
    let brand = store::by_key(work, brand_key).await?.ok_or_else(unknown)?;
    if !store::assign(work, name_id, brand.id).await? {
        return Err(DirectoryError::Unknown { kind: "name without a brand", name: name_id.to_string() });
    }
    let detail = json!({ "name": name_id });
    work.record(actor, audit::Entry { action: "brand.assign_name", subject_kind: "brand", subject_id: brand.id.0, detail: &detail }).await?;
    work.tell(Renamed::KIND, &Renamed { names: vec![name_id] }).await?;
    Ok(())
}
