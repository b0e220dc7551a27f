//! Fingerprints, key ids, times and addresses, in and out of the crate `pgp`.

use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::types::{KeyDetails, Timestamp};

/// What names a key for certain: 40 hexadecimal digits in capitals (64 for keys of version 6).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl Fingerprint {
    pub(super) fn of(key: &impl KeyDetails) -> Self {
        Self(format!("{:X}", key.fingerprint()))
    }

    /// A fingerprint as a person writes it: digits in either case, with or without spaces or `0x`; `None` when it is none.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let digits: String = text.chars().filter(|one| !one.is_whitespace()).map(|one| one.to_ascii_uppercase()).take(65).collect();
        (matches!(digits.len(), 40 | 64) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(Self(digits))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits in groups of four, as people compare them.
    #[must_use]
    pub fn grouped(&self) -> String {
        let mut out = String::new();
        for (number, digit) in self.0.chars().enumerate() {
            if number > 0 && number % 4 == 0 {
                out.push(' ');
            }
            out.push(digit);
        }
        out
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The short name of a key: 16 hexadecimal digits in capitals. Two keys may share one; it only helps to find the right one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// A key id as it was stored: 16 hexadecimal digits; `None` when it is none.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        (text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit())).then(|| Self(text.to_ascii_uppercase()))
    }

    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02X}")).collect())
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The e-mail addresses in a user id such as `Example CSIRT (desk) <csirt@example.jp>`; none when it holds none.
#[must_use]
pub fn addresses(user_id: &str) -> Vec<String> {
    let inner = user_id.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(user_id, |(address, _)| address).trim_matches(' ');
    let fits = inner.len() <= 254
        && inner.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'))
        && !inner.contains(|c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '>');
    if fits { vec![inner.to_owned()] } else { Vec::new() }
}

pub(super) fn moment(time: Timestamp) -> Moment {
    Moment(i64::from(time.as_secs()).saturating_mul(1_000_000))
}

/// OpenPGP counts seconds from 1970 to 2106.
pub(super) fn timestamp(at: Moment) -> Result<Timestamp, Reason> {
    u32::try_from(at.0.div_euclid(1_000_000))
        .map(Timestamp::from_secs)
        .map_err(|_| Reason::new("pgp-time", "OpenPGP の日時は 1970 年から 2106 年までです。", "OpenPGP can only tell times between 1970 and 2106"))
}
