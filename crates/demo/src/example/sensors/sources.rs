//! Who looks for services: addresses in networks that nobody is assigned, each in a country that is invented.

use crate::dice::roll;
use noroshi_lake::packets::Country;
use noroshi_observation::geography::Geography;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What tells the countries of the example, so that nobody takes them for real.
pub(super) const EDITION: &str = "example";

/// 198.18.0.0/15 is for measuring network devices (RFC 2544): its parts of 4,096 addresses by country.
const PARTS: [(&[u8; 2], u32); 16] = [
    (b"CN", 6),
    (b"US", 5),
    (b"RU", 3),
    (b"BR", 2),
    (b"IN", 2),
    (b"VN", 2),
    (b"NL", 2),
    (b"KR", 1),
    (b"TW", 1),
    (b"JP", 2),
    (b"DE", 1),
    (b"GB", 1),
    (b"FR", 1),
    (b"ID", 1),
    (b"HK", 1),
    (b"BG", 1),
];
const MEASURING: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const PART: u32 = 4_096;

/// Some that are told apart, in networks for documentation (RFC 5737).
pub(super) const RESEARCHER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 20);
pub(super) const CALLER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 77);
pub(super) const AT_HOME: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 200);

/// The parts of a country: where they begin, and how many addresses there are.
fn span(country: Country) -> (u32, u32) {
    let mut begin = MEASURING;
    for (letters, parts) in PARTS {
        if Country::new(*letters) == Some(country) {
            return (begin, parts * PART);
        }
        begin += parts * PART;
    }
    (MEASURING, PART)
}

/// A source of a country, by a number that looks like chance.
pub(super) fn v4(country: Country, number: u64) -> Ipv4Addr {
    let (begin, count) = span(country);
    Ipv4Addr::from(begin + u32::try_from(number % u64::from(count)).unwrap_or_default())
}

/// The same of IPv6: each country has a /40 of 2001:db8::/32 (RFC 3849).
pub(super) fn v6(country: Country, number: u64) -> Ipv6Addr {
    let place = PARTS.iter().position(|(letters, _)| Country::new(**letters) == Some(country)).and_then(|place| u16::try_from(place).ok()).unwrap_or_default();
    let [a, b, c, d, ..] = roll(14, number).to_be_bytes();
    Ipv6Addr::new(0x2001, 0xdb8, 0x8000 + place * 0x100, u16::from_be_bytes([0, a]), 0, 0, u16::from_be_bytes([b, c]), u16::from(d) + 1)
}

/// Tells the countries of all of them.
pub(super) fn geography() -> Geography {
    let country = |letters: &[u8; 2]| Country::new(*letters);
    let v4s = PARTS.iter().filter_map(|(letters, _)| {
        let country = country(letters)?;
        let (begin, count) = span(country);
        Some((IpAddr::V4(begin.into()), IpAddr::V4((begin + count - 1).into()), country))
    });
    let v6s = (0_u16..).zip(PARTS).filter_map(|(place, (letters, _))| {
        let third = 0x8000 + place * 0x100;
        let (first, last) = (Ipv6Addr::new(0x2001, 0xdb8, third, 0, 0, 0, 0, 0), Ipv6Addr::new(0x2001, 0xdb8, third + 0xff, !0, !0, !0, !0, !0));
        Some((IpAddr::V6(first), IpAddr::V6(last), country(letters)?))
    });
    let single = [(RESEARCHER, b"US"), (CALLER, b"FR"), (AT_HOME, b"JP")];
    let singles = single.into_iter().filter_map(|(address, letters)| Some((IpAddr::V4(address), IpAddr::V4(address), country(letters)?)));
    Geography::of_ranges(EDITION, v4s.chain(v6s).chain(singles))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_where_it_is_meant_to_be() {
        let geography = geography();
        assert_eq!(PARTS.iter().map(|(_, parts)| parts).sum::<u32>() * PART, 1 << 17, "all of 198.18.0.0/15");
        for (letters, _) in PARTS {
            let country = Country::new(*letters).expect("a country");
            for number in [0, 1, 4_095, 4_096, u64::MAX] {
                for source in [IpAddr::V4(v4(country, number)), IpAddr::V6(v6(country, number))] {
                    assert_eq!(geography.country(source), Some(country), "{source}");
                }
            }
        }
        assert_eq!(geography.country(AT_HOME.into()), Country::new(*b"JP"));
        assert_eq!(geography.country([192, 0, 2, 1].into()), None);
        assert_eq!(geography.edition(), Some("example"));
    }
}
