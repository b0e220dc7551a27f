//! The type of a report, which stands in its file's name.

use super::{kind, schema::Described};
use noroshi_kernel::rsit::Rsit;

/// The longest type that is taken, in bytes.
const MOST_BYTES: usize = 64;

/// A type of report, for example `scan_dns` or `event4_sinkhole`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReportType(String);

impl ReportType {
    /// A type by its name; `None` when that cannot be one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let well = (2..=MOST_BYTES).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        well.then(|| Self(name.to_ascii_lowercase()))
    }

    /// The type in a file's name, `YYYY-MM-DD-TYPE-….csv`, with any folder before and `.zip` or `.gz` behind.
    ///
    /// ```
    /// use noroshi_feeds::shadowserver::ReportType;
    /// let report = ReportType::of_file_name("2024-01-15-scan_dns-123-sample-asn.csv.zip").expect("a type");
    /// assert_eq!(report.name(), "scan_dns");
    /// ```
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Self> {
        let file = name.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
        let bare = file.strip_suffix(".zip").or_else(|| file.strip_suffix(".gz")).unwrap_or(&file);
        let stem = bare.strip_suffix(".csv")?;
        let mut parts = stem.split('-');
        for length in [4, 2, 2] {
            let part = parts.next()?;
            if part.len() != length || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
        }
        Self::named(parts.next()?)
    }

    /// The type's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// What kind of thing its rows report, as far as the type alone tells.
    #[must_use]
    pub fn rsit(&self) -> Rsit {
        kind::of_type(&self.0)
    }

    /// The same, where Shadowserver's own schema tells of types beyond those that are known here.
    pub(super) fn rsit_by(&self, described: Option<&Described>) -> Rsit {
        described.and_then(|described| described.rsit).filter(|_| !kind::knows(&self.0)).unwrap_or_else(|| self.rsit())
    }
}

impl std::fmt::Display for ReportType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_tell_the_type() {
        for (name, expected) in [
            ("2024-01-15-scan_dns-sample.csv", Some("scan_dns")),
            ("2024-01-15-scan_dns.csv", Some("scan_dns")),
            ("2024-01-15-event4_sinkhole-123-sample-asn.csv.zip", Some("event4_sinkhole")),
            ("in/box/2024-01-15-Scan_ICS-sample-asn-delayed.CSV", Some("scan_ics")),
            ("2024-01-15.csv", None),
            ("2024-01-15-.csv", None),
            ("scan_dns.csv", None),
            ("2024-1-15-scan_dns-x.csv", None),
            ("2024-01-15-scan dns-x.csv", None),
            ("2024-01-15-scan_dns-x.txt", None),
        ] {
            assert_eq!(ReportType::of_file_name(name).as_ref().map(ReportType::name), expected, "{name}");
        }
        assert_eq!(ReportType::named(&"a".repeat(65)), None);
    }
}
