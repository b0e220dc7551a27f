//! Times as notices write them.

use crate::time as precise;
use jiff::civil::{Date, DateTime};
use noroshi_kernel::moment::{Moment, Zone};

/// A time with how much it counts among others of the same finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct When {
    pub(super) moment: Moment,
    pub(super) weight: u8,
}

/// The zones that notices name by letters. A name that means several zones is the one of the field's senders.
const ZONES: [(&str, &str); 16] = [
    ("UTC", "+00:00"),
    ("GMT", "+00:00"),
    ("UT", "+00:00"),
    ("Z", "+00:00"),
    ("JST", "+09:00"),
    ("EST", "-05:00"),
    ("EDT", "-04:00"),
    ("CST", "-06:00"),
    ("CDT", "-05:00"),
    ("MST", "-07:00"),
    ("MDT", "-06:00"),
    ("PST", "-08:00"),
    ("PDT", "-07:00"),
    ("CET", "+01:00"),
    ("CEST", "+02:00"),
    ("BST", "+01:00"),
];

/// The shapes of local times, tried in turn.
const SHAPES: [&str; 16] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d %b %Y %I:%M%p",
    "%b %d %Y %H:%M:%S",
    "%b %d, %Y %H:%M:%S",
    "%b %d %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%Y年%m月%d日 %H時%M分%S秒",
    "%Y年%m月%d日 %H時%M分",
    "%Y年%m月%d日 %H:%M",
];

/// Reads a time as notices write it. One without a zone is UTC.
///
/// ```
/// use noroshi_feeds::notice;
/// for text in ["2015-05-15 17:03:11-07:00", "Sat, 16 May 2015 00:03:11 GMT", "16/May/2015:02:03:11 +0200", "2015年5月16日 09時03分11秒 JST"] {
///     assert_eq!(notice::time(text).map(|at| at.rfc3339()).as_deref(), Some("2015-05-16T00:03:11Z"), "{text}");
/// }
/// ```
#[must_use]
pub fn time(text: &str) -> Option<Moment> {
    of(text).map(|when| when.moment)
}

/// As [`time`], of a text that names its zone.
pub(crate) fn zoned(text: &str) -> Option<Moment> {
    let trimmed = text.trim();
    let clock = trimmed.contains(':') || trimmed.contains('時');
    let named = precise::with_offset(trimmed).is_some() || {
        let local = split_zone(trimmed).0;
        local != trimmed
    };
    (clock && named).then(|| time(trimmed)).flatten()
}

pub(super) fn of(text: &str) -> Option<When> {
    let text = text.trim().trim_matches(['\'', '"', '[', ']', '*']);
    if text.len() < 8 || text.len() > precise::MOST_BYTES || !text.is_char_boundary(4) {
        return None;
    }
    // Some mail systems put a space behind the colon of the hour.
    let text = text.replace(": ", ":");
    let text = text.split(" (").next().unwrap_or_default().trim();
    let moment = precise::with_offset(text).or_else(|| loose(text))?;
    Some(When { moment, weight: 0 })
}

fn loose(text: &str) -> Option<Moment> {
    let text = without_weekday(text);
    let (local, offset) = split_zone(text);
    let day = || ["%Y-%m-%d", "%Y/%m/%d", "%d %b %Y"].iter().find_map(|shape| Date::strptime(shape, local).ok()).map(|day| day.at(0, 0, 0, 0));
    let local = SHAPES.iter().find_map(|shape| shaped(shape, local)).or_else(day)?;
    if local.year() < 1990 || local.year() > 2200 {
        return None;
    }
    let (hours, minutes) = offset;
    let utc = Zone::named("UTC").ok()?.moment(local)?;
    Some(Moment(utc.0 - (i64::from(hours) * 60 + i64::from(minutes)) * 60_000_000))
}

fn shaped(shape: &str, local: &str) -> Option<DateTime> {
    // A fraction of a second says nothing here.
    let whole = local.split_once('.').filter(|(_, fraction)| fraction.bytes().all(|byte| byte.is_ascii_digit())).map_or(local, |(whole, _)| whole);
    DateTime::strptime(shape, whole).ok()
}

fn without_weekday(text: &str) -> &str {
    let (head, rest) = text.split_once(' ').unwrap_or(("", text));
    let day = head.trim_end_matches([',', '.']);
    let named = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|name| day.to_ascii_lowercase().starts_with(name));
    if named { rest.trim_start() } else { text }
}

/// Takes the zone off the end: hours and minutes ahead of UTC.
fn split_zone(text: &str) -> (&str, (i32, i32)) {
    if let Some((local, name)) = text.rsplit_once(' ')
        && let Some((_, offset)) = ZONES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
    {
        return (local, offset_of(offset).unwrap_or_default());
    }
    let sign = text.rfind(['+', '-']).filter(|place| *place > 10);
    let cut = sign.and_then(|place| text.split_at_checked(place)).and_then(|(local, offset)| Some((local.trim_end(), offset_of(offset)?)));
    cut.unwrap_or((text.strip_suffix('Z').unwrap_or(text), (0, 0)))
}

/// `+0900`, `+09:00`, `-7`.
fn offset_of(text: &str) -> Option<(i32, i32)> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().skip(1).filter(|one| *one != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
    (hours <= 14 && minutes < 60).then_some((sign * hours, sign * minutes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_read_as_they_come() {
        for (text, expected) in [
            ("2015-11-13T20:35:03Z", "2015-11-13T20:35:03Z"),
            ("04 Sep 2015 13:19:53 GMT", "2015-09-04T13:19:53Z"),
            ("Sun, 07 Jun 2015 21: 09:11 +0200", "2015-06-07T19:09:11Z"),
            ("Mon, 21 Sep 2015 11:00AM PDT", "2015-09-21T18:00:00Z"),
            ("Mon, 21 Sep 2015 12:00AM PDT", "2015-09-21T07:00:00Z"),
            ("2015-09-23 04:04:18 +0200", "2015-09-23T02:04:18Z"),
            ("'2015-05-15 17:03:11-07:00'", "2015-05-16T00:03:11Z"),
            ("2015-03-02 01:45:59", "2015-03-02T01:45:59Z"),
            ("2015/03/02 01:45", "2015-03-02T01:45:00Z"),
            ("Fri, 31 Jan 2014 07:19:02 +0100", "2014-01-31T06:19:02Z"),
            ("2015-09-04T13:19:53.000Z", "2015-09-04T13:19:53Z"),
            ("Fri Jan 31 07:19:02 2014", "2014-01-31T07:19:02Z"),
            ("2015-01-01", "2015-01-01T00:00:00Z"),
        ] {
            assert_eq!(time(text).map(|at| at.rfc3339()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "12:30", "2015", "32 Jan 2015 00:00:00", "09/02/2015 - 10/03/2015"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[0-9A-Za-z/:+ ,.年月日-]{0,40}") {
            let _ = time(&text);
        }
    }
}
