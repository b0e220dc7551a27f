//! pcap: a header, then packets (draft-ietf-opsawg-pcap).

use super::{
    Found, Limits, LinkType,
    broken::{self, Broken},
    order::Order,
    window::Window,
};
use std::io::Read;

const HEADER_BYTES: usize = 24;
const PACKET_HEADER_BYTES: usize = 16;

/// What a file's header says.
#[derive(Debug)]
pub(super) struct Pcap {
    order: Order,
    nano: bool,
    link: LinkType,
}

impl Pcap {
    /// Reads the header; `None` when the file is no pcap.
    pub(super) fn open<R: Read>(window: &mut Window<R>) -> Result<Option<Self>, Broken> {
        let (order, nano) = match window.head() {
            Some([0xd4, 0xc3, 0xb2, 0xa1]) => (Order::Little, false),
            Some([0xa1, 0xb2, 0xc3, 0xd4]) => (Order::Big, false),
            Some([0x4d, 0x3c, 0xb2, 0xa1]) => (Order::Little, true),
            Some([0xa1, 0xb2, 0x3c, 0x4d]) => (Order::Big, true),
            Some([0x34, 0xcd, 0xb2, 0xa1] | [0xa1, 0xb2, 0xcd, 0x34]) => return Err(window.broken_here(broken::modified_pcap())),
            _ => return Ok(None),
        };
        window.want(HEADER_BYTES)?;
        let Some(head) = window.head::<HEADER_BYTES>() else { return Err(window.broken_here(broken::cut())) };
        let version = (order.u16([head[4], head[5]]), order.u16([head[6], head[7]]));
        if version.0 != 2 {
            return Err(window.broken_here(broken::version(version.0, version.1)));
        }
        // What stands above the number tells of frame check sequences.
        let [.., high, low] = order.u32_at(head, 20).to_be_bytes();
        window.pass(HEADER_BYTES);
        Ok(Some(Self { order, nano, link: LinkType(u16::from_be_bytes([high, low])) }))
    }

    pub(super) fn nano(&self) -> bool {
        self.nano
    }

    /// Finds the next packet, and has all of it in the window.
    #[inline]
    pub(super) fn find<R: Read>(&mut self, window: &mut Window<R>, limits: &Limits) -> Result<Option<Found>, Broken> {
        window.want(PACKET_HEADER_BYTES)?;
        let Some(head) = window.head::<PACKET_HEADER_BYTES>() else {
            return if window.is_empty() { Ok(None) } else { Err(window.broken_here(broken::cut())) };
        };
        let seconds = self.order.u32([head[0], head[1], head[2], head[3]]);
        let fraction = self.order.u32([head[4], head[5], head[6], head[7]]);
        let captured = self.order.u32([head[8], head[9], head[10], head[11]]);
        let wire_bytes = self.order.u32([head[12], head[13], head[14], head[15]]);
        if captured > limits.packet_bytes {
            return Err(window.broken_here(broken::packet_length(captured, limits.packet_bytes)));
        }
        let captured = captured as usize;
        let length = PACKET_HEADER_BYTES + captured;
        if !window.want(length)? {
            return Err(window.broken_here(broken::cut()));
        }
        // Neither product nor sum can leave the range of i64.
        let at_ns = i64::from(seconds) * 1_000_000_000 + i64::from(fraction) * if self.nano { 1 } else { 1_000 };
        Ok(Some(Found { at_ns: Some(at_ns), link: self.link, wire_bytes, skip: PACKET_HEADER_BYTES, captured, length }))
    }
}
