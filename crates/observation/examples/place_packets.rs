//! Decodes the packets of a capture, judges their tool and kind, and looks up where their sources are; keeps nothing.
//!
//! `cargo run --release -p noroshi-observation --example place_packets CAPTURE [COUNTRIES.mmdb [NETWORKS.mmdb]]` prints packets and how many have a country.
#![allow(clippy::print_stdout, reason = "it is for measuring")]

use noroshi_observation::geography::Geography;
use noroshi_telescope::{
    capture::{CaptureFile, Limits},
    kind::Kind,
    packet,
    tool::Tool,
};
use std::{fs::File, path::PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let capture = paths.next().ok_or("usage: place_packets CAPTURE [COUNTRIES.mmdb [NETWORKS.mmdb]]")?;
    let (countries, networks) = (paths.next(), paths.next());
    let geography = Geography::open(countries.as_deref(), networks.as_deref()).map_err(|why| why.to_string())?;
    let mut capture = CaptureFile::open(File::open(capture)?, Limits::default()).map_err(|why| why.reason.to_string())?;
    let (mut packets, mut placed, mut marks) = (0_u64, 0_u64, 0_u64);
    while let Some(frame) = capture.next_frame().map_err(|why| why.reason.to_string())? {
        if let Ok(packet) = packet::decode(&frame) {
            packets += 1;
            placed += u64::from(geography.country(packet.source).is_some()) + u64::from(geography.network(packet.source).is_some());
            marks += u64::from(Tool::of(&packet) != Tool::Unknown) + u64::from(Kind::of(&packet) == Kind::Scan);
        }
    }
    println!("{packets} packets, {placed} placed, {marks} marks");
    Ok(())
}
