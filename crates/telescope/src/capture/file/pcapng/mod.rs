//! pcapng: blocks in sections, each of its own byte order (draft-ietf-opsawg-pcapng).

mod blocks;
mod interface;
mod packets;

pub use blocks::Blocks;

use super::{
    Found, Limits,
    broken::{self, Broken},
    order::Order,
    window::Window,
};
use interface::Interface;
use noroshi_kernel::reason::Reason;
use std::io::Read;

/// Type and length at a block's beginning, and the length again at its end.
const FRAME_BYTES: u32 = 12;
const SECTION: u32 = 0x0a0d_0d0a;
/// The same in either order, so that it is known before the order is.
const SECTION_BYTES: [u8; 4] = SECTION.to_be_bytes();
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// The section that is being read.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: Order,
    interfaces: Vec<Interface>,
    /// The time of the section's last packet that tells one.
    latest_ns: Option<i64>,
    blocks: Blocks,
}

impl Pcapng {
    /// Makes ready to read what begins with a section.
    pub(super) fn open<R: Read>(window: &Window<R>) -> Result<Self, Broken> {
        if window.head() != Some(&SECTION_BYTES) {
            return Err(window.broken_here(broken::no_capture()));
        }
        Ok(Self { order: Order::Little, interfaces: Vec::new(), latest_ns: None, blocks: Blocks::default() })
    }

    pub(super) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// Goes over blocks to the next packet, and has all of its block in the window.
    #[inline]
    pub(super) fn find<R: Read>(&mut self, window: &mut Window<R>, limits: &Limits) -> Result<Option<Found>, Broken> {
        loop {
            window.want(8)?;
            let Some(head) = window.head::<8>() else {
                return if window.is_empty() { Ok(None) } else { Err(window.broken_here(broken::cut())) };
            };
            if head.first_chunk() == Some(&SECTION_BYTES) {
                self.section(window, limits)?;
                continue;
            }
            let (kind, length) = (self.order.u32_at(head, 0), self.order.u32_at(head, 4));
            match kind {
                ENHANCED_PACKET | SIMPLE_PACKET | OBSOLETE_PACKET => {
                    let block = self.whole(window, length, limits)?;
                    let found = self.packet(kind, block, limits).map_err(|reason| window.broken_here(reason))?;
                    self.blocks.packets += 1;
                    return Ok(Some(found));
                }
                INTERFACE => {
                    let block = self.whole(window, length, limits)?;
                    let described = Interface::read(self.order, block);
                    if self.interfaces.len() >= limits.interfaces {
                        return Err(window.broken_here(broken::interfaces(limits.interfaces)));
                    }
                    self.interfaces.push(described.ok_or_else(|| window.broken_here(broken::block_short(length)))?);
                    self.blocks.interfaces += 1;
                    window.pass(length as usize);
                }
                _ => {
                    self.pass_over(window, length, limits)?;
                    self.blocks.skipped(kind);
                }
            }
        }
    }

    /// Begins a section: forgets the interfaces of the last.
    fn section<R: Read>(&mut self, window: &mut Window<R>, limits: &Limits) -> Result<(), Broken> {
        window.want(16)?;
        let Some(head) = window.head::<16>() else { return Err(window.broken_here(broken::cut())) };
        self.order = match [head[8], head[9], head[10], head[11]] {
            [0x4d, 0x3c, 0x2b, 0x1a] => Order::Little,
            [0x1a, 0x2b, 0x3c, 0x4d] => Order::Big,
            _ => return Err(window.broken_here(broken::byte_order())),
        };
        let version = (self.order.u16([head[12], head[13]]), self.order.u16([head[14], head[15]]));
        if version.0 != 1 {
            return Err(window.broken_here(broken::version(version.0, version.1)));
        }
        let length = self.order.u32_at(head, 4);
        if length < FRAME_BYTES + 16 {
            return Err(window.broken_here(broken::block_short(length)));
        }
        self.pass_over(window, length, limits)?;
        self.interfaces.clear();
        self.latest_ns = None;
        self.blocks.sections += 1;
        Ok(())
    }

    /// What is wrong with a block's length, whatever its type.
    fn length(length: u32, limits: &Limits) -> Result<usize, Reason> {
        if length < FRAME_BYTES || !length.is_multiple_of(4) || length > limits.block_bytes {
            return Err(broken::block_length(length, limits.block_bytes));
        }
        Ok(length as usize)
    }

    /// Has a whole block in the window: all of it, with both its lengths.
    fn whole<'a, R: Read>(&self, window: &'a mut Window<R>, length: u32, limits: &Limits) -> Result<&'a [u8], Broken> {
        let bytes = Self::length(length, limits).map_err(|reason| window.broken_here(reason))?;
        if !window.want(bytes)? {
            return Err(window.broken_here(broken::cut()));
        }
        let again = window.bytes().get(bytes - 4..bytes).and_then(|end| end.first_chunk()).map_or(0, |end| self.order.u32(*end));
        if again != length {
            return Err(window.broken_here(broken::block_ends(length, again)));
        }
        Ok(window.bytes().get(..bytes).unwrap_or_default())
    }

    /// Goes behind a block without having it in memory.
    fn pass_over<R: Read>(&self, window: &mut Window<R>, length: u32, limits: &Limits) -> Result<(), Broken> {
        let offset = window.offset();
        let bytes = Self::length(length, limits).map_err(|reason| window.broken_here(reason))?;
        if !(window.skip(bytes - 4)? && window.want(4)?) {
            return Err(window.broken(offset, broken::cut()));
        }
        let again = window.head::<4>().map_or(0, |end| self.order.u32(*end));
        if again != length {
            return Err(window.broken(offset, broken::block_ends(length, again)));
        }
        window.pass(4);
        Ok(())
    }
}
