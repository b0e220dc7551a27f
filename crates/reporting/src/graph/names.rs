//! What things are called in graphs.

use crate::Words;
use noroshi_observation::{
    ask::{Selection, Sensors},
    top::By,
};

/// A row's key as it is read: `445/TCP`, `ICMP 8`, `中国`, `不明`.
#[must_use]
pub fn name(words: Words, by: By, key: &str) -> String {
    match (by, key) {
        (By::Port, "other") => words.get("graph-other"),
        (By::Port, key) => port(key),
        (_, "unknown") => words.get("graph-unknown"),
        (By::Country, "home") => words.get("graph-home"),
        (By::Country, "abroad") => words.get("graph-abroad"),
        (By::Country, code) => noroshi_catalogue::country_name(code, words.0).map_or_else(|| code.to_owned(), str::to_owned),
        _ => key.to_owned(),
    }
}

/// The same, with the service's name behind a port.
#[must_use]
pub fn named(words: Words, by: By, key: &str) -> String {
    let name = name(words, by, key);
    match noroshi_catalogue::service_name(key).filter(|_| by == By::Port) {
        Some(service) => format!("{name} ({service})"),
        None => name,
    }
}

/// What is selected, in words: `22/TCP (ssh) 中国`.
#[must_use]
pub fn selected(words: Words, selection: &Selection) -> String {
    let part = |(field, text): (&str, String)| match field {
        "port" => named(words, By::Port, &text),
        "country" => name(words, By::Country, &text),
        "sensors" => sensors(words, &selection.sensors),
        _ => text,
    };
    let parts: Vec<String> = selection.fields().into_iter().map(part).collect();
    if parts.is_empty() { words.get("graph-all") } else { parts.join(" ") }
}

/// Sensors, in words: `国内のセンサー`, `関東`, a sensor's name.
fn sensors(words: Words, sensors: &Sensors) -> String {
    match sensors {
        Sensors::Home => words.get("obs-home"),
        Sensors::Abroad => words.get("obs-abroad"),
        Sensors::Region(region) => noroshi_catalogue::region_name(region, words.0).into_owned(),
        other => other.to_string(),
    }
}

fn port(key: &str) -> String {
    match key.split_once('/') {
        Some((protocol @ ("tcp" | "udp"), port)) => format!("{port}/{}", protocol.to_uppercase()),
        Some(("icmp", kind)) => format!("ICMP {kind}"),
        Some(("icmpv6", kind)) => format!("ICMPv6 {kind}"),
        None if key == "icmp" => "ICMP".to_owned(),
        _ => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_kernel::language::Language;

    #[test]
    fn keys_are_read_as_the_field_writes_them() {
        for (by, key, ja, en) in [
            (By::Port, "tcp/445", "445/TCP (microsoft-ds)", "445/TCP (microsoft-ds)"),
            (By::Port, "udp/40001", "40001/UDP", "40001/UDP"),
            (By::Port, "icmp/8", "ICMP 8 (echo-request)", "ICMP 8 (echo-request)"),
            (By::Port, "icmp", "ICMP", "ICMP"),
            (By::Country, "unknown", "不明", "unknown"),
            (By::Country, "home", "国内", "at home"),
            (By::Country, "CN", "中国", "China"),
            (By::Country, "XX", "XX", "XX"),
            (By::Sensor, "north", "north", "north"),
        ] {
            assert_eq!((named(Words(Language::Ja), by, key), named(Words(Language::En), by, key)), (ja.into(), en.into()));
        }
    }
}
