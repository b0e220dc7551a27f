//! Organisations: whoever is asked to look and act, reports, or is served.

mod store;

pub use store::{COUNTED, all, find, insert};

use crate::{DirectoryError, Origin, brand::fold};
use noroshi_kernel::{
    access::{Action, Actor},
    id::OrganisationId,
    language::Bilingual,
    reason::{self, Reason},
    setaside::printable,
};
use noroshi_ledger::{UnitOfWork, audit};
use serde_json::json;

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// How it is shown.
    pub name: Bilingual,
    /// ISO 3166-1 alpha-2, or empty when it is not known.
    pub country: String,
}

/// The countries that are home to the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
}

impl Default for Home {
    fn default() -> Self {
        Self { countries: vec!["JP".into()] }
    }
}

impl Home {
    /// Whether a country is home.
    #[must_use]
    pub fn origin(&self, country: &str) -> Origin {
        match country {
            "" => Origin::Unknown,
            _ if self.countries.iter().any(|home| home == country) => Origin::Domestic,
            _ => Origin::Foreign,
        }
    }
}

/// Finds the organisation of a name (in either language, folded) or makes it.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when the name or the country is wrong.
pub async fn find_or_add(work: &UnitOfWork, actor: &Actor, name: &str, country: &str) -> Result<Organisation, DirectoryError> {
    actor.must_can(Action::ChangeIncident)?;
    let name = name.trim();
    let refuse = |reason| Err(DirectoryError::Refused(reason));
    if fold(name).is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return refuse(Reason::new(
            "organisation-name",
            "組織名は、文字か数字を含む 1～200 文字にしてください。",
            "the organisation's name must hold 1 to 200 characters, a letter or digit among them",
        ));
    }
    if !country.is_empty() && (country.len() != 2 || !country.chars().all(|character| character.is_ascii_uppercase())) {
        return refuse(reason::no_country(&printable(country, 20)));
    }
    if let Some(known) = find(work, name).await? {
        return placed(work, actor, known, country).await;
    }
    // Two people may name it at once: the second finds what the first added.
    work.lock("directory.organisation").await?;
    if let Some(known) = find(work, name).await? {
        return Ok(known);
    }
    let organisation = Organisation { id: OrganisationId(work.take_id().await?), name: Bilingual::new(name, name), country: country.into() };
    store::insert(work, std::slice::from_ref(&organisation)).await?;
    let detail = json!({ "name": name, "country": country });
    work.record(actor, audit::Entry { action: "organisation.add", subject_kind: "organisation", subject_id: organisation.id.0, detail: &detail }).await?;
    Ok(organisation)
}

/// Fills in the country of an organisation of which it was not known.
async fn placed(work: &UnitOfWork, actor: &Actor, known: Organisation, country: &str) -> Result<Organisation, DirectoryError> {
    if !known.country.is_empty() || country.is_empty() {
        return Ok(known);
    }
    store::set_country(work, known.id, country).await?;
    let detail = json!({ "country": country });
    work.record(actor, audit::Entry { action: "organisation.place", subject_kind: "organisation", subject_id: known.id.0, detail: &detail }).await?;
    Ok(Organisation { country: country.into(), ..known })
}
