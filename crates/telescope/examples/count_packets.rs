//! Reads captures and counts what became of their packets: `count_packets [--tools] FILE…` prints packets, records, what is not IP, truncated and
//! malformed, and the seconds that took; with `--tools`, also how many probes each tool and each kind has.
#![allow(clippy::print_stdout, reason = "it is for measuring")]

use noroshi_telescope::{
    capture::{CaptureFile, Limits},
    kind::Kind,
    packet,
    tally::Tally,
    tool::Tool,
};
use std::{fs::File, io, time::Instant};

fn main() -> io::Result<()> {
    let (options, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let judged = options.iter().any(|option| option == "--tools");
    let began = Instant::now();
    let (mut tally, mut tools, mut kinds) = (Tally::default(), [0_u64; Tool::ALL.len()], [0_u64; Kind::ALL.len()]);
    for file in files {
        let mut capture = CaptureFile::open(File::open(&file)?, Limits::default()).map_err(io::Error::other)?;
        while let Some(frame) = capture.next_frame().map_err(io::Error::other)? {
            let outcome = packet::decode(&frame);
            tally.add(&frame, &outcome);
            if let (true, Ok(packet)) = (judged, &outcome) {
                tools.get_mut(Tool::of(packet) as usize).into_iter().for_each(|count| *count += 1);
                kinds.get_mut(Kind::of(packet) as usize).into_iter().for_each(|count| *count += 1);
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{} {} {} {} {} {seconds:.3}", tally.frames(), tally.stored, tally.not_ip, tally.truncated, tally.malformed());
    if judged {
        let tools: Vec<String> = Tool::ALL.iter().zip(tools).map(|(tool, count)| format!("{}={count}", tool.key())).collect();
        let kinds: Vec<String> = Kind::ALL.iter().zip(kinds).map(|(kind, count)| format!("{}={count}", kind.key())).collect();
        println!("{} {}", tools.join(" "), kinds.join(" "));
    }
    Ok(())
}
