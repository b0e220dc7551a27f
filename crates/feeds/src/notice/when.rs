//! Times as notices write them.

use super::{
    calendar,
    zone::{self, Offset},
};
use crate::time as precise;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use noroshi_kernel::moment::{Moment, Zone};

/// A time with how much it counts among others of the same finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct When {
    pub(super) moment: Moment,
    pub(super) weight: u8,
    /// Whether it says its zone itself.
    pub(super) zoned: bool,
    /// Whether it tells no year, which is that of the letter then.
    pub(super) yearless: bool,
}

impl When {
    const fn at(moment: Moment, zoned: bool) -> Self {
        Self { moment, weight: 0, zoned, yearless: false }
    }
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

/// The places at most where a time may end: of `Sat, 16 May 2015 12:03:11 AM GMT` eight, more where words are not apart.
const MOST_ENDS: usize = 16;
/// The longest time, in bytes: full-width digits take three.
const MOST_BYTES: usize = 120;

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
    if text.len() < 8 || text.len() > MOST_BYTES {
        return None;
    }
    if text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return precise::of_epoch_s(text).map(|moment| When::at(moment, true));
    }
    // Some mail systems put a space behind the colon of the hour.
    let text = calendar::without_weekday(&text.replace(": ", ":"));
    let (bare, beside) = text.split_once(['(', '（']).unwrap_or((&text, ""));
    if let Some(moment) = precise::with_offset(bare.trim()) {
        return Some(When::at(moment, true));
    }
    let (local, own) = loose(bare.trim())?;
    let own = own.or_else(|| zone::within(beside));
    let utc = Zone::named("UTC").ok()?.moment(local)?;
    let Offset(minutes) = own.or(otherwise).unwrap_or(Offset::UTC);
    Some(When::at(Moment(utc.0 - i64::from(minutes) * 60_000_000), own.is_some()))
}

/// Reads the time with which a text begins: of a span its beginning, with the zone that is told behind it.
pub(super) fn leading(text: &str, otherwise: Option<Offset>) -> Option<When> {
    let text = text.trim_start_matches(|edge: char| edge.is_whitespace() || matches!(edge, '[' | '(' | '"' | '\''));
    let ends: Vec<usize> = ends_of(text).take(MOST_ENDS).collect();
    // The longest that reads as one: a shorter one would lose its zone.
    ends.iter().rev().find_map(|end| {
        let (head, behind) = text.split_at_checked(*end)?;
        let head = head.trim_end_matches([',', '.', ';', ']', ')', '"', '\'', '。', '、']);
        let when = of(head, otherwise)?;
        if when.zoned { Some(when) } else { of(head, zone::within(behind).or(otherwise)) }
    })
}

/// Finds the first time of a line. One that tells no year, as system logs write them, is of the latest year in which it is not after the
/// letter was sent, but for a day, since its zone may not be known.
pub(super) fn first(line: &str, otherwise: Option<Offset>, sent: Option<Moment>) -> Option<When> {
    /// The places that are looked at.
    const MOST: usize = 60;
    begins_of(line)
        .filter_map(|at| line.get(at..))
        .filter(|rest| may_begin(rest))
        .take(MOST)
        .find_map(|rest| leading(rest, otherwise).or_else(|| yearless(rest, otherwise, sent?)))
}

/// `Jan 15 00:00:07` and `1月15日 9時00分`.
fn yearless(text: &str, otherwise: Option<Offset>, sent: Moment) -> Option<When> {
    let year = TimeZone::UTC.to_datetime(Timestamp::from_microsecond(sent.0).ok()?).year();
    let is_japanese = text.trim_start_matches(|one: char| one.is_numeric()).starts_with('月');
    let mut words = text.split_whitespace();
    let (month, day, clock) = (words.next()?, words.next(), words.next());
    let of_year = |year: i16| match (day, clock) {
        _ if is_japanese => leading(&format!("{year}年{text}"), otherwise),
        (Some(day), Some(clock)) => of(&format!("{month} {day} {year} {}", clock.trim_end_matches([',', ':'])), otherwise),
        _ => None,
    };
    let when = [year + 1, year, year - 1].into_iter().filter_map(of_year).find(|when| when.moment <= sent.plus_days(1))?;
    Some(When { yearless: true, ..when })
}

/// Where in a line a time may begin: at a word, behind a mark, and at digits behind a Japanese letter.
fn begins_of(line: &str) -> impl Iterator<Item = usize> + '_ {
    let mut before = None;
    line.char_indices().filter_map(move |(at, one)| {
        let begins = match before.replace(one) {
            None => true,
            Some(before) if before.is_whitespace() || "（）「」、。：［(".contains(before) => true,
            Some(before) => one.is_numeric() && !before.is_ascii() && before.is_alphabetic() && !"年月日時分秒第令和平成元".contains(before),
        };
        begins.then_some(at)
    })
}

fn may_begin(word: &str) -> bool {
    let word = word.trim_start_matches(['[', '(', '"', '\'']);
    let head: String = word.chars().take(3).collect::<String>().to_ascii_lowercase();
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    head.starts_with(|first: char| first.is_numeric()) || names.contains(&head.as_str()) || calendar::begins_era(word)
}

/// Where a time that begins a text may end: behind each word; and within words of Japanese, where nothing parts them, behind each piece of
/// a time.
fn ends_of(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut chars = text.char_indices().peekable();
    let mut begin = 0;
    std::iter::from_fn(move || {
        loop {
            let (at, one) = chars.next()?;
            if one.is_whitespace() {
                begin = at + one.len_utf8();
            }
            let next = chars.peek().map(|(_, next)| *next);
            let is_piece = "日時分秒頃)）".contains(one);
            let ends = match next {
                None => !one.is_whitespace(),
                Some(next) if next.is_whitespace() => !one.is_whitespace(),
                Some(next) => {
                    is_piece && !next.is_ascii_punctuation()
                        || one.is_numeric() && !next.is_ascii() && !next.is_numeric() && !"年月日時分秒：／－．".contains(next)
                }
            };
            let end = at + one.len_utf8();
            if ends {
                return text.get(begin..end).filter(|word| end <= MOST_BYTES && may_stand(word)).map(|_| end);
            }
        }
    })
}

/// Whether a word may stand in a time: behind one that may not, no time goes on.
fn may_stand(word: &str) -> bool {
    const WORDS: [&str; 26] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "am", "pm", "at",
        "on", "around", "about", "um",
    ];
    let bare = word.trim_matches(|edge: char| edge.is_ascii_punctuation());
    if !bare.is_ascii() || bare.bytes().any(|byte| byte.is_ascii_digit()) || bare.is_empty() {
        return true;
    }
    let lower = bare.to_ascii_lowercase();
    WORDS.iter().any(|known| lower.starts_with(known)) || zone::named(bare).is_some()
}

/// A wall clock's time, and the zone that stands with it.
fn loose(text: &str) -> Option<(DateTime, Option<Offset>)> {
    let (text, half) = plain(text);
    let (local, offset) = zone::split(without_weekday(&text));
    let day = || DAYS.iter().find_map(|shape| Date::strptime(shape, local).ok()).map(|day| day.at(0, 0, 0, 0));
    let read = SHAPES.iter().find_map(|shape| shaped(shape, local)).or_else(|| slashed(local)).or_else(|| half.and_then(|_| american(local))).or_else(day)?;
    let hour = match (half, read.hour()) {
        (Some(Half::After), hour @ ..12) => hour + 12,
        (Some(Half::Before), 12) => 0,
        (_, hour) => hour,
    };
    (1990..=2200).contains(&read.year()).then(|| Some((read.with().hour(hour).build().ok()?, offset))).flatten()
}

/// Which half of a day a time of twelve hours is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Before,
    After,
}

impl Half {
    /// Takes `am`, `p.m.` and the like off the end of a word.
    fn off(word: &str) -> Option<(&str, Self)> {
        let lower = word.to_ascii_lowercase();
        [("a.m.", Self::Before), ("p.m.", Self::After), ("am", Self::Before), ("pm", Self::After)].into_iter().find_map(|(end, half)| {
            let kept = lower.strip_suffix(end)?;
            // Alone, or behind the digits of a clock: nothing else that ends so.
            (kept.is_empty() || kept.ends_with(|one: char| one.is_ascii_digit())).then(|| word.get(..kept.len()).map(|kept| (kept, half))).flatten()
        })
    }
}

/// A time in the words and digits that the shapes know, and which half of the day it says.
fn plain(text: &str) -> (String, Option<Half>) {
    const MONTHS: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let half = |one: char| match one {
        '０'..='９' | '：' | '／' | '－' => char::from_u32(u32::from(one) - 0xfee0).unwrap_or(one),
        '\u{3000}' => ' ',
        other => other,
    };
    let text = calendar::without_era(&text.chars().map(half).collect::<String>());
    let mut said = text.contains("午後").then_some(Half::After);
    let text = text.replace(['午'], " ").replace(['前', '後'], "");
    let text = text.trim_end_matches("頃").trim_end_matches("ごろ");
    let word = |word: &str| -> Option<String> {
        let (bare, comma) = word.strip_suffix(',').map_or((word, ""), |bare| (bare, ","));
        // `Nov 24, 2026, 21:12`
        let comma = if bare.len() == 4 && bare.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { comma };
        let word = if comma.is_empty() { bare } else { word };
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
    let mut clock = |word: &str| -> Option<String> {
        let Some((kept, half)) = Half::off(word.trim_end_matches(',')) else { return Some(word.to_owned()) };
        said = Some(half);
        (!kept.is_empty()).then(|| kept.to_owned())
    };
    let mut words: Vec<String> = text.split_whitespace().filter_map(&mut clock).filter_map(|one| word(&one)).collect();
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
    (words.join(" "), said)
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

/// `01/02/2024 12:00:07` beside AM or PM: who counts to twelve writes the month first.
fn american(local: &str) -> Option<DateTime> {
    ["%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"].iter().find_map(|shape| shaped(shape, local))
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

/// Whether a line tells a time of day.
pub(super) fn has_clock(line: &str) -> bool {
    line.contains('時') || line.as_bytes().windows(3).any(|three| matches!(three, [b'0'..=b'9', b':', b'0'..=b'9']))
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
            ("24 November 2026 at 9:12 PM JST", "2026-11-24T12:12:00Z"),
            ("2026-11-24 9:12 p.m. UTC", "2026-11-24T21:12:00Z"),
            ("2026-11-24 12:30 AM UTC", "2026-11-24T00:30:00Z"),
            ("Nov 24, 2026, 9:12 PM (JST)", "2026-11-24T12:12:00Z"),
            ("2026-11-24 12:30pm UTC", "2026-11-24T12:30:00Z"),
            ("15/01/2024 00:00:07", "2024-01-15T00:00:07Z"),
            ("15/01/2024 à 00:00 UTC", "2024-01-15T00:00:00Z"),
            ("01/15/2024 00:00:07", "2024-01-15T00:00:07Z"),
            ("01/02/2024 12:00:07 AM", "2024-01-02T00:00:07Z"),
            ("1705276807", "2024-01-15T00:00:07Z"),
            ("2026年11月24日(火) 08:15:30", "2026-11-24T08:15:30Z"),
            ("2026年11月24日（火）8時15分", "2026-11-24T08:15:00Z"),
            ("2026年11月24日 （火曜日） 8時15分", "2026-11-24T08:15:00Z"),
            ("2026年11月24日(火・祝) 8:15", "2026-11-24T08:15:00Z"),
            ("２０２６年１１月２４日（火曜日）　午後８時１５分", "2026-11-24T20:15:00Z"),
            ("2026年11月24日火曜日 8:15", "2026-11-24T08:15:00Z"),
            ("2026/11/24(火) 08:15", "2026-11-24T08:15:00Z"),
            ("2026/11/24(火)08:15", "2026-11-24T08:15:00Z"),
            ("2026-11-24 (Tue) 08:15 JST", "2026-11-23T23:15:00Z"),
            ("2026/11/24(火) 08:15 (JST)", "2026-11-23T23:15:00Z"),
            ("令和8年11月24日 午後2時5分", "2026-11-24T14:05:00Z"),
            ("令和元年５月１日（水）9:00", "2019-05-01T09:00:00Z"),
            ("平成31年4月30日", "2019-04-30T00:00:00Z"),
            ("R8.11.24 14:05", "2026-11-24T14:05:00Z"),
            ("R8/11/24(火) 14:05", "2026-11-24T14:05:00Z"),
            ("H31.4.30 23:59:59", "2019-04-30T23:59:59Z"),
        ] {
            assert_eq!(time(text).map(|at| at.rfc3339()).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "yesterday", "12:30", "2015", "32 Jan 2015 00:00:00", "09/02/2015 - 10/03/2015", "09/02/2015 10:00:00", "R8.11.99", "R2.1.10-beta", "令和99年"]
        {
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
            ("2024年1月15日 9時00分頃から、192.0.2.7 より", tokyo, "2024-01-15T00:00:00Z"),
            ("2024年1月15日9時00分に検知", tokyo, "2024-01-15T00:00:00Z"),
            ("2024年1月15日(月)9時ごろ、", tokyo, "2024-01-15T00:00:00Z"),
            ("2024/1/15 9:00確認", tokyo, "2024-01-15T00:00:00Z"),
            ("令和6年1月15日(月) 9:00 ～ 10:00", tokyo, "2024-01-15T00:00:00Z"),
        ] {
            assert_eq!(leading(text, otherwise).map(|when| when.moment.rfc3339()).as_deref(), Some(expected), "{text}");
        }
        let sent = precise::rfc_3339("2024-01-20T00:00:00Z").expect("a time");
        for (line, expected) in [
            ("192.0.2.7 - - [15/Jan/2024:09:00:07 +0900] \"GET / HTTP/1.1\" 404", Some("2024-01-15T00:00:07Z")),
            ("Jan 15 09:00:07 host sshd[4711]: Failed password from 192.0.2.7", Some("2024-01-15T00:00:07Z")),
            ("It was first seen on 15 January 2024 at 00:00 UTC.", Some("2024-01-15T00:00:00Z")),
            ("弊社では2024年1月15日(月) 9:00に検知しました", Some("2024-01-15T00:00:00Z")),
            ("当方で1月15日 9時00分頃に検知", Some("2024-01-15T00:00:00Z")),
            ("nothing on 192.0.2.7 port 22", None),
        ] {
            assert_eq!(first(line, tokyo, Some(sent)).map(|when| when.moment.rfc3339()).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn a_time_without_year_is_of_the_letters_year() {
        for (sent, line, expected) in [
            ("2024-01-15T06:00:00Z", "Jan 15 00:00:07 host", "2024-01-15T00:00:07Z"),
            ("2027-01-01T00:30:00Z", "Dec 31 23:50:00 host", "2026-12-31T23:50:00Z"),
            ("2028-01-02T00:30:00Z", "Dec 31 23:50:00 host", "2027-12-31T23:50:00Z"),
            ("2028-03-02T00:30:00Z", "Feb 29 23:50:00 host", "2028-02-29T23:50:00Z"),
            // A letter of Greenwich's last evening, with a log of a machine that is ahead.
            ("2026-12-31T23:30:00Z", "Jan  1 08:20:00 host", "2027-01-01T08:20:00Z"),
        ] {
            let sent = precise::rfc_3339(sent).expect("a time");
            let when = first(line, None, Some(sent)).expect("a time of day");
            assert_eq!((when.moment.rfc3339().as_str(), when.yearless, when.zoned), (expected, true, false), "{line}");
        }
        assert!(first("Jan 15 09:00:07 host", None, None).is_none(), "of a letter that tells no date");
        assert!(first("Feb 30 09:00:07 host", None, Some(Moment(0))).is_none());
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[0-9A-Za-z/:+ ,.年月日-]{0,40}|[0-9RH令和平成元年月火水日曜時分(（）) :.・-]{0,30}") {
            let _ = (time(&text), leading(&text, None), first(&text, Some(Offset(540)), Some(Moment(1_705_300_000_000_000))));
        }
    }
}
