//! What is done hour by hour, and caught up with after a time without a program.

use crate::rollup::Calendar;
use noroshi_kernel::moment::{Moment, Zone};

const HOUR_US: i64 = 3_600_000_000;
/// An hour is looked at when it ended so long ago: batches of it have come, and are added up.
const SETTLED_US: i64 = 10 * 60_000_000;
/// After a time without a program so many hours are looked at one by one; what lies further back is looked at day by day, for [`MOST_DAYS`].
const HOURS_BACK: i64 = 24;
/// What lies further back is not looked at by itself.
pub(super) const MOST_DAYS: i64 = 14;

/// The ends of the 24 hours to look at now, after it was done until an hour; the last hour alone when it never was.
pub(super) fn due(zone: &Zone, now: Moment, until: Option<i64>) -> Vec<Moment> {
    let mut calendar = Calendar::new(zone.clone());
    let (_, last) = calendar.of((now.0 - SETTLED_US).saturating_mul(1_000));
    moments(&mut calendar, until.unwrap_or(last - HOUR_US), last).into_iter().map(Moment).collect()
}

/// The moments to look at after one until another.
fn moments(calendar: &mut Calendar, until: i64, last: i64) -> Vec<i64> {
    let hourly = until.max(last - HOURS_BACK * HOUR_US);
    let mut at = calendar.next_day(until.max(last - MOST_DAYS * Moment::DAY_US));
    let mut moments = Vec::new();
    while at <= hourly {
        moments.push(at);
        at = calendar.next_day(at).max(at + 1);
    }
    let mut hour = calendar.of(hourly.saturating_add(HOUR_US).saturating_mul(1_000)).1;
    while hour <= last {
        moments.push(hour);
        hour += HOUR_US;
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_looked_at_by_hours_and_further_back_by_days() {
        const DAY: i64 = Moment::DAY_US;
        let mut calendar = Calendar::new(Zone::named("UTC").unwrap());
        let mut moments = |until: i64, last: i64| moments(&mut calendar, until, last);
        let last = 100 * DAY + 5 * HOUR_US;
        assert_eq!(moments(last - HOUR_US, last), [last]);
        assert_eq!(moments(last, last), Vec::<i64>::new());
        let after_a_week = moments(last - 7 * DAY, last);
        let begins: Vec<i64> = (94..=99).map(|day| day * DAY).collect();
        assert_eq!(after_a_week[..6], begins);
        assert_eq!((after_a_week[6], after_a_week.len()), (last - 23 * HOUR_US, 30));
        assert_eq!(moments(0, last).len(), 14 - 1 + 24);
    }
}
