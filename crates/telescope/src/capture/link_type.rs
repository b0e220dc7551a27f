//! Numbers of link types.

/// What stands before the IP header, by its number (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: an address family in the order of the machine that captured.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// PPP, with or without its address and control bytes.
    pub const PPP: Self = Self(9);
    /// The IP header itself; a number of BSD systems before there was one for files.
    pub const RAW_BSD: Self = Self(12);
    /// The same, of OpenBSD.
    pub const RAW_OPENBSD: Self = Self(14);
    /// PPP in frames like HDLC's.
    pub const PPP_HDLC: Self = Self(50);
    /// PPPoE: the header of a session, then PPP.
    pub const PPP_ETHER: Self = Self(51);
    /// The IP header itself, of version 4 or 6.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: an address family in network order.
    pub const LOOP: Self = Self(108);
    /// Linux «cooked»: 16 bytes, as on the interface «any».
    pub const LINUX_SLL: Self = Self(113);
    /// The IPv4 header itself.
    pub const IPV4: Self = Self(228);
    /// The IPv6 header itself.
    pub const IPV6: Self = Self(229);
    /// Linux «cooked», second version: 20 bytes.
    pub const LINUX_SLL2: Self = Self(276);
}
