//! `filterlog` of pfSense and OPNsense: a line of commas behind the program's name (pfSense documentation, Raw Filter Log Format):
//! `filterlog[1234]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,0,0,DF,6,tcp,60,198.51.100.7,192.0.2.1,40000,445,0,S,…`

use super::{
    Line,
    protocol::{self, came},
};

/// What it calls types of ICMP.
const KINDS: [(&str, u16); 7] = [("request", 8), ("reply", 0), ("unreach", 3), ("timexceed", 11), ("redirect", 5), ("tstampreply", 14), ("tstamp", 13)];

pub(super) fn line(line: &str) -> Option<Line> {
    let (_, text) = line.split_once("filterlog")?;
    // `filterlog: …`, `filterlog[1234]: …`, and of RFC 5424 `filterlog 1234 - - …`
    let fields: Vec<&str> = text.split(',').collect();
    let (action, direction) = (*fields.get(6)?, *fields.get(7)?);
    match (action, direction) {
        ("block" | "reject", "in") => Some(packet(&fields).unwrap_or(Line::Broken)),
        ("block" | "reject" | "pass" | "nat" | "rdr" | "binat", "in" | "out") => Some(Line::Passed),
        _ => None,
    }
}

fn packet(fields: &[&str]) -> Option<Line> {
    // Where the number of the protocol stands, and what is told of the protocol itself.
    let (number, own) = match *fields.get(8)? {
        "4" => (15, 20),
        "6" => (13, 17),
        _ => return None,
    };
    let protocol: u8 = fields.get(number)?.parse().ok()?;
    let port = || fields.get(own + 1)?.parse::<u16>().ok();
    Some(match protocol {
        protocol::TCP => match fields.get(own + 3) {
            Some(flags) if flags.contains('A') || flags.contains('R') => Line::Answer,
            _ => came(protocol, port(), None, 1),
        },
        protocol::UDP => came(protocol, port(), None, 1),
        protocol::ICMP => {
            let told = fields.get(own).copied().unwrap_or_default();
            came(protocol, None, KINDS.iter().find(|(name, _)| told.starts_with(name)).map(|(_, kind)| *kind), 1)
        }
        _ => came(protocol, None, None, 1),
    })
}
