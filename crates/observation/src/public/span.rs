use jiff::{ToSpan as _, civil::Date};
use noroshi_kernel::moment::{Moment, Zone};

/// A time, its end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its begin.
    pub from: Moment,
    /// The first moment after it.
    pub to: Moment,
}

/// How far one looks back from a Monday, in whole weeks, so that every window holds each day of the week alike often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// The last week.
    Week,
    /// The last four weeks.
    Month,
    /// The last thirteen weeks.
    Quarter,
    /// The last fifty-two weeks.
    Year,
}

impl Span {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// A short name.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// How many weeks it has.
    #[must_use]
    pub const fn weeks(self) -> i64 {
        match self {
            Self::Week => 1,
            Self::Month => 4,
            Self::Quarter => 13,
            Self::Year => 52,
        }
    }

    /// The window that ends with the Sunday before `monday`, in a zone.
    #[must_use]
    pub fn before(self, monday: Date, zone: &Zone) -> Option<Window> {
        let midnight = |day: Date| zone.moment(day.at(0, 0, 0, 0));
        let begin = monday.checked_sub((7 * self.weeks()).days()).ok()?;
        Some(Window { from: midnight(begin)?, to: midnight(monday)? })
    }

    /// The window as long as that one, which ends where it begins.
    #[must_use]
    pub fn earlier(self, monday: Date, zone: &Zone) -> Option<Window> {
        self.before(monday.checked_sub((7 * self.weeks()).days()).ok()?, zone)
    }

    /// The Monday of the week that `now` is in: the day on which the last full week was over.
    #[must_use]
    pub fn monday(now: Moment, zone: &Zone) -> Date {
        let today = zone.wall(now).date();
        today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).unwrap_or(today)
    }
}

impl std::str::FromStr for Span {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|span| span.key() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn windows_are_whole_weeks_of_the_team() {
        let zone = Zone::named("Asia/Tokyo").unwrap();
        let at = |day: Date, hour: i8| zone.moment(day.at(hour, 0, 0, 0)).unwrap();
        for (now, monday) in
            [(at(date(2024, 3, 4), 0), date(2024, 3, 4)), (at(date(2024, 3, 10), 23), date(2024, 3, 4)), (at(date(2024, 3, 11), 0), date(2024, 3, 11))]
        {
            assert_eq!(Span::monday(now, &zone), monday);
        }
        let week = Span::Week.before(date(2024, 3, 4), &zone).unwrap();
        assert_eq!((week.from.rfc3339().as_str(), week.to.rfc3339().as_str()), ("2024-02-25T15:00:00Z", "2024-03-03T15:00:00Z"));
        let earlier = Span::Week.earlier(date(2024, 3, 4), &zone).unwrap();
        assert_eq!(earlier.to, week.from);
        for span in Span::ALL {
            let window = span.before(date(2024, 3, 4), &zone).unwrap();
            assert_eq!((window.to.0 - window.from.0) / Moment::DAY_US, 7 * span.weeks(), "{span:?}");
            assert_eq!(span.key().parse(), Ok(span));
        }
        // Where a clock is put on, a week is an hour shorter and still a week.
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let window = Span::Week.before(date(2024, 4, 1), &berlin).unwrap();
        assert_eq!((window.to.0 - window.from.0) / 3_600_000_000, 7 * 24 - 1);
    }
}
