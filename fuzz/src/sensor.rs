//! What sensors send: batches, and what they ask for when they enrol.

use crate::target::Target;
use noroshi_telescope::{
    batch::{BootId, Clocks, Counts, Gap, GapReason, Header, Limits, Recorder, Recording, SensorId, SigningKey, Unverified, hash_of, seal},
    packet::{Fragment, Packet, TIMES, Tcp, TcpFlags, TcpOptions, Transport},
    protocol::{ENROL_CONTEXT, Enrol, Token},
};
use std::net::Ipv4Addr;

/// Every target.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "batch", run: batch, seeds: batches },
    Target { name: "batch-packets", run: packets, seeds: packed },
    Target { name: "enrolment", run: enrolment, seeds: asked },
];

const LIMITS: Limits = Limits { batch_bytes: 1 << 20, header_bytes: 64 << 10, unpacked_bytes: 4 << 20, packets: 4_096, gaps: 64 };

/// The decoder of Arrow panics on some streams, which its caller bears. A fuzzer would end at the panic itself; what nobody bears ends it still.
fn bear_what_is_borne() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|place| place.file().contains("arrow-")) {
                usual(panic);
            }
        }));
    });
}

/// Bytes as they reach the door. That nobody signed them is what the door would say; here they are unpacked all the same.
fn batch(bytes: &[u8]) {
    bear_what_is_borne();
    let Ok(claimed) = Unverified::read(bytes, LIMITS) else { return };
    assert!(claimed.claims().counts.kept <= LIMITS.packets && claimed.claims().gaps.len() <= LIMITS.gaps);
    let batch = claimed.verified_before();
    assert_eq!(batch.hash(), hash_of(bytes));
    if let Ok(packets) = batch.packets() {
        assert_eq!(packets.len() as u64, batch.header().counts.kept);
        assert_eq!(packets.iter().count(), packets.len(), "every packet can be read");
        assert!(packets.iter().all(|record| TIMES.contains(&record.packet.at_ns) && record.masked == batch.header().masked));
    }
}

/// The packets alone, under a header that fits: the frame around them is put on here, and the first byte says how many there are.
fn packets(bytes: &[u8]) {
    let Some((kept, stream)) = bytes.split_first() else { return };
    let header = serde_json::to_vec(&header(u64::from(*kept))).expect("a header");
    let packed = zstd::encode_all(stream, 1).expect("packed");
    let mut whole = b"NRSB\x01".to_vec();
    for part in [&header, &packed] {
        whole.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
        whole.extend(part);
    }
    whole.extend([0; 64]);
    batch(&whole);
}

/// A request to enrol, and a token.
fn enrolment(bytes: &[u8]) {
    if let Ok(asked) = serde_json::from_slice::<Enrol>(bytes)
        && let Some(key) = asked.proven_key()
    {
        assert_eq!(key.to_string(), asked.batch_key.to_lowercase());
        assert!(!format!("{asked:?}").contains(&asked.secret) || asked.secret.is_empty(), "the secret is not told");
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(token) = text.parse::<Token>()
    {
        assert_eq!(token.reveal().parse(), Ok(token));
    }
}

fn header(kept: u64) -> Header {
    Header {
        sensor: SensorId([1; 16]),
        boot: BootId([2; 16]),
        sequence: 3,
        previous: None,
        opened: Clocks { wall_us: 1_700_000_000_000_000, monotonic_us: 1 },
        closed: Clocks { wall_us: 1_700_000_010_000_000, monotonic_us: 10_000_001 },
        clock_offset_us: Some(7),
        counts: Counts { kept, ..Counts::default() },
        gaps: vec![Gap { reason: GapReason::RingFull, from_us: 1, to_us: 2, packets: Some(3), batches: Some((BootId([4; 16]), 5, 6)) }],
        masked: false,
        software: "fuzz".into(),
    }
}

fn recorded() -> Recorder {
    let mut recorder = Recorder::new(Recording { payload_bytes: 8, mask: false }, 16);
    let tcp = Tcp {
        source_port: 1,
        destination_port: 445,
        sequence: 2,
        acknowledgment: 3,
        flags: TcpFlags::SYN,
        window: 4,
        options: TcpOptions { order: 3, segment_bytes: Some(1_460), window_scale: Some(7) },
    };
    for (protocol, transport) in [
        (6, Transport::Tcp(tcp)),
        (6, Transport::TcpBegun { source_port: 1, destination_port: 2, sequence: 3 }),
        (17, Transport::Udp { source_port: 53, destination_port: 53, payload: b"payload" }),
        (1, Transport::Icmp { kind: 8, code: 0, payload: b"" }),
        (58, Transport::Icmpv6 { kind: 128, code: 0, payload: b"x" }),
        (47, Transport::Other),
    ] {
        let packet = Packet {
            at_ns: 1_700_000_000_000_000_007,
            wire_bytes: 60,
            source: Ipv4Addr::new(192, 0, 2, 7).into(),
            destination: Ipv4Addr::new(198, 51, 100, 7).into(),
            protocol,
            ttl: 52,
            ip_id: Some(9),
            fragment: Fragment::Whole,
            transport,
        };
        recorder.push(&packet).expect("room");
    }
    recorder
}

fn batches() -> Vec<Vec<u8>> {
    let key = SigningKey::generate().expect("a key").0;
    let one = |mut recorder: Recorder| {
        let kept = recorder.len() as u64;
        seal(&header(kept), &recorder.take().expect("columns"), &key).expect("sealed")
    };
    vec![one(recorded()), one(Recorder::new(Recording::default(), 0))]
}

/// The streams of [`batches`], unpacked, behind their number of packets.
fn packed() -> Vec<Vec<u8>> {
    let part = |bytes: &[u8], at: usize| -> (usize, usize) { (at + 4, u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four")) as usize) };
    let stream = |bytes: Vec<u8>| {
        let (from, length) = part(&bytes, 5);
        let (from, length) = part(&bytes, from + length);
        let stream = if length == 0 { Vec::new() } else { zstd::decode_all(&bytes[from..from + length]).expect("zstd") };
        [vec![if length == 0 { 0 } else { 6 }], stream].concat()
    };
    batches().into_iter().map(stream).collect()
}

fn asked() -> Vec<Vec<u8>> {
    let key = SigningKey::generate().expect("a key").0;
    let request = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n".to_owned();
    let proof: String = key.sign(ENROL_CONTEXT, request.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let asked = Enrol { secret: "07".repeat(16), proof, request, batch_key: key.public().to_string(), software: "fuzz".into() };
    vec![serde_json::to_vec(&asked).expect("JSON"), Token { secret: [7; 16], authority: [9; 32] }.reveal().into_bytes()]
}
