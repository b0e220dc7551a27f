//! Delivery reports in words: qmail's, which has its own form (QSBMF), and those of Exim before it wrote RFC 3464.

use super::{Action, DeliveryReport, MOST_DIAGNOSTIC, MOST_RECIPIENTS, Recipient, Status, address, message_id, typed};
use crate::letter::{Body, Letter};

/// The most of a text that is looked at, in bytes.
const MOST_BYTES: usize = super::MOST_BYTES;

pub(super) fn read(letter: &Letter) -> Option<DeliveryReport> {
    let text = letter.parts.iter().find_map(|part| match &part.body {
        Body::Text { text, .. } if part.depth == 0 && !part.attached => Some(text.as_str()),
        _ => None,
    })?;
    let text = text.get(..text.floor_char_boundary(MOST_BYTES)).unwrap_or(text).replace("\r\n", "\n");
    qmail(&text).or_else(|| exim(letter, &text))
}

/// `Hi. This is the qmail-send program at …`, then a paragraph for each recipient: `<address>:` and what happened.
fn qmail(text: &str) -> Option<DeliveryReport> {
    let (first, rest) = text.trim_start().split_once('\n')?;
    let host = first.strip_prefix("Hi. This is the qmail-send program at ").or_else(|| first.strip_prefix("Hi. This is the "))?;
    if !first.contains("qmail") {
        return None;
    }
    let (words, copy) = rest.split_once("\n--- ").unwrap_or((rest, ""));
    let recipients = words.split("\n\n").filter_map(|paragraph| {
        let (name, said) = paragraph.trim_start().split_once(":\n")?;
        let name = name.strip_prefix('<')?.strip_suffix('>')?;
        Some(recipient(name, said))
    });
    Some(DeliveryReport {
        original_message_id: copied(copy),
        envelope_id: None,
        reporting_mta: Some(typed(host.trim_end_matches(['.', ' ']), 254)),
        recipients: recipients.take(MOST_RECIPIENTS).collect(),
    })
}

/// The addresses stand in `X-Failed-Recipients`, what happened indented below each in the text.
fn exim(letter: &Letter, text: &str) -> Option<DeliveryReport> {
    let failed: Vec<&str> = letter.headers.all("X-Failed-Recipients").flat_map(|list| list.split(',')).map(str::trim).filter(|one| one.contains('@')).collect();
    if failed.is_empty() {
        return None;
    }
    let (words, copy) = text.split_once("\n------ This is a copy").unwrap_or((text, ""));
    let recipients = failed.into_iter().take(MOST_RECIPIENTS).map(|name| {
        let said = words.split_once(&format!("\n  {name}\n")).map(|(_, rest)| rest.split("\n\n").next().unwrap_or_default());
        recipient(name, said.unwrap_or_default())
    });
    Some(DeliveryReport { original_message_id: copied(copy), envelope_id: None, reporting_mta: None, recipients: recipients.collect() })
}

fn recipient(name: &str, said: &str) -> Recipient {
    let diagnostic = noroshi_kernel::setaside::printable(&said.split_whitespace().collect::<Vec<_>>().join(" "), MOST_DIAGNOSTIC);
    Recipient {
        final_recipient: address(name),
        original_recipient: None,
        action: Action::Failed,
        status: Status::find(&diagnostic),
        diagnostic,
        remote_mta: None,
    }
}

/// The id in the copy of the letter, which stands behind a line of words.
fn copied(copy: &str) -> Option<String> {
    copy.split_once('\n').and_then(|(_, letter)| message_id(letter.as_bytes()))
}
