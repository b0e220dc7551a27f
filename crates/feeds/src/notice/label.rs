//! What the labels of notices mean.

use super::{incident, matter, zone};

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

    /// Whether it says that something came from there: `Source IP`. What was seen, and when, needs no word of it.
    pub(super) fn is_of_a_source(self) -> bool {
        let lower = self.text.to_lowercase();
        ["source", "src", "送信元", "接続元", "アクセス元", "発信元"].iter().any(|word| lower.contains(word))
    }

    /// Whether it names a machine that is infected, whatever else its letter is about.
    pub(super) fn is_of_the_infected(self) -> bool {
        let lower = self.text.to_lowercase();
        self.meaning == Meaning::Source && ["infected", "感染"].iter().any(|word| lower.contains(word))
    }

    /// Whether it is the word for where a text is from as well.
    pub(super) fn is_of_a_text(self) -> bool {
        ["source", "src", "sources"].contains(&self.text.trim().to_lowercase().as_str())
    }

    /// Whether it names whom it stands beside as one who does wrong.
    pub(super) fn accuses(self) -> bool {
        const WORDS: [&str; 20] = [
            "defac",
            "compromis",
            "malicious",
            "attack",
            "offend",
            "infring",
            "phish",
            "malware",
            "infected",
            "abuser",
            "abusive",
            "フィッシング",
            "攻撃元",
            "不正",
            "偽サイト",
            "感染",
            "改ざん",
            "改竄",
            "マルウェア",
            "被害サイト",
        ];
        let lower = self.text.to_lowercase();
        // How many there were says not by whom, and `Report phishing: …` says where one reports it.
        lower != "attacks" && !lower.starts_with("report ") && incident::has_happened(&lower, &WORDS) && !matter::is_another(&lower)
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
    /// A port at the victim.
    AttackedPort,
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
    // Dots lead from some labels to their values.
    let text = text.trim_end_matches(|edge: char| edge.is_whitespace() || matches!(edge, '.' | '…' | '・' | '_'));
    let label = text.trim().trim_matches(['*', '"', '\'', '_']);
    // A URL, a time of day or an IPv6 address is no label.
    if value.is_empty() || rest.starts_with("://") || !may_be(label) || label.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    // `URL 2` is the second of several; any other number is one of a time of day or of an address.
    let numbered = label.trim_end_matches(|one: char| one.is_ascii_digit());
    if numbered.len() == label.len() {
        return Some((Label::of(label), value));
    }
    let first = Label::of(numbered.trim_end_matches(|edge: char| edge.is_whitespace() || matches!(edge, '#' | '-' | '_')));
    matches!(first.meaning, Meaning::Source | Meaning::Url | Meaning::Host).then_some((first, value))
}

/// Splits a line in which something else than a colon stands between label and value: `IP = 192.0.2.7`, `IP | 192.0.2.7`. The label must
/// mean something, since much else is written so.
pub(super) fn split_otherwise(line: &str) -> Option<(Label<'_>, &str)> {
    let one = |mark: &str| line.split_once(mark).filter(|(label, value)| may_be(label.trim()) && !value.trim().is_empty() && !value.contains(mark));
    let (text, value) = [" ...", " | ", "\t", " => ", " = ", "=", "   ", "  ", " - "].into_iter().find_map(one)?;
    let label = Label::of(text.trim().trim_matches(['*', '"', '\'', '_']));
    // `IP ....... 192.0.2.7`: dots lead from the label to its value.
    (label.meaning != Meaning::Other).then_some((label, value.trim_start_matches('.').trim()))
}

/// A line that is a label and nothing else, whose value may stand below it.
pub(super) fn alone(line: &str) -> Option<Label<'_>> {
    let text = line.trim_end_matches([':', '：']).trim().trim_matches(['*', '"', '\'', '_', '【', '】', '[', ']', '＜', '＞', '<', '>']);
    let label = Label::of(text);
    (may_be(text) && text.split_whitespace().count() <= 4 && label.meaning != Meaning::Other).then_some(label)
}

/// Whether a text is short and plain enough for a label. One that begins as a question asks.
fn may_be(label: &str) -> bool {
    const ASK: [&str; 8] = ["is", "are", "was", "were", "does", "did", "can", "could"];
    let asks = label.split_once(' ').is_some_and(|(first, _)| ASK.iter().any(|word| word.eq_ignore_ascii_case(first)));
    !asks
        && label.len() <= MOST_BYTES
        && !label.is_empty()
        && label.split_whitespace().count() <= 6
        && !label.contains(['.', ',', '<', '>', '=', '?', '。', '、'])
}

/// A value without the quotes and tags that serialisers put around it.
pub(super) fn bare(value: &str) -> &str {
    let untagged = value.strip_prefix("!!python/unicode").unwrap_or(value).trim();
    untagged.trim_matches(|edge: char| edge.is_whitespace() || matches!(edge, '\'' | '"' | '*'))
}

/// Whether a column tells to whom something was done.
pub(super) fn is_of_a_target(name: &str) -> bool {
    let lower = name.to_lowercase();
    ["destination", "dest", "dst", "target", "victim", "宛先", "攻撃先", "接続先", "送信先"].iter().any(|word| lower.starts_with(word))
}

/// Whether a line tells until when something is to be done: never when something was seen.
pub(super) fn is_of_a_deadline(line: &str) -> bool {
    let line = line.trim_start_matches(|edge: char| !edge.is_alphanumeric());
    line.split_once([':', '：']).is_some_and(|(label, _)| label.len() <= MOST_BYTES && is_deadline(label))
}

/// Whether a label in lower case is that of a time until which one sends papers, registers or pays. Until when one answers, reports say as
/// well.
pub(super) fn is_until_papers_are_sent(label: &str) -> bool {
    const WHAT: [&str; 10] = ["提出", "申込", "申し込み", "支払", "締切", "締め切り", "適用", "due date", "payment due", "submission deadline"];
    is_deadline(label) && WHAT.iter().any(|what| label.contains(what))
}

/// Whether a label is that of a time until which something is to be done, or from which it holds.
fn is_deadline(label: &str) -> bool {
    const WORDS: [&str; 7] = ["due", "deadline", "effective", "expiry", "expires", "expiration", "until"];
    const PARTS: [&str; 9] = ["期限", "締切", "締め切り", "〆切", "適用", "休業", "期日", "納期", "満了"];
    let lower = label.to_lowercase();
    PARTS.iter().any(|part| lower.contains(part)) || lower.split(|one: char| !one.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

fn meaning(label: &str) -> Meaning {
    let words: Vec<String> = label
        .split(|one: char| !one.is_alphanumeric() && one != '\'')
        .map(|word| word.trim_end_matches("'s").replace('\'', "").to_lowercase())
        .filter(|word| !word.is_empty())
        // `Timestamp (UTC)` is a timestamp.
        .filter(|word| word.len() < 3 || zone::named(word).is_none())
        .collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let is = |any: &[&str]| any.contains(&words.join(" ").as_str());
    // Of victims, of reporters, of services that only tell more: never whom the notice is about.
    const OTHERS: [&str; 80] = [
        "join",
        "meeting",
        "meet",
        "zoom",
        "teams",
        "webex",
        "event",
        "webinar",
        "registration",
        "register",
        "agenda",
        "calendar",
        "portal",
        "status",
        "document",
        "documents",
        "documentation",
        "ticket",
        "helpdesk",
        "desk",
        "portfolio",
        "survey",
        "homepage",
        "your",
        "our",
        "faq",
        "info",
        "information",
        "details",
        "reference",
        "removal",
        "contact",
        "genuine",
        "legitimate",
        "legit",
        "original",
        "official",
        "imitated",
        "destination",
        "dst",
        "dest",
        "target",
        "targeted",
        "victim",
        "attacked",
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
        "submit",
        "submission",
        "reply",
        "answer",
        "pay",
        "payment",
        "billing",
        "upload",
        "renewal",
        "unsubscribe",
        "support",
    ];
    const TIMES: [&str; 19] = [
        "time",
        "timestamp",
        "datetime",
        "date",
        "when",
        "seen",
        "detected",
        "detection",
        "occurred",
        "observed",
        "confirmed",
        "discovered",
        "tested",
        "日時",
        "時刻",
        "日付",
        "発生日",
        "検知日",
        "確認日",
    ];
    let in_japanese = |any: &[&str]| words.iter().any(|word| !word.is_ascii() && any.iter().any(|part| word.contains(part)));
    const VICTIMS: [&str; 24] = [
        "提出",
        "回答",
        "送付",
        "様式",
        "支払",
        "請求",
        "返信",
        "問い合わせ",
        "宛先",
        "被害",
        "攻撃先",
        "接続先",
        "正規",
        "連絡先",
        "監視",
        "参加",
        "会議",
        "資料",
        "申込",
        "申し込み",
        "登録",
        "詳細",
        "参考",
        "出典",
    ];
    if is_deadline(label) {
        return Meaning::Other;
    }
    // When something was arranged, and not seen.
    if in_japanese(&["設定", "利用", "登録", "申請", "予定", "更新", "変更", "希望", "有効"]) && in_japanese(&TIMES) {
        return Meaning::Other;
    }
    if has(&TIMES) || in_japanese(&TIMES) {
        // The event's own time, then what was last seen, then any date.
        let weight = if has(&["initial", "infringement", "incident", "event", "arrival", "attack", "abuse", "first"])
            || is(&["time", "timestamp", "date"])
            || in_japanese(&["発生"])
        {
            3
        } else {
            2
        };
        return Meaning::Time(if has(&["report", "reported", "notice", "scan", "generated", "range", "recent", "reporting", "sent"]) { 1 } else { weight });
    }
    if has(&["port", "ports", "ポート"]) || in_japanese(&["ポート"]) {
        let is_attacked = has(&["destination", "dst", "dest", "target", "targeted", "attacked"]) || in_japanese(&VICTIMS);
        return if is_attacked {
            Meaning::AttackedPort
        } else if has(&OTHERS) {
            Meaning::Other
        } else {
            Meaning::Port
        };
    }
    if is(&["first", "ts", "start", "started"]) {
        return Meaning::Time(3);
    }
    if is(&["last", "end", "ended"]) {
        return Meaning::Time(2);
    }
    if has(&["protocol", "transport", "proto"]) || is(&["プロトコル"]) {
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
        "type of abuse",
        "reported activity",
        "malware",
        "カテゴリ",
    ]) || words.last().is_some_and(|word| word.ends_with("種別") || word.ends_with("種類"))
    {
        return Meaning::Kind;
    }
    if is(&["brand", "target brand", "targeted brand", "imitated brand", "ブランド"]) {
        return Meaning::Brand;
    }
    if has(&["defaced", "phishing", "malicious", "compromised", "scam"]) && has(&["page", "pages", "site", "sites", "website", "websites"]) {
        return Meaning::Url;
    }
    // Sites that were broken into are reported, whoever is the victim there.
    if in_japanese(&["改ざん", "改竄", "被害サイト", "偽サイト", "フィッシングサイト", "不正サイト", "詐欺サイト", "不審サイト", "配布元", "配布サイト"])
        && !in_japanese(&["内容", "有無"])
    {
        return Meaning::Url;
    }
    // Malware is loaded down as papers are.
    let is_of_papers = in_japanese(&["ダウンロード"]) && !in_japanese(&["マルウェア", "検体", "不正", "感染"]);
    if has(&OTHERS) || in_japanese(&VICTIMS) || is_of_papers {
        return Meaning::Other;
    }
    if in_japanese(&["攻撃元", "送信元", "接続元", "アクセス元", "発信元", "ipアドレス", "ログイン元", "感染端末", "感染機器", "感染ホスト", "感染pc"])
        || (has(&["ip"]) && in_japanese(&["アドレス"]))
    {
        return Meaning::Source;
    }
    if has(&["infected"]) && has(&["host", "machine", "computer", "system", "device", "endpoint"]) {
        return Meaning::Source;
    }
    if in_japanese(&["url", "ｕｒｌ"]) {
        return Meaning::Url;
    }
    if has(&["ip", "ips", "ipv4", "ipv6", "source", "src", "attacker", "offender", "abuser", "infringer", "infringers"])
        || is(&["address", "host address", "アドレス"])
    {
        return Meaning::Source;
    }
    if has(&["url", "urls", "uri", "uris"])
        || is(&["site", "web site", "website", "phishing site", "phishing website", "サイト", "webサイト", "ウェブサイト", "対象サイト", "該当サイト"])
    {
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
            ("Destination Port: 22", Some(Meaning::AttackedPort)),
            ("宛先ポート：22/tcp", Some(Meaning::AttackedPort)),
            ("Ports: 22, 23", Some(Meaning::Port)),
            ("First: 2015", Some(Meaning::Time(3))),
            ("Last: 2015", Some(Meaning::Time(2))),
            ("ts: 2015", Some(Meaning::Time(3))),
            ("Is IP address: 192.0.2.7 yours?", None),
            ("Timestamp: 2015", Some(Meaning::Time(3))),
            ("Notice Date: 2015", Some(Meaning::Time(1))),
            ("last_seen: 2015", Some(Meaning::Time(2))),
            ("Abuse Time: 2015", Some(Meaning::Time(3))),
            ("Timestamp (UTC): 2015", Some(Meaning::Time(3))),
            ("Source IP (abuser) .: 192.0.2.7", Some(Meaning::Source)),
            ("URL 2: http://x.example.test/", Some(Meaning::Url)),
            ("設定日時：2015", Some(Meaning::Other)),
            ("提出期限日時：2015", Some(Meaning::Other)),
            ("適用開始日時：2015", Some(Meaning::Other)),
            ("Due date: 2015", Some(Meaning::Other)),
            ("Effective date: 2015", Some(Meaning::Other)),
            ("提出先URL：http://x.example.test/", Some(Meaning::Other)),
            ("資料ダウンロードURL：http://x.example.test/", Some(Meaning::Other)),
            ("ダウンロードURL：http://x.example.test/", Some(Meaning::Other)),
            ("マルウェアダウンロードURL：http://x.example.test/", Some(Meaning::Url)),
            ("回答URL：http://x.example.test/", Some(Meaning::Other)),
            ("Submission URL: http://x.example.test/", Some(Meaning::Other)),
            ("Payment URL: http://x.example.test/", Some(Meaning::Other)),
            ("感染端末：192.0.2.7", Some(Meaning::Source)),
            ("Infected host: 192.0.2.7", Some(Meaning::Source)),
            ("ログイン元IP：192.0.2.7", Some(Meaning::Source)),
            ("通信先：192.0.2.7", Some(Meaning::Other)),
            ("確認日時：2015", Some(Meaning::Time(2))),
            ("攻撃先ポート番号：22", Some(Meaning::AttackedPort)),
            ("インシデントの種別：フィッシング", Some(Meaning::Kind)),
            ("攻撃種別：SSH", Some(Meaning::Kind)),
            ("対象URL：http://x.example.test/", Some(Meaning::Url)),
            ("改ざんされたページ: http://x.example.test/", Some(Meaning::Url)),
            ("改ざんページ：http://x.example.test/", Some(Meaning::Url)),
            ("改竄箇所：http://x.example.test/", Some(Meaning::Url)),
            ("被害サイト：http://x.example.test/", Some(Meaning::Url)),
            ("偽サイト：http://x.example.test/", Some(Meaning::Url)),
            ("不正サイト：http://x.example.test/", Some(Meaning::Url)),
            ("マルウェア配布URL：http://x.example.test/", Some(Meaning::Url)),
            ("被害URL：http://x.example.test/", Some(Meaning::Other)),
            ("改ざん内容：不審なスクリプト", Some(Meaning::Other)),
            ("改ざん日時：2015", Some(Meaning::Time(2))),
            ("proto: udp", Some(Meaning::Protocol)),
            ("feedback_url: http://x.example.test/", Some(Meaning::Other)),
            ("Your IP: 192.0.2.7", Some(Meaning::Other)),
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
