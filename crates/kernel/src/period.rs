//! Periods over which records are counted, always whole calendar months in the team's zone.

use crate::moment::{Moment, Zone};
use jiff::civil;
use serde::{Deserialize, Serialize};

/// The first and last year that a period may touch.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=9000;

/// A calendar month, for example `2013-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    /// Months since January of the year 0.
    index: i32,
}

impl Month {
    /// The month of a year, 1 to 12; `None` outside the years 1900 to 9000 or the months 1 to 12.
    #[must_use]
    pub fn new(year: i16, month: i8) -> Option<Self> {
        (YEARS.contains(&year) && (1..=12).contains(&month)).then(|| Self { index: i32::from(year) * 12 + i32::from(month) - 1 })
    }

    /// The month in which a wall clock of `zone` stands at `moment`.
    #[must_use]
    pub fn of(moment: Moment, zone: &Zone) -> Self {
        let wall = zone.wall(moment);
        Self { index: i32::from(wall.year()) * 12 + i32::from(wall.month()) - 1 }
    }

    /// The year.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a month is made from a year of type i16")]
    pub const fn year(self) -> i16 {
        self.index.div_euclid(12) as i16
    }

    /// The month within the year, 1 to 12.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a remainder by twelve")]
    pub const fn number(self) -> i8 {
        self.index.rem_euclid(12) as i8 + 1
    }

    /// The month `months` later (earlier when negative).
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self { index: self.index + months }
    }

    /// The moment at which the month begins in `zone`.
    #[must_use]
    pub fn begin(self, zone: &Zone) -> Moment {
        zone.moment(civil::date(self.year(), self.number(), 1).at(0, 0, 0, 0)).unwrap_or(Moment(0))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl std::str::FromStr for Month {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let (year, month) = text.split_once('-').ok_or_else(|| NoPeriod(text.into()))?;
        let digits = |part: &str, length: usize| (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then_some(());
        let parsed = digits(year, 4).and(digits(month, 2)).and_then(|()| Self::new(year.parse().ok()?, month.parse().ok()?));
        parsed.ok_or_else(|| NoPeriod(text.into()))
    }
}

/// How a period is named; its name keeps its kind when one goes back a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `2013-12`
    Month,
    /// `2013Q4`
    Quarter,
    /// `2013`
    Year,
    /// `FY2013Q3`: a quarter of the fiscal year that begins in April.
    FiscalQuarter,
    /// `FY2013`: April 2013 to March 2014.
    FiscalYear,
    /// `12m@2007-03`: the twelve months to the end of March 2007.
    TwelveMonths,
}

/// A span of whole months with a name: `2013Q4`, `2013-12`, `2013`, `FY2013`, `FY2013Q3` or `12m@2007-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    kind: Kind,
    first: Month,
}

/// A text that names no period.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0:?} is no period; write a quarter as 2013Q4, a month as 2013-12, a year as 2013, a fiscal year as FY2013, a fiscal quarter as FY2013Q3, or twelve months as 12m@2007-03"
)]
pub struct NoPeriod(pub String);

impl Period {
    /// The period of a kind that holds `month`.
    #[must_use]
    pub fn holding(kind: Kind, month: Month) -> Self {
        let back = match kind {
            Kind::Month => 0,
            Kind::Quarter | Kind::FiscalQuarter => (month.number() - 1) % 3,
            Kind::Year => month.number() - 1,
            Kind::FiscalYear => (month.number() + 8) % 12,
            Kind::TwelveMonths => 11,
        };
        Self { kind, first: month.plus(-i32::from(back)) }
    }

    /// How the period is named.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// Its number of months: 1, 3 or 12.
    #[must_use]
    pub const fn month_count(self) -> i32 {
        match self.kind {
            Kind::Month => 1,
            Kind::Quarter | Kind::FiscalQuarter => 3,
            Kind::Year | Kind::FiscalYear | Kind::TwelveMonths => 12,
        }
    }

    /// Its first month.
    #[must_use]
    pub const fn first_month(self) -> Month {
        self.first
    }

    /// Its last month.
    #[must_use]
    pub const fn last_month(self) -> Month {
        self.first.plus(self.month_count() - 1)
    }

    /// Its months in order.
    pub fn months(self) -> impl ExactSizeIterator<Item = Month> {
        (0..self.month_count()).map(move |offset| self.first.plus(offset))
    }

    /// The moments at which it begins (inclusive) and ends (exclusive) in `zone`.
    #[must_use]
    pub fn bounds(self, zone: &Zone) -> (Moment, Moment) {
        (self.first.begin(zone), self.last_month().plus(1).begin(zone))
    }

    /// The period of the same kind just before.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self { kind: self.kind, first: self.first.plus(-self.month_count()) }
    }

    /// The same period one year earlier.
    #[must_use]
    pub const fn year_ago(self) -> Self {
        Self { kind: self.kind, first: self.first.plus(-12) }
    }

    /// Whether the two share a month.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last_month() && other.first <= self.last_month()
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, quarter) = (self.first.year(), (self.first.number() - 1) / 3);
        match self.kind {
            Kind::Month => self.first.fmt(f),
            Kind::Quarter => write!(f, "{year}Q{}", quarter + 1),
            Kind::Year => write!(f, "{year}"),
            Kind::FiscalQuarter if quarter == 0 => write!(f, "FY{}Q4", year - 1),
            Kind::FiscalQuarter => write!(f, "FY{year}Q{quarter}"),
            Kind::FiscalYear => write!(f, "FY{year}"),
            Kind::TwelveMonths => write!(f, "12m@{}", self.last_month()),
        }
    }
}

impl std::str::FromStr for Period {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let wrong = || NoPeriod(text.into());
        let year = |digits: &str| -> Result<i16, NoPeriod> {
            let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten().ok_or_else(wrong)
        };
        let quarter = |digit: &str| -> Result<i8, NoPeriod> {
            match digit {
                "1" => Ok(0),
                "2" => Ok(1),
                "3" => Ok(2),
                "4" => Ok(3),
                _ => Err(wrong()),
            }
        };
        let at = |kind, year: i16, month: i8| Month::new(year, month).map(|first| Self { kind, first }).ok_or_else(wrong);
        if let Some(last) = text.strip_prefix("12m@") {
            let last: Month = last.parse().map_err(|_| wrong())?;
            return Ok(Self { kind: Kind::TwelveMonths, first: last.plus(-11) });
        }
        if let Some(fiscal) = text.strip_prefix("FY") {
            let Some((begin, number)) = fiscal.split_once('Q') else { return at(Kind::FiscalYear, year(fiscal)?, 4) };
            let first = at(Kind::FiscalQuarter, year(begin)?, 4)?.first.plus(i32::from(quarter(number)?) * 3);
            return Ok(Self { kind: Kind::FiscalQuarter, first });
        }
        if let Some((begin, number)) = text.split_once('Q') {
            return at(Kind::Quarter, year(begin)?, quarter(number)? * 3 + 1);
        }
        if text.contains('-') {
            return text.parse().map(|first| Self { kind: Kind::Month, first });
        }
        at(Kind::Year, year(text)?, 1)
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn period(text: &str) -> Period {
        text.parse().expect("a period")
    }

    #[test]
    fn every_kind_has_its_months() {
        for (text, first, last) in [
            ("2013Q4", "2013-10", "2013-12"),
            ("2013-12", "2013-12", "2013-12"),
            ("2013", "2013-01", "2013-12"),
            ("FY2013", "2013-04", "2014-03"),
            ("FY2013Q3", "2013-10", "2013-12"),
            ("FY2013Q4", "2014-01", "2014-03"),
            ("12m@2007-03", "2006-04", "2007-03"),
        ] {
            let period = period(text);
            assert_eq!((period.first_month().to_string().as_str(), period.last_month().to_string().as_str()), (first, last));
            assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn the_quarter_before_keeps_its_name() {
        assert_eq!(period("2013Q1").previous().to_string(), "2012Q4");
        assert_eq!(period("FY2013Q4").previous().to_string(), "FY2013Q3");
        assert_eq!(period("FY2013Q1").previous().to_string(), "FY2012Q4");
        assert_eq!(period("12m@2007-03").previous().to_string(), "12m@2006-03");
        assert_eq!(period("2013Q4").year_ago().to_string(), "2012Q4");
        assert!(period("2013Q4").overlaps(period("FY2013")));
        assert!(!period("2013Q4").overlaps(period("2014-01")));
    }

    #[test]
    fn bounds_are_the_teams_midnights() {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let (begin, end) = period("2013Q4").bounds(&zone);
        assert_eq!((begin.rfc3339().as_str(), end.rfc3339().as_str()), ("2013-09-30T15:00:00Z", "2013-12-31T15:00:00Z"));
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in
            ["", "2013Q5", "2013Q0", "13Q4", "2013-13", "2013-1", "+013", "FY13", "FY2013Q", "12m@2007", "0000", "9999", "2013Q44", "２０１３", "13m@2007-03"]
        {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn names_read_back(year in 1901i16..9000, month in 1i8..=12, kind in 0usize..6) {
            let kind = [Kind::Month, Kind::Quarter, Kind::Year, Kind::FiscalQuarter, Kind::FiscalYear, Kind::TwelveMonths][kind];
            let month = Month::new(year, month).expect("in range");
            let period = Period::holding(kind, month);
            prop_assert_eq!(period.to_string().parse::<Period>(), Ok(period));
            prop_assert!(period.months().any(|one| one == month));
            prop_assert_eq!(period.previous().last_month().plus(1), period.first_month());
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,12}") {
            let _ = text.parse::<Period>();
        }
    }
}
