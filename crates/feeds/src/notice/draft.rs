use super::when::When;
use crate::{canonical::CanonicalUrl, finding::Finding};
use noroshi_kernel::{
    observable::{Address, Host, Port, Protocol},
    rsit::Rsit,
};

/// The most details that are kept of a finding.
const MOST_DETAILS: usize = 60;

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
    /// Whether a label says that it is about an incident: `Source IP`, `Attacker`.
    pub(super) says_it: bool,
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
