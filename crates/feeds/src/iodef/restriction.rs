//! How far a document may be told (RFC 7970, section 3.3.1), in the labels of TLP.

use super::{
    incident::{self, Incident},
    tree::Element,
};
use noroshi_kernel::tlp::Tlp;

/// So much of a document that cannot be read is looked through, in bytes.
const BROKEN_MOST_BYTES: usize = 256 * 1024;

/// How far the bytes of a file may be told, when they are a document that says so: by the strictest restriction in it, also when the rest of it
/// cannot be read.
///
/// ```
/// use noroshi_feeds::iodef;
/// use noroshi_kernel::tlp::Tlp;
/// assert_eq!(iodef::restriction(b"<IODEF-Document><Incident restriction='red'>"), Some(Tlp::Red), "though it is cut off");
/// assert_eq!(iodef::restriction(b"<html restriction='red'></html>"), None);
/// ```
#[must_use]
pub fn restriction(bytes: &[u8]) -> Option<Tlp> {
    let strictest = |incidents: Vec<Incident>| incidents.into_iter().filter_map(|incident| incident.tlp).max();
    incident::recognise(bytes)?.map_or_else(|_| in_broken(bytes), strictest)
}

/// The strictest restriction of an element and of all within: what tells of a part of it tells of it.
pub(super) fn of(element: &Element) -> Option<Tlp> {
    let own = ["restriction", "ext-restriction"].into_iter().filter_map(|name| tlp(element.attribute(name)));
    own.chain(element.children.iter().filter_map(of)).max()
}

/// The label that a restriction is. `default` and what is agreed elsewhere say nothing here; neither does a restriction that is left out,
/// though the standard has it mean `private`: nobody decided on it.
fn tlp(written: &str) -> Option<Tlp> {
    Some(match written.to_ascii_lowercase().as_str() {
        "public" | "white" | "clear" => Tlp::Clear,
        "partner" | "green" => Tlp::Green,
        "need-to-know" | "amber" => Tlp::Amber,
        "private" => Tlp::AmberStrict,
        "red" => Tlp::Red,
        other => other.parse().ok()?,
    })
}

/// What stands behind `restriction=` in a text that is no tree.
fn in_broken(bytes: &[u8]) -> Option<Tlp> {
    let text = String::from_utf8_lossy(bytes.get(..BROKEN_MOST_BYTES).unwrap_or(bytes));
    let said = text.split("restriction").skip(1).filter_map(|behind| {
        let quoted = behind.trim_start().strip_prefix('=')?.trim_start();
        let quote = quoted.chars().next().filter(|one| matches!(one, '"' | '\''))?;
        tlp(quoted.get(1..)?.split(quote).next()?.trim())
    });
    said.max()
}
