//! What a sensor and the centre say to each other: JSON over HTTPS, batches as they are.
//!
//! | request | by | body | answer |
//! |---|---|---|---|
//! | `POST /sensor/v1/enrol` | anybody with a token | [`Enrol`] | [`Enrolled`] |
//! | `POST /sensor/v1/renew` | a sensor, by its certificate | [`Renew`] | [`Renewed`] |
//! | `POST /sensor/v1/batch` | a sensor, by its certificate | a [batch](crate::batch) | [`Receipt`] |
//!
//! Whatever is refused is answered by a [`Problem`] (RFC 9457) with a status of 400 or more. A sensor keeps what it could not send and
//! tries again, unless the problem is [for good](Problem::for_good).

use crate::batch::{Hash, PublicKey, SensorId};
use noroshi_kernel::language::Bilingual;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a sensor enrols.
pub const ENROL: &str = "/sensor/v1/enrol";
/// Where it gets its next certificate.
pub const RENEW: &str = "/sensor/v1/renew";
/// Where it hands batches over.
pub const BATCH: &str = "/sensor/v1/batch";
/// The media type of a batch.
pub const BATCH_TYPE: &str = "application/vnd.noroshi.sensor-batch";
/// What the batch key signs when a sensor enrols, before the certificate request: that who asks has the key.
pub const ENROL_CONTEXT: &[u8] = b"noroshi sensor enrolment v1\0";
/// The longest request and answer in JSON, in bytes.
pub const MOST_JSON_BYTES: usize = 64 << 10;

/// By what a sensor may enrol once: a secret, and the authority to which it speaks. Whoever has it is the sensor.
///
/// Written as `nrs1-` and 48 bytes in base32 (RFC 4648, lower case, without padding): the secret, and SHA-256 of the authority's
/// certificate in DER.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What only the centre and the sensor's host know.
    pub secret: [u8; 16],
    /// SHA-256 of the certificate of the authority that signs for the centre.
    pub authority: [u8; 32],
}

const TOKEN_BEGINS: &str = "nrs1-";

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// As it is handed to the sensor's host. It is a secret.
    #[must_use]
    pub fn reveal(&self) -> String {
        let bytes = [&self.secret[..], &self.authority[..]].concat();
        format!("{TOKEN_BEGINS}{}", data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }
}

/// Text that is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no enrolment token: it begins with nrs1- and has 82 characters; copy it whole from the centre's page or from `noroshi sensor add`")]
pub struct NoToken;

impl FromStr for Token {
    type Err = NoToken;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let coded = text.trim().strip_prefix(TOKEN_BEGINS).ok_or(NoToken)?;
        let bytes = data_encoding::BASE32_NOPAD.decode(coded.to_ascii_uppercase().as_bytes()).map_err(|_| NoToken)?;
        let (secret, authority) = bytes.split_first_chunk::<16>().ok_or(NoToken)?;
        Ok(Self { secret: *secret, authority: authority.try_into().map_err(|_| NoToken)? })
    }
}

/// A sensor asks to be known.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// The token's secret, in hexadecimal.
    pub secret: String,
    /// A certificate request (PKCS #10, PEM) for the key by which it will speak.
    pub request: String,
    /// The key by which it will seal batches, in hexadecimal.
    pub batch_key: String,
    /// That it has this key: its signature over the certificate request's text ([`ENROL_CONTEXT`]), in hexadecimal.
    pub proof: String,
    /// The program, with its version.
    pub software: String,
}

impl fmt::Debug for Enrol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrol").field("batch_key", &self.batch_key).field("software", &self.software).finish_non_exhaustive()
    }
}

impl Enrol {
    /// The batch key, when the proof is right.
    #[must_use]
    pub fn proven_key(&self) -> Option<PublicKey> {
        let key: PublicKey = self.batch_key.parse().ok()?;
        let proof = data_encoding::HEXLOWER_PERMISSIVE.decode(self.proof.as_bytes()).ok()?;
        key.verifies(ENROL_CONTEXT, self.request.as_bytes(), &proof).then_some(key)
    }
}

/// The centre knows it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolled {
    /// How the centre names it in batches.
    pub sensor: SensorId,
    /// How people call it.
    pub name: String,
    /// Its certificate (PEM).
    pub certificate: String,
    /// The authority's certificate (PEM).
    pub authority: String,
}

/// A sensor asks for its next certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renew {
    /// A certificate request (PKCS #10, PEM).
    pub request: String,
}

/// Its next certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewed {
    /// PEM.
    pub certificate: String,
}

/// A batch is kept durably: the sensor may forget it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Which one.
    pub hash: Hash,
    /// Whether it was there before.
    pub known: bool,
    /// The centre's clock: microseconds since 1970.
    pub at_us: i64,
}

/// Why something was refused (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The reason's key, as `urn:noroshi:reason:KEY`.
    pub r#type: String,
    /// The HTTP status.
    pub status: u16,
    /// The reason in English.
    pub title: String,
    /// The reason in both languages.
    pub reason: Bilingual,
    /// Whether asking again with the same would be refused again: the sensor then keeps the batch aside, and tells of it as a gap.
    pub for_good: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::SigningKey;

    #[test]
    fn a_token_is_read_as_it_is_written() {
        let token = Token { secret: [7; 16], authority: [9; 32] };
        let text = token.reveal();
        assert_eq!(text.len(), 82);
        assert_eq!(text.parse(), Ok(token.clone()));
        assert_eq!(format!(" {} \n", text.to_uppercase().replace("NRS1-", "nrs1-")).parse(), Ok(token.clone()));
        assert_eq!(format!("{token:?}"), "Token(…)");
        for wrong in ["", "nrs1-", &text[1..], &text[..81], &format!("{text}a"), "nrs2-aaaa"] {
            assert_eq!(wrong.parse::<Token>(), Err(NoToken), "{wrong}");
        }
    }

    #[test]
    fn a_key_is_proven_for_its_request_only() {
        let (key, other) = (SigningKey::generate().unwrap().0, SigningKey::generate().unwrap().0);
        let with = |by: &SigningKey, context: &[u8], request: &str| Enrol {
            secret: String::new(),
            request: "request".into(),
            batch_key: key.public().to_string(),
            proof: data_encoding::HEXLOWER.encode(&by.sign(context, request.as_bytes())),
            software: String::new(),
        };
        assert_eq!(with(&key, ENROL_CONTEXT, "request").proven_key(), Some(key.public()));
        assert_eq!(with(&other, ENROL_CONTEXT, "request").proven_key(), None);
        assert_eq!(with(&key, ENROL_CONTEXT, "another").proven_key(), None);
        assert_eq!(with(&key, b"", "request").proven_key(), None);
    }
}
