//! OpenPGP keys: the team's own, with their secrets, and those of its contacts.
//!
//! **Architecture invariant:** the secret half of a team key is never stored as it is. It lies encrypted under the data directory's
//! `team.key` ([`Vault`]), so that a copy of the database alone opens no letter and signs nothing.
//!
//! Whether a key is revoked or has expired is read from its certificate when it is used, never stored. A contact's key is trusted by nobody
//! until a person says how it was verified; until then it can be encrypted to, as the letters would else go in the clear.

mod choice;
mod contact;
mod own;
mod ring;
mod store;
mod vault;
mod worth;

pub use choice::{Wanted, in_use};
pub use contact::{Came, for_address, import, remove, verify};
pub use own::{import_secret, make, note_signing, retire, signing};
pub use ring::ring;
pub use store::{contacts, contacts_found, team};
pub use vault::Vault;
pub use worth::Worth;

use crate::DirectoryError;
use noroshi_kernel::{moment::Moment, reason::Reason, setaside::printable};
use noroshi_ledger::{LedgerError, Query};
use noroshi_post::openpgp::{Certificate, Fingerprint};

/// A key of the team.
#[derive(Clone, Debug)]
pub struct OwnKey {
    /// Its id.
    pub id: i64,
    /// The half that is handed out.
    pub certificate: Certificate,
    /// The desk that it serves, by its key; empty for the whole team.
    pub serves: String,
    /// When it was made here or brought in.
    pub created_at: Moment,
    /// Since when it no longer signs; it still opens letters.
    pub retired_at: Option<Moment>,
}

/// A key of somebody else.
#[derive(Clone, Debug)]
pub struct ContactKey {
    /// Its id.
    pub id: i64,
    /// The key.
    pub certificate: Certificate,
    /// When it was brought in.
    pub created_at: Moment,
    /// Who made sure that it is its owner's, if anybody did.
    pub verified: Option<Verified>,
}

/// That a person made sure whose a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// When.
    pub at: Moment,
    /// Who.
    pub by: String,
    /// How: by telephone, from a card.
    pub how: String,
}

/// A key that is known.
#[derive(Clone, Debug)]
pub enum Known {
    /// The team's.
    Own(OwnKey),
    /// Somebody else's.
    Contact(ContactKey),
}

/// The key of a fingerprint, the team's or a contact's; `None` when it is not known here.
///
/// # Errors
/// When the database cannot be reached or is damaged.
pub async fn known(query: &impl Query, fingerprint: &Fingerprint) -> Result<Option<Known>, LedgerError> {
    if let Some(own) = store::own(query, fingerprint).await? {
        return Ok(Some(Known::Own(own)));
    }
    Ok(store::contact(query, fingerprint).await?.map(Known::Contact))
}

impl Known {
    /// Its half that is handed out.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        match self {
            Self::Own(own) => &own.certificate,
            Self::Contact(contact) => &contact.certificate,
        }
    }
}

/// The certificate of a key that is known, the team's or a contact's.
///
/// # Errors
/// [`DirectoryError::Refused`] when there is none with that fingerprint; when the database cannot be reached.
pub async fn certificate(query: &impl Query, fingerprint: &Fingerprint) -> Result<Certificate, DirectoryError> {
    known(query, fingerprint).await?.map(|known| known.certificate().clone()).ok_or_else(|| unknown(fingerprint))
}

/// Reads a fingerprint as a person wrote it.
///
/// # Errors
/// [`DirectoryError::Refused`] when it is none.
pub fn fingerprint(text: &str) -> Result<Fingerprint, DirectoryError> {
    Fingerprint::of_text(text).ok_or_else(|| {
        let text = printable(text, 100);
        DirectoryError::Refused(Reason::new(
            "key-fingerprint",
            format!("「{text}」は鍵のフィンガープリントではありません。16 進数 40 桁（または 64 桁）をすべて書いてください。"),
            format!("{text:?} is no fingerprint of a key; write all its 40 (or 64) hexadecimal digits, as `noroshi key list` shows them"),
        ))
    })
}

fn unknown(fingerprint: &Fingerprint) -> DirectoryError {
    let key = fingerprint.grouped();
    DirectoryError::Refused(Reason::new(
        "key-unknown",
        format!("フィンガープリントが {key} の鍵はありません。"),
        format!("there is no key with the fingerprint {key}; `noroshi key list` shows those that there are"),
    ))
}
