//! Messages: encrypted, compressed, signed, in layers.

use super::{
    armour,
    certificate::Certificate,
    contain::contained,
    names::KeyId,
    packets,
    session::{self, Sealed},
    state::SignatureState,
    team_key::TeamKey,
    verify::{judge_all, named},
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::{
    packet::{Packet, PublicKeyEncryptedSessionKey, Signature},
    types::Tag,
};
use std::io::Read as _;

/// How much a message may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of the message and of each layer within.
    pub most_bytes: usize,
    /// The most layers around the content: an encrypted, compressed text has two.
    pub most_layers: usize,
}

impl Default for Limits {
    /// 32 MiB and 8 layers.
    fn default() -> Self {
        Self { most_bytes: 32 << 20, most_layers: 8 }
    }
}

/// What was within a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The content, as its author gave it.
    pub content: Vec<u8>,
    /// Whether it was encrypted to us.
    pub encrypted: bool,
    /// What its signatures are worth; empty when it bears none.
    pub signatures: Vec<SignatureState>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { content, encrypted, signatures } = self;
        f.debug_struct("Opened").field("bytes", &content.len()).field("encrypted", encrypted).field("signatures", signatures).finish()
    }
}

/// Opens a message, armoured or not: decrypts, decompresses and judges its signatures.
///
/// # Errors
/// `pgp-unopened` for whatever fails in decryption, told alike; `pgp-no-integrity` for messages whose change nobody would notice;
/// `pgp-message-size` and `pgp-message-layers` beyond the limits; `pgp-no-message` for what is none.
pub fn decrypt(message: &[u8], keys: &[&TeamKey], certs: &[Certificate], at: Moment, limits: &Limits) -> Result<Opened, Reason> {
    decrypt_by(message, keys, &|_| certs.to_vec(), at, limits)
}

/// As [`decrypt`]; the certificates are asked for by the keys that the signatures name.
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_by(message: &[u8], keys: &[&TeamKey], find: &dyn Fn(&[KeyId]) -> Vec<Certificate>, at: Moment, limits: &Limits) -> Result<Opened, Reason> {
    if message.len() > limits.most_bytes {
        return Err(too_large(limits));
    }
    // A panic is told like any failure in decryption: where it came from may depend on a secret.
    contained(|| open(message, keys, find, at, limits)).unwrap_or_else(|| Err(unopened()))
}

/// The keys for which a message, armoured or not, says it is encrypted, at most 200; senders may hide them.
#[must_use]
pub fn recipients(message: &[u8]) -> Vec<KeyId> {
    const MOST: usize = 200;
    let read = || {
        let bytes = armour::bare(message, &[armour::MESSAGE])?;
        let packets = packets::read(&bytes).ok()?.into_iter().flatten();
        let named = packets.filter_map(|packet| match packet {
            Packet::PublicKeyEncryptedSessionKey(PublicKeyEncryptedSessionKey::V3 { id, .. }) if !id.is_wildcard() => Some(KeyId::new(id.as_ref())),
            Packet::PublicKeyEncryptedSessionKey(PublicKeyEncryptedSessionKey::V6 { fingerprint: Some(fingerprint), .. }) => {
                let bytes = fingerprint.as_bytes();
                Some(KeyId::new(if bytes.len() == 20 { bytes.get(12..) } else { bytes.get(..8) }.unwrap_or_default()))
            }
            _ => None,
        });
        Some(named.take(MOST).collect())
    };
    contained(read).flatten().unwrap_or_default()
}

fn open(message: &[u8], keys: &[&TeamKey], find: &dyn Fn(&[KeyId]) -> Vec<Certificate>, at: Moment, limits: &Limits) -> Result<Opened, Reason> {
    let bytes = armour::bare(message, &[armour::MESSAGE]).ok_or_else(no_message)?;
    let (mut layer, mut encrypted, mut signatures) = (bytes, false, Vec::new());
    for _ in 0..=limits.most_layers {
        let read = Layer::read(&layer)?;
        signatures.extend(read.signatures);
        layer = match read.core {
            Core::Content(content) => {
                if signatures.is_empty() {
                    return Ok(Opened { content, encrypted, signatures: Vec::new() });
                }
                let issuers: Vec<KeyId> = signatures.iter().flatten().flat_map(named).collect();
                let signatures = judge_all(signatures.into_iter(), &content, &find(&issuers), at);
                return Ok(Opened { content, encrypted, signatures });
            }
            Core::Compressed(packet) => inflate(&packet, limits)?,
            Core::Sealed(sessions, sealed) => {
                encrypted = true;
                session::open(&sessions, &sealed, keys, limits.most_bytes).ok_or_else(unopened)?
            }
        };
    }
    Err(Reason::new(
        "pgp-message-layers",
        format!("メッセージの層が {} 段を超えています。", limits.most_layers),
        format!("the message has more than {} layers", limits.most_layers),
    ))
}

enum Core {
    Content(Vec<u8>),
    Compressed(pgp::packet::CompressedData),
    Sealed(Vec<PublicKeyEncryptedSessionKey>, Box<Sealed>),
}

/// One layer: its core, and the signatures around that (`None`: one that was announced and is missing).
struct Layer {
    core: Core,
    signatures: Vec<Option<Signature>>,
}

impl Layer {
    fn read(bytes: &[u8]) -> Result<Self, Reason> {
        let (mut core, mut sessions, mut signatures, mut announced, mut kept) = (None, Vec::new(), Vec::new(), 0_usize, 0_usize);
        for packet in packets::read(bytes)? {
            let packet = match packet {
                Ok(packet) => packet,
                // A signature that cannot be read is shown as such.
                Err(Some(Tag::Signature)) => {
                    kept += usize::from(core.is_some());
                    signatures.push(None);
                    continue;
                }
                Err(Some(Tag::OnePassSignature)) if core.is_none() => {
                    announced += 1;
                    continue;
                }
                // A session key of a kind that is not known is for somebody else, or fails as one that does not open. The others may be
                // ignored (RFC 9580, section 4.3).
                Err(Some(Tag::PublicKeyEncryptedSessionKey | Tag::SymKeyEncryptedSessionKey | Tag::UnassignedNonCritical(_) | Tag::Experimental(_))) => {
                    continue;
                }
                Err(_) => return Err(no_message()),
            };
            let next = match packet {
                Packet::Marker(_) | Packet::Padding(_) | Packet::Trust(_) | Packet::SymKeyEncryptedSessionKey(_) => continue,
                Packet::OnePassSignature(_) if core.is_none() => {
                    announced += 1;
                    continue;
                }
                Packet::Signature(signature) => {
                    kept += usize::from(core.is_some());
                    signatures.push(Some(signature));
                    continue;
                }
                Packet::PublicKeyEncryptedSessionKey(session) if core.is_none() => {
                    sessions.push(session);
                    continue;
                }
                Packet::LiteralData(literal) => Core::Content(literal.data().to_vec()),
                Packet::CompressedData(compressed) => Core::Compressed(compressed),
                Packet::SymEncryptedProtectedData(data) => Core::Sealed(std::mem::take(&mut sessions), Box::new(Sealed::Standard(data))),
                Packet::GnupgAeadData(data) => Core::Sealed(std::mem::take(&mut sessions), Box::new(Sealed::Gnupg(data))),
                Packet::SymEncryptedData(_) => return Err(no_integrity()),
                _ => return Err(no_message()),
            };
            // Two contents in one message are how a forged one is put beside a signed one.
            if core.replace(next).is_some() {
                return Err(no_message());
            }
        }
        signatures.extend((kept..announced).map(|_| None));
        Ok(Self { core: core.ok_or_else(no_message)?, signatures })
    }
}

fn inflate(packet: &pgp::packet::CompressedData, limits: &Limits) -> Result<Vec<u8>, Reason> {
    let mut out = Vec::new();
    let most = limits.most_bytes as u64;
    packet.decompress().map_err(|_| no_message())?.take(most.saturating_add(1)).read_to_end(&mut out).map_err(|_| no_message())?;
    if out.len() > limits.most_bytes { Err(too_large(limits)) } else { Ok(out) }
}

fn no_message() -> Reason {
    Reason::new("pgp-no-message", "OpenPGP のメッセージとして読めません。", "this cannot be read as an OpenPGP message")
}

/// The one reason that is told of whatever fails in decryption: what exactly failed may depend on a secret.
#[must_use]
pub fn unopened() -> Reason {
    Reason::new(
        "pgp-unopened",
        "復号できません。別の鍵宛てか、途中で壊れたか書き換えられています。送り主に、こちらの公開鍵で送り直すよう頼んでください。",
        "it cannot be decrypted: it is for another key, or was damaged or changed on the way; ask the sender to send it again to our public key",
    )
}

fn no_integrity() -> Reason {
    Reason::new(
        "pgp-no-integrity",
        "改ざんを検出できない古い方式で暗号化されているため、開きません。新しいソフトウェアで送り直すよう頼んでください。",
        "it is encrypted in an old way in which changes go unnoticed, so it is not opened; ask the sender to use newer software",
    )
}

fn too_large(limits: &Limits) -> Reason {
    Reason::new(
        "pgp-message-size",
        format!("メッセージが {} バイトを超えています。", limits.most_bytes),
        format!("the message is larger than {} bytes", limits.most_bytes),
    )
}
