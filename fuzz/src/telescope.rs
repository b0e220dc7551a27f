//! Capture files and the packets in them.

use crate::target::Target;
use noroshi_telescope::{
    capture::{Broken, CaptureFile, Frame, Limits, LinkType},
    kind::Kind,
    packet::{Fragment, NoRecord, Packet, decode},
    tally::Tally,
    tool::Tool,
};
use std::io::Read;

/// Every target.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "pcap", run: capture, seeds: pcaps },
    Target { name: "pcapng", run: capture, seeds: pcapngs },
    Target { name: "packed", run: capture, seeds: packed },
    Target { name: "packet", run: packet, seeds: packets },
];

/// What a fuzzer can make of some kilobytes is little of what these allow.
const LIMITS: Limits = Limits { unpacked_bytes: 4 << 20, free_bytes: 1 << 20, ..LARGER };
const LARGER: Limits = Limits { packet_bytes: 256 << 10, block_bytes: 16 << 20, interfaces: 4_096, unpacked_bytes: 0, growth: 256, free_bytes: 0 };

/// A source that gives a byte at a time: where a read ends must not matter.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let (Some(to), Some((first, rest))) = (into.first_mut(), self.0.split_first()) else { return Ok(0) };
        *to = *first;
        self.0 = rest;
        Ok(1)
    }
}

/// A frame as it was read, and where it stands.
type Kept = (u64, Option<i64>, u16, u32, Vec<u8>);

/// What a file gives: its frames, and how it ends.
fn frames(source: impl Read) -> (Vec<Kept>, Option<Broken>) {
    let mut kept = Vec::new();
    let mut tally = Tally::default();
    let mut capture = match CaptureFile::open(source, LIMITS) {
        Ok(capture) => capture,
        Err(broken) => return (kept, Some(broken)),
    };
    let broken = loop {
        match capture.next_frame() {
            Ok(None) => break None,
            Err(broken) => break Some(broken),
            Ok(Some(frame)) => {
                tally.add(&frame, &decode(&frame));
                assert!(frame.wire_bytes as usize >= frame.bytes.len() && frame.bytes.len() <= LIMITS.packet_bytes as usize);
                let frame = (frame.at_ns, frame.link.0, frame.wire_bytes, frame.bytes.to_vec());
                kept.push((capture.place(), frame.0, frame.1, frame.2, frame.3));
            }
        }
    };
    assert!(matches!(capture.next_frame(), Ok(None)), "nothing comes behind the end");
    assert_eq!(tally.frames(), kept.len() as u64, "every frame is counted once");
    let packets = capture.blocks().map(|blocks| blocks.packets);
    assert!(packets.is_none_or(|packets| packets == kept.len() as u64), "every packet block is a frame");
    (kept, broken)
}

/// What must hold of a file: frames stand one behind the other, and are the same however the bytes come; an error stands behind them.
fn capture(bytes: &[u8]) {
    let (kept, broken) = frames(bytes);
    let trickled = frames(Trickle(bytes));
    // How much of a bomb comes out does hang on how its bytes go in.
    let bomb = [&broken, &trickled.1].into_iter().flatten().any(|broken| broken.reason.key == "capture-growth");
    assert!(bomb || (&kept, &broken) == (&trickled.0, &trickled.1), "where a read ends does not matter: {broken:?} {:?}", trickled.1);
    let mut end = 0;
    for (place, .., frame) in &kept {
        assert!(*place >= end, "frames follow each other");
        end = place + frame.len() as u64;
    }
    if let Some(broken) = broken {
        assert!(broken.offset >= end, "what is broken stands behind what is not");
        assert!(broken.unpacked || broken.offset <= bytes.len() as u64, "and within the file");
        assert!(!broken.reason.key.is_empty() && !broken.reason.text.ja.is_empty() && !broken.reason.text.en.is_empty());
        assert!(broken.to_string().len() < 1_000, "a reason is short");
    }
}

fn outcome(link: LinkType, bytes: &[u8]) -> Result<Packet<'_>, NoRecord> {
    decode(&Frame { at_ns: Some(0), link, wire_bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX), bytes })
}

/// What must hold of a packet, whose first two bytes here are its link type: parts lie within it, and less of it never makes another packet.
fn packet(bytes: &[u8]) {
    let Some(([low, high], bytes)) = bytes.split_first_chunk() else { return };
    let link = LinkType(u16::from_le_bytes([*low, *high]));
    let whole = outcome(link, bytes);
    if let Ok(packet) = &whole {
        let (tool, kind) = (Tool::of(packet), Kind::of(packet));
        assert!(tool == Tool::Unknown || kind == Kind::Scan, "only probes are judged");
        assert!(packet.source.is_ipv4() == packet.destination.is_ipv4() && packet.source.is_ipv4() == packet.ip_id.is_some());
        assert!(packet.fragment != Fragment::Later || (packet.ports().is_none() && packet.icmp().is_none()));
        assert!(packet.payload(usize::MAX).len() <= bytes.len() && packet.payload(3).len() <= 3);
        let letters = packet.tcp().map_or(0, |tcp| tcp.options.letters().count());
        assert_eq!(packet.tcp().map_or(0, |tcp| tcp.options.to_string().len()), letters, "each option is a letter");
    }
    for end in [bytes.len() / 2, bytes.len().saturating_sub(1)] {
        let cut = outcome(link, bytes.get(..end).unwrap_or_default());
        match (&whole, &cut) {
            (Ok(whole), Ok(cut)) => {
                assert_eq!((whole.source, whole.destination, whole.ttl, whole.ip_id), (cut.source, cut.destination, cut.ttl, cut.ip_id));
                assert_eq!((whole.protocol, whole.ports(), whole.sequence(), whole.icmp()), (cut.protocol, cut.ports(), cut.sequence(), cut.icmp()));
            }
            // A length that was left to the network card is that of what was captured.
            (Ok(_), Err(error)) => assert!(matches!(error, NoRecord::Truncated | NoRecord::Malformed(_)), "{error:?}"),
            (Err(NoRecord::NotIp), cut) => assert!(cut.is_err(), "less of what is not IP is not IP"),
            (Err(_), _) => {}
        }
    }
}

fn v4(protocol: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(20 + body.len()).unwrap().to_be_bytes();
    [&[0x45, 0, high, low, 0xd4, 0x31, 0, 0, 57, protocol, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7], body].concat()
}

fn v6(next: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(body.len()).unwrap().to_be_bytes();
    let address = |last| [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    [&[0x60, 0, 0, 0, high, low, next, 58][..], &address(1), &address(7), body].concat()
}

/// IP packets of every kind.
fn over_ip() -> Vec<Vec<u8>> {
    let options = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
    let syn = |words: u8, options: &[u8]| [&[0x9c, 0x40, 0, 23, 1, 2, 3, 4, 0, 0, 0, 0, words << 4, 2, 4, 0, 0, 0, 0, 0], options].concat();
    let udp = [0x9c, 0x40, 0, 53, 0, 12, 0, 0, 1, 2, 3, 4];
    let mut fragment = v4(17, &udp);
    fragment[6] = 0x20;
    vec![
        v4(6, &syn(5, &[])),
        v4(6, &syn(10, &options)),
        v4(17, &udp),
        v4(1, &[8, 0, 0, 0, 0, 1, 0, 1]),
        v4(51, &[&[17, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1][..], &[0; 12], &udp].concat()),
        fragment,
        v6(6, &syn(10, &options)),
        v6(58, &[128, 0, 0, 0, 0, 1, 0, 1]),
        v6(0, &[&[60, 0, 5, 2, 0, 0, 1, 0][..], &[43, 0, 0, 0, 0, 0, 0, 0], &[44, 0, 0, 0, 0, 0, 0, 0], &[17, 0, 0, 1, 0, 0, 0, 9], &udp].concat()),
    ]
}

/// Frames of every link type.
fn of_links() -> Vec<(u16, Vec<u8>)> {
    let macs = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    let mut frames = Vec::new();
    for packet in over_ip() {
        let four = packet[0] == 0x45;
        let kind: [u8; 2] = if four { [8, 0] } else { [0x86, 0xdd] };
        frames.push((1, [&macs[..], &kind, &packet].concat()));
        frames.push((1, [&macs[..], &[0x91, 0, 0, 5, 0x81, 0, 0, 6], &kind, &packet].concat()));
        frames.push((1, [&macs[..], &[0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64], &packet].concat()));
        frames.push((1, [&macs[..], &[0x88, 0x64, 0x11, 0, 0, 1, 0, 30, 0, if four { 0x21 } else { 0x57 }], &packet].concat()));
        frames.push((1, [&macs[..], &[0, 50, 0xaa, 0xaa, 3, 0, 0, 0], &kind, &packet].concat()));
        frames.push((113, [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0][..], &kind, &packet].concat()));
        frames.push((276, [&kind[..], &[0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], &packet].concat()));
        frames.push((0, [&[if four { 2 } else { 30 }, 0, 0, 0][..], &packet].concat()));
        frames.push((9, [&[0xff, 3, 0, if four { 0x21 } else { 0x57 }][..], &packet].concat()));
        frames.push((101, packet));
    }
    frames
}

fn packets() -> Vec<Vec<u8>> {
    of_links().into_iter().map(|(link, bytes)| [&link.to_le_bytes()[..], &bytes].concat()).collect()
}

fn number(big: bool, number: u32) -> [u8; 4] {
    if big { number.to_be_bytes() } else { number.to_le_bytes() }
}

fn short(big: bool, number: u16) -> [u8; 2] {
    if big { number.to_be_bytes() } else { number.to_le_bytes() }
}

fn pcaps() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for (big, magic, link) in [(false, 0xa1b2_c3d4, 1), (true, 0xa1b2_c3d4, 101), (false, 0xa1b2_3c4d, 113), (true, 0xa1b2_3c4d, 276)] {
        let mut file = [&number(big, magic)[..], &short(big, 2), &short(big, 4), &[0; 8], &number(big, 65_535), &number(big, u32::from(link))].concat();
        for (own, bytes) in of_links() {
            if own == link {
                let length = number(big, u32::try_from(bytes.len()).unwrap());
                file.extend([&number(big, 1_380_000_000)[..], &number(big, 9), &length, &length, &bytes].concat());
            }
        }
        files.push(file);
    }
    files
}

fn block(big: bool, kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = number(big, u32::try_from(12 + body.len()).unwrap());
    [&number(big, kind)[..], &length, &body, &length].concat()
}

/// A section with blocks of every type.
fn section(big: bool) -> Vec<u8> {
    let mut file = block(big, 0x0a0d_0d0a, &[&number(big, 0x1a2b_3c4d)[..], &short(big, 1), &[0, 0], &[0xff; 8]].concat());
    let resolution = [&short(big, 9)[..], &short(big, 1), &[9, 0, 0, 0], &short(big, 14), &short(big, 8), &[0; 8], &[0; 4]].concat();
    file.extend(block(big, 1, &[&short(big, 1)[..], &[0, 0], &number(big, 96), &resolution].concat()));
    file.extend(block(big, 1, &[&short(big, 101)[..], &[0, 0], &[0; 4]].concat()));
    for (link, bytes) in of_links().into_iter().filter(|(link, _)| matches!(link, 1 | 101)).take(8) {
        let length = number(big, u32::try_from(bytes.len()).unwrap());
        let interface = u16::from(link == 101);
        file.extend(block(big, 6, &[&number(big, u32::from(interface))[..], &number(big, 0x0004_c397), &number(big, 9), &length, &length, &bytes].concat()));
        file.extend(block(big, 2, &[&short(big, interface)[..], &[0, 0], &number(big, 1), &number(big, 9), &length, &length, &bytes].concat()));
    }
    file.extend(block(big, 3, &[&number(big, 4)[..], &[1, 2, 3, 4]].concat()));
    for kind in [4, 5, 0x0bad, 0x4000_0bad, 10, 0x7777_7777] {
        file.extend(block(big, kind, &[0, 0, 0x7e, 0xd9, 1, 2, 3]));
    }
    file
}

fn pcapngs() -> Vec<Vec<u8>> {
    vec![section(false), section(true), [section(true), section(false)].concat()]
}

/// gzip and Zstandard with blocks that are stored as they are, so that what varies is seen through them; a sum of two members.
fn packed() -> Vec<Vec<u8>> {
    let gzip = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).unwrap();
        let sum =
            bytes.iter().fold(!0_u32, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (!(sum & 1)).wrapping_add(1))));
        let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1];
        [&head[..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes, &(!sum).to_le_bytes(), &u32::from(length).to_le_bytes()].concat()
    };
    let zstd = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap();
        let [a, b, c, _] = (length << 3 | 1).to_le_bytes();
        [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0][..], &length.to_le_bytes(), &[a, b, c], bytes].concat()
    };
    let mut files = Vec::new();
    for file in pcaps().into_iter().chain(pcapngs()) {
        let (first, second) = file.split_at(file.len() / 2);
        files.extend([gzip(&file), zstd(&file), [gzip(first), gzip(second)].concat(), [zstd(first), zstd(second)].concat()]);
    }
    files
}
