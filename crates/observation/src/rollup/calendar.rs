use noroshi_kernel::moment::{Moment, Zone};

/// The team's days, and the hours in them.
pub(crate) struct Calendar {
    zone: Zone,
    /// Days that were met: their beginnings and ends in microseconds, the last one used first.
    days: Vec<(i64, i64)>,
}

/// Files hold one day of UTC, which is two or three of a zone's.
const MOST_KNOWN: usize = 8;
const HOUR_US: i64 = 3_600_000_000;

impl Calendar {
    pub(crate) fn new(zone: Zone) -> Self {
        Self { zone, days: Vec::new() }
    }

    /// When the day and the hour of a moment (nanoseconds since 1970) begin, in microseconds.
    pub(crate) fn of(&mut self, at_ns: i64) -> (i64, i64) {
        let at = at_ns.div_euclid(1_000);
        let (begin, _) = self.day(at);
        (begin, begin + (at - begin).div_euclid(HOUR_US) * HOUR_US)
    }

    /// When the day after that of a moment (microseconds) begins.
    pub(crate) fn next_day(&mut self, at: i64) -> i64 {
        self.day(at).1
    }

    /// When the month of a moment (microseconds) begins and ends.
    pub(crate) fn month(&self, at: i64) -> (i64, i64) {
        let date = self.zone.wall(Moment(at)).date();
        let begins = |date: jiff::civil::Date| self.zone.moment(date.to_datetime(jiff::civil::Time::midnight())).map(|moment| moment.0);
        let begin = begins(date.first_of_month()).unwrap_or(at);
        // Beyond the calendar's end a month has no end.
        (begin, date.last_of_month().tomorrow().ok().and_then(begins).unwrap_or(i64::MAX))
    }

    /// The last so many days, today's the last: their beginnings and ends in microseconds.
    pub(crate) fn last_days(&mut self, now: i64, days: usize) -> Vec<(i64, i64)> {
        let mut last = Vec::with_capacity(days);
        let mut at = now;
        while last.len() < days {
            let day = self.day(at);
            at = day.0 - 1;
            last.push(day);
        }
        last.reverse();
        last
    }

    fn day(&mut self, at: i64) -> (i64, i64) {
        if let Some(place) = self.days.iter().position(|(begin, end)| (*begin..*end).contains(&at)) {
            self.days.swap(0, place);
        } else {
            let date = self.zone.wall(Moment(at)).date();
            let begins = |date: jiff::civil::Date| self.zone.moment(date.to_datetime(jiff::civil::Time::midnight())).map(|moment| moment.0);
            // Beyond the calendar's end a day is as long as anywhere.
            let begin = begins(date).unwrap_or(at);
            let end = date.tomorrow().ok().and_then(begins).unwrap_or(begin + 24 * HOUR_US);
            self.days.insert(0, (begin, end));
            self.days.truncate(MOST_KNOWN);
        }
        self.days.first().copied().unwrap_or((at, at + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_the_teams() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        for (zone, moment, day, hour) in [
            ("Asia/Tokyo", "2007-03-31T14:59:59.999999Z", "2007-03-30T15:00:00Z", "2007-03-31T14:00:00Z"),
            ("Asia/Tokyo", "2007-03-31T15:00:00Z", "2007-03-31T15:00:00Z", "2007-03-31T15:00:00Z"),
            ("Asia/Kolkata", "2007-03-31T15:40:00Z", "2007-03-30T18:30:00Z", "2007-03-31T15:30:00Z"),
            // A day of 23 hours, and one of 25.
            ("Europe/Berlin", "2007-03-25T21:59:00Z", "2007-03-24T23:00:00Z", "2007-03-25T21:00:00Z"),
            ("Europe/Berlin", "2007-10-28T22:30:00Z", "2007-10-27T22:00:00Z", "2007-10-28T22:00:00Z"),
        ] {
            let mut calendar = Calendar::new(Zone::named(zone).unwrap());
            for _ in 0..2 {
                assert_eq!(calendar.of(at(moment) * 1_000), (at(day), at(hour)), "{zone} {moment}");
            }
        }
    }
}
