//! Who: organisations, people with their accounts, brands, and the OpenPGP keys of the team and of its contacts; who is home and who is abroad.
//!
//! Each noun is a folder: its types and pure rules, its actions, and `store` with its SQL.

pub mod account;
pub mod brand;
mod error;
pub mod key;
pub mod migrations;
pub mod organisation;
pub mod token;

pub use error::DirectoryError;

use serde::{Deserialize, Serialize};

/// Whether something is at home with the team.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In the team's own countries.
    Domestic,
    /// Anywhere else.
    Foreign,
    /// Not known; never guessed.
    #[default]
    Unknown,
}

impl Origin {
    /// Every origin, in the order in which reports list them.
    pub const ALL: [Self; 3] = [Self::Domestic, Self::Foreign, Self::Unknown];

    /// The key as stored: `domestic`, `foreign` or `unknown`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Domestic => "domestic",
            Self::Foreign => "foreign",
            Self::Unknown => "unknown",
        }
    }

    /// The origin of a key as somebody wrote it; `None` when it is the key of none.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.key() == key)
    }

    /// Reads a stored key; anything else is unknown.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self::of_key(key).unwrap_or_default()
    }
}
