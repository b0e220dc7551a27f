//! Times as notices write them.

use super::zone::{self, Offset};
use crate::time as precise;
use jiff::civil::{Date, DateTime};
use noroshi_kernel::moment::{Moment, Zone};

/// A time with how much it counts among others of the same finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct When {
    pub(super) moment: Moment,
    pub(super) weight: u8,
    /// Whether it says its zone itself.
    pub(super) zoned: bool,
}

/// The shapes of local times, tried in turn.
const SHAPES: [&str; 34] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d %b %Y %I:%M%p",
    "%d %b %Y %I:%M:%S %p",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%b %d %Y %H:%M:%S",
    "%b %d %Y %H:%M",
    "%b %d, %Y %H:%M:%S",
    "%b %d, %Y %H:%M",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y %I:%M %p",
    "%b %d %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S",
    "%d/%b/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y年%m月%d日 %H時%M分%S秒",
    "%Y年%m月%d日 %H時%M分",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日 %H時",
];

/// The shapes of days without a time.
const DAYS: [&str; 6] = ["%Y-%m-%d", "%Y/%m/%d", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%Y年%m月%d日"];

/// The words of a time at most: `Sat, 16 May 2015 12:03:11 AM GMT`.
const MOST_WORDS: usize = 8;

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
    of(text, None).map(|when| when.moment)
}

/// As [`time`], of a text that names its zone.
pub(crate) fn zoned(text: &str) -> Option<Moment> {
    let clock = text.contains([':', '：', '時']);
    of(text, None).filter(|when| when.zoned && clock).map(|when| when.moment)
}

/// Reads a whole text as a time. One that says no zone is of `otherwise`, else UTC.
pub(super) fn of(text: &str, otherwise: Option<Offset>) -> Option<When> {
    let text = text.trim().trim_matches(['\'', '"', '[', ']', '*']);
    if text.len() < 8 || text.len() > precise::MOST_BYTES {
        return None;
    }
    if text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return precise::of_epoch_s(text).map(|moment| When { moment, weight: 0, zoned: true });
    }
    // Some mail systems put a space behind the colon of the hour.
    let text = text.replace(": ", ":");
    let (bare, beside) = text.split_once(['(', '（']).unwrap_or((&text, ""));
    if let Some(moment) = precise::with_offset(bare.trim()) {
        return Some(When { moment, weight: 0, zoned: true });
    }
    let (local, own) = loose(bare.trim())?;
    let own = own.or_else(|| zone::within(beside));
    let utc = Zone::named("UTC").ok()?.moment(local)?;
    let Offset(minutes) = own.or(otherwise).unwrap_or(Offset::UTC);
    Some(When { moment: Moment(utc.0 - i64::from(minutes) * 60_000_000), weight: 0, zoned: own.is_some() })
}

/// Reads the time with which a text begins: of a span its beginning, with the zone that is told behind it.
pub(super) fn leading(text: &str, otherwise: Option<Offset>) -> Option<When> {
    let text = text.trim_start_matches(|edge: char| edge.is_whitespace() || matches!(edge, '[' | '(' | '"' | '\''));
    let ends: Vec<usize> = word_ends(text).take(MOST_WORDS).collect();
    // The longest that reads as one: a shorter one would lose its zone.
    ends.iter().rev().find_map(|end| {
        let (head, behind) = text.split_at_checked(*end)?;
        let head = head.trim_end_matches([',', '.', ';', ']', ')', '"', '\'', '。', '、']);
        let when = of(head, otherwise)?;
        if when.zoned { Some(when) } else { of(head, zone::within(behind).or(otherwise)) }
    })
}

/// Finds the first time of a line. `year` is that of times that tell none, as system logs write them; their zone must be known.
pub(super) fn first(line: &str, otherwise: Option<Offset>, year: Option<i16>) -> Option<When> {
    /// The words that are looked at.
    const MOST: usize = 60;
    let begins = std::iter::once(0)
        .chain(line.char_indices().filter(|(_, one)| one.is_whitespace() || "（）「」、。：［(".contains(*one)).map(|(at, one)| at + one.len_utf8()));
    begins.filter_map(|at| line.get(at..)).filter(|rest| may_begin(rest)).take(MOST).find_map(|rest| {
        leading(rest, otherwise).or_else(|| {
            let (year, zone) = (year?, otherwise?);
            let mut words = rest.split_whitespace();
            let (month, day, clock) = (words.next()?, words.next()?, words.next()?);
            of(&format!("{month} {day} {year} {clock}"), Some(zone))
        })
    })
}

fn may_begin(word: &str) -> bool {
    let head: String = word.trim_start_matches(['[', '(', '"', '\'']).chars().take(3).collect::<String>().to_ascii_lowercase();
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    head.starts_with(|first: char| first.is_numeric()) || names.contains(&head.as_str())
}

/// Where the words of a text end.
fn word_ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let begin = at + rest.find(|one: char| !one.is_whitespace())?;
        at = text.get(begin..)?.find(char::is_whitespace).map_or(text.len(), |end| begin + end);
        Some(at)
    })
}

/// A wall clock's time, and the zone that stands with it.
fn loose(text: &str) -> Option<(DateTime, Option<Offset>)> {
    let (text, is_afternoon) = plain(text);
    let (local, offset) = zone::split(without_weekday(&text));
    let day = || DAYS.iter().find_map(|shape| Date::strptime(shape, local).ok()).map(|day| day.at(0, 0, 0, 0));
    let read = SHAPES.iter().find_map(|shape| shaped(shape, local)).or_else(|| slashed(local)).or_else(day)?;
    let hour = if is_afternoon && read.hour() < 12 { read.hour() + 12 } else { read.hour() };
    (1990..=2200).contains(&read.year()).then(|| Some((read.with().hour(hour).build().ok()?, offset))).flatten()
}

/// A time in the words and digits that the shapes know, and whether it says that it is in the afternoon.
fn plain(text: &str) -> (String, bool) {
    const MONTHS: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let half = |one: char| match one {
        '０'..='９' | '：' | '／' | '－' => char::from_u32(u32::from(one) - 0xfee0).unwrap_or(one),
        '\u{3000}' => ' ',
        other => other,
    };
    let text: String = text.chars().map(half).collect();
    let is_afternoon = text.contains("午後");
    let text = text.replace(['午'], " ").replace(['前', '後'], "");
    let text = text.trim_end_matches("頃").trim_end_matches("ごろ");
    let word = |word: &str| -> Option<String> {
        let (bare, comma) = word.strip_suffix(',').map_or((word, ""), |bare| (bare, ","));
        let lower = bare.to_ascii_lowercase();
        if matches!(lower.as_str(), "at" | "on" | "around" | "about" | "à" | "um") {
            return None;
        }
        if MONTHS.contains(&lower.as_str()) {
            return Some(format!("{}{comma}", bare.get(..3).unwrap_or(bare)));
        }
        // 15th
        let digits = ["st", "nd", "rd", "th"]
            .iter()
            .find_map(|end| lower.strip_suffix(end))
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty());
        Some(digits.map_or_else(|| word.to_owned(), |digits| format!("{digits}{comma}")))
    };
    let mut words: Vec<String> = text.split_whitespace().filter_map(word).collect();
    // As `date` writes it: Mon Jan 15 00:00:07 UTC 2024.
    if let [.., _, _, clock, zone, year] = words.as_slice()
        && clock.contains(':')
        && zone::named(zone).is_some()
        && year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
    {
        let last = words.len() - 1;
        words.swap(last - 1, last);
    }
    (words.join(" "), is_afternoon)
}

/// `15/01/2024 00:00:07` and `01/15/2024 00:00:07`, when only one of both can be meant.
fn slashed(local: &str) -> Option<DateTime> {
    let (first, rest) = local.split_once('/')?;
    let (second, _) = rest.split_once('/')?;
    let (first, second): (u8, u8) = (first.parse().ok()?, second.parse().ok()?);
    let shapes: [&str; 2] = match (first, second) {
        (13.., ..=12) => ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"],
        (..=12, 13..) => ["%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"],
        _ => return None,
    };
    shapes.iter().find_map(|shape| shaped(shape, local))
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
            ("Mon Jan 15 00:00:07 UTC 2024", "2024-01-15T00:00:07Z"),
            ("15 January 2024 at 00:00 UTC", "2024-01-15T00:00:00Z"),
            ("January 15th, 2024 00:00:07", "2024-01-15T00:00:07Z"),
            ("2024/01/15 09:00:07 (JST)", "2024-01-15T00:00:07Z"),
            ("2024-01-15 09:00 (UTC+9)", "2024-01-15T00:00:00Z"),
            ("2024-01-15 09:00:07 GMT+0900", "2024-01-15T00:00:07Z"),
            ("２０２４年１月１５日　午後９時０分", "2024-01-15T21:00:00Z"),
            ("15/01/2024 00:00:07", "2024-01-15T00:00:07Z"),
            ("15/01/2024 à 00:00 UTC", "2024-01-15T00:00:00Z"),
            ("01/15/2024 00:00:07", "2024-01-15T00:00:07Z"),
            ("01/02/2024 12:00:07 AM", "2024-01-02T00:00:07Z"),
            ("1705276807", "2024-01-15T00:00:07Z"),
        ] {
            assert_eq!(time(text).map(|at| at.rfc3339()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "12:30", "2015", "32 Jan 2015 00:00:00", "09/02/2015 - 10/03/2015", "09/02/2015 10:00:00"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_found_where_they_stand() {
        let tokyo = Some(Offset(540));
        for (text, otherwise, expected) in [
            ("2024/01/15 09:00:07 ～ 2024/01/15 09:30:00 (JST)", None, "2024-01-15T00:00:07Z"),
            ("2024-01-15 00:00 UTC, confirmed", None, "2024-01-15T00:00:00Z"),
            ("2024年1月15日 9時00分頃", tokyo, "2024-01-15T00:00:00Z"),
            ("2024-01-15 09:00:07 to 09:30:00", tokyo, "2024-01-15T00:00:07Z"),
        ] {
            assert_eq!(leading(text, otherwise).map(|when| when.moment.rfc3339()).as_deref(), Some(expected), "{text}");
        }
        for (line, expected) in [
            ("192.0.2.7 - - [15/Jan/2024:09:00:07 +0900] \"GET / HTTP/1.1\" 404", Some("2024-01-15T00:00:07Z")),
            ("Jan 15 09:00:07 host sshd[4711]: Failed password from 192.0.2.7", Some("2024-01-15T00:00:07Z")),
            ("It was first seen on 15 January 2024 at 00:00 UTC.", Some("2024-01-15T00:00:00Z")),
            ("nothing on 192.0.2.7 port 22", None),
        ] {
            assert_eq!(first(line, tokyo, Some(2024)).map(|when| when.moment.rfc3339()).as_deref(), expected, "{line}");
        }
        assert!(first("Jan 15 09:00:07 host", None, Some(2024)).is_none(), "of no zone and without a word of it");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[0-9A-Za-z/:+ ,.年月日-]{0,40}") {
            let _ = (time(&text), leading(&text, None), first(&text, Some(Offset(540)), Some(2024)));
        }
    }
}
