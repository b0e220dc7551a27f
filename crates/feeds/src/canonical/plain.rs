//! The common case without work: a URL that is canonical as it stands, or lacks only the path's slash.

use super::{CanonicalUrl, HOST_MOST_BYTES, percent};
use noroshi_kernel::observable::{Address, Host};
use std::net::{IpAddr, Ipv4Addr};

/// The form, when the text is plainly canonical already; `None` when a closer look is needed.
///
/// Whatever this gives, the full way gives too (property test).
pub(super) fn form(text: &str) -> Option<CanonicalUrl> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let (name, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    // Punycode must be looked at.
    if name.len() > HOST_MOST_BYTES || !name.bytes().all(legal) || name.starts_with('-') || name.contains("xn--") || !is_settled(path) {
        return None;
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    let (host, address) = if !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_lowercase()) {
        (name.parse().ok()?, None)
    } else {
        // Strictly four decimal numbers; the other ways to write an address are for the full way.
        let address = Address::from(IpAddr::V4(name.parse::<Ipv4Addr>().ok()?));
        (Host::from(address), Some(address))
    };
    let slash = if path.is_empty() { "/" } else { "" };
    Some(CanonicalUrl { url: [text, slash].concat(), host: Some(host), address })
}

/// Whether a path with its query holds only what no rule changes: no encoding, no dot segments.
fn is_settled(path: &str) -> bool {
    let mut before = b'/';
    path.bytes().all(|byte| {
        let dotted = before == b'/' && byte == b'.';
        before = byte;
        !dotted && (percent::is_unreserved(byte) || matches!(byte, b'/' | b'?' | b'=' | b'&' | b'+' | b':' | b'@' | b',' | b';' | b'!' | b'$' | b'*'))
    })
}
