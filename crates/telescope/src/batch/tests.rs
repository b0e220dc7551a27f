use super::*;
use crate::{
    packet::{Fragment, Packet, TIMES, Tcp, TcpFlags, TcpOptions, Transport, protocol},
    tool::{Tool, identification_is_folded, sequence_is_destination},
};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn header(kept: u64) -> Header {
    Header {
        sensor: SensorId([1; 16]),
        boot: BootId([2; 16]),
        sequence: 7,
        previous: Some(Hash([3; 32])),
        opened: Clocks { wall_us: 1_700_000_000_000_000, monotonic_us: 5 },
        closed: Clocks { wall_us: 1_700_000_010_000_000, monotonic_us: 10_000_005 },
        clock_offset_us: Some(-250),
        counts: Counts { kept, not_ip: 2, malformed: [("udp-length".to_owned(), 1)].into(), ..Counts::default() },
        gaps: vec![Gap { reason: GapReason::RingFull, from_us: 1, to_us: 2, packets: Some(9), batches: Some((BootId([4; 16]), 3, 5)) }],
        masked: false,
        software: "noroshi-sensor 0.1.0".into(),
    }
}

fn syn() -> Packet<'static> {
    Packet {
        at_ns: 1_700_000_000_000_000_001,
        wire_bytes: 60,
        source: Ipv4Addr::new(192, 0, 2, 7).into(),
        destination: Ipv4Addr::new(198, 51, 100, 7).into(),
        protocol: protocol::TCP,
        ttl: 52,
        ip_id: Some(54_321),
        fragment: Fragment::Whole,
        transport: Transport::Tcp(Tcp {
            source_port: 40_000,
            destination_port: 445,
            sequence: 1,
            acknowledgment: 0,
            flags: TcpFlags::SYN,
            window: 1024,
            options: TcpOptions { order: 3, segment_bytes: Some(1460), window_scale: None },
        }),
    }
}

fn sealed(packets: &[Packet<'_>], recording: Recording, key: &SigningKey) -> Vec<u8> {
    let mut recorder = Recorder::new(recording, packets.len());
    packets.iter().for_each(|packet| recorder.push(packet).unwrap());
    assert_eq!(recorder.push(&syn()), Err(Full));
    let header = Header { masked: recording.mask, ..header(packets.len() as u64) };
    seal(&header, &recorder.take().unwrap(), key).unwrap()
}

fn key() -> SigningKey {
    SigningKey::generate().unwrap().0
}

fn refusal(bytes: &[u8], key: &SigningKey) -> String {
    let read = Unverified::read(bytes, Limits::default()).and_then(|batch| batch.verify(&key.public())).and_then(|batch| batch.packets());
    read.expect_err("it is refused").key.into_owned()
}

fn address() -> impl Strategy<Value = (IpAddr, IpAddr)> {
    prop_oneof![
        (any::<u32>(), any::<u32>()).prop_map(|(a, b)| (Ipv4Addr::from(a).into(), Ipv4Addr::from(b).into())),
        (any::<u128>(), any::<u128>()).prop_map(|(a, b)| (Ipv6Addr::from(a).into(), Ipv6Addr::from(b).into())),
        // An address of IPv6 that looks like one of IPv4 stays what it is.
        (any::<u32>(), any::<u128>()).prop_map(|(a, b)| (Ipv4Addr::from(a).to_ipv6_mapped().into(), Ipv6Addr::from(b).into())),
    ]
}

type Made = (i64, u32, (IpAddr, IpAddr), u8, Option<u16>, u8, (u8, u16, u16, u32, u32, u16, u64), Option<u16>, Option<u8>, Vec<u8>);

fn made() -> impl Strategy<Value = Made> {
    let transport = (0_u8..6, any::<u16>(), any::<u16>(), any::<u32>(), any::<u32>(), any::<u16>(), any::<u64>());
    let options = (any::<Option<u16>>(), any::<Option<u8>>());
    let numbers = (TIMES, any::<u32>(), any::<u8>(), any::<Option<u16>>());
    (numbers, address(), 0_u8..3, transport, options, prop::collection::vec(any::<u8>(), 0..40)).prop_map(
        |((at, wire, ttl, id), addresses, fragment, transport, (segment, scale), payload)| {
            (at, wire, addresses, ttl, id, fragment, transport, segment, scale, payload)
        },
    )
}

fn packet(made: &Made) -> Packet<'_> {
    let (at_ns, wire_bytes, (source, destination), ttl, ip_id, fragment, (kind, a, b, c, d, e, f), segment_bytes, window_scale, payload) = made;
    let [kind_byte, code] = a.to_be_bytes();
    let (protocol, transport) = match kind {
        0 => (
            protocol::TCP,
            Transport::Tcp(Tcp {
                source_port: *a,
                destination_port: *b,
                sequence: *c,
                acknowledgment: *d,
                flags: TcpFlags(*e & 0xfff),
                window: *b,
                options: TcpOptions { order: *f, segment_bytes: *segment_bytes, window_scale: *window_scale },
            }),
        ),
        1 => (protocol::TCP, Transport::TcpBegun { source_port: *a, destination_port: *b, sequence: *c }),
        2 => (protocol::UDP, Transport::Udp { source_port: *a, destination_port: *b, payload }),
        3 => (protocol::ICMP, Transport::Icmp { kind: kind_byte, code, payload }),
        4 => (protocol::ICMPV6, Transport::Icmpv6 { kind: kind_byte, code, payload }),
        _ => (*ttl, Transport::Other),
    };
    let fragment = [Fragment::Whole, Fragment::First, Fragment::Later][usize::from(*fragment)];
    Packet { at_ns: *at_ns, wire_bytes: *wire_bytes, source: *source, destination: *destination, protocol, ttl: *ttl, ip_id: *ip_id, fragment, transport }
}

/// What is left of a packet by a recording.
fn recorded(mut packet: Packet<'_>, Recording { payload_bytes, mask }: Recording) -> Record<'_> {
    if let Transport::Udp { payload, .. } | Transport::Icmp { payload, .. } | Transport::Icmpv6 { payload, .. } = &mut packet.transport {
        *payload = if mask { &[] } else { &payload[..payload.len().min(payload_bytes)] };
    }
    let tool = mask.then(|| Tool::of(&packet));
    if mask {
        let folded = identification_is_folded(&packet);
        packet.ip_id = packet.ip_id.filter(|_| !folded);
        let told = sequence_is_destination(&packet);
        if let Transport::Tcp(tcp) = &mut packet.transport {
            tcp.sequence = if told { 0 } else { tcp.sequence };
        }
        packet.destination = if packet.source.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    }
    let carries = matches!(packet.transport, Transport::Udp { .. } | Transport::Icmp { .. } | Transport::Icmpv6 { .. });
    Record { packet, masked: mask, tool, with_payload: carries && payload_bytes > 0 && !mask }
}

proptest! {
    #[test]
    fn what_is_sealed_is_read(all in prop::collection::vec(made(), 0..60), payload_bytes in 0_usize..32, mask in any::<bool>()) {
        let (key, recording) = (key(), Recording { payload_bytes, mask });
        let packets: Vec<Packet<'_>> = all.iter().map(packet).collect();
        let bytes = sealed(&packets, recording, &key);
        let batch = Unverified::read(&bytes, Limits::default()).unwrap().verify(&key.public()).unwrap();
        prop_assert_eq!(batch.header(), &Header { masked: mask, ..header(packets.len() as u64) });
        prop_assert_eq!(batch.hash(), hash_of(&bytes));
        let read = batch.packets().unwrap();
        let expected: Vec<Record<'_>> = packets.iter().map(|packet| recorded(*packet, recording)).collect();
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), expected);
    }

    /// Not one byte can be changed, cut or added.
    #[test]
    fn whatever_is_changed_is_refused(place in any::<prop::sample::Index>(), bit in 0_u8..8, more in prop::collection::vec(any::<u8>(), 0..9)) {
        let key = key();
        let bytes = sealed(&[syn(); 5], Recording::default(), &key);
        let place = place.index(bytes.len());
        let mut changed = bytes.clone();
        changed[place] ^= 1 << bit;
        let cut = &bytes[..place];
        let longer = [&bytes[..], &more, &[0]].concat();
        for broken in [&changed[..], cut, &longer] {
            let key = refusal(broken, &key);
            prop_assert!(["batch-form", "batch-version", "batch-signature", "batch-header"].contains(&key.as_str()), "{}", key);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for bytes in [bytes.clone(), [&b"NRSB\x01"[..], &bytes].concat()] {
            prop_assert!(Unverified::read(&bytes, Limits::default()).is_err());
        }
    }
}

#[test]
fn another_key_is_refused() {
    let bytes = sealed(&[syn()], Recording::default(), &key());
    assert_eq!(refusal(&bytes, &key()), "batch-signature");
}

#[test]
fn a_signature_for_another_use_is_refused() {
    let key = key();
    let bytes = sealed(&[syn()], Recording::default(), &key);
    let body = &bytes[..bytes.len() - SIGNATURE_BYTES];
    let elsewhere = [body, &key.sign(b"", body)].concat();
    assert_eq!(refusal(&elsewhere, &key), "batch-signature");
}

/// Seals bytes as packets, as a sensor with a defect, or one that was taken over, would.
fn forged(packed: &[u8], kept: u64, key: &SigningKey) -> Vec<u8> {
    let header = serde_json::to_vec(&header(kept)).unwrap();
    let mut bytes = [&MAGIC[..], &[VERSION]].concat();
    for part in [&header[..], packed] {
        bytes.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
        bytes.extend(part);
    }
    let signature = key.sign(CONTEXT, &bytes);
    [bytes, signature].concat()
}

#[test]
fn bombs_and_nonsense_with_the_right_signature_are_refused() {
    let key = key();
    let zip = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
    let bomb = zip(&vec![0; 80 << 20]);
    assert!(bomb.len() < 16 << 10, "it is small");
    let good = sealed(&[syn(); 3], Recording::default(), &key);
    let (header_bytes, rest) = good[5..].split_at(4);
    let header_bytes = u32::from_be_bytes(header_bytes.try_into().unwrap()) as usize;
    let packed = &rest[header_bytes + 4..rest.len() - SIGNATURE_BYTES];
    let stream = zstd::decode_all(packed).unwrap();
    assert!(Unverified::read(&forged(packed, 3, &key), Limits::default()).unwrap().verify(&key.public()).unwrap().packets().is_ok());
    for (packed, kept, expected) in [
        (bomb, 3, "batch-bomb"),
        (zip(b"nothing of the kind"), 3, "batch-form"),
        (b"no zstd".to_vec(), 3, "batch-form"),
        (packed.to_vec(), 2, "batch-form"),
        (packed.to_vec(), 0, "batch-form"),
        (Vec::new(), 3, "batch-form"),
        ([packed, packed].concat(), 3, "batch-form"),
        ([packed, b"more"].concat(), 3, "batch-form"),
        (zip(&[&stream[..], &stream].concat()), 3, "batch-form"),
        (packed.to_vec(), u64::MAX, "batch-form"),
    ] {
        assert_eq!(refusal(&forged(&packed, kept, &key), &key), expected);
    }
}

#[test]
fn every_cut_of_the_stream_is_refused() {
    let key = key();
    let good = sealed(&[syn(); 3], Recording { payload_bytes: 8, mask: false }, &key);
    let (header_bytes, rest) = good[5..].split_at(4);
    let header_bytes = u32::from_be_bytes(header_bytes.try_into().unwrap()) as usize;
    let stream = zstd::decode_all(&rest[header_bytes + 4..rest.len() - SIGNATURE_BYTES]).unwrap();
    // The last eight bytes only say that it ends.
    for end in (0..stream.len() - 8).step_by(7) {
        assert_eq!(refusal(&forged(&zstd::encode_all(&stream[..end], 1).unwrap(), 3, &key), &key), "batch-form", "{end}");
    }
    // Every byte of its description and its data is put to another value: it is read as other packets or refused, and nothing panics.
    for place in 0..stream.len() {
        let mut changed = stream.clone();
        changed[place] ^= 0xff;
        let batch = forged(&zstd::encode_all(&changed[..], 1).unwrap(), 3, &key);
        let _ = Unverified::read(&batch, Limits::default()).unwrap().verify(&key.public()).unwrap().packets().map(|packets| packets.iter().count());
    }
}

#[test]
fn contradicting_fields_are_refused() {
    let key = key();
    let mut recorder = Recorder::new(Recording::default(), 1);
    recorder.push(&Packet { protocol: protocol::UDP, ..syn() }).unwrap();
    let bytes = seal(&header(1), &recorder.take().unwrap(), &key).unwrap();
    assert_eq!(refusal(&bytes, &key), "batch-form");
    // A header that says that nothing is masked, around packets that are.
    let mut recorder = Recorder::new(Recording { mask: true, payload_bytes: 0 }, 1);
    recorder.push(&syn()).unwrap();
    assert_eq!(refusal(&seal(&header(1), &recorder.take().unwrap(), &key).unwrap(), &key), "batch-form");
}

/// Whether bytes stand somewhere in others.
fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn no_byte_of_the_own_address_is_in_a_masked_batch() {
    let (v4, v6) = (Ipv4Addr::new(198, 51, 100, 7), "2001:db8:5e:77::a1".parse::<Ipv6Addr>().unwrap());
    let [.., c, d] = v4.octets();
    // An error of ICMP quotes a packet from here, a neighbour is asked for, SIP calls somebody here.
    let quoted = [&[0, 0, 0, 0, 0x45, 0, 0, 40, 0, 1, 0, 0, 57, 6, 0, 0][..], &v4.octets(), &[192, 0, 2, 9]].concat();
    let asked = [&[0; 4][..], &v6.octets()].concat();
    let called = format!("OPTIONS sip:100@{v4} SIP/2.0");
    let to_v6 = Packet { source: "2001:db8:1::1".parse::<Ipv6Addr>().unwrap().into(), destination: v6.into(), protocol: protocol::ICMPV6, ..syn() };
    let with = |sequence, ip_id| {
        let Transport::Tcp(tcp) = syn().transport else { panic!("a SYN is TCP") };
        Packet { transport: Transport::Tcp(Tcp { sequence, ..tcp }), ip_id: Some(ip_id), ..syn() }
    };
    let packets = [
        Packet { protocol: protocol::ICMP, transport: Transport::Icmp { kind: 3, code: 3, payload: &quoted }, ..syn() },
        Packet { transport: Transport::Icmpv6 { kind: 135, code: 0, payload: &asked }, ..to_v6 },
        Packet { protocol: protocol::UDP, transport: Transport::Udp { source_port: 5_060, destination_port: 5_060, payload: called.as_bytes() }, ..syn() },
        // Mirai's sequence number, and Masscan's identification to a port and with a number of nothing.
        with(u32::from(v4), 1),
        with(445 ^ 0xffff_0000, u16::from_be_bytes([c, d])),
    ];
    let signing = key();
    let told = |mask| {
        let bytes = sealed(&packets, Recording { payload_bytes: 256, mask }, &signing);
        let (header, rest) = bytes[5..].split_at(4);
        let header = u32::from_be_bytes(header.try_into().unwrap()) as usize;
        let columns = zstd::decode_all(&rest[header + 4..rest.len() - SIGNATURE_BYTES]).unwrap();
        let reversed: Vec<u8> = v4.octets().into_iter().rev().collect();
        let found = [&v4.octets()[..], &reversed, &v6.octets(), v4.to_string().as_bytes(), &[d, c]].map(|part| holds(&columns, part));
        let tools: Vec<Option<Tool>> =
            Unverified::read(&bytes, Limits::default()).unwrap().verified_before().packets().unwrap().iter().map(|record| record.tool).collect();
        (found, tools)
    };
    assert_eq!(told(false).0, [true; 5], "it would be there");
    let (found, tools) = told(true);
    assert_eq!(found, [false; 5], "four bytes, turned around, sixteen, as text, and the lower half");
    assert_eq!(tools[3..], [Some(Tool::Mirai), Some(Tool::Masscan)], "the sensor says what it was");
}

#[test]
fn limits_hold() {
    let key = key();
    let bytes = sealed(&[syn(); 3], Recording::default(), &key);
    let least = Limits { batch_bytes: bytes.len(), header_bytes: 4096, unpacked_bytes: 1 << 20, packets: 3, gaps: 1 };
    let read = |limits| {
        Unverified::read(&bytes, limits)
            .and_then(|batch| batch.verify(&key.public()))
            .and_then(|batch| batch.packets())
            .map_err(|reason| reason.key.into_owned())
    };
    assert!(read(least).is_ok());
    for (limits, expected) in [
        (Limits { batch_bytes: bytes.len() - 1, ..least }, "batch-size"),
        (Limits { header_bytes: 10, ..least }, "batch-header"),
        (Limits { unpacked_bytes: 100, ..least }, "batch-bomb"),
        (Limits { packets: 2, ..least }, "batch-form"),
        (Limits { gaps: 0, ..least }, "batch-form"),
    ] {
        assert_eq!(read(limits).unwrap_err(), expected);
    }
}

#[test]
fn a_batch_is_small() {
    let key = key();
    let packets: Vec<Packet<'_>> = (0..10_000_u32)
        .map(|i| {
            let mut packet = syn();
            let drawn = i.wrapping_mul(2_654_435_761);
            packet.at_ns += i64::from(i) * 100_000 + i64::from(drawn % 90_000);
            packet.source = Ipv4Addr::from(drawn).into();
            packet
        })
        .collect();
    let bytes = sealed(&packets, Recording::default(), &key);
    assert!(bytes.len() < packets.len() * 14, "{} bytes a packet", bytes.len() / packets.len());
}
