//! What the ring remembers beside its files.

use super::gaps::Gaps;
use noroshi_telescope::batch::{BootId, Gap, Hash, Header};
use serde::{Deserialize, Serialize};

/// The last batch that was kept: the next one names it, and begins where it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its place in the order in which batches were kept.
    pub index: u64,
    /// Its run.
    pub boot: BootId,
    /// Its number within the run.
    pub sequence: u64,
    /// By what the next one names it.
    pub hash: Hash,
    /// When it ended, by the wall clock: microseconds since 1970.
    pub closed_us: i64,
    /// When it ended, by the clock that only goes forward.
    #[serde(default)]
    pub closed_monotonic_us: u64,
}

impl Head {
    pub(super) fn new(index: u64, header: &Header, hash: Hash) -> Self {
        Self { index, boot: header.boot, sequence: header.sequence, hash, closed_us: header.closed.wall_us, closed_monotonic_us: header.closed.monotonic_us }
    }
}

/// The centre's last receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The run of the batch.
    pub boot: BootId,
    /// Its number within the run.
    pub sequence: u64,
    /// The centre's clock when it acknowledged: microseconds since 1970.
    pub at_us: i64,
}

/// What is kept of it all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) head: Option<Head>,
    /// In which boot of the machine the head was kept, when that is known.
    #[serde(default)]
    pub(super) machine: Option<String>,
    pub(super) gaps: Gaps,
    pub(super) acknowledged: Option<Acknowledged>,
}

impl Serialize for Gaps {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Gaps {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Gap>::deserialize(deserializer).map(Self::kept)
    }
}
