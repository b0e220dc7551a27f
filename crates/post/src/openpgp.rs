//! OpenPGP (RFC 9580, 4880): certificates, signatures, messages, on the packets of the crate `pgp`.
//!
//! That crate reads packets and does the arithmetic. What they mean is decided here: which self-signature counts, when a key was
//! expired or revoked, which algorithms are still believed ([`policy`]). See decision record 8.
//!
//! A signature is judged as of the time it was made; revocation for other reasons than being superseded or retired counts for all
//! time. A broken signature is a [`SignatureState`] like a good one: it is shown, never hidden.

mod armour;
mod canonical;
mod certificate;
mod cleartext;
mod contain;
mod encrypt;
mod export;
mod generate;
mod inline;
mod keyring;
mod merge;
mod message;
mod names;
mod packets;
pub mod policy;
mod selfsig;
mod session;
mod sign;
mod standing;
mod state;
mod team_key;
mod verify;

pub use canonical::crlf;
pub use certificate::Certificate;
pub use cleartext::{Cleartext, verify_cleartext};
pub use encrypt::encrypt;
pub use inline::{Block, Kind, read_inline};
pub use keyring::parse_keyring;
pub use message::{Limits, Opened, decrypt, decrypt_by, recipients, unopened};
pub use names::{Fingerprint, KeyId, addresses};
pub use sign::{Detached, MICALG, sign_cleartext, sign_detached};
pub use standing::Purpose;
pub use state::SignatureState;
pub use team_key::TeamKey;
pub use verify::{issuers, verify_detached, verify_signed_part};
