//! TLP marks as people write them: `TLP:RED`, `[TLP: AMBER+STRICT]`, `ＴＬＰ：ＲＥＤ`.

use noroshi_kernel::tlp::Tlp;
use unicode_normalization::UnicodeNormalization as _;

/// The lines at the beginning and at the end of a text in which a mark is looked for, quotes and empty ones not counted.
const LINES: usize = 5;
/// The longest line that may be a mark, in characters.
const LINE_MOST_CHARS: usize = 80;
/// So much of a subject is looked at, in characters.
const SUBJECT_MOST_CHARS: usize = 500;

/// The labels as they are written, the longer before what they begin with. WHITE was what CLEAR is now.
const LABELS: [(&str, Tlp); 8] = [
    ("AMBER+STRICT", Tlp::AmberStrict),
    ("AMBER STRICT", Tlp::AmberStrict),
    ("AMBER-STRICT", Tlp::AmberStrict),
    ("AMBER", Tlp::Amber),
    ("GREEN", Tlp::Green),
    ("CLEAR", Tlp::Clear),
    ("WHITE", Tlp::Clear),
    ("RED", Tlp::Red),
];

/// A mark in a folded text: what it says, what stands before it and behind it.
struct Mark<'t> {
    tlp: Tlp,
    before: &'t str,
    behind: &'t str,
}

fn fold(text: &str, most_chars: usize) -> String {
    text.chars().take(most_chars).nfkc().flat_map(char::to_uppercase).collect()
}

fn marks(folded: &str) -> impl Iterator<Item = Mark<'_>> {
    folded.match_indices("TLP").filter_map(move |(at, tlp)| {
        let before = folded.get(..at)?;
        if before.chars().next_back().is_some_and(|one| one.is_ascii_alphanumeric()) {
            return None;
        }
        let said = folded.get(at + tlp.len()..)?;
        let said = said.trim_start().strip_prefix([':', '-']).or_else(|| said.strip_prefix(' '))?.trim_start();
        LABELS.into_iter().find_map(|(label, tlp)| {
            let behind = said.strip_prefix(label)?;
            (!behind.starts_with(|one: char| one.is_ascii_alphanumeric() || one == '+')).then_some(Mark { tlp, before, behind })
        })
    })
}

/// The strictest mark in a subject.
pub(super) fn in_subject(subject: &str) -> Option<Tlp> {
    marks(&fold(subject, SUBJECT_MOST_CHARS)).map(|mark| mark.tlp).max()
}

/// The strictest mark that is a line of its own at the beginning or at the end of a text. What is quoted was said of another letter, and a
/// sentence that only speaks of labels is no mark.
pub(super) fn in_text(text: &str) -> Option<Tlp> {
    let own = |line: &&str| !line.is_empty() && !line.starts_with(['>', '＞', '|', '｜']);
    let lines = || text.lines().map(str::trim).filter(own);
    lines().take(LINES).chain(lines().rev().take(LINES)).filter_map(in_line).max()
}

fn in_line(line: &str) -> Option<Tlp> {
    if line.chars().nth(LINE_MOST_CHARS).is_some() {
        return None;
    }
    let folded = fold(line, LINE_MOST_CHARS);
    let mut marks = marks(&folded);
    let (mark, others) = (marks.next()?, marks.next());
    let bare = |text: &str| text.trim_matches(|one: char| !one.is_alphanumeric()).to_owned();
    let (before, behind) = (bare(mark.before), bare(mark.behind));
    // `本メールはTLP:REDです。転送禁止`, `TLP:REDとして取り扱いください`: what is behind says it, or nothing is.
    let says = ["です", "として取", "とします", "扱い", "。転送", "DO NOT", "NOT FOR"].iter().any(|word| mark.behind.trim_start().starts_with(word));
    let asks = ["教えて", "ですか", "とは", "について", "?", " MEANS"].iter().any(|word| mark.behind.contains(word));
    let alone = others.is_none()
        && !asks
        && (behind.is_empty() || says || before.is_empty() && !mark.behind.starts_with(|one: char| one == ' ' || one.is_alphanumeric()));
    alone.then_some(mark.tlp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_subjects() {
        for (subject, expected) in [
            ("[TLP:RED] overflow", Some(Tlp::Red)),
            ("Re: tlp: red / overflow", Some(Tlp::Red)),
            ("【ＴＬＰ：ＲＥＤ】脆弱性", Some(Tlp::Red)),
            ("TLP:AMBER+STRICT", Some(Tlp::AmberStrict)),
            ("TLP:AMBER+STRICTER", None),
            ("TLP:AMBER then TLP:RED", Some(Tlp::Red)),
            ("TLP:WHITE list", Some(Tlp::Clear)),
            ("TLP:REDACTED", None),
            ("[TLP RED] overflow", Some(Tlp::Red)),
            ("TLP-RED: overflow", Some(Tlp::Red)),
            ("XTLP:RED", None),
            ("", None),
        ] {
            assert_eq!(in_subject(subject), expected, "{subject}");
        }
    }

    #[test]
    fn marks_are_lines_of_their_own_at_either_end() {
        let far = "a line\n".repeat(20);
        for (text, expected) in [
            ("TLP:RED\n\nhello", Some(Tlp::Red)),
            ("hello\n\n  ** TLP: AMBER+STRICT **  \n", Some(Tlp::AmberStrict)),
            ("このメールは TLP:RED です。\n", Some(Tlp::Red)),
            ("Classification: TLP:RED\n", Some(Tlp::Red)),
            ("本メールはTLP:REDとして取り扱いください。\n", Some(Tlp::Red)),
            ("取扱注意：本メールはTLP:REDです。転送禁止。\n", Some(Tlp::Red)),
            ("TLP RED\n\nhello", Some(Tlp::Red)),
            ("TLP:REDの扱いについて教えてください。", None),
            ("TLP:RED means what exactly?", None),
            ("> TLP:RED\nhello", None),
            ("＞ TLP:RED\nhello", None),
            ("We never send TLP:RED by mail without encryption.", None),
            ("TLP:RED or TLP:AMBER, as you like", None),
            (&format!("{far}TLP:RED\n{far}"), None),
            (&format!("{far}TLP:RED\n"), Some(Tlp::Red)),
            (&format!("TLP:RED {}", "x ".repeat(100)), None),
        ] {
            assert_eq!(in_text(text), expected, "{text}");
        }
    }
}
