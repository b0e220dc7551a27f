//! Captures that tests make: SYNs, each with a TCP sequence number of its own.

use std::{fs, path::Path};

/// An Ethernet frame of a SYN from 192.0.2.1 to 198.51.100.7, port 23.
pub(crate) fn syn(number: u32) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    frame.extend([0x45, 0, 0, 40, 0, 1, 0, 0, 57, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7]);
    frame.extend([0x9c, 0x40, 0, 23]);
    frame.extend(number.to_be_bytes());
    frame.extend([0, 0, 0, 0, 0x50, 2, 4, 0, 0, 0, 0, 0]);
    frame
}

/// A datagram of UDP to port 53.
pub(crate) fn udp(payload: &[u8]) -> Vec<u8> {
    let length = |more: usize| u16::try_from(payload.len() + more).unwrap().to_be_bytes();
    let mut frame = syn(0);
    frame.truncate(34);
    frame[16..18].copy_from_slice(&length(28));
    frame[23] = 17;
    frame.extend([0x9c, 0x40, 0, 53]);
    frame.extend(length(8));
    frame.extend([0, 0]);
    frame.extend(payload);
    frame
}

/// A frame of ARP.
pub(crate) fn arp() -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6][..], &[0; 28]].concat()
}

/// When the capture's first packet was seen, in seconds since 1970.
pub(crate) const BEGAN_S: u32 = 1_380_000_000;

/// Writes a capture of frames, a hundred a second.
pub(crate) fn write(path: &Path, frames: impl IntoIterator<Item = Vec<u8>>) {
    let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for (number, frame) in (0_u32..).zip(frames) {
        let length = u32::try_from(frame.len()).unwrap().to_le_bytes();
        for word in [(BEGAN_S + number / 100).to_le_bytes(), (number % 100 * 10_000).to_le_bytes(), length, length] {
            bytes.extend(word);
        }
        bytes.extend(frame);
    }
    fs::write(path, bytes).unwrap();
}

/// A capture of so many SYNs in a folder.
pub(crate) fn syns(folder: &Path, count: u32) -> std::path::PathBuf {
    let path = folder.join(format!("{count}.pcap"));
    write(&path, (0..count).map(syn));
    path
}
