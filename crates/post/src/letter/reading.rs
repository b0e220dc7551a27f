use super::{Body, Headers, Letter, MOST_BYTES, MOST_DEPTH, MOST_PARTS, Part, TEXT_MOST_BYTES};
use crate::{charset, uuencode, words};
use mail_parser::{
    ContentType, Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};
use noroshi_kernel::reason::Reason;

/// Reads a letter.
///
/// # Errors
/// A reason when it is larger than [`MOST_BYTES`], has more parts than [`MOST_PARTS`], nests deeper than [`MOST_DEPTH`], or has no
/// head at all. The raw bytes are what remains then.
///
/// ```
/// use noroshi_post::letter;
/// let letter = letter::read(b"From: a@example.jp\r\nSubject: =?ISO-2022-JP?B?GyRCSnM5cBsoQg==?=\r\n\r\nhxxp://192.0.2.7/\r\n")?;
/// assert_eq!((letter.headers.subject.as_str(), letter.headers.from[0].address.as_str()), ("報告", "a@example.jp"));
/// # Ok::<(), noroshi_kernel::reason::Reason>(())
/// ```
pub fn read(raw: &[u8]) -> Result<Letter, Reason> {
    bounded(raw)?;
    // The `From ` line of a mailbox is no field.
    let raw = if raw.starts_with(b"From ") { raw.get(raw.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1)..).unwrap_or(raw) } else { raw };
    // Only the fields of MIME: the head's others are read each for itself.
    let message = MessageParser::new().with_mime_headers().parse(raw).ok_or_else(no_head)?;
    let headers = Headers::read(head(&message));
    if headers.fields.is_empty() {
        return Err(no_head());
    }
    let mut reading = Reading { parts: Vec::new(), oddities: Vec::new(), beyond: 0 };
    reading.letter(&message, "", 0);
    // Parts without a head of their own were not seen in the raw bytes.
    if reading.beyond > 0 {
        return Err(too_many_parts(reading.parts.len() + reading.beyond));
    }
    Ok(Letter { headers, parts: reading.parts, oddities: reading.oddities })
}

fn no_head() -> Reason {
    Reason::new(
        "letter-head",
        "メールのヘッダがありません。メールの本体全体（ヘッダから）を渡してください。",
        "there is no head of a letter; give the whole letter, from its first header field",
    )
}

/// Refuses what would take too much to read. It counts in the raw bytes, before anything is built of them.
fn bounded(raw: &[u8]) -> Result<(), Reason> {
    if raw.len() > MOST_BYTES {
        let (size, most) = (raw.len() >> 20, MOST_BYTES >> 20);
        return Err(Reason::new(
            "letter-size",
            format!("メールが {size} MiB あり、読める {most} MiB を超えています。原本は保存してあります。"),
            format!("the letter has {size} MiB, more than the {most} MiB that are read; its bytes are kept"),
        ));
    }
    let (mut parts, mut letters) = (0, 0);
    for line in raw.split(|byte| *byte == b'\n') {
        let begins = |word: &[u8]| line.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        if begins(b"content-") && begins(b"content-type:") {
            parts += 1;
            letters += usize::from(line.to_ascii_lowercase().windows(8).any(|eight| eight == b"message/"));
        } else if line.first().is_some_and(u8::is_ascii_whitespace) && line.len() < 80 {
            letters += usize::from(line.to_ascii_lowercase().windows(14).any(|found| found == b"message/rfc822"));
        }
    }
    if parts > MOST_PARTS {
        return Err(too_many_parts(parts));
    }
    if letters > MOST_DEPTH * 5 {
        return Err(Reason::new(
            "letter-depth",
            format!("メールの中に {letters} 通のメールが入れ子になっています。原本は保存してあります。"),
            format!("{letters} letters lie within the letter, more than are read; its bytes are kept"),
        ));
    }
    Ok(())
}

fn too_many_parts(parts: usize) -> Reason {
    Reason::new(
        "letter-parts",
        format!("メールのパートが {parts} 個あり、読める {MOST_PARTS} 個を超えています。原本は保存してあります。"),
        format!("the letter has {parts} parts, more than the {MOST_PARTS} that are read; its bytes are kept"),
    )
}

/// The bytes of a letter's head.
fn head<'a>(message: &'a Message<'_>) -> &'a [u8] {
    let range = message.parts.first().map(|root| root.offset_header as usize..root.offset_body as usize);
    range.and_then(|range| message.raw_message.get(range)).unwrap_or_default()
}

pub(super) struct Reading {
    pub(super) parts: Vec<Part>,
    pub(super) oddities: Vec<Reason>,
    /// How many parts there were beyond the most that are read.
    beyond: usize,
}

impl Reading {
    /// Takes the parts of a letter whose own place is `path`.
    fn letter(&mut self, message: &Message<'_>, path: &str, depth: usize) {
        if depth > MOST_DEPTH {
            self.oddities.push(Reason::new(
                "letter-depth",
                format!("パート {path}: 入れ子が深すぎるので、これより内側は読んでいません。"),
                format!("part {path}: nested too deeply; what lies within was not read"),
            ));
            return;
        }
        let root = match message.parts.first().map(|root| &root.body) {
            Some(PartType::Multipart(children)) => children.clone(),
            Some(_) => vec![0],
            None => return,
        };
        if let Some(multipart) = message.parts.first().filter(|root| matches!(root.body, PartType::Multipart(_))) {
            self.part(message, multipart, if path.is_empty() { "0" } else { path }, depth, Body::Multipart);
        }
        self.children(message, &root, path, depth, 0);
    }

    fn children(&mut self, message: &Message<'_>, children: &[u32], path: &str, depth: usize, level: usize) {
        for (place, child) in children.iter().enumerate() {
            let here = if path.is_empty() { (place + 1).to_string() } else { format!("{path}.{}", place + 1) };
            let Some(part) = message.parts.get(*child as usize) else { continue };
            if self.parts.len() >= MOST_PARTS {
                self.beyond += 1;
                continue;
            }
            match &part.body {
                PartType::Multipart(inner) => {
                    self.part(message, part, &here, depth, Body::Multipart);
                    if level < MOST_DEPTH {
                        self.children(message, inner, &here, depth, level + 1);
                    }
                }
                PartType::Message(inner) => {
                    let headers = Headers::read(head(inner));
                    self.part(message, part, &here, depth, Body::Letter(Box::new(headers)));
                    self.letter(inner, &here, depth + 1);
                }
                PartType::Text(_) | PartType::Html(_) => {
                    let (body, found) = self.text(message, part, &here);
                    self.part(message, part, &here, depth, body);
                    self.files(found, &here, depth);
                }
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                    self.part(message, part, &here, depth, Body::Bytes(bytes.to_vec()));
                    self.unpack(bytes, &here, depth, 0);
                }
            }
        }
    }

    fn part(&mut self, message: &Message<'_>, part: &MessagePart<'_>, path: &str, depth: usize, body: Body) {
        let content_type = part.content_type();
        let media_type = content_type.map_or_else(
            || if matches!(body, Body::Bytes(_)) { "application/octet-stream".to_owned() } else { "text/plain".to_owned() },
            |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).to_ascii_lowercase(),
        );
        let kind = content_type.and_then(|kind| kind.attribute("report-type").or_else(|| kind.attribute("protocol"))).map(str::to_ascii_lowercase);
        let attached = part.content_disposition().is_some_and(ContentType::is_attachment);
        self.parts.push(Part { path: path.to_owned(), media_type, kind, name: file_name(message, part), attached, depth, body });
    }

    /// The text of a part, read by what its bytes are, with the files that stand uuencoded in it. They stay in the text, too: signatures cover it.
    fn text(&mut self, message: &Message<'_>, part: &MessagePart<'_>, path: &str) -> (Body, uuencode::Found) {
        let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
        let bytes = match part.encoding {
            Encoding::Base64 => base64_decode(raw),
            Encoding::QuotedPrintable => quoted_printable_decode(raw),
            Encoding::None => None,
        };
        let bytes = bytes.as_deref().unwrap_or_else(|| match part.encoding {
            // What does not decode as a whole was decoded as far as it goes.
            Encoding::Base64 | Encoding::QuotedPrintable if !part.is_encoding_problem => part.contents(),
            _ => raw,
        });
        if part.is_encoding_problem {
            self.oddities.push(Reason::new(
                "part-encoding",
                format!("パート {path}: 転送エンコーディングか境界が壊れているので、そのままの文字で示しています。"),
                format!("part {path}: its transfer encoding or boundary is broken; it is shown as it stands"),
            ));
        }
        let label = part.content_type().and_then(|kind| kind.attribute("charset"));
        let decoded = self.decode(bytes, label, path);
        let mut text = decoded.text;
        let html = matches!(part.body, PartType::Html(_));
        let is_file = html || part.content_disposition().is_some_and(ContentType::is_attachment);
        let found = if is_file { uuencode::Found::default() } else { uuencode::find(&text) };
        self.shorten(&mut text, path);
        let charset = decoded.charset;
        (if html { Body::Html { html: text, charset } } else { Body::Text { text, charset } }, found)
    }

    /// Bytes as text, whatever their label says.
    pub(super) fn decode(&mut self, bytes: &[u8], label: Option<&str>, path: &str) -> charset::Decoded {
        let decoded = charset::decode(bytes, label);
        if decoded.mislabelled {
            let label = label.map(|label| noroshi_kernel::setaside::printable(label, 40)).unwrap_or_default();
            self.oddities.push(Reason::new(
                "part-charset",
                format!("パート {path}: 文字コードは「{label}」とありますが、{} として読みました。", decoded.charset),
                format!("part {path}: labelled {label:?}, read as {}", decoded.charset),
            ));
        }
        decoded
    }

    /// Cuts a text that is too long.
    pub(super) fn shorten(&mut self, text: &mut String, path: &str) {
        if text.len() > TEXT_MOST_BYTES {
            let most = TEXT_MOST_BYTES >> 20;
            text.truncate(text.floor_char_boundary(TEXT_MOST_BYTES));
            self.oddities.push(Reason::new(
                "part-length",
                format!("パート {path}: {most} MiB を超える部分は読んでいません。"),
                format!("part {path}: what goes beyond {most} MiB was not read"),
            ));
        }
    }
}

/// A part's file name without folders and hidden characters (RFC 2183, section 2.3, and section 5 on why).
fn file_name(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let raw = part.attachment_name()?;
    // Mail from Japan writes encoded words or bare bytes where RFC 2231 is meant.
    let name =
        if raw.contains("=?") || raw.contains('\u{fffd}') { bare_name(message, part).unwrap_or_else(|| words::text(raw.as_bytes())) } else { raw.to_owned() };
    safe_name(&name)
}

pub(super) fn safe_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let whole = noroshi_kernel::setaside::printable(last.trim_matches(|edge: char| edge.is_whitespace() || edge == '.'), MOST_NAME_CHARS);
    let safe = short_name(&whole, 200);
    (!safe.is_empty()).then_some(safe)
}

/// So much of a file name is looked at for its extension, in characters.
const MOST_NAME_CHARS: usize = 10_000;

/// A file name of at most `most_chars`: a longer one loses from its middle and keeps its extension, which says what opening it does.
///
/// ```
/// use noroshi_post::letter::short_name;
/// assert_eq!(short_name("invoice.pdf.exe", 12), "invoice….exe");
/// assert_eq!(short_name("invoice.pdf", 12), "invoice.pdf");
/// assert_eq!(short_name("a-long-name-without-one", 8), "a-long-…");
/// ```
#[must_use]
pub fn short_name(name: &str, most_chars: usize) -> String {
    /// A longer extension is none.
    const EXTENSION_MOST_CHARS: usize = 16;
    let count = name.chars().count();
    if count <= most_chars {
        return name.to_owned();
    }
    let extension = name.rfind('.').and_then(|at| name.get(at..)).unwrap_or_default();
    let length = extension.chars().count();
    let (extension, length) = if length <= EXTENSION_MOST_CHARS && length + 1 < most_chars { (extension, length) } else { ("", 0) };
    let stem: String = name.chars().take(most_chars.saturating_sub(length + 1)).collect();
    format!("{stem}\u{2026}{extension}")
}

/// The name as it stands in the raw field.
fn bare_name(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    part.headers.iter().filter(|header| header.name.is_mime_header()).find_map(|header| {
        let raw = message.raw_message.get(header.offset_start as usize..header.offset_end as usize)?;
        let text = words::text(raw);
        let at = ["filename=", "name="].into_iter().find_map(|key| text.to_ascii_lowercase().find(key).map(|at| at + key.len()))?;
        let value = text.get(at..)?.trim_start();
        let name = value.strip_prefix('"').map_or_else(|| value.split(';').next(), |quoted| quoted.split('"').next())?;
        Some(name.trim().to_owned())
    })
}
