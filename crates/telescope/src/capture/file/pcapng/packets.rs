//! Packets in blocks of the three types.

use super::{ENHANCED_PACKET, Found, Interface, Limits, Pcapng, SIMPLE_PACKET};
use crate::capture::file::broken;
use noroshi_kernel::reason::Reason;

impl Pcapng {
    /// Reads what a block that is whole says of its packet.
    #[inline]
    pub(super) fn packet(&mut self, kind: u32, block: &[u8], limits: &Limits) -> Result<Found, Reason> {
        if kind == SIMPLE_PACKET {
            return self.simple(block, limits);
        }
        let length = block.len();
        let Some(head) = block.first_chunk::<28>().filter(|_| length >= 32) else { return Err(short(block)) };
        let order = self.order;
        let number = match kind {
            ENHANCED_PACKET => order.u32([head[8], head[9], head[10], head[11]]),
            // Two bytes of the interface, two of how many packets were lost before this one.
            _ => u32::from(order.u16([head[8], head[9]])),
        };
        let high = order.u32([head[12], head[13], head[14], head[15]]);
        let low = order.u32([head[16], head[17], head[18], head[19]]);
        let captured = order.u32([head[20], head[21], head[22], head[23]]);
        let wire_bytes = order.u32([head[24], head[25], head[26], head[27]]);
        let interface = self.interface(number)?;
        let at_ns = interface.at_ns(u64::from(high) << 32 | u64::from(low));
        let link = interface.link;
        self.latest_ns = at_ns.or(self.latest_ns);
        Ok(Found { at_ns, link, wire_bytes, skip: 28, captured: fits(captured, length - 32, limits)?, length })
    }

    /// A packet without a time: it was captured behind the one before it, and is given that one's.
    fn simple(&mut self, block: &[u8], limits: &Limits) -> Result<Found, Reason> {
        let length = block.len();
        let Some(head) = block.first_chunk::<12>().filter(|_| length >= 16) else { return Err(short(block)) };
        let wire_bytes = self.order.u32([head[8], head[9], head[10], head[11]]);
        let interface = self.interface(0)?;
        let captured = if interface.snap_bytes == 0 { wire_bytes } else { wire_bytes.min(interface.snap_bytes) };
        let found = Found { at_ns: self.latest_ns, link: interface.link, wire_bytes, skip: 12, captured: fits(captured, length - 16, limits)?, length };
        self.blocks.without_time += 1;
        Ok(found)
    }

    #[inline]
    fn interface(&self, number: u32) -> Result<&Interface, Reason> {
        self.interfaces.get(number as usize).ok_or_else(|| broken::interface(number, self.interfaces.len()))
    }
}

#[inline]
fn fits(captured: u32, room: usize, limits: &Limits) -> Result<usize, Reason> {
    if captured > limits.packet_bytes {
        return Err(broken::packet_length(captured, limits.packet_bytes));
    }
    let bytes = captured as usize;
    if bytes > room { Err(broken::packet_beyond_block(captured)) } else { Ok(bytes) }
}

fn short(block: &[u8]) -> Reason {
    broken::block_short(u32::try_from(block.len()).unwrap_or(u32::MAX))
}
