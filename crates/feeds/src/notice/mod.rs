//! Abuse notices in prose: what programs at other teams, blocklists and rights holders write into mails, in lines of
//! `Label: value` or in lists of addresses under a heading.
//!
//! It reads by what the labels mean, not by who sent it: a sender of whom nobody here has heard is understood as well.

mod label;
mod markup;
mod when;

pub use crate::words::rsit_of_text as rsit_of;
pub use when::time;
pub(crate) use when::zoned as zoned_time;

use crate::{
    canonical::CanonicalUrl,
    extract::{self, Item},
    finding::Finding,
    words::rsit_of_text,
};
use label::Label;
use noroshi_kernel::{
    observable::{Address, Host, Port, Protocol},
    rsit::Rsit,
};

/// The most lines of a notice that are read.
const MOST_LINES: usize = 20_000;
/// The most findings of a notice.
const MOST_FINDINGS: usize = 5_000;
/// The most details that are kept of a finding.
const MOST_DETAILS: usize = 60;

/// Reads a notice: the findings that its labelled lines and lists tell, in its order. `subject` helps to tell what kind of thing
/// it is about.
///
/// A text without labelled facts gives none: nobody should guess from a conversation.
///
/// ```
/// use noroshi_feeds::notice;
/// let found = notice::read("Abuse report: SSH brute force", "Offending IP: 192.0.2.7\n - Time: 2015-05-15 17:03:11-07:00\n - Port: 22\n");
/// assert_eq!(found[0].addresses[0].to_string(), "192.0.2.7");
/// assert_eq!(found[0].at.map(|at| at.rfc3339()).as_deref(), Some("2015-05-16T00:03:11Z"));
/// ```
#[must_use]
pub fn read(subject: &str, text: &str) -> Vec<Finding> {
    let mut reading = Reading { whole: rsit_of_text(subject).or_else(|| rsit_of_text(text)), ..Reading::default() };
    for line in text.lines().take(MOST_LINES) {
        reading.line(line);
    }
    reading.finish()
}

/// A finding on its way.
#[derive(Default)]
struct Draft {
    at: Option<when::When>,
    rsit: Option<Rsit>,
    address: Option<Address>,
    port: Option<u16>,
    protocol: Option<Protocol>,
    url: Option<CanonicalUrl>,
    host: Option<Host>,
    brand: Option<String>,
    details: Vec<(String, String)>,
    /// Times for each time that a list gives under an address.
    listed: bool,
}

#[derive(Default)]
struct Reading {
    /// What the whole notice is about.
    whole: Option<Rsit>,
    /// What the present section is about, by its heading.
    section: Option<Rsit>,
    /// Facts that stand before the first address, such as a date: they hold for all that follow.
    common: Draft,
    draft: Option<Draft>,
    findings: Vec<Finding>,
}

impl Reading {
    fn line(&mut self, line: &str) {
        let bare = line.trim_start_matches(|edge: char| edge.is_whitespace() || matches!(edge, '-' | '*' | '>' | '|' | '•')).trim_end();
        let bare = bare.trim_end_matches("<br>").trim_end_matches("<br />").trim_end();
        if bare.is_empty() || bare.len() > 4_000 {
            return;
        }
        if bare.starts_with('<') {
            for (name, value) in markup::facts(bare) {
                self.fact(Label::of(name), value);
            }
            return;
        }
        if let Some((label, value)) = label::split(bare) {
            self.fact(label, value);
        } else if let Some((address, port)) = alone(bare) {
            self.begin();
            let rsit = self.section;
            let draft = self.draft();
            (draft.address, draft.port, draft.rsit, draft.listed) = (Some(address), port, rsit, true);
        } else if bare.ends_with(':') && bare.len() < 120 {
            self.finish_draft();
            self.section = rsit_of_text(bare);
        } else if let Some(listed) = self.draft.as_mut().filter(|draft| draft.listed && draft.at.is_none()) {
            listed.at = when::of(bare);
        }
    }

    fn fact(&mut self, label: Label<'_>, value: &str) {
        let value = label::bare(value);
        let item = extract::item(value);
        match (label.meaning, item) {
            (label::Meaning::Source, Some(Item::Address(address, port))) => {
                let other = self.draft.as_ref().is_some_and(|draft| draft.address.is_some_and(|known| known != address) || draft.listed);
                if other {
                    self.begin();
                }
                let draft = self.draft();
                draft.address = Some(address);
                draft.port = draft.port.or(port);
            }
            (label::Meaning::Source | label::Meaning::Url, Some(Item::Url(url))) => {
                if self.draft.as_ref().is_some_and(|draft| draft.url.as_ref().is_some_and(|known| *known != url)) {
                    self.begin();
                }
                self.draft().url = Some(url);
            }
            (label::Meaning::Source | label::Meaning::Host, Some(Item::Host(host))) => {
                self.draft().host.get_or_insert(host);
            }
            (label::Meaning::Port, _) => {
                let number = value.split(|one: char| !one.is_ascii_digit()).find(|digits| !digits.is_empty()).and_then(|digits| digits.parse().ok());
                let slot = self.open();
                slot.port = slot.port.or(number);
            }
            (label::Meaning::Protocol, _) => {
                let lower = value.to_ascii_lowercase();
                let known = Protocol::ALL.into_iter().find(|protocol| lower.starts_with(protocol.key()));
                let slot = self.open();
                slot.protocol = slot.protocol.or(known);
                slot.keep(label.text, value);
            }
            (label::Meaning::Time(weight), _) => {
                let read = when::of(value).map(|when| when::When { weight, ..when });
                let slot = self.open();
                match read {
                    Some(when) if slot.at.is_none_or(|known| weight > known.weight) => slot.at = Some(when),
                    _ => slot.keep(label.text, value),
                }
            }
            (label::Meaning::Kind, _) => {
                let read = rsit_of_text(value);
                let slot = self.open();
                slot.rsit = read.or(slot.rsit);
                slot.keep(label.text, value);
            }
            (label::Meaning::Brand, _) => {
                let slot = self.open();
                slot.brand = slot.brand.take().or_else(|| Some(value.chars().take(200).collect()));
            }
            _ => self.open().keep(label.text, value),
        }
    }

    /// The draft that facts belong to; a new one when none is open.
    fn draft(&mut self) -> &mut Draft {
        self.draft.get_or_insert_with(Draft::default)
    }

    /// The draft if there is one, else what is common to all.
    fn open(&mut self) -> &mut Draft {
        self.draft.as_mut().unwrap_or(&mut self.common)
    }

    fn begin(&mut self) {
        self.finish_draft();
        self.draft = Some(Draft::default());
    }

    fn finish_draft(&mut self) {
        let Some(draft) = self.draft.take() else { return };
        if self.findings.len() < MOST_FINDINGS {
            let finding = draft.finding(&self.common, self.section.or(self.whole));
            if finding.is_about_something() {
                self.findings.push(finding);
            }
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        self.finish_draft();
        let mut seen = Vec::new();
        self.findings.retain(|finding| {
            let key = (finding.addresses.clone(), finding.url.clone(), finding.host.clone(), finding.rsit);
            let new = !seen.contains(&key);
            if seen.len() < 200 {
                seen.push(key);
            }
            new
        });
        self.findings
    }
}

impl Draft {
    fn keep(&mut self, label: &str, value: &str) {
        if self.details.len() < MOST_DETAILS && !value.is_empty() {
            self.details.push((label.chars().take(60).collect(), value.chars().take(1_000).collect()));
        }
    }

    fn finding(self, common: &Self, otherwise: Option<Rsit>) -> Finding {
        let rsit = self.rsit.or(common.rsit).or(otherwise).unwrap_or(Rsit::Undetermined);
        let address = self.address.or(common.address);
        let protocol = self.protocol.or(common.protocol).unwrap_or(Protocol::Tcp);
        Finding {
            at: self.at.or(common.at).map(|when| when.moment),
            addresses: address.into_iter().collect(),
            port: self.port.or(common.port).filter(|number| *number > 0).map(|number| Port { protocol, number }),
            url: self.url,
            host: self.host,
            brand: self.brand.or_else(|| common.brand.clone()),
            details: common.details.iter().cloned().chain(self.details).collect(),
            ..Finding::new(rsit)
        }
    }
}

/// An address that has a line for itself, perhaps with a mark in brackets behind it.
fn alone(line: &str) -> Option<(Address, Option<u16>)> {
    let head = line.split_once([' ', '\t']).map_or(line, |(head, mark)| if mark.trim().len() <= 4 { head } else { line });
    match extract::item(head.trim_end_matches([',', ';']))? {
        Item::Address(address, port) => Some((address, port)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
