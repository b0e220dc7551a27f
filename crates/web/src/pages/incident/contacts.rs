//! Addresses that come into question when somebody is to be asked, each with where it is from.

use crate::{failure::Failure, links, pages::letter::reading::shown, reader::Person, web::Web, words::Words};
use noroshi_incident::{
    Detail,
    service::{self, Source},
};

/// An address to choose.
pub(crate) struct Suggestion {
    pub(crate) address: String,
    /// A letter to it.
    pub(crate) href: String,
    /// Where it is from.
    pub(crate) why: String,
    /// What that can be looked at by.
    pub(crate) from: Option<String>,
    /// Whether nobody has made sure that there is such an address.
    pub(crate) is_unverified: bool,
}

/// The addresses that come into question for an incident.
pub(super) async fn suggestions(web: &Web, person: &Person, detail: &Detail, words: Words) -> Result<Vec<Suggestion>, Failure> {
    let found = service::contacts(&web.ledger, &person.actor, detail).await?;
    let letter = format!("/incidents/{}/letter", detail.incident.number);
    Ok(found
        .into_iter()
        .map(|contact| {
            let (why, from) = match &contact.source {
                Source::Written => (words.say("contact-written"), None),
                Source::Neighbour(number) => (words.about("contact-neighbour", &format!("#{number}")), Some(format!("/incidents/{number}"))),
                Source::Named(id) => (words.say("contact-named"), Some(format!("/letters/{id}"))),
                Source::Role(domain) => (words.about("contact-role", domain), None),
            };
            Suggestion {
                href: links::with(&letter, "to", &contact.address),
                address: shown(&contact.address),
                why,
                from,
                is_unverified: matches!(contact.source, Source::Role(_)),
            }
        })
        .collect())
}
