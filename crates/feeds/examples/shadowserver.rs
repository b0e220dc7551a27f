//! Reads a Shadowserver file and keeps nothing: `shadowserver FILE` prints how many rows became findings, and the seconds that took.
#![allow(clippy::print_stdout, reason = "it is for measuring")]

use noroshi_feeds::shadowserver::{ReportType, ShadowserverReader};
use noroshi_kernel::moment::{Clock as _, SystemClock};
use std::{fs::File, path::Path, time::Instant};

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).ok_or_else(|| std::io::Error::other("usage: shadowserver FILE"))?;
    let name = Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let began = Instant::now();
    let (mut found, mut broken) = (0_u64, 0_u64);
    for row in ShadowserverReader::new(File::open(&path)?, ReportType::of_file_name(&name), SystemClock.now()) {
        if row?.content.is_ok() { found += 1 } else { broken += 1 }
    }
    if broken > 0 {
        return Err(std::io::Error::other(format!("{broken} rows cannot be read, {found} can")));
    }
    println!("{found} {:.3}", began.elapsed().as_secs_f64());
    Ok(())
}
