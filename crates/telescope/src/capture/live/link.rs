//! The interface behind a socket: which it is, whether it is there and up.

use super::socket;
use nix::{
    ifaddrs::getifaddrs,
    net::if_::{InterfaceFlags, if_indextoname, if_nameindex, if_nametoindex},
    sys::socket::{AddressFamily, SockFlag, SockType, socket as open_socket},
};
use std::{
    ffi::c_int,
    io,
    os::fd::{AsFd as _, OwnedFd},
};

/// What can be said of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Frames can come.
    Up,
    /// It is up, but has no carrier: a cable is out, or the other end is down. Nothing comes, and nothing says so but this.
    NoCarrier,
    /// It was taken down.
    Down,
    /// It is there no more.
    Removed,
}

/// The number of an interface by its name.
pub(super) fn index(name: &str) -> Option<c_int> {
    if_nametoindex(name).ok().and_then(|index| c_int::try_from(index).ok())
}

/// The names of all interfaces that there are.
pub(super) fn names() -> Vec<String> {
    let Ok(all) = if_nameindex() else { return Vec::new() };
    all.iter().map(|interface| interface.name().to_string_lossy().into_owned()).collect()
}

/// Opens a packet socket that receives nothing yet: it has no protocol and is bound to nothing.
pub(super) fn silent(kind: SockType) -> io::Result<OwnedFd> {
    Ok(open_socket(AddressFamily::Packet, kind, SockFlag::SOCK_CLOEXEC, None)?)
}

/// The type of an interface's device (ARPHRD), for the header of its frames depends on it.
pub(super) fn device(index: c_int) -> io::Result<u16> {
    let asking = silent(SockType::Datagram)?;
    socket::bind(asking.as_fd(), index, 0)?;
    Ok(socket::bound(asking.as_fd())?.1)
}

/// How the interface is that a socket is bound to.
pub(super) fn state(bound: &OwnedFd, index: c_int) -> io::Result<Link> {
    let Ok(number) = u32::try_from(index) else { return Ok(Link::Removed) };
    // The kernel unbinds from an interface that goes, and says -1.
    if socket::bound(bound.as_fd())?.0 != index {
        return Ok(Link::Removed);
    }
    let Ok(name) = if_indextoname(number) else { return Ok(Link::Removed) };
    let flags = getifaddrs()?.find(|address| address.interface_name.as_bytes() == name.as_bytes()).map(|address| address.flags);
    Ok(match flags {
        None => Link::Removed,
        Some(flags) if !flags.contains(InterfaceFlags::IFF_UP) => Link::Down,
        Some(flags) if !flags.contains(InterfaceFlags::IFF_RUNNING) => Link::NoCarrier,
        Some(_) => Link::Up,
    })
}
