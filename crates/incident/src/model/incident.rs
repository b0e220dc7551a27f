use super::Category;
use noroshi_kernel::{
    access::Label,
    id::{IncidentId, OrganisationId},
    moment::Moment,
};
use serde::{Deserialize, Serialize};

/// The number by which people speak of an incident: the year of its first report and a sequence, `2013-04412`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    /// The year of the first report in the team's zone.
    pub year: i64,
    /// The place among that year's incidents, from 1.
    pub sequence: i64,
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:05}", self.year, self.sequence)
    }
}

/// A text that is no incident number.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no incident number; write it as 2013-04412")]
pub struct NoNumber(String);

impl std::str::FromStr for Number {
    type Err = NoNumber;

    fn from_str(text: &str) -> Result<Self, NoNumber> {
        let bare = text.strip_prefix('#').unwrap_or(text);
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        let parsed = bare.split_once('-').and_then(|(year, sequence)| Some(Self { year: digits(year)?, sequence: digits(sequence)? }));
        parsed.filter(|number| number.sequence > 0).ok_or_else(|| NoNumber(text.into()))
    }
}

/// What kind of thing an incident is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// A page, by its canonical URL.
    Url,
    /// A host, by its name.
    Host,
    /// An address.
    Address,
}

impl TargetKind {
    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Host => "host",
            Self::Address => "address",
        }
    }

    /// Reads a stored key.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        match key {
            "url" => Self::Url,
            "address" => Self::Address,
            _ => Self::Host,
        }
    }
}

/// What an incident is about, in canonical form. Two reports with equal targets and categories speak of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// What kind of thing it is.
    pub kind: TargetKind,
    /// Its canonical text.
    pub text: String,
}

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has acted yet.
    New,
    /// Somebody was asked to act.
    Coordinating,
    /// Done.
    Closed,
}

impl State {
    /// Every state, in the order of work.
    pub const ALL: [Self; 3] = [Self::New, Self::Coordinating, Self::Closed];

    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Coordinating => "coordinating",
            Self::Closed => "closed",
        }
    }

    /// Reads a stored key; anything else is new, so that a person looks at it.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.key() == key).unwrap_or(Self::New)
    }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Its number.
    pub number: Number,
    /// What kind of thing happened.
    pub category: Category,
    /// The machine tag in RSIT.
    pub rsit: String,
    /// What it is about.
    pub target: Target,
    /// The reported name of the imitated brand, as an id in the directory.
    pub brand_name: Option<i64>,
    /// When the first report came that names the brand.
    pub brand_named_at: Option<Moment>,
    /// When the first report came.
    pub first_report_at: Moment,
    /// When the last report came.
    pub last_report_at: Moment,
    /// Where it stands.
    pub state: State,
    /// Who may see it.
    pub label: Label,
    /// Whether it looks like a worm at work.
    pub worm: bool,
    /// The incident of the same target that had gone quiet before this one.
    pub previous: Option<IncidentId>,
    /// The incident that took its reports, when both turned out to be one.
    pub merged_into: Option<IncidentId>,
    /// The addresses that took part.
    pub addresses: Vec<String>,
    /// The ports that took part: `tcp/22`.
    pub ports: Vec<String>,
}

/// A request to an organisation, before it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The incident.
    pub incident: IncidentId,
    /// Whom.
    pub organisation: OrganisationId,
    /// When first.
    pub requested_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn numbers_read_back() {
        let number = Number { year: 2013, sequence: 4412 };
        assert_eq!(number.to_string(), "2013-04412");
        assert_eq!("#2013-04412".parse(), Ok(number));
        assert_eq!("2013-123456".parse(), Ok(Number { year: 2013, sequence: 123_456 }));
        for wrong in ["", "2013", "2013-", "-1", "2013-0", "2013-+1", "2013-99999999999999999999"] {
            assert!(wrong.parse::<Number>().is_err(), "{wrong}");
        }
    }
}
