use super::Category;
use noroshi_kernel::period::{Month, Period};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::LazyLock};

/// What counts as a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportRule {
    /// Every report.
    Each,
    /// One for each reported site, however many tell of it.
    Site,
}

/// What incidents are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentUnit {
    /// Incidents.
    Incident,
    /// Addresses: each under its category once in a period. An incident without one counts by its target.
    Address,
}

/// What the reporters' top-level domains count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainUnit {
    /// Reports.
    Report,
    /// Correspondence that reports.
    Correspondence,
}

/// How a period is counted. Schemes are data: `data/schemes.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// The key: `2013`.
    pub key: String,
    /// The first month that is counted so.
    pub begins: Month,
    /// What counts as a report.
    pub report_rule: ReportRule,
    /// What incidents are counted in.
    pub incident_unit: IncidentUnit,
    /// What the reporters' top-level domains count.
    pub domain_unit: DomainUnit,
    /// The categories that are told apart, in the order of its reports.
    pub categories: Vec<Category>,
    /// Where our other categories go; those that are not named go to `other`.
    #[serde(default)]
    pub folds: BTreeMap<Category, Category>,
}

impl Scheme {
    /// The category under which the scheme counts one of ours.
    #[must_use]
    pub fn category(&self, category: Category) -> Category {
        if self.categories.contains(&category) { category } else { self.folds.get(&category).copied().unwrap_or(Category::Other) }
    }
}

#[derive(Deserialize)]
struct File {
    scheme: Vec<Scheme>,
}

static SHIPPED: LazyLock<Vec<Scheme>> = LazyLock::new(|| {
    // A test reads the file; without it there is nothing to count by, and every period says so.
    toml::from_str::<File>(include_str!("../../data/schemes.toml")).map(|file| file.scheme).unwrap_or_default()
});

/// Every scheme, oldest first.
#[must_use]
pub fn schemes() -> &'static [Scheme] {
    &SHIPPED
}

/// A scheme that is not there.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no counting scheme {0:?}; `noroshi scheme list` names them")]
pub struct NoScheme(pub String);

impl Scheme {
    /// The scheme of a key, or, without one, the latest that had begun when the period began (before the first: the first).
    ///
    /// # Errors
    /// [`NoScheme`] when there is none of that key.
    pub fn of(period: Period, key: Option<&str>) -> Result<&'static Self, NoScheme> {
        let named = |key: &str| schemes().iter().find(|scheme| scheme.key == key).ok_or_else(|| NoScheme(key.into()));
        if let Some(key) = key {
            return named(key);
        }
        let begun = schemes().iter().rev().find(|scheme| scheme.begins <= period.first_month());
        begun.or_else(|| schemes().first()).ok_or_else(|| NoScheme("2013".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_schemes_read_and_follow_each_other() {
        let keys: Vec<_> = schemes().iter().map(|scheme| scheme.key.as_str()).collect();
        assert_eq!(keys, ["2005", "2007Q3", "2009", "2013"]);
        assert!(schemes().is_sorted_by_key(|scheme| scheme.begins));
        for scheme in schemes() {
            for category in Category::ALL {
                assert!(scheme.categories.contains(&scheme.category(category)), "{} places {category:?}", scheme.key);
            }
        }
    }

    #[test]
    fn a_period_uses_the_latest_scheme_that_had_begun() {
        let of = |period: &str| Scheme::of(period.parse().expect("a period"), None).map(|scheme| scheme.key.as_str());
        for (period, key) in [
            ("1990", "2005"),
            ("2007Q1", "2005"),
            ("2007Q3", "2007Q3"),
            ("2009Q2", "2007Q3"),
            ("2009Q3", "2009"),
            ("2012Q4", "2013"),
            ("2013Q4", "2013"),
            ("2009", "2007Q3"),
        ] {
            assert_eq!(of(period), Ok(key), "{period}");
        }
        assert_eq!(Scheme::of("2013".parse().expect("a period"), Some("2005")).map(|scheme| scheme.key.as_str()), Ok("2005"));
        assert!(Scheme::of("2013".parse().expect("a period"), Some("1999")).is_err());
    }
}
