//! Delivery reports (RFC 3464, 6522): what became of a letter of ours, for each of its recipients.
//!
//! Anybody can write such a report. Whether it is about a letter of ours, its id says, which nobody guesses; what it says about that
//! letter is a claim, shown as such.

mod fields;
mod prose;

use crate::letter::{Body, Headers, Letter, Part};
use noroshi_kernel::setaside::printable;

/// The most recipients of a report that are read.
pub const MOST_RECIPIENTS: usize = 200;
/// The longest diagnostic, in characters; the middle of a longer one is cut.
pub const MOST_DIAGNOSTIC: usize = 500;
/// The most of a part that is read, in bytes.
const MOST_BYTES: usize = 256 << 10;

/// What became of a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The id of the letter it is about, without angle brackets: that of the returned letter or of its head, else the one the report
    /// answers, else what stands as the envelope's: we send it there.
    pub original_message_id: Option<String>,
    /// `Original-Envelope-Id`: what we called the delivery towards the mail system (RFC 3461, section 4.4).
    pub envelope_id: Option<String>,
    /// Who reports, made safe to show.
    pub reporting_mta: Option<String>,
    /// What became of it for each recipient. May be empty when the report does not say.
    pub recipients: Vec<Recipient>,
}

/// What became of a letter for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address that the letter was to be delivered to in the end.
    pub final_recipient: Option<String>,
    /// The address that we sent to, when it is told.
    pub original_recipient: Option<String>,
    /// What was done.
    pub action: Action,
    /// The status code.
    pub status: Option<Status>,
    /// What the other mail server said, made safe to show in one line, at most [`MOST_DIAGNOSTIC`] characters; may be empty.
    pub diagnostic: String,
    /// Which mail server said so, made safe to show.
    pub remote_mta: Option<String>,
}

/// What was done for a recipient (RFC 3464, section 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It was not delivered, and will not be.
    Failed,
    /// It was not delivered yet; it is still tried.
    Delayed,
    /// It was delivered.
    Delivered,
    /// It was handed to a system that does not report.
    Relayed,
    /// It was handed on to several.
    Expanded,
}

impl Action {
    /// The key as stored, which is the standard's word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }

    fn of(word: &str) -> Option<Self> {
        let all = [Self::Failed, Self::Delayed, Self::Delivered, Self::Relayed, Self::Expanded];
        all.into_iter().find(|action| word.eq_ignore_ascii_case(action.key()))
    }
}

/// A status code such as `5.1.1` (RFC 3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// 2 is success, 4 a failure that may pass, 5 one that will not.
    pub class: u8,
    /// What it is about: 1 the address, 2 the mailbox, 7 a rule of the other side.
    pub subject: u16,
    /// Which of that.
    pub detail: u16,
}

impl Status {
    /// Reads a code, behind which anything may stand.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let code = text.trim_start().split(|one: char| one != '.' && !one.is_ascii_digit()).next()?;
        let mut numbers = code.split('.');
        let mut number = |most: usize| numbers.next().filter(|digits| (1..=most).contains(&digits.len())).and_then(|digits| digits.parse::<u16>().ok());
        let (class, subject, detail) = (number(1)?, number(3)?, number(3)?);
        let class = u8::try_from(class).ok().filter(|class| matches!(class, 2 | 4 | 5))?;
        // A fourth number or a dot behind it: an address of IPv4, or a version.
        numbers.all(str::is_empty).then_some(Self { class, subject, detail })
    }

    /// The first code in a text. Subjects beyond 7 are none that a mail server writes (RFC 3463, section 3), but versions of programs are.
    fn find(text: &str) -> Option<Self> {
        text.split(|one: char| one.is_whitespace() || matches!(one, '#' | '(' | ')' | '-' | ':' | ';' | '<' | '>' | '[' | ']')).find_map(|word| {
            let code = word.trim_end_matches(['.', ',']);
            Self::read(code).filter(|status| status.subject <= 7 && code.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()))
        })
    }

    const fn action(self) -> Action {
        match self.class {
            2 => Action::Delivered,
            4 => Action::Delayed,
            _ => Action::Failed,
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// Reads a delivery report; `None` when the letter is none. A report that somebody forwards within a letter of their own is none either.
///
/// Reports in prose are known from qmail and from Exim before 4.82.
#[must_use]
pub fn read(letter: &Letter) -> Option<DeliveryReport> {
    let own = || letter.parts.iter().filter(|part| part.depth == 0);
    let Some((place, status)) = own().enumerate().find(|(_, part)| is_status(letter, part)) else {
        return prose::read(letter);
    };
    let mut report = fields::read(&crate::charset::decode(bytes(status), Some("utf-8")).text);
    let behind = own().skip(place + 1).chain(own().take(place));
    report.original_message_id =
        behind.filter_map(returned).next().or_else(|| letter.headers.in_reply_to.first().cloned()).or_else(|| report.envelope_id.clone());
    Some(report)
}

/// Whether a part holds the fields of a delivery report: by its label, or, in a letter that calls itself a report, by what it begins with.
fn is_status(letter: &Letter, part: &Part) -> bool {
    if matches!(part.media_type.as_str(), "message/delivery-status" | "message/global-delivery-status") {
        return part.bytes().is_some();
    }
    let reports = || letter.parts.iter().any(|part| part.depth == 0 && part.media_type == "multipart/report");
    let named = |text: &[u8]| {
        let first = text.trim_ascii_start().split(|byte| *byte == b':').next().unwrap_or_default();
        [&b"reporting-mta"[..], b"original-envelope-id", b"final-recipient"].iter().any(|name| first.eq_ignore_ascii_case(name))
    };
    part.bytes().is_some_and(named) && reports()
}

/// The id of a letter that came back, in whole or its head alone, also when it is labelled as a text.
fn returned(part: &Part) -> Option<String> {
    match &part.body {
        Body::Letter(headers) => headers.message_id.clone(),
        Body::Multipart => None,
        // What is labelled as a head is one, and may hold the id alone (RFC 6522, section 4).
        _ if matches!(part.media_type.as_str(), "text/rfc822-headers" | "message/global-headers") => Headers::read(head_of(bytes(part))).message_id,
        _ => message_id(bytes(part)),
    }
}

/// The lines up to the first blank one.
fn head_of(bytes: &[u8]) -> &[u8] {
    let head = bytes.trim_ascii_start();
    let end = [&b"\n\r\n"[..], b"\n\n"].iter().filter_map(|blank| head.windows(blank.len()).position(|found| found == *blank)).min();
    head.get(..end.map_or(head.len(), |end| end + 1)).unwrap_or(head)
}

/// The id in a head that begins the bytes. There must be more of a head, so that no words of a person are taken for one.
fn message_id(head: &[u8]) -> Option<String> {
    let headers = Headers::read(head_of(head));
    let a_head = headers.fields.len() > 1 && (!headers.from.is_empty() || headers.date.is_some() || !headers.received.is_empty());
    headers.message_id.filter(|_| a_head)
}

/// As much of a part as is read, in whole lines, so that no character is cut in two.
fn bytes(part: &Part) -> &[u8] {
    let bytes = part.bytes().unwrap_or_default();
    bytes.get(..MOST_BYTES).map_or(bytes, |short| short.iter().rposition(|byte| *byte == b'\n').and_then(|end| short.get(..end)).unwrap_or_default())
}

/// An address as the report has it: its type (`rfc822;`), brackets and comments taken off, made safe to show.
fn address(value: &str) -> Option<String> {
    let value = value.split_once(';').map_or(value, |(_, address)| address).trim();
    let value = value.strip_prefix('<').map_or_else(|| value.split_whitespace().next().unwrap_or_default(), |rest| rest.split('>').next().unwrap_or_default());
    // Quotes around the whole of it; those around a local part stay.
    let value = value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value);
    let shown = printable(value, 254);
    (!shown.is_empty()).then_some(shown)
}

/// A name or a text behind its type (`dns;`, `smtp;`), made safe to show in one line.
fn typed(value: &str, most_chars: usize) -> String {
    let short = |kind: &str| kind.len() < 20 && kind.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let value = value.split_once(';').filter(|(kind, _)| short(kind)).map_or(value, |(_, value)| value);
    printable(&value.split_whitespace().collect::<Vec<_>>().join(" "), most_chars)
}
