//! What a report tells of the abuse.

use super::{kind, report::said, requirement::missing};
use crate::{canonical, finding::Finding, json, time};
use noroshi_kernel::{
    observable::{Address, Host, Port, Protocol},
    reason::Reason,
};
use serde_json::{Map, Value};

/// Fields that stand elsewhere in a report, or that were never meant to be sent.
const APART: &[&str] = &[
    "xarf_version",
    "report_id",
    "timestamp",
    "reporter",
    "sender",
    "category",
    "type",
    "description",
    "tags",
    "confidence",
    "evidence",
    "_internal",
    "source_identifier",
];

/// Makes the finding of a report that holds what it must.
pub(super) fn of(report: &Map<String, Value>) -> Result<Finding, Reason> {
    let text = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default();
    let (category, kind) = (text("category"), text("type"));
    let nearer = if text("compromise_type").is_empty() { text("threat_type") } else { text("compromise_type") };
    let mut finding = Finding::new(kind::of(category, kind, nearer));
    let at = said(report, "timestamp")?;
    finding.at = Some(time::rfc_3339(&at).ok_or_else(|| time::no_time(&at))?);
    let url = ["url", "infringing_url"].into_iter().find(|name| !text(name).is_empty());
    if let Some(name) = url {
        finding.url = Some(canonical::url(text(name))?);
    }
    source(&said(report, "source_identifier")?, &mut finding)?;
    let within = finding.url.as_ref().and_then(|url| url.address);
    finding.addresses.extend(within.filter(|address| !finding.addresses.contains(address)));
    let port = port(report, category);
    finding.port = port.map(|(_, port)| port);
    let brand = ["target_brand", "affected_brand", "impersonated_entity", "brand_name"].into_iter().find(|name| !text(name).is_empty());
    finding.brand = match brand {
        Some(name) => Some(text(name).to_owned()),
        None => report.get("targeted_brands").and_then(|brands| brands.get(0)).and_then(Value::as_str).map(str::to_owned),
    };
    for (name, value) in report {
        let told = APART.contains(&name.as_str())
            || brand == Some(name.as_str())
            || port.is_some_and(|(own, _)| own == name || (name == "protocol" && category != "messaging"))
            || (url == Some(name.as_str()) && finding.url.as_ref().is_some_and(|url| value == url.url.as_str()));
        if !told {
            json::flatten(name, value, &mut finding.details);
        }
    }
    Ok(finding)
}

/// Puts what is reported where it belongs: an address, a URL, a mail address or a host.
fn source(text: &str, finding: &mut Finding) -> Result<(), Reason> {
    if let Ok(address) = text.parse::<Address>() {
        finding.addresses.push(address);
        return Ok(());
    }
    if text.contains("://") {
        let url = canonical::url(text)?;
        finding.url.get_or_insert(url);
        return Ok(());
    }
    let name = text.rsplit_once('@').map_or(text, |(_, name)| name);
    if name.len() != text.len() {
        finding.details.push(("source_identifier".into(), text.to_owned()));
    }
    let host: Host = match name.parse() {
        Ok(host) => host,
        // A name in other letters, or defanged: as a URL's host.
        Err(_) => canonical::url(name)?.host.ok_or_else(|| missing("source_identifier"))?,
    };
    if finding.url.as_ref().and_then(|url| url.host.as_ref()) != Some(&host) {
        finding.host = Some(host);
    }
    Ok(())
}

/// The port that it is about and the field that tells it: the attacked one, or the one at the source.
fn port(report: &Map<String, Value>, category: &str) -> Option<(&'static str, Port)> {
    let names: &[&'static str] = match category {
        "connection" => &["destination_port"],
        "messaging" => &[],
        "vulnerability" => &["service_port", "port", "source_port"],
        _ => &["source_port"],
    };
    let (name, number) = names.iter().find_map(|name| report.get(*name).and_then(Value::as_u64).map(|number| (*name, number)))?;
    let protocol = match report.get("protocol").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
        Some("udp") => Protocol::Udp,
        Some("icmp" | "sctp" | "mixed") => return None,
        _ => Protocol::Tcp,
    };
    let number = u16::try_from(number).ok()?;
    Some((name, Port { protocol, number }))
}
