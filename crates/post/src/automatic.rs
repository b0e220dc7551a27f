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
    /// From the mail system itself: `mailer-daemon`.
    Daemon,
    /// From `postmaster`: the mail system, or whoever runs it.
    Postmaster,
    /// Our own mark: it came back to us.
    Loop,
    /// A program answered (`X-Autoreply` and its like).
    Autoreply,
    /// Its sender wants no automatic answer (`X-Auto-Response-Suppress`), and may be anybody.
    Suppress,
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
            Self::Postmaster => "postmaster",
            Self::Loop => "loop",
            Self::Autoreply => "autoreply",
            Self::Suppress => "suppress",
        }
    }

    /// Reads a stored key; `None` for any other text.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        const ALL: [Automatic; 9] = [
            Automatic::Submitted,
            Automatic::NullPath,
            Automatic::Precedence,
            Automatic::List,
            Automatic::Daemon,
            Automatic::Postmaster,
            Automatic::Loop,
            Automatic::Autoreply,
            Automatic::Suppress,
        ];
        ALL.into_iter().find(|one| one.key() == key)
    }

    /// Whether a program wrote it for certain. The other marks say that no program is to answer it: trackers mark what people write in them
    /// as bulk, lists pass on what people wrote, and whoever runs a mail system writes as postmaster.
    #[must_use]
    pub const fn is_by_a_program(self) -> bool {
        matches!(self, Self::Submitted | Self::NullPath | Self::Daemon | Self::Loop | Self::Autoreply)
    }

    /// Whether it was sent to many, unless it is an answer.
    #[must_use]
    pub const fn goes_to_many(self) -> bool {
        matches!(self, Self::Precedence | Self::List)
    }
}

/// The field by which we know letters of ours that come back; its value is the team's mark.
pub const LOOP_FIELD: &str = "X-Noroshi-Loop";

/// Whether a letter is automatic, and why. `loop_mark` is the value that our own letters carry in [`LOOP_FIELD`].
///
/// The order is that of certainty: our own mark first, what a program wrote for certain before what only asks for no answer.
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
    if says("Precedence", &["auto_reply"]) {
        return Some(Automatic::Autoreply);
    }
    let local = |address: &str| address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let is_from = |name: &str| headers.from.iter().chain(&headers.sender).any(|from| local(&from.address) == name);
    let has = |marks: &[&str]| marks.iter().any(|name| headers.field(name).is_some());
    if is_from("mailer-daemon") {
        return Some(Automatic::Daemon);
    }
    if has(&["X-Autoreply", "X-Autorespond", "X-Autoresponder"]) {
        return Some(Automatic::Autoreply);
    }
    if says("Precedence", &["bulk", "junk", "list"]) {
        return Some(Automatic::Precedence);
    }
    if has(&["List-Id", "List-Post", "List-Unsubscribe"]) {
        return Some(Automatic::List);
    }
    if is_from("postmaster") {
        return Some(Automatic::Postmaster);
    }
    has(&["X-Auto-Response-Suppress"]).then_some(Automatic::Suppress)
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
            ("Precedence: auto_reply", Some(Automatic::Autoreply)),
            ("Precedence: bulk\r\nX-Autoreply: yes", Some(Automatic::Autoreply)),
            ("From: postmaster@example.jp", Some(Automatic::Postmaster)),
            ("From: postmaster@example.jp\r\nReturn-Path: <>", Some(Automatic::NullPath)),
            ("X-Auto-Response-Suppress: All", Some(Automatic::Suppress)),
            ("X-Auto-Response-Suppress: All\r\nAuto-Submitted: auto-replied", Some(Automatic::Submitted)),
        ] {
            assert_eq!(why(head), expected, "{head}");
            assert!(expected.is_none_or(|one| Automatic::from_key(one.key()) == Some(one)), "{head}");
        }
    }
}
