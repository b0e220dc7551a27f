//! What the labels of notices mean.

/// A label as it was written, and what it means.
#[derive(Clone, Copy)]
pub(super) struct Label<'a> {
    pub(super) text: &'a str,
    pub(super) meaning: Meaning,
}

impl<'a> Label<'a> {
    /// A label that stands for itself, such as an element's name.
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, meaning: meaning(text) }
    }
}

/// What a labelled value tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Whom the notice is about: an address, a URL or a host.
    Source,
    Url,
    Host,
    Port,
    Protocol,
    /// When it was seen; of several times the one with the greatest weight counts.
    Time(u8),
    /// What kind of thing it is.
    Kind,
    /// Whom it imitates.
    Brand,
    /// Something that is kept as it stands.
    Other,
}

/// The longest label, in bytes.
const MOST_BYTES: usize = 60;

/// Splits a line `Label: value`; `None` when it is a sentence, a URL or a heading.
pub(super) fn split(line: &str) -> Option<(Label<'_>, &str)> {
    let place = line.find([':', '：'])?;
    let (text, rest) = line.split_at_checked(place)?;
    let value = rest.trim_start_matches([':', '：']).trim();
    let label = text.trim().trim_matches(['*', '"', '\'', '_']);
    let sentence = label.len() > MOST_BYTES || label.is_empty() || label.split_whitespace().count() > 6 || label.contains(['.', ',', '<', '>', '=', '?']);
    // A URL, a time of day or an IPv6 address is no label.
    if sentence
        || value.is_empty()
        || rest.starts_with("://")
        || label.bytes().all(|byte| byte.is_ascii_hexdigit())
        || label.ends_with(|one: char| one.is_ascii_digit())
    {
        return None;
    }
    Some((Label::of(label), value))
}

/// A value without the quotes and tags that serialisers put around it.
pub(super) fn bare(value: &str) -> &str {
    let untagged = value.strip_prefix("!!python/unicode").unwrap_or(value).trim();
    untagged.trim_matches(|edge: char| edge.is_whitespace() || matches!(edge, '\'' | '"' | '*'))
}

fn meaning(label: &str) -> Meaning {
    let words: Vec<String> = label
        .split(|one: char| !one.is_alphanumeric() && one != '\'')
        .map(|word| word.trim_end_matches("'s").replace('\'', "").to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let is = |any: &[&str]| any.contains(&words.join(" ").as_str());
    // Of victims, of reporters, of services that only tell more: never whom the notice is about.
    const OTHERS: [&str; 34] = [
        "destination",
        "dst",
        "dest",
        "target",
        "targeted",
        "victim",
        "attacked",
        "reported",
        "reporter",
        "report",
        "feedback",
        "download",
        "schema",
        "helo",
        "envelope",
        "client",
        "user",
        "link",
        "number",
        "count",
        "size",
        "monitored",
        "malicious",
        "suspicious",
        "email",
        "mail",
        "recipient",
        "to",
        "from",
        "subject",
        "case",
        "node",
        "range",
        "reporting",
    ];
    if has(&["time", "timestamp", "date", "when", "日時", "時刻", "日付", "発生日時"])
        || is(&["first seen", "last seen", "first seen at", "detected", "detected at", "seen", "occurred", "observed"])
    {
        // The event's own time, then what was last seen, then any date.
        let weight = if has(&["initial", "infringement", "incident", "event", "arrival", "attack", "first"]) || is(&["time", "timestamp", "date", "発生日時"])
        {
            3
        } else {
            2
        };
        return Meaning::Time(if has(&["report", "reported", "notice", "scan", "generated", "range", "recent"]) { 1 } else { weight });
    }
    if has(&["port", "ポート"]) {
        return if has(&OTHERS) { Meaning::Other } else { Meaning::Port };
    }
    if has(&["protocol", "transport"]) {
        return Meaning::Protocol;
    }
    if is(&[
        "category",
        "report type",
        "type",
        "classification",
        "infection",
        "signature",
        "attack type",
        "incident type",
        "abuse type",
        "threat",
        "種別",
        "カテゴリ",
    ]) {
        return Meaning::Kind;
    }
    if is(&["brand", "target brand", "targeted brand", "imitated brand", "ブランド"]) {
        return Meaning::Brand;
    }
    if has(&OTHERS) || words.iter().any(|word| word.contains("宛先") || word.contains("被害")) {
        return Meaning::Other;
    }
    if words.iter().any(|word| ["攻撃元", "送信元", "ipアドレス"].iter().any(|part| word.contains(part))) {
        return Meaning::Source;
    }
    if has(&["ip", "ips", "ipv4", "ipv6", "source", "src", "attacker", "offender", "infringer", "infringers"]) || is(&["address", "host address", "アドレス"])
    {
        return Meaning::Source;
    }
    if is(&["uri", "url", "phishing url", "malware url", "site", "web site", "website", "malicious url", "fraud url", "urls"]) {
        return Meaning::Url;
    }
    if is(&["domain", "host", "hostname", "fqdn", "host name", "domain name", "ドメイン", "ホスト名"]) {
        return Meaning::Host;
    }
    Meaning::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_mean_what_people_mean() {
        for (line, expected) in [
            ("IP Address: 192.0.2.7", Some(Meaning::Source)),
            ("Infringer's IP Address: 192.0.2.7", Some(Meaning::Source)),
            ("Offending/Source IP: 192.0.2.7", Some(Meaning::Source)),
            ("source-ip: 192.0.2.7", Some(Meaning::Source)),
            ("攻撃元IPアドレス：192.0.2.7", Some(Meaning::Source)),
            ("宛先IPアドレス：192.0.2.7", Some(Meaning::Other)),
            ("攻撃元：192.0.2.7", Some(Meaning::Source)),
            ("Destination IP: 192.0.2.7", Some(Meaning::Other)),
            ("Targeted URL: http://x.example.test/", Some(Meaning::Other)),
            ("Infringer's Port: 6112", Some(Meaning::Port)),
            ("Destination Port: 22", Some(Meaning::Other)),
            ("Timestamp: 2015", Some(Meaning::Time(3))),
            ("Notice Date: 2015", Some(Meaning::Time(1))),
            ("last_seen: 2015", Some(Meaning::Time(2))),
            ("Reported-From: a@example.jp", Some(Meaning::Other)),
            ("http://example.test/", None),
            ("We saw this at some time in the night: it was bad", None),
            ("2001:db8::7", None),
            ("at 12:30", None),
        ] {
            assert_eq!(split(line).map(|(label, _)| label.meaning), expected, "{line}");
        }
        assert_eq!(bare("!!python/unicode 'http://x'"), "http://x");
    }
}
