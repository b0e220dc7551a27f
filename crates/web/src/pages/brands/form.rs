use super::aliases;
use crate::{failure::Failure, words::Words};
use noroshi_directory::{
    Origin,
    brand::{Brand, Change, SECTORS},
};
use noroshi_kernel::language::Bilingual;
use serde::Deserialize;

/// The fields of a brand, filled in.
pub(crate) struct BrandForm {
    pub(crate) key: String,
    pub(crate) name_ja: String,
    pub(crate) name_en: String,
    pub(crate) country: String,
    /// One per line.
    pub(crate) aliases: String,
    pub(crate) origins: Vec<Choice>,
    pub(crate) sectors: Vec<Choice>,
}

/// One of a few.
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

impl BrandForm {
    fn new(origin: Origin, sector: &str, words: Words) -> Self {
        let origins = Origin::ALL.map(|one| Choice { value: one.key(), label: words.origin(one), selected: one == origin });
        let sectors = SECTORS.map(|one| Choice { value: one, label: words.sector(one), selected: one == sector });
        Self {
            key: String::new(),
            name_ja: String::new(),
            name_en: String::new(),
            country: String::new(),
            aliases: String::new(),
            origins: origins.into(),
            sectors: sectors.into(),
        }
    }

    pub(crate) fn empty(words: Words) -> Self {
        Self::new(Origin::Unknown, "unknown", words)
    }

    pub(crate) fn of(brand: &Brand, names: &[String], words: Words) -> Self {
        Self {
            key: brand.key.clone(),
            name_ja: brand.name.ja.clone(),
            name_en: brand.name.en.clone(),
            country: brand.country.clone(),
            aliases: aliases(brand, names).join("\n"),
            ..Self::new(brand.origin, &brand.sector, words)
        }
    }
}

/// What is sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    pub(super) key: String,
    name_ja: String,
    name_en: String,
    origin: String,
    country: String,
    sector: String,
    aliases: String,
}

impl Sent {
    /// What was filled in, as a change of the brand `key`.
    pub(super) fn change(&self, key: &str) -> Result<Change, Failure> {
        let names = Bilingual::new(self.name_ja.trim(), self.name_en.trim());
        let aliases: Vec<String> = self.aliases.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let country = self.country.trim().to_ascii_uppercase();
        let origin = Origin::ALL.into_iter().find(|origin| origin.key() == self.origin).ok_or_else(|| wrong("origin", &self.origin))?;
        let sector = SECTORS.into_iter().find(|sector| *sector == self.sector).ok_or_else(|| wrong("sector", &self.sector))?;
        Ok(Change { key: key.into(), name: names, origin, country, sector: sector.into(), aliases })
    }
}

fn wrong(name: &str, value: &str) -> Failure {
    Failure::Field { name: name.into(), value: value.into() }
}
