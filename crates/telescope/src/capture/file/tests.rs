//! Capture files of every form, whole, cut and hostile.

use super::{Blocks, CaptureFile, Format, Limits, LinkType, Packing};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::{Cursor, Read, Write as _};

/// A frame, kept.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    at_ns: Option<i64>,
    link: u16,
    wire_bytes: u32,
    bytes: Vec<u8>,
    place: u64,
}

/// What a file gives: frames, then perhaps where and why it breaks.
fn read_with(source: impl Read, limits: Limits) -> (Vec<Kept>, Option<(u64, String)>) {
    let mut frames = Vec::new();
    let mut capture = match CaptureFile::open(source, limits) {
        Ok(capture) => capture,
        Err(broken) => return (frames, Some((broken.offset, broken.reason.key.into_owned()))),
    };
    loop {
        match capture.next_frame() {
            Ok(Some(frame)) => {
                let kept = Kept { at_ns: frame.at_ns, link: frame.link.0, wire_bytes: frame.wire_bytes, bytes: frame.bytes.to_vec(), place: 0 };
                frames.push(Kept { place: capture.place(), ..kept });
            }
            Ok(None) => return (frames, None),
            Err(broken) => {
                assert!(matches!(capture.next_frame(), Ok(None)), "nothing comes behind an error");
                return (frames, Some((broken.offset, broken.reason.key.into_owned())));
            }
        }
    }
}

fn read(bytes: &[u8]) -> (Vec<Kept>, Option<(u64, String)>) {
    read_with(bytes, Limits::default())
}

/// A writer of numbers in one order.
#[derive(Clone, Copy, Debug)]
struct Writer {
    big: bool,
}

impl Writer {
    fn u16(self, number: u16) -> [u8; 2] {
        if self.big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn u32(self, number: u32) -> [u8; 4] {
        if self.big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn numbers(self, numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| self.u32(*number)).collect()
    }

    /// A pcap file of packets: seconds, fraction, length on the wire, bytes.
    fn pcap(self, magic: u32, link: u32, packets: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
        let mut file = [self.numbers(&[magic]), self.u16(2).to_vec(), self.u16(4).to_vec(), self.numbers(&[0, 0, 65_535, link])].concat();
        for (seconds, fraction, wire, bytes) in packets {
            file.extend(self.numbers(&[*seconds, *fraction, u32::try_from(bytes.len()).unwrap(), *wire]));
            file.extend(*bytes);
        }
        file
    }

    /// A block of pcapng, padded.
    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let mut body = body.to_vec();
        body.resize(body.len().next_multiple_of(4), 0);
        let length = self.u32(u32::try_from(body.len() + 12).unwrap());
        [&self.u32(kind), &length, &body[..], &length].concat()
    }

    fn section(self) -> Vec<u8> {
        self.block(0x0a0d_0d0a, &[&self.u32(0x1a2b_3c4d), &self.u16(1)[..], &self.u16(0), &[0xff; 8]].concat())
    }

    fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        let mut option = [&self.u16(code)[..], &self.u16(u16::try_from(value.len()).unwrap()), value].concat();
        option.resize(option.len().next_multiple_of(4), 0);
        option
    }

    fn interface(self, link: u16, snap: u32, options: &[u8]) -> Vec<u8> {
        self.block(1, &[&self.u16(link)[..], &[0, 0], &self.u32(snap), options].concat())
    }

    fn enhanced(self, interface: u32, stamp: u64, wire: u32, bytes: &[u8]) -> Vec<u8> {
        let (high, low) = (u32::try_from(stamp >> 32).unwrap(), u32::try_from(stamp & 0xffff_ffff).unwrap());
        self.block(6, &[&self.numbers(&[interface, high, low, u32::try_from(bytes.len()).unwrap(), wire])[..], bytes].concat())
    }
}

const BOTH: [Writer; 2] = [Writer { big: false }, Writer { big: true }];
const LITTLE: Writer = BOTH[0];
const MICRO: u32 = 0xa1b2_c3d4;
const NANO: u32 = 0xa1b2_3c4d;

fn kept(at_ns: i64, link: u16, wire_bytes: u32, bytes: &[u8], place: u64) -> Kept {
    Kept { at_ns: Some(at_ns), link, wire_bytes, bytes: bytes.to_vec(), place }
}

#[test]
fn pcap_is_read_in_both_orders_micro_and_nano() {
    for writer in BOTH {
        for (magic, unit) in [(MICRO, 1_000), (NANO, 1)] {
            // Above the link type stands the length of frame check sequences; a length on the wire below what was captured is none.
            let file = writer.pcap(magic, 0x4000_0071, &[(1, 2, 1_500, b"abc"), (u32::MAX, 999, 0, b"defgh"), (0, 0, 0, b"")]);
            let (frames, broken) = read(&file);
            assert_eq!(
                frames,
                [
                    kept(1_000_000_000 + 2 * unit, 113, 1_500, b"abc", 24),
                    kept(4_294_967_295_000_000_000 + 999 * unit, 113, 5, b"defgh", 43),
                    kept(0, 113, 0, b"", 64)
                ]
            );
            assert_eq!(broken, None);
            assert_eq!(CaptureFile::open(&file[..], Limits::default()).unwrap().format(), Format::Pcap { nano: magic == NANO });
        }
    }
}

#[test]
fn a_pcap_that_breaks_keeps_what_came_before() {
    let file = LITTLE.pcap(MICRO, 1, &[(1, 2, 3, b"abc"), (1, 3, 3, b"abc")]);
    let frames = read(&file).0;
    for end in 43..file.len() {
        let expected = if end == 43 { None } else { Some((43, "capture-cut".into())) };
        assert_eq!(read(&file[..end]), (frames[..1].to_vec(), expected), "{end} bytes");
    }
    let mut long = file.clone();
    long[43 + 8..43 + 12].copy_from_slice(&0x0004_0001_u32.to_le_bytes());
    assert_eq!(read(&long), (frames[..1].to_vec(), Some((43, "capture-packet-length".into()))));
}

#[test]
fn what_is_no_capture_is_refused_with_its_reason() {
    let mut version = LITTLE.pcap(MICRO, 1, &[]);
    version[4] = 3;
    for (bytes, expected) in [
        (&b""[..], "capture-empty"),
        (b"ab", "capture-format"),
        (b"This is a letter.", "capture-format"),
        (&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0], "capture-cut"),
        (&[0x34, 0xcd, 0xb2, 0xa1, 2, 0], "capture-modified"),
        (&version, "capture-version"),
        (&[0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8], "capture-packing"),
        (&[0x28, 0xb5, 0x2f, 0xfd, 9, 9, 9, 9], "capture-packing"),
    ] {
        assert_eq!(read(bytes), (vec![], Some((0, expected.into()))), "{bytes:?}");
    }
    let broken = CaptureFile::open(&b""[..], Limits::default()).unwrap_err();
    assert_eq!(broken.to_string(), "byte 0: the file is empty");
}

/// Sections in both orders, with every block that is known and some that are not.
fn two_sections() -> Vec<u8> {
    let mut file = Vec::new();
    for writer in BOTH {
        let nano = writer.option(9, &[9]);
        let offset =
            [writer.option(2, b"eth0"), writer.option(14, &if writer.big { 100_i64.to_be_bytes() } else { 100_i64.to_le_bytes() }), writer.option(0, b"")];
        file.extend(writer.section());
        file.extend(writer.interface(1, 4, &offset.concat()));
        file.extend(writer.block(0x0bad, b"own"));
        file.extend(writer.interface(101, 0, &nano));
        file.extend(writer.enhanced(0, 5_000_000, 60, b"abcde"));
        file.extend(writer.block(4, b"names"));
        file.extend(writer.block(3, &[&writer.u32(60)[..], b"simp"].concat()));
        file.extend(writer.enhanced(1, 7, 3, b"raw"));
        file.extend(writer.block(5, &[0; 12]));
        file.extend(writer.block(0x4000_0bad, b"own"));
        file.extend(writer.block(2, &[&writer.u16(1)[..], &writer.u16(9), &writer.numbers(&[1, 0, 2, 2]), b"ob"].concat()));
        file.extend(writer.block(0x7777_7777, &[1; 400_000]));
    }
    file
}

#[test]
fn pcapng_is_read_in_sections_of_both_orders() {
    let file = two_sections();
    let (frames, broken) = read(&file);
    assert_eq!(broken, None);
    let expected =
        [(Some(105_000_000_000), 1, 60, &b"abcde"[..]), (Some(105_000_000_000), 1, 60, b"simp"), (Some(7), 101, 3, b"raw"), (Some(1 << 32), 101, 2, b"ob")];
    let told: Vec<_> = frames.iter().map(|frame| (frame.at_ns, frame.link, frame.wire_bytes, &frame.bytes[..])).collect();
    assert_eq!(told, [expected, expected].concat());
    let mut capture = CaptureFile::open(&file[..], Limits::default()).unwrap();
    while capture.next_frame().unwrap().is_some() {}
    let expected = Blocks { sections: 2, interfaces: 4, packets: 8, without_time: 2, statistics: 2, names: 2, custom: 4, unknown: 2 };
    assert_eq!((capture.format(), capture.blocks()), (Format::Pcapng, Some(&expected)));
    assert_eq!(capture.source_bytes(), file.len() as u64);
}

#[test]
fn a_simple_packet_without_a_packet_before_it_has_no_time() {
    let file = [LITTLE.section(), LITTLE.interface(1, 0, &[]), LITTLE.block(3, &[3, 0, 0, 0, b'a', b'b', b'c'])].concat();
    let (frames, broken) = read(&file);
    assert_eq!((frames[0].at_ns, &frames[0].bytes[..], broken), (None, &b"abc"[..], None));
}

#[test]
fn a_pcapng_that_breaks_says_where_and_why() {
    let begin = [LITTLE.section(), LITTLE.interface(1, 0, &[]), LITTLE.enhanced(0, 1, 3, b"abc")].concat();
    let good = read(&begin).0;
    assert_eq!(good.len(), 1);
    let place = begin.len() as u64;
    let changed = |mut bytes: Vec<u8>, at: usize, to: u8| {
        bytes[at] = to;
        bytes
    };
    let packet = LITTLE.enhanced(0, 1, 3, b"abc");
    for (what, bytes, expected) in [
        ("cut", packet[..packet.len() - 1].to_vec(), "capture-cut"),
        ("cut in the frame", packet[..7].to_vec(), "capture-cut"),
        ("no multiple of four", changed(packet.clone(), 4, 35), "capture-block-length"),
        ("shorter than a frame", changed(packet.clone(), 4, 8), "capture-block-length"),
        ("longer than the limit", changed(packet.clone(), 7, 2), "capture-block-length"),
        ("two lengths", changed(packet.clone(), 32, 40), "capture-block-ends"),
        ("unknown interface", LITTLE.enhanced(1, 1, 3, b"abc"), "capture-interface"),
        ("packet beyond its block", changed(packet.clone(), 20, 5), "capture-packet-beyond-block"),
        ("packet beyond the limit", changed(packet.clone(), 23, 1), "capture-packet-length"),
        ("too short", LITTLE.block(6, &[0; 16]), "capture-block-short"),
        ("too short a simple one", LITTLE.block(3, &[]), "capture-block-short"),
        ("simple beyond its block", LITTLE.block(3, &[9, 0, 0, 0, 1]), "capture-packet-beyond-block"),
        ("too short an interface", LITTLE.block(1, &[1, 0]), "capture-block-short"),
        ("cut in an unknown block", LITTLE.block(99, &[0; 400])[..100].to_vec(), "capture-cut"),
        ("unknown block of two lengths", changed(LITTLE.block(99, b""), 8, 16), "capture-block-ends"),
        ("no byte order", changed(LITTLE.section(), 8, 0), "capture-byte-order"),
        ("section of another version", changed(LITTLE.section(), 12, 2), "capture-version"),
        ("section too short", LITTLE.block(0x0a0d_0d0a, &LITTLE.section()[8..16]), "capture-block-short"),
    ] {
        assert_eq!(read(&[&begin[..], &bytes].concat()), (good.clone(), Some((place, expected.into()))), "{what}");
    }
    let many = [LITTLE.section(), LITTLE.interface(1, 0, &[]).repeat(5)].concat();
    let limits = Limits { interfaces: 4, ..Limits::default() };
    assert_eq!(read_with(&many[..], limits).1, Some((many.len() as u64 - 20, "capture-interfaces".into())));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

#[test]
fn packed_files_are_unpacked_whatever_they_are_called() {
    let file = two_sections();
    let (first, second) = file.split_at(file.len() / 3);
    let plain = read(&file);
    let skipped = [&[0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0][..], b"aside"].concat();
    for (packed, packing) in [
        (file.clone(), Packing::Plain),
        (gzip(&file), Packing::Gzip),
        ([gzip(first), gzip(second)].concat(), Packing::Gzip),
        (zstd(&file), Packing::Zstd),
        ([zstd(first), skipped.clone(), zstd(second), skipped.clone()].concat(), Packing::Zstd),
        ([skipped, zstd(&file)].concat(), Packing::Zstd),
    ] {
        assert_eq!(CaptureFile::open(&packed[..], Limits::default()).unwrap().packing(), packing);
        assert_eq!(read(&packed), plain, "{packing:?}");
    }
}

#[test]
fn packed_files_that_break_keep_what_came_before() {
    let bytes: Vec<u8> = (0..150_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let packets: Vec<_> = (0..2_000).map(|number| (number, 0, 600, &bytes[..])).collect();
    let file = LITTLE.pcap(MICRO, 1, &packets);
    for packed in [gzip(&file), zstd(&file)] {
        let end = packed.len() * 3 / 4;
        let (frames, broken) = read(&packed[..end]);
        let broken = broken.unwrap();
        // As much of the packets as of the file, less a block of the packing.
        assert!(frames.len() as u64 * 616 + (256 << 10) > file.len() as u64 * 3 / 4, "{} packets", frames.len());
        assert_eq!(broken.1, "capture-packing");
        assert!(broken.0 >= frames.last().unwrap().place + 616, "{broken:?}");
        // The same when it is not cut but goes on wrongly.
        let mut wrong = packed.clone();
        wrong[end..end + 50].fill(0xff);
        let (wrong_frames, wrong_broken) = read(&wrong);
        assert!(wrong_frames.len() + 500 > frames.len() && wrong_broken.is_some(), "{} of {} packets, {wrong_broken:?}", wrong_frames.len(), frames.len());
        // What the checksum does not confirm is told.
        let mut wrong = packed.clone();
        let at = wrong.len() - if wrong[0] == 0x1f { 5 } else { 1 };
        wrong[at] ^= 1;
        assert_eq!(read(&wrong).1.map(|(_, key)| key), Some("capture-packing".into()));
    }
}

#[test]
fn a_bomb_is_not_unpacked_to_its_end() {
    let mut file = LITTLE.pcap(MICRO, 1, &[]);
    file.resize(24 + (4 << 20), 0);
    let packed = gzip(&file);
    let limits = Limits { free_bytes: 1 << 20, ..Limits::default() };
    let (frames, broken) = read_with(&packed[..], limits);
    assert_eq!(broken.map(|(_, key)| key), Some("capture-growth".into()));
    let most = (1 << 20) + packed.len() * 256;
    assert!(frames.len() <= most / 16 && most < file.len(), "{} of {most} bytes", frames.len() * 16);
    let limits = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
    assert_eq!(read_with(&packed[..], limits).1.map(|(_, key)| key), Some("capture-unpacked-length".into()));
    // Plain zeros are long and no bomb; and what is packed well is none before it is long.
    assert_eq!(read_with(&file[..], limits).1, None);
    assert_eq!(read(&packed), read(&file));
}

/// A source that gives a byte at a time, is interrupted before each, and fails when it is told to.
struct Trickle<'a> {
    bytes: &'a [u8],
    interrupted: bool,
    fails: bool,
}

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        match (into.first_mut(), self.bytes.split_first()) {
            (Some(to), Some((first, rest))) => {
                *to = *first;
                self.bytes = rest;
                Ok(1)
            }
            _ if self.fails => Err(std::io::Error::other("the disk is gone")),
            _ => Ok(0),
        }
    }
}

#[test]
fn how_the_bytes_come_does_not_matter() {
    let file = [LITTLE.section(), LITTLE.interface(1, 0, &[]), LITTLE.enhanced(0, 1, 3, b"abc").repeat(9)].concat();
    for bytes in [file.clone(), gzip(&file), zstd(&file)] {
        assert_eq!(read_with(Trickle { bytes: &bytes, interrupted: false, fails: false }, Limits::default()), read(&file));
        assert_eq!(read_with(Cursor::new(bytes), Limits::default()), read(&file));
    }
    let (frames, broken) = read_with(Trickle { bytes: &file, interrupted: false, fails: true }, Limits::default());
    assert_eq!((frames.len(), broken), (9, Some((file.len() as u64, "capture-unreadable".into()))));
}

#[test]
fn a_packet_longer_than_the_window_is_read() {
    let long = vec![7; 200_000];
    let packets: Vec<_> = (0..9).map(|number| (number, 0, 200_000, &long[..])).collect();
    let (frames, broken) = read(&LITTLE.pcap(NANO, LinkType::RAW.0.into(), &packets));
    assert!(frames.len() == 9 && broken.is_none() && frames.iter().all(|frame| frame.bytes == long));
    let limits = Limits { packet_bytes: 400_000, ..Limits::default() };
    let longer = vec![7; 390_000];
    assert_eq!(read_with(&LITTLE.pcap(NANO, 1, &[(0, 0, 0, &longer)])[..], limits).0.len(), 1);
}

proptest! {
    #[test]
    fn no_bytes_panic_and_frames_lie_within(begin in 0..7_usize, bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let begins = [
            vec![],
            LITTLE.pcap(MICRO, 1, &[]),
            BOTH[1].pcap(NANO, 1, &[]),
            LITTLE.section(),
            [BOTH[1].section(), BOTH[1].interface(1, 96, &[])].concat(),
            vec![0x1f, 0x8b, 8, 0],
            vec![0x28, 0xb5, 0x2f, 0xfd],
        ];
        let file = [&begins[begin][..], &bytes].concat();
        let (frames, _) = read(&file);
        for frame in frames {
            let from = usize::try_from(frame.place).unwrap();
            prop_assert!(from + frame.bytes.len() <= file.len());
            prop_assert!(frame.wire_bytes as usize >= frame.bytes.len());
        }
    }
}
