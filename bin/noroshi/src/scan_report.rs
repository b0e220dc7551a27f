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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_tells_the_port_that_was_asked_for_most() {
        let ours = Ours { team: "Example CSIRT".into(), domain: "ex.invalid".into() };
        for (most, port) in [("tcp/22", Value::from(22)), ("udp/53", Value::from(53)), ("icmp/8", Value::Null)] {
            let seen = ScannerSeen {
                source: "192.0.2.1".parse().expect("an address"),
                country: "JP".into(),
                packets: 900,
                sensors: 3,
                services: 2,
                most: vec![most.into(), "tcp/80".into()],
                tools: vec!["zmap".into()],
                first: "2024-03-10T00:00:00Z".into(),
                last: "2024-03-10T01:00:00Z".into(),
            };
            let report: Value = serde_json::from_slice(&of(&seen, &ours)).expect("JSON");
            assert_eq!(report["destination_port"], port, "{most}");
            assert!(report["description"].as_str().is_some_and(|text| text.contains("900 packets to 3 sensors") && text.contains("zmap")), "{report}");
            assert_eq!(of(&seen, &ours), of(&seen, &ours), "the same sight is the same report");
        }
    }
}
