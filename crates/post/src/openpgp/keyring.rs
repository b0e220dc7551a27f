//! Files of several certificates.

use super::{
    armour,
    canonical::{lines, trimmed},
    certificate::{Certificate, no_certificate, secret, too_large},
    contain::contained,
    packets,
};
use noroshi_kernel::reason::Reason;
use pgp::{composed::SignedPublicKeyParser, packet::Packet};

/// The most bytes of such a file.
const MOST_BYTES: usize = 32 << 20;
/// The most certificates of such a file.
const MOST_CERTIFICATES: usize = 1_000;
/// The most packets of such a file.
const MOST_PACKETS: usize = 100_000;

/// Reads the certificates of a file: armoured blocks with any words around them, or packets without armour; at most 1,000 of them in 32 MiB.
/// One that cannot be read stands among the others with its reason.
///
/// # Errors
/// When there is none at all, or the file is too large.
pub fn parse_keyring(input: &[u8]) -> Result<Vec<Result<Certificate, Reason>>, Reason> {
    if input.len() > MOST_BYTES {
        return Err(too_large_file());
    }
    let mut found = Vec::new();
    if input.first().is_some_and(|byte| byte & 0x80 != 0) {
        found = contained(|| split(input)).unwrap_or_else(|| vec![Err(no_certificate())]);
    } else {
        for block in blocks(input) {
            let one = contained(|| match armour::bare(&block, &[armour::PUBLIC_KEY]) {
                Some(bytes) => split(&bytes),
                None if block.starts_with(b"-----BEGIN PGP PRIVATE") => vec![Err(secret())],
                None => vec![Err(no_certificate())],
            });
            found.extend(one.unwrap_or_else(|| vec![Err(no_certificate())]));
            if found.len() > MOST_CERTIFICATES {
                break;
            }
        }
    }
    if found.len() > MOST_CERTIFICATES {
        return Err(too_large_file());
    }
    if found.is_empty() { Err(no_certificate()) } else { Ok(found) }
}

/// The armoured key blocks of a text, each from its first to its last line; one that does not end is a block to the end.
fn blocks(text: &[u8]) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<u8>> = None;
    for line in lines(text).map(trimmed) {
        if line.starts_with(b"-----BEGIN PGP PUBLIC KEY BLOCK") || line.starts_with(b"-----BEGIN PGP PRIVATE KEY BLOCK") {
            blocks.extend(open.replace(Vec::new()));
        }
        if let Some(block) = &mut open {
            block.extend_from_slice(line);
            block.push(b'\n');
            if line.starts_with(b"-----END PGP ") {
                blocks.extend(open.take());
            }
        }
    }
    blocks.extend(open);
    blocks
}

/// The certificates in a row of packets.
fn split(bytes: &[u8]) -> Vec<Result<Certificate, Reason>> {
    let read = match packets::read_most(bytes, MOST_PACKETS) {
        Ok(read) => read,
        Err(reason) => return vec![Err(reason)],
    };
    let mut groups: Vec<Vec<Packet>> = Vec::new();
    for packet in read.into_iter().flatten() {
        if matches!(packet, Packet::PublicKey(_) | Packet::SecretKey(_)) || groups.is_empty() {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.last_mut() {
            group.push(packet);
        }
    }
    let one = |group: Vec<Packet>| {
        if group.iter().any(|packet| matches!(packet, Packet::SecretKey(_) | Packet::SecretSubkey(_))) {
            return Err(secret());
        }
        if group.len() > packets::MOST_PACKETS {
            return Err(packets::too_many(packets::MOST_PACKETS));
        }
        let raw = SignedPublicKeyParser::from_packets(group.into_iter().map(Ok).peekable()).next().and_then(Result::ok).ok_or_else(no_certificate)?;
        let certificate = Certificate::of(raw)?;
        if certificate.to_bytes()?.len() > super::certificate::MOST_BYTES { Err(too_large()) } else { Ok(certificate) }
    };
    if groups.is_empty() {
        return vec![Err(no_certificate())];
    }
    if groups.len() > MOST_CERTIFICATES {
        return vec![Err(too_large_file())];
    }
    groups.into_iter().map(one).collect()
}

fn too_large_file() -> Reason {
    let most = MOST_BYTES >> 20;
    Reason::new(
        "pgp-keyring-size",
        format!("鍵のファイルは {most} MiB、{MOST_CERTIFICATES} 鍵以内に分けてください。"),
        format!("a file of keys may have {most} MiB and {MOST_CERTIFICATES} keys at most; divide it"),
    )
}
