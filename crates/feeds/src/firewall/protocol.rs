//! Protocols by their numbers and names, and what a port or a type makes of them.

use super::{Line, Target};

pub(super) const ICMP: u8 = 1;
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
pub(super) const ICMPV6: u8 = 58;

/// Names that logs write beside numbers (IANA, Assigned Internet Protocol Numbers).
const NAMES: [(&str, u8); 16] = [
    ("icmp", ICMP),
    ("igmp", 2),
    ("ipip", 4),
    ("ipencap", 4),
    ("tcp", TCP),
    ("udp", UDP),
    ("ipv6", 41),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmpv6", ICMPV6),
    ("icmp6", ICMPV6),
    ("ipv6-icmp", ICMPV6),
    ("ospf", 89),
    ("pim", 103),
    ("sctp", 132),
];

/// The protocol of a name or a number.
pub(super) fn named(text: &str) -> Option<u8> {
    text.parse().ok().or_else(|| NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, number)| *number))
}

/// A packet to a port, or of a type, as far as it is told. A port belongs to TCP and UDP, without which they say nothing.
pub(super) fn came(protocol: u8, port: Option<u16>, kind: Option<u16>, times: u64) -> Line {
    match protocol {
        TCP | UDP => port.map_or(Line::Broken, |port| Line::Came(Target { protocol, number: Some(port) }, times)),
        ICMP | ICMPV6 => Line::Came(Target { protocol, number: kind.filter(|kind| *kind <= 255) }, times),
        _ => Line::Came(Target { protocol, number: None }, times),
    }
}

/// Whether a word says that a packet was let through; `None` when it says neither.
pub(super) fn lets_through(action: &str) -> Option<bool> {
    const THROUGH: [&str; 12] = ["accept", "accepted", "allow", "allowed", "pass", "passed", "permit", "permitted", "close", "client-rst", "server-rst", "timeout"];
    const KEPT_OUT: [&str; 12] = ["deny", "denied", "drop", "dropped", "block", "blocked", "reject", "rejected", "discard", "violation", "prevent", "prevented"];
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(action));
    if is(&KEPT_OUT) { Some(false) } else { is(&THROUGH).then_some(true) }
}
