//! What a reader's own packets come to: a log or a capture, counted in memory and forgotten.

use noroshi_feeds::firewall::{self, Stopped, Target};
use noroshi_kernel::reason::Reason;
use noroshi_lake::packets::Service;
use noroshi_observation::service_key;
use noroshi_telescope::{
    capture::{CaptureFile, Limits, unpacked},
    kind::Kind,
    packet::{self, Packet, TcpFlags, Transport, protocol},
};
use serde::Serialize;
use std::{
    borrow::Cow,
    collections::HashMap,
    time::{Duration, Instant},
};

/// How long one thing that was sent is read.
const MOST_TIME: Duration = Duration::from_secs(10);
/// The most bytes that come out of a packed capture.
const MOST_UNPACKED_BYTES: u64 = 256 << 20;
/// So many frames are read before it is asked whether there is time left.
const FRAMES_AT_ONCE: u64 = 8_192;

/// The most bytes that come out of a packed log: more than so many lines are not read.
const MOST_LOG_BYTES: usize = 64 << 20;

/// How captures begin: pcap of either order and resolution, pcapng.
const CAPTURES: [&[u8]; 5] = [b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a"];
/// How packings begin: gzip, Zstandard.
const PACKINGS: [&[u8]; 2] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd"];

const fn limits() -> Limits {
    Limits { packet_bytes: 256 << 10, block_bytes: 16 << 20, interfaces: 256, unpacked_bytes: MOST_UNPACKED_BYTES, growth: 256, free_bytes: 16 << 20 }
}

/// What was read, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Reading {
    /// Lines of logs that were counted.
    pub(crate) lines_counted: u64,
    /// Lines of packets that were let through, or went out.
    pub(crate) lines_passed: u64,
    /// Lines of TCP packets that begin no connection.
    pub(crate) lines_answers: u64,
    /// Lines that are of no format, or cannot be read.
    pub(crate) lines_unread: u64,
    /// The number of the first of them.
    pub(crate) first_unread_line: Option<u64>,
    /// The formats that were found.
    pub(crate) formats: Vec<&'static str>,
    /// Packets of captures.
    pub(crate) frames: u64,
    /// Those of them that begin nothing: answers, connections, what is not IP or broken.
    pub(crate) frames_left_out: u64,
    /// Whether there is more that was not read: too many lines, too long, or a capture that breaks off.
    pub(crate) stopped: Option<&'static str>,
}

/// What came to a reader unasked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Theirs {
    pub(crate) reading: Reading,
    /// Packets by service, the most first.
    pub(crate) counts: Vec<(String, u64)>,
    pub(crate) packets: u64,
}

/// Counts what was sent. Each part is a log or a capture; its first bytes tell.
///
/// # Errors
/// The [`Reason`] why a part that is a capture cannot be read at all.
pub(crate) fn count(parts: Vec<Vec<u8>>) -> Result<Theirs, Reason> {
    let mut reading = Reading::default();
    let mut counts: HashMap<Service, u64> = HashMap::new();
    let begun = Instant::now();
    for part in parts {
        let is_packed = PACKINGS.iter().any(|begin| part.starts_with(begin));
        let head = if is_packed { unpacked(part.as_slice(), 4, &limits()).0 } else { part.iter().copied().take(4).collect() };
        // What cannot be unpacked at all is refused as a capture is.
        if CAPTURES.iter().any(|begin| head.starts_with(begin)) || (is_packed && head.is_empty()) {
            capture(&part, begun, &mut reading, &mut counts)?;
        } else if is_packed {
            let (unpacked, is_whole) = unpacked(part.as_slice(), MOST_LOG_BYTES, &limits());
            log(&unpacked, begun, &mut reading, &mut counts);
            if !is_whole {
                reading.stopped = reading.stopped.or(Some(if unpacked.len() < MOST_LOG_BYTES { "broken" } else { "lines" }));
            }
        } else {
            log(&part, begun, &mut reading, &mut counts);
        }
    }
    reading.formats.dedup();
    let packets = counts.values().sum();
    let mut counts: Vec<(String, u64)> = counts.into_iter().map(|(service, count)| (service_key(service), count)).collect();
    counts.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    Ok(Theirs { reading, counts, packets })
}

/// A log in UTF-8; what PowerShell and Notepad write begins with the mark of UTF-16.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let units = |rest: &[u8], read: fn([u8; 2]) -> u16| -> Vec<u16> { rest.as_chunks().0.iter().map(|pair| read(*pair)).collect() };
    let units = match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        _ => return Cow::Borrowed(bytes),
    };
    Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
}

fn log(bytes: &[u8], begun: Instant, reading: &mut Reading, counts: &mut HashMap<Service, u64>) {
    let tally = firewall::read(&plain(bytes), firewall::Limits::default(), &mut || begun.elapsed() < MOST_TIME);
    for (target, times) in tally.targets {
        let count = counts.entry(service(target)).or_default();
        *count = count.saturating_add(times);
    }
    reading.lines_counted += tally.counted;
    reading.lines_passed += tally.passed;
    reading.lines_answers += tally.answers;
    reading.lines_unread += tally.unread;
    reading.first_unread_line = reading.first_unread_line.or(tally.first_unread);
    reading.formats.extend(tally.formats.into_iter().map(firewall::Format::key));
    reading.stopped = reading.stopped.or(tally.stopped.map(|stopped| match stopped {
        Stopped::Lines => "lines",
        Stopped::Time => "time",
    }));
}

fn service(target: Target) -> Service {
    match (target.protocol, target.number) {
        (protocol::TCP | protocol::UDP, Some(port)) => Service::Port { protocol: target.protocol, port },
        (protocol::ICMP | protocol::ICMPV6, Some(kind)) => {
            u8::try_from(kind).map_or(Service::Protocol(target.protocol), |kind| Service::Icmp { protocol: target.protocol, kind })
        }
        (protocol, _) => Service::Protocol(protocol),
    }
}

fn capture(bytes: &[u8], begun: Instant, reading: &mut Reading, counts: &mut HashMap<Service, u64>) -> Result<(), Reason> {
    let mut file = CaptureFile::open(bytes, limits()).map_err(|broken| broken.reason)?;
    loop {
        if reading.frames.is_multiple_of(FRAMES_AT_ONCE) && begun.elapsed() >= MOST_TIME {
            reading.stopped = Some("time");
            return Ok(());
        }
        let Ok(frame) = file.next_frame() else {
            reading.stopped = Some("broken");
            return Ok(());
        };
        let Some(frame) = frame else { return Ok(()) };
        reading.frames += 1;
        match packet::decode(&frame).ok().and_then(|packet| unasked(&packet)) {
            Some(service) => *counts.entry(service).or_default() += 1,
            None => reading.frames_left_out += 1,
        }
    }
}

/// To what a packet was sent, when it begins something: of TCP a SYN without ACK; of the rest what a scan sends. An answer is what somebody at
/// home may have asked for, and a capture does not tell.
fn unasked(packet: &Packet<'_>) -> Option<Service> {
    match packet.transport {
        Transport::Tcp(tcp) => {
            let begins = tcp.flags.has(TcpFlags::SYN) && !tcp.flags.has(TcpFlags::ACK);
            begins.then_some(Service::Port { protocol: protocol::TCP, port: tcp.destination_port })
        }
        _ if Kind::of(packet) != Kind::Scan => None,
        Transport::Udp { destination_port, .. } => Some(Service::Port { protocol: protocol::UDP, port: destination_port }),
        Transport::Icmp { kind, .. } => Some(Service::Icmp { protocol: protocol::ICMP, kind }),
        Transport::Icmpv6 { kind, .. } => Some(Service::Icmp { protocol: protocol::ICMPV6, kind }),
        Transport::TcpBegun { .. } | Transport::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    proptest! {
        #[test]
        fn anything_is_counted_or_refused(begin in prop::sample::select([&[&b""[..], b"\xff\xfe"][..], &CAPTURES[..], &PACKINGS[..]].concat()), rest in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let bytes = [begin, &rest[..]].concat();
            if let Ok(theirs) = count(vec![bytes]) {
                prop_assert_eq!(theirs.packets, theirs.counts.iter().map(|(_, count)| count).sum::<u64>());
                prop_assert!(theirs.counts.windows(2).all(|pair| pair[0].1 >= pair[1].1));
                prop_assert!(theirs.reading.frames_left_out <= theirs.reading.frames);
            }
        }
    }

    #[test]
    fn logs_are_read_packed_and_in_utf_16() {
        let line = "Mar  1 09:00:00 fw kernel: DROP IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 PROTO=TCP SPT=40000 DPT=445 SYN URGP=0\r\n";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(line.repeat(3).as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let wide = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| [&mark[..], &line.repeat(3).encode_utf16().flat_map(bytes).collect::<Vec<_>>()].concat();
        for log in [line.repeat(3).into_bytes(), gzip.clone(), wide([0xff, 0xfe], u16::to_le_bytes), wide([0xfe, 0xff], u16::to_be_bytes)] {
            let theirs = count(vec![log]).unwrap();
            assert_eq!((theirs.counts.as_slice(), theirs.reading.stopped), (&[("tcp/445".to_owned(), 3)][..], None));
        }
        let half = gzip.get(..gzip.len() - 12).unwrap().to_vec();
        assert_eq!(count(vec![half]).unwrap().reading.stopped, Some("broken"), "what is cut off is told");
    }
}
