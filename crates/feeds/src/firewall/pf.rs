//! What `tcpdump -n -e -r /var/log/pflog` prints:
//! `… rule 3/0(match): block in on em0: 198.51.100.7.40000 > 192.0.2.1.445: Flags [S], seq 1, win 1024, length 0`.

use super::{
    Line,
    protocol::{self, came},
};

/// Beginnings of what tcpdump says of ICMP, and the types.
const KINDS: [(&str, u8, u16); 12] = [
    ("ICMP echo request", protocol::ICMP, 8),
    ("icmp: echo request", protocol::ICMP, 8),
    ("ICMP echo reply", protocol::ICMP, 0),
    ("icmp: echo reply", protocol::ICMP, 0),
    ("ICMP time exceeded", protocol::ICMP, 11),
    ("ICMP redirect", protocol::ICMP, 5),
    ("ICMP time stamp query", protocol::ICMP, 13),
    ("ICMP6, echo request", protocol::ICMPV6, 128),
    ("ICMP6, echo reply", protocol::ICMPV6, 129),
    ("ICMP6, destination unreachable", protocol::ICMPV6, 1),
    ("ICMP6, time exceeded", protocol::ICMPV6, 3),
    ("ICMP6, packet too big", protocol::ICMPV6, 2),
];

pub(super) fn line(line: &str) -> Option<Line> {
    let (head, text) = line.split_once(": block ").map(|(head, text)| (head, (true, text))).or_else(|| line.split_once(": pass ").map(|(head, text)| (head, (false, text))))?;
    if !head.contains("rule ") {
        return None;
    }
    let (is_kept_out, text) = text;
    if !is_kept_out || text.starts_with("out") {
        return Some(Line::Passed);
    }
    Some(packet(text).unwrap_or(Line::Broken))
}

fn packet(text: &str) -> Option<Line> {
    let (_, text) = text.split_once(": ")?;
    let (_, text) = text.split_once(" > ")?;
    let (to, what) = text.split_once(": ")?;
    if let Some((_, protocol, kind)) = KINDS.iter().find(|(begin, ..)| what.starts_with(begin)) {
        return Some(came(*protocol, None, Some(*kind), 1));
    }
    if what.starts_with("ICMP6") {
        return Some(came(protocol::ICMPV6, None, None, 1));
    }
    if what.starts_with("ICMP") || what.starts_with("icmp") {
        let kind = what.contains("unreachable").then_some(3);
        return Some(came(protocol::ICMP, None, kind, 1));
    }
    let port = port(to);
    if let Some(flags) = what.strip_prefix("Flags [").and_then(|text| text.split_once(']')).map(|(flags, _)| flags) {
        return Some(tcp(flags, port));
    }
    // Older ones: `S 1:1(0) win 1024`, `R 1:1(0) ack 2 win 0`, `. ack 1 win 0`.
    if let Some((flags, rest)) = what.split_once(' ').filter(|(flags, _)| flags.len() <= 3 && flags.bytes().all(|byte| b"SFRPWE.".contains(&byte))) {
        return Some(if rest.contains(" ack ") || rest.starts_with("ack ") { Line::Answer } else { tcp(flags, port) });
    }
    for (begin, protocol) in [("GREv", 47), ("ESP(", 50), ("AH(", 51), ("ip-proto-", 0)] {
        if let Some(rest) = what.strip_prefix(begin) {
            let told = rest.split(|one: char| !one.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
            return Some(came(if protocol == 0 { told? } else { protocol }, None, None, 1));
        }
    }
    // Of UDP it says `UDP, length 48`, or what it makes of the payload; only UDP and TCP have a port, and TCP has flags.
    Some(came(protocol::UDP, Some(port?), None, 1))
}

fn tcp(flags: &str, port: Option<u16>) -> Line {
    // `[S.]` answers, `[.]` and `[P.]` belong to a connection.
    if flags.contains('.') || flags.contains('R') { Line::Answer } else { came(protocol::TCP, port, None, 1) }
}

/// The port of `192.0.2.1.445`, `2001:db8::1.445`; an IPv4 address alone has none.
fn port(place: &str) -> Option<u16> {
    let (address, port) = place.rsplit_once('.')?;
    let is_whole = address.contains(':') || address.bytes().filter(|byte| *byte == b'.').count() == 3;
    if is_whole { port.parse().ok() } else { None }
}
