//! Intake desks: each with its address, its staff, and what it does by itself.
//!
//! Four ship with noroshi; they have no address until an administrator gives them one. A letter stands in the inbox of the desk
//! whose address it was sent to; one that fits none stands in that of the first.

mod change;
mod store;

pub use change::{Change, change, set_staff};
pub use store::all;

use noroshi_directory::{account, key::Wanted};
use noroshi_kernel::{
    access::{Label, Role},
    id::AccountId,
    language::Bilingual,
    tlp::Tlp,
};
use noroshi_ledger::{LedgerError, Query};
use noroshi_post::{openpgp::Fingerprint, threading};

/// A desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// Its stable key: `incident`.
    pub key: String,
    /// What it is called.
    pub name: Bilingual,
    /// Its mail address; empty while it has none.
    pub address: String,
    /// Whether it acknowledges by itself what people send to it.
    pub acknowledges: bool,
    /// Whether the public form offers it.
    pub has_form: bool,
    /// The label that its new threads bear. RED ones are read by its staff alone.
    pub tlp: Tlp,
    /// The key of the team that was chosen for it; without one, the team's rule says which it is.
    pub team_key: Option<Fingerprint>,
    /// Who works at it.
    pub staff: Vec<AccountId>,
}

impl Desk {
    /// For whom a key of the team is wanted when this desk writes or is written to.
    #[must_use]
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted { desk: &self.key, chosen: self.team_key.as_ref() }
    }

    /// The label of a thread that begins here.
    #[must_use]
    pub fn label(&self) -> Label {
        Label { tlp: self.tlp, participants: if self.tlp == Tlp::Red { self.staff.clone() } else { Vec::new() } }
    }
}

/// Who reads what is RED at a desk: its staff, and whoever has the thing; where that is nobody, those who run the platform, who can give the
/// desk staff: what nobody may see is lost.
///
/// # Errors
/// When the database cannot be reached.
pub async fn readers_of_red(query: &impl Query, desk: &str, besides: Option<AccountId>) -> Result<Vec<AccountId>, LedgerError> {
    let mut readers = all(query).await?.get(desk).map(|desk| desk.staff.clone()).unwrap_or_default();
    readers.extend(besides.filter(|account| !readers.contains(account)));
    if readers.is_empty() {
        let accounts = account::all(query).await?;
        readers.extend(accounts.into_iter().filter(|account| !account.disabled && account.roles.contains(&Role::Administrator)).map(|account| account.id));
    }
    Ok(readers)
}

/// Every desk, in their order. There is always one.
#[derive(Clone, Debug)]
pub struct Desks(Vec<Desk>);

impl Desks {
    /// The desk of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Desk> {
        self.0.iter().find(|desk| desk.key == key)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Desk> {
        self.0.iter()
    }

    /// The desk to which a letter was sent, by the addresses of its recipients in the order of certainty.
    #[must_use]
    pub fn addressed(&self, recipients: &[String]) -> Option<&Desk> {
        recipients.iter().find_map(|recipient| self.0.iter().find(|desk| !desk.address.is_empty() && threading::address(&desk.address) == *recipient))
    }

    /// Whether letters for an address are taken: it is a desk's, with or without a reply token. As long as no desk has an address,
    /// all are.
    #[must_use]
    pub fn takes(&self, recipient: &str) -> bool {
        self.owns(&threading::address(recipient)) || self.0.iter().all(|desk| desk.address.is_empty())
    }

    /// Whether a folded address is one of ours.
    #[must_use]
    pub fn owns(&self, address: &str) -> bool {
        self.0.iter().any(|desk| !desk.address.is_empty() && threading::address(&desk.address) == address)
    }

    /// Where a letter stands that fits no other.
    #[must_use]
    pub fn first(&self) -> Option<&Desk> {
        self.0.first()
    }
}
