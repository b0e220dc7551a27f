//! What blocks a file is made of.

const NAMES: u32 = 4;
const STATISTICS: u32 = 5;
const CUSTOM: u32 = 0x0bad;
const CUSTOM_NOT_TO_BE_COPIED: u32 = 0x4000_0bad;

/// How many blocks of each type a pcapng file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Section headers.
    pub sections: u64,
    /// Descriptions of interfaces.
    pub interfaces: u64,
    /// Packets: enhanced, simple and obsolete ones.
    pub packets: u64,
    /// Of these, simple ones, which tell no time and are given that of the packet before them in the section.
    pub without_time: u64,
    /// Statistics of interfaces.
    pub statistics: u64,
    /// Names of addresses.
    pub names: u64,
    /// Blocks of somebody's own. They are no packets.
    pub custom: u64,
    /// Blocks of other types.
    pub unknown: u64,
}

impl Blocks {
    /// Counts a block that holds no packet.
    pub(super) fn skipped(&mut self, kind: u32) {
        let count = match kind {
            NAMES => &mut self.names,
            STATISTICS => &mut self.statistics,
            CUSTOM | CUSTOM_NOT_TO_BE_COPIED => &mut self.custom,
            _ => &mut self.unknown,
        };
        *count += 1;
    }
}
