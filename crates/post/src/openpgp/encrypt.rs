//! Encrypting to certificates, signed or not.

use super::{
    canonical::crlf,
    certificate::Certificate,
    contain::contained,
    names::timestamp,
    sign::{DIGEST, author},
    standing::{Purpose, Which},
    team_key::TeamKey,
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::{
    composed::{ArmorOptions, EncryptionSeipdV1, MessageBuilder, SubpacketConfig},
    crypto::sym::SymmetricKeyAlgorithm,
    types::Password,
};
use rand::rngs::OsRng;

/// The most recipients of one message.
const MOST_RECIPIENTS: usize = 200;

/// Encrypts data to all recipients with AES-256 under an integrity check (SEIPD version 1, which GnuPG 2.2 opens), signed within when a
/// key is given. Nothing is compressed, so that the length tells no more than it must. The armour's lines end in CR LF: the body of the
/// part `application/octet-stream` (RFC 3156, section 4).
///
/// # Errors
/// When there is no recipient or too many, one of them cannot be encrypted to, or the key cannot sign at `at`. Nothing is left out silently.
pub fn encrypt(data: &[u8], recipients: &[&Certificate], sign_with: Option<&TeamKey>, at: Moment) -> Result<String, Reason> {
    if recipients.is_empty() || recipients.len() > MOST_RECIPIENTS {
        return Err(Reason::new(
            "pgp-recipients",
            format!("宛先は 1 から {MOST_RECIPIENTS} 件までです。"),
            format!("there must be 1 to {MOST_RECIPIENTS} recipients"),
        ));
    }
    let mut builder = MessageBuilder::from_bytes("", data.to_vec()).seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
    for recipient in recipients {
        address(&mut builder, recipient, at)?;
    }
    if let Some(key) = sign_with {
        let signer = key.signing(at)?;
        let (hashed, unhashed) = author(&Box::new(signer), timestamp(at)?).map_err(|_| failed())?;
        builder.sign_with_subpackets(signer, Password::empty(), DIGEST, SubpacketConfig::UserDefined { hashed, unhashed });
    }
    let armoured = builder.to_armored_string(OsRng, ArmorOptions::default()).map_err(|_| failed())?;
    String::from_utf8(crlf(armoured.as_bytes())).map_err(|_| failed())
}

fn address<R: std::io::Read>(builder: &mut MessageBuilder<'_, R, EncryptionSeipdV1>, to: &Certificate, at: Moment) -> Result<(), Reason> {
    let which = to.judge(at).choose(Purpose::Encryption).map_err(|unfit| unfit.reason(&to.fingerprint()))?;
    let done = contained(|| match which {
        Which::Primary => builder.encrypt_to_key(OsRng, &to.raw.primary_key).is_ok(),
        Which::Subkey(place) => to.raw.public_subkeys.get(place).is_some_and(|subkey| builder.encrypt_to_key(OsRng, &subkey.key).is_ok()),
    });
    if done == Some(true) { Ok(()) } else { Err(failed()) }
}

fn failed() -> Reason {
    Reason::new("pgp-encrypt", "暗号化できませんでした。", "it could not be encrypted")
}
