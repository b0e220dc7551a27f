//! What a letter's seals are worth, in words: whether it came encrypted and was opened, and what its signatures say. A broken signature is
//! shown first and never hidden.

use super::reading::{cut, shown};
use crate::{failure::Failure, pages::keys::Mark, web::Web, words::Words};
use noroshi_directory::key::{self, Known};
use noroshi_kernel::{language::Language, reason::Reason};
use noroshi_mailroom::letters::Sealed;
use noroshi_post::{
    openpgp::{Fingerprint, KeyId, SignatureState},
    sealed::{Covers, Encrypted, Ring, Seal, Secrecy, SignatureOf},
};
use std::collections::HashMap;

/// The most seals of one letter that are told one by one, and the most keys that are named with one.
const MOST_TOLD: usize = 16;
const MOST_NAMED: usize = 20;

/// A seal in words.
pub(crate) struct SealLine {
    pub(crate) mark: Mark,
    /// What it covers: the whole letter, or which part of it.
    pub(crate) covers: String,
    /// What it says; empty where the mark says all.
    pub(crate) text: String,
    /// What to do; empty when there is nothing.
    pub(crate) advice: String,
    /// The key, by its digits, where there is a page of it.
    pub(crate) key: Option<String>,
    /// The address of the signer, and what is known of whose the key is.
    pub(crate) signer: String,
}

impl SealLine {
    /// Whether a person must look at it.
    pub(crate) fn calls(&self) -> bool {
        matches!(self.mark.class, "wine" | "fire")
    }

    /// The class of the paragraph that says it.
    pub(crate) fn weight(&self) -> &'static str {
        match self.mark.class {
            "wine" => "problem",
            "fire" => "warning",
            _ => "faint",
        }
    }
}

/// A reason as a sentence that stands beside others.
fn sentence(why: &Reason, words: Words) -> String {
    let text = why.get(words.language);
    if words.language == Language::Ja {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Whose a key is, as far as we know.
#[derive(Clone, Debug)]
enum Trust {
    /// The team's.
    Own,
    /// Somebody made sure: who, and how.
    Verified(String, String),
    /// Nobody made sure yet.
    Unverified,
    /// It is not here.
    Unknown,
}

/// The keys that signatures name, with what is known of them.
pub(crate) struct Signers(HashMap<String, Trust>);

impl Signers {
    /// Looks the keys up.
    pub(crate) async fn of(web: &Web, fingerprints: Vec<Fingerprint>) -> Result<Self, Failure> {
        let mut known = HashMap::new();
        for fingerprint in fingerprints {
            if known.contains_key(fingerprint.as_str()) {
                continue;
            }
            let trust = match key::known(&web.ledger, &fingerprint).await? {
                Some(Known::Own(_)) => Trust::Own,
                Some(Known::Contact(contact)) => contact.verified.map_or(Trust::Unverified, |verified| Trust::Verified(verified.by, verified.how)),
                None => Trust::Unknown,
            };
            known.insert(fingerprint.to_string(), trust);
        }
        Ok(Self(known))
    }

    fn trust(&self, fingerprint: Option<&str>) -> Trust {
        fingerprint.and_then(|fingerprint| self.0.get(fingerprint)).cloned().unwrap_or(Trust::Unknown)
    }
}

/// The fingerprints that a seal's signatures name.
pub(crate) fn named(seal: &Seal) -> Vec<Fingerprint> {
    seal.signatures.iter().take(MOST_TOLD).filter_map(|signature| signature.state.fingerprint().cloned()).collect()
}

/// The keys of what a signature may say; any other is told as one that cannot be read.
const SAYS: [&str; 13] = [
    "good",
    "good-part",
    "other-address",
    "unknown-key",
    "bad",
    "malformed",
    "expired-key",
    "revoked-key",
    "weak-digest",
    "weak-key",
    "unfit-key",
    "lapsed",
    "wrong-time",
];

/// What a signature says, in a word with its meaning.
fn signature(says: &str, trust: &Trust, words: Words) -> (Mark, String) {
    let says = if SAYS.contains(&says) { says } else { "malformed" };
    let trusted = matches!(trust, Trust::Own | Trust::Verified(..));
    let (name, class, advice) = match says {
        "good" if trusted => ("seal-signature-good".to_owned(), "pine", String::new()),
        "good" => ("seal-signature-good-unverified".to_owned(), "gold", words.say("seal-advice-good-unverified")),
        "good-part" | "unknown-key" => (format!("seal-signature-{says}"), "gold", words.say(&format!("seal-advice-{says}"))),
        "bad" | "malformed" => (format!("seal-signature-{says}"), "wine", words.say(&format!("seal-advice-{says}"))),
        "other-address" => (format!("seal-signature-{says}"), "fire", words.say("seal-advice-other-address")),
        _ => (format!("seal-signature-{says}"), "fire", words.say("seal-advice-unbelieved")),
    };
    (Mark { name: words.say(&name), class }, advice)
}

fn secrecy(secrecy: Secrecy, words: Words) -> Option<Mark> {
    match secrecy {
        Secrecy::None => None,
        Secrecy::Encrypted => Some(Mark { name: words.say("seal-opened"), class: "pine" }),
        Secrecy::Unopened => Some(Mark { name: words.say("seal-unopened"), class: "fire" }),
    }
}

/// The marks of what was known when a letter was read.
pub(crate) fn stored(sealed: &Sealed, signers: &Signers, words: Words) -> Vec<Mark> {
    let signature = sealed.signature.as_deref().map(|says| signature(says, &signers.trust(sealed.signer.as_deref()), words).0);
    secrecy(sealed.secrecy, words).into_iter().chain(signature).collect()
}

/// The seals of a letter that came in, as they are judged now: encryption first, then signatures, the broken ones first.
pub(crate) fn lines(seal: &Seal, signers: &Signers, words: Words) -> Vec<SealLine> {
    let mut signatures: Vec<&SignatureOf> = seal.signatures.iter().take(MOST_TOLD).collect();
    let rank = |signature: &SignatureOf| match signature.key() {
        "bad" | "malformed" => 0,
        "good" | "good-part" => 2,
        _ => 1,
    };
    signatures.sort_by_key(|signature| rank(signature));
    let left = seal.left.iter().map(|why| SealLine {
        mark: Mark { name: words.say("seal-left"), class: "fire" },
        covers: String::new(),
        text: sentence(why, words),
        advice: String::new(),
        key: None,
        signer: String::new(),
    });
    let encrypted = seal.encrypted.iter().take(MOST_TOLD).map(|one| opened(one, words));
    encrypted.chain(signatures.into_iter().map(|one| signed(one, signers, words))).chain(left).collect()
}

fn place(path: &str, words: Words) -> String {
    if path == "0" { words.say("seal-covers-all") } else { words.about("seal-covers-part", path) }
}

fn opened(one: &Encrypted, words: Words) -> SealLine {
    let line = |mark, text, key| SealLine { mark, covers: place(&one.path, words), text, advice: String::new(), key, signer: String::new() };
    match &one.opened {
        Ok(Some(own)) => line(Mark { name: words.say("seal-opened"), class: "pine" }, words.about("seal-opened-with", &own.grouped()), Some(own.to_string())),
        Ok(None) => line(Mark { name: words.say("seal-opened"), class: "pine" }, words.say("seal-opened-unnamed"), None),
        Err(why) => line(Mark { name: words.say("seal-unopened"), class: "fire" }, sentence(&why.detail, words), None),
    }
}

fn signed(one: &SignatureOf, signers: &Signers, words: Words) -> SealLine {
    let fingerprint = one.state.fingerprint();
    let trust = signers.trust(fingerprint.map(Fingerprint::as_str));
    let (mark, advice) = signature(one.key(), &trust, words);
    let address = one.address.as_deref().map(|address| shown(cut(address, 200).0)).unwrap_or_default();
    // Of one that does not fit nothing is known but whose it claims to be.
    let whose = match &trust {
        _ if matches!(one.state, SignatureState::Bad { .. }) => String::new(),
        Trust::Own => words.say("seal-key-own"),
        Trust::Verified(by, how) => words.with("seal-key-verified", &[("by", by.as_str().into()), ("how", how.as_str().into())]),
        Trust::Unverified => words.say("seal-key-unverified"),
        Trust::Unknown => String::new(),
    };
    SealLine {
        mark,
        covers: match &one.covers {
            Covers::Whole => words.say("seal-covers-whole"),
            Covers::Part(path) => words.about("seal-covers-part", path),
            Covers::Text(path) => words.about("seal-covers-text", path),
        },
        text: sentence(&one.state.reason(), words),
        advice,
        // A page leads to a key only where there is one.
        key: fingerprint.filter(|_| !matches!(trust, Trust::Unknown)).map(Fingerprint::to_string),
        signer: [address, whose].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" \u{b7} "),
    }
}

/// What of a letter of ours was signed or encrypted, and for whom, as its bytes tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ours {
    pub(crate) is_signed: bool,
    pub(crate) is_encrypted: bool,
    /// The addresses of the keys to which it was encrypted, or their names; our own is not among them.
    pub(crate) readers: Vec<String>,
}

impl Ours {
    /// Whether it was encrypted and signed, in words.
    pub(crate) fn marks(&self, words: Words) -> impl Iterator<Item = Mark> {
        let sealed = [(self.is_encrypted, "mark-encrypted"), (self.is_signed, "mark-signed")];
        sealed.into_iter().filter(|(is_so, _)| *is_so).map(move |(_, key)| Mark { name: words.say(key), class: "indigo" })
    }

    /// For whom it was encrypted, as a sentence; empty when it was not.
    pub(crate) fn readers(&self, words: Words) -> String {
        if self.is_encrypted && !self.readers.is_empty() { words.about("letter-readers", &self.readers.join(&words.say("list-comma"))) } else { String::new() }
    }
}

/// Reads the seal of a letter of ours.
pub(crate) fn ours(seal: &Seal, ring: &Ring, at: noroshi_kernel::moment::Moment) -> Ours {
    let own: Vec<KeyId> = ring.team().iter().flat_map(|key| key.certificate().key_ids()).collect();
    let ids = seal.encrypted.iter().flat_map(|one| &one.to).filter(|id| !own.contains(id)).take(MOST_NAMED);
    let reader = |id: &KeyId| {
        let address = ring.certificates(std::slice::from_ref(id)).first().and_then(|certificate| certificate.addresses(at).into_iter().next());
        address.map_or_else(|| id.to_string(), |address| shown(cut(&address, 200).0))
    };
    let mut readers: Vec<String> = Vec::new();
    for reader in ids.map(reader) {
        if !readers.contains(&reader) {
            readers.push(reader);
        }
    }
    Ours { is_signed: !seal.signatures.is_empty(), is_encrypted: !seal.encrypted.is_empty(), readers }
}
