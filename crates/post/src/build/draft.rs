//! What a letter is built from.

use super::{MOST_ATTACHMENTS, MOST_RECIPIENTS, MOST_REFERENCES, MOST_TEXT, address, head::Field, jis, too_large, words};
use crate::letter::{self, Mailbox};
use noroshi_kernel::{
    moment::{Moment, Zone},
    reason::Reason,
};

/// The charset of a letter's texts. The names of attachments are always UTF-8 (RFC 2231).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Charset {
    /// UTF-8, which holds everything.
    #[default]
    Utf8,
    /// ISO-2022-JP (RFC 1468), for readers that know nothing else; only when the subject, every display name and the body stand in ASCII and
    /// JIS X 0208 without vendors' characters such as ①, ㈱ or half-width kana. Of characters that have two forms in Unicode and one in
    /// JIS X 0208 (〜 and ～, − and －), the reader gets one: the full-width tilde, the full-width hyphen-minus.
    Iso2022Jp,
}

impl Charset {
    /// The name in a letter (RFC 2978).
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Iso2022Jp => "ISO-2022-JP",
        }
    }
}

/// Who wrote a letter, which programs want to know before they answer it (RFC 3834, section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A person.
    #[default]
    Person,
    /// A program that answers a letter: `Auto-Submitted: auto-replied`.
    Answer,
    /// A program by itself: `Auto-Submitted: auto-generated`.
    Program,
}

impl Origin {
    /// The fields that say so. `Precedence` is none of them: no standard defines it, and mail systems sort letters away by it.
    /// `X-Auto-Response-Suppress` is what Exchange looks at instead of `Auto-Submitted`.
    pub(super) fn fields(self) -> Vec<Field> {
        let word = match self {
            Self::Person => return Vec::new(),
            Self::Answer => "auto-replied",
            Self::Program => "auto-generated",
        };
        vec![Field::short("Auto-Submitted", word), Field::short("X-Auto-Response-Suppress", "OOF, AutoReply")]
    }
}

/// A file that comes with a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name; folders and control characters are taken off.
    pub name: String,
    /// Its media type without parameters, for example `text/csv`. What is none, and letters within letters, go as
    /// `application/octet-stream`, so that their bytes arrive as they are.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Attachment {
    pub(super) fn sendable_type(&self) -> String {
        let token = |word: &str| !word.is_empty() && word.len() <= 70 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
        let lower = self.media_type.to_ascii_lowercase();
        match lower.split_once('/') {
            Some((kind, subtype)) if token(kind) && token(subtype) && !matches!(kind, "message" | "multipart") => lower,
            _ => "application/octet-stream".to_owned(),
        }
    }
}

/// A letter as a person or a program wrote it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who sends it.
    pub from: Mailbox,
    /// Whom it is to.
    pub to: Vec<Mailbox>,
    /// Who gets a copy that all see.
    pub cc: Vec<Mailbox>,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<Mailbox>,
    /// The subject, at most [`MOST_TEXT`] characters.
    pub subject: String,
    /// The text. Any line ends; control characters other than tab are sent as spaces.
    pub body: String,
    /// Files that come with it.
    pub attachments: Vec<Attachment>,
    /// Its id, `left@right`, without angle brackets.
    pub message_id: String,
    /// When it was written.
    pub date: Moment,
    /// In which zone that is told.
    pub zone: Zone,
    /// The id of the letter that this one answers. One that cannot stand in a head is left out.
    pub in_reply_to: Option<String>,
    /// The ids of the thread, the first letter's first; that of [`in_reply_to`](Self::in_reply_to) is added at the end when it is missing. Of many,
    /// the first and the last are kept, [`MOST_REFERENCES`] in all.
    pub references: Vec<String>,
    /// Who wrote it.
    pub origin: Origin,
    /// The team's mark, by which a letter that comes back is known (see [`automatic`](crate::automatic)); none when empty.
    pub loop_mark: String,
    /// The charset that is wanted.
    pub charset: Charset,
}

impl Draft {
    /// A draft that is empty but for what every letter has.
    #[must_use]
    pub fn new(from: Mailbox, message_id: &str, date: Moment, zone: Zone) -> Self {
        Self {
            from,
            to: Vec::new(),
            cc: Vec::new(),
            reply_to: None,
            subject: String::new(),
            body: String::new(),
            attachments: Vec::new(),
            message_id: message_id.to_owned(),
            date,
            zone,
            in_reply_to: None,
            references: Vec::new(),
            origin: Origin::Person,
            loop_mark: String::new(),
            charset: Charset::Utf8,
        }
    }

    /// Refuses what is too much, before anything is built of it.
    pub(super) fn bounded(&self) -> Result<(), Reason> {
        let recipients = self.to.len() + self.cc.len();
        if recipients == 0 || recipients > MOST_RECIPIENTS {
            return Err(Reason::new(
                "letter-recipients",
                format!("宛先（To と Cc）は 1 から {MOST_RECIPIENTS} 件までです。"),
                format!("a letter goes to 1 to {MOST_RECIPIENTS} recipients, with those of copies"),
            ));
        }
        if self.attachments.len() > MOST_ATTACHMENTS {
            return Err(Reason::new(
                "letter-attachments",
                format!("添付ファイルは {MOST_ATTACHMENTS} 個までです。"),
                format!("a letter may have {MOST_ATTACHMENTS} attachments at most"),
            ));
        }
        if self.subject.chars().count() > MOST_TEXT
            || self.loop_mark.len() > MOST_TEXT
            || self.mailboxes().any(|mailbox| mailbox.name.chars().count() > MOST_TEXT)
        {
            return Err(Reason::new(
                "letter-text-length",
                format!("件名と表示名は {MOST_TEXT} 文字以内で書いてください。"),
                format!("the subject and each name may hold {MOST_TEXT} characters at most"),
            ));
        }
        let size = self.attachments.iter().fold(self.body.len(), |size, file| size.saturating_add(file.bytes.len()));
        if size > letter::MOST_BYTES { Err(too_large()) } else { Ok(()) }
    }

    fn mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        std::iter::once(&self.from).chain(&self.reply_to).chain(&self.to).chain(&self.cc)
    }

    /// The charset that holds all texts: the one that is wanted, or UTF-8.
    pub(super) fn usable_charset(&self) -> Charset {
        let fits = |text: &str| jis::encode(text).is_some();
        let wanted = self.charset == Charset::Iso2022Jp;
        let all = || fits(&words::one_line(&self.subject)) && fits(&self.text()) && self.mailboxes().all(|mailbox| fits(&words::one_line(&mailbox.name)));
        if wanted && all() { Charset::Iso2022Jp } else { Charset::Utf8 }
    }

    /// The body with line feeds as line ends, also at its own end, and without other control characters.
    pub(super) fn text(&self) -> String {
        let mut text = self.body.replace("\r\n", "\n").replace('\r', "\n");
        text = text.chars().map(|one| if one.is_control() && !matches!(one, '\n' | '\t') { ' ' } else { one }).collect();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// The id of the letter that is answered.
    pub(super) fn parent(&self) -> Option<&str> {
        self.in_reply_to.as_deref().and_then(address::foreign_id)
    }

    /// The ids of the thread, as many as are sent.
    pub(super) fn thread(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.references.iter().filter_map(|id| address::foreign_id(id)).collect();
        if let Some(parent) = self.parent().filter(|parent| ids.last() != Some(parent)) {
            ids.retain(|id| *id != parent);
            ids.push(parent);
        }
        if ids.len() > MOST_REFERENCES {
            ids.drain(1..ids.len() - (MOST_REFERENCES - 1));
        }
        ids
    }

    /// Whom it goes to, each once.
    pub(super) fn recipients(&self) -> Result<Vec<String>, Reason> {
        let mut all: Vec<String> = Vec::new();
        for mailbox in self.to.iter().chain(&self.cc) {
            let wire = address::wire(&mailbox.address)?;
            if !all.contains(&wire) {
                all.push(wire);
            }
        }
        Ok(all)
    }
}
