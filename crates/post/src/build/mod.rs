//! Letters on their way out (RFC 5322, 2045–2047, 2231): from a draft to bytes, once and for all. The bytes are what is stored, signed
//! and sent; nothing is built a second time, and the same draft gives the same bytes.
//!
//! No text of a draft can begin a field or a part of its own: control characters of a head become spaces, addresses and ids that hold
//! any are refused or dropped. There is no field for blind copies: who gets one is the transport's to know.
//!
//! Dots at line ends and the like are the transport's (RFC 5321, section 4.5.2).

mod address;
mod date;
mod draft;
mod entity;
mod head;
mod jis;
mod parameter;
mod seal;
mod transfer;
mod words;

pub use address::wire;
pub use draft::{Attachment, Charset, Draft, Origin};
pub use seal::Subject;

use crate::{automatic, letter};
use entity::Entity;
use head::Field;
use noroshi_kernel::reason::Reason;

/// The most recipients of a letter, with those of copies.
pub const MOST_RECIPIENTS: usize = 100;
/// The most attachments of a letter.
pub const MOST_ATTACHMENTS: usize = 100;
/// The most ids in `References`: the first, which began the thread, and the last ones.
pub const MOST_REFERENCES: usize = 20;
/// The longest subject and the longest display name, in characters.
pub const MOST_TEXT: usize = 500;

/// A letter that is built and not yet sealed.
#[derive(Clone, Debug)]
pub struct Built {
    head: Vec<Field>,
    entity: Entity,
    charset: Charset,
    recipients: Vec<String>,
}

impl Built {
    /// The letter's bytes, lines ending in CR LF, none longer than 998 bytes, all of them ASCII.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        seal::letter(&self.head, &self.entity, false)
    }

    /// The charset that was used: the draft's, or UTF-8 where that cannot hold all of its texts.
    #[must_use]
    pub const fn charset(&self) -> Charset {
        self.charset
    }

    /// Whom the letter goes to, each once, as the transport names them (see [`wire`]).
    #[must_use]
    pub fn recipients(&self) -> &[String] {
        &self.recipients
    }
}

/// Builds a letter.
///
/// # Errors
/// A reason when an address cannot be sent to, there is no recipient or there are too many, our own message id is none, a text is too long, or
/// the letter would be larger than [`letter::MOST_BYTES`], which is more than we would read ourselves.
///
/// ```
/// use noroshi_kernel::moment::{Moment, Zone};
/// use noroshi_post::{build::{self, Draft}, letter::{self, Mailbox}};
/// let mailbox = |name: &str, address: &str| Mailbox { name: name.into(), address: address.into() };
/// let tokyo = Zone::named("Asia/Tokyo").expect("a zone");
/// let mut draft = Draft::new(mailbox("例示 CSIRT", "csirt@example.jp"), "20240115.1@example.jp", Moment(1_705_320_000_000_000), tokyo);
/// draft.to = vec![mailbox("", "abuse@example.jp")];
/// draft.subject = "閉鎖のお願い".into();
/// draft.body = "hxxp://192.0.2.7/ をご確認ください。\n".into();
/// let letter = letter::read(&build::build(&draft)?.bytes())?;
/// assert_eq!((letter.headers.subject.as_str(), letter.headers.from[0].name.as_str()), ("閉鎖のお願い", "例示 CSIRT"));
/// # Ok::<(), noroshi_kernel::reason::Reason>(())
/// ```
pub fn build(draft: &Draft) -> Result<Built, Reason> {
    draft.bounded()?;
    let charset = draft.usable_charset();
    let to: Vec<_> = draft.to.iter().collect();
    let cc: Vec<_> = draft.cc.iter().collect();
    let id = |id: &str| format!("<{id}>");

    let mut head = vec![Field::short("Date", date::of(draft.date, &draft.zone)), Field::new("From", address::list(&[&draft.from], charset)?)];
    if let Some(reply_to) = &draft.reply_to {
        head.push(Field::new("Reply-To", address::list(&[reply_to], charset)?));
    }
    for (name, mailboxes) in [("To", to), ("Cc", cc)] {
        if !mailboxes.is_empty() {
            head.push(Field::new(name, address::list(&mailboxes, charset)?));
        }
    }
    head.push(Field::short("Message-ID", id(address::own_id(&draft.message_id)?)));
    if let Some(parent) = draft.parent() {
        head.push(Field::short("In-Reply-To", id(parent)));
    }
    let references: Vec<String> = draft.thread().into_iter().map(id).collect();
    if !references.is_empty() {
        head.push(Field::new("References", references));
    }
    head.push(Field::new("Subject", words::unstructured(&draft.subject, charset)));
    head.extend(draft.origin.fields());
    if !draft.loop_mark.is_empty() {
        head.push(Field::new(automatic::LOOP_FIELD, words::unstructured(&draft.loop_mark, Charset::Utf8)));
    }

    let entity = content(draft, charset);
    let built = Built { head, entity, charset, recipients: draft.recipients()? };
    if built.bytes().len() > letter::MOST_BYTES {
        return Err(too_large());
    }
    Ok(built)
}

/// The text, with the attachments behind it.
fn content(draft: &Draft, charset: Charset) -> Entity {
    let text = draft.text();
    let bytes = match charset {
        Charset::Iso2022Jp => jis::encode(&text).unwrap_or_else(|| text.clone().into_bytes()),
        Charset::Utf8 => text.into_bytes(),
    };
    let mut content_type = vec!["text/plain".to_owned()];
    entity::parameters(&mut content_type, [format!("charset={}", charset.label())]);
    let text = Entity::Leaf { content_type, fields: Vec::new(), bytes: crate::openpgp::crlf(&bytes), text: true };
    if draft.attachments.is_empty() {
        return text;
    }
    let files = draft.attachments.iter().map(|file| Entity::file(&file.name, &file.sendable_type(), &file.bytes));
    Entity::Multipart { content_type: vec!["multipart/mixed".to_owned()], parts: std::iter::once(text).chain(files).collect() }
}

fn too_large() -> Reason {
    let most = letter::MOST_BYTES >> 20;
    Reason::new(
        "letter-too-large",
        format!("メールが {most} MiB を超えます。添付ファイルを減らしてください。"),
        format!("the letter would be larger than {most} MiB; attach less"),
    )
}
