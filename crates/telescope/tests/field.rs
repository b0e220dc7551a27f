//! Captures from the field beside tshark, packet by packet: `NOROSHI_FIELD_DATA` names the folder that holds `pcap/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use noroshi_telescope::{
    capture::{CaptureFile, Limits},
    packet::{Fragment, NoRecord, Packet, Transport, decode},
    tally::Tally,
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

/// What tshark is asked for; the first occurrence of each is the outermost header's.
const FIELDS: [&str; 25] = [
    "frame.encap_type",
    "frame.time_epoch",
    "frame.len",
    "ip.version",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "ip.ttl",
    "ipv6.hlim",
    "ip.id",
    "ip.proto",
    "ip.frag_offset",
    "tcp.srcport",
    "tcp.dstport",
    "udp.srcport",
    "udp.dstport",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.flags",
    "tcp.window_size_value",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
];

/// A packet as tshark tells it.
struct Told<'a>(Vec<&'a str>);

impl<'a> Told<'a> {
    fn get(&self, field: &str) -> Option<&'a str> {
        let at = FIELDS.iter().position(|own| *own == field).expect("a field that is asked for");
        self.0.get(at).copied().filter(|value| !value.is_empty())
    }

    fn number(&self, field: &str) -> Option<u64> {
        let value = self.get(field)?;
        Some(match value.strip_prefix("0x") {
            Some(hexadecimal) => u64::from_str_radix(hexadecimal, 16).expect("a number"),
            None => value.parse().unwrap_or_else(|_| panic!("{field} is {value:?}")),
        })
    }

    /// Nanoseconds since 1970.
    fn at_ns(&self) -> Option<i64> {
        let (seconds, fraction) = self.get("frame.time_epoch")?.split_once('.')?;
        Some(seconds.parse::<i64>().ok()? * 1_000_000_000 + format!("{fraction:0<9}")[..9].parse::<i64>().ok()?)
    }
}

fn tshark(file: &Path) -> String {
    let mut command = Command::new("tshark");
    command.args(["-n", "-r"]).arg(file).args(["-T", "fields", "-E", "occurrence=f", "-E", "separator=/t"]);
    // Every fragment by itself, and numbers as they stand in the header.
    for option in ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.relative_sequence_numbers:FALSE"] {
        command.args(["-o", option]);
    }
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let ran = command.output().expect("tshark runs");
    assert!(ran.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("tshark writes UTF-8")
}

/// What differs between a record and what tshark tells of the same packet.
fn differences(packet: &Packet<'_>, told: &Told<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut same = |what: &str, ours: Option<String>, theirs: Option<String>| {
        if ours != theirs {
            found.push(format!("{what}: ours {ours:?}, tshark's {theirs:?}"));
        }
    };
    let v4 = packet.source.is_ipv4();
    let number = |field| told.number(field).map(|number| number.to_string());
    let text = |field| told.get(field).map(str::to_owned);
    same("version", Some(if v4 { "4" } else { "6" }.into()), number("ip.version"));
    same("source", Some(packet.source.to_string()), text(if v4 { "ip.src" } else { "ipv6.src" }));
    same("destination", Some(packet.destination.to_string()), text(if v4 { "ip.dst" } else { "ipv6.dst" }));
    same("ttl", Some(packet.ttl.to_string()), number(if v4 { "ip.ttl" } else { "ipv6.hlim" }));
    same("ip id", packet.ip_id.map(|id| id.to_string()), number("ip.id"));
    same(
        "later fragment",
        Some((packet.fragment == Fragment::Later).to_string()),
        Some(told.number("ip.frag_offset").is_some_and(|offset| offset > 0).to_string()),
    );
    // Behind another protocol tshark goes on into packets within packets, which are not ours to tell.
    if !matches!(packet.protocol, 1 | 6 | 17 | 58) {
        return found;
    }
    if packet.protocol == 6 || packet.protocol == 17 {
        let prefix = if packet.protocol == 6 { ["tcp.srcport", "tcp.dstport"] } else { ["udp.srcport", "udp.dstport"] };
        same("source port", packet.ports().map(|(source, _)| source.to_string()), number(prefix[0]));
        same("destination port", packet.ports().map(|(_, destination)| destination.to_string()), number(prefix[1]));
    }
    let tcp = packet.tcp();
    // In a first fragment too short for a TCP header tshark stops behind the ports.
    if packet.protocol == 6 && !matches!(packet.transport, Transport::TcpBegun { .. }) {
        same("sequence", packet.sequence().map(|sequence| sequence.to_string()), number("tcp.seq_raw"));
        same("acknowledgment", tcp.map(|tcp| tcp.acknowledgment.to_string()), number("tcp.ack_raw"));
        same("flags", tcp.map(|tcp| tcp.flags.0.to_string()), number("tcp.flags"));
        same("window", tcp.map(|tcp| tcp.window.to_string()), number("tcp.window_size_value"));
    }
    if packet.protocol == 1 || packet.protocol == 58 {
        let prefix = if packet.protocol == 1 { ["icmp.type", "icmp.code"] } else { ["icmpv6.type", "icmpv6.code"] };
        same("type", packet.icmp().map(|(kind, _)| kind.to_string()), number(prefix[0]));
        same("code", packet.icmp().map(|(_, code)| code.to_string()), number(prefix[1]));
    }
    found
}

/// Compares one file; gives the tally of its packets.
fn compare(file: &Path) -> Tally {
    let lines = tshark(file);
    // Custom blocks are lines without a link type to tshark; they are no packets.
    let mut told = lines.lines().map(|line| Told(line.split('\t').collect())).filter(|told| told.get("frame.encap_type").is_some());
    let mut tally = Tally::default();
    let mut capture = CaptureFile::open(File::open(file).unwrap(), Limits::default()).unwrap_or_else(|broken| panic!("{}: {broken}", file.display()));
    while let Some(frame) = capture.next_frame().unwrap_or_else(|broken| panic!("{}: {broken}", file.display())) {
        let place = || format!("{}, packet {}", file.display(), tally.frames() + 1);
        let told = told.next().unwrap_or_else(|| panic!("{}: tshark has no more", place()));
        assert_eq!(Some(u64::from(frame.wire_bytes)), told.number("frame.len"), "{}", place());
        if let Some(at) = told.at_ns() {
            assert_eq!(frame.at_ns, Some(at), "{}", place());
        }
        let outcome = decode(&frame);
        match &outcome {
            Ok(packet) => {
                let found = differences(packet, &told);
                assert!(found.is_empty(), "{}: {found:?}", place());
            }
            Err(NoRecord::NotIp) => assert_eq!(told.get("ip.version"), None, "{}", place()),
            Err(error) => panic!("{}: {error:?}; tshark: {:?}", place(), told.0),
        }
        tally.add(&frame, &outcome);
    }
    assert_eq!(told.count(), 0, "{}: tshark has more", file.display());
    tally
}

#[test]
fn every_packet_of_the_field_is_told_as_tshark_tells_it() {
    let folder = std::env::var_os("NOROSHI_FIELD_DATA").map(|folder| PathBuf::from(folder).join("pcap")).filter(|folder| folder.is_dir());
    let Some(folder) = folder else {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA names no folder that holds pcap/, so no capture from the field was read");
        return;
    };
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("SKIPPED: tshark is not installed, so no capture from the field was compared; apt-get install tshark");
        return;
    }
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.is_file());
    files.sort();
    assert!(!files.is_empty(), "{} holds nothing", folder.display());
    for file in files {
        let tally = compare(&file);
        eprintln!(
            "{}: {} packets, {} records, {} not IP, {} truncated, {} malformed",
            file.file_name().unwrap_or_default().display(),
            tally.frames(),
            tally.stored,
            tally.not_ip,
            tally.truncated,
            tally.malformed()
        );
    }
}
