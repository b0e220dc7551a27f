//! The number of a vulnerability: `CVE-2024-12345`.

use serde::{Deserialize, Serialize};

/// A CVE id, in capitals.
///
/// ```
/// use noroshi_catalogue::cve::CveId;
/// let id: CveId = "cve-2019-0708".parse()?;
/// assert_eq!((id.as_str(), id.year()), ("CVE-2019-0708", 2019));
/// assert!("CVE-2019-708".parse::<CveId>().is_err());
/// # Ok::<(), noroshi_catalogue::cve::NoCve>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CveId(String);

/// A text that is no CVE id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no CVE id; it is written CVE-YYYY-NNNN, with 4 to 19 digits at the end")]
pub struct NoCve(String);

impl CveId {
    /// The id as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The year in it.
    #[must_use]
    pub fn year(&self) -> u16 {
        self.0.split('-').nth(1).and_then(|year| year.parse().ok()).unwrap_or_default()
    }
}

impl std::fmt::Display for CveId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for CveId {
    type Err = NoCve;

    fn from_str(text: &str) -> Result<Self, NoCve> {
        let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_one = || {
            let mut parts = text.split('-');
            let head = parts.next()?;
            let (year, number) = (parts.next()?, parts.next()?);
            (parts.next().is_none() && head.eq_ignore_ascii_case("CVE") && digits(year, 4..=4) && digits(number, 4..=19)).then_some(())
        };
        is_one().map(|()| Self(text.to_ascii_uppercase())).ok_or_else(|| NoCve(noroshi_kernel::setaside::printable(text, 64)))
    }
}

impl TryFrom<String> for CveId {
    type Error = NoCve;

    fn try_from(text: String) -> Result<Self, NoCve> {
        text.parse()
    }
}

impl From<CveId> for String {
    fn from(id: CveId) -> Self {
        id.0
    }
}
