//! Flow logs of Amazon VPC, version 2, as they are delivered or with another order that their head names:
//! `2 123456789012 eni-0123456789abcdef0 198.51.100.7 192.0.2.1 40000 445 6 1 40 1709251200 1709251260 REJECT OK`.

use super::{
    Line,
    protocol::{self, came},
};

const MOST_FIELDS: usize = 64;

/// Where a line holds what.
#[derive(Clone, Copy, Debug)]
struct Places {
    port: usize,
    protocol: usize,
    packets: usize,
    action: usize,
    flags: Option<usize>,
    direction: Option<usize>,
    count: usize,
}

const USUAL: Places = Places { port: 6, protocol: 7, packets: 8, action: 12, flags: None, direction: None, count: 14 };

/// Reads lines by the last head.
#[derive(Debug, Default)]
pub(super) struct Flow {
    head: Option<Places>,
}

impl Flow {
    pub(super) fn line(&mut self, line: &str) -> Option<Line> {
        let words: Vec<&str> = line.split_ascii_whitespace().take(MOST_FIELDS).collect();
        if words.contains(&"dstport") && words.contains(&"action") {
            self.head = head(&words);
            return Some(if self.head.is_some() { Line::Nothing } else { Line::Broken });
        }
        // What CloudWatch exports begins with a time.
        let begin = usize::from(words.first().is_some_and(|first| first.contains('T') && first.ends_with('Z')));
        let words = words.get(begin..)?;
        let places = match self.head {
            Some(places) if words.len() >= places.count => places,
            Some(_) => return None,
            None if words.len() == USUAL.count && words.get(2).is_some_and(|interface| interface.starts_with("eni-")) => USUAL,
            None => return None,
        };
        let at = |place: usize| words.get(place).copied().unwrap_or("-");
        match at(places.action) {
            "REJECT" => {}
            "ACCEPT" => return Some(Line::Passed),
            // NODATA, SKIPDATA: nothing was logged.
            "-" => return Some(Line::Nothing),
            _ => return None,
        }
        if places.direction.is_some_and(|place| at(place) == "egress") {
            return Some(Line::Passed);
        }
        let (Ok(protocol), Ok(packets)) = (at(places.protocol).parse(), at(places.packets).parse()) else { return Some(Line::Broken) };
        // All flags of a flow: 2 is SYN; 4 RST, 16 ACK.
        let flags: u16 = places.flags.and_then(|place| at(place).parse().ok()).unwrap_or(0);
        if protocol == protocol::TCP && flags & 0b1_0100 != 0 {
            return Some(Line::Answer);
        }
        // Ports of ICMP are 0, its type is not told.
        Some(came(protocol, at(places.port).parse().ok(), None, packets))
    }
}

fn head(names: &[&str]) -> Option<Places> {
    let place = |name: &str| names.iter().position(|one| *one == name);
    Some(Places {
        port: place("dstport")?,
        protocol: place("protocol")?,
        packets: place("packets")?,
        action: place("action")?,
        flags: place("tcp-flags"),
        direction: place("flow-direction"),
        count: names.len(),
    })
}
