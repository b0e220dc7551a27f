//! The name of a file: its day and an id that nothing else has.

use jiff::civil::Date;
use std::{fmt, str::FromStr};

/// A file of one day, whether it is staged or published. As text: `day=2026-11-26/ID.parquet`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName {
    day: Date,
    id: String,
}

/// This is not the name of a file of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a file's id holds 1 to 64 of the signs a-z, 0-9 and -, and its day is of the years 1970 to 2261; as text it is day=YYYY-MM-DD/ID.parquet")]
pub struct NoFileName;

impl FileName {
    /// A name of a day (UTC) and an id of 1 to 64 lower-case letters, digits and hyphens, which the caller never gives twice.
    ///
    /// # Errors
    /// When the id is something else, or nanoseconds cannot tell the day.
    pub fn new(day: Date, id: impl Into<String>) -> Result<Self, NoFileName> {
        let id = id.into();
        let fits = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(fits) || !(1970..=2261).contains(&day.year()) {
            return Err(NoFileName);
        }
        Ok(Self { day, id })
    }

    /// The day, in UTC.
    #[must_use]
    pub fn day(&self) -> Date {
        self.day
    }

    /// What tells it from others of its day.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The day in nanoseconds since 1970, its end not included.
    #[must_use]
    pub fn span_ns(&self) -> std::ops::Range<i64> {
        const DAY_NS: i64 = 86_400_000_000_000;
        let epoch = Date::constant(1970, 1, 1);
        let days = epoch.until(self.day).map_or(0, |span| i64::from(span.get_days()));
        days * DAY_NS..(days + 1) * DAY_NS
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "day={}/{}.parquet", self.day, self.id)
    }
}

impl FromStr for FileName {
    type Err = NoFileName;

    fn from_str(text: &str) -> Result<Self, NoFileName> {
        let (day, id) = text.strip_prefix("day=").and_then(|rest| rest.strip_suffix(".parquet")?.split_once('/')).ok_or(NoFileName)?;
        let name = Self::new(day.parse().map_err(|_| NoFileName)?, id)?;
        // A date has several spellings, a file one name.
        if name.to_string() == text { Ok(name) } else { Err(NoFileName) }
    }
}
