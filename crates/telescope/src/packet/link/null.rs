//! BSD loopback: an address family in four bytes, in the order of whichever machine wrote them.

use super::take;
use crate::packet::NoRecord;

const INET: u32 = 2;
/// IPv6 on Linux, on NetBSD and OpenBSD, on FreeBSD, on macOS.
const INET6: [u32; 4] = [10, 24, 28, 30];

pub(super) fn network(bytes: &[u8]) -> Result<&[u8], NoRecord> {
    let (family, rest) = take::<4>(bytes)?;
    let known = |family: u32| family == INET || INET6.contains(&family);
    if known(u32::from_le_bytes(*family)) || known(u32::from_be_bytes(*family)) { Ok(rest) } else { Err(NoRecord::NotIp) }
}
