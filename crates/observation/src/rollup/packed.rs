//! The packets of all values of a time in one piece: sorted by number, each as its distance from the one before, in bytes of seven bits (LEB128).

use super::Value;
use hashbrown::HashMap;
use noroshi_lake::packets::{Country, Service};

/// The hours of a day: 24, or 25 where clocks are put back.
pub const HOURS: usize = 25;

/// Packets by value (its number).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals(HashMap<u64, u64>);

impl Totals {
    pub(crate) fn add(&mut self, code: u64, packets: u64) {
        let sum = self.0.entry(code).or_default();
        *sum = sum.saturating_add(packets);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(code, packets)| (*code, *packets))
    }

    /// As it is stored: a byte for the form (1), then pairs.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut pairs: Vec<(u64, u64)> = self.iter().collect();
        pairs.sort_unstable();
        let mut bytes = Vec::with_capacity(1 + pairs.len() * 4);
        bytes.push(1);
        let mut before = 0;
        for (code, packets) in pairs {
            write(&mut bytes, code - before);
            write(&mut bytes, packets);
            before = code;
        }
        bytes
    }

    /// Adds what [`to_bytes`](Self::to_bytes) wrote; `None` for anything else.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = bytes.strip_prefix(&[1])?;
        let mut code = 0_u64;
        while !rest.is_empty() {
            code = code.checked_add(read(&mut rest)?)?;
            self.add(code, read(&mut rest)?);
        }
        Some(())
    }
}

/// Packets of a service from a country in each hour of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// To what they were sent.
    pub service: Service,
    /// The sources' country, when it is known.
    pub country: Option<Country>,
    /// Packets by hour from the day's begin on.
    pub hours: [u32; HOURS],
}

/// The profiles of a day, by number of service and country.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Profiles(HashMap<u64, [u32; HOURS]>);

impl Profiles {
    /// Adds packets in an hour of the day; later hours than a day has count in its last.
    pub(crate) fn add(&mut self, code: u64, hour: usize, packets: u64) {
        if let Some(sum) = self.0.entry(code).or_default().get_mut(hour.min(HOURS - 1)) {
            *sum = sum.saturating_add(u32::try_from(packets).unwrap_or(u32::MAX));
        }
    }

    /// As it is stored: a byte for the form (1), then for each its number, a bit for each hour that is not 0 (the first is the lowest), and these hours.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut profiles: Vec<(u64, &[u32; HOURS])> = self.0.iter().map(|(code, hours)| (*code, hours)).collect();
        profiles.sort_unstable();
        let mut bytes = vec![1];
        let mut before = 0;
        for (code, hours) in profiles {
            write(&mut bytes, code - before);
            let bits = (0_u32..).zip(hours).filter(|(_, packets)| **packets > 0).fold(0, |bits, (hour, _)| bits | 1 << hour);
            write(&mut bytes, bits);
            hours.iter().filter(|packets| **packets > 0).for_each(|packets| write(&mut bytes, u64::from(*packets)));
            before = code;
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for anything else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[1])?;
        let (mut code, mut profiles) = (0_u64, HashMap::new());
        while !rest.is_empty() {
            code = code.checked_add(read(&mut rest)?)?;
            let bits = read(&mut rest)?;
            if bits >> HOURS != 0 {
                return None;
            }
            let mut hours = [0; HOURS];
            for (_, packets) in hours.iter_mut().enumerate().filter(|(hour, _)| bits >> hour & 1 == 1) {
                *packets = read(&mut rest)?.try_into().ok()?;
            }
            profiles.insert(code, hours);
        }
        Some(Self(profiles))
    }

    /// What is in it.
    pub(crate) fn into_profiles(self) -> Vec<Profile> {
        let profile = |(code, hours)| match Value::of_code(super::Dimension::ServiceCountry, code)? {
            Value::ServiceCountry(service, country) => Some(Profile { service, country, hours }),
            _ => None,
        };
        self.0.into_iter().filter_map(profile).collect()
    }
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn totals_come_back_and_add_up(one in prop::collection::vec((any::<u64>(), 0..u64::MAX / 100), 0..50), other in prop::collection::vec((0_u64..20, 0_u64..9), 0..50)) {
            let (mut both, mut first, mut second) = (Totals::default(), Totals::default(), Totals::default());
            one.iter().for_each(|(code, packets)| first.add(*code, *packets));
            other.iter().for_each(|(code, packets)| second.add(*code, *packets));
            one.iter().chain(&other).for_each(|(code, packets)| both.add(*code, *packets));
            let mut read = Totals::default();
            prop_assert!(read.take(&first.to_bytes()).is_some());
            prop_assert_eq!(&read, &first);
            prop_assert!(read.take(&second.to_bytes()).is_some());
            prop_assert_eq!(read, both);
        }

        #[test]
        fn profiles_come_back(packets in prop::collection::vec((any::<u64>(), 0_usize..30, 1_u64..9_000_000_000), 0..50)) {
            let mut profiles = Profiles::default();
            packets.iter().for_each(|(code, hour, packets)| profiles.add(*code, *hour, *packets));
            prop_assert_eq!(Profiles::from_bytes(&profiles.to_bytes()), Some(profiles));
        }

        #[test]
        fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..200), is_ours in any::<bool>()) {
            if is_ours {
                bytes.insert(0, 1);
            }
            let _ = Totals::default().take(&bytes);
            if let Some(profiles) = Profiles::from_bytes(&bytes) {
                prop_assert_eq!(Profiles::from_bytes(&profiles.to_bytes()), Some(profiles));
            }
        }
    }
}
