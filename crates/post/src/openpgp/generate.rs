//! Making a key that GnuPG 2.2 can use: version 4, Ed25519 to sign, X25519 to encrypt.

use super::{
    names::timestamp,
    sign::{DIGEST, author, begin},
    team_key::TeamKey,
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::{
    composed::{KeyType, SignedKeyDetails, SignedSecretKey, SignedSecretSubKey},
    crypto::{ecc_curve::ECCCurve, sym::SymmetricKeyAlgorithm},
    packet::{
        Features, KeyFlags, PubKeyInner, PublicKey, PublicSubkey, SecretKey, SecretSubkey, SignatureConfig, SignatureType, Subpacket, SubpacketData, UserId,
    },
    types::{CompressionAlgorithm, Duration, KeyVersion, PacketHeaderVersion, Password, SignedUser, Tag, Timestamp},
};
use rand::rngs::OsRng;

/// The most characters of a user id.
const MOST_USER_ID: usize = 200;

impl TeamKey {
    /// Makes a key for a user id such as `Example CSIRT <csirt@example.jp>`. It does not expire.
    ///
    /// # Errors
    /// When the user id is empty, too long or has control characters, or the time is none of OpenPGP's.
    pub fn generate(user_id: &str, at: Moment) -> Result<Self, Reason> {
        Self::generate_until(user_id, at, None)
    }

    /// As [`generate`](Self::generate), for a key that expires.
    ///
    /// # Errors
    /// As [`generate`](Self::generate); when it would expire before it begins or after what OpenPGP can tell.
    pub fn generate_until(user_id: &str, at: Moment, expires: Option<Moment>) -> Result<Self, Reason> {
        if user_id.trim().is_empty() || user_id.chars().count() > MOST_USER_ID || user_id.chars().any(char::is_control) {
            return Err(Reason::new(
                "pgp-user-id",
                format!("鍵の名前は {MOST_USER_ID} 文字以内で書いてください（例: Example CSIRT <csirt@example.jp>）。"),
                format!("the key's name must have 1 to {MOST_USER_ID} characters, for example: Example CSIRT <csirt@example.jp>"),
            ));
        }
        let begins = timestamp(at)?;
        let lives = match expires {
            Some(expires) => Some(timestamp(expires)?.as_secs().checked_sub(begins.as_secs()).filter(|lives| *lives > 0).ok_or_else(too_short)?),
            None => None,
        };
        let secret = make(user_id, begins, lives.map(Duration::from_secs)).map_err(|_| failed())?;
        Self::of(secret)
    }
}

fn make(user_id: &str, at: Timestamp, lives: Option<Duration>) -> pgp::errors::Result<SignedSecretKey> {
    let none = Password::empty();
    let (primary, secret) = parts(&KeyType::Ed25519Legacy, at)?;
    let primary_key = SecretKey::new(PublicKey::from_inner(primary)?, secret)?;
    let (sub, secret) = parts(&KeyType::ECDH(ECCCurve::Curve25519Legacy), at)?;
    let subkey = SecretSubkey::new(PublicSubkey::from_inner(sub)?, secret)?;
    let public = primary_key.public_key().clone();

    let id = UserId::from_str(PacketHeaderVersion::New, user_id)?;
    let mut usage = KeyFlags::default();
    usage.set_certify(true);
    usage.set_sign(true);
    let mut certification = self_signature(SignatureType::CertPositive, &primary_key, at, usage)?;
    let mut features = Features::new();
    features.set_seipd_v1(true);
    certification.hashed_subpackets.extend([
        Subpacket::regular(SubpacketData::Features(features))?,
        Subpacket::regular(SubpacketData::IsPrimary(true))?,
        Subpacket::regular(SubpacketData::PreferredSymmetricAlgorithms([SymmetricKeyAlgorithm::AES256, SymmetricKeyAlgorithm::AES128].into_iter().collect()))?,
        Subpacket::regular(SubpacketData::PreferredHashAlgorithms([DIGEST, pgp::crypto::hash::HashAlgorithm::Sha256].into_iter().collect()))?,
        Subpacket::regular(SubpacketData::PreferredCompressionAlgorithms(
            [CompressionAlgorithm::ZLIB, CompressionAlgorithm::Uncompressed].into_iter().collect(),
        ))?,
    ]);
    certification.hashed_subpackets.extend(expiry(lives)?);
    let user = SignedUser::new(id.clone(), vec![certification.sign_certification(&primary_key, &public, &none, Tag::UserId, &id)?]);

    let mut usage = KeyFlags::default();
    usage.set_encrypt_comms(true);
    usage.set_encrypt_storage(true);
    let mut binding = self_signature(SignatureType::SubkeyBinding, &primary_key, at, usage)?;
    binding.hashed_subpackets.extend(expiry(lives)?);
    let binding = binding.sign_subkey_binding(&primary_key, &public, &none, subkey.public_key())?;
    let details = SignedKeyDetails::new(Vec::new(), Vec::new(), vec![user], Vec::new());
    Ok(SignedSecretKey::new(primary_key, details, Vec::new(), vec![SignedSecretSubKey::new(subkey, vec![binding])]))
}

fn parts(kind: &KeyType, at: Timestamp) -> pgp::errors::Result<(PubKeyInner, pgp::types::SecretParams)> {
    let (public, secret) = kind.generate(OsRng)?;
    Ok((PubKeyInner::new(KeyVersion::V4, kind.to_alg(), at, None, public)?, secret))
}

fn self_signature(kind: SignatureType, key: &SecretKey, at: Timestamp, usage: KeyFlags) -> pgp::errors::Result<SignatureConfig> {
    let mut config = begin(kind, key)?;
    (config.hashed_subpackets, config.unhashed_subpackets) = author(key, at)?;
    config.hashed_subpackets.push(Subpacket::regular(SubpacketData::KeyFlags(usage))?);
    Ok(config)
}

fn expiry(lives: Option<Duration>) -> pgp::errors::Result<Option<Subpacket>> {
    lives.map(|lives| Subpacket::regular(SubpacketData::KeyExpirationTime(lives))).transpose()
}

fn too_short() -> Reason {
    Reason::new("pgp-expiry", "鍵の期限は、作る日時より後にしてください。", "the key must expire after it begins")
}

fn failed() -> Reason {
    Reason::new("pgp-generate", "鍵を作れませんでした。", "the key could not be made")
}
