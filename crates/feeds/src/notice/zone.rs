//! Zones as notices name them, and those of times that name none.

use super::{Sent, when};
use noroshi_kernel::moment::Moment;

/// Minutes ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset(pub(super) i32);

impl Offset {
    pub(super) const UTC: Self = Self(0);
    pub(super) const JAPAN: Self = Self(540);
}

/// The zones that notices name by letters, in minutes ahead of UTC. A name that means several zones is the one of the field's senders.
const ZONES: [(&str, i32); 16] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("JST", 540),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("CET", 60),
    ("CEST", 120),
    ("BST", 60),
];

/// The zone of a name: `JST`, `UTC+9`, `GMT+0900`, `+09:00`.
pub(super) fn named(word: &str) -> Option<Offset> {
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
        return Some(Offset(*minutes));
    }
    let sign = word.find(['+', '-'])?;
    let (name, digits) = word.split_at_checked(sign)?;
    let is_utc = ["UTC", "GMT"].iter().any(|utc| utc.eq_ignore_ascii_case(name));
    (is_utc || name.is_empty() && digits.len() >= 5).then(|| ahead(digits)).flatten()
}

/// The zone that a text names anywhere in it.
pub(super) fn within(text: &str) -> Option<Offset> {
    if text.contains("日本時間") || text.contains("日本標準時") {
        return Some(Offset::JAPAN);
    }
    let parts = |one: char| one.is_whitespace() || "()（）[]［］,;:：、。/=".contains(one);
    // A short name counts in capitals only: "est" and "ut" are words elsewhere. The colon of +09:00 parts it.
    let word = |word: &&str| word.len() >= 2 && !word.bytes().any(|byte| byte.is_ascii_lowercase());
    text.split(parts).filter(word).find_map(named).or_else(|| {
        let offset = text.split(|one: char| one.is_whitespace() || "()（）[],;".contains(one)).find(|word| word.starts_with(['+', '-']) && word.contains(':'));
        offset.map(|word| word.trim_end_matches(['.', '。'])).and_then(named)
    })
}

/// The zone of all times of a text, when a line of it says so.
pub(super) fn stated(text: &str) -> Option<Offset> {
    const SAID: [&str; 14] = [
        "(times ",
        "timezone",
        "time zone",
        "times are",
        "time is",
        "times in",
        "times listed",
        "all times",
        "timestamps are",
        "timestamps in",
        "時刻は",
        "日時は",
        "時間は",
        "タイムゾーン",
    ];
    let says = |line: &&str| {
        let lower = line.to_lowercase();
        line.len() < 400 && SAID.iter().any(|said| lower.contains(said))
    };
    text.lines().take(2_000).filter(says).find_map(within)
}

/// The zone of a letter's times that name none: what its text says of all of them; Japan's, which has one, when it is of Japan; the zone
/// of its clock when its times agree with no other. `None` where nothing says: such a time counts as UTC, as programs write it.
///
/// A letter in English is not taken for Japan's by the `+0900` of its `Date` alone: teams of Japan send logs in UTC as well.
pub(super) fn of_letter(text: &str, sent: &Sent) -> Option<Offset> {
    stated(text).or_else(|| is_of_japan(text, sent).then_some(Offset::JAPAN)).or_else(|| only_of_its_clock(text, sent))
}

/// Whether a letter is of Japan: by its charset, by some words of its language, by its labels of times or its way to write days; by few
/// letters when its sender's clock is Japan's.
fn is_of_japan(text: &str, sent: &Sent) -> bool {
    const LABELS: [&str; 12] = ["日時", "検知時刻", "発生時刻", "確認時刻", "発生日", "検知日", "確認日", "検出日", "観測日", "受信日", "アクセス日", "令和"];
    let clock = sent.ahead_minutes.map(Offset);
    let japanese = |one: char| matches!(one, 'ぁ'..='ん' | 'ァ'..='ヶ');
    let kana = text.chars().take(20_000).filter(|one| japanese(*one)).take(12).count();
    let of_days = || text.lines().take(2_000).filter(|line| line.contains('年') && line.contains('月')).any(|line| when::first(line, None, None).is_some());
    // China writes days alike, by another clock and without kana.
    let elsewhere = kana == 0 && clock.is_some_and(|clock| clock != Offset::UTC && clock != Offset::JAPAN);
    kana == 12
        || sent.in_japanese
        || LABELS.iter().any(|label| text.contains(label))
        || !elsewhere && of_days()
        || clock == Some(Offset::JAPAN) && (kana > 0 || text.contains(|one| matches!(one, '一'..='鿿')))
}

/// What the clocks of a machine and of its mail server differ by.
pub(super) const SLACK_US: i64 = 5 * 60 * 1_000_000;

/// The zone of the sender's clock, when a time of the text would be after the letter was sent by UTC and is not by that clock.
fn only_of_its_clock(text: &str, sent: &Sent) -> Option<Offset> {
    let (at, minutes) = (sent.at?, sent.ahead_minutes.filter(|minutes| *minutes > 0)?);
    let latest = at.0 + SLACK_US;
    let agrees_with_it_only = |utc: Moment| utc.0 > latest && utc.0 - i64::from(minutes) * 60_000_000 <= latest;
    let lines = text.lines().take(2_000).filter(|line| line.len() <= 2_000 && line.bytes().any(|byte| byte.is_ascii_digit()));
    lines.filter_map(|line| when::first(line, None, Some(at))).any(|when| !when.zoned && agrees_with_it_only(when.moment)).then_some(Offset(minutes))
}

/// Takes the zone off the end of a time.
pub(super) fn split(text: &str) -> (&str, Option<Offset>) {
    if let Some((local, name)) = text.rsplit_once(' ')
        && let Some(offset) = named(name)
    {
        // `UTC +0900` says it twice.
        let local = local.trim_end();
        return (local.strip_suffix(" UTC").or_else(|| local.strip_suffix(" GMT")).unwrap_or(local), Some(offset));
    }
    let sign = text.rfind(['+', '-']).filter(|place| *place > 10);
    let cut = sign.and_then(|place| text.split_at_checked(place)).and_then(|(local, offset)| Some((local.trim_end(), ahead(offset)?)));
    match (cut, text.strip_suffix('Z')) {
        (Some((local, offset)), _) => (local, Some(offset)),
        (None, Some(local)) => (local, Some(Offset::UTC)),
        (None, None) => (text, None),
    }
}

/// `+0900`, `+09:00`, `-7`.
fn ahead(text: &str) -> Option<Offset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().skip(1).filter(|one| *one != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
    (hours <= 14 && minutes < 60).then_some(Offset(sign * (hours * 60 + minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time;

    #[test]
    fn zones_are_found_where_they_are_told() {
        for (text, expected) in [
            ("Time (UTC)", Some(0)),
            ("日時（JST）", Some(540)),
            ("Timestamp (UTC+9)", Some(540)),
            ("Local timezone is +0900 (JST)", Some(540)),
            ("local time is +09:00", Some(540)),
            ("GMT-0730", Some(-450)),
            ("日本時間", Some(540)),
            ("the best of it", None),
            ("2024-01-15 00:00:07", None),
            ("-1", None),
        ] {
            assert_eq!(within(text), expected.map(Offset), "{text}");
        }
        assert_eq!(stated("Hello\nThe timestamps (timezone UTC) indicate\n"), Some(Offset::UTC));
        assert_eq!(stated("※時刻はすべて日本時間です。"), Some(Offset::JAPAN));
        assert_eq!(stated("Some say UTC is a fine zone\n"), None);
    }

    #[test]
    fn times_without_zone_are_of_the_letters() {
        let sent = |ahead_minutes, in_japanese| Sent { at: time::rfc_3339("2026-11-25T01:00:00Z"), ahead_minutes, in_japanese };
        let (unknown, japan, utc, china, germany) =
            (sent(None, false), sent(Some(540), false), sent(Some(0), false), sent(Some(480), false), sent(Some(60), false));
        let utc_9 = Some(Offset::JAPAN);
        for (text, sent, expected) in [
            ("至急、当該サイトの閉鎖をお願いいたします。", &unknown, utc_9),
            ("at once, カード", &unknown, None),
            ("at once, カード", &japan, utc_9),
            ("攻撃元: 203.0.113.63\n日時: 2026/11/24 8:15", &unknown, utc_9),
            ("攻撃元: 203.0.113.63\n2026年11月24日 8:15", &utc, utc_9),
            ("令和8年11月24日 8:15", &unknown, utc_9),
            ("攻击源: 203.0.113.63\n时间: 2026年11月24日 8:15", &china, None),
            ("フィッシングサイト：https://a.example.test/ （2026/11/24 9:00 確認）", &japan, utc_9),
            ("Attacker: 203.0.113.63\nTime: 2026-11-24 08:15", &sent(None, true), utc_9),
            // Stated zones win over every sign.
            ("日時: 2026年11月24日 8:15\n時刻は UTC です。", &japan, Some(Offset::UTC)),
            ("日時: 2026年11月24日 8:15\n(times GMT)", &sent(Some(540), true), Some(Offset::UTC)),
            ("All times are in +01:00.\n2026年11月24日 8:15", &japan, Some(Offset(60))),
            // English by a clock of Japan: UTC, unless that cannot be.
            ("Attacker: 203.0.113.63\nTime: 2026-11-24 08:15", &japan, None),
            ("Attacker: 203.0.113.63\nTime: 2026-11-25 09:15", &japan, utc_9),
            ("Nov 25 09:15:00 web sshd[1]: Failed password for root from 203.0.113.63", &japan, utc_9),
            ("Attacker: 203.0.113.63\nTime: 2026-11-25 09:15", &utc, None),
            ("Attacker: 203.0.113.63\nTime: 2026-11-25 01:45", &germany, Some(Offset(60))),
            ("Attacker: 203.0.113.63\nTime: 2026-11-25 09:15", &germany, None),
            ("Attacker: 203.0.113.63\nTime: 2026-11-25 09:15 +0200", &japan, None),
        ] {
            assert_eq!(of_letter(text, sent), expected, "{text} {sent:?}");
        }
    }
}
