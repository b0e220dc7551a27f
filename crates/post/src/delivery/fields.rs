//! The fields of `message/delivery-status` (RFC 3464, section 2), as mail systems write them: indented, without types, without the blank
//! lines between recipients, or with blank lines within one.

use super::{Action, DeliveryReport, MOST_DIAGNOSTIC, MOST_RECIPIENTS, Recipient, Status, address, typed};

/// The longest field that is read, in bytes: diagnostics of several lines are shorter.
const MOST_FIELD: usize = 8 << 10;

/// What was read of a recipient so far.
#[derive(Default)]
struct Draft {
    final_recipient: Option<String>,
    original_recipient: Option<String>,
    action: Option<Action>,
    status: Option<Status>,
    diagnostic: Option<String>,
    remote_mta: Option<String>,
}

impl Draft {
    fn is_named(&self) -> bool {
        self.final_recipient.is_some() || self.original_recipient.is_some()
    }

    /// The recipient, when there is one. What was done follows from the status when it is not told; without either it failed, as almost all
    /// reports tell.
    fn done(self) -> Option<Recipient> {
        if !self.is_named() {
            return None;
        }
        let diagnostic = self.diagnostic.unwrap_or_default();
        // 5.0.0 says only that it failed: what the other server said says more.
        let vague = |status: &Status| status.subject == 0 && status.detail == 0;
        let said = || Status::find(&diagnostic).filter(|said| self.status.is_none_or(|status| status.class == said.class));
        let status = self.status.filter(|status| !vague(status)).or_else(said).or(self.status);
        let action = self.action.or_else(|| status.map(Status::action)).unwrap_or(Action::Failed);
        Some(Recipient {
            final_recipient: self.final_recipient,
            original_recipient: self.original_recipient,
            action,
            status,
            diagnostic,
            remote_mta: self.remote_mta,
        })
    }
}

/// Reads the fields. Those of the letter and those of recipients are told apart by their names, not by where they stand.
pub(super) fn read(text: &str) -> DeliveryReport {
    let mut report = DeliveryReport::default();
    let mut draft = Draft::default();
    for (name, value, begins) in fields(text) {
        let again = match name.as_str() {
            "final-recipient" => draft.final_recipient.is_some(),
            "original-recipient" => draft.original_recipient.is_some(),
            _ => false,
        };
        // A new recipient: behind a blank line when all was said of the last one, or where a name comes again.
        if again || (begins && draft.is_named() && draft.action.is_some()) {
            let last = std::mem::take(&mut draft);
            report.recipients.extend(last.done());
        }
        if report.recipients.len() >= MOST_RECIPIENTS {
            return report;
        }
        match name.as_str() {
            "original-envelope-id" => report.envelope_id = report.envelope_id.take().or_else(|| shown(&value, 254)),
            "reporting-mta" => report.reporting_mta = report.reporting_mta.take().or_else(|| shown(&value, 254)),
            "final-recipient" => draft.final_recipient = address(&value),
            "original-recipient" => draft.original_recipient = address(&value),
            "action" => draft.action = draft.action.or_else(|| Action::of(value.split(|one: char| !one.is_ascii_alphabetic()).next().unwrap_or_default())),
            "status" => draft.status = draft.status.or_else(|| Status::read(&value)),
            "remote-mta" => draft.remote_mta = draft.remote_mta.take().or_else(|| shown(&value, 254)),
            "diagnostic-code" => draft.diagnostic = draft.diagnostic.take().or_else(|| shown(&value, MOST_DIAGNOSTIC)),
            _ => {}
        }
    }
    report.recipients.extend(draft.done());
    report
}

fn shown(value: &str, most_chars: usize) -> Option<String> {
    Some(typed(value, most_chars)).filter(|shown| !shown.is_empty())
}

/// The fields: name in lower case, value unfolded, and whether it is the first behind a blank line. What a whole group is indented by does
/// not count.
fn fields(text: &str) -> Vec<(String, String, bool)> {
    let mut fields: Vec<(String, String, bool)> = Vec::new();
    let (mut indent, mut begins) = (None, true);
    for line in text.lines() {
        if line.trim().is_empty() {
            (indent, begins) = (None, true);
            continue;
        }
        let here = line.len() - line.trim_start_matches([' ', '\t']).len();
        let indented_by = *indent.get_or_insert(here);
        let name = line.split_once(':').map(|(name, value)| (name.trim(), value)).filter(|(name, _)| is_name(name));
        match (name, fields.last_mut()) {
            (Some((name, value)), _) if here <= indented_by => {
                fields.push((name.to_ascii_lowercase(), value.trim().to_owned(), begins));
                begins = false;
            }
            (_, Some((_, folded, _))) if !begins && folded.len() + line.len() <= MOST_FIELD => {
                folded.push(' ');
                folded.push_str(line.trim());
            }
            _ => {}
        }
    }
    fields
}

fn is_name(name: &str) -> bool {
    (1..=60).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
