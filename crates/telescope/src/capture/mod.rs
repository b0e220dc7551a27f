//! Where frames come from: capture files, and interfaces of the network (feature `live`, on Linux).

mod file;
mod link_type;
#[cfg(feature = "live")]
pub mod live;

pub use file::{Blocks, Broken, CaptureFile, Format, Limits, Packing, unpacked};
pub use link_type::LinkType;

/// What was captured of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Nanoseconds since 1970-01-01T00:00:00Z; `None` when its time cannot be said in them.
    pub at_ns: Option<i64>,
    /// What its first byte belongs to.
    pub link: LinkType,
    /// Its length on the wire, with the link layer's header; never less than what was captured.
    pub wire_bytes: u32,
    /// The bytes that were captured, perhaps fewer than were on the wire.
    pub bytes: &'a [u8],
}
