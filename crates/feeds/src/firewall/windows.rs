//! `pfirewall.log` of the Windows Firewall, whose head says `#Fields: date time action protocol src-ip dst-ip src-port dst-port …`:
//! `2024-03-01 09:00:00 DROP TCP 198.51.100.7 192.0.2.1 40000 445 52 S 1 0 1024 - - - RECEIVE`.

use super::{
    Line,
    protocol::{self, came},
};

/// The most fields of a head.
const MOST_FIELDS: usize = 64;

/// Where a line holds what.
#[derive(Clone, Copy, Debug)]
struct Places {
    action: usize,
    protocol: usize,
    port: usize,
    kind: usize,
    flags: usize,
    path: usize,
    count: usize,
}

/// The order that Windows has used since XP, for an excerpt without its head.
const USUAL: Places = Places { action: 2, protocol: 3, port: 7, kind: 13, flags: 9, path: 16, count: 8 };

/// Reads lines by the last head.
#[derive(Debug, Default)]
pub(super) struct Windows {
    head: Option<Places>,
}

impl Windows {
    pub(super) fn line(&mut self, line: &str) -> Option<Line> {
        if let Some(fields) = line.strip_prefix("#Fields:") {
            self.head = head(fields);
            return Some(if self.head.is_some() { Line::Nothing } else { Line::Broken });
        }
        if ["#Version:", "#Software:", "#Time Format:"].iter().any(|begin| line.starts_with(begin)) {
            return Some(Line::Nothing);
        }
        let places = self.head.unwrap_or(USUAL);
        let words: Vec<&str> = line.split_ascii_whitespace().take(MOST_FIELDS).collect();
        let at = |place: usize| words.get(place).copied().unwrap_or("-");
        let date = words.first().filter(|date| date.len() == 10 && date.bytes().filter(|byte| *byte == b'-').count() == 2)?;
        if !date.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) || words.len() < places.count {
            return None;
        }
        match at(places.action) {
            "DROP" => {}
            "ALLOW" | "OPEN" | "OPEN-INBOUND" | "CLOSE" => return Some(Line::Passed),
            "INFO-EVENTS-LOST" => return Some(Line::Nothing),
            _ => return None,
        }
        if at(places.path) == "SEND" {
            return Some(Line::Passed);
        }
        let Some(protocol) = protocol::named(at(places.protocol)) else { return Some(Line::Broken) };
        if protocol == protocol::TCP && at(places.flags).contains(['A', 'R']) {
            return Some(Line::Answer);
        }
        Some(came(protocol, at(places.port).parse().ok(), at(places.kind).parse().ok(), 1))
    }
}

fn head(fields: &str) -> Option<Places> {
    let names: Vec<&str> = fields.split_ascii_whitespace().take(MOST_FIELDS).collect();
    let place = |name: &str| names.iter().position(|one| one.eq_ignore_ascii_case(name));
    let nowhere = usize::MAX;
    Some(Places {
        action: place("action")?,
        protocol: place("protocol")?,
        port: place("dst-port")?,
        kind: place("icmptype").unwrap_or(nowhere),
        flags: place("tcpflags").unwrap_or(nowhere),
        path: place("path").unwrap_or(nowhere),
        count: place("dst-port")? + 1,
    })
}
