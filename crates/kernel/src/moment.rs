//! Points in time, the team's zone, and the clock.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A point in time as microseconds since 1970-01-01T00:00:00Z. This is also how every time is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// Microseconds in a day of 24 hours.
    pub const DAY_US: i64 = 86_400_000_000;

    /// The moment `days` days of 24 hours later (earlier when negative), at the ends of time as far as it goes.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(Self::DAY_US)))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// The moment in RFC 3339, in UTC, to the second.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

/// The time zone in which a team counts and tells the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A name that is no time zone of the IANA database.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no time zone of the IANA database; write for example Asia/Tokyo")]
pub struct NoZone(String);

impl Zone {
    /// Finds a zone by its IANA name, for example `Asia/Tokyo`.
    ///
    /// # Errors
    /// [`NoZone`] when the name is not in the database.
    pub fn named(name: &str) -> Result<Self, NoZone> {
        TimeZone::get(name).map(Self).map_err(|_| NoZone(name.into()))
    }

    /// The zone's IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The moment at which a wall clock of this zone shows `local`; in a fold the earlier, in a gap the later one.
    #[must_use]
    pub fn moment(&self, local: civil::DateTime) -> Option<Moment> {
        self.0.to_ambiguous_zoned(local).compatible().ok().map(|zoned| zoned.timestamp().into())
    }

    /// What a wall clock of this zone shows.
    #[must_use]
    pub fn wall(&self, moment: Moment) -> civil::DateTime {
        self.0.to_datetime(moment.timestamp())
    }

    /// The wall clock as `2013-10-01 09:12`.
    #[must_use]
    pub fn minute(&self, moment: Moment) -> String {
        self.wall(moment).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// Tells the time. Everything that needs it takes a clock, so that a test can hold time still.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    fn now(&self) -> Moment {
        Timestamp::now().into()
    }
}

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Moment);

impl Clock for FixedClock {
    fn now(&self) -> Moment {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_time_in_tokyo_is_nine_hours_ahead() {
        let zone = Zone::named("Asia/Tokyo").expect("a known zone");
        let moment = zone.moment(civil::date(2013, 10, 1).at(0, 0, 0, 0)).expect("a time that exists");
        assert_eq!(moment.rfc3339(), "2013-09-30T15:00:00Z");
        assert_eq!(zone.minute(moment), "2013-10-01 00:00");
        assert_eq!(zone.name(), "Asia/Tokyo");
    }

    #[test]
    fn moments_beyond_the_calendar_do_not_panic() {
        for moment in [Moment(i64::MAX), Moment(i64::MIN)] {
            assert!(!moment.rfc3339().is_empty());
            assert!(!moment.plus_days(400).rfc3339().is_empty());
        }
        assert!(Zone::named("Asia/Nowhere").is_err());
    }
}
