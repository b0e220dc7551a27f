//! Which entries a rise at a port should make one think of.

use super::{
    entry::{Entry, Stored},
    store,
};
use crate::service;
use noroshi_kernel::observable::Port;
use noroshi_ledger::{LedgerError, Query};
use serde::Serialize;

/// The most words that are looked for at once.
const MOST_WORDS: usize = 64;

/// What a word is worth where it stands. What an entry is about stands in its product and its name; a description mentions much.
mod worth {
    pub(super) const PRODUCT: u32 = 8;
    pub(super) const NAME: u32 = 6;
    pub(super) const DESCRIPTION: u32 = 3;
    /// The port itself, by its number.
    pub(super) const PORT: u32 = 9;
    /// Every further word that is found.
    pub(super) const FURTHER: u32 = 1;
}

/// An entry that was found, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The entry.
    #[serde(flatten)]
    pub stored: Stored,
    /// The words that were found in it, the one that counts most first.
    pub by: Vec<String>,
    /// How well it fits; more is better. It orders the entries of one answer and means nothing else.
    pub score: u32,
}

/// What is looked for, and where it counts.
#[derive(Clone, Debug)]
struct Wanted {
    shown: String,
    /// Words as [`folded`] gives them.
    words: Vec<String>,
    /// Whether it counts in the description, too.
    anywhere: bool,
    worth_more: bool,
}

impl Wanted {
    fn word(text: &str, anywhere: bool) -> Option<Self> {
        let words = folded(text);
        (!words.is_empty()).then(|| Self { shown: text.trim().to_owned(), words, anywhere, worth_more: false })
    }

    fn of_port(port: Port) -> Vec<Self> {
        let service = service::at(port);
        let words = service.into_iter().flat_map(|service| service.words.iter().filter_map(|word| Self::word(word, true)));
        let products = service.into_iter().flat_map(|service| service.products.iter().filter_map(|word| Self::word(word, false)));
        let number = (!matches!(port.protocol, noroshi_kernel::observable::Protocol::Icmp)).then(|| Self {
            shown: format!("port {}", port.number),
            words: vec!["port".into(), port.number.to_string()],
            anywhere: true,
            worth_more: true,
        });
        number.into_iter().chain(words).chain(products).collect()
    }

    fn worth_in(&self, texts: &Texts) -> u32 {
        let found = |text: &[String]| text.windows(self.words.len()).any(|window| window == self.words);
        match () {
            () if found(&texts.product) => worth::PRODUCT,
            () if found(&texts.name) => worth::NAME,
            () if self.anywhere && found(&texts.description) => {
                if self.worth_more {
                    worth::PORT
                } else {
                    worth::DESCRIPTION
                }
            }
            () => 0,
        }
    }
}

/// The words of an entry.
struct Texts {
    product: Vec<String>,
    name: Vec<String>,
    description: Vec<String>,
}

impl Texts {
    fn of(entry: &Entry) -> Self {
        Self { product: folded(&format!("{} {}", entry.vendor, entry.product)), name: folded(&entry.name), description: folded(&entry.description) }
    }
}

/// A text's words in lower case. What joins parts of a name is one with them: `TR-069`, `Erlang/OTP`, `H.323`.
fn folded(text: &str) -> Vec<String> {
    let is_part = |one: char| one.is_alphanumeric() || "-/.+".contains(one);
    text.split(|one: char| !is_part(one)).map(|word| word.trim_matches(['-', '/', '.', '+']).to_lowercase()).filter(|word| !word.is_empty()).collect()
}

/// Ranks entries by what is wanted, `tcp/445` or words: what fits best first, of two that fit alike the one that ransomware uses,
/// then the one that came later. Entries in which nothing of it stands are not among them, and withdrawn ones come last.
#[must_use]
pub fn rank(entries: Vec<Stored>, wanted: &[&str], limit: usize) -> Vec<Found> {
    let look = |text: &&str| text.trim().parse::<Port>().map_or_else(|_| Wanted::word(text, true).into_iter().collect(), Wanted::of_port);
    let mut wanted: Vec<Wanted> = wanted.iter().flat_map(look).collect();
    // A word that means a service and names a product is looked for once, wherever it counts more.
    wanted.sort_by(|one, other| one.words.cmp(&other.words).then(other.anywhere.cmp(&one.anywhere)));
    wanted.dedup_by(|later, earlier| later.words == earlier.words);
    wanted.truncate(MOST_WORDS);
    let mut found: Vec<Found> = entries.into_iter().filter_map(|stored| judge(stored, &wanted)).collect();
    found.sort_by(|one, other| {
        let key = |found: &Found| (!found.stored.withdrawn, found.score, found.stored.entry.ransomware, found.stored.entry.added_on);
        key(other).cmp(&key(one)).then_with(|| other.stored.entry.cve.cmp(&one.stored.entry.cve))
    });
    found.truncate(limit);
    found
}

fn judge(stored: Stored, wanted: &[Wanted]) -> Option<Found> {
    let texts = Texts::of(&stored.entry);
    let mut by: Vec<(u32, String)> = wanted.iter().map(|one| (one.worth_in(&texts), one.shown.clone())).filter(|(worth, _)| *worth > 0).collect();
    by.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
    let further = u32::try_from(by.len()).unwrap_or(u32::MAX).saturating_sub(1).min(4) * worth::FURTHER;
    let score = by.first()?.0 + further;
    Some(Found { stored, by: by.into_iter().map(|(_, word)| word).collect(), score })
}

/// The entries that fit what is wanted best: each is a service (`tcp/445`) or words (`SQL Server`).
///
/// # Errors
/// When the database cannot be reached.
pub async fn search(query: &impl Query, wanted: &[&str], limit: usize) -> Result<Vec<Found>, LedgerError> {
    Ok(rank(store::all(query).await?, wanted, limit))
}

/// The entries that a rise at a service should make one think of.
///
/// # Errors
/// When the database cannot be reached.
pub async fn for_service(query: &impl Query, service: Port, limit: usize) -> Result<Vec<Found>, LedgerError> {
    search(query, &[&service.to_string()], limit).await
}
