//! Cisco ASA, FTD and PIX: the messages of packets that were denied.
//!
//! - 106001: `Inbound TCP connection denied from 198.51.100.7/40000 to 192.0.2.1/445 flags SYN on interface outside`
//! - 106006, 106007: `Deny inbound UDP from 198.51.100.7/40000 to 192.0.2.1/137 on interface outside`
//! - 106014: `Deny inbound icmp src outside:198.51.100.7 dst inside:192.0.2.1 (type 8, code 0)`
//! - 106023: `Deny tcp src outside:198.51.100.7/40000 dst inside:192.0.2.1/445 by access-group "outside_in" [0x0, 0x0]`
//! - 106100: `access-list outside_in denied tcp outside/198.51.100.7(40000) -> inside/192.0.2.1(445) hit-cnt 3 300-second interval`

use super::{
    Line,
    protocol::{self, came},
};

pub(super) fn line(line: &str) -> Option<Line> {
    let at = ["%ASA-", "%FTD-", "%PIX-"].into_iter().find_map(|head| line.find(head))?;
    let (head, text) = line.get(at..)?.split_once(": ")?;
    let number = head.rsplit('-').next()?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let read = match number {
        "106001" => connection(text),
        "106006" | "106007" => inbound(text),
        "106014" => icmp(text),
        "106023" => group(text),
        "106100" => list(text),
        // Every other message is about something else.
        _ => Some(Line::Nothing),
    };
    Some(read.unwrap_or(Line::Broken))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_ascii_whitespace()
}

/// The word behind another.
fn behind<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    words(text).skip_while(|one| *one != word).nth(1)
}

/// The port of `192.0.2.1/445` or `inside:2001:db8::1/445`.
fn port(place: &str) -> Option<u16> {
    place.rsplit_once('/')?.1.trim_end_matches(|one: char| !one.is_ascii_digit()).parse().ok()
}

fn connection(text: &str) -> Option<Line> {
    let flags = text.split_once(" flags ")?.1.split_once(" on interface").map_or("", |(flags, _)| flags);
    if words(flags).any(|flag| flag == "ACK" || flag == "RST") {
        return Some(Line::Answer);
    }
    Some(came(protocol::TCP, port(behind(text, "to")?), None, 1))
}

fn inbound(text: &str) -> Option<Line> {
    Some(came(protocol::UDP, port(behind(text, "to")?), None, 1))
}

fn kind(text: &str) -> Option<u16> {
    text.split_once("(type ")?.1.split(',').next()?.trim().parse().ok()
}

fn icmp(text: &str) -> Option<Line> {
    Some(came(protocol::ICMP, None, kind(text), 1))
}

fn group(text: &str) -> Option<Line> {
    let mut begin = words(text);
    if begin.next()? != "Deny" {
        return None;
    }
    let (first, second) = (begin.next()?, begin.next()?);
    // `Deny protocol 47 src …`
    let name = if first == "protocol" { second } else { first };
    Some(came(protocol::named(name)?, behind(text, "dst").and_then(port), kind(text), 1))
}

fn list(text: &str) -> Option<Line> {
    let mut begin = words(text).skip(2);
    if protocol::lets_through(begin.next()?)? {
        return Some(Line::Passed);
    }
    let protocol = protocol::named(begin.next()?)?;
    // `icmp outside/198.51.100.7(8) -> inside/192.0.2.1(0)`: the type stands where the source port does.
    let in_brackets = |place: &str| place.split_once('(')?.1.split(')').next()?.parse::<u16>().ok();
    let (from, to) = (begin.next()?, behind(text, "->")?);
    let times = behind(text, "hit-cnt").and_then(|times| times.parse().ok()).unwrap_or(1);
    Some(came(protocol, in_brackets(to), in_brackets(from), times))
}
