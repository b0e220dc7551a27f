//! What the kernel of Linux logs of packets (iptables LOG, nftables log, UFW), behind whatever syslog, journal or a prefix of one's own
//! put before it: `IN=eth0 OUT= MAC=… SRC=198.51.100.7 DST=192.0.2.1 LEN=40 … PROTO=TCP SPT=40000 DPT=445 WINDOW=1024 RES=0x00 SYN URGP=0`.

use super::{
    Line,
    protocol::{self, came},
};

pub(super) fn line(line: &str) -> Option<Line> {
    // What an ICMP error quotes stands in brackets behind it, and is about another packet.
    let begin = line.find("IN=").filter(|at| *at == 0 || line.as_bytes().get(at.wrapping_sub(1)).is_none_or(|byte| !byte.is_ascii_alphanumeric()))?;
    let told = line.get(begin..)?.split_once(" [").map_or_else(|| line.get(begin..).unwrap_or_default(), |(before, _)| before);
    let value = |key: &str| told.split_ascii_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    let (from, to, protocol) = (value("IN")?, value("OUT")?, value("PROTO"));
    value("SRC")?;
    value("DST")?;
    if from.is_empty() && !to.is_empty() {
        return Some(Line::Passed);
    }
    let Some(protocol) = protocol.and_then(protocol::named) else { return Some(Line::Broken) };
    let has = |flag: &str| told.split_ascii_whitespace().any(|word| word == flag);
    // UFW says of some that it lets them through.
    if line.contains("[UFW ALLOW]") || line.contains("[UFW AUDIT]") {
        return Some(Line::Passed);
    }
    if protocol == protocol::TCP && (has("ACK") || has("RST")) {
        return Some(Line::Answer);
    }
    let number = |key| value(key).and_then(|text| text.parse().ok());
    Some(came(protocol, number("DPT"), number("TYPE"), 1))
}
