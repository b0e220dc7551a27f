//! Judging signatures over data.

use super::{
    armour,
    canonical::crlf,
    certificate::Certificate,
    contain::contained,
    names::{KeyId, moment},
    packets,
    policy::{self, Signed},
    standing::{Purpose, Unfit, Which},
    state::SignatureState,
};
use noroshi_kernel::moment::Moment;
use pgp::{
    packet::{Packet, Signature, SignatureType},
    types::KeyDetails,
};

/// The most signatures over one piece of data that are judged; more are told as one that is malformed.
const MOST_SIGNATURES: usize = 16;
/// The most bytes of a signature file.
const MOST_BYTES: usize = 256 << 10;
/// How far a signer's clock may be ahead: 30 minutes, as in Sequoia.
const CLOCKS_US: i64 = 30 * 60 * 1_000_000;

/// Judges the signatures in `signature`, armoured or not, over exactly `data`. There is always an answer: what cannot be read is
/// [`SignatureState::Malformed`].
#[must_use]
pub fn verify_detached(data: &[u8], signature: &[u8], certs: &[Certificate], at: Moment) -> Vec<SignatureState> {
    if signature.len() > MOST_BYTES {
        return vec![SignatureState::Malformed];
    }
    contained(|| read(data, signature, certs, at)).unwrap_or_else(|| vec![SignatureState::Malformed])
}

fn read(data: &[u8], signature: &[u8], certs: &[Certificate], at: Moment) -> Vec<SignatureState> {
    let malformed = || vec![SignatureState::Malformed];
    let Some(bytes) = armour::bare(signature, &[armour::SIGNATURE]) else { return malformed() };
    let Ok(packets) = packets::read(&bytes) else { return malformed() };
    let signatures = packets.into_iter().filter(|packet| !matches!(packet, Ok(Packet::Marker(_) | Packet::Padding(_)))).map(|packet| match packet {
        Ok(Packet::Signature(signature)) => Some(signature),
        _ => None,
    });
    judge_all(signatures, data, certs, at)
}

/// The keys that the signatures in `signature`, armoured or not, say they are by; none for what cannot be read.
#[must_use]
pub fn issuers(signature: &[u8]) -> Vec<KeyId> {
    if signature.len() > MOST_BYTES {
        return Vec::new();
    }
    let read = || {
        let bytes = armour::bare(signature, &[armour::SIGNATURE])?;
        let packets = packets::read(&bytes).ok()?.into_iter().flatten();
        let signatures = packets.filter_map(|packet| if let Packet::Signature(signature) = packet { Some(signature) } else { None });
        Some(signatures.take(MOST_SIGNATURES).flat_map(|signature| named(&signature)).collect())
    };
    contained(read).flatten().unwrap_or_default()
}

/// The keys that a signature says it is by, by their short names.
pub(super) fn named(signature: &Signature) -> Vec<KeyId> {
    let short = signature.issuer_key_id().into_iter().map(|id| KeyId::new(id.as_ref()));
    // The key id is the end of a fingerprint of version 4, and the beginning of one of version 6.
    let long = signature.issuer_fingerprint().into_iter().map(|fingerprint| match fingerprint.as_bytes() {
        bytes if bytes.len() == 20 => KeyId::new(bytes.get(12..).unwrap_or_default()),
        bytes => KeyId::new(bytes.get(..8).unwrap_or_default()),
    });
    let mut all: Vec<KeyId> = short.chain(long).collect();
    all.dedup();
    all
}

/// Judges the signatures over a signed part of `multipart/signed`, given as it stands in the message: RFC 3156 signs it with line ends
/// CR LF, which a mail store may have changed.
#[must_use]
pub fn verify_signed_part(part: &[u8], signature: &[u8], certs: &[Certificate], at: Moment) -> Vec<SignatureState> {
    verify_detached(&crlf(part), signature, certs, at)
}

/// Judges signatures, of which `None` could not be read. There is always an answer.
pub(super) fn judge_all(signatures: impl Iterator<Item = Option<Signature>>, data: &[u8], certs: &[Certificate], at: Moment) -> Vec<SignatureState> {
    let mut states = Vec::new();
    for signature in signatures {
        if states.len() >= MOST_SIGNATURES {
            states.push(SignatureState::Malformed);
            break;
        }
        states.push(signature.map_or(SignatureState::Malformed, |signature| judge(&signature, data, certs, at)));
    }
    if states.is_empty() { vec![SignatureState::Malformed] } else { states }
}

fn judge(signature: &Signature, data: &[u8], certs: &[Certificate], at: Moment) -> SignatureState {
    if !matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text)) {
        return SignatureState::Malformed;
    }
    let mut worst = None;
    for cert in certs {
        for which in cert.issuers(signature) {
            let fits = match which {
                Which::Primary => signature.verify(&cert.raw.primary_key, data).is_ok(),
                Which::Subkey(place) => cert.raw.public_subkeys.get(place).is_some_and(|subkey| signature.verify(&subkey.key, data).is_ok()),
            };
            let state = if fits { worth(signature, cert, which, at) } else { SignatureState::Bad { fingerprint: cert.fingerprint() } };
            if state.is_good() {
                return state;
            }
            // Two keys may share an id, and a certificate may be given twice: what fits says more than what does not.
            if fits || worst.is_none() {
                worst = Some(state);
            }
        }
    }
    worst.unwrap_or_else(|| unknown(signature))
}

fn unknown(signature: &Signature) -> SignatureState {
    named(signature).into_iter().next().map_or(SignatureState::Malformed, |key_id| SignatureState::UnknownKey { key_id })
}

/// What a signature that fits is worth.
fn worth(signature: &Signature, cert: &Certificate, which: Which, at: Moment) -> SignatureState {
    let (Some(signed_at), Some(hash)) = (signature.created().map(moment), signature.hash_alg()) else { return SignatureState::Malformed };
    let fingerprint = cert.fingerprint();
    let fit = cert.judge(at).fit(which, Purpose::Signing, signed_at);
    if let Err(Unfit::Revoked(revoked)) = fit {
        return SignatureState::RevokedKey { fingerprint, signed_at, revoked: revoked.made };
    }
    if !policy::digest_believed(hash, Signed::Data, at) {
        return SignatureState::WeakDigest { fingerprint, digest: hash.to_string() };
    }
    let made = match which {
        Which::Primary => Some(cert.raw.primary_key.created_at()),
        Which::Subkey(place) => cert.raw.public_subkeys.get(place).map(|subkey| subkey.key.created_at()),
    };
    if signed_at.0 > at.0.saturating_add(CLOCKS_US) || made.is_none_or(|made| moment(made) > signed_at) {
        return SignatureState::WrongTime { fingerprint, signed_at };
    }
    match fit {
        Err(Unfit::Expired(expired)) => return SignatureState::ExpiredKey { fingerprint, signed_at, expired },
        Err(Unfit::Weak(algorithm)) => return SignatureState::WeakKey { fingerprint, algorithm },
        Err(unfit) => return SignatureState::UnfitKey { why: unfit.reason(&fingerprint), fingerprint },
        Ok(()) => {}
    }
    let until = signature.signature_expiration_time().filter(|left| left.as_secs() > 0);
    let until = until.map(|left| Moment(signed_at.0.saturating_add(i64::from(left.as_secs()).saturating_mul(1_000_000))));
    match until {
        Some(until) if until <= at => SignatureState::Lapsed { fingerprint, until },
        _ => SignatureState::Good { fingerprint, signed_at },
    }
}
