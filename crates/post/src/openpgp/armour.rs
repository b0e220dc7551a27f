//! Armour (RFC 9580, section 6.2), taken off in one pass. The reader of the crate `pgp` is not used: on 1 MiB of crafted headers it did not
//! end within minutes.

use super::canonical::{lines, trimmed};

/// What is in armour.
pub(super) const MESSAGE: &[u8] = b"MESSAGE";
pub(super) const SIGNATURE: &[u8] = b"SIGNATURE";
pub(super) const PUBLIC_KEY: &[u8] = b"PUBLIC KEY BLOCK";
pub(super) const PRIVATE_KEY: &[u8] = b"PRIVATE KEY BLOCK";

/// The bytes in the armour when it is of one of the kinds, or the bytes as they are when they begin like a packet. The checksum is not
/// looked at, as RFC 9580 wants it: it guards against nobody.
pub(super) fn bare(input: &[u8], kinds: &[&[u8]]) -> Option<Vec<u8>> {
    if input.first().is_some_and(|byte| byte & 0x80 != 0) {
        return Some(input.to_vec());
    }
    let mut lines = lines(input).map(|line| trimmed(line).trim_ascii_start()).skip_while(|line| line.is_empty()).peekable();
    let first = lines.next()?;
    let kind = first.strip_prefix(b"-----BEGIN PGP ")?.strip_suffix(b"-----")?;
    if !kinds.contains(&kind) {
        return None;
    }
    while lines.next_if(|line| line.contains(&b':')).is_some() {}
    let (mut out, mut held, mut bits) = (Vec::with_capacity(input.len() / 4 * 3), 0_u32, 0_u32);
    for line in lines {
        if let Some(end) = line.strip_prefix(b"-----END PGP ") {
            return (end.strip_suffix(b"-----")? == kind).then_some(out);
        }
        if line.starts_with(b"=") {
            continue;
        }
        for byte in line.iter().take_while(|byte| **byte != b'=') {
            held = (held << 6 | digit(*byte)?) & 0xFFFF;
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                out.push(u8::try_from(held >> bits & 0xFF).ok()?);
            }
        }
    }
    None
}

fn digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}
