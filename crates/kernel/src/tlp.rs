//! Traffic Light Protocol, version 2.0 (FIRST, August 2022).

use serde::{Deserialize, Serialize};

/// A TLP 2.0 label, ordered from the widest audience to the narrowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tlp {
    /// May be told to anyone.
    Clear,
    /// May be told within the community.
    Green,
    /// May be told within the recipients' organisations and to their clients.
    #[default]
    Amber,
    /// May be told within the recipients' organisations only.
    AmberStrict,
    /// For the eyes of the participants alone.
    Red,
}

impl Tlp {
    /// Every label, widest audience first.
    pub const ALL: [Self; 5] = [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    /// The label as FIRST writes it, for example `TLP:AMBER+STRICT`.
    #[must_use]
    pub const fn marking(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }

    /// The rank that is stored: 0 for CLEAR to 4 for RED.
    #[must_use]
    pub const fn rank(self) -> i16 {
        self as i16
    }

    /// Reads a stored rank; anything unknown is RED, so that a damaged label hides rather than shows.
    #[must_use]
    pub fn from_rank(rank: i16) -> Self {
        Self::ALL.into_iter().find(|label| label.rank() == rank).unwrap_or(Self::Red)
    }
}

impl std::fmt::Display for Tlp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.marking())
    }
}

/// A text that is no TLP label.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no TLP label; write clear, green, amber, amber+strict or red")]
pub struct NoTlp(String);

impl std::str::FromStr for Tlp {
    type Err = NoTlp;

    fn from_str(text: &str) -> Result<Self, NoTlp> {
        let upper = text.trim().to_uppercase();
        let bare = upper.strip_prefix("TLP:").unwrap_or(&upper);
        Self::ALL.into_iter().find(|label| label.marking().strip_prefix("TLP:") == Some(bare)).ok_or_else(|| NoTlp(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_reads_back() {
        for label in Tlp::ALL {
            assert_eq!(label.marking().parse(), Ok(label));
            assert_eq!(Tlp::from_rank(label.rank()), label);
        }
        assert_eq!("amber+strict".parse(), Ok(Tlp::AmberStrict));
        assert!("purple".parse::<Tlp>().is_err());
    }

    #[test]
    fn a_damaged_rank_hides() {
        assert_eq!(Tlp::from_rank(-1), Tlp::Red);
        assert_eq!(Tlp::from_rank(99), Tlp::Red);
    }
}
