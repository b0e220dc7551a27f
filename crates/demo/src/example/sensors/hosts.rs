//! Forty hosts of sensors: where they stand, since when, when they did not watch, and what is the matter with some.

use super::year::{HOUR_US, Year};
use crate::dice::Chance;
use noroshi_kernel::moment::Moment;
use noroshi_observation::service::registry::Site;
use std::{
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
};

/// A host, as it is for a year.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) name: String,
    /// The number that its packets bear: its place, counted from one.
    pub(super) number: u32,
    pub(super) site: Site,
    pub(super) lot: Lot,
    pub(super) has_v6: bool,
    /// When it was let in; `None`: it was not yet.
    pub(super) enrolled: Option<i64>,
    /// When it watched, in microseconds and in order.
    pub(super) spans: Vec<Range<i64>>,
}

/// What is the matter with a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lot {
    /// Nothing.
    Well,
    /// It was shut out some days ago.
    Revoked,
    /// Nothing was heard of it for days.
    Silent,
    /// Its ring was full while it could not reach the centre: packets are lost.
    RingFull,
    /// It could not reach the centre for hours, and sent everything later.
    LinkCut,
    /// Its kernel drops packets when much comes.
    Drops,
    /// Its clock is ahead.
    ClockAhead,
    /// It never learns how its clock stands.
    ClockUnknown,
    /// Its program was restarted, and did not watch meanwhile.
    Restarted,
    /// Its interface was down for hours.
    InterfaceDown,
    /// Its disk was put back to an earlier state: what it then sent was refused.
    PutBack,
    /// It keeps its own addresses to itself.
    Masked,
    /// It joined so many days ago.
    Joined(i64),
    /// Its token waits to be used.
    Awaited,
}

const fn lot(place: usize) -> Lot {
    match place {
        4 => Lot::Revoked,
        7 => Lot::Restarted,
        11 => Lot::Silent,
        13 => Lot::Masked,
        17 => Lot::RingFull,
        22 => Lot::LinkCut,
        26 => Lot::Drops,
        29 => Lot::ClockAhead,
        30 => Lot::ClockUnknown,
        31 => Lot::PutBack,
        33 => Lot::Joined(118),
        35 => Lot::InterfaceDown,
        38 => Lot::Joined(5),
        39 => Lot::Awaited,
        _ => Lot::Well,
    }
}

/// Region, country (empty: at home), host organisation, addresses: eight regions at home, fifteen abroad.
const SITES: [(&str, &str, &str, u8); 40] = [
    ("北海道", "", "例示大学 北キャンパス", 2),
    ("東北", "", "例示高等専門学校", 1),
    ("関東", "", "例示通信", 4),
    ("関東", "", "例示データセンター", 6),
    ("関東", "", "例示ホスティング", 2),
    ("関東", "", "例示大学", 4),
    ("関東", "", "例示 CSIRT", 2),
    ("中部", "", "例示ケーブルネットワーク", 2),
    ("中部", "", "例示製造", 1),
    ("関西", "", "例示インターネット", 4),
    ("関西", "", "例示大学 西キャンパス", 2),
    ("関西", "", "例示電子", 1),
    ("中国", "", "例示県情報センター", 2),
    ("四国", "", "例示病院機構", 1),
    ("九州・沖縄", "", "例示大学 南キャンパス", 2),
    ("九州・沖縄", "", "例示島しょ通信", 1),
    ("韓国", "KR", "Example CSIRT Korea", 2),
    ("韓国", "KR", "Example Network Korea", 1),
    ("中国本土", "CN", "Example Research Network China", 4),
    ("中国本土", "CN", "Example University China", 1),
    ("台湾", "TW", "Example CSIRT Taiwan", 2),
    ("台湾", "TW", "Example Network Taiwan", 2),
    ("香港", "HK", "Example CSIRT Hong Kong", 2),
    ("ベトナム", "VN", "Example CSIRT Viet Nam", 2),
    ("ベトナム", "VN", "Example Telecom Viet Nam", 1),
    ("タイ", "TH", "Example CSIRT Thailand", 2),
    ("タイ", "TH", "Example University Thailand", 1),
    ("マレーシア", "MY", "Example CSIRT Malaysia", 4),
    ("マレーシア", "MY", "Example Hosting Malaysia", 1),
    ("シンガポール", "SG", "Example Data Centre Singapore", 4),
    ("インドネシア", "ID", "Example CSIRT Indonesia", 2),
    ("インドネシア", "ID", "Example Broadband Indonesia", 2),
    ("フィリピン", "PH", "Example University Philippines", 1),
    ("インド", "IN", "Example CSIRT India", 2),
    ("インド", "IN", "Example Telecom India", 4),
    ("スリランカ", "LK", "Example CSIRT Sri Lanka", 1),
    ("オーストラリア", "AU", "Example University Australia", 4),
    ("オーストラリア", "AU", "Example Network Australia", 2),
    ("ニュージーランド", "NZ", "Example Internet New Zealand", 2),
    ("モンゴル", "MN", "Example CSIRT Mongolia", 1),
];

/// Those that are reached by IPv6, too.
const WITH_V6: [usize; 4] = [3, 9, 29, 36];
/// 192.0.2.0/24 has room for so many addresses of each.
const ROOM: u8 = 6;

pub(super) fn hosts(home: &str, year: &Year) -> Vec<Host> {
    let host = |(place, (region, country, organisation, addresses)): (usize, (&str, &str, &str, u8))| {
        let country = if country.is_empty() { home } else { country };
        let lot = lot(place);
        let enrolled = enrolled(place, lot, year);
        Host {
            name: format!("sensor-{:02}", place + 1),
            number: u32::try_from(place + 1).unwrap_or(u32::MAX),
            site: Site { organisation: organisation.into(), region: region.into(), country: country.into(), addresses: addresses.into() },
            lot,
            has_v6: WITH_V6.contains(&place),
            enrolled,
            spans: enrolled.map_or_else(Vec::new, |enrolled| spans(place, lot, enrolled, year)),
        }
    };
    SITES.into_iter().enumerate().map(host).collect()
}

fn enrolled(place: usize, lot: Lot, year: &Year) -> Option<i64> {
    let mut chance = Chance::new(20, place as u64);
    let minutes = |minutes: u64| i64::try_from(minutes).unwrap_or_default() * 60_000_000;
    match lot {
        Lot::Awaited => None,
        Lot::Joined(days) => Some(Moment(year.now).plus_days(-days).0 - minutes(chance.below(300))),
        // The oldest ones' certificates were renewed before the year began.
        _ => Some(year.begins() - minutes(10 + chance.below(200 * 24 * 60))),
    }
}

/// When it watched. In the year before the week a host fails at most three times, for an hour to some days.
fn spans(place: usize, lot: Lot, enrolled: i64, year: &Year) -> Vec<Range<i64>> {
    let begin = enrolled.max(year.begins());
    let (week, now) = (year.week_begins().0, year.now);
    let mut chance = Chance::new(21, place as u64);
    let mut away = Vec::new();
    for _ in 0..chance.below(4) {
        let days = (week - begin).max(0).unsigned_abs() / Moment::DAY_US.unsigned_abs();
        if days < 20 {
            break;
        }
        let from = begin + i64::try_from((5 + chance.below(days - 15)) * 1_440 + chance.below(1_440)).unwrap_or_default() * 60_000_000;
        let hours = if chance.below(4) == 0 { 24 + chance.below(200) } else { 1 + chance.below(20) };
        away.push(from..(from + i64::try_from(hours).unwrap_or_default() * HOUR_US).min(week - HOUR_US));
    }
    away.extend(trouble(lot, week));
    away.sort_unstable_by_key(|away| away.start);
    let end = match lot {
        Lot::Silent => now - 101 * HOUR_US,
        // Its last batch was there before it was shut out.
        Lot::Revoked => revoked(now) - 3 * HOUR_US,
        // The last batch of each closed less than a minute ago.
        _ => now - i64::try_from(chance.below(50)).unwrap_or_default() * 1_000_000,
    };
    let mut spans = Vec::new();
    let mut from = begin;
    for away in away.into_iter().chain(std::iter::once(end..i64::MAX)) {
        if from < away.start {
            spans.push(from..away.start);
        }
        from = from.max(away.end);
    }
    spans
}

/// When it did not watch within the week.
pub(super) fn trouble(lot: Lot, week: i64) -> Option<Range<i64>> {
    match lot {
        Lot::Restarted => Some(week + 52 * HOUR_US..week + 52 * HOUR_US + 41 * 60_000_000),
        Lot::InterfaceDown => Some(week + 95 * HOUR_US + 17 * 60_000_000..week + 98 * HOUR_US + 5 * 60_000_000),
        _ => None,
    }
}

/// When the revoked one was shut out.
pub(super) const fn revoked(now: i64) -> i64 {
    now - 68 * HOUR_US
}

impl Host {
    pub(super) fn watches(&self, at: i64) -> bool {
        let after = self.spans.partition_point(|span| span.end <= at);
        self.spans.get(after).is_some_and(|span| span.contains(&at))
    }

    /// How many addresses it watches, of IPv4 or of IPv6.
    pub(super) fn addresses(&self, of_v6: bool) -> u64 {
        if of_v6 { 1 } else { self.site.addresses.unsigned_abs() }
    }

    pub(super) fn v4(&self, place: u64) -> Ipv4Addr {
        let number = u64::from(self.number).saturating_sub(1) * u64::from(ROOM) + place + 1;
        Ipv4Addr::new(192, 0, 2, u8::try_from(number).unwrap_or(u8::MAX))
    }

    pub(super) fn v6(&self) -> Ipv6Addr {
        Ipv6Addr::new(0x2001, 0xdb8, 0x5, u16::try_from(self.number).unwrap_or_default(), 0, 0, 0, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_kernel::moment::Zone;
    use std::collections::BTreeSet;

    #[test]
    fn hosts_are_told_apart_and_watch_in_order() {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let now = zone.moment(jiff::civil::date(2026, 11, 20).at(12, 0, 0, 0)).expect("a time");
        let year = Year::ending(now, &zone);
        let hosts = hosts("JP", &year);
        let regions: BTreeSet<&str> = hosts.iter().map(|host| host.site.region.as_str()).collect();
        assert_eq!((hosts.len(), regions.len()), (40, 23));
        let addresses: Vec<Ipv4Addr> = hosts.iter().flat_map(|host| (0..host.addresses(false)).map(|place| host.v4(place))).collect();
        assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), addresses.len());
        for host in &hosts {
            assert!(host.spans.iter().all(|span| span.start < span.end && span.end <= now.0), "{host:?}");
            assert!(host.spans.is_sorted_by(|one, next| one.end < next.start), "{host:?}");
            assert_eq!(host.spans.is_empty(), host.lot == Lot::Awaited);
        }
        assert!(hosts.iter().filter(|host| host.spans.len() > 1).count() > 15, "up-times have gaps");
    }
}
