//! A team's key out into a file and back, under a passphrase or not.

use super::{armour, certificate::MOST_BYTES, contain::contained, packets, team_key::TeamKey};
use noroshi_kernel::reason::Reason;
use pgp::{
    composed::{ArmorOptions, SignedSecretKey, SignedSecretKeyParser},
    packet::Packet,
    types::Password,
};
use rand::rngs::OsRng;

impl TeamKey {
    /// The key in armour, its secrets locked by the passphrase when there is one. What comes out is a secret.
    ///
    /// # Errors
    /// When the passphrase is empty: give none instead.
    pub fn export(&self, passphrase: Option<&str>) -> Result<String, Reason> {
        let Some(passphrase) = passphrase else {
            return self.secret.to_armored_string(ArmorOptions::default()).map_err(|_| unreadable());
        };
        if passphrase.is_empty() {
            return Err(Reason::new("pgp-passphrase", "合言葉を入力してください。", "give a passphrase that is not empty"));
        }
        let password = Password::from(passphrase);
        let mut locked = self.secret.clone();
        each(&mut locked, |key| key.set_password(OsRng, &password), |key| key.set_password(OsRng, &password)).map_err(|_| unreadable())?;
        locked.to_armored_string(ArmorOptions::default()).map_err(|_| unreadable())
    }

    /// Reads a secret key, armoured or not, of at most 1 MiB, and unlocks it.
    ///
    /// # Errors
    /// When it is no secret key, or the passphrase is missing or does not open it. The error tells nothing of either.
    pub fn import(input: &[u8], passphrase: Option<&str>) -> Result<Self, Reason> {
        if input.len() > MOST_BYTES {
            return Err(unreadable());
        }
        contained(|| Self::read(input, passphrase)).unwrap_or_else(|| Err(unreadable()))
    }

    fn read(input: &[u8], passphrase: Option<&str>) -> Result<Self, Reason> {
        let bytes = armour::bare(input, &[armour::PRIVATE_KEY]).ok_or_else(unreadable)?;
        let packets: Vec<Packet> = packets::read(&bytes)?.into_iter().flatten().collect();
        let mut secret = SignedSecretKeyParser::from_packets(packets.into_iter().map(Ok).peekable()).next().and_then(Result::ok).ok_or_else(unreadable)?;
        let password = passphrase.map_or_else(Password::empty, Password::from);
        each(&mut secret, |key| key.remove_password(&password), |key| key.remove_password(&password)).map_err(|_| locked())?;
        Self::of(secret)
    }
}

fn each(
    key: &mut SignedSecretKey,
    primary: impl Fn(&mut pgp::packet::SecretKey) -> pgp::errors::Result<()>,
    sub: impl Fn(&mut pgp::packet::SecretSubkey) -> pgp::errors::Result<()>,
) -> pgp::errors::Result<()> {
    primary(&mut key.primary_key)?;
    key.secret_subkeys.iter_mut().try_for_each(|subkey| sub(&mut subkey.key))
}

fn unreadable() -> Reason {
    Reason::new("pgp-no-secret-key", "OpenPGP の秘密鍵ではありません。", "this is no OpenPGP secret key")
}

fn locked() -> Reason {
    Reason::new("pgp-passphrase", "合言葉が違うか、ありません。", "the passphrase is missing or wrong")
}
