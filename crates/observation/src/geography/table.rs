//! Ranges of addresses with a value each, for quick look-ups.

use std::net::IpAddr;

/// Ranges of both versions.
#[derive(Debug)]
pub(super) struct Tables<T> {
    v4: Table<u32, T>,
    v6: Table<u128, T>,
    /// For each upper half of an IPv4 address, where its ranges begin in `v4`.
    halves: Vec<u32>,
}

/// Ranges in order: each begins where its start is, and ends where the next begins.
#[derive(Debug)]
struct Table<A, T> {
    starts: Vec<A>,
    values: Vec<Option<T>>,
}

impl<A, T> Default for Table<A, T> {
    fn default() -> Self {
        Self { starts: Vec::new(), values: Vec::new() }
    }
}

impl<T> Default for Tables<T> {
    fn default() -> Self {
        Self { v4: Table::default(), v6: Table::default(), halves: Vec::new() }
    }
}

impl<T: Copy + PartialEq> Tables<T> {
    pub(super) fn builder() -> Builder<T> {
        Builder { v4: Vec::new(), v6: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.v4.starts.is_empty() && self.v6.starts.is_empty()
    }

    #[inline]
    pub(super) fn get(&self, address: IpAddr) -> Option<T> {
        match address {
            IpAddr::V4(v4) => {
                let address = u32::from(v4);
                let half = (address >> 16) as usize;
                let (from, to) = (*self.halves.get(half)? as usize, *self.halves.get(half + 1)? as usize);
                // The range that holds the first address of this half begins before it.
                let place = from + self.v4.starts.get(from..to)?.partition_point(|start| *start <= address);
                *self.v4.values.get(place.checked_sub(1)?)?
            }
            IpAddr::V6(v6) => {
                let address = u128::from(v6);
                let place = self.v6.starts.partition_point(|start| *start <= address);
                *self.v6.values.get(place.checked_sub(1)?)?
            }
        }
    }
}

/// Ranges as they come.
pub(super) struct Builder<T> {
    v4: Vec<(u32, u32, T)>,
    v6: Vec<(u128, u128, T)>,
}

impl<T: Copy + PartialEq> Builder<T> {
    /// Adds a range, with both its ends.
    pub(super) fn put(&mut self, first: IpAddr, last: IpAddr, value: T) {
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => self.v4.push((first.into(), last.into(), value)),
            (IpAddr::V6(first), IpAddr::V6(last)) => self.v6.push((first.into(), last.into(), value)),
            _ => {}
        }
    }

    pub(super) fn build(mut self) -> Tables<T> {
        self.v4.sort_unstable_by_key(|(first, _, _)| *first);
        self.v6.sort_unstable_by_key(|(first, _, _)| *first);
        let v4 = flatten(&self.v4, |last| last.checked_add(1));
        let v6 = flatten(&self.v6, |last| last.checked_add(1));
        let place = |half: u32| u32::try_from(v4.starts.partition_point(|start| *start < half << 16)).unwrap_or(u32::MAX);
        let mut halves: Vec<u32> = (0..1 << 16).map(place).collect();
        halves.push(u32::try_from(v4.starts.len()).unwrap_or(u32::MAX));
        Tables { v4, v6, halves }
    }
}

/// Ranges of one value that touch become one; where there is none, nothing is known.
fn flatten<A: Copy + PartialOrd, T: Copy + PartialEq>(ranges: &[(A, A, T)], next: impl Fn(A) -> Option<A>) -> Table<A, T> {
    let mut table = Table::default();
    let mut put = |start: A, value: Option<T>| {
        if table.starts.last().is_some_and(|last| *last == start) {
            table.starts.pop();
            table.values.pop();
        }
        if table.values.last() != Some(&value) {
            table.starts.push(start);
            table.values.push(value);
        }
    };
    for (first, last, value) in ranges {
        put(*first, Some(*value));
        if let Some(next) = next(*last) {
            put(next, None);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn both_ends_of_everything_are_told() {
        let mut builder = Tables::builder();
        let v4 = |a: u32| IpAddr::V4(Ipv4Addr::from(a));
        builder.put(v4(0), v4(9), 'a');
        builder.put(v4(10), v4(0x0001_0005), 'a');
        builder.put(v4(0xffff_fff0), v4(u32::MAX), 'b');
        builder.put(IpAddr::V6(Ipv6Addr::from(7)), IpAddr::V6(Ipv6Addr::from(u128::MAX)), 'c');
        let tables = builder.build();
        for (address, expected) in [
            (0, Some('a')),
            (10, Some('a')),
            (0x1_0000, Some('a')),
            (0x1_0005, Some('a')),
            (0x1_0006, None),
            (0x2_0000, None),
            (0xffff_ffef, None),
            (0xffff_fff0, Some('b')),
            (u32::MAX, Some('b')),
        ] {
            assert_eq!(tables.get(v4(address)), expected, "{address:#x}");
        }
        for (address, expected) in [(6, None), (7, Some('c')), (u128::MAX, Some('c'))] {
            assert_eq!(tables.get(IpAddr::V6(Ipv6Addr::from(address))), expected);
        }
        assert!(Tables::<char>::builder().build().is_empty());
        assert_eq!(Tables::<char>::builder().build().get(v4(7)), None);
        assert_eq!(Tables::<char>::default().get(v4(7)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_what_looking_one_by_one_gives(ends in prop::collection::btree_set(any::<u32>(), 0..40), values in prop::collection::vec(0_u8..3, 20), asked in prop::collection::vec(any::<u32>(), 20)) {
            let ends: Vec<u32> = ends.into_iter().collect();
            let ranges: Vec<(u32, u32, u8)> = ends.chunks_exact(2).zip(values).map(|(ends, value)| (ends[0], ends[1], value)).collect();
            let mut builder = Tables::builder();
            ranges.iter().for_each(|(first, last, value)| builder.put(Ipv4Addr::from(*first).into(), Ipv4Addr::from(*last).into(), *value));
            let tables = builder.build();
            for address in asked.into_iter().chain(ends.iter().flat_map(|end| [end.wrapping_sub(1), *end, end.wrapping_add(1)])) {
                let expected = ranges.iter().find(|(first, last, _)| (*first..=*last).contains(&address)).map(|(_, _, value)| *value);
                prop_assert_eq!(tables.get(Ipv4Addr::from(address).into()), expected);
            }
        }
    }
}
