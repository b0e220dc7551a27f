//! What a report must hold, by its category and type.

use noroshi_kernel::{reason::Reason, setaside::printable};
use serde_json::{Map, Value};
use std::net::IpAddr;

/// What every report must hold.
const CORE: &[&str] = &["xarf_version", "report_id", "timestamp", "reporter", "sender", "source_identifier", "category", "type"];

/// What must be said of reporter and sender.
pub(super) const PARTY: &[&str] = &["org", "contact", "domain"];

/// What a type requires beyond the core.
struct Requirement {
    category: &'static str,
    kind: &'static str,
    fields: &'static [&'static str],
    /// When more is required.
    also: Also,
}

/// What is required under a condition.
enum Also {
    Nothing,
    /// The source's port, when the source is an address.
    PortOfAddress,
    /// The sender's address and the port, when it came by SMTP.
    SmtpSender,
    /// An object that holds one of these members.
    OneOf(&'static str, &'static [&'static str]),
}

const fn needs(category: &'static str, kind: &'static str, fields: &'static [&'static str], also: Also) -> Requirement {
    Requirement { category, kind, fields, also }
}

const TYPES: &[Requirement] = &[
    needs("messaging", "spam", &["protocol"], Also::SmtpSender),
    needs("messaging", "bulk_messaging", &["protocol", "recipient_count"], Also::SmtpSender),
    needs("connection", "login_attack", &["protocol", "first_seen"], Also::PortOfAddress),
    needs("connection", "port_scan", &["protocol", "first_seen"], Also::PortOfAddress),
    needs("connection", "ddos", &["protocol", "first_seen"], Also::PortOfAddress),
    needs("connection", "infected_host", &["protocol", "bot_type", "first_seen"], Also::Nothing),
    needs("connection", "reconnaissance", &["protocol", "probed_resources", "first_seen"], Also::Nothing),
    needs("connection", "scraping", &["protocol", "first_seen", "total_requests"], Also::Nothing),
    needs("connection", "sql_injection", &["protocol", "first_seen"], Also::Nothing),
    needs("connection", "vulnerability_scan", &["scan_type", "protocol", "first_seen"], Also::Nothing),
    needs("vulnerability", "cve", &["service", "service_port", "cve_id"], Also::Nothing),
    needs("vulnerability", "open_service", &["service"], Also::Nothing),
    needs("vulnerability", "misconfiguration", &["service"], Also::Nothing),
    needs("reputation", "blocklist", &["threat_type"], Also::Nothing),
    needs("reputation", "threat_intelligence", &["threat_type"], Also::Nothing),
    needs("infrastructure", "botnet", &["compromise_evidence"], Also::Nothing),
    needs("infrastructure", "compromised_server", &["compromise_method"], Also::Nothing),
    needs("content", "phishing", &["url"], Also::Nothing),
    needs("content", "malware", &["url"], Also::Nothing),
    needs("content", "csam", &["url", "classification", "detection_method"], Also::Nothing),
    needs("content", "csem", &["url", "exploitation_type", "detection_method"], Also::Nothing),
    needs("content", "exposed_data", &["url", "data_types", "exposure_method"], Also::Nothing),
    needs("content", "brand_infringement", &["url", "infringement_type", "legitimate_site"], Also::Nothing),
    needs("content", "fraud", &["url", "fraud_type"], Also::Nothing),
    needs("content", "remote_compromise", &["url", "compromise_type"], Also::Nothing),
    needs("content", "suspicious_registration", &["url", "registration_date", "suspicious_indicators"], Also::Nothing),
    needs("copyright", "copyright", &["infringing_url"], Also::Nothing),
    needs("copyright", "p2p", &["p2p_protocol"], Also::OneOf("swarm_info", &["info_hash", "magnet_uri"])),
    needs("copyright", "cyberlocker", &["infringing_url", "hosting_service"], Also::Nothing),
    needs("copyright", "ugc_platform", &["infringing_url", "platform_name"], Also::Nothing),
    needs("copyright", "link_site", &["infringing_url", "site_name"], Also::Nothing),
    needs("copyright", "usenet", &["newsgroup"], Also::OneOf("message_info", &["message_id"])),
];

/// Looks that a report holds what it must.
pub(super) fn check(report: &Map<String, Value>) -> Result<(), Reason> {
    present(report, CORE)?;
    let text = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default();
    let version = text("xarf_version");
    let numbers: Vec<_> = version.split('.').collect();
    let numeric = numbers.iter().all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    if numbers.len() != 3 || numbers.first() != Some(&"4") || !numeric {
        return Err(other_version(version));
    }
    let (category, kind) = (text("category"), text("type"));
    let requirement = TYPES.iter().find(|one| one.category == category && one.kind == kind).ok_or_else(|| unknown(category, kind))?;
    present(report, requirement.fields)?;
    match requirement.also {
        Also::Nothing => Ok(()),
        Also::PortOfAddress if text("source_identifier").parse::<IpAddr>().is_ok() => present(report, &["source_port"]),
        Also::SmtpSender if text("protocol") == "smtp" => present(report, &["smtp_from", "source_port"]),
        Also::PortOfAddress | Also::SmtpSender => Ok(()),
        Also::OneOf(name, members) => {
            present(report, &[name])?;
            let held = report.get(name).is_some_and(|value| members.iter().any(|member| value.get(member).is_some()));
            if held { Ok(()) } else { Err(missing(&format!("{name}.{}", members.first().copied().unwrap_or_default()))) }
        }
    }
}

/// Looks that every field is there and not null.
pub(super) fn present(object: &Map<String, Value>, names: &[&str]) -> Result<(), Reason> {
    match names.iter().find(|name| object.get(**name).is_none_or(Value::is_null)) {
        None => Ok(()),
        Some(name) => Err(missing(name)),
    }
}

pub(super) fn missing(name: &str) -> Reason {
    Reason::new(
        "xarf-field",
        format!("X-ARF の必須項目「{name}」がありません。送信元に直してもらってください。"),
        format!("the X-ARF report lacks the field {name}, which is required; have the sender add it"),
    )
}

fn other_version(version: &str) -> Reason {
    let shown = printable(version, 40);
    Reason::new(
        "xarf-version",
        format!("X-ARF の版「{shown}」は読めません。読めるのは 4.x.y です。"),
        format!("X-ARF version {shown:?} is not read; send version 4.x.y"),
    )
}

fn unknown(category: &str, kind: &str) -> Reason {
    let (category, kind) = (printable(category, 40), printable(kind, 40));
    Reason::new(
        "xarf-type",
        format!("X-ARF にない種別です（category「{category}」、type「{kind}」）。送信元に直してもらってください。"),
        format!("X-ARF knows no category {category:?} with type {kind:?}; have the sender correct it"),
    )
}
