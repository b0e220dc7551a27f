//! What the observation desk reports to the incident desk of a source that scanned: X-ARF, so that it is read, joined and counted as any report is.

use crate::platform::Platform;
use noroshi_observation::service::scanners::ScannerSeen;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Who reports.
#[derive(Clone, Debug)]
pub(crate) struct Ours {
    team: String,
    domain: String,
}

impl Ours {
    pub(crate) fn of(platform: &Platform) -> Self {
        let configuration = &platform.configuration;
        // A name that is nobody's: the report never leaves the house.
        Self { team: configuration.team.name_en.clone(), domain: format!("{}.invalid", configuration.team.tag.to_ascii_lowercase()) }
    }
}

/// The report. The same sight gives the same bytes, so that it is taken once however often it is told.
pub(crate) fn of(seen: &ScannerSeen, ours: &Ours) -> Vec<u8> {
    let party = json!({ "org": ours.team, "contact": format!("observation@{}", ours.domain), "domain": ours.domain });
    let id: String = Sha256::digest(format!("{} {} {}", seen.source, seen.first, seen.last)).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let (protocol, port) = seen.most.first().and_then(|service| service.split_once('/')).unwrap_or(("tcp", ""));
    let tools = if seen.tools.is_empty() { String::new() } else { format!("; marks of {}", seen.tools.join(", ")) };
    let description = format!(
        "{} packets to {} sensors within 24 hours, {} services, most to {}{tools}; first {}, last {}",
        seen.packets,
        seen.sensors,
        seen.services,
        seen.most.join(", "),
        seen.first,
        seen.last
    );
    let mut report = json!({
        "xarf_version": "4.0.0",
        "report_id": id,
        "timestamp": seen.last,
        "reporter": party,
        "sender": party,
        "source_identifier": seen.source.to_string(),
        "category": "connection",
        "type": "vulnerability_scan",
        "scan_type": "port",
        "protocol": protocol,
        "first_seen": seen.first,
        "last_seen": seen.last,
        "total_requests": seen.packets,
        "description": description,
        "tags": ["observation", "draft"],
    });
    // A type of ICMP is no port.
    if let (Ok(port), Value::Object(fields)) = (port.parse::<u16>(), &mut report)
        && matches!(protocol, "tcp" | "udp")
    {
        fields.insert("destination_port".into(), port.into());
    }
    report.to_string().into_bytes()
}
