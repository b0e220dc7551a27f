//! A block of frames: what came at once, made into what a capture file would hold.

use super::{
    LeftOut,
    control::{self, Tag},
    socket::{self, MOST, Message},
};
use crate::{
    capture::{Frame, LinkType},
    packet,
};
use std::{io, os::fd::BorrowedFd};

/// Room before each frame: for a tag that is put back, and for a cooked header.
const HEAD: usize = 20;
const ADDRESSES: usize = 12;
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

/// What the frames of an interface begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// Ethernet, which the kernel hands on.
    Ethernet,
    /// None, or one that differs from device to device: the kernel takes it off and tells the protocol. The type of the device.
    Cooked(u16),
}

/// What became of frames that are not handed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) outgoing: u64,
    pub(super) left_out: u64,
}

/// A frame that is handed on: which slot, from which byte to which.
#[derive(Clone, Copy, Debug)]
struct Found {
    slot: usize,
    begin: usize,
    end: usize,
    wire_bytes: u32,
    link: LinkType,
    at_ns: Option<i64>,
}

/// The memory in which frames arrive; as large at the end as it was in the beginning.
#[derive(Debug)]
pub(super) struct Block {
    header: Header,
    snap: usize,
    bytes: Box<[u8]>,
    messages: Box<[Message]>,
    found: Vec<Found>,
    full: bool,
}

impl Block {
    pub(super) fn new(header: Header, snap: usize) -> Self {
        Self {
            header,
            snap,
            bytes: vec![0; MOST * (HEAD + snap)].into_boxed_slice(),
            messages: vec![Message::EMPTY; MOST].into_boxed_slice(),
            found: Vec::with_capacity(MOST),
            full: false,
        }
    }

    /// Takes what waits in the socket, at most a block; gives how many frames came, handed on or not.
    pub(super) fn fill(&mut self, socket: BorrowedFd<'_>, left_out: &[LeftOut], passed: &mut Passed) -> io::Result<usize> {
        self.found.clear();
        self.full = false;
        let came = socket::receive(socket, &mut self.messages, &mut self.bytes, HEAD + self.snap, HEAD)?;
        self.full = came == MOST;
        self.sort_out(came, left_out, passed);
        Ok(came)
    }

    /// Says of each frame that came whether it is handed on.
    fn sort_out(&mut self, came: usize, left_out: &[LeftOut], passed: &mut Passed) {
        for (number, (message, slot)) in self.messages.iter().zip(self.bytes.chunks_exact_mut(HEAD + self.snap)).take(came).enumerate() {
            if message.kind() == libc::PACKET_OUTGOING {
                passed.outgoing += 1;
                continue;
            }
            let found = restore(self.header, self.snap, number, message, slot);
            let decoded = if left_out.is_empty() { None } else { found.frame(slot).and_then(|frame| packet::decode(&frame).ok()) };
            if decoded.is_some_and(|packet| left_out.iter().any(|rule| rule.covers(&packet))) {
                passed.left_out += 1;
                continue;
            }
            self.found.push(found);
        }
    }

    /// The last time as many came as fit in, so that more may wait.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The frames that are handed on.
    pub(super) fn frames(&self) -> Frames<'_> {
        Frames { found: self.found.iter(), bytes: &self.bytes, size: HEAD + self.snap }
    }
}

/// Frames that came at once, in the order in which the kernel received them.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    found: std::slice::Iter<'a, Found>,
    bytes: &'a [u8],
    size: usize,
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let found = self.found.next()?;
        found.frame(self.bytes.get(found.slot * self.size..(found.slot + 1) * self.size)?)
    }
}

impl Found {
    fn frame<'a>(&self, slot: &'a [u8]) -> Option<Frame<'a>> {
        Some(Frame { at_ns: self.at_ns, link: self.link, wire_bytes: self.wire_bytes, bytes: slot.get(self.begin..self.end)? })
    }
}

/// Puts back what the kernel took off, so that the frame is as tcpdump writes it.
fn restore(header: Header, snap: usize, slot_number: usize, message: &Message, slot: &mut [u8]) -> Found {
    let said = control::read(message.control());
    let captured = message.wire_bytes.min(snap);
    let (link, added) = match (header, said.tag) {
        (Header::Ethernet, Some(tag)) if captured >= ADDRESSES => (LinkType::ETHERNET, put_tag(slot, tag)),
        (Header::Ethernet, _) => (LinkType::ETHERNET, 0),
        (Header::Cooked(_), None) if matches!(message.protocol(), IPV4 | IPV6) => (LinkType::RAW, 0),
        (Header::Cooked(device), tag) => (LinkType::LINUX_SLL, put_cooked(slot, device, message, tag)),
    };
    let begin = HEAD - added;
    let end = HEAD + captured;
    Found {
        slot: slot_number,
        begin,
        end: end.min(begin + snap),
        wire_bytes: u32::try_from(message.wire_bytes + added).unwrap_or(u32::MAX),
        link,
        at_ns: said.at_ns,
    }
}

/// Between the addresses and the EtherType. Gives how many bytes were added.
fn put_tag(slot: &mut [u8], tag: Tag) -> usize {
    slot.copy_within(HEAD..HEAD + ADDRESSES, HEAD - 4);
    put(slot, HEAD - 4 + ADDRESSES, &tag.bytes());
    4
}

/// A header of Linux's cooked captures (LINKTYPE_LINUX_SLL), and a tag behind it. Gives how many bytes were added.
fn put_cooked(slot: &mut [u8], device: u16, message: &Message, tag: Option<Tag>) -> usize {
    let added = if tag.is_some() { 20 } else { 16 };
    let begin = HEAD - added;
    let (address, length) = message.sender();
    put(slot, begin, &u16::from(message.kind()).to_be_bytes());
    put(slot, begin + 2, &device.to_be_bytes());
    put(slot, begin + 4, &u16::from(length).to_be_bytes());
    put(slot, begin + 6, &address);
    if let Some(tag) = tag {
        put(slot, begin + 14, &tag.bytes());
    }
    put(slot, HEAD - 2, &message.protocol().to_be_bytes());
    added
}

fn put(slot: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = slot.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: Tag = Tag { protocol: 0x88a8, control: 0x6005 };
    const FRAME: [u8; 18] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0, 0x45, 0, 1, 2];

    fn restored(header: Header, snap: usize, message: &Message, bytes: &[u8]) -> (Vec<u8>, LinkType, u32) {
        let mut slot = vec![0xee; HEAD + snap];
        let captured = bytes.len().min(snap);
        slot[HEAD..HEAD + captured].copy_from_slice(&bytes[..captured]);
        let found = restore(header, snap, 0, message, &mut slot);
        let frame = found.frame(&slot).unwrap();
        (frame.bytes.to_vec(), frame.link, frame.wire_bytes)
    }

    #[test]
    fn a_tag_stands_between_addresses_and_type_and_counts_on_the_wire() {
        let whole = [&FRAME[..12], &[0x88, 0xa8, 0x60, 0x05], &FRAME[12..]].concat();
        let message = Message::made(0x0800, Some(TAG), 18);
        assert_eq!(restored(Header::Ethernet, 64, &message, &FRAME), (whole.clone(), LinkType::ETHERNET, 22));
        // What is kept is as long with a tag as without.
        assert_eq!(restored(Header::Ethernet, 16, &message, &FRAME), (whole[..16].to_vec(), LinkType::ETHERNET, 22));
        assert_eq!(restored(Header::Ethernet, 64, &Message::made(0x0800, None, 18), &FRAME), (FRAME.to_vec(), LinkType::ETHERNET, 18));
        assert_eq!(restored(Header::Ethernet, 64, &Message::made(0x0800, Some(TAG), 11), &FRAME[..11]), (FRAME[..11].to_vec(), LinkType::ETHERNET, 11));
    }

    #[test]
    fn outgoing_frames_are_not_handed_on_where_the_kernel_gives_them() {
        let mut block = Block::new(Header::Ethernet, 64);
        for (message, outgoing) in block.messages.iter_mut().zip([false, true, false]) {
            *message = Message::made(0x0800, None, 18).of_kind(if outgoing { libc::PACKET_OUTGOING } else { libc::PACKET_HOST });
        }
        for (slot, number) in block.bytes.chunks_exact_mut(HEAD + 64).zip([1, 2, 3]) {
            slot[HEAD] = number;
        }
        let mut passed = Passed::default();
        block.sort_out(3, &[], &mut passed);
        assert_eq!(block.frames().map(|frame| frame.bytes[0]).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(passed, Passed { outgoing: 1, left_out: 0 });
    }

    #[test]
    fn ip_without_a_link_layer_is_raw_and_another_protocol_is_told_by_a_cooked_header() {
        let device = Header::Cooked(512);
        assert_eq!(restored(device, 64, &Message::made(0x86dd, None, 4), &FRAME[14..]), (FRAME[14..].to_vec(), LinkType::RAW, 4));
        let head = [0, 0, 2, 0, 0, 2, 7, 9, 0, 0, 0, 0, 0, 0];
        let mpls = [&head[..], &[0x88, 0x47], &FRAME[14..]].concat();
        assert_eq!(restored(device, 64, &Message::made(0x8847, None, 4), &FRAME[14..]), (mpls, LinkType::LINUX_SLL, 20));
        let tagged = [&head[..], &[0x88, 0xa8, 0x60, 0x05, 0x08, 0], &FRAME[14..]].concat();
        assert_eq!(restored(device, 64, &Message::made(0x0800, Some(TAG), 4), &FRAME[14..]), (tagged, LinkType::LINUX_SLL, 24));
    }
}
