//! Pairs of keys and values, as Fortinet, Juniper, SonicWall, Check Point and others send them:
//! `srcip=198.51.100.7 dstip=192.0.2.1 dstport=445 proto=6 action="deny"`; and Juniper's plain
//! `RT_FLOW_SESSION_DENY: session denied 198.51.100.7/40000->192.0.2.1/445 0x0 junos-smb 6(0) …`.

use super::{
    Line,
    protocol::{self, came},
};

/// The most pairs that are looked at in a line.
const MOST_PAIRS: usize = 200;

const PORTS: [&str; 9] = ["dstport", "dst_port", "dst-port", "destination-port", "destination_port", "destinationport", "dpt", "dport", "d_port"];
const PROTOCOLS: [&str; 7] = ["proto", "protocol", "protocol-id", "protocol_id", "ip_protocol", "ipproto", "transport"];
const KINDS: [&str; 5] = ["icmptype", "icmp_type", "icmp-type", "icmptyp", "type_code"];
const ACTIONS: [&str; 4] = ["action", "act", "disposition", "policy-action"];
const DIRECTIONS: [&str; 2] = ["direction", "dir"];

/// What a line says under the keys that are looked for.
#[derive(Default)]
struct Said<'l> {
    port: Option<&'l str>,
    protocol: Option<&'l str>,
    kind: Option<&'l str>,
    action: Option<&'l str>,
    direction: Option<&'l str>,
}

pub(super) fn line(line: &str) -> Option<Line> {
    if let Some(denied) = line.split_once("RT_FLOW_SESSION_DENY: session denied ").map(|(_, text)| text) {
        return Some(juniper(denied).unwrap_or(Line::Broken));
    }
    let said = said(line);
    let protocol = said.protocol?;
    if said.port.is_none() && said.kind.is_none() {
        return None;
    }
    if line.contains("RT_FLOW_SESSION_CREATE") || line.contains("RT_FLOW_SESSION_CLOSE") || said.action.and_then(protocol::lets_through) == Some(true) {
        return Some(Line::Passed);
    }
    if said.direction.is_some_and(|direction| ["out", "outbound", "outgoing", "egress"].iter().any(|out| out.eq_ignore_ascii_case(direction))) {
        return Some(Line::Passed);
    }
    // `6`, `tcp`, `tcp/445`, `17(udp)`
    let name = protocol.split(['/', '(']).next().unwrap_or(protocol);
    let Some(protocol) = protocol::named(name) else { return Some(Line::Broken) };
    let number = |text: Option<&str>| text.and_then(|text| text.split(['/', ':']).next()?.parse().ok());
    Some(came(protocol, number(said.port), number(said.kind), 1))
}

fn said(line: &str) -> Said<'_> {
    let mut said = Said::default();
    let mut rest = line;
    for _ in 0..MOST_PAIRS {
        let Some((before, behind)) = rest.split_once('=') else { break };
        let key = before.rsplit(|one: char| one.is_whitespace() || "[|,;".contains(one)).next().unwrap_or_default();
        let (value, after) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => {
                let end = behind.find(|one: char| one.is_whitespace() || ";]|,".contains(one)).unwrap_or(behind.len());
                behind.split_at(end)
            }
        };
        let is = |keys: &[&str]| keys.iter().any(|known| known.eq_ignore_ascii_case(key));
        let slot = match () {
            () if is(&PORTS) => Some(&mut said.port),
            () if is(&PROTOCOLS) => Some(&mut said.protocol),
            () if is(&KINDS) => Some(&mut said.kind),
            () if is(&ACTIONS) => Some(&mut said.action),
            () if is(&DIRECTIONS) => Some(&mut said.direction),
            () => None,
        };
        if let Some(slot) = slot {
            slot.get_or_insert(value);
        }
        rest = after;
    }
    said
}

fn juniper(denied: &str) -> Option<Line> {
    let mut words = denied.split_ascii_whitespace();
    let (_, to) = words.next()?.split_once("->")?;
    let port = to.rsplit_once('/')?.1.parse().ok();
    // The protocol's number with the type of ICMP: `6(0)`, `1(8)`.
    let (protocol, kind) = words.find_map(|word| {
        let (number, kind) = word.strip_suffix(')')?.split_once('(')?;
        Some((number.parse::<u8>().ok()?, kind.parse::<u16>().ok()))
    })?;
    Some(came(protocol, port, kind, 1))
}
