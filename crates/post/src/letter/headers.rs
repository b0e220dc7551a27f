use crate::words;
use mail_parser::{Addr, Address as ParsedAddress, HeaderValue, MessageParser};
use noroshi_kernel::moment::Moment;
use std::net::IpAddr;

/// The most fields of a head that are kept.
const MOST_FIELDS: usize = 500;
/// The most addresses of a field that are kept.
const MOST_ADDRESSES: usize = 200;

/// Who a letter is from or to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The name that is shown; may be empty.
    pub name: String,
    /// The address as it was written, without angle brackets; may be empty when the field is broken.
    pub address: String,
}

impl Mailbox {
    /// The domain in lower case.
    #[must_use]
    pub fn domain(&self) -> Option<String> {
        self.address.rsplit_once('@').map(|(_, domain)| domain.trim_end_matches('.').to_ascii_lowercase())
    }
}

/// One station of a letter's way (a `Received` field), the last station first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The address that handed it over.
    pub from: Option<IpAddr>,
    /// When.
    pub at: Option<Moment>,
}

/// The fields of a letter's head.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// `From`, of which there should be one.
    pub from: Vec<Mailbox>,
    /// `Sender`.
    pub sender: Vec<Mailbox>,
    /// `Reply-To`.
    pub reply_to: Vec<Mailbox>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Subject`; may be empty.
    pub subject: String,
    /// `Date`, when it can be read.
    pub date: Option<Moment>,
    /// `Message-ID` without angle brackets.
    pub message_id: Option<String>,
    /// `In-Reply-To`.
    pub in_reply_to: Vec<String>,
    /// `References`.
    pub references: Vec<String>,
    /// The topmost `Return-Path` without angle brackets: the envelope's sender, by the mail server that delivered the letter. Empty is the
    /// null path of automatic mail (RFC 5321, section 4.5.5), also where a server wrote `MAILER-DAEMON` for it.
    pub return_path: Option<String>,
    /// `Received`, the last station first.
    pub received: Vec<Hop>,
    /// Every field with its text, in order, names as written.
    pub fields: Vec<(String, String)>,
}

impl Headers {
    /// The text of the first field of a name, whatever its case.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, text)| text.as_str())
    }

    /// The texts of all fields of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, text)| text.as_str())
    }

    /// When the letter came in as far as its head tells: the last station's time, else its date. What earlier stations say is in the sender's
    /// hand, as the date is.
    #[must_use]
    pub fn arrived(&self) -> Option<Moment> {
        self.received.first().and_then(|hop| hop.at).or(self.date)
    }

    /// Reads the head of a letter from the letter's raw bytes, of which the rest is not looked at.
    #[must_use]
    pub fn of_letter(raw: &[u8]) -> Self {
        let raw = if raw.starts_with(b"From ") { raw.get(line(raw, 0)..).unwrap_or_default() } else { raw };
        let mut end = 0;
        while raw.get(end).is_some_and(|byte| !matches!(byte, b'\r' | b'\n')) {
            end = line(raw, end);
        }
        Self::read(raw.get(..end).unwrap_or(raw))
    }

    /// Reads a head from its raw bytes. Each field is read for itself, so that a broken one does not hurt its neighbours.
    #[must_use]
    pub fn read(head: &[u8]) -> Self {
        let mut headers = Self::default();
        for (name, raw) in fields(head).take(MOST_FIELDS) {
            headers.take(name, raw);
        }
        headers
    }

    fn take(&mut self, name: &str, raw: &[u8]) {
        let text = words::text(raw);
        match name.to_ascii_lowercase().as_str() {
            "from" => self.from.extend(mailboxes(raw)),
            "sender" => self.sender.extend(mailboxes(raw)),
            "reply-to" => self.reply_to.extend(mailboxes(raw)),
            "to" => self.to.extend(mailboxes(raw)),
            "cc" => self.cc.extend(mailboxes(raw)),
            "subject" => self.subject.clone_from(&text),
            "date" => self.date = self.date.or_else(|| moment(&text)),
            "message-id" => self.message_id = self.message_id.take().or_else(|| ids(&text).into_iter().next()),
            "in-reply-to" => self.in_reply_to.extend(ids(&text)),
            "references" => self.references.extend(ids(&text)),
            "return-path" => {
                self.return_path.get_or_insert_with(|| return_path(&text));
            }
            "received" => self.received.push(hop(raw, &text)),
            _ => {}
        }
        self.fields.push((name.to_owned(), text));
    }
}

/// The fields of a head: name and raw value, which may be folded over several lines. Lines that are no field are passed over.
fn fields(head: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    let mut rest = head;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut end = line(rest, 0);
            while rest.get(end).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
                end = line(rest, end);
            }
            let (field, behind) = rest.split_at_checked(end)?;
            rest = behind;
            let named = field.iter().take(200).position(|byte| *byte == b':').and_then(|colon| {
                let name = std::str::from_utf8(field.get(..colon)?).ok()?.trim_end();
                let legal = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
                legal.then_some((name, field.get(colon + 1..)?))
            });
            if named.is_some() {
                return named;
            }
        }
        None
    })
}

/// The place behind the line that begins at `from`.
fn line(text: &[u8], from: usize) -> usize {
    text.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')).map_or(text.len(), |end| from + end + 1)
}

/// Reads one field's value as the crate that knows the grammar does.
fn structured<T>(name: &str, raw: &[u8], take: impl FnOnce(&HeaderValue<'_>) -> Option<T>) -> Option<T> {
    let mut field = format!("{name}:").into_bytes();
    field.extend_from_slice(raw.get(..words::MOST_BYTES).unwrap_or(raw));
    field.extend_from_slice(b"\r\n\r\n");
    let message = MessageParser::default().parse_headers(&field)?;
    message.parts.first()?.headers.first().and_then(|header| take(&header.value))
}

fn mailboxes(raw: &[u8]) -> Vec<Mailbox> {
    let name = |addr: &Addr<'_>| addr.name.as_deref().map(|name| words::text(name.as_bytes())).unwrap_or_default();
    let address = |addr: &Addr<'_>| addr.address.as_deref().unwrap_or_default().chars().filter(|one| !one.is_control() && !one.is_whitespace()).collect();
    let all = structured("To", raw, |value| {
        let all: Vec<&Addr<'_>> = match value.as_address()? {
            ParsedAddress::List(list) => list.iter().collect(),
            ParsedAddress::Group(groups) => groups.iter().flat_map(|group| &group.addresses).collect(),
        };
        Some(all.into_iter().take(MOST_ADDRESSES).map(|addr| Mailbox { name: name(addr), address: address(addr) }).collect())
    });
    all.unwrap_or_default()
}

/// The ids of a field, without angle brackets.
fn ids(text: &str) -> Vec<String> {
    let whole = text.split(|one: char| one.is_whitespace() || one == ',').map(|id| id.trim_matches(['<', '>'])).filter(|id| !id.is_empty());
    whole.map(|id| id.chars().take(998).collect()).take(MOST_ADDRESSES).collect()
}

/// The address of a return path. Postfix writes its own name for the null path when it hands letters to a pipe.
fn return_path(text: &str) -> String {
    let path = text.trim_matches(|edge: char| edge.is_whitespace() || matches!(edge, '<' | '>'));
    if path.eq_ignore_ascii_case("MAILER-DAEMON") { String::new() } else { path.to_owned() }
}

fn hop(raw: &[u8], text: &str) -> Hop {
    let from = structured("Received", raw, |value| value.as_received().and_then(mail_parser::Received::from_ip));
    Hop { from, at: text.rsplit_once(';').and_then(|(_, date)| moment(date)) }
}

fn moment(text: &str) -> Option<Moment> {
    let date = mail_parser::DateTime::parse_rfc822(text.trim())?;
    // What was no date reads as the year 0 or as a date that does not exist.
    (date.is_valid() && date.year >= 1970).then(|| Moment(date.to_timestamp().saturating_mul(1_000_000)))
}
