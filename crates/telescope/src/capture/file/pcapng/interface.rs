//! Interfaces: what link they are on, and how their packets tell time.

use crate::capture::{LinkType, file::order::Order};

const END_OF_OPTIONS: u16 = 0;
const TIME_RESOLUTION: u16 = 9;
const TIME_OFFSET: u16 = 14;
const SECOND_NS: i64 = 1_000_000_000;

/// One interface of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    /// How much of each packet is captured; 0 means all.
    pub(super) snap_bytes: u32,
    unit: Unit,
    offset_s: i64,
}

/// What a timestamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// So many nanoseconds.
    Nanoseconds(u64),
    /// So many of it are a nanosecond.
    PartOfNanosecond(u64),
    /// Two to this power of it are a second.
    BinaryPartOfSecond(u8),
}

impl Unit {
    const MICROSECOND: Self = Self::Nanoseconds(1_000);

    /// Reads `if_tsresol`: a negative power of ten, or of two when the highest bit is set.
    fn read(code: u8) -> Self {
        let power = u32::from(code & 0x7f);
        match code {
            0x80.. => Self::BinaryPartOfSecond(code & 0x7f),
            0..=9 => Self::Nanoseconds(10_u64.pow(9 - power)),
            // Finer than 10^-28 s a count of 64 bits does not reach the first nanosecond.
            10.. => Self::PartOfNanosecond(10_u64.checked_pow(power - 9).unwrap_or(u64::MAX)),
        }
    }
}

impl Interface {
    /// Reads the description; `None` when its block is too short to be one. Options that are cut short end the list.
    pub(super) fn read(order: Order, block: &[u8]) -> Option<Self> {
        let head: &[u8; 16] = block.first_chunk()?;
        let mut interface = Self { link: LinkType(order.u16([head[8], head[9]])), snap_bytes: order.u32_at(head, 12), unit: Unit::MICROSECOND, offset_s: 0 };
        let mut options = block.get(16..block.len().checked_sub(4)?)?;
        while let Some((&[a, b, c, d], rest)) = options.split_first_chunk() {
            let (code, length) = (order.u16([a, b]), usize::from(order.u16([c, d])));
            let Some(value) = rest.get(..length) else { break };
            match (code, value) {
                (END_OF_OPTIONS, _) => break,
                (TIME_RESOLUTION, &[resolution]) => interface.unit = Unit::read(resolution),
                (TIME_OFFSET, value) => interface.offset_s = value.first_chunk().map_or(0, |value| order.i64(*value)),
                _ => {}
            }
            options = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        Some(interface)
    }

    /// Nanoseconds since 1970 at a timestamp of this interface; `None` beyond what they can tell (1677 to 2262).
    #[inline]
    pub(super) fn at_ns(&self, stamp: u64) -> Option<i64> {
        let since = match self.unit {
            Unit::Nanoseconds(unit) => i64::try_from(stamp.checked_mul(unit)?).ok()?,
            Unit::PartOfNanosecond(parts) => i64::try_from(stamp / parts).ok()?,
            Unit::BinaryPartOfSecond(power) => i64::try_from((u128::from(stamp) * 1_000_000_000).checked_shr(u32::from(power)).unwrap_or(0)).ok()?,
        };
        if self.offset_s == 0 { Some(since) } else { since.checked_add(self.offset_s.checked_mul(SECOND_NS)?) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(resolution: u8, offset_s: i64) -> Interface {
        Interface { link: LinkType::ETHERNET, snap_bytes: 0, unit: Unit::read(resolution), offset_s }
    }

    #[test]
    fn every_resolution_tells_the_same_second() {
        for (resolution, stamp) in
            [(0, 1), (3, 1_000), (6, 1_000_000), (9, 1_000_000_000), (12, 1_000_000_000_000), (0x80, 1), (0x8a, 1 << 10), (0x9e, 1 << 30), (0xbf, 1 << 63)]
        {
            assert_eq!(interface(resolution, 0).at_ns(stamp), Some(1_000_000_000), "{resolution:#x}");
            assert_eq!(interface(resolution, -1).at_ns(stamp), Some(0), "{resolution:#x}");
        }
    }

    #[test]
    fn what_is_too_fine_is_nothing_and_what_is_too_far_is_not_told() {
        assert_eq!(interface(127, 0).at_ns(u64::MAX), Some(1));
        assert_eq!(interface(40, 0).at_ns(1 << 62), Some(0));
        assert_eq!(interface(0xff, 0).at_ns(u64::MAX), Some(0));
        assert_eq!(interface(6, 0).at_ns(u64::MAX), None);
        assert_eq!(interface(9, 0).at_ns(u64::MAX), None);
        assert_eq!(interface(0, i64::MAX).at_ns(1), None);
        assert_eq!(interface(6, i64::MIN).at_ns(1), None);
    }
}
