use crate::openpgp::{Certificate, Fingerprint, KeyId, TeamKey};
use std::{collections::HashMap, sync::OnceLock};

/// The keys by which letters are opened: the team's secrets, and the certificates by which signatures are judged.
#[derive(Default)]
pub struct Ring {
    team: Vec<TeamKey>,
    held: Vec<Held>,
    by_id: HashMap<KeyId, Vec<usize>>,
    locked: Vec<Fingerprint>,
}

/// A certificate that is read when a signature first names it.
struct Held {
    bytes: Vec<u8>,
    read: OnceLock<Option<Certificate>>,
}

/// The most certificates that are tried on one signature: two keys may share a short name.
const MOST_TRIED: usize = 8;

impl Ring {
    /// A ring of the team's keys and of certificates, each with the short names of its keys. `locked` are keys of the team whose secrets could
    /// not be had; they are named when a letter cannot be opened.
    pub fn new(team: Vec<TeamKey>, certificates: impl IntoIterator<Item = (Vec<KeyId>, Vec<u8>)>, locked: Vec<Fingerprint>) -> Self {
        let mut ring = Self { team, locked, ..Self::default() };
        for (place, (ids, bytes)) in certificates.into_iter().enumerate() {
            ring.held.push(Held { bytes, read: OnceLock::new() });
            for id in ids {
                ring.by_id.entry(id).or_default().push(place);
            }
        }
        ring
    }

    /// The team's keys.
    #[must_use]
    pub fn team(&self) -> Vec<&TeamKey> {
        self.team.iter().collect()
    }

    /// The keys of the team whose secrets could not be had.
    #[must_use]
    pub fn locked(&self) -> &[Fingerprint] {
        &self.locked
    }

    /// The certificates, the team's own among them, that have one of these keys; at most 8.
    #[must_use]
    pub fn certificates(&self, ids: &[KeyId]) -> Vec<Certificate> {
        let own = self.team.iter().map(TeamKey::certificate).filter(|own| own.key_ids().iter().any(|id| ids.contains(id))).cloned();
        let mut places: Vec<usize> = ids.iter().filter_map(|id| self.by_id.get(id)).flatten().copied().collect();
        places.dedup();
        let read = |place: usize| self.held.get(place)?.certificate();
        own.chain(places.into_iter().filter_map(read)).take(MOST_TRIED).collect()
    }
}

impl Held {
    fn certificate(&self) -> Option<Certificate> {
        self.read.get_or_init(|| Certificate::parse(&self.bytes).ok()).clone()
    }
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("team", &self.team.len()).field("certificates", &self.held.len()).field("locked", &self.locked.len()).finish()
    }
}
