//! When a schedule is due: every so often, or when the team's clock on the wall shows a time.

use super::later;
use jiff::{
    ToSpan as _,
    civil::{Date, Time, Weekday},
};
use noroshi_kernel::moment::{Moment, Zone};
use std::time::Duration;

/// When something is due again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Every so often, first at once. Less than a second counts as a second.
    Every(Duration),
    /// When a clock on the wall shows a time. An hour that the zone leaves out comes an hour later; one that comes twice counts once.
    Calendar {
        /// On which days.
        days: Days,
        /// At what time of the day.
        time: Time,
        /// Where the clock hangs.
        zone: Zone,
    },
}

/// Days of a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// Every day.
    All,
    /// One day of the week.
    Weekly(Weekday),
    /// One day of the month; the last one when the month is shorter.
    Monthly(i8),
}

impl Days {
    fn hold(self, date: Date) -> bool {
        match self {
            Self::All => true,
            Self::Weekly(day) => date.weekday() == day,
            Self::Monthly(day) => date.day() == day.clamp(1, date.days_in_month()),
        }
    }
}

impl Rhythm {
    /// The first due time of a schedule that begins at `now`.
    pub(super) fn first(&self, now: Moment) -> Moment {
        match self {
            Self::Every(_) => now,
            Self::Calendar { .. } => self.after(now),
        }
    }

    /// The due time that follows the due time `last`.
    pub(super) fn after(&self, last: Moment) -> Moment {
        match self {
            Self::Every(step) => later(last, (*step).max(Duration::from_secs(1))),
            // A month has at most 31 days, so some day of the next two months fits.
            Self::Calendar { days, time, zone } => {
                let today = zone.wall(last).date();
                (-1..63)
                    .filter_map(|offset| today.checked_add(offset.days()).ok())
                    .filter(|date| days.hold(*date))
                    .filter_map(|date| zone.moment(date.to_datetime(*time)))
                    .find(|moment| *moment > last)
                    .unwrap_or(Moment(i64::MAX))
            }
        }
    }

    /// The latest due time up to `now`, when `missed` was the first of which nobody took care.
    pub(super) fn latest(&self, missed: Moment, now: Moment) -> Moment {
        match self {
            Self::Every(step) => {
                let step_us = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1_000_000);
                Moment(missed.0 + (now.0 - missed.0).max(0) / step_us * step_us)
            }
            Self::Calendar { .. } => std::iter::successors(Some(missed), |due| Some(self.after(*due))).take_while(|due| *due <= now).last().unwrap_or(missed),
        }
    }
}

/// As it is stored, to see when it has changed: `every 60s`, `Monday 09:00:00 Asia/Tokyo`.
impl std::fmt::Display for Rhythm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Every(step) => write!(f, "every {step:?}"),
            Self::Calendar { days: Days::All, time, zone } => write!(f, "daily {time} {}", zone.name()),
            Self::Calendar { days: Days::Weekly(day), time, zone } => write!(f, "{day:?} {time} {}", zone.name()),
            Self::Calendar { days: Days::Monthly(day), time, zone } => write!(f, "day {day} {time} {}", zone.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn calendar(days: Days, hour: i8, zone: &str) -> (Rhythm, Zone) {
        let zone = Zone::named(zone).expect("a zone");
        (Rhythm::Calendar { days, time: time(hour, 30, 0, 0), zone: zone.clone() }, zone)
    }

    fn walk(rhythm: &Rhythm, zone: &Zone, from: Date, count: usize) -> Vec<String> {
        let begin = zone.moment(from.at(0, 0, 0, 0)).expect("a moment");
        std::iter::successors(Some(rhythm.after(begin)), |due| Some(rhythm.after(*due))).take(count).map(|due| zone.minute(due)).collect()
    }

    #[test]
    fn mondays_follow_one_another_in_the_teams_zone() {
        let (rhythm, zone) = calendar(Days::Weekly(Weekday::Monday), 9, "Asia/Tokyo");
        assert_eq!(walk(&rhythm, &zone, date(2024, 2, 28), 3), ["2024-03-04 09:30", "2024-03-11 09:30", "2024-03-18 09:30"]);
        assert_eq!(rhythm.to_string(), "Monday 09:30:00 Asia/Tokyo");
    }

    #[test]
    fn the_last_day_stands_in_for_days_that_a_month_has_not() {
        let (rhythm, zone) = calendar(Days::Monthly(31), 9, "Asia/Tokyo");
        assert_eq!(walk(&rhythm, &zone, date(2024, 1, 31), 4), ["2024-01-31 09:30", "2024-02-29 09:30", "2024-03-31 09:30", "2024-04-30 09:30"]);
    }

    #[test]
    fn clocks_that_are_put_forward_or_back_strike_once_a_day() {
        let (rhythm, zone) = calendar(Days::All, 2, "Europe/Berlin");
        assert_eq!(walk(&rhythm, &zone, date(2024, 3, 30), 3), ["2024-03-30 02:30", "2024-03-31 03:30", "2024-04-01 02:30"]);
        assert_eq!(walk(&rhythm, &zone, date(2024, 10, 26), 3), ["2024-10-26 02:30", "2024-10-27 02:30", "2024-10-28 02:30"]);
    }

    #[test]
    fn the_latest_of_many_missed_is_found() {
        let (daily, zone) = calendar(Days::All, 9, "Asia/Tokyo");
        let at = |day| zone.moment(date(2024, 5, day).at(9, 30, 0, 0)).expect("a moment");
        assert_eq!(daily.latest(at(1), at(20)), at(20));
        assert_eq!(daily.latest(at(1), Moment(at(20).0 - 1)), at(19));
        let minute = Rhythm::Every(Duration::from_secs(60));
        assert_eq!(minute.latest(Moment(5), Moment(5 + 179_999_999)), Moment(5 + 120_000_000));
        assert_eq!(minute.latest(Moment(5), Moment(5)), Moment(5));
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let (daily, _) = calendar(Days::All, 9, "Asia/Tokyo");
        assert_eq!(daily.after(Moment(i64::MAX)), Moment(i64::MAX));
        assert_eq!(Rhythm::Every(Duration::MAX).after(Moment(7)), Moment(i64::MAX));
    }
}
