//! Which algorithms are believed, and until when.
//!
//! The dates are those of Sequoia's `StandardPolicy`. What counts is the time of judging, not the time a signature claims: whoever can
//! forge a signature can also date it back.

use noroshi_kernel::moment::Moment;
use pgp::{
    crypto::{hash::HashAlgorithm, public_key::PublicKeyAlgorithm},
    ser::Serialize as _,
    types::{KeyDetails, PublicParams},
};

/// From here on signatures over data with SHA-1 or RIPEMD-160 are not believed: 2013-02-01.
pub const COLLISIONS: Moment = Moment(1_359_676_800_000_000);
/// From here on RSA, DSA and Elgamal below 2,048 bits are not believed: 2014-02-01.
pub const SHORT_KEYS: Moment = Moment(1_391_212_800_000_000);
/// From here on a key may not vouch for its own parts with SHA-1 any more: 2023-02-01. Finding a second text for a given digest is
/// harder than finding two texts of one digest, so these were believed for longer.
pub const SECOND_PREIMAGES: Moment = Moment(1_675_209_600_000_000);
/// The fewest bits of RSA, DSA and Elgamal.
pub const FEWEST_BITS: u16 = 2_048;

/// What a digest is signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// Data that others may have written.
    Data,
    /// The parts of a key, by the key itself.
    OwnParts,
}

pub(super) fn digest_believed(hash: HashAlgorithm, signed: Signed, at: Moment) -> bool {
    match hash {
        HashAlgorithm::Sha256 | HashAlgorithm::Sha384 | HashAlgorithm::Sha512 | HashAlgorithm::Sha224 | HashAlgorithm::Sha3_256 | HashAlgorithm::Sha3_512 => {
            true
        }
        HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160 => match signed {
            Signed::Data => at < COLLISIONS,
            Signed::OwnParts => at < SECOND_PREIMAGES,
        },
        _ => false,
    }
}

/// Bits of the modulus or prime; none for curves, whose name says it.
pub(super) fn bits(params: &PublicParams) -> Option<u16> {
    if !matches!(params, PublicParams::RSA(_) | PublicParams::DSA(_) | PublicParams::Elgamal(_)) {
        return None;
    }
    // All three begin with that number as an MPI, which begins with its length in bits (RFC 9580, section 5.5.5).
    let mut bytes = Vec::new();
    params.to_writer(&mut bytes).ok()?;
    bytes.first_chunk().map(|length| u16::from_be_bytes(*length))
}

pub(super) fn strong(key: &impl KeyDetails, at: Moment) -> bool {
    at < SHORT_KEYS || bits(key.public_params()).is_none_or(|bits| bits >= FEWEST_BITS)
}

/// The algorithm as people name it, with its bits: `RSA 4096`, `Ed25519`.
pub(super) fn algorithm(key: &impl KeyDetails) -> String {
    let name = match key.algorithm() {
        PublicKeyAlgorithm::RSA | PublicKeyAlgorithm::RSAEncrypt | PublicKeyAlgorithm::RSASign => "RSA".to_owned(),
        PublicKeyAlgorithm::Elgamal | PublicKeyAlgorithm::ElgamalEncrypt => "Elgamal".to_owned(),
        PublicKeyAlgorithm::EdDSALegacy => "Ed25519".to_owned(),
        PublicKeyAlgorithm::ECDH | PublicKeyAlgorithm::ECDSA => match key.public_params() {
            PublicParams::ECDH(params) => format!("ECDH {}", params.curve()),
            PublicParams::ECDSA(params) => format!("ECDSA {}", params.curve()),
            _ => format!("{:?}", key.algorithm()),
        },
        other => format!("{other:?}"),
    };
    bits(key.public_params()).map_or(name.clone(), |bits| format!("{name} {bits}"))
}

pub(super) fn can_sign(algorithm: PublicKeyAlgorithm) -> bool {
    use PublicKeyAlgorithm as A;
    matches!(algorithm, A::RSA | A::RSASign | A::DSA | A::ECDSA | A::EdDSALegacy | A::Ed25519 | A::Ed448)
}

/// Elgamal is missing: the crate `pgp` cannot encrypt to it.
pub(super) fn can_encrypt(algorithm: PublicKeyAlgorithm) -> bool {
    use PublicKeyAlgorithm as A;
    matches!(algorithm, A::RSA | A::RSAEncrypt | A::ECDH | A::X25519 | A::X448)
}
