//! What nobody named takes the rest: domains, ports and brands, never one that is named.

use super::shares;
use crate::{
    brands, dice,
    margins::{Cell, PeriodMargins},
};
use noroshi_directory::Origin;

/// What stands for a reporter whose domain is not known.
pub(super) const UNKNOWN: &str = "unknown";

/// Domains that reporters usually have, with about how often.
const DOMAINS: [(&str, u64); 24] = [
    (".jp", 480),
    (".com", 180),
    (".net", 90),
    (".org", 60),
    (".br", 30),
    (".de", 24),
    (".edu", 16),
    (".info", 14),
    (".uk", 13),
    (".fr", 12),
    (".au", 10),
    (".nl", 9),
    (".kr", 9),
    (".it", 8),
    (".pl", 7),
    (".tw", 7),
    (".ca", 6),
    (".es", 5),
    (".ch", 5),
    (".se", 4),
    (".dk", 4),
    (".at", 3),
    (".sg", 3),
    (".nz", 2),
];

/// Ports that are usually scanned, with about how often.
const PORTS: [(&str, u64); 22] = [
    ("tcp/22", 200),
    ("tcp/445", 150),
    ("tcp/3389", 90),
    ("tcp/23", 80),
    ("tcp/80", 70),
    ("multiple", 60),
    ("tcp/1433", 50),
    ("tcp/135", 40),
    ("tcp/5900", 30),
    ("tcp/8080", 30),
    ("tcp/25", 24),
    ("udp/53", 20),
    ("tcp/443", 20),
    ("tcp/139", 18),
    ("tcp/3306", 16),
    ("udp/1434", 12),
    ("tcp/21", 12),
    ("tcp/110", 8),
    ("udp/123", 8),
    ("tcp/1080", 6),
    ("udp/5060", 5),
    ("tcp/2967", 4),
];

/// Gives `rest` to those of `usual` that are not named; to the most usual `among` of them.
fn spread(rest: u64, named: impl Fn(&str) -> bool, usual: &[(&str, u64)], among: usize) -> Vec<(String, u64)> {
    let free: Vec<_> = usual.iter().filter(|(text, _)| !named(text)).take(among).collect();
    let weights: Vec<u64> = free.iter().map(|(_, weight)| *weight).collect();
    free.iter().zip(shares::split(rest, &weights)).filter(|(_, count)| *count > 0).map(|((text, _), count)| (text.to_string(), count)).collect()
}

/// Every domain with its count, which add up to `total`.
pub(super) fn domains(margins: &PeriodMargins, total: u64) -> Option<Vec<(String, u64)>> {
    let mut all: Vec<(String, u64)> =
        margins.cells.iter().filter_map(|(cell, count)| if let Cell::Tld(tld) = cell { Some((tld.clone(), *count)) } else { None }).collect();
    let rest = total.checked_sub(all.iter().map(|(_, count)| count).sum())?;
    let is_named = |tld: &str| margins.get(&Cell::Tld(tld.into())).is_some();
    let mut others = spread(rest, is_named, &DOMAINS, usize::MAX);
    if rest > 0 && others.is_empty() {
        // Somebody named them all; a two-letter domain that is left is found.
        let letters = || 'a'..='z';
        let left = letters().flat_map(|first| letters().map(move |second| format!(".{first}{second}"))).find(|tld| !is_named(tld));
        others.push((left.unwrap_or_else(|| ".invalid".into()), rest));
    }
    all.extend(others);
    Some(all)
}

/// What is scanned: a port, several or not known, with the count and how many of them a worm did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scanned {
    pub(super) what: String,
    pub(super) count: u64,
    pub(super) worms: u64,
}

/// Everything scanned, with counts that add up to `total`.
pub(super) fn ports(margins: &PeriodMargins, total: u64) -> Vec<Scanned> {
    let mut all: Vec<(String, u64)> =
        margins.cells.iter().filter_map(|(cell, count)| if let Cell::Port(port) = cell { Some((port.clone(), *count)) } else { None }).collect();
    let is_named = |port: &str| margins.get(&Cell::Port(port.into())).is_some();
    let marked: Vec<String> = margins.cells.keys().filter_map(|cell| if let Cell::Worm(port) = cell { Some(port.clone()) } else { None }).collect();
    let mut rest = total.saturating_sub(all.iter().map(|(_, count)| count).sum());
    // Ports that are marked but not counted take one each before the others share.
    let uncounted: Vec<_> = marked.iter().filter(|port| !is_named(port)).cloned().collect();
    rest = rest.saturating_sub(uncounted.len() as u64);
    let usual: Vec<(&str, u64)> =
        uncounted.iter().map(|port| (port.as_str(), 40)).chain(PORTS.into_iter().filter(|(port, _)| !uncounted.iter().any(|marked| marked == port))).collect();
    let mut others = spread(rest, is_named, &usual, uncounted.len() + 10);
    if rest > 0 && others.is_empty() {
        let left = (10_000..=u16::MAX).map(|port| format!("tcp/{port}")).find(|port| !is_named(port));
        others.push((left.unwrap_or_else(|| "icmp/8".into()), rest));
    }
    for port in uncounted {
        match others.iter_mut().find(|(other, _)| *other == port) {
            Some((_, count)) => *count += 1,
            None => others.push((port, 1)),
        }
    }
    all.extend(others);
    let scanned = |(what, count): (String, u64)| {
        let worms = if marked.contains(&what) { (count * 3).div_ceil(4) } else { 0 };
        Scanned { what, count, worms }
    };
    all.into_iter().map(scanned).collect()
}

/// Brands of an origin, with counts that add up to `total`; `None` stands for a brand that nobody told.
pub(super) fn brands(margins: &PeriodMargins, origin: Origin, total: u64) -> Vec<(Option<String>, u64)> {
    let of_origin = |key: &str| brands::named(key).is_some_and(|known| known.origin == origin);
    let named = |cell: &Cell| if let Cell::Brand(key) = cell { Some(key.clone()).filter(|key| of_origin(key)) } else { None };
    let mut all: Vec<(Option<String>, u64)> = margins.cells.iter().filter_map(|(cell, count)| Some((Some(named(cell)?), *count))).collect();
    let rest = total.saturating_sub(all.iter().map(|(_, count)| count).sum());
    if origin == Origin::Unknown {
        all.push((None, rest));
        return all;
    }
    let mut free: Vec<&str> = brands::all()
        .iter()
        .filter(|known| known.origin == origin && margins.get(&Cell::Brand(known.key.clone())).is_none())
        .map(|known| known.key.as_str())
        .collect();
    dice::shuffle(origin as u64 + u64::from(margins.period.first_month().number().unsigned_abs()), &mut free);
    let usual: Vec<(&str, u64)> = free.into_iter().zip((1..=18).rev().map(|rank| rank * rank)).collect();
    all.extend(spread(rest, |_| false, &usual, usual.len()).into_iter().map(|(key, count)| (Some(key), count)));
    all
}
