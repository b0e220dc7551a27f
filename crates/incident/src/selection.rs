//! Which records a figure counts. The same value is stored beside the figure (as JSON) and finds the list behind it (as a URL
//! query), so a printed number can be clicked down to its records, and asked again next year.

use crate::model::{Category, NoScheme, Scheme, State};
use noroshi_directory::{Origin, organisation::Home};
/// What a correspondence is about, as a filter.
pub use noroshi_mailroom::correspondence::Kind as About;

use noroshi_kernel::{
    moment::{Moment, Zone},
    period::{Month, Period},
};
use serde::{Deserialize, Serialize};

/// What a count depends on besides the records: the team's zone and its home.
#[derive(Clone, Debug)]
pub struct Reckoning {
    /// The zone in which periods begin and end.
    pub zone: Zone,
    /// The countries that are home.
    pub home: Home,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Records {
    /// Incidents in the scheme's unit, by their first report.
    #[default]
    Incidents,
    /// Reports by the scheme's rule, by their receipt.
    Reports,
    /// Correspondence, by its receipt.
    Correspondence,
    /// Coordinations, by their first request.
    Coordinations,
    /// Distinct addresses of incidents, by the first report of the first of them.
    Addresses,
}

/// Where an incident stands, as a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not closed: somebody has something to do.
    Open,
    /// In this state.
    #[serde(untagged)]
    In(State),
}

impl Standing {
    /// Every standing, in the order of work.
    pub const ALL: [Self; 4] = [Self::Open, Self::In(State::New), Self::In(State::Coordinating), Self::In(State::Closed)];

    /// The key as typed: `open`, or a state's.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::In(state) => state.key(),
        }
    }
}

/// A text that is no standing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no state; write open, new, coordinating or closed")]
pub struct NoStanding(String);

impl std::str::FromStr for Standing {
    type Err = NoStanding;

    fn from_str(text: &str) -> Result<Self, NoStanding> {
        Self::ALL.into_iter().find(|standing| standing.key() == text).ok_or_else(|| NoStanding(text.into()))
    }
}

/// Which records. Every field narrows; what is absent narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// What is counted.
    #[serde(default)]
    pub records: Records,
    /// The period; without one, all time (and then every record counts for itself).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The key of the counting scheme; without one, the period's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// One month of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// A category of the scheme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The imitated brand's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The imitated brand's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The scanned port: `tcp/22`, `multiple` or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// Where the asked organisation is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Origin>,
    /// The reporter's top-level domain: `.jp`, or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tld: Option<String>,
    /// What a correspondence is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// Where an incident stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Standing>,
    /// Words that the incident must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

impl Selection {
    /// Everything of a kind in a period.
    #[must_use]
    pub fn of(records: Records, period: Period, scheme: &Scheme) -> Self {
        Self { records, period: Some(period), scheme: Some(scheme.key.clone()), ..Self::default() }
    }

    /// The scheme by which it counts; without a period there is none.
    ///
    /// # Errors
    /// [`NoScheme`] when it names one that is not there.
    pub fn scheme(&self) -> Result<Option<&'static Scheme>, NoScheme> {
        self.period.map(|period| Scheme::of(period, self.scheme.as_deref())).transpose()
    }

    /// The moments from (inclusive) and to (exclusive) which it looks, or `None` for all time.
    #[must_use]
    pub fn bounds(&self, zone: &Zone) -> Option<(Moment, Moment)> {
        self.period.map(|period| period.bounds(zone))
    }

    /// The incidents for which somebody has something to do.
    #[must_use]
    pub fn open() -> Self {
        Self { state: Some(Standing::Open), ..Self::default() }
    }

    /// The query as JSON, to stand beside a figure.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The address of the list of exactly these records, relative to the platform's root.
    #[must_use]
    pub fn href(&self) -> String {
        let page = match self.records {
            Records::Incidents => "/incidents",
            Records::Reports => "/reports",
            Records::Correspondence => "/correspondence",
            Records::Coordinations => "/coordinations",
            Records::Addresses => "/addresses",
        };
        let mut href = page.to_owned();
        let mut divider = '?';
        if let serde_json::Value::Object(fields) = self.to_json() {
            // By name: the same selection is the same address, whatever order the map has.
            let fields: std::collections::BTreeMap<_, _> = fields.into_iter().filter(|(name, _)| name != "records").collect();
            for (name, value) in &fields {
                href.push(divider);
                href.push_str(name);
                href.push('=');
                href.extend(value.as_str().unwrap_or_default().bytes().map(escaped));
                divider = '&';
            }
        }
        href
    }
}

/// A byte of a query value, percent-encoded unless it is unreserved or harmless there (RFC 3986, section 3.4).
fn escaped(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_a_link_and_reads_back_from_json() {
        let period: Period = "2013Q4".parse().expect("a period");
        let scheme = Scheme::of(period, None).expect("a scheme");
        let selection = Selection {
            month: period.months().next(),
            category: Some(Category::Phishing),
            origin: Some(Origin::Domestic),
            ..Selection::of(Records::Incidents, period, scheme)
        };
        assert_eq!(selection.href(), "/incidents?category=phishing&month=2013-10&origin=domestic&period=2013Q4&scheme=2013");
        assert_eq!(serde_json::from_value::<Selection>(selection.to_json()).expect("reads back"), selection);
        let search = Selection { q: Some("楽天 &x=1".into()), ..Selection::default() };
        assert_eq!(search.href(), "/incidents?q=%E6%A5%BD%E5%A4%A9%20%26x%3D1");
    }
}
