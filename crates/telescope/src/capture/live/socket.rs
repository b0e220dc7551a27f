//! The system calls that no safe wrapper knows: options of packet sockets, and many messages at once.
//!
//! **Architecture invariant:** the only file of the workspace with unsafe code. It decides nothing: what the bytes mean is said elsewhere.
#![allow(unsafe_code, reason = "setsockopt, getsockopt, bind, getsockname and recvmmsg with types of AF_PACKET; docs/decisions/0017")]

use std::{
    ffi::c_int,
    io, mem,
    os::fd::{AsRawFd as _, BorrowedFd},
    ptr,
};

/// The most messages that are taken at once.
pub(super) const MOST: usize = 128;
/// Room for the control messages of one: a time takes 32 bytes, the tag of a VLAN 40.
const CONTROL_BYTES: usize = 128;

/// What comes beside the bytes of a message.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(8))]
pub(super) struct Message {
    control: [u8; CONTROL_BYTES],
    address: libc::sockaddr_ll,
    control_bytes: usize,
    /// The length of the whole frame, however much of it there was room for.
    pub(super) wire_bytes: usize,
}

impl Message {
    pub(super) const EMPTY: Self = Self {
        control: [0; CONTROL_BYTES],
        address: libc::sockaddr_ll { sll_family: 0, sll_protocol: 0, sll_ifindex: 0, sll_hatype: 0, sll_pkttype: 0, sll_halen: 0, sll_addr: [0; 8] },
        control_bytes: 0,
        wire_bytes: 0,
    };

    /// A message for tests, from the address 07:09, as the kernel would give it.
    #[cfg(test)]
    pub(super) fn made(protocol: u16, tag: Option<super::control::Tag>, wire_bytes: usize) -> Self {
        let mut message = Self { wire_bytes, ..Self::EMPTY };
        message.address = libc::sockaddr_ll { sll_protocol: protocol.to_be(), sll_halen: 2, sll_addr: [7, 9, 0, 0, 0, 0, 0, 0], ..message.address };
        let control = tag.map(super::control::made).unwrap_or_default();
        message.control[..control.len()].copy_from_slice(&control);
        message.control_bytes = control.len();
        message
    }

    /// The same for somebody else.
    #[cfg(test)]
    pub(super) fn of_kind(mut self, kind: u8) -> Self {
        self.address.sll_pkttype = kind;
        self
    }

    /// The control messages, one behind the other as the kernel wrote them.
    pub(super) fn control(&self) -> &[u8] {
        self.control.get(..self.control_bytes).unwrap_or(&self.control)
    }

    /// The protocol (EtherType, or a number of Linux's own) that the link layer announces.
    pub(super) fn protocol(&self) -> u16 {
        u16::from_be(self.address.sll_protocol)
    }

    /// For whom it was: `PACKET_HOST`, `PACKET_OUTGOING` and so on.
    pub(super) fn kind(&self) -> u8 {
        self.address.sll_pkttype
    }

    /// The sender's address of the link layer, and how many of the eight bytes it has.
    pub(super) fn sender(&self) -> ([u8; 8], u8) {
        (self.address.sll_addr, self.address.sll_halen)
    }
}

/// A type whose every bit pattern is a value and which has no padding.
///
/// # Safety
/// It is made of integers alone, with no bytes between or behind them.
unsafe trait Plain: Copy {}

// SAFETY: an integer.
unsafe impl Plain for c_int {}
// SAFETY: two integers of 32 bits.
unsafe impl Plain for libc::tpacket_stats {}
// SAFETY: an integer of 32 bits, two of 16 and eight bytes.
unsafe impl Plain for libc::packet_mreq {}

fn length<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0)
}

fn set<T: Plain>(socket: BorrowedFd<'_>, level: c_int, name: c_int, value: &T) -> io::Result<()> {
    // SAFETY: `value` points to that many initialised bytes, which the kernel only reads, and only during the call.
    let done = unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, ptr::from_ref(value).cast(), length::<T>()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Switches an option of packet sockets (`PACKET_…`) or of all (`SO_…`) on.
pub(super) fn switch_on(socket: BorrowedFd<'_>, level: c_int, name: c_int) -> io::Result<()> {
    set(socket, level, name, &1_i32)
}

/// Asks the interface for frames to other hosts, too, as long as the socket is open.
pub(super) fn be_promiscuous(socket: BorrowedFd<'_>, interface: c_int) -> io::Result<()> {
    // The constant is 1.
    let kind = u16::try_from(libc::PACKET_MR_PROMISC).unwrap_or(1);
    let asked = libc::packet_mreq { mr_ifindex: interface, mr_type: kind, mr_alen: 0, mr_address: [0; 8] };
    set(socket, libc::SOL_PACKET, libc::PACKET_ADD_MEMBERSHIP, &asked)
}

/// How many frames the kernel had no room for since this was last asked: asking sets the count to zero.
pub(super) fn take_drops(socket: BorrowedFd<'_>) -> io::Result<u32> {
    let mut statistics = libc::tpacket_stats { tp_packets: 0, tp_drops: 0 };
    let mut bytes = length::<libc::tpacket_stats>();
    // SAFETY: the kernel writes at most `bytes` bytes to `statistics`, which is that long and plain, and to `bytes`, during the call.
    let done =
        unsafe { libc::getsockopt(socket.as_raw_fd(), libc::SOL_PACKET, libc::PACKET_STATISTICS, ptr::from_mut(&mut statistics).cast(), &raw mut bytes) };
    if done == 0 { Ok(statistics.tp_drops) } else { Err(io::Error::last_os_error()) }
}

/// Binds to one interface and, with a protocol other than 0, begins to receive what it announces.
pub(super) fn bind(socket: BorrowedFd<'_>, interface: c_int, protocol: u16) -> io::Result<()> {
    let family = u16::try_from(libc::AF_PACKET).unwrap_or(17);
    let address = libc::sockaddr_ll { sll_family: family, sll_protocol: protocol.to_be(), sll_ifindex: interface, ..Message::EMPTY.address };
    // SAFETY: `address` is a whole sockaddr_ll, of the length that is told, which the kernel only reads during the call.
    let done = unsafe { libc::bind(socket.as_raw_fd(), ptr::from_ref(&address).cast(), length::<libc::sockaddr_ll>()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The interface that a socket is bound to (-1 when it is gone), and the type of its device (ARPHRD).
///
/// nix's `getsockname` does not bear that the kernel tells no more bytes than the address of the link layer has.
pub(super) fn bound(socket: BorrowedFd<'_>) -> io::Result<(c_int, u16)> {
    let mut address = Message::EMPTY.address;
    let mut bytes = length::<libc::sockaddr_ll>();
    // SAFETY: the kernel writes at most `bytes` bytes to `address`, which is that long and bears any bytes, and to `bytes`, during the call.
    let done = unsafe { libc::getsockname(socket.as_raw_fd(), ptr::from_mut(&mut address).cast(), &raw mut bytes) };
    if done == 0 { Ok((address.sll_ifindex, address.sll_hatype)) } else { Err(io::Error::last_os_error()) }
}

/// Takes what waits, without waiting: each frame from byte `head` of its slot of `slot` bytes on. Gives how many came.
#[allow(
    clippy::cast_possible_truncation,
    clippy::unnecessary_cast,
    reason = "lengths of some hundred bytes; the types of these fields differ between C libraries"
)]
pub(super) fn receive(socket: BorrowedFd<'_>, messages: &mut [Message], bytes: &mut [u8], slot: usize, head: usize) -> io::Result<usize> {
    // SAFETY: both are structures of integers and of pointers that may be null, so all bits zero are a value of them.
    let (mut vectors, mut headers): ([libc::iovec; MOST], [libc::mmsghdr; MOST]) = unsafe { (mem::zeroed(), mem::zeroed()) };
    let mut ready = 0;
    for (((header, vector), message), slot) in headers.iter_mut().zip(&mut vectors).zip(messages.iter_mut()).zip(bytes.chunks_exact_mut(slot)) {
        let room = slot.get_mut(head..).unwrap_or_default();
        vector.iov_base = room.as_mut_ptr().cast();
        vector.iov_len = room.len();
        header.msg_hdr.msg_name = ptr::from_mut(&mut message.address).cast();
        header.msg_hdr.msg_namelen = length::<libc::sockaddr_ll>();
        header.msg_hdr.msg_iov = vector;
        header.msg_hdr.msg_iovlen = 1;
        header.msg_hdr.msg_control = message.control.as_mut_ptr().cast();
        header.msg_hdr.msg_controllen = CONTROL_BYTES as _;
        ready += 1;
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
    // SAFETY: the first `ready` headers point to a vector, an address and control bytes of the lengths that they tell, and each vector to a room
    // of its length. All of them are borrowed by this function alone, outlive the call, and bear any bytes. No time-out is given.
    let came = unsafe { libc::recvmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), ready, flags as _, ptr::null_mut()) };
    let came = usize::try_from(came).map_err(|_| io::Error::last_os_error())?;
    for (message, header) in messages.iter_mut().zip(&headers).take(came) {
        message.wire_bytes = header.msg_len as usize;
        message.control_bytes = header.msg_hdr.msg_controllen as usize;
    }
    Ok(came)
}
