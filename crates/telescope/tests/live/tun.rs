//! A tunnel device, whose packets have no header of a link layer: what is written to it comes in.
#![allow(unsafe_code, reason = "TUNSETIFF has no safe wrapper")]

use nix::libc;
use std::{
    fs::{File, OpenOptions},
    io,
    os::fd::AsRawFd as _,
};

/// Attaches to a tunnel device of the namespace that it is called in.
pub(crate) fn attach(name: &str) -> File {
    const TUNSETIFF: libc::c_ulong = 0x4004_54ca;
    let file = OpenOptions::new().read(true).write(true).open("/dev/net/tun").expect("/dev/net/tun is needed (modprobe tun)");
    let mut request = [0_u8; 40];
    request[..name.len()].copy_from_slice(name.as_bytes());
    let flags = libc::c_short::try_from(libc::IFF_TUN | libc::IFF_NO_PI).unwrap();
    request[16..18].copy_from_slice(&flags.to_ne_bytes());
    // SAFETY: the kernel reads and writes a `struct ifreq`, of 40 bytes, during the call.
    let done = unsafe { libc::ioctl(file.as_raw_fd(), TUNSETIFF as _, request.as_mut_ptr()) };
    assert_eq!(done, 0, "TUNSETIFF: {}", io::Error::last_os_error());
    file
}
