//! Whom to ask about an incident: addresses that come into question, each with where it is from. A person decides.

use crate::{
    IncidentError,
    model::{Number, TargetKind, registered},
    store::loading::{self, Detail},
};
use noroshi_feeds::extract::{self, Item};
use noroshi_kernel::{
    access::{Action, Actor},
    id::CorrespondenceId,
    observable::Url,
};
use noroshi_ledger::{Ledger, LedgerError};
use noroshi_mailroom::{
    correspondence::{self, Channel, Kind},
    desk, form, outgoing,
    thread::{self, Letter},
};
use noroshi_post::{letter, threading};
use std::collections::HashSet;

/// The reports whose letters are looked through, the latest, and the longest of them, in bytes.
const MOST_REPORTS: u32 = 5;
const LETTER_MOST_BYTES: u64 = 1 << 20;
/// The incidents of the same addresses that are looked at, and the threads and letters of each incident.
const MOST_NEIGHBOURS: u32 = 10;
const MOST_THREADS: u32 = 10;
const MOST_LETTERS: u32 = 100;
/// The most addresses that are given.
const MOST_CONTACTS: usize = 12;

/// Where an address is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// We wrote to it about this incident.
    Written,
    /// We wrote to it about another incident of the same network address.
    Neighbour(Number),
    /// It stands in a letter that reports this incident.
    Named(CorrespondenceId),
    /// Every domain should have it (RFC 2142, section 4). Nobody has made sure that this one does.
    Role(String),
}

/// An address that comes into question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The address.
    pub address: String,
    /// Where it is from.
    pub source: Source,
}

/// The addresses that come into question, those first that were written to before. Whoever reported the incident is none of them,
/// nor are addresses from which letters came back.
///
/// # Errors
/// [`IncidentError::Forbidden`] when the actor may not write letters about it; when the database cannot be reached.
pub async fn contacts(ledger: &Ledger, actor: &Actor, detail: &Detail) -> Result<Vec<Contact>, IncidentError> {
    let incident = &detail.incident;
    actor.must(Action::WriteLetters, &incident.label)?;
    let mut found = Found::default();
    found.written(ledger, actor, incident.id.0, &Source::Written).await?;
    for (id, number) in loading::neighbours(ledger, incident.id, actor.sight(), MOST_NEIGHBOURS).await? {
        found.written(ledger, actor, id.0, &Source::Neighbour(number)).await?;
    }
    for report in loading::reports_of(ledger, incident.id, actor.sight(), MOST_REPORTS).await? {
        if report.channel != Channel::Feed.key() && thread::may_see_letter(ledger, report.correspondence, actor.sight()).await? {
            found.named(ledger, report.correspondence).await?;
        }
    }
    let host = match incident.target.kind {
        TargetKind::Url => incident.target.text.parse::<Url>().ok().and_then(|url| url.host().map(str::to_owned)),
        _ => Some(incident.target.text.clone()),
    };
    if let Some(domain) = host.as_deref().and_then(registered) {
        found.contacts.push(Contact { address: format!("abuse@{domain}"), source: Source::Role(domain) });
    }
    let desks = desk::all(ledger).await?;
    let mut seen = found.not;
    let fit = |contact: &Contact| {
        let folded = threading::address(&contact.address);
        !desks.owns(&folded) && !form::is_placeholder(&folded) && seen.insert(folded)
    };
    Ok(found.contacts.into_iter().filter(fit).take(MOST_CONTACTS).collect())
}

/// What was found on the way.
#[derive(Default)]
struct Found {
    contacts: Vec<Contact>,
    /// Folded addresses of reporters, and those from which letters came back.
    not: HashSet<String>,
}

impl Found {
    /// To whom we wrote in the threads about an incident.
    async fn written(&mut self, ledger: &Ledger, actor: &Actor, incident: i64, source: &Source) -> Result<(), IncidentError> {
        for thread in thread::about(ledger, actor, incident, MOST_THREADS).await? {
            for letter in thread::letters(ledger, thread.id, MOST_LETTERS).await? {
                match letter {
                    Letter::In(line) if line.kind == Kind::Report => {
                        self.not.insert(threading::address(&line.from_address));
                    }
                    Letter::In(_) => {}
                    Letter::Out(sent) => {
                        for recipient in sent.recipients {
                            if matches!(recipient.state, outgoing::State::Returned | outgoing::State::Refused) {
                                self.not.insert(threading::address(&recipient.address));
                            }
                            self.contacts.push(Contact { address: recipient.address, source: source.clone() });
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What stands in a letter that reports it.
    async fn named(&mut self, ledger: &Ledger, id: CorrespondenceId) -> Result<(), IncidentError> {
        let Some(found) = correspondence::load(ledger, id).await?.filter(|found| found.raw.length <= LETTER_MOST_BYTES) else { return Ok(()) };
        let (blobs, raw) = (ledger.blobs().clone(), found.raw);
        let read = tokio::task::spawn_blocking(move || Ok::<_, LedgerError>(mails(&blobs.read_part(&raw.sha256, raw.offset, raw.length)?)));
        let (senders, named) = read.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
        self.not.extend(senders);
        self.contacts.extend(named.into_iter().map(|address| Contact { address, source: Source::Named(id) }));
        Ok(())
    }
}

/// Who sent a letter, folded, and which addresses its texts name.
fn mails(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let Ok(letter) = letter::read(bytes) else { return (Vec::new(), Vec::new()) };
    let headers = &letter.headers;
    let senders = headers.from.iter().chain(&headers.sender).chain(&headers.reply_to).map(|mailbox| threading::address(&mailbox.address)).collect();
    let mail = |found: extract::Found| if let Item::Mail(address) = found.item { Some(address) } else { None };
    let named = letter.texts().filter_map(|part| part.text()).flat_map(|text| extract::items(&text).into_iter().filter_map(mail)).collect();
    (senders, named)
}
