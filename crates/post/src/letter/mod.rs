//! A letter (RFC 5322, 2045–2049) as it was sent: who, when, and every part of it, down into forwarded letters.

mod headers;
mod reading;
mod within;

pub use headers::{Headers, Hop, Mailbox};
pub use reading::{read, short_name};

use noroshi_kernel::reason::Reason;

/// The longest letter that is read, in bytes; a longer one is kept raw and read by a person.
pub const MOST_BYTES: usize = 64 << 20;
/// The most parts of a letter, with those of letters within.
pub const MOST_PARTS: usize = 1_000;
/// The deepest nesting of letters within letters.
pub const MOST_DEPTH: usize = 20;
/// The longest text of a part, in bytes after it was decoded; the rest stays in the raw letter.
pub const TEXT_MOST_BYTES: usize = 4 << 20;

/// A letter that was read.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The fields of its head.
    pub headers: Headers,
    /// Its parts in the order of the bytes, those of letters within among them.
    pub parts: Vec<Part>,
    /// What had to be mended or left out, in words.
    pub oddities: Vec<Reason>,
}

/// A part of a letter.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its place: `2.1` is the first part of the second. The letter's own body is `1` when it has no parts. `1.u1` is the first file that stands
    /// uuencoded in the text `1`; `2.b1` and `2.t1` are the first body and the first attachment that Outlook packed into `2`.
    pub path: String,
    /// The media type in lower case: `text/plain`.
    pub media_type: String,
    /// A parameter of the media type that tells kinds of `multipart/report` and `multipart/signed` apart: its `report-type` or `protocol`.
    pub kind: Option<String>,
    /// The file name, made safe: no folders, no control characters.
    pub name: Option<String>,
    /// Whether it is meant as an attachment.
    pub attached: bool,
    /// How many letters it lies within: 0 is the letter itself.
    pub depth: usize,
    /// What it holds.
    pub body: Body,
}

/// What a part holds.
#[derive(Clone, Debug)]
pub enum Body {
    /// A text, with the charset by which it was read.
    Text {
        /// The text.
        text: String,
        /// The charset.
        charset: &'static str,
    },
    /// HTML as it was sent. It is never shown as such: see [`crate::html`].
    Html {
        /// The markup.
        html: String,
        /// The charset.
        charset: &'static str,
    },
    /// Anything else, its transfer encoding undone.
    Bytes(Vec<u8>),
    /// Parts, which follow.
    Multipart,
    /// A letter, whose parts follow one level deeper.
    Letter(Box<Headers>),
}

impl Part {
    /// The part's text as a person would read it; `None` when it holds no text.
    #[must_use]
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        match &self.body {
            Body::Text { text, .. } => Some(text.into()),
            Body::Html { html, .. } => Some(crate::html::text(html).into()),
            _ => None,
        }
    }

    /// The bytes of an attachment or of a text.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Text { text, .. } => Some(text.as_bytes()),
            Body::Html { html, .. } => Some(html.as_bytes()),
            Body::Bytes(bytes) => Some(bytes),
            Body::Multipart | Body::Letter(_) => None,
        }
    }
}

impl Letter {
    /// The texts that the sender wrote: those of the letter itself that are no attachments. Where plain text and HTML say the
    /// same, the plain one.
    pub fn texts(&self) -> impl Iterator<Item = &Part> {
        let plain = self.parts.iter().any(|part| is_body(part) && matches!(part.body, Body::Text { .. }));
        self.parts.iter().filter(move |part| is_body(part) && (!plain || matches!(part.body, Body::Text { .. })))
    }
}

fn is_body(part: &Part) -> bool {
    part.depth == 0 && !part.attached && matches!(part.body, Body::Text { .. } | Body::Html { .. }) && part.media_type.starts_with("text/")
}
