//! Counts frames off an interface, as root: `live_count INTERFACE SECONDS [BUFFER_BYTES [USER]]`. It ends when frames have come and no more have
//! for so many seconds. Prints what was handed on, left out and dropped, the packets that decode, how many blocks they came in, processor time
//! and the most memory that was used. With a user's name, privileges are given up first.
#![allow(clippy::print_stdout, reason = "it is for measuring")]

use noroshi_telescope::{
    capture::live::{Live, Options, Reading, privileges},
    packet,
    tally::Tally,
};
use std::{fs, io, time::Duration};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [interface, seconds, more @ ..] = arguments.as_slice() else {
        return Err(io::Error::other("usage: live_count INTERFACE SECONDS [BUFFER_BYTES [USER]]"));
    };
    let quiet = Duration::from_secs(seconds.parse().map_err(io::Error::other)?);
    let mut options = Options::default();
    if let Some(bytes) = more.first() {
        options.buffer_bytes = bytes.parse().map_err(io::Error::other)?;
    }
    let mut live = Live::open(interface, &options).map_err(io::Error::other)?;
    if let Some(user) = more.get(1) {
        privileges::drop_to(user).map_err(io::Error::other)?;
    }
    println!("listening at {interface}; {} bytes wait at most", live.buffer_bytes().map_err(io::Error::other)?);

    let (mut tally, mut blocks, mut decoding) = (Tally::default(), 0_u64, 0_u64);
    loop {
        match live.read(quiet).map_err(io::Error::other)? {
            Reading::Frames(frames) => {
                blocks += 1;
                for frame in frames {
                    let outcome = packet::decode(&frame);
                    decoding += u64::from(outcome.is_ok());
                    tally.add(&frame, &outcome);
                }
            }
            Reading::Quiet if tally.frames() > 0 => break,
            Reading::Quiet => {}
            Reading::Down => println!("down"),
            Reading::Up => println!("up"),
        }
    }
    let drops = live.drops().map_err(io::Error::other)?;
    let counts = live.counts();
    println!("{counts:?} {drops:?}; {decoding} packets, {blocks} blocks");
    let status = fs::read_to_string("/proc/self/status")?;
    let memory = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: ?");
    // Fields 14 and 15, in hundredths of a second; the name in field 2 has no spaces.
    let ticks: u64 = fs::read_to_string("/proc/self/stat")?.split(' ').skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    println!("{memory}; {ticks}0 ms of processor time");
    Ok(())
}
