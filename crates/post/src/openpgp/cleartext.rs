//! Texts signed in the clear (RFC 9580, section 7), read strictly: what is shown is what was signed.

use super::{
    canonical::{lines, trimmed},
    certificate::Certificate,
    state::SignatureState,
    verify::verify_detached,
};
use noroshi_kernel::moment::Moment;

/// The most bytes of a text signed in the clear, with its signature.
const MOST_BYTES: usize = 8 << 20;

/// A text and what its signatures are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleartext {
    /// The text that was signed, lines ending in CR LF, in whatever encoding it came. When the block is malformed: the whole block.
    pub text: Vec<u8>,
    /// At least one.
    pub signatures: Vec<SignatureState>,
}

/// Judges a block from `-----BEGIN PGP SIGNED MESSAGE-----` to `-----END PGP SIGNATURE-----`, such as
/// [`read_inline`](super::read_inline) finds. What deviates from the form, such as a header other than `Hash` or words after the end, is
/// malformed: some readers show such parts as if they were signed.
#[must_use]
pub fn verify_cleartext(block: &[u8], certs: &[Certificate], at: Moment) -> Cleartext {
    match (block.len() <= MOST_BYTES).then(|| divide(block)).flatten() {
        Some((text, signature)) => {
            let signatures = verify_detached(&text, &signature, certs, at);
            Cleartext { text, signatures }
        }
        None => Cleartext { text: block.to_vec(), signatures: vec![SignatureState::Malformed] },
    }
}

/// The text as it was signed, and the armoured signature.
fn divide(block: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut lines = lines(block).skip_while(|line| trimmed(line).is_empty());
    if trimmed(lines.next()?) != b"-----BEGIN PGP SIGNED MESSAGE-----" {
        return None;
    }
    loop {
        match trimmed(lines.next()?) {
            b"" => break,
            header if hash_header(header) => {}
            _ => return None,
        }
    }
    let mut text: Vec<&[u8]> = Vec::new();
    loop {
        let line = lines.next()?;
        match line.strip_prefix(b"- ") {
            Some(escaped) => text.push(trimmed(escaped)),
            None if trimmed(line) == b"-----BEGIN PGP SIGNATURE-----" => break,
            None if line.starts_with(b"-") => return None,
            None => text.push(trimmed(line)),
        }
    }
    let mut signature = b"-----BEGIN PGP SIGNATURE-----\n".to_vec();
    let mut ended = false;
    for line in lines.map(trimmed) {
        if ended && !line.is_empty() {
            return None;
        }
        ended |= line == b"-----END PGP SIGNATURE-----";
        signature.extend_from_slice(line);
        signature.push(b'\n');
    }
    ended.then(|| (text.join(&b"\r\n"[..]), signature))
}

fn hash_header(line: &[u8]) -> bool {
    line.strip_prefix(b"Hash: ").is_some_and(|names| {
        !names.is_empty() && names.len() <= 80 && names.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b',' | b' '))
    })
}
