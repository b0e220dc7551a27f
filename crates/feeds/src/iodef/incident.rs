//! From a document to its incidents and their findings.

use super::{
    restriction,
    tree::{self, Element},
};
use crate::{canonical, defang::refang, finding::Finding, time, words};
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host, Port, Protocol},
    reason::Reason,
    rsit::Rsit,
    setaside::printable,
    tlp::Tlp,
};

/// The namespaces of version 1 and version 2.
const NAMESPACES: &[&str] = &["urn:ietf:params:xml:ns:iodef-1.0", "urn:ietf:params:xml:ns:iodef-2.0"];

/// The longest description that is kept with a finding, in characters.
const DESCRIPTION_MOST_CHARS: usize = 1000;

/// The key of the reason why another kind of document is refused.
const NO_IODEF: &str = "iodef-root";

/// An incident of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The sender's number of it.
    pub id: String,
    /// Who gave that number.
    pub id_name: String,
    /// Why it was sent: `reporting`, `mitigation`, `watch` and so on.
    pub purpose: String,
    /// To whom it may go on, as written; empty when not told.
    pub restriction: String,
    /// How far it may be told, by the strictest restriction in it.
    pub tlp: Option<Tlp>,
    /// When it was reported.
    pub reported_at: Option<Moment>,
    /// What happened, in the sender's words.
    pub description: String,
    /// Its sources. Empty when the document names none.
    pub findings: Vec<Finding>,
}

/// Reads the incidents of a document.
///
/// # Errors
/// The [`Reason`] why it is none: no XML, a document type, beyond the limits, another kind of document.
pub fn read(bytes: &[u8]) -> Result<Vec<Incident>, Reason> {
    let root = tree::parse(bytes)?;
    let spaces = root.attributes.iter().filter(|(name, _)| name == "xmlns" || name.starts_with("xmlns:"));
    let known = spaces.clone().count() == 0 || spaces.clone().any(|(_, space)| NAMESPACES.contains(&space.trim()));
    if root.name != "IODEF-Document" || !known {
        let shown = printable(&root.name, 64);
        return Err(Reason::new(
            NO_IODEF,
            format!("IODEF 文書ではありません（最上位の要素は「{shown}」）。RFC 7970 か RFC 5070 の文書を渡してください。"),
            format!("this is no IODEF document (its root is {shown:?}); give a document of RFC 7970 or RFC 5070"),
        ));
    }
    Ok(root.all("Incident").map(incident).collect())
}

/// So much of a document is looked at to tell whether it claims to be one of IODEF, in bytes.
const CLAIM_MOST_BYTES: usize = 64 * 1024;

/// Reads the incidents of a file of which nobody has said what it is; `None` when it is something else, XML of another kind among it.
/// What claims to be IODEF and cannot be read is told, and so is XML that declares entities of its own, whatever it is about.
///
/// ```
/// use noroshi_feeds::iodef;
/// assert!(iodef::recognise(b"<html><body>hello</body></html>").is_none());
/// assert!(iodef::recognise(b"<iodef:IODEF-Document xmlns:iodef='urn:ietf:params:xml:ns:iodef-2.0'>").is_some_and(|read| read.is_err()));
/// ```
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Result<Vec<Incident>, Reason>> {
    // A mark of the byte order, and the zeros of UTF-16, which is told of and not read.
    let head = bytes.get(..CLAIM_MOST_BYTES).unwrap_or(bytes);
    let plain: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
    let begins = plain.iter().find(|byte| !byte.is_ascii_whitespace() && byte.is_ascii());
    if begins != Some(&b'<') {
        return None;
    }
    let holds = |word: &[u8]| plain.windows(word.len()).any(|found| found == word);
    match read(bytes) {
        Err(other) if other.key == NO_IODEF => None,
        Err(_) if !holds(b"<!ENTITY") && !holds(b"IODEF-Document") => None,
        read => Some(read),
    }
}

fn incident(incident: &Element) -> Incident {
    let id = incident.all("IncidentID").next();
    let mut findings = Vec::new();
    let known = Context { at: seen(incident), rsit: rsit_of(incident), description: incident.text_of("Description").unwrap_or_default() };
    events(incident, &known, &mut findings);
    if findings.is_empty() {
        observables(incident, &known, &mut findings);
    }
    let tlp = restriction::of(incident);
    findings.iter_mut().for_each(|finding| finding.tlp = tlp);
    Incident {
        id: id.map(|id| id.text.trim().to_owned()).unwrap_or_default(),
        id_name: id.map(|id| id.attribute("name").to_owned()).unwrap_or_default(),
        purpose: incident.attribute("purpose").to_owned(),
        restriction: incident.attribute("restriction").to_owned(),
        tlp,
        reported_at: incident.text_of("ReportTime").and_then(time::in_utc),
        description: known.description.to_owned(),
        findings,
    }
}

/// What is known of a system before it is looked at.
#[derive(Clone, Copy)]
struct Context<'d> {
    at: Option<Moment>,
    rsit: Option<Rsit>,
    description: &'d str,
}

/// The sources of an incident's events; an event within another knows what that knows.
fn events(parent: &Element, known: &Context<'_>, findings: &mut Vec<Finding>) {
    for event in parent.all("EventData") {
        let known = Context {
            at: seen(event).or(known.at),
            rsit: rsit_of(event).or(known.rsit),
            description: event.text_of("Description").unwrap_or(known.description),
        };
        for flow in event.all("Flow") {
            let target = flow.all("System").filter(|system| system.attribute("category") == "target").find_map(service);
            findings.extend(flow.all("System").filter(|system| system.attribute("category") == "source").filter_map(|system| finding(system, target, &known)));
        }
        events(event, &known, findings);
    }
}

/// What a watch list asks to look for.
fn observables(incident: &Element, known: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut found = Vec::new();
    incident.within("Observable", &mut found);
    for observable in found {
        let systems: Vec<_> = observable.all("System").collect();
        let places = if systems.is_empty() { vec![observable] } else { systems };
        findings.extend(places.into_iter().filter_map(|place| finding(place, None, known)));
    }
}

/// When it was seen, by the surest time that is told.
fn seen(element: &Element) -> Option<Moment> {
    ["DetectTime", "StartTime", "ReportTime", "GenerationTime"].iter().find_map(|name| element.text_of(name).and_then(time::in_utc))
}

/// A system as a finding; `None` when it names nothing.
fn finding(system: &Element, target: Option<Port>, known: &Context<'_>) -> Option<Finding> {
    let mut roles = Vec::new();
    system.within("NodeRole", &mut roles);
    let role = roles.iter().find_map(|role| words::rsit(role.attribute("category")).or_else(|| words::rsit(role.attribute("ext-category"))));
    let mut finding = Finding::new(role.or(known.rsit).unwrap_or(Rsit::Undetermined));
    finding.at = known.at;
    let own = service(system);
    finding.port = target.or(own);
    let mut addresses = Vec::new();
    system.within("Address", &mut addresses);
    addresses.iter().for_each(|address| place(address, &mut finding));
    let mut names = Vec::new();
    for name in ["NodeName", "Name", "URL"] {
        system.within(name, &mut names);
    }
    for name in names {
        let text = name.text.trim();
        if name.name == "URL" {
            finding.url = finding.url.take().or_else(|| canonical::url(text).ok());
        } else if finding.host.is_none() {
            finding.host = refang(text).parse::<Host>().ok().filter(|host| host.address().is_none());
        }
    }
    if let Some(url) = &finding.url {
        finding.addresses.extend(url.address.filter(|address| !finding.addresses.contains(address)));
        finding.host = finding.host.take().filter(|host| url.host.as_ref() != Some(host));
    }
    if let (Some(_), Some(own)) = (target, own) {
        finding.details.push(("source-port".into(), own.to_string()));
    }
    if !known.description.is_empty() {
        finding.details.push(("description".into(), known.description.chars().take(DESCRIPTION_MOST_CHARS).collect()));
    }
    for name in ["Description", "OperatingSystem"] {
        if let Some(text) = system.text_of(name) {
            finding.details.push((name.to_ascii_lowercase(), text.chars().take(DESCRIPTION_MOST_CHARS).collect()));
        }
    }
    finding.is_about_something().then_some(finding)
}

/// Puts an address where it belongs; of a network its first one, with the network beside.
fn place(address: &Element, finding: &mut Finding) {
    let text = refang(address.text.trim());
    if text.is_empty() {
        return;
    }
    let category = address.attribute("category");
    let base = text.split_once('/').map_or(text.as_str(), |(base, _)| base);
    match (category, text.parse::<Address>(), base.parse::<Address>()) {
        (_, Ok(found), _) => {
            if !finding.addresses.contains(&found) {
                finding.addresses.push(found);
            }
        }
        ("site-uri", ..) if finding.url.is_none() => finding.url = canonical::url(&text).ok(),
        ("asn" | "mac" | "atm" | "e-mail", ..) | (_, _, Err(_)) => {
            let name = if category.is_empty() { "address" } else { category };
            finding.details.push((name.to_owned(), text));
        }
        (_, _, Ok(found)) => {
            finding.addresses.push(found);
            finding.details.push(("network".into(), text));
        }
    }
}

/// The first port of a system's services.
fn service(system: &Element) -> Option<Port> {
    system.all("Service").find_map(|service| {
        let protocol = match service.attribute("ip-protocol").to_ascii_lowercase().as_str() {
            "17" | "udp" => Protocol::Udp,
            "1" | "58" | "icmp" => Protocol::Icmp,
            "" | "6" | "tcp" => Protocol::Tcp,
            _ => return None,
        };
        let listed = ["Portlist", "PortList"].iter().find_map(|name| service.text_of(name)).and_then(|list| list.split([',', '-']).next());
        let number: u16 = service.text_of("Port").or(listed)?.trim().parse().ok()?;
        (number <= protocol.greatest()).then_some(Port { protocol, number })
    })
}

/// The kind, by the surest words: the category, the method, the impact, the description.
fn rsit_of(element: &Element) -> Option<Rsit> {
    let mut found: Vec<&Element> = Vec::new();
    for assessment in element.all("Assessment") {
        assessment.within("IncidentCategory", &mut found);
    }
    let category = found.iter().find_map(|category| {
        let text = category.text.trim();
        Some(Rsit::from_tag(text))
            .filter(|rsit| *rsit != Rsit::Undetermined)
            .or_else(|| words::rsit(text))
            .or_else(|| words::rsit(category.attribute("ext-value")))
    });
    let method = || {
        let mut told = Vec::new();
        for method in element.all("Method") {
            for name in ["Description", "ReferenceName", "SpecID", "AttackPattern"] {
                method.within(name, &mut told);
            }
        }
        told.iter().find_map(|told| words::rsit(&told.text))
    };
    let impact = || {
        let mut told = Vec::new();
        for assessment in element.all("Assessment") {
            for name in ["SystemImpact", "Impact"] {
                assessment.within(name, &mut told);
            }
        }
        told.iter().find_map(|told| words::rsit(&told.text).or_else(|| of_impact(told.attribute("type"))))
    };
    let description = || element.text_of("Description").and_then(words::rsit);
    category.or_else(method).or_else(impact).or_else(description)
}

/// The kind by an impact of either version.
fn of_impact(impact: &str) -> Option<Rsit> {
    Some(match impact {
        "admin" => Rsit::PrivilegedAccountCompromise,
        "user" | "takeover-account" => Rsit::UnprivilegedAccountCompromise,
        "takeover-service" => Rsit::ApplicationCompromise,
        "takeover-system" => Rsit::SystemCompromise,
        "dos" => Rsit::Dos,
        "recon" => Rsit::Scanner,
        "social-engineering" => Rsit::SocialEngineering,
        "info-leak" => Rsit::DataLeak,
        "misconfiguration" => Rsit::Misconfiguration,
        "monitoring-traffic" | "monitoring-host" | "traffic-redirection" => Rsit::Sniffing,
        other if other.starts_with("availability-") => Rsit::Dos,
        other if other.starts_with("breach-") => Rsit::DataLeak,
        other if other.starts_with("integrity-") => Rsit::UnauthorisedInformationModification,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
