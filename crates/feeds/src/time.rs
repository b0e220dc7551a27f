//! Times as reports write them.

use jiff::{
    Timestamp,
    civil::{self, DateTime},
    fmt::{rfc2822, temporal},
    tz::{Offset, TimeZone},
};
use noroshi_kernel::{
    moment::{Moment, Zone},
    reason::Reason,
    setaside::printable,
};

/// The first year that a report can be from.
pub(crate) const FIRST_YEAR: i16 = 1990;

/// The longest time that is looked at, in bytes.
pub const MOST_BYTES: usize = 64;

/// Reads a time with its offset (RFC 3339, or an e-mail's date after RFC 5322).
#[must_use]
pub fn with_offset(text: &str) -> Option<Moment> {
    let text = bounded(text)?;
    rfc_3339(text).or_else(|| rfc_5322(text))
}

/// Reads a time after RFC 3339; its offset must stand there.
#[must_use]
pub fn rfc_3339(text: &str) -> Option<Moment> {
    static PARSER: temporal::DateTimeParser = temporal::DateTimeParser::new();
    let text = bounded(text)?;
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    let shaped = date.bytes().filter(|byte| *byte == b'-').count() == 2
        && matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' '))
        && time.bytes().filter(|byte| *byte == b':').count() >= 2
        && !time.contains('[');
    shaped.then(|| PARSER.parse_timestamp(text).ok()).flatten().and_then(plausible)
}

/// Reads an e-mail's date (RFC 5322, section 3.3), whatever is said in brackets behind it.
#[must_use]
pub fn rfc_5322(text: &str) -> Option<Moment> {
    static PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let text = bounded(text)?;
    // Mail programs write "UTC", which RFC 5322 does not know, and some break the time with spaces.
    let plain = text.split(" (").next().unwrap_or(text).trim_end().replace(": ", ":");
    let zoned = plain.strip_suffix(" UTC").or_else(|| plain.strip_suffix(" UT")).map(|bare| format!("{bare} GMT")).unwrap_or(plain);
    PARSER.parse_timestamp(&zoned).or_else(|_| PARSER.parse_timestamp(text)).ok().and_then(plausible)
}

/// Reads a time in UTC, with or without saying so: `2024-01-15 00:00:07`, also with `T`, a fraction, `Z` or an offset.
#[must_use]
pub fn in_utc(text: &str) -> Option<Moment> {
    let text = bounded(text)?;
    if let Some(moment) = usual(text.as_bytes()) {
        return Some(moment);
    }
    let bare = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")).unwrap_or(text);
    with_offset(text).or_else(|| local(bare).and_then(|local| Offset::UTC.to_timestamp(local).ok()).and_then(plausible))
}

/// Reads a time as a wall clock of `zone` shows it; an offset that stands there wins.
#[must_use]
pub fn in_zone(text: &str, zone: &Zone) -> Option<Moment> {
    let text = bounded(text)?;
    with_offset(text).or_else(|| local(text).filter(|local| local.year() >= FIRST_YEAR).and_then(|local| zone.moment(local)))
}

/// Reads seconds since 1970, with or without a fraction.
#[must_use]
pub fn of_epoch_s(text: &str) -> Option<Moment> {
    let (whole, fraction) = bounded(text)?.split_once('.').unwrap_or((bounded(text)?, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let microseconds = digits.parse::<i64>().ok()?;
    Timestamp::from_microsecond(whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(microseconds)?).ok().and_then(plausible)
}

/// Reads milliseconds since 1970.
#[must_use]
pub fn of_epoch_ms(text: &str) -> Option<Moment> {
    Timestamp::from_millisecond(bounded(text)?.parse().ok()?).ok().and_then(plausible)
}

/// A text that is no time.
#[must_use]
pub fn no_time(text: &str) -> Reason {
    let shown = printable(text, MOST_BYTES);
    Reason::new(
        "time-shape",
        format!("「{shown}」は 1990 年以降の日時として読めません。2024-01-15T00:00:07Z の形で書いてください。"),
        format!("{shown:?} is no time after 1990; write it as 2024-01-15T00:00:07Z"),
    )
}

/// A time after the latest that is believed.
#[must_use]
pub fn in_future(text: &str) -> Reason {
    let shown = printable(text, MOST_BYTES);
    Reason::new(
        "time-future",
        format!("「{shown}」は未来の日時です。日時か、このコンピューターの時計を直してください。"),
        format!("{shown:?} is in the future; correct the time, or this machine's clock"),
    )
}

/// A wall clock's time without zone: `2024-01-15 00:00:07`, with `/` or `T`, to the minute, or the day alone.
fn local(text: &str) -> Option<DateTime> {
    let text = text.replace('/', "-");
    text.parse::<DateTime>().ok().or_else(|| text.parse::<civil::Date>().ok().map(|date| date.at(0, 0, 0, 0)))
}

/// The shape `YYYY-MM-DD HH:MM:SS` and nothing else, in UTC.
fn usual(text: &[u8]) -> Option<Moment> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ' | b'T', h1, h2, b':', i1, i2, b':', s1, s2] = text else { return None };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| (byte - b'0').cast_signed());
    let two = |tens: &u8, ones: &u8| Some(digit(tens)? * 10 + digit(ones)?);
    let year = i16::from(two(y1, y2)?) * 100 + i16::from(two(y3, y4)?);
    let date = civil::Date::new(year, two(m1, m2)?, two(d1, d2)?).ok()?;
    let time = civil::Time::new(two(h1, h2)?, two(i1, i2)?, two(s1, s2)?, 0).ok()?;
    Offset::UTC.to_timestamp(date.to_datetime(time)).ok().and_then(plausible)
}

fn bounded(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MOST_BYTES).then_some(text)
}

/// The moment, unless it is before any report.
pub(crate) fn plausible(timestamp: Timestamp) -> Option<Moment> {
    (TimeZone::UTC.to_datetime(timestamp).year() >= FIRST_YEAR).then(|| timestamp.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(moment: Option<Moment>) -> String {
        moment.map_or_else(String::new, Moment::rfc3339)
    }

    #[test]
    fn every_shape_is_read() {
        for text in ["2024-01-15 00:00:07", "2024-01-15T00:00:07Z", "2024-01-15T09:00:07+09:00", "2024-01-15T00:00:07.521730Z", "2024/01/15 00:00:07 UTC"] {
            assert_eq!(told(in_utc(text)), "2024-01-15T00:00:07Z", "{text}");
        }
        for text in ["Mon, 15 Jan 2024 09:00:07 +0900", "15 Jan 2024 00:00:07 GMT", "Sun, 15 Jan 2024 00:00:07 +0000 (UTC)", "15 Jan 2024 00: 00:07 UTC"] {
            assert_eq!(told(with_offset(text)), "2024-01-15T00:00:07Z", "{text}");
        }
        let tokyo = Zone::named("Asia/Tokyo").expect("a zone");
        assert_eq!(told(in_zone("2024/01/15 09:00:07", &tokyo)), "2024-01-15T00:00:07Z");
        assert_eq!(told(in_zone("2024-01-15T09:00:07Z", &tokyo)), "2024-01-15T09:00:07Z");
        assert_eq!(told(in_utc("2024-01-15")), "2024-01-15T00:00:00Z");
        assert_eq!((told(of_epoch_s("1705276807")), told(of_epoch_s("1705276807.5"))), ("2024-01-15T00:00:07Z".into(), "2024-01-15T00:00:07Z".into()));
        assert_eq!(told(of_epoch_ms("1705276807000")), "2024-01-15T00:00:07Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "x", "2024-13-01 00:00:00", "1989-12-31 23:59:59", "0000-01-01 00:00:00", "2024-01-15 24:00:00", "99999-01-01"] {
            assert_eq!(in_utc(text), None, "{text}");
        }
        assert_eq!(rfc_3339("2024-01-15 00:00:07"), None);
        assert_eq!((of_epoch_s("-5"), of_epoch_s("9999999999999999999"), of_epoch_ms("1e9")), (None, None, None));
        assert!(no_time("a\u{202e}b").text.en.contains("u{202e}"));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[0-9:TZ+. /A-Za-z-]{0,40}|\\PC{0,40}") {
            let zone = Zone::named("Asia/Tokyo").expect("a zone");
            let _ = (in_utc(&text), with_offset(&text), in_zone(&text, &zone), of_epoch_s(&text), of_epoch_ms(&text));
        }
    }
}
