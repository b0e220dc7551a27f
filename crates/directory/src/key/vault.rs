use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

/// The first byte of what is locked: how it was done.
const FORM: u8 = 1;
/// The bytes of the salt.
const SALT: usize = 32;

/// Locks and opens the team's secrets, by the 32 bytes of the data directory's `team.key`.
///
/// Each secret is encrypted with AES-256-GCM under a key of its own, which HKDF (RFC 5869) with SHA-256 draws from `team.key`, 32 random
/// bytes and what the secret is for; so no nonce is ever used twice, and no secret can be put in another's place.
#[derive(Clone)]
pub struct Vault(Zeroizing<[u8; 32]>);

impl Vault {
    /// The vault of a data directory.
    #[must_use]
    pub fn new(team_key: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*team_key))
    }

    /// Encrypts a secret that is for `purpose`: one byte of form, 32 of salt, the ciphertext with its tag. `None` never happens for what fits memory.
    #[must_use]
    pub fn lock(&self, purpose: &str, secret: &[u8]) -> Option<Vec<u8>> {
        let salt: [u8; SALT] = rand::random();
        let (cipher, nonce) = self.cipher(purpose, &salt)?;
        let locked = cipher.encrypt(&nonce.into(), Payload { msg: secret, aad: purpose.as_bytes() }).ok()?;
        Some([&[FORM][..], &salt, &locked].concat())
    }

    /// Decrypts what [`lock`](Self::lock) made; `None` when it is for something else, was changed, or was locked with another `team.key`.
    #[must_use]
    pub fn open(&self, purpose: &str, locked: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (salt, locked) = locked.strip_prefix(&[FORM])?.split_first_chunk::<SALT>()?;
        let (cipher, nonce) = self.cipher(purpose, salt)?;
        cipher.decrypt(&nonce.into(), Payload { msg: locked, aad: purpose.as_bytes() }).ok().map(Zeroizing::new)
    }

    fn cipher(&self, purpose: &str, salt: &[u8; SALT]) -> Option<(Aes256Gcm, [u8; 12])> {
        let mut drawn = Zeroizing::new([0_u8; 44]);
        let info = ["noroshi/directory/vault/1/", purpose].concat();
        Hkdf::<Sha256>::new(Some(salt), self.0.as_slice()).expand(info.as_bytes(), drawn.as_mut_slice()).ok()?;
        let (key, rest) = drawn.split_first_chunk::<32>()?;
        let nonce = *rest.first_chunk::<12>()?;
        let mut key = aes_gcm::Key::<Aes256Gcm>::from(*key);
        let cipher = Aes256Gcm::new(&key);
        key.as_mut_slice().zeroize();
        Some((cipher, nonce))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

#[cfg(test)]
mod tests {
    use super::Vault;

    #[test]
    fn what_is_locked_opens_with_the_same_key_and_purpose_alone() {
        let vault = Vault::new(&[7; 32]);
        let locked = vault.lock("a", b"secret").unwrap_or_default();
        assert!(!locked.windows(6).any(|window| window == b"secret"));
        assert_ne!(vault.lock("a", b"secret"), Some(locked.clone()), "each has a salt of its own");
        assert_eq!(vault.open("a", &locked).as_deref().map(Vec::as_slice), Some(&b"secret"[..]));
        assert!(vault.open("b", &locked).is_none() && Vault::new(&[8; 32]).open("a", &locked).is_none());
        for place in 0..locked.len() {
            let mut changed = locked.clone();
            changed[place] ^= 1;
            assert!(vault.open("a", &changed).is_none() && vault.open("a", &locked[..place]).is_none(), "byte {place}");
        }
        assert_eq!(format!("{vault:?}"), "Vault");
    }
}
