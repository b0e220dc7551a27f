//! Dates as people and programs write them, read in a zone.

use jiff::civil;
use noroshi_kernel::{
    moment::{Moment, Zone},
    reason::Reason,
    setaside::printable,
};

/// The first year that a list of reports can be from.
const FIRST_YEAR: u16 = 1990;

/// The longest date that is looked at, in bytes.
const MOST_BYTES: usize = 64;

/// A wall clock's time, by its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Parts {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

/// Turns dates of one zone into moments.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    zone: Zone,
    latest: Moment,
    /// An hour (year, month, day, hour) through which the zone's clock runs evenly, and its beginning: rows of a list come in order.
    even: Option<((u16, u8, u8, u8), Moment)>,
}

impl Dates {
    /// Dates of `zone` up to `latest`.
    pub(super) fn new(zone: &Zone, latest: Moment) -> Self {
        Self { zone: zone.clone(), latest, even: None }
    }

    /// Reads a date, or says what is wrong with it.
    pub(super) fn read(&mut self, text: &str) -> Result<Moment, Reason> {
        let shown = || printable(text, MOST_BYTES);
        if text.is_empty() {
            return Err(Reason::new(
                "date-empty",
                "日付が空です。2019/01/04 10:12:00 の形で書いてください。",
                "the date is empty; write it as 2019/01/04 10:12:00",
            ));
        }
        let wrong = |key, ja: String, en: String| {
            let shown = shown();
            Reason::new(key, format!("「{shown}」{ja}"), format!("{shown:?} {en}"))
        };
        let parts = usual(text.as_bytes()).or_else(|| loose(text)).ok_or_else(|| {
            wrong(
                "date-shape",
                "は日付ではありません。2019/01/04 10:12:00 の形で、時間帯を付けずに書いてください。".into(),
                "is no date; write it as 2019/01/04 10:12:00, without a zone".into(),
            )
        })?;
        if parts.year < FIRST_YEAR {
            return Err(wrong(
                "date-old",
                format!("は {FIRST_YEAR} 年より前です。日付を直してください。"),
                format!("is before {FIRST_YEAR}; correct the date"),
            ));
        }
        let moment = self.moment(parts).ok_or_else(|| {
            wrong("date-calendar", "は暦にない日時です。日付を直してください。".into(), "does not exist in the calendar; correct the date".into())
        })?;
        if moment > self.latest {
            return Err(wrong(
                "date-future",
                "は未来の日時です。日付か、このコンピューターの時計を直してください。".into(),
                "is in the future; correct the date, or this machine's clock".into(),
            ));
        }
        Ok(moment)
    }

    fn moment(&mut self, parts: Parts) -> Option<Moment> {
        if parts.minute > 59 || parts.second > 59 {
            return None;
        }
        let seconds = i64::from(parts.minute) * 60 + i64::from(parts.second);
        let hour = (parts.year, parts.month, parts.day, parts.hour);
        if let Some((_, begin)) = self.even.filter(|(known, _)| *known == hour) {
            return Some(Moment(begin.0 + seconds * 1_000_000));
        }
        let (begin, end) = (self.convert(Parts { minute: 0, second: 0, ..parts })?, self.convert(Parts { minute: 59, second: 59, ..parts })?);
        // An hour in which the zone's clock jumps is never kept.
        if end.0 - begin.0 != 3_599_000_000 {
            return self.convert(parts);
        }
        self.even = Some((hour, begin));
        Some(Moment(begin.0 + seconds * 1_000_000))
    }

    fn convert(&self, parts: Parts) -> Option<Moment> {
        let small = |part: u8| i8::try_from(part).ok();
        let date = civil::Date::new(i16::try_from(parts.year).ok()?, small(parts.month)?, small(parts.day)?).ok()?;
        let time = civil::Time::new(small(parts.hour)?, small(parts.minute)?, small(parts.second)?, 0).ok()?;
        // Beyond the last moment that the calendar knows it is at least in the future.
        Some(self.zone.moment(date.to_datetime(time)).unwrap_or(Moment(i64::MAX)))
    }
}

/// The shape `YYYY/MM/DD HH:MM:SS` and nothing else.
fn usual(text: &[u8]) -> Option<Parts> {
    let [y1, y2, y3, y4, b'/', m1, m2, b'/', d1, d2, b' ', h1, h2, b':', i1, i2, b':', s1, s2] = text else { return None };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| byte - b'0');
    let two = |tens: &u8, ones: &u8| Some(digit(tens)? * 10 + digit(ones)?);
    Some(Parts {
        year: u16::from(two(y1, y2)?) * 100 + u16::from(two(y3, y4)?),
        month: two(m1, m2)?,
        day: two(d1, d2)?,
        hour: two(h1, h2)?,
        minute: two(i1, i2)?,
        second: two(s1, s2)?,
    })
}

/// Any shape that is read: `/` or `-`, one digit or two, a space or `T` before the time, the time to the second, to the minute or absent.
fn loose(text: &str) -> Option<Parts> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let separator = if date.contains('/') { '/' } else { '-' };
    let mut numbers = date.split(separator);
    let mut parts = Parts { year: number(numbers.next()?, 4..=4)?, ..Parts::default() };
    parts.month = small(numbers.next()?)?;
    parts.day = small(numbers.next()?)?;
    let time = time.trim();
    if numbers.next().is_some() || (time.is_empty() && text.len() != date.len()) {
        return None;
    }
    if !time.is_empty() {
        let mut numbers = time.split(':');
        parts.hour = small(numbers.next()?)?;
        parts.minute = small(numbers.next()?)?;
        parts.second = numbers.next().map_or(Some(0), small)?;
        if numbers.next().is_some() {
            return None;
        }
    }
    Some(parts)
}

fn small(digits: &str) -> Option<u8> {
    number(digits, 1..=2).and_then(|number| u8::try_from(number).ok())
}

fn number(digits: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u16> {
    (lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LATEST: Moment = Moment(1_900_000_000_000_000);

    fn dates(zone: &str) -> Dates {
        Dates::new(&Zone::named(zone).expect("a zone"), LATEST)
    }

    #[test]
    fn every_shape_is_read() {
        for (text, utc) in [
            ("2019/01/04 10:12:30", "2019-01-04T01:12:30Z"),
            ("2019-01-04 10:12:30", "2019-01-04T01:12:30Z"),
            ("2019-01-04T10:12:30", "2019-01-04T01:12:30Z"),
            ("2019/01/04 10:12", "2019-01-04T01:12:00Z"),
            ("2019/1/4 9:05", "2019-01-04T00:05:00Z"),
            ("2019/1/4  9:05:07", "2019-01-04T00:05:07Z"),
            ("2019/01/04", "2019-01-03T15:00:00Z"),
            ("2020/02/29 23:59:59", "2020-02-29T14:59:59Z"),
        ] {
            assert_eq!(dates("Asia/Tokyo").read(text).map(Moment::rfc3339).as_deref(), Ok(utc), "{text}");
        }
    }

    #[test]
    fn wrong_dates_say_what_is_wrong() {
        for (text, part) in [
            ("", "is empty"),
            ("yesterday", "is no date"),
            ("2019/01/04 10:12:00 JST", "is no date"),
            ("2019-01-04T10:12:00Z", "without a zone"),
            ("2019-01-04T10:12:00+09:00", "without a zone"),
            ("2019/01-04", "is no date"),
            ("2019/01/04T", "is no date"),
            ("19/01/04", "is no date"),
            ("２０１９/01/04", "is no date"),
            ("2019/13/04 10:12:00", "does not exist"),
            ("2019/02/29 10:12:00", "does not exist"),
            ("2019/01/04 24:00:00", "does not exist"),
            ("2019/01/04 10:60:00", "does not exist"),
            ("0000/01/01 00:00:00", "before 1990"),
            ("1989/12/31 23:59:59", "before 1990"),
            ("9999/12/31 23:59:59", "in the future"),
            ("2031/01/01 00:00:00", "in the future"),
        ] {
            let reason = dates("Asia/Tokyo").read(text).expect_err(text);
            assert!(reason.text.en.contains(part), "{text}: {reason}");
        }
    }

    #[test]
    fn a_kept_hour_does_not_forgive_impossible_minutes() {
        let mut dates = dates("Asia/Tokyo");
        assert!(dates.read("2019/01/04 10:12:00").is_ok());
        assert!(dates.read("2019/01/04 10:61:00").is_err());
    }

    proptest! {
        #[test]
        fn a_kept_hour_changes_nothing(
            zone in prop::sample::select(vec!["Asia/Tokyo", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"]),
            times in prop::collection::vec((prop::sample::select(vec![(3u8, 31u8), (4, 5), (4, 7), (10, 6), (10, 27), (11, 3), (6, 1)]), 0u8..4, 0u8..60, 0u8..60), 1..30),
        ) {
            let mut keeping = dates(zone);
            for ((month, day), hour, minute, second) in times {
                let text = format!("2019/{month:02}/{day:02} {hour:02}:{minute:02}:{second:02}");
                prop_assert_eq!(keeping.read(&text), dates(zone).convert(usual(text.as_bytes()).expect("usual")).ok_or_else(|| Reason::new("date-calendar", "", "")));
            }
        }

        #[test]
        fn both_ways_agree(text in "[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}") {
            prop_assert_eq!(usual(text.as_bytes()), loose(&text));
        }

        #[test]
        fn nothing_panics(text in "[0-9/\\-:T .é]{0,24}") {
            let _ = dates("Europe/Berlin").read(&text);
        }
    }
}
