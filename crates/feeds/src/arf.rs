//! ARF, the Abuse Reporting Format: the `message/feedback-report` part of a mail (RFC 5965), with what failed authentication
//! reports add (RFC 6591).

use crate::{canonical, finding::Finding, time};
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host},
    reason::Reason,
    rsit::Rsit,
};

/// The most bytes of a part.
pub const MOST_BYTES: usize = 256 * 1024;

/// The most fields that are read.
pub const MOST_FIELDS: usize = 500;

/// What a part tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feedback {
    /// What it is about, in lower case: `abuse`, `fraud`, `virus`, `auth-failure` and so on.
    pub feedback_type: String,
    /// The program that wrote it.
    pub user_agent: String,
    /// The version of the format.
    pub version: String,
    /// The address that the mail came from.
    pub source_ip: Option<Address>,
    /// When the mail arrived.
    pub arrived: Option<Moment>,
    /// The URLs that it is about, as written.
    pub reported_uris: Vec<String>,
    /// The domains that it is about, as written.
    pub reported_domains: Vec<String>,
    /// The envelope's sender.
    pub original_mail_from: Option<String>,
    /// The envelope's recipients.
    pub original_rcpt_to: Vec<String>,
    /// The envelope's id.
    pub original_envelope_id: Option<String>,
    /// The mail server that reports.
    pub reporting_mta: Option<String>,
    /// How many mails it stands for.
    pub incidents: Option<u64>,
    /// What was found about the mail's authenticity (RFC 8601), as written.
    pub authentication_results: Vec<String>,
    /// Which authentication failed, and what is told of it; only of the type `auth-failure`.
    pub auth_failure: Option<AuthFailure>,
    /// Every other field, as name and value.
    pub others: Vec<(String, String)>,
}

/// How authentication failed (RFC 6591).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthFailure {
    /// What failed: `dkim`, `spf`, `dmarc`, `bodyhash` and so on, in lower case.
    pub failed: String,
    /// What became of the mail.
    pub delivery_result: Option<String>,
    /// Fields that tell of DKIM, SPF and DMARC, as name and value.
    pub particulars: Vec<(String, String)>,
}

/// Reads a part's body.
///
/// # Errors
/// The [`Reason`] why it is none: too long, or without the field that says what it is about.
pub fn read(bytes: &[u8]) -> Result<Feedback, Reason> {
    if bytes.len() > MOST_BYTES {
        return Err(Reason::new(
            "arf-length",
            format!("フィードバック報告が {MOST_BYTES} バイトを超えています。message/feedback-report の部分だけを渡してください。"),
            format!("the feedback report is longer than {MOST_BYTES} bytes; give the part message/feedback-report alone"),
        ));
    }
    let mut feedback = Feedback::default();
    for (name, value) in fields(&String::from_utf8_lossy(bytes)) {
        feedback.take(name, value);
    }
    if feedback.feedback_type.is_empty() {
        return Err(Reason::new(
            "arf-type",
            "Feedback-Type がないので、フィードバック報告（RFC 5965）として読めません。送信元に確かめてください。",
            "there is no Feedback-Type, so this is no feedback report (RFC 5965); ask the sender",
        ));
    }
    Ok(feedback)
}

impl Feedback {
    /// What it tells of the abuse. Reported are the address that the mail came from, and of deceit and malware the site.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let mut finding = Finding::new(self.rsit());
        finding.at = self.arrived;
        finding.addresses.extend(self.source_ip);
        let url = self.reported_uris.iter().filter(|uri| !is_mail(uri)).find_map(|uri| canonical::url(uri).ok());
        finding.addresses.extend(url.as_ref().and_then(|url| url.address).filter(|address| self.source_ip != Some(*address)));
        finding.url = url;
        let about_site = matches!(finding.rsit, Rsit::Phishing | Rsit::MalwareDistribution) || finding.addresses.is_empty();
        if finding.url.is_none() && about_site {
            finding.host = self.reported_domains.iter().filter(|domain| !self.is_recipients(domain)).find_map(|domain| domain.parse::<Host>().ok());
        }
        let mut tell = |name: &str, value: &str| {
            if !value.is_empty() {
                finding.details.push((name.to_owned(), value.to_owned()));
            }
        };
        tell("feedback-type", &self.feedback_type);
        self.reported_uris.iter().for_each(|uri| tell("reported-uri", uri));
        self.reported_domains.iter().for_each(|domain| tell("reported-domain", domain));
        tell("original-mail-from", self.original_mail_from.as_deref().unwrap_or_default());
        tell("original-envelope-id", self.original_envelope_id.as_deref().unwrap_or_default());
        tell("reporting-mta", self.reporting_mta.as_deref().unwrap_or_default());
        tell("incidents", &self.incidents.map(|count| count.to_string()).unwrap_or_default());
        self.authentication_results.iter().for_each(|result| tell("authentication-results", result));
        if let Some(failure) = &self.auth_failure {
            tell("auth-failure", &failure.failed);
            tell("delivery-result", failure.delivery_result.as_deref().unwrap_or_default());
            failure.particulars.iter().for_each(|(name, value)| tell(name, value));
        }
        self.others.iter().for_each(|(name, value)| tell(name, value));
        finding
    }

    /// What kind of thing it is about.
    #[must_use]
    pub fn rsit(&self) -> Rsit {
        match self.feedback_type.as_str() {
            "abuse" | "complaint" | "spam" | "opt-out" | "opt-out-list" | "miscategorized" => Rsit::Spam,
            "fraud" | "phishing" => Rsit::Phishing,
            "virus" | "malware" => Rsit::MalwareDistribution,
            "auth-failure" | "dkim" => Rsit::Masquerade,
            "not-spam" => Rsit::Other,
            _ => Rsit::Undetermined,
        }
    }

    /// Whether a domain is that of a recipient, which some senders name where the reported one belongs.
    fn is_recipients(&self, domain: &str) -> bool {
        let of = |address: &str| address.trim_matches(['<', '>']).rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
        self.original_rcpt_to.iter().any(|address| of(address).as_deref() == Some(&domain.to_ascii_lowercase()))
    }

    fn take(&mut self, name: String, value: String) {
        match name.to_ascii_lowercase().as_str() {
            "feedback-type" if self.feedback_type.is_empty() => self.feedback_type = value.to_ascii_lowercase(),
            "user-agent" if self.user_agent.is_empty() => self.user_agent = value,
            "version" if self.version.is_empty() => self.version = value,
            "source-ip" if self.source_ip.is_none() => match address(&value) {
                Some(address) => self.source_ip = Some(address),
                None => self.others.push((name, value)),
            },
            "arrival-date" | "received-date" if self.arrived.is_none() => match time::in_utc(&value) {
                Some(moment) => self.arrived = Some(moment),
                None => self.others.push((name, value)),
            },
            "reported-uri" => self.reported_uris.push(value),
            "reported-domain" => self.reported_domains.push(value),
            "original-mail-from" if self.original_mail_from.is_none() => self.original_mail_from = Some(value),
            "original-rcpt-to" => self.original_rcpt_to.push(value),
            "original-envelope-id" if self.original_envelope_id.is_none() => self.original_envelope_id = Some(value),
            "reporting-mta" if self.reporting_mta.is_none() => self.reporting_mta = Some(value),
            "incidents" if self.incidents.is_none() && value.parse::<u64>().is_ok() => self.incidents = value.parse().ok(),
            "authentication-results" => self.authentication_results.push(value),
            "auth-failure" => self.failure().failed = value.to_ascii_lowercase(),
            "delivery-result" => self.failure().delivery_result = Some(value),
            "identity-alignment" => self.failure().particulars.push((name, value)),
            lower if lower.starts_with("dkim-") || lower.starts_with("spf-") => self.failure().particulars.push((name, value)),
            _ => self.others.push((name, value)),
        }
    }

    fn failure(&mut self) -> &mut AuthFailure {
        self.auth_failure.get_or_insert_default()
    }
}

/// The fields, unfolded (RFC 5322, section 2.2.3).
fn fields(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match found.last_mut() {
            Some((_, value)) if line.starts_with([' ', '\t']) => {
                if !line.trim().is_empty() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
            _ => {
                let Some((name, value)) = line.split_once(':') else { continue };
                let name = name.trim();
                if name.is_empty() || name.contains([' ', '\0']) || found.len() == MOST_FIELDS {
                    continue;
                }
                found.push((name.to_owned(), value.trim().to_owned()));
            }
        }
    }
    found
}

/// An address as mail programs write it: in brackets, with `IPv6:` before, or a comment behind.
fn address(text: &str) -> Option<Address> {
    let word = text.split_whitespace().next()?.trim_matches(['[', ']', '<', '>']);
    let bare = word.get(..5).filter(|head| head.eq_ignore_ascii_case("ipv6:")).and_then(|_| word.get(5..)).unwrap_or(word);
    bare.parse().ok()
}

fn is_mail(uri: &str) -> bool {
    uri.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("mailto:"))
}

#[cfg(test)]
mod tests;
