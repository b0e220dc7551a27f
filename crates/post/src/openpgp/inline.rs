//! Where OpenPGP stands in a text.

use std::ops::Range;

/// The most blocks of one text that are found.
const MOST_BLOCKS: usize = 64;

/// What stands in a stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words that nothing vouches for.
    Text,
    /// A text signed in the clear: for [`verify_cleartext`](super::verify_cleartext).
    Signed,
    /// An armoured message, encrypted or signed: for [`decrypt`](super::decrypt).
    Message,
    /// An armoured certificate.
    Certificate,
    /// A block that begins and does not end, or a lone signature.
    Broken,
}

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// Which bytes.
    pub range: Range<usize>,
}

/// Divides a text into what is OpenPGP and what is not, in order and without gaps, so that words around a signed text can be shown as
/// what they are: not signed. At most 64 blocks are found; what follows is text.
#[must_use]
pub fn read_inline(text: &[u8]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut at, mut plain_from, mut found) = (0_usize, 0, 0);
    let mut open: Option<(Kind, usize)> = None;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let (from, to) = (at, at.saturating_add(line.len()));
        at = to;
        let line = super::canonical::trimmed(line.strip_suffix(b"\n").unwrap_or(line));
        match open {
            None => {
                let Some(kind) = begins(line).filter(|_| found < MOST_BLOCKS) else { continue };
                push(&mut blocks, Kind::Text, plain_from..from);
                open = Some((kind, from));
                found += 1;
            }
            Some((kind, start)) if ends(kind, line) => {
                push(&mut blocks, kind, start..to);
                (open, plain_from) = (None, to);
            }
            Some(_) => {}
        }
    }
    match open {
        Some((_, start)) => push(&mut blocks, Kind::Broken, start..text.len()),
        None => push(&mut blocks, Kind::Text, plain_from..text.len()),
    }
    blocks
}

fn push(blocks: &mut Vec<Block>, kind: Kind, range: Range<usize>) {
    if !range.is_empty() {
        blocks.push(Block { kind, range });
    }
}

fn begins(line: &[u8]) -> Option<Kind> {
    match line {
        b"-----BEGIN PGP SIGNED MESSAGE-----" => Some(Kind::Signed),
        b"-----BEGIN PGP MESSAGE-----" => Some(Kind::Message),
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----" => Some(Kind::Certificate),
        b"-----BEGIN PGP SIGNATURE-----" => Some(Kind::Broken),
        _ => None,
    }
}

fn ends(kind: Kind, line: &[u8]) -> bool {
    let end: &[u8] = match kind {
        Kind::Signed | Kind::Broken => b"-----END PGP SIGNATURE-----",
        Kind::Message => b"-----END PGP MESSAGE-----",
        Kind::Certificate => b"-----END PGP PUBLIC KEY BLOCK-----",
        Kind::Text => return false,
    };
    line == end
}
