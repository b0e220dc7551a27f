//! Writes a capture for measuring, the same every time: `write_capture syn|mixed PACKETS FILE`, pcap of Ethernet in microseconds.
//!
//! `syn` is SYNs of 54 bytes alone, as a darknet sees them; one in sixteen bears each tool's mark. `mixed` is what else comes, too: options, UDP
//! with payload, ICMP, answers, IPv6, tags, fragments, ARP, and some that are broken.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
};

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

const PORTS: [u16; 8] = [23, 22, 445, 80, 2323, 3389, 8080, 5555];
const ETHERNET: [u8; 14] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];

fn v4(dice: &mut Dice, protocol: u8, id: u16, destination: [u8; 4], body: &[u8]) -> Vec<u8> {
    let [a, b, c, ttl, ..] = dice.roll().to_le_bytes();
    let [high, low] = u16::try_from(20 + body.len()).unwrap_or(u16::MAX).to_be_bytes();
    let [id_high, id_low] = id.to_be_bytes();
    let [d, e, f, g] = destination;
    let mut packet = ETHERNET.to_vec();
    packet.extend([0x45, 0, high, low, id_high, id_low, 0, 0, 32 + ttl % 200, protocol, 0, 0, 198, 18 + (a & 1), b, c, d, e, f, g]);
    packet.extend(body);
    packet
}

fn tcp(dice: &mut Dice, port: u16, sequence: u32, flags: u8, options: &[u8]) -> Vec<u8> {
    let [from_high, from_low, window_high, window_low, ..] = dice.roll().to_le_bytes();
    let [high, low] = port.to_be_bytes();
    let words = u8::try_from(5 + options.len() / 4).unwrap_or(15);
    let mut header = vec![from_high, from_low, high, low];
    header.extend(sequence.to_be_bytes());
    header.extend([0, 0, 0, 0, words << 4, flags, window_high, window_low, 0, 0, 0, 0]);
    header.extend(options);
    header
}

fn syn(dice: &mut Dice, options: &[u8]) -> Vec<u8> {
    let roll = dice.roll();
    let [last, id_low, id_high, which, s0, s1, s2, s3] = roll.to_le_bytes();
    let destination = [192, 0, 2, last];
    let port = PORTS.get(usize::from(which >> 4 & 7)).copied().unwrap_or(23);
    let (mut id, mut sequence) = (u16::from_be_bytes([id_high, id_low]), u32::from_be_bytes([s0, s1, s2, s3]));
    let [.., high, low] = (u32::from_be_bytes(destination) ^ u32::from(port) ^ sequence).to_be_bytes();
    match which & 15 {
        0 => id = 54_321,
        1 => id = u16::from_be_bytes([high, low]),
        2 => sequence = u32::from_be_bytes(destination),
        _ => {}
    }
    let header = tcp(dice, port, sequence, 2, options);
    v4(dice, 6, id, destination, &header)
}

fn mixed(dice: &mut Dice) -> Vec<u8> {
    const LINUX: [u8; 20] = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
    const WINDOWS: [u8; 12] = [2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2];
    let roll = dice.roll();
    let [kind, last, length, x, y, ..] = roll.to_le_bytes();
    let destination = [192, 0, 2, last];
    let udp = |to: u16, bytes: usize| {
        let [high, low] = u16::try_from(8 + bytes).unwrap_or(u16::MAX).to_be_bytes();
        let [to_high, to_low] = to.to_be_bytes();
        let mut body = vec![x, y, to_high, to_low, high, low, 0, 0];
        body.resize(8 + bytes, 0x5a);
        body
    };
    match kind % 32 {
        0..=9 => syn(dice, &[]),
        10..=14 => syn(dice, &LINUX),
        15 | 16 => syn(dice, &WINDOWS),
        17..=21 => v4(dice, 17, u16::from(x), destination, &udp(if y & 1 == 0 { 53 } else { 1900 }, usize::from(length))),
        22 | 23 => v4(dice, 1, u16::from(x), destination, &[8, 0, 0, 0, x, y, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
        24 | 25 => {
            let header = tcp(dice, 40_000, 1, if x & 1 == 0 { 0x12 } else { 0x14 }, &[]);
            v4(dice, 6, 0, destination, &header)
        }
        26 | 27 => {
            let body = if x & 1 == 0 { vec![128, 0, 0, 0, x, y, 0, 1] } else { udp(53, 30) };
            let mut packet = ETHERNET.to_vec();
            packet.truncate(12);
            packet.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, u8::try_from(body.len()).unwrap_or(8), if x & 1 == 0 { 58 } else { 17 }, 60]);
            packet.extend([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, x, y]);
            packet.extend([0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
            packet.extend(body);
            packet
        }
        28 => {
            let mut packet = syn(dice, &LINUX);
            packet.splice(12..12, [0x81, 0, 0, 5]);
            packet
        }
        29 => {
            let mut packet = v4(dice, 17, 9, destination, &udp(53, 100));
            packet.splice(20..22, [0x20 & x, y & 1]);
            packet
        }
        30 => [&ETHERNET[..12], &[8, 6, 0, 1, 8, 0, 6, 4, 0, 1][..], &[0; 20]].concat(),
        _ => {
            let mut packet = syn(dice, &[]);
            packet.truncate(20 + usize::from(length) % 34);
            packet
        }
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, count, file] = arguments.as_slice() else { return Err(io::Error::other("usage: write_capture syn|mixed PACKETS FILE")) };
    let count: u32 = count.parse().map_err(io::Error::other)?;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
    let mut dice = Dice(2013);
    out.write_all(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0])?;
    for number in 0..count {
        let packet = if kind == "syn" { syn(&mut dice, &[]) } else { mixed(&mut dice) };
        // 10,000 a second, from a day of 2013 on: a shorter file is the beginning of a longer one.
        let at = u64::from(number) * 100;
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX).to_le_bytes();
        out.write_all(&u32::try_from(1_380_000_000 + at / 1_000_000).unwrap_or(u32::MAX).to_le_bytes())?;
        out.write_all(&u32::try_from(at % 1_000_000).unwrap_or(0).to_le_bytes())?;
        out.write_all(&length)?;
        out.write_all(&length)?;
        out.write_all(&packet)?;
    }
    out.flush()
}
