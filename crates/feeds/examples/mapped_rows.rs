//! Measures how many rows of a table and of JSON lines are read by a mapping in a second.
//!
//! `cargo run -p noroshi-feeds --profile dist --example mapped_rows`

use noroshi_feeds::mapping::{CsvReader, JsonReader, Mapping};
use noroshi_kernel::moment::Moment;
use std::{fmt::Write as _, time::Instant};

const ROWS: usize = 500_000;

fn told(name: &str, begun: Instant, rows: impl Iterator<Item = bool>) {
    let (mut good, mut broken) = (0u32, 0u32);
    for row in rows {
        if row { good += 1 } else { broken += 1 }
    }
    let took_s = begun.elapsed().as_secs_f64();
    eprintln!("{name}: {good} good and {broken} broken rows in {took_s:.3} s: {:.0} rows/s", f64::from(good + broken) / took_s);
}

fn main() -> Result<(), String> {
    let names = ["first_seen", "ip", "port", "url", "category", "note"];
    let (mut table, mut lines) = (names.join(",") + "\n", String::new());
    for row in 0..ROWS {
        let (minute, second, fourth) = (row / 60 % 60, row % 60, row % 256);
        let (at, ip, url) = (format!("2024-01-15 00:{minute:02}:{second:02}"), format!("198.51.100.{fourth}"), format!("http://www-{row}.example.test/ib/"));
        let _ = writeln!(table, "{at},{ip},443,{url},phishing,kept");
        let _ = writeln!(lines, r#"{{"first_seen":"{at}","ip":"{ip}","port":443,"url":"{url}","category":"phishing","note":"kept"}}"#);
    }
    let mapping = Mapping::suggest(&names);
    let latest = Moment(i64::MAX);
    for _ in 0..3 {
        let csv = CsvReader::new(table.as_bytes(), &mapping, latest).map_err(|reason| reason.text.en)?;
        told("CSV", Instant::now(), csv.map(|row| row.is_ok_and(|row| row.content.is_ok())));
        let json = JsonReader::new(lines.as_bytes(), &mapping, latest).map_err(|reason| reason.text.en)?;
        told("JSON", Instant::now(), json.map(|row| row.is_ok_and(|row| row.content.is_ok())));
    }
    Ok(())
}
