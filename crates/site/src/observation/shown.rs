//! How numbers, services and days are written on the page.

use crate::words::Words;
use jiff::civil::Date;
use noroshi_document::number;
use noroshi_kernel::language::Language;

/// A service as the page names it: `445/TCP`, `ICMP 8`.
pub(super) fn service(key: &str) -> String {
    match key.split_once('/') {
        Some((protocol @ ("tcp" | "udp"), port)) => format!("{port}/{}", protocol.to_ascii_uppercase()),
        Some(("icmp", kind)) => format!("ICMP {kind}"),
        Some(("icmpv6", kind)) => format!("ICMPv6 {kind}"),
        Some(("ip", number)) => format!("IP {number}"),
        _ => key.to_owned(),
    }
}

/// A country as the page names it.
pub(super) fn region(key: &str, words: Words) -> String {
    noroshi_catalogue::country_name(key, words.0).map_or_else(|| if key == "unknown" { words.say("region-unknown") } else { key.to_owned() }, str::to_owned)
}

/// An average with as many digits as its table needs: two after the point where all are below ten, else one.
pub(super) fn average(value: f64, greatest: f64) -> String {
    if greatest < 10.0 {
        return format!("{value:.2}");
    }
    let tenths = (value * 10.0).round() / 10.0;
    let written = number::decimal(tenths);
    if tenths.fract() == 0.0 { written + ".0" } else { written }
}

/// A part of everything: `12.3%`, in English with a space that does not break.
pub(super) fn share(part: f64, words: Words) -> String {
    format!("{:.1}{}%", part * 100.0, if words.0 == Language::En { "\u{a0}" } else { "" })
}

/// A day as people write it: `2013年10月1日`, `1 October 2013`.
pub(super) fn day(day: Date, words: Words) -> String {
    match words.0 {
        Language::Ja => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Language::En => format!("{} {} {}", day.day(), words.say(&format!("month-{}", day.month())), day.year()),
    }
}

/// The last day of the time before `end`.
pub(super) fn before(end: Date) -> Date {
    end.yesterday().unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn everything_is_written_as_people_write_it() {
        for (key, expected) in [("tcp/445", "445/TCP"), ("udp/53", "53/UDP"), ("icmp/8", "ICMP 8"), ("icmpv6/128", "ICMPv6 128"), ("ip/47", "IP 47")] {
            assert_eq!(service(key), expected);
        }
        for (value, greatest, expected) in
            [(52.44, 90.0, "52.4"), (52.0, 90.0, "52.0"), (1234.56, 1234.56, "1,234.6"), (0.084, 9.9, "0.08"), (0.0, 5.0, "0.00")]
        {
            assert_eq!(average(value, greatest), expected);
        }
        assert_eq!(day(date(2013, 10, 1), Words(Language::Ja)), "2013年10月1日");
        assert_eq!(day(date(2013, 10, 1), Words(Language::En)), "1 October 2013");
    }
}
