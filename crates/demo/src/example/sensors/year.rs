//! The year that is shown: a year of the team's days, then today until now.

use jiff::{ToSpan as _, civil::Weekday};
use noroshi_kernel::moment::{Moment, Zone};

/// Days before today.
const DAYS: i32 = 365;
/// Of so many of them, and of today, packets are kept.
const WEEK: usize = 7;
pub(super) const HOUR_US: i64 = 3_600_000_000;

/// A year of days in microseconds, the oldest first.
#[derive(Debug)]
pub(super) struct Year {
    pub(super) days: Vec<Day>,
    pub(super) now: i64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) begin: i64,
    pub(super) end: i64,
    /// How many days ago it was.
    pub(super) ago: i64,
    pub(super) is_weekend: bool,
}

impl Year {
    pub(super) fn ending(now: Moment, zone: &Zone) -> Self {
        let today = zone.wall(now).date();
        let begins = |ago: i32| today.checked_sub(ago.days()).ok().and_then(|date| zone.moment(date.at(0, 0, 0, 0))).unwrap_or(now).0;
        let is_weekend = |ago: i32| today.checked_sub(ago.days()).is_ok_and(|date| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday));
        let day = |ago: i32| Day { begin: begins(ago), end: begins(ago - 1), ago: ago.into(), is_weekend: is_weekend(ago) };
        Self { days: (0..=DAYS).rev().map(day).collect(), now: now.0 }
    }

    /// The place of the first day of which packets are kept.
    pub(super) fn first_of_week(&self) -> usize {
        self.days.len().saturating_sub(WEEK + 1)
    }

    /// When the first day begins.
    pub(super) fn begins(&self) -> i64 {
        self.days.first().map_or(self.now, |day| day.begin)
    }

    /// From when on packets are kept.
    pub(super) fn week_begins(&self) -> Moment {
        Moment(self.days.get(self.first_of_week()).map_or(self.now, |day| day.begin))
    }
}

impl Day {
    /// When its hours begin: 24 mostly.
    pub(super) fn hours(self) -> impl Iterator<Item = i64> {
        (0..).map(move |hour| self.begin + hour * HOUR_US).take_while(move |begin| *begin < self.end)
    }
}
