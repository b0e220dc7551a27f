//! The public half of a key, as others hand it out.

use super::{
    armour,
    contain::contained,
    names::{Fingerprint, KeyId, addresses, moment},
    packets, policy,
    selfsig::{self, Parts},
    standing::{Judge, Purpose, Which},
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::{
    composed::{ArmorOptions, SignedPublicKey, SignedPublicKeyParser},
    packet::{Packet, Signature},
    ser::Serialize as _,
    types::{KeyDetails, KeyVersion},
};

/// The most bytes of a certificate, with its armour.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// A public key with its user ids and subkeys; what it says about itself was checked when it was read.
#[derive(Clone)]
pub struct Certificate {
    pub(super) raw: SignedPublicKey,
    pub(super) parts: Parts,
}

impl Certificate {
    /// Reads one certificate, armoured or not, of at most 1 MiB and 1,000 packets.
    ///
    /// # Errors
    /// When it is too large, is no certificate of version 4 or 6, holds several, or is a secret key, which nobody should hand over.
    pub fn parse(input: &[u8]) -> Result<Self, Reason> {
        if input.len() > MOST_BYTES {
            return Err(too_large());
        }
        contained(|| Self::read(input)).unwrap_or_else(|| Err(no_certificate()))
    }

    fn read(input: &[u8]) -> Result<Self, Reason> {
        let bytes = armour::bare(input, &[armour::PUBLIC_KEY, armour::PRIVATE_KEY]).ok_or_else(no_certificate)?;
        let packets: Vec<Packet> = packets::read(&bytes)?.into_iter().flatten().collect();
        if packets.iter().any(|packet| matches!(packet, Packet::SecretKey(_) | Packet::SecretSubkey(_))) {
            return Err(secret());
        }
        let keys = packets.iter().filter(|packet| matches!(packet, Packet::PublicKey(_))).count();
        if keys > 1 {
            return Err(several(keys));
        }
        let raw = SignedPublicKeyParser::from_packets(packets.into_iter().map(Ok).peekable()).next().and_then(Result::ok).ok_or_else(no_certificate)?;
        Self::of(raw)
    }

    pub(super) fn of(raw: SignedPublicKey) -> Result<Self, Reason> {
        if !matches!(raw.primary_key.version(), KeyVersion::V4 | KeyVersion::V6) {
            return Err(Reason::new(
                "pgp-key-version",
                "この鍵の形式は古すぎるか、未対応です（バージョン 4 または 6 が必要です）。",
                "the key is of a version that is too old or unknown; versions 4 and 6 are read",
            ));
        }
        let parts = selfsig::check(&raw)?;
        Ok(Self { raw, parts })
    }

    /// The certificate as packets, without armour.
    ///
    /// # Errors
    /// Never for what was read; the crate `pgp` says it could fail.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Reason> {
        self.raw.to_bytes().map_err(|_| no_certificate())
    }

    /// The certificate in armour.
    ///
    /// # Errors
    /// Never for what was read; the crate `pgp` says it could fail.
    pub fn armoured(&self) -> Result<String, Reason> {
        self.raw.to_armored_string(ArmorOptions::default()).map_err(|_| no_certificate())
    }

    /// What names the key.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.raw.primary_key)
    }

    /// The short names of the primary key and of all subkeys.
    #[must_use]
    pub fn key_ids(&self) -> Vec<KeyId> {
        let subkeys = self.raw.public_subkeys.iter().map(|subkey| subkey.key.legacy_key_id());
        std::iter::once(self.raw.primary_key.legacy_key_id()).chain(subkeys).map(|id| KeyId::new(id.as_ref())).collect()
    }

    /// The user ids that the key vouches for at `at`.
    #[must_use]
    pub fn user_ids(&self, at: Moment) -> Vec<String> {
        let vouched = self.raw.details.users.iter().zip(&self.parts.users);
        let vouched = vouched.filter(|(_, parts)| parts.revoked(at).is_none() && parts.active(at, at).is_some());
        vouched.map(|(user, _)| String::from_utf8_lossy(user.id.id()).into_owned()).collect()
    }

    /// The e-mail addresses in the user ids that the key vouches for at `at`.
    #[must_use]
    pub fn addresses(&self, at: Moment) -> Vec<String> {
        self.user_ids(at).iter().flat_map(|user_id| addresses(user_id)).collect()
    }

    /// When the key was made.
    #[must_use]
    pub fn created(&self) -> Moment {
        moment(self.raw.primary_key.created_at())
    }

    /// When the key expires, as it says at `at`; none when it does not.
    #[must_use]
    pub fn expiry(&self, at: Moment) -> Option<Moment> {
        self.judge(at).expiry(at)
    }

    /// When the key was revoked, if it counts as revoked at `at`.
    #[must_use]
    pub fn revoked(&self, at: Moment) -> Option<Moment> {
        self.parts.key.revoked(at).map(|revoked| revoked.made)
    }

    /// The primary key's algorithm with its bits: `RSA 4096`, `Ed25519`.
    #[must_use]
    pub fn algorithm(&self) -> String {
        policy::algorithm(&self.raw.primary_key)
    }

    /// The bits of the primary key's modulus or prime; none for curves.
    #[must_use]
    pub fn bits(&self) -> Option<u16> {
        policy::bits(self.raw.primary_key.public_params())
    }

    /// The fingerprint of the key that would be used for the purpose at `at`.
    ///
    /// # Errors
    /// Why there is none.
    pub fn usable(&self, purpose: Purpose, at: Moment) -> Result<Fingerprint, Reason> {
        let which = self.judge(at).choose(purpose).map_err(|unfit| unfit.reason(&self.fingerprint()))?;
        Ok(match which {
            Which::Primary => self.fingerprint(),
            Which::Subkey(place) => self.raw.public_subkeys.get(place).map_or_else(|| self.fingerprint(), |subkey| Fingerprint::of(&subkey.key)),
        })
    }

    pub(super) fn judge(&self, at: Moment) -> Judge<'_> {
        Judge { raw: &self.raw, parts: &self.parts, at }
    }

    /// The keys that the signature may be by.
    pub(super) fn issuers(&self, signature: &Signature) -> Vec<Which> {
        let named =
            |key: &dyn KeyDetails| signature.issuer_key_id().contains(&&key.legacy_key_id()) || signature.issuer_fingerprint().contains(&&key.fingerprint());
        let subkeys = self.raw.public_subkeys.iter().enumerate().filter(|(_, subkey)| named(&subkey.key)).map(|(place, _)| Which::Subkey(place));
        named(&self.raw.primary_key).then_some(Which::Primary).into_iter().chain(subkeys).collect()
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("fingerprint", &self.fingerprint().as_str()).finish_non_exhaustive()
    }
}

pub(super) fn no_certificate() -> Reason {
    Reason::new("pgp-no-certificate", "OpenPGP の公開鍵ではありません。", "this is no OpenPGP public key")
}

pub(super) fn too_large() -> Reason {
    Reason::new(
        "pgp-certificate-size",
        format!("公開鍵は {MOST_BYTES} バイト以内にしてください。"),
        format!("a public key may have {MOST_BYTES} bytes at most"),
    )
}

pub(super) fn secret() -> Reason {
    Reason::new(
        "pgp-secret-key",
        "これは秘密鍵です。秘密鍵は人に渡さず、公開鍵を書き出してください。",
        "this is a secret key; keep it to yourself and export the public key instead",
    )
}

fn several(keys: usize) -> Reason {
    Reason::new("pgp-several", format!("鍵が {keys} 個あります。1 個ずつにしてください。"), format!("there are {keys} keys; give them one by one"))
}
