//! Short digests: the first 16 bytes of SHA-256 (FIPS 180-4), by which rows and targets are known again.

use sha2::{Digest as _, Sha256};

/// The first 16 bytes of a SHA-256.
pub type Digest = [u8; 16];

/// A digest of bytes that come piece by piece.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes the next piece in.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> Digest {
        let whole: [u8; 32] = self.0.finalize().into();
        let mut first = [0; 16];
        first.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        first
    }
}

/// The digest of `bytes`.
#[must_use]
pub fn of(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_head_of_sha_256() {
        // FIPS 180-4 example "abc": ba7816bf 8f01cfea 414140de 5dae2223 …
        assert_eq!(of(b"abc"), [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23]);
        let mut pieces = Hasher::default();
        pieces.update(b"a");
        pieces.update(b"bc");
        assert_eq!(pieces.finish(), of(b"abc"));
    }
}
