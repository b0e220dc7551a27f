//! Letters: mail of every way, each kept raw and durable before anybody reads it.
//!
//! A letter's bytes lie in a blob with those that came in together; its correspondence says where. The same bytes again are the
//! same letter, whatever their Message-ID; other bytes with the same Message-ID are another one.

mod store;

pub use store::{Pending, load, pending, sealed, set_read, set_waiting, unopened, waiting};

use crate::{
    correspondence::{self, Channel, Correspondence, Kind, Raw},
    gist::Asked,
};
use noroshi_kernel::{
    access::Actor,
    id::{CorrespondenceId, ThreadId},
    moment::Moment,
    setaside::printable,
};
use noroshi_ledger::{Ledger, LedgerError, UnitOfWork, audit};
use noroshi_post::{
    automatic::Automatic,
    delivery::DeliveryReport,
    sealed::Secrecy,
    threading::{By, Signs},
};
use serde_json::json;
use std::{
    collections::{HashMap, HashSet},
    io::Read,
    sync::Arc,
};

/// The key of a letter: the first 16 bytes of SHA-256 over its bytes.
pub type Key = [u8; 16];

/// A letter that came in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What it is called until it is read: a file's name, or nothing.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// The address for which it was delivered, when the mail server says so.
    pub recipient: Option<String>,
    /// Whether it came by the post just now, so that it may be answered; what is imported from files is not.
    pub live: bool,
    /// When it came in by a clock of ours, or by that of the server whose mailbox it lay in; without it, what the letter says when it is from a
    /// file, and now when it is live: whoever sends a letter does not choose when it came.
    pub arrived: Option<Moment>,
    /// How it came.
    pub channel: Channel,
    /// The thread that it was given to.
    pub bound: Option<Bound>,
}

/// The thread that a letter was given to when it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The thread.
    pub thread: ThreadId,
    /// Whether the thread was begun for it.
    pub begins: bool,
}

impl Incoming {
    /// A letter from a file.
    #[must_use]
    pub fn from_file(name: String, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { name, bytes: bytes.into(), recipient: None, live: false, arrived: None, channel: Channel::Mail, bound: None }
    }

    /// A letter that the post brought.
    #[must_use]
    pub fn delivered(bytes: impl Into<Arc<[u8]>>, recipient: Option<String>) -> Self {
        Self { name: String::new(), bytes: bytes.into(), recipient, live: true, arrived: None, channel: Channel::Mail, bound: None }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> Key {
        noroshi_feeds::digest::of(&self.bytes)
    }
}

/// The field in which the server that delivers a letter tells its envelope's sender (RFC 5321, section 4.4); none is the null path. It
/// stands before whatever else the letter says.
#[must_use]
pub fn return_path(sender: Option<&str>) -> Vec<u8> {
    let sender: String = sender.unwrap_or_default().chars().filter(|one| !one.is_control() && !matches!(one, '<' | '>')).collect();
    format!("Return-Path: <{sender}>\r\n").into_bytes()
}

/// How a letter stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// Its bytes are kept; nobody has read it yet.
    Waiting,
    /// It was read and waits for a person.
    #[default]
    New,
    /// Nothing is left to do.
    Done,
}

impl State {
    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::New => "new",
            Self::Done => "done",
        }
    }

    /// Reads a stored key; anything else waits for a person.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        [Self::Waiting, Self::New, Self::Done].into_iter().find(|state| state.key() == key).unwrap_or(Self::New)
    }
}

/// What became of a letter that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The correspondence that it is.
    pub id: CorrespondenceId,
    /// Whether it must be read: it is new, or it came before and was never read.
    pub must_be_read: bool,
}

/// What reading a letter told about it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The correspondence.
    pub id: CorrespondenceId,
    /// What it is about.
    pub kind: Kind,
    /// How it stands now.
    pub state: State,
    /// The subject, made safe to show.
    pub subject: String,
    /// The sender's name.
    pub from_name: String,
    /// The sender's address.
    pub from_address: String,
    /// The sender's top-level domain with its dot.
    pub sender_tld: Option<String>,
    /// The Message-ID without angle brackets; empty when there is none.
    pub message_id: String,
    /// Why it counts as automatic, if it does.
    pub automatic: Option<Automatic>,
    /// When it came in, as far as the letter itself tells; `None` leaves what is known.
    pub arrived: Option<Moment>,
    /// What its seals are worth.
    pub seal: Sealed,
    /// Whether it came by the post just now, so that it may be answered.
    pub live: bool,
    /// How it came.
    pub channel: Channel,
    /// The thread that it was given to.
    pub bound: Option<Bound>,
    /// What tells where it belongs.
    pub signs: Signs,
    /// What it says as a mail server's report of a letter of ours.
    pub delivery: Option<DeliveryReport>,
    /// Its thread, once it was put into one.
    pub thread: Option<ThreadId>,
    /// What tied it to that thread, when the thread was there before.
    pub tied_by: Option<By>,
    /// A thread that it quotes without being of it.
    pub quotes: Option<ThreadId>,
    /// The party whose address the sender's looks like.
    pub looks_like: Option<String>,
    /// What it is found by.
    pub words: String,
    /// How far its sender wants it told.
    pub asked: Option<Asked>,
}

/// What a letter's seals are worth, as lists show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Whether it was encrypted, and could be opened.
    pub secrecy: Secrecy,
    /// What the signature that must be seen first says; see [`SignatureOf::key`](noroshi_post::sealed::SignatureOf::key).
    pub signature: Option<String>,
    /// The fingerprint of the key that it is, or claims to be, by, when that is known here.
    pub signer: Option<String>,
}

impl Sealed {
    /// As the database holds it.
    pub(crate) fn stored(seal: &str, signature: Option<String>, signer: Option<String>) -> Self {
        let secrecy = [Secrecy::Encrypted, Secrecy::Unopened].into_iter().find(|one| one.key() == seal).unwrap_or_default();
        Self { secrecy, signature, signer }
    }

    /// Whether there is a seal at all.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.secrecy != Secrecy::None || self.signature.is_some()
    }
}

impl From<&noroshi_post::sealed::Seal> for Sealed {
    fn from(seal: &noroshi_post::sealed::Seal) -> Self {
        let first = seal.signature();
        let signer = first.and_then(|one| one.state.fingerprint()).map(ToString::to_string);
        Self { secrecy: seal.secrecy(), signature: first.map(|one| one.key().to_owned()), signer }
    }
}

/// Keeps letters durably, those that are not there yet. When it returns, their bytes and their correspondence are committed; the
/// answer has one entry for each letter, in their order.
///
/// # Errors
/// When the blob store or the database refuses them; then none is kept.
pub async fn keep(ledger: &Ledger, actor: &Actor, channel: Channel, letters: &[Incoming]) -> Result<Vec<Kept>, LedgerError> {
    let keys: Vec<Key> = letters.iter().map(Incoming::key).collect();
    let known = store::known(ledger, &keys).await?;
    let mut fresh = HashSet::new();
    let new: Vec<&Incoming> = letters.iter().zip(&keys).filter(|(_, key)| !known.contains_key(*key) && fresh.insert(**key)).map(|(letter, _)| letter).collect();
    let mut kept = known;
    if !new.is_empty() {
        let places = pack(ledger, &new).await?;
        let work = ledger.begin().await?;
        work.lock("mailroom.letters").await?;
        // Another process may have kept some of them meanwhile: its copies stay, ours are not named.
        let meanwhile = store::known(&work, &fresh.iter().copied().collect::<Vec<_>>()).await?;
        let names = insert(&work, channel, &new, &places, &meanwhile).await?;
        let (first, last) = (names.first().map(|(_, id)| *id), names.last().map(|(_, id)| *id));
        if let Some(first) = first {
            let detail = json!({ "channel": channel, "letters": names.len(), "last": last });
            work.record(actor, audit::Entry { action: "mailroom.keep_letters", subject_kind: "correspondence", subject_id: first.0, detail: &detail }).await?;
        }
        work.commit().await?;
        kept.extend(meanwhile);
        kept.extend(names.into_iter().map(|(key, id)| (key, Kept { id, must_be_read: true })));
    }
    // A copy within the same delivery is the letter before it.
    let mut first = HashSet::new();
    let one = |key: &Key| {
        let kept = kept.get(key).copied().ok_or_else(|| LedgerError::Damaged("a letter that was kept is not there".into()))?;
        Ok(Kept { must_be_read: kept.must_be_read && first.insert(*key), ..kept })
    };
    keys.iter().map(one).collect()
}

/// Puts the bytes of letters into one blob: one file to sync, however many they are.
pub(crate) async fn pack(ledger: &Ledger, letters: &[&Incoming]) -> Result<Vec<Raw>, LedgerError> {
    let bytes: Vec<Arc<[u8]>> = letters.iter().map(|letter| Arc::clone(&letter.bytes)).collect();
    let lengths: Vec<u64> = bytes.iter().map(|bytes| bytes.len() as u64).collect();
    let blobs = ledger.blobs().clone();
    let stored = tokio::task::spawn_blocking(move || blobs.put(&mut Chain { letters: bytes.into_iter(), now: None, at: 0 }));
    let blob = stored.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let mut offset = 0;
    let place = |length: u64| {
        let raw = Raw { sha256: blob.sha256.clone(), offset, length };
        offset += length;
        raw
    };
    Ok(lengths.into_iter().map(place).collect())
}

/// Letters one behind the other.
struct Chain {
    letters: std::vec::IntoIter<Arc<[u8]>>,
    now: Option<Arc<[u8]>>,
    at: usize,
}

impl Read for Chain {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let ahead = self.now.as_deref().and_then(|now| now.get(self.at..)).unwrap_or_default();
            if !ahead.is_empty() {
                let count = ahead.len().min(into.len());
                if let (Some(to), Some(from)) = (into.get_mut(..count), ahead.get(..count)) {
                    to.copy_from_slice(from);
                }
                self.at += count;
                return Ok(count);
            }
            self.now = self.letters.next();
            self.at = 0;
            if self.now.is_none() {
                return Ok(0);
            }
        }
    }
}

/// Names the letters that nobody else kept meanwhile.
pub(crate) async fn insert(
    work: &UnitOfWork,
    channel: Channel,
    letters: &[&Incoming],
    places: &[Raw],
    meanwhile: &HashMap<Key, Kept>,
) -> Result<Vec<(Key, CorrespondenceId)>, LedgerError> {
    let mut ids = work.take_ids(letters.len()).await?;
    let mut many = Vec::with_capacity(letters.len());
    let mut fresh = Vec::with_capacity(letters.len());
    for (letter, raw) in letters.iter().zip(places) {
        let key = letter.key();
        if meanwhile.contains_key(&key) {
            continue;
        }
        let id = CorrespondenceId(ids.take()?);
        let name = printable(&letter.name, 200);
        many.push(Correspondence {
            id,
            channel,
            kind: Kind::Inquiry,
            received_at: letter.arrived.unwrap_or(work.now()),
            name,
            sender_tld: None,
            raw: raw.clone(),
        });
        fresh.push((key, id, *letter));
    }
    correspondence::insert(work, &many).await?;
    store::insert(work, &fresh).await?;
    Ok(fresh.into_iter().map(|(key, id, _)| (key, id)).collect())
}
