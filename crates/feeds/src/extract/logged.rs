//! Values in lines of logs: `SRC=192.0.2.7`, `srcip=192.0.2.7,dstip=192.0.2.8`, `src outside:192.0.2.7/4711`.

use super::{Found, Item, address, canonical, cve, hash, mail, trimmed, url};

/// The most values of one word.
const MOST: usize = 16;
/// The longest word that is looked at, in bytes: the values of logs are short.
const WORD_MOST_BYTES: usize = canonical::MOST_BYTES;

/// The items that stand behind names in a word that is none itself. `offset` is where the word begins.
pub(super) fn values(word: &str, offset: usize) -> Vec<Found> {
    let mut found = Vec::new();
    if word.len() > WORD_MOST_BYTES || !word.contains(['=', ':']) {
        return found;
    }
    let mut begin = 0;
    for _ in 0..MOST {
        let Some(rest) = word.get(begin..) else { break };
        let Some((behind, is_interface)) = behind_its_name(rest) else { break };
        begin += behind;
        let Some(rest) = word.get(begin..) else { break };
        // A URL may hold what separates values elsewhere.
        let end = if rest.contains("://") { rest.len() } else { rest.find([',', ';', '&', '=']).unwrap_or(rest.len()) };
        let Some(value) = rest.get(..end) else { break };
        let (edge, inner) = trimmed(value);
        let item = if is_interface { at_interface(inner) } else { item(inner) };
        let start = offset + begin + edge;
        found.extend(item.map(|item| Found { item, at: start..start + inner.len() }));
        let stopped_at_name = rest.get(end..).is_some_and(|rest| rest.starts_with('='));
        begin += if stopped_at_name { 0 } else { end + 1 };
    }
    found
}

/// Where the value begins behind the next name, and whether a colon stands between them.
fn behind_its_name(rest: &str) -> Option<(usize, bool)> {
    if let Some(place) = rest.find('=') {
        return Some((place + 1, false));
    }
    let (name, _) = rest.split_once(':')?;
    // Digits before a colon belong to an IPv6 address or to a time of day.
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && name.bytes().any(|byte| matches!(byte, b'g'..=b'z' | b'G'..=b'Z'));
    is_name.then_some((name.len() + 1, true))
}

/// What a value is. Two words with a dot between them are mostly a program's, not a host.
fn item(value: &str) -> Option<Item> {
    let is_url = value.contains("://") || value.starts_with("www.");
    cve(value).or_else(|| hash(value)).or_else(|| address(value)).or_else(|| if is_url { url(value) } else { None }).or_else(|| mail(value))
}

/// `192.0.2.7` or `192.0.2.7/4711`, as firewalls write an address behind the name of their interface.
fn at_interface(value: &str) -> Option<Item> {
    let Some((head, port)) = value.split_once('/') else {
        return value.parse().ok().map(|address| Item::Address(address, None));
    };
    Some(Item::Address(head.parse().ok()?, Some(port.parse().ok()?)))
}
