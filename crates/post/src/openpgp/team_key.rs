//! A team's own key, with its secret half.

use super::{
    certificate::Certificate,
    standing::{Purpose, Which},
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::{
    composed::SignedSecretKey,
    types::{DecryptionKey, SigningKey},
};

/// A key with its secret half, unlocked. The secret parts are wiped from memory when it is dropped, as far as the crate `pgp` holds them.
pub struct TeamKey {
    pub(super) secret: SignedSecretKey,
    certificate: Certificate,
}

impl TeamKey {
    pub(super) fn of(secret: SignedSecretKey) -> Result<Self, Reason> {
        let certificate = Certificate::of(secret.to_public_key())?;
        Ok(Self { secret, certificate })
    }

    /// The half that is handed out.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The key to sign with now.
    pub(super) fn signing(&self, at: Moment) -> Result<&dyn SigningKey, Reason> {
        let which = self.certificate.judge(at).choose(Purpose::Signing).map_err(|unfit| unfit.reason(&self.certificate.fingerprint()))?;
        Ok(match which {
            Which::Primary => &self.secret.primary_key,
            Which::Subkey(place) => {
                // The public half lists the public subkeys first; the secret ones follow in their order.
                let place = place.checked_sub(self.secret.public_subkeys.len());
                let subkey = place.and_then(|place| self.secret.secret_subkeys.get(place)).ok_or_else(no_secret)?;
                &subkey.key
            }
        })
    }

    /// All keys that may open something, also those that have expired: old letters stay readable.
    pub(super) fn opening(&self) -> impl Iterator<Item = Opening<'_>> {
        let subkeys = self.secret.secret_subkeys.iter().map(|subkey| Opening::Subkey(&subkey.key));
        std::iter::once(Opening::Primary(&self.secret.primary_key)).chain(subkeys)
    }
}

/// A secret key that may open something.
#[derive(Clone, Copy)]
pub(super) enum Opening<'a> {
    Primary(&'a pgp::packet::SecretKey),
    Subkey(&'a pgp::packet::SecretSubkey),
}

impl<'a> Opening<'a> {
    pub(super) fn as_key(self) -> &'a dyn DecryptionKey {
        match self {
            Self::Primary(key) => key,
            Self::Subkey(key) => key,
        }
    }
}

impl std::fmt::Debug for TeamKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TeamKey").field("fingerprint", &self.certificate.fingerprint().as_str()).finish_non_exhaustive()
    }
}

fn no_secret() -> Reason {
    Reason::new("pgp-no-secret", "署名用の秘密鍵が含まれていません。", "the secret half of the signing key is missing")
}
