//! Raw MIME: where the parts of a letter begin and end, to the byte.

use mail_parser::{
    ContentType, MessageParser, MimeHeaders as _,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};
use std::borrow::Cow;

/// The longest head of a part that is looked at, in bytes.
const MOST_HEAD: usize = 256 << 10;

/// A letter or a part: its head and its body.
pub(super) struct Entity<'a> {
    /// The head, without the empty line.
    pub(super) head: &'a [u8],
    /// What follows the empty line.
    pub(super) body: &'a [u8],
    /// The media type in lower case.
    pub(super) kind: String,
    pub(super) boundary: Option<String>,
    pub(super) charset: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) name: Option<String>,
    /// Whether it is meant as an attachment.
    pub(super) attached: bool,
    encoding: String,
}

impl<'a> Entity<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let (head, body) = divide(bytes);
        let mut fields = head.get(..MOST_HEAD).unwrap_or(head).to_vec();
        fields.extend_from_slice(b"\r\n\r\n");
        let message = MessageParser::new().with_mime_headers().parse_headers(&fields[..]);
        let part = message.as_ref().and_then(|message| message.parts.first());
        let kind = part.and_then(|part| part.content_type());
        let attribute = |name: &str| kind.and_then(|kind: &ContentType<'_>| kind.attribute(name)).map(str::to_owned);
        Self {
            head,
            body,
            kind: kind.map_or_else(|| "text/plain".to_owned(), |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).to_ascii_lowercase()),
            boundary: attribute("boundary").filter(|boundary| !boundary.is_empty()),
            charset: attribute("charset"),
            protocol: attribute("protocol").map(|protocol| protocol.to_ascii_lowercase()),
            name: part.and_then(|part| part.attachment_name()).map(str::to_owned),
            attached: part.and_then(|part| part.content_disposition()).is_some_and(ContentType::is_attachment),
            encoding: part.and_then(|part| part.content_transfer_encoding()).unwrap_or_default().trim().to_ascii_lowercase(),
        }
    }

    pub(super) fn is_multipart(&self) -> bool {
        self.kind.starts_with("multipart/") && self.boundary.is_some()
    }

    /// The body with its transfer encoding undone, as far as it can be.
    pub(super) fn content(&self) -> Cow<'a, [u8]> {
        let decoded = match self.encoding.as_str() {
            "base64" => base64_decode(self.body),
            "quoted-printable" => quoted_printable_decode(self.body),
            _ => None,
        };
        decoded.map_or(Cow::Borrowed(self.body), Cow::Owned)
    }

    /// The parts of a multipart, each as it came, without the line end that belongs to the line behind it. When no boundary is found, the
    /// body is the one part.
    pub(super) fn children(&self, most: usize) -> Vec<&'a [u8]> {
        let boundary = self.boundary.as_deref().unwrap_or_default().as_bytes();
        let (mut children, mut begun, mut at) = (Vec::new(), None, 0);
        for line in self.body.split_inclusive(|byte| *byte == b'\n') {
            let (from, to) = (at, at + line.len());
            at = to;
            let Some(ends) = delimiter(line, boundary) else { continue };
            if let Some(begun) = begun.take() {
                children.extend(self.body.get(begun..from).map(without_line_end));
            }
            if ends {
                return children;
            }
            if children.len() >= most {
                return children;
            }
            begun = Some(to);
        }
        if let Some(begun) = begun {
            children.extend(self.body.get(begun..));
        }
        if children.is_empty() { vec![self.body] } else { children }
    }
}

/// Whether the line divides parts (RFC 2046, section 5.1.1), and whether it is the last one.
fn delimiter(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let (rest, ends) = rest.strip_prefix(b"--").map_or((rest, false), |rest| (rest, true));
    rest.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).then_some(ends)
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// The head and the body: an empty line stands between them, or there is no head.
pub(super) fn divide(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            return (bytes.get(..at).unwrap_or_default(), bytes.get(at + line.len()..).unwrap_or_default());
        }
        at += line.len();
    }
    (bytes, &[])
}
