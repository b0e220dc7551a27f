//! Signing: text in the clear, and data beside its signature.

use super::{
    canonical::{crlf, lines, trimmed},
    names::timestamp,
    team_key::TeamKey,
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::{
    composed::{ArmorOptions, DetachedSignature},
    crypto::hash::HashAlgorithm,
    packet::{Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData},
    types::{KeyVersion, Password, SigningKey, Timestamp},
};
use rand::rngs::OsRng;

/// The digest of all our signatures.
pub(super) const DIGEST: HashAlgorithm = HashAlgorithm::Sha512;
/// Its name in `multipart/signed; micalg=…` (RFC 3156, section 5).
pub const MICALG: &str = "pgp-sha512";

/// A signature to stand beside what it signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached {
    /// The signature in armour, lines ending in CR LF: the body of the part `application/pgp-signature`.
    pub armoured: String,
    /// The digest's name for the parameter `micalg`.
    pub micalg: &'static str,
}

/// Signs data beside it. For PGP/MIME these are the exact bytes of the signed part, its lines ending in CR LF.
///
/// # Errors
/// When the key cannot sign at `at`.
pub fn sign_detached(data: &[u8], key: &TeamKey, at: Moment) -> Result<Detached, Reason> {
    let signature = signature(SignatureType::Binary, data, key, at)?;
    Ok(Detached { armoured: armoured(signature)?, micalg: MICALG })
}

/// Signs a text so that it can still be read (RFC 9580, section 7). Spaces at line ends are dropped, lines that begin with a dash or
/// with `From ` are escaped, lines end in CR LF. The text may be in any encoding that keeps ASCII, such as UTF-8 or ISO-2022-JP.
///
/// # Errors
/// When the key cannot sign at `at`.
pub fn sign_cleartext(text: &[u8], key: &TeamKey, at: Moment) -> Result<Vec<u8>, Reason> {
    let kept: Vec<&[u8]> = lines(text).map(trimmed).collect();
    let signature = signature(SignatureType::Text, &kept.join(&b"\r\n"[..]), key, at)?;
    let mut out = b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n".to_vec();
    for line in kept {
        if line.starts_with(b"-") || line.starts_with(b"From ") {
            out.extend_from_slice(b"- ");
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(armoured(signature)?.as_bytes());
    Ok(out)
}

fn signature(kind: SignatureType, data: &[u8], key: &TeamKey, at: Moment) -> Result<Signature, Reason> {
    let signer = key.signing(at)?;
    let at = timestamp(at)?;
    let make = || -> pgp::errors::Result<Signature> {
        let signer = Box::new(signer);
        let mut config = begin(kind, &signer)?;
        (config.hashed_subpackets, config.unhashed_subpackets) = author(&signer, at)?;
        config.sign(&signer, &Password::empty(), data)
    };
    make().map_err(|_| failed())
}

/// A signature to be made with our digest, of the version that the key wants.
pub(super) fn begin(kind: SignatureType, key: &impl SigningKey) -> pgp::errors::Result<SignatureConfig> {
    if key.version() == KeyVersion::V6 {
        // The salt is as long as the digest wants it (RFC 9580, section 9.5).
        SignatureConfig::v6(OsRng, kind, key.algorithm(), DIGEST)
    } else {
        Ok(SignatureConfig::v4(kind, key.algorithm(), DIGEST))
    }
}

/// Who signs and when: covered by the signature, and not.
pub(super) fn author(key: &impl SigningKey, at: Timestamp) -> pgp::errors::Result<(Vec<Subpacket>, Vec<Subpacket>)> {
    let hashed = vec![Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint()))?, Subpacket::critical(SubpacketData::SignatureCreationTime(at))?];
    let short = (key.version() <= KeyVersion::V4).then(|| Subpacket::regular(SubpacketData::IssuerKeyId(key.legacy_key_id())));
    Ok((hashed, short.into_iter().collect::<Result<_, _>>()?))
}

fn armoured(signature: Signature) -> Result<String, Reason> {
    let bytes = DetachedSignature::new(signature).to_armored_bytes(ArmorOptions::default()).map_err(|_| failed())?;
    String::from_utf8(crlf(&bytes)).map_err(|_| failed())
}

fn failed() -> Reason {
    Reason::new("pgp-sign", "署名できませんでした。", "it could not be signed")
}
