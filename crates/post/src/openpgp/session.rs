//! Opening an encrypted layer: which session key, and whether what comes out is whole.

use super::team_key::TeamKey;
use pgp::{
    composed::{PlainSessionKey, RawSessionKey},
    crypto::sym::SymmetricKeyAlgorithm,
    packet::{GnupgAeadData, GnupgAeadDataConfig, PublicKeyEncryptedSessionKey, StreamDecryptor, SymEncryptedProtectedData, SymEncryptedProtectedDataConfig},
    ser::Serialize as _,
    types::{EskType, Password, PkeskVersion, Seipdv1ReadMode},
};
use rand::{RngCore as _, rngs::OsRng};
use std::io::Read as _;

/// The most attempts to open a session key: a message may name many recipients, or hide who they are.
const MOST_ATTEMPTS: usize = 32;
/// The most session keys that are tried on the content.
const MOST_SESSIONS: usize = 4;

/// An encrypted layer that guards its integrity.
pub(super) enum Sealed {
    /// SEIPD of RFC 4880 (version 1) and RFC 9580 (version 2).
    Standard(SymEncryptedProtectedData),
    /// GnuPG's own OCB packet.
    Gnupg(GnupgAeadData),
}

/// Opens a layer. There is one way to fail: a key that is not ours, bad padding and a bad integrity check all give `None`, and take alike:
/// when no session key comes out, one made at random is tried on the content all the same.
pub(super) fn open(sessions: &[PublicKeyEncryptedSessionKey], sealed: &Sealed, keys: &[&TeamKey], most_bytes: usize) -> Option<Vec<u8>> {
    let kind = match sealed {
        Sealed::Standard(data) if data.version() == 2 => (PkeskVersion::V6, EskType::V6),
        _ => (PkeskVersion::V3, EskType::V3_4),
    };
    let mut found = Vec::new();
    let mut attempts = 0;
    for session in sessions.iter().filter(|session| session.version() == kind.0) {
        let Ok(values) = session.values() else { continue };
        for key in keys.iter().flat_map(|key| key.opening()).map(super::team_key::Opening::as_key) {
            if !addressed(session, key) || attempts >= MOST_ATTEMPTS {
                continue;
            }
            attempts += 1;
            if let Ok(Ok(plain)) = key.decrypt(&Password::empty(), values, kind.1) {
                found.push(plain);
            }
        }
    }
    found.truncate(MOST_SESSIONS);
    if found.is_empty() {
        found.push(random(kind.1));
    }
    found.iter().find_map(|session| unseal(sealed, session, most_bytes))
}

/// Whether the session key may be for that key: it names it, or nobody.
fn addressed(session: &PublicKeyEncryptedSessionKey, key: &dyn pgp::types::DecryptionKey) -> bool {
    match session {
        PublicKeyEncryptedSessionKey::V3 { id, .. } => id.is_wildcard() || *id == key.legacy_key_id(),
        PublicKeyEncryptedSessionKey::V6 { fingerprint, .. } => fingerprint.as_ref().is_none_or(|fingerprint| *fingerprint == key.fingerprint()),
        PublicKeyEncryptedSessionKey::Other { .. } => false,
    }
}

fn random(kind: EskType) -> PlainSessionKey {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    let key = RawSessionKey::from(&bytes[..]);
    match kind {
        EskType::V6 => PlainSessionKey::V6 { key },
        EskType::V3_4 => PlainSessionKey::V3_4 { sym_alg: SymmetricKeyAlgorithm::AES256, key },
    }
}

fn unseal(sealed: &Sealed, session: &PlainSessionKey, most_bytes: usize) -> Option<Vec<u8>> {
    let (told, key) = match session {
        PlainSessionKey::V3_4 { sym_alg, key } => (Some(*sym_alg), key.as_ref()),
        PlainSessionKey::V5 { key } | PlainSessionKey::V6 { key } => (None, key.as_ref()),
    };
    let mode = Seipdv1ReadMode::CheckFirst { max_message_size: most_bytes };
    match sealed {
        Sealed::Standard(data) => {
            let cipher = match data.config() {
                SymEncryptedProtectedDataConfig::V1 => told?,
                SymEncryptedProtectedDataConfig::V2 { sym_alg, .. } => *sym_alg,
            };
            fits(cipher, key).then(|| data.decrypt(key, told, mode).ok()).flatten()
        }
        Sealed::Gnupg(data) => {
            // The crate gives no access to the packet's parts but as bytes.
            let mut bytes = Vec::new();
            data.to_writer(&mut bytes).ok()?;
            let mut rest = &bytes[..];
            let config = GnupgAeadDataConfig::try_from_reader(&mut rest).ok()?;
            if told.is_some_and(|told| told != config.sym_alg) || !fits(config.sym_alg, key) {
                return None;
            }
            let mut plain = Vec::new();
            let mut opener = StreamDecryptor::gnupg_aead(config.sym_alg, config.aead, config.chunk_size, key, &config.iv, rest).ok()?;
            opener.read_to_end(&mut plain).ok()?;
            Some(plain)
        }
    }
}

fn fits(cipher: SymmetricKeyAlgorithm, key: &[u8]) -> bool {
    cipher != SymmetricKeyAlgorithm::Plaintext && cipher.key_size() > 0 && key.len() == cipher.key_size()
}
