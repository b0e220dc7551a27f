//! Measures how many rows of a phishing list are read in a second.
//!
//! `cargo run -p noroshi-feeds --profile dist --example phishurl_rows [-- FILE...]`; without files, a list is made up.

use noroshi_feeds::phishurl::PhishUrlReader;
use noroshi_kernel::moment::{Moment, Zone};
use std::{fmt::Write as _, time::Instant};

fn made_up(rows: usize) -> Vec<u8> {
    let mut text = String::from("date,URL,description\n");
    for row in 0..rows {
        let (day, hour, minute) = (row / 1440 % 28 + 1, row / 60 % 24, row % 60);
        let _ = writeln!(text, "2019/01/{day:02} {hour:02}:{minute:02}:00,https://login-{row}.bank.example.test/ib/index.php?id={row},Example Bank");
    }
    text.into_bytes()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut list = Vec::new();
    for path in std::env::args().skip(1) {
        list.extend(std::fs::read(path)?);
    }
    if list.is_empty() {
        list = made_up(1_000_000);
    }
    let zone = Zone::named("Asia/Tokyo")?;
    for _ in 0..3 {
        let begun = Instant::now();
        let (mut good, mut broken) = (0u32, 0u32);
        for row in PhishUrlReader::new(list.as_slice(), &zone, Moment(i64::MAX)) {
            if row?.content.is_ok() { good += 1 } else { broken += 1 }
        }
        let took_s = begun.elapsed().as_secs_f64();
        eprintln!("{good} good and {broken} broken rows in {took_s:.3} s: {:.0} rows/s", f64::from(good + broken) / took_s);
    }
    Ok(())
}
