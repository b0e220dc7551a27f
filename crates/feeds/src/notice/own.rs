//! What in a letter its sender says himself. Whoever answers a notice quotes it, and quoting it reports nothing.

/// What begins a subject of an answer, in the languages that the field answers in.
const ANSWERS: [&str; 10] = ["re:", "re：", "aw:", "sv:", "antw:", "antwort:", "返信", "回答", "ご回答", "r:"];

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
}
