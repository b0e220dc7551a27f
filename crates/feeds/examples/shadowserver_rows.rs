//! Measures how many rows of a Shadowserver report are read in a second.
//!
//! `cargo run -p noroshi-feeds --profile dist --example shadowserver_rows [-- FILE...]`; without files, a report is made up.

use noroshi_feeds::shadowserver::{ReportType, ShadowserverReader};
use noroshi_kernel::moment::Moment;
use std::{fmt::Write as _, time::Instant};

fn made_up(rows: usize) -> Vec<u8> {
    let mut text = String::from(
        "\"timestamp\",\"severity\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"dns_version\",\"asn\",\"geo\",\"region\",\"city\",\"naics\",\"hostname_source\",\"sector\",\"device_vendor\",\"device_type\",\"device_model\",\"device_version\",\"response_size\",\"amplification\"\n",
    );
    for row in 0..rows {
        let (hour, minute, second) = (row / 3600 % 24, row / 60 % 60, row % 60);
        let (third, fourth) = (row / 256 % 256, row % 256);
        let _ = writeln!(
            text,
            "\"2024-01-15 {hour:02}:{minute:02}:{second:02}\",\"medium\",\"198.51.{third}.{fourth}\",\"udp\",53,\"host-{row}.isp.example.test\",\"openresolver\",\"resolver-2.66\",64496,\"JP\",\"TOKYO\",\"CHIYODA\",517311,\"ptr\",\"Communications, Service Provider, and Hosting Service\",,,,,95,4.6190"
        );
    }
    text.into_bytes()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut reports = Vec::new();
    for path in std::env::args().skip(1) {
        reports.push((ReportType::of_file_name(&path), std::fs::read(path)?));
    }
    if reports.is_empty() {
        reports.push((ReportType::named("scan_dns"), made_up(500_000)));
    }
    for (report, bytes) in &reports {
        for _ in 0..3 {
            let begun = Instant::now();
            let (mut good, mut broken) = (0u32, 0u32);
            for row in ShadowserverReader::new(bytes.as_slice(), report.clone(), Moment(i64::MAX)) {
                if row?.content.is_ok() { good += 1 } else { broken += 1 }
            }
            let took_s = begun.elapsed().as_secs_f64();
            eprintln!("{good} good and {broken} broken rows in {took_s:.3} s: {:.0} rows/s", f64::from(good + broken) / took_s);
        }
    }
    Ok(())
}
