//! What in a letter its sender says himself, and whether he speaks of an incident. Whoever answers a notice quotes it, and quoting it
//! reports nothing.

/// What begins a subject of an answer, in the languages that the field answers in.
const ANSWERS: [&str; 8] = ["re:", "re：", "aw:", "sv:", "antw:", "antwort:", "返信", "r:"];

/// Whether a subject is that of an answer.
#[must_use]
pub fn is_answer(subject: &str) -> bool {
    let mut rest = subject.trim();
    // A list's or a desk's name stands before it: `[EXAMPLE-CSIRT] Re: …`.
    while let Some((_, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        rest = behind.trim_start();
    }
    let head: String = rest.chars().take(12).collect::<String>().to_lowercase();
    ANSWERS.iter().any(|answer| head.starts_with(answer))
}

/// What mail programs call the date of a letter that they forward or quote.
pub(super) const SENT: [&str; 10] = ["sent", "date", "gesendet", "datum", "envoyé", "enviado", "skickat", "送信日時", "日時", "日付"];

/// A line of a letter and whether it is quoted from another one.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) is_quoted: bool,
}

/// The lines of a letter. Lines behind `>` are quoted, and in an answer whatever follows the head of another letter; what somebody
/// forwards is his own report, quoted or not.
pub(super) fn lines<'a>(subject: &str, text: &'a str) -> impl Iterator<Item = Line<'a>> {
    let is_answer = is_answer(subject);
    let (mut is_forwarded, mut is_below, mut is_signature) = (false, false, false);
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        is_forwarded |= forwards(line);
        is_below |= is_answer && !is_forwarded && begins_another(line, behind);
        rest = behind;
        let text = line.strip_suffix('\r').unwrap_or(line);
        is_signature |= signs(text, behind);
        Some(Line { text, is_quoted: !is_forwarded && (is_below || is_signature || line.trim_start().starts_with('>')) })
    })
}

/// Whether a signature begins at a line (RFC 3676, section 4.3; the space at its end is often lost): a short one, to the letter's end.
fn signs(line: &str, behind: &str) -> bool {
    const MOST_LINES: usize = 12;
    line.trim_end() == "--" && line.starts_with("--") && behind.lines().filter(|line| !line.trim().is_empty()).take(MOST_LINES + 1).count() <= MOST_LINES
}

/// The lines of a letter that are its sender's own.
pub(super) fn text(subject: &str, text: &str) -> String {
    let mut own = String::with_capacity(text.len());
    for line in lines(subject, text).filter(|line| !line.is_quoted) {
        own.push_str(line.text);
        own.push('\n');
    }
    own
}

/// A letter in what its sender says himself and what he forwards below; `None` when he forwards nothing within the text.
pub(super) fn parted<'a>(subject: &str, text: &'a str) -> Option<(&'a str, &'a str)> {
    if is_answer(subject) {
        return None;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let behind = text.get(at + line.len()..)?;
        if forwards(line) || begins_another(line, behind) {
            return text.split_at_checked(at);
        }
        at += line.len();
    }
    None
}

/// Whether a line says that a forwarded letter follows.
fn forwards(line: &str) -> bool {
    const MARKS: [&str; 8] = [
        "forwarded message",
        "forwarded by",
        "weitergeleitete nachricht",
        "message transféré",
        "mensaje reenviado",
        "転送メッセージ",
        "転送されたメッセージ",
        "転送元メッセージ",
    ];
    line.len() < 200 && {
        let lower = line.to_lowercase();
        let ruled = lower.trim_start_matches([' ', '>']);
        (ruled.starts_with(['-', '=', '_', '*']) || ruled.starts_with("begin ")) && MARKS.iter().any(|mark| lower.contains(mark))
    }
}

/// Whether another letter begins at a line: `-----Original Message-----`, or the fields of its head.
fn begins_another(line: &str, behind: &str) -> bool {
    const SENDERS: [&str; 5] = ["from", "von", "de", "från", "差出人"];
    let named = |line: &str, names: &[&str]| {
        let name = line.trim_start_matches(['*', ' ']).split([':', '：']).next().unwrap_or_default();
        name.len() < 20 && line.contains([':', '：']) && names.contains(&name.trim_end_matches(['*', ' ']).to_lowercase().as_str())
    };
    let trimmed = line.trim();
    let is_ruled = trimmed.starts_with("--") && trimmed.ends_with("--") && trimmed.trim_matches(['-', ' ']).contains(char::is_alphabetic);
    is_ruled || named(line, &SENDERS) && behind.lines().take(4).any(|line| named(line, &SENT))
}

/// Whether a text speaks of an incident: without a word of it, a labelled address is a fact like any other.
pub(super) fn speaks_of_an_incident(subject: &str, text: &str) -> bool {
    /// So much of a text is looked at, in bytes.
    const MOST_BYTES: usize = 64 * 1024;
    const WORDS: [&str; 58] = [
        "safe browsing",
        "command and control",
        "denial of service",
        "failed password",
        "authentication failure",
        "copyright",
        "compromis",
        "unauthori",
        "login attempt",
        "failed login",
        "brute force",
        "brute-force",
        "bruteforce",
        "honeypot",
        "spamtrap",
        "malicious",
        "blacklist",
        "blocklist",
        "fail2ban",
        "intrusion",
        "ransomware",
        "infring",
        "phish",
        "malware",
        "amplif",
        "reflection",
        "defac",
        "attack",
        "infect",
        "trojan",
        "hijack",
        "hacked",
        "hacking",
        "fraud",
        "abuse",
        "virus",
        "ddos",
        "scam",
        "scan",
        "spam",
        "exposed",
        "フィッシング",
        "迷惑メール",
        "マルウェア",
        "ウイルス",
        "なりすまし",
        "スキャン",
        "乗っ取",
        "スパム",
        "著作権",
        "偽サイト",
        "改ざん",
        "改竄",
        "攻撃",
        "不正",
        "感染",
        "詐欺",
        "侵害",
    ];
    let head = text.get(..text.floor_char_boundary(MOST_BYTES)).unwrap_or(text);
    // `abuse@example.jp` is where one writes to, not what happened.
    let sentences = std::iter::once(subject).chain(head.lines()).flat_map(|line| line.split('。')).filter(|one| !asks_or_thanks(one));
    let words = sentences.flat_map(str::split_whitespace).filter(|word| !word.contains('@') && !word.contains("://"));
    let plain = words.fold(String::new(), |text, word| text + word + " ").to_lowercase();
    WORDS.iter().any(|word| plain.match_indices(word).any(|(at, _)| happened(&plain, at, at + word.len())))
}

/// Whether a line, or a sentence of one, asks or thanks for what was done.
fn asks_or_thanks(line: &str) -> bool {
    const ENDS: [&str; 8] = ["?", "？", "ですか", "ますか", "でしょうか", "教えてください", "ありがとうございました", "ありがとうございます"];
    let line = line.trim_end_matches(['。', '！', '!', ' ', '\u{3000}']);
    ENDS.iter().any(|end| line.ends_with(end))
}

/// Whether a word of an incident, found in a text between two places, speaks of one that happened, and not of a trade in it: 不正アクセス対策,
/// phishing training, protection against malware.
fn happened(text: &str, from: usize, to: usize) -> bool {
    const BEFORE: [&str; 5] = ["prevent ", "preventing ", "against ", "anti-", "anti "];
    const BEHIND: [&str; 28] = [
        "対策",
        "防止",
        "防御",
        "訓練",
        "研修",
        "教育",
        "セミナー",
        "講座",
        "検査",
        "診断",
        "保険",
        "解析環境",
        "対応訓練",
        "監視",
        "simulation",
        "training",
        "awareness",
        "mitigation",
        "prevention",
        "protection",
        "defense",
        "defence",
        "seminar",
        "webinar",
        "exercise",
        "workshop",
        "insurance",
        "response meeting",
    ];
    let (before, behind) = (text.get(..from).unwrap_or_default(), text.get(to..).unwrap_or_default());
    // A stem goes on to the end of its word, and may be one of two: `ddos attack mitigation`, 不正 of 不正アクセス対策.
    let behind = behind.trim_start_matches(|one: char| one.is_ascii_alphanumeric()).trim_start();
    let next = ["attack", "アクセス", "攻撃", "サイト", "メール"].iter().find_map(|word| behind.strip_prefix(word)).unwrap_or(behind);
    let next = next.trim_start_matches('s').trim_start();
    !(BEFORE.iter().any(|word| before.ends_with(word)) || BEHIND.iter().any(|word| behind.starts_with(word) || next.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_not_the_senders_own() {
        for (subject, letter, expected) in [
            ("Re: a", "Done.\n> IP: 192.0.2.7\n", "Done.\n"),
            ("a", "Done.\r\n > IP: 192.0.2.7\r\nBye\r\n", "Done.\nBye\n"),
            ("[EXAMPLE-CSIRT] AW: a", "Erledigt.\n\nVon: a@example.jp\nGesendet: Montag\nIP: 192.0.2.7\n", "Erledigt.\n\n"),
            ("返信: a", "対応しました。\n-----元のメッセージ-----\nIP: 192.0.2.7\n", "対応しました。\n"),
            ("Fwd: a", "-----Original Message-----\nFrom: a\nSent: b\nIP: 192.0.2.7\n", "-----Original Message-----\nFrom: a\nSent: b\nIP: 192.0.2.7\n"),
            ("Fwd: a", "---------- Forwarded message ---------\n> IP: 192.0.2.7\n", "---------- Forwarded message ---------\n> IP: 192.0.2.7\n"),
            ("Re: a", "From: where it came\nI do not know.\n", "From: where it came\nI do not know.\n"),
            ("a", "Hello\n-- \nJohn\nURL: https://www.example.jp/\n", "Hello\n"),
            ("a", "One\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n", "One\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n"),
        ] {
            assert_eq!(text(subject, letter), expected, "{subject}");
        }
    }

    #[test]
    fn words_of_an_incident_are_told_from_others() {
        for (text, expected) in [
            ("SSH brute force", true),
            ("不正アクセスについて", true),
            ("Please open the firewall, or write to abuse@example.jp, see https://scan.example.jp/", false),
            ("議事録をお送りします。", false),
            ("不正アクセス対策の会議", false),
            ("DDoS attack mitigation service", false),
            ("How do I report phishing to you?", false),
            ("フィッシング訓練のお知らせ", false),
            ("標的型攻撃メール訓練", false),
            ("攻撃についてご対応いただきありがとうございました。解決しました。", false),
            ("We protect you against phishing.", false),
            ("不正アクセス対策の会議で、不正アクセスの件を話します。", true),
            ("Phishing awareness is low; a phishing site is up", true),
        ] {
            assert_eq!(speaks_of_an_incident("", text), expected, "{text}");
            assert_eq!(speaks_of_an_incident(text, ""), expected, "{text}");
        }
    }
}
