//! What a sensor sends: packets of a span of time with who saw them, sealed by the sensor's key and chained to what it sent before.
//!
//! A batch is, in this order:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `NRSB` |
//! | 1 | the version, 1 |
//! | 4 | the length of the header, big-endian |
//! | … | the header ([`Header`]): a JSON object |
//! | 4 | the length of the packets, big-endian |
//! | … | the packets: one zstd frame around one Arrow IPC stream of one record batch; nothing when there are none |
//! | 64 | an Ed25519 signature (RFC 8032) over [`CONTEXT`] and all that stands before it |
//!
//! The hash by which the next batch names this one is SHA-256 over all of it. What comes from outside is read as [`Unverified`]; only a
//! [`Batch`], whose signature was right, gives its packets.
//!
//! **Architecture invariant:** nothing of a batch is unpacked before its signature was verified, and no length in it is believed beyond
//! [`Limits`].

mod header;
mod key;
mod packets;
mod read;
mod record;
#[cfg(test)]
mod tests;
mod write;

pub use header::{BootId, Clocks, Counts, Gap, GapReason, Hash, Header, SensorId};
pub use key::{BadKey, PublicKey, SigningKey};
pub use packets::{Packets, Record};
pub use read::{Batch, Limits, Unverified, hash_of};
pub use record::{Full, Recorder, Recording};
pub use write::seal;

/// What the signature covers before the batch itself, so that it is good for nothing else.
pub const CONTEXT: &[u8] = b"noroshi sensor batch v1\0";
/// How a batch begins.
const MAGIC: &[u8; 4] = b"NRSB";
/// The version of the format.
const VERSION: u8 = 1;
/// The length of a signature, in bytes.
const SIGNATURE_BYTES: usize = 64;
