//! What a report tells of one abuse, whatever the format: when, what kind, who.

use crate::canonical::CanonicalUrl;
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host, Port},
    rsit::Rsit,
    tlp::Tlp,
};

/// One thing that a report tells of: a source that attacked, a site that deceives, a service that lies open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// When it was seen; `None` when the report does not say.
    pub at: Option<Moment>,
    /// What kind of thing it is.
    pub rsit: Rsit,
    /// The addresses of what is reported, the foremost first; never those of victims or reporters.
    pub addresses: Vec<Address>,
    /// The port at those addresses that it is about, or that was attacked.
    pub port: Option<Port>,
    /// The reported URL.
    pub url: Option<CanonicalUrl>,
    /// The reported host, when no URL says it.
    pub host: Option<Host>,
    /// Whom it imitates, as written.
    pub brand: Option<String>,
    /// How far it may be told, when the report says so.
    pub tlp: Option<Tlp>,
    /// Whatever else the report tells, as name and value, in its own order and words.
    pub details: Vec<(String, String)>,
}

impl Finding {
    /// A finding of a kind about which nothing else is known yet.
    #[must_use]
    pub const fn new(rsit: Rsit) -> Self {
        Self { at: None, rsit, addresses: Vec::new(), port: None, url: None, host: None, brand: None, tlp: None, details: Vec::new() }
    }

    /// Whether it names anything that one could look at.
    #[must_use]
    pub const fn is_about_something(&self) -> bool {
        self.url.is_some() || self.host.is_some() || !self.addresses.is_empty()
    }
}
