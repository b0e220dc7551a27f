//! What a letter is found by, and how far its sender wants it told. Pure: bytes in, words out.
//!
//! Of a letter of which anything was encrypted, nothing that lay within becomes a word of the index: its subject and sender as they stood
//! outside are all that it is found by. A mark within it counts all the same.

mod mark;

use crate::{
    correspondence::Channel,
    form::{self, is_placeholder},
};
use noroshi_feeds::{defang::refang, finding::Finding, iodef};
use noroshi_kernel::{moment::Moment, tlp::Tlp};
use noroshi_ledger::search;
use noroshi_post::{
    html,
    letter::{self, Body, Headers, Letter, Part},
    sealed::{self, Ring, Secrecy},
};

/// So much of the names of attachments is indexed, in bytes.
const NAMES_MOST_BYTES: usize = 4 << 10;
/// So much of what a letter reports is indexed, in bytes.
const ITEMS_MOST_BYTES: usize = 8 << 10;
/// So many words of a text are looked at for URLs that were disarmed.
const DISARMED_MOST_WORDS: usize = 10_000;
/// The files of a letter that are looked at for a document's restriction.
const MOST_DOCUMENTS: usize = 20;

/// What a letter is found by, and what its sender asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gist {
    /// What it is found by, at most [`search::MOST_BYTES`].
    pub words: String,
    /// How far it may be told, when it says so.
    pub asked: Option<Asked>,
}

/// How far a letter may be told, as its sender says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The label.
    pub tlp: Tlp,
    /// Where that stands.
    pub by: AskedBy,
}

/// Where a sender says how far a letter may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AskedBy {
    /// A mark in its subject.
    Subject,
    /// A mark in its first or last lines.
    Text,
    /// The restriction of a document that came with it.
    Document,
    /// The field of a form.
    Form,
}

impl AskedBy {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Subject, Self::Text, Self::Document, Self::Form];

    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Document => "document",
            Self::Form => "form",
        }
    }
}

/// Reads once more what came by `channel`, opened by `keys` at `at`, beside what was found in it.
#[must_use]
pub fn of(raw: &[u8], channel: Channel, keys: &Ring, at: Moment, findings: &[Finding]) -> Gist {
    let sealed::Opened { raw: opened, seal } = sealed::open(raw, keys, at);
    let in_findings = findings.iter().filter_map(|finding| finding.tlp).max().map(|tlp| Asked { tlp, by: AskedBy::Document });
    let Ok(mut letter) = letter::read(&opened) else {
        let headers = Headers::of_letter(raw);
        let asked = strictest([by_subject(&headers, channel), in_findings]);
        return Gist { words: outside(&headers).0, asked };
    };
    if channel.is_filled_in() {
        let _ = form::take(&mut letter);
    }
    let text = written(&letter);
    let by_text = mark::in_text(&text).filter(|_| !channel.is_filled_in()).map(|tlp| Asked { tlp, by: AskedBy::Text });
    let asked = strictest([by_subject(&letter.headers, channel), by_text, in_documents(&letter), in_findings]);
    let words = if seal.secrecy() == Secrecy::None { inside(&letter, &text, findings) } else { outside(&Headers::of_letter(raw)) };
    Gist { words: words.0, asked }
}

/// What was filled into a form has a field for it, and a subject that we made.
fn by_subject(headers: &Headers, channel: Channel) -> Option<Asked> {
    mark::in_subject(&headers.subject).filter(|_| !channel.is_filled_in()).map(|tlp| Asked { tlp, by: AskedBy::Subject })
}

fn strictest(asked: impl IntoIterator<Item = Option<Asked>>) -> Option<Asked> {
    asked.into_iter().flatten().reduce(|one, other| if other.tlp > one.tlp { other } else { one })
}

/// What the letter's documents ask for, also those of which nothing could be read.
fn in_documents(letter: &Letter) -> Option<Asked> {
    let files = letter.parts.iter().filter(|part| part.depth == 0).filter_map(Part::bytes).filter(|bytes| bytes.trim_ascii_start().starts_with(b"<"));
    files.take(MOST_DOCUMENTS).filter_map(iodef::restriction).max().map(|tlp| Asked { tlp, by: AskedBy::Document })
}

/// What the sender wrote. Of HTML also where its links lead.
fn written(letter: &Letter) -> String {
    let mut lines = Vec::new();
    for part in letter.texts() {
        lines.extend(part.text().map(std::borrow::Cow::into_owned));
        if let Body::Html { html, .. } = &part.body {
            lines.extend(html::links(html));
        }
    }
    lines.join("\n")
}

/// Words one behind the other, up to what the index takes.
struct Words(String);

impl Words {
    fn add(&mut self, text: &str, most_bytes: usize) {
        let mut end = text.len().min(most_bytes).min(search::MOST_BYTES.saturating_sub(self.0.len() + 1));
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if end > 0 {
            self.0.push(' ');
            self.0.push_str(text.get(..end).unwrap_or_default());
        }
    }

    fn all<'a>(&mut self, texts: impl Iterator<Item = &'a str>, most_bytes: usize) {
        let before = self.0.len();
        for text in texts {
            self.add(text, most_bytes.saturating_sub(self.0.len() - before));
        }
    }
}

/// What stands outside of a letter.
fn outside(headers: &Headers) -> Words {
    const HEAD_MOST_BYTES: usize = 4 << 10;
    let mut words = Words(String::new());
    words.add(&headers.subject, HEAD_MOST_BYTES);
    for from in headers.from.iter().chain(&headers.sender).chain(&headers.reply_to).take(5) {
        words.add(&from.name, HEAD_MOST_BYTES);
        if !is_placeholder(&from.address) {
            words.add(&from.address, HEAD_MOST_BYTES);
        }
    }
    words
}

fn inside(letter: &Letter, text: &str, findings: &[Finding]) -> Words {
    let mut words = outside(&letter.headers);
    words.all(letter.parts.iter().filter_map(|part| part.name.as_deref()), NAMES_MOST_BYTES);
    let before = words.0.len();
    for finding in findings {
        if words.0.len() - before > ITEMS_MOST_BYTES {
            break;
        }
        if let Some(url) = &finding.url {
            words.add(&url.url, ITEMS_MOST_BYTES);
        }
        let named = finding.addresses.iter().map(ToString::to_string).chain(finding.host.iter().map(ToString::to_string)).chain(finding.brand.clone());
        named.for_each(|item| words.add(&item, 500));
    }
    // People search for a URL as it is, and write it so that nobody opens it.
    let disarmed = |word: &&str| word.contains(['[', '(', '{']) || word.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("hxxp"));
    let whole: Vec<String> = text.split_whitespace().take(DISARMED_MOST_WORDS).filter(disarmed).filter(|word| word.contains('.')).map(refang).collect();
    words.all(whole.iter().map(String::as_str), ITEMS_MOST_BYTES);
    words.add(text, search::MOST_BYTES);
    words
}
