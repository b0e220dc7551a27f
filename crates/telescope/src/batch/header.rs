//! What a batch says of itself.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Bytes that are written in hexadecimal.
macro_rules! in_hex {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = hex::FromHexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; $bytes];
                hex::decode_to_slice(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = hex::FromHexError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    };
}

in_hex!(
    /// Which sensor it is, as the centre named it when it was enrolled.
    SensorId, 16
);
in_hex!(
    /// One run of a sensor's program; every run has its own.
    BootId, 16
);
in_hex!(
    /// SHA-256 of a whole batch.
    Hash, 32
);

/// What a batch says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Who saw it.
    pub sensor: SensorId,
    /// In which run.
    pub boot: BootId,
    /// Its number within the run, from 0 without a hole.
    pub sequence: u64,
    /// The batch before it, of this run or the one before; `None` for a sensor's first.
    pub previous: Option<Hash>,
    /// When it was begun. The sensor watched from here …
    pub opened: Clocks,
    /// … to here.
    pub closed: Clocks,
    /// How far the sensor's clock is ahead of the centre's, in microseconds, when that is known.
    pub clock_offset_us: Option<i64>,
    /// What became of the frames of this span.
    pub counts: Counts,
    /// What was lost before, as far as it was not told yet.
    pub gaps: Vec<Gap>,
    /// Whether the sensor keeps its own addresses to itself: then no packet has a destination, and the sensor says which tool it looks like.
    pub masked: bool,
    /// The program that wrote it, with its version.
    pub software: String,
}

/// Two clocks, read at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clocks {
    /// The wall clock: microseconds since 1970.
    pub wall_us: i64,
    /// A clock that only goes forward, in microseconds; it goes on while the machine sleeps, and begins anew when it boots.
    pub monotonic_us: u64,
}

/// What became of the frames of a span.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Packets over IP, which the batch holds.
    pub kept: u64,
    /// Frames of other protocols.
    pub not_ip: u64,
    /// Frames whose headers were not captured to their end.
    pub truncated: u64,
    /// Frames whose headers contradict themselves, by the reason's key.
    pub malformed: BTreeMap<String, u64>,
    /// Frames of the sensor's own traffic and its management, which are not observed.
    pub left_out: u64,
    /// Frames that the kernel dropped because nobody read them in time.
    pub kernel_drops: u64,
}

impl Counts {
    /// Frames that were seen: what the kernel handed over, less what was left out.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.malformed.values().fold(self.kept.saturating_add(self.not_ip).saturating_add(self.truncated), |sum, count| sum.saturating_add(*count))
    }
}

/// A span of which packets are missing, or may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Why.
    pub reason: GapReason,
    /// From when, by the wall clock: microseconds since 1970.
    pub from_us: i64,
    /// To when.
    pub to_us: i64,
    /// How many packets are missing; `None` when nobody knows.
    pub packets: Option<u64>,
    /// The run whose batches are missing, with the first and the last of them.
    pub batches: Option<(BootId, u64, u64)>,
}

/// Why packets are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// The sensor's program did not run.
    Stopped,
    /// The interface was down.
    InterfaceDown,
    /// The ring for what waits was full, and the oldest was dropped.
    RingFull,
    /// The disk took nothing more.
    DiskFull,
    /// The centre refused it for good.
    Refused,
    /// It waited on the sensor's disk and could not be read any more.
    Unreadable,
}

impl GapReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [Self::Stopped, Self::InterfaceDown, Self::RingFull, Self::DiskFull, Self::Refused, Self::Unreadable];

    /// A short name for tables and filters.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::InterfaceDown => "interface_down",
            Self::RingFull => "ring_full",
            Self::DiskFull => "disk_full",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}
