//! What a letter's seals are worth.

use crate::openpgp::{Certificate, Fingerprint, KeyId, SignatureState};
use noroshi_kernel::reason::Reason;

/// The seals of a letter.
#[derive(Clone, Debug, Default)]
pub struct Seal {
    /// What of it was encrypted, in its order.
    pub encrypted: Vec<Encrypted>,
    /// Its signatures, in their order; broken ones among them.
    pub signatures: Vec<SignatureOf>,
    /// Certificates that came along, offered for import; nobody vouches for them.
    pub keys: Vec<Certificate>,
    /// What was left as it came since there was too much of it.
    pub left: Vec<Reason>,
}

/// A part or a block that was encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// The part's place in the letter that is read, as [`Part::path`](crate::letter::Part::path); `0` is the whole letter.
    pub path: String,
    /// The keys to which it is encrypted, as far as the message names them: senders may hide them.
    pub to: Vec<KeyId>,
    /// The key of the team by which it was opened, when the message names one (senders may hide it); or why it was not.
    pub opened: Result<Option<Fingerprint>, Unopened>,
}

/// Why something could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// What may be told to the outside: the same whatever failed.
    pub told: Reason,
    /// What the staff should know.
    pub detail: Reason,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureOf {
    /// What it is worth.
    pub state: SignatureState,
    /// The address in the signer's certificate: the one that the letter is from when it is there, else the first. None when the certificate
    /// is not known or has no address.
    pub address: Option<String>,
    /// Whether the signer's certificate vouches for the address that the letter says it is from.
    pub of_sender: bool,
    /// What it covers.
    pub covers: Covers,
}

/// What a signature covers. The letter's head is never covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// All that the letter holds below its head.
    Whole,
    /// That part with all within it, by its [path](crate::letter::Part::path).
    Part(String),
    /// A stretch of the text of that part.
    Text(String),
}

/// Whether a letter was encrypted, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Secrecy {
    /// Nothing of it was.
    #[default]
    None,
    /// Something was, and all of that could be opened.
    Encrypted,
    /// Something could not be opened.
    Unopened,
}

impl Secrecy {
    /// The key as stored: `none`, `encrypted` or `unopened`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Encrypted => "encrypted",
            Self::Unopened => "unopened",
        }
    }
}

impl SignatureOf {
    /// The key of what the signature says of the letter: that of its [state](SignatureState::key); of a good one `good` alone when it is the
    /// sender's and covers the whole letter, else `other-address` or `good-part`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match (&self.state, self.of_sender, &self.covers) {
            (SignatureState::Good { .. }, true, Covers::Whole) => "good",
            (SignatureState::Good { .. }, true, _) => "good-part",
            (SignatureState::Good { .. }, false, _) => "other-address",
            (state, _, _) => state.key(),
        }
    }

    /// What must be seen first.
    fn rank(&self) -> u8 {
        match self.key() {
            "bad" => 0,
            "malformed" | "revoked-key" | "wrong-time" | "weak-digest" | "weak-key" | "unfit-key" => 1,
            "good" => 2,
            "expired-key" | "lapsed" => 3,
            "other-address" => 4,
            "good-part" => 5,
            _ => 6,
        }
    }
}

impl Seal {
    /// Whether the letter was encrypted.
    #[must_use]
    pub fn secrecy(&self) -> Secrecy {
        match () {
            () if self.encrypted.iter().any(|one| one.opened.is_err()) => Secrecy::Unopened,
            () if self.encrypted.is_empty() => Secrecy::None,
            () => Secrecy::Encrypted,
        }
    }

    /// The one signature that a list shows: a bad or broken one before a good one, so that none is hidden.
    #[must_use]
    pub fn signature(&self) -> Option<&SignatureOf> {
        self.signatures.iter().min_by_key(|signature| signature.rank())
    }
}
