//! Which letters were written by programs, so that no program of ours answers them (RFC 3834).

use crate::letter::Headers;

/// Why a letter counts as automatic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Automatic {
    /// `Auto-Submitted` says something other than `no` (RFC 3834, section 5).
    Submitted,
    /// The null return path: a delivery report or an answer to one (RFC 5321, section 4.5.5).
    NullPath,
    /// `Precedence` is bulk, junk or list.
    Precedence,
    /// A mailing list's letter (`List-Id`, RFC 2919, or another `List-` field, RFC 2369).
    List,
    /// From the mail system itself: `mailer-daemon`, `postmaster`.
    Daemon,
    /// Our own mark: it came back to us.
    Loop,
    /// A feedback report of a mail system (`Feedback-ID` does not count; `X-Autoreply` and its like do).
    Autoreply,
}

impl Automatic {
    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::NullPath => "null_path",
            Self::Precedence => "precedence",
            Self::List => "list",
            Self::Daemon => "daemon",
            Self::Loop => "loop",
            Self::Autoreply => "autoreply",
        }
    }
}

/// The field by which we know letters of ours that come back; its value is the team's mark.
pub const LOOP_FIELD: &str = "X-Noroshi-Loop";

/// Whether a letter is automatic, and why. `loop_mark` is the value that our own letters carry in [`LOOP_FIELD`].
///
/// The order is that of certainty: our own mark first.
#[must_use]
pub fn of(headers: &Headers, loop_mark: &str) -> Option<Automatic> {
    let says = |name: &str, words: &[&str]| {
        headers.all(name).any(|text| {
            let first = text.split([';', ' ', ',', '(']).next().unwrap_or_default().trim();
            words.iter().any(|word| first.eq_ignore_ascii_case(word))
        })
    };
    if headers.all(LOOP_FIELD).any(|mark| !loop_mark.is_empty() && mark.trim() == loop_mark) {
        return Some(Automatic::Loop);
    }
    if headers.return_path.as_deref() == Some("") {
        return Some(Automatic::NullPath);
    }
    if headers.all("Auto-Submitted").any(|text| !text.trim().is_empty()) && !says("Auto-Submitted", &["no"]) {
        return Some(Automatic::Submitted);
    }
    if says("Precedence", &["bulk", "junk", "list", "auto_reply"]) {
        return Some(Automatic::Precedence);
    }
    if ["List-Id", "List-Post", "List-Unsubscribe"].iter().any(|name| headers.field(name).is_some()) {
        return Some(Automatic::List);
    }
    let local = |address: &str| address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    if headers.from.iter().chain(&headers.sender).any(|from| matches!(local(&from.address).as_str(), "mailer-daemon" | "postmaster")) {
        return Some(Automatic::Daemon);
    }
    let marks = ["X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Autoresponder"];
    marks.iter().any(|name| headers.field(name).is_some()).then_some(Automatic::Autoreply)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter;

    fn why(head: &str) -> Option<Automatic> {
        of(&letter::read(format!("{head}\r\n\r\ntext\r\n").as_bytes()).expect("a letter").headers, "example-csirt")
    }

    #[test]
    fn programs_are_told_from_people() {
        for (head, expected) in [
            ("From: a@example.jp", None),
            ("Auto-Submitted: no", None),
            ("Auto-Submitted: no (a person wrote it)", None),
            ("Auto-Submitted: auto-replied", Some(Automatic::Submitted)),
            ("auto-submitted: AUTO-GENERATED; x=y", Some(Automatic::Submitted)),
            ("Return-Path: <>", Some(Automatic::NullPath)),
            ("Return-Path: <MAILER-DAEMON>", Some(Automatic::NullPath)),
            ("Return-Path: <a@example.jp>", None),
            ("Return-Path: <a@example.jp>\r\nReturn-Path: <>", None),
            ("Precedence: Bulk", Some(Automatic::Precedence)),
            ("Precedence: first-class", None),
            ("List-Id: <a.example.jp>", Some(Automatic::List)),
            ("From: MAILER-DAEMON@example.jp (Mail Delivery)", Some(Automatic::Daemon)),
            ("From: daemon@example.jp", None),
            ("X-Noroshi-Loop: example-csirt", Some(Automatic::Loop)),
            ("X-Noroshi-Loop: another-csirt", None),
            ("X-Noroshi-Loop:", None),
            ("X-Autoreply: yes", Some(Automatic::Autoreply)),
        ] {
            assert_eq!(why(head), expected, "{head}");
        }
    }
}
