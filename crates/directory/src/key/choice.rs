//! Which of the team's keys is used.

use super::{OwnKey, store};
use noroshi_kernel::{moment::Moment, reason::Reason};
use noroshi_ledger::{LedgerError, Query};
use noroshi_post::openpgp::{Fingerprint, Purpose};

/// For whom a key of the team is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The desk, by its key; empty for the whole team.
    pub desk: &'a str,
    /// The key that was chosen for it, if one was.
    pub chosen: Option<&'a Fingerprint>,
}

impl<'a> Wanted<'a> {
    /// For a desk for which no key was chosen.
    #[must_use]
    pub const fn by(desk: &'a str) -> Self {
        Self { desk, chosen: None }
    }
}

/// The key of the team that is used at `at`: the chosen one, then one that serves the desk, then one of the whole team, the newest first. One
/// that is retired, serves another desk or cannot be used for the purpose is passed over. `None` when none is left.
///
/// # Errors
/// When the database cannot be reached or is damaged.
pub async fn in_use(query: &impl Query, wanted: Wanted<'_>, purpose: Purpose, at: Moment) -> Result<Option<OwnKey>, LedgerError> {
    Ok(choose(store::team(query).await?, wanted, purpose, at).ok())
}

/// The key among the team's, or why the likeliest one cannot be used.
pub(super) fn choose(team: Vec<OwnKey>, wanted: Wanted<'_>, purpose: Purpose, at: Moment) -> Result<OwnKey, Option<Reason>> {
    let mut fit: Vec<OwnKey> = team.into_iter().filter(|own| own.retired_at.is_none() && own.serves_desk(wanted.desk)).collect();
    let is_chosen = |own: &OwnKey| wanted.chosen.is_some_and(|chosen| own.certificate.fingerprint() == *chosen);
    fit.sort_by_key(|own| (!is_chosen(own), own.serves != wanted.desk, std::cmp::Reverse(own.id)));
    let mut why = None;
    for own in fit {
        match own.certificate.usable(purpose, at) {
            Ok(_) => return Ok(own),
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    Err(why)
}

impl OwnKey {
    /// Whether a desk may use it: it is made for that desk, or for the whole team.
    #[must_use]
    pub fn serves_desk(&self, desk: &str) -> bool {
        self.serves.is_empty() || self.serves == desk
    }
}
