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
    let (mut is_forwarded, mut is_below) = (false, false);
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
        Some(Line { text, is_quoted: !is_forwarded && (is_below || line.trim_start().starts_with('>')) })
    })
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
    let words = subject.split_whitespace().chain(head.split_whitespace()).filter(|word| !word.contains('@') && !word.contains("://"));
    let plain = words.fold(String::new(), |text, word| text + word + " ").to_lowercase();
    WORDS.iter().any(|word| plain.contains(word))
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
        ] {
            assert_eq!(speaks_of_an_incident("", text), expected, "{text}");
            assert_eq!(speaks_of_an_incident(text, ""), expected, "{text}");
        }
    }
}
