//! The key by which a sensor seals what it sends (Ed25519, RFC 8032).

use noroshi_kernel::reason::Reason;
use ring::{
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use std::fmt;

/// A sensor's secret key.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

impl SigningKey {
    /// Makes one; gives its PKCS#8 form to be kept, too.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn generate() -> Result<(Self, Vec<u8>), BadKey> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| BadKey)?;
        Ok((Self::from_pkcs8(document.as_ref())?, document.as_ref().to_vec()))
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is no Ed25519 key in PKCS#8.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, BadKey> {
        Ed25519KeyPair::from_pkcs8(bytes).map(Self).map_err(|_| BadKey)
    }

    /// The key by which others verify.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(self.0.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        PublicKey(bytes)
    }

    /// Signs bytes for one use, which `context` names.
    #[must_use]
    pub fn sign(&self, context: &[u8], bytes: &[u8]) -> Vec<u8> {
        self.0.sign(&[context, bytes].concat()).as_ref().to_vec()
    }
}

/// A sensor's public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl std::str::FromStr for PublicKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| BadKey)?;
        Ok(Self(bytes))
    }
}

impl PublicKey {
    /// Whether the key's owner signed these bytes for this use.
    #[must_use]
    pub fn verifies(&self, context: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(&[context, bytes].concat(), signature).is_ok()
    }
}

/// Bytes that are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no Ed25519 key")]
pub struct BadKey;

impl From<BadKey> for Reason {
    fn from(_: BadKey) -> Self {
        Self::new("sensor-key", "Ed25519 の鍵ではありません。", "this is no Ed25519 key")
    }
}
