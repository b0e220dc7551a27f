//! Zones as notices name them.

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
        offset.and_then(named)
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

/// Whether a text is in Japanese: times in it that name no zone are Japan's, which has one.
pub(super) fn is_japanese(text: &str) -> bool {
    text.chars().take(20_000).filter(|one| matches!(one, 'ぁ'..='ん' | 'ァ'..='ヶ')).take(12).count() == 12
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
        assert!(is_japanese("至急、当該サイトの閉鎖をお願いいたします。") && !is_japanese("at once, カード"));
    }
}
