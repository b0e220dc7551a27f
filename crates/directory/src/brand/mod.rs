//! Brands that phishing sites imitate, and the names by which people call them.
//!
//! A *name* is what somebody wrote: `楽天`, `Rakuten`. It belongs to a brand or to none yet; incidents refer to the name, so that
//! saying whose it is maps all of them at once, and nothing that was reported is rewritten.

mod change;
mod seed;
mod store;
mod table;

pub use change::{Change, Renamed, add, assign_name, save};
pub use seed::{Imported, import, import_table, shipped, shipped_table};
pub use store::{NAMED, all, names_of, resolve_names, unmapped};
pub use table::{Row, Table, Wrong, parse_table};

use crate::Origin;
use noroshi_kernel::{id::BrandId, language::Bilingual};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// What a brand does for its customers.
pub const SECTORS: [&str; 25] = [
    "bank",
    "card",
    "payment",
    "crypto",
    "securities",
    "insurance",
    "telecom",
    "hosting",
    "webmail",
    "retail",
    "logistics",
    "game",
    "social",
    "media",
    "software",
    "cloud",
    "government",
    "university",
    "travel",
    "transport",
    "utility",
    "health",
    "nonprofit",
    "other",
    "unknown",
];

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// Its stable key: `rakuten-card`.
    pub key: String,
    /// How it is shown.
    pub name: Bilingual,
    /// Whether it is at home with the team.
    pub origin: Origin,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: String,
    /// One of [`SECTORS`].
    pub sector: String,
}

/// Folds a name, so that spellings that differ only in width, case, white space and punctuation are one.
#[must_use]
pub fn fold(name: &str) -> String {
    const IGNORED: &str = "・-_.,'’!®™&()/:";
    name.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|character| !character.is_whitespace() && !character.is_control() && !IGNORED.contains(*character))
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spellings_of_one_name_fold_together() {
        assert_eq!(fold("NTT docomo"), fold("ＮＴＴ－ＤｏＣｏＭｏ"));
        assert_eq!(fold("J:COM"), fold("jcom"));
        assert_ne!(fold("楽天"), fold("楽天カード"));
    }
}
