use super::{when::When, zone};
use crate::{canonical::CanonicalUrl, finding::Finding};
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host, Port, Protocol},
    rsit::Rsit,
};

/// The most details that are kept of a finding.
const MOST_DETAILS: usize = 60;

/// So far a time that names no zone may be ahead of the letter, in microseconds.
const HALF_A_DAY_US: i64 = 12 * 3_600 * 1_000_000;

/// A finding on its way.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) at: Option<When>,
    pub(super) rsit: Option<Rsit>,
    pub(super) address: Option<Address>,
    pub(super) port: Option<u16>,
    pub(super) protocol: Option<Protocol>,
    pub(super) url: Option<CanonicalUrl>,
    pub(super) host: Option<Host>,
    pub(super) brand: Option<String>,
    pub(super) details: Vec<(String, String)>,
    /// Whether a label, or how it is written, says by itself that it is reported: `Attacker`, `hxxp://`.
    pub(super) accused: bool,
    /// Whether the letter says beside it that something happened, or its record says what.
    pub(super) told: bool,
    /// Whether the letter speaks beside it of another matter.
    pub(super) otherwise: bool,
    /// Whether it is said to be the source of what was seen at its time.
    pub(super) is_source: bool,
    /// The port that was attacked, for when no port of the source is told.
    pub(super) attacked_port: Option<u16>,
    /// Times for each time that a list gives under an address.
    pub(super) listed: bool,
}

impl Draft {
    pub(super) fn keep(&mut self, label: &str, value: &str) {
        if self.details.len() < MOST_DETAILS && !value.is_empty() {
            self.details.push((label.chars().take(60).collect(), value.chars().take(1_000).collect()));
        }
    }

    /// Whether it names anything yet.
    pub(super) const fn is_about_something(&self) -> bool {
        self.address.is_some() || self.url.is_some() || self.host.is_some()
    }

    /// Whether the letter reports it, and does not only name it. `kind` is what the letter is about, `sent` when it was sent. A source with
    /// the time when it was seen was seen doing something, unless that is still to come.
    pub(super) fn is_reported(&self, common: &Self, kind: Option<Rsit>, sent: Option<Moment>) -> bool {
        let is_past = |when: When| sent.is_none_or(|sent| when.moment.0 <= sent.0 + if when.zoned { zone::SLACK_US } else { HALF_A_DAY_US });
        let is_seen = self.is_source && self.at.or(common.at).is_some_and(is_past);
        self.accused || !self.otherwise && (self.told || common.told || is_seen) && !self.is_of_a_victim(common, kind)
    }

    /// Whether it is only the URL at which something was done, as an attack is.
    fn is_of_a_victim(&self, common: &Self, kind: Option<Rsit>) -> bool {
        let is_done = |kind| matches!(kind, Rsit::IdsAlert | Rsit::BruteForce | Rsit::Scanner | Rsit::Ddos | Rsit::Dos | Rsit::DdosAmplifier);
        self.address.or(common.address).is_none() && self.url.is_some() && self.rsit.or(common.rsit).or(kind).is_some_and(is_done)
    }

    pub(super) fn finding(self, common: &Self, otherwise: Option<Rsit>) -> Finding {
        let rsit = self.rsit.or(common.rsit).or(otherwise).unwrap_or(Rsit::Undetermined);
        let address = self.address.or(common.address);
        let protocol = self.protocol.or(common.protocol).unwrap_or(Protocol::Tcp);
        let mut details: Vec<_> = common.details.iter().cloned().chain(self.details).collect();
        details.truncate(MOST_DETAILS);
        Finding {
            at: self.at.or(common.at).map(|when| when.moment),
            addresses: address.into_iter().collect(),
            port: self
                .port
                .or(common.port)
                .or(self.attacked_port)
                .or(common.attacked_port)
                .filter(|number| *number > 0)
                .map(|number| Port { protocol, number }),
            url: self.url,
            host: self.host,
            brand: self.brand.or_else(|| common.brand.clone()),
            details,
            ..Finding::new(rsit)
        }
    }
}
