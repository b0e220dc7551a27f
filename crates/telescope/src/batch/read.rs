//! A batch from outside: first whose it says to be, then whether it is, then what it holds.

use super::{
    CONTEXT, MAGIC, SIGNATURE_BYTES, VERSION,
    header::{Hash, Header},
    key::PublicKey,
    packets::Packets,
};
use noroshi_kernel::reason::Reason;
use ring::digest::{SHA256, digest};

/// How much of a batch is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest batch, in bytes.
    pub batch_bytes: usize,
    /// The longest header.
    pub header_bytes: usize,
    /// The most that its packets take when they are unpacked.
    pub unpacked_bytes: usize,
    /// The most packets.
    pub packets: u64,
    /// The most gaps.
    pub gaps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch_bytes: 8 << 20, header_bytes: 1 << 20, unpacked_bytes: 64 << 20, packets: 1 << 18, gaps: 4_096 }
    }
}

/// A batch that says of itself whose it is. Nothing of it is to be believed.
#[derive(Debug)]
pub struct Unverified<'a> {
    bytes: &'a [u8],
    header: Header,
    /// Where the signature begins.
    signed: usize,
    packed: &'a [u8],
    limits: Limits,
}

impl<'a> Unverified<'a> {
    /// Reads what a batch says of itself.
    ///
    /// # Errors
    /// It is no batch, of a version that is not known here, cut, or larger than it may be; the reason says so.
    pub fn read(bytes: &'a [u8], limits: Limits) -> Result<Self, Reason> {
        if bytes.len() > limits.batch_bytes {
            return Err(too_large("batch-size", "バッチ", "the batch", limits.batch_bytes));
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| no_batch("NRSB で始まっていません", "it does not begin with NRSB"))?;
        let (&version, rest) = rest.split_first().ok_or_else(cut)?;
        if version != VERSION {
            return Err(Reason::new(
                "batch-version",
                format!("バッチの版 {version} は読めません（読めるのは {VERSION}）。センサーかセンターを更新してください。"),
                format!("a batch of version {version} cannot be read here (but {VERSION} can); update the sensor or the centre"),
            ));
        }
        let (header, rest) = part(rest)?;
        if header.len() > limits.header_bytes {
            return Err(too_large("batch-header", "ヘッダー", "the header", limits.header_bytes));
        }
        let (packed, signature) = part(rest)?;
        if signature.len() != SIGNATURE_BYTES {
            return Err(cut());
        }
        let header: Header = serde_json::from_slice(header).map_err(|error| {
            // The message of serde names what stands there; it is cut and made printable.
            let error = noroshi_kernel::setaside::printable(&error.to_string(), 160);
            no_batch(&format!("ヘッダーが読めません（{error}）"), &format!("its header cannot be read ({error})"))
        })?;
        if header.gaps.len() > limits.gaps {
            return Err(no_batch("欠測の記録が多すぎます", "it tells too many gaps"));
        }
        if header.counts.kept > limits.packets {
            return Err(no_batch("パケットが多すぎます", "it holds too many packets"));
        }
        Ok(Self { bytes, header, signed: bytes.len() - SIGNATURE_BYTES, packed, limits })
    }

    /// What it says of itself: for finding the key by which it is verified.
    #[must_use]
    pub fn claims(&self) -> &Header {
        &self.header
    }

    /// Takes it for verified: it was, before it was put where only its owner writes.
    #[must_use]
    pub fn verified_before(self) -> Batch<'a> {
        Batch { inner: self }
    }

    /// Verifies its signature.
    ///
    /// # Errors
    /// Another signed it, or it was changed.
    pub fn verify(self, key: &PublicKey) -> Result<Batch<'a>, Reason> {
        let (signed, signature) = self.bytes.split_at_checked(self.signed).ok_or_else(cut)?;
        if key.verifies(CONTEXT, signed, signature) {
            Ok(Batch { inner: self })
        } else {
            Err(Reason::new(
                "batch-signature",
                "バッチの署名が、登録された鍵のものではありません。別のセンサーの鍵で署名されたか、途中で書き換えられています。",
                "the batch's signature is not by the registered key: another key signed it, or it was changed on its way",
            ))
        }
    }
}

/// A batch whose signature was verified.
#[derive(Debug)]
pub struct Batch<'a> {
    inner: Unverified<'a>,
}

impl Batch<'_> {
    /// What it says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.inner.header
    }

    /// By what the next batch names it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash_of(self.inner.bytes)
    }

    /// Its packets, unpacked.
    ///
    /// # Errors
    /// They are none, more than the header says, or unpack to more than they may.
    pub fn packets(&self) -> Result<Packets, Reason> {
        Packets::unpack(self.inner.packed, &self.inner.header, self.inner.limits.unpacked_bytes)
    }
}

/// By what the next batch names one of these bytes.
#[must_use]
pub fn hash_of(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.iter_mut().zip(digest(&SHA256, bytes).as_ref()).for_each(|(to, from)| *to = *from);
    Hash(hash)
}

/// Takes a part off that its length stands before.
fn part(bytes: &[u8]) -> Result<(&[u8], &[u8]), Reason> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(cut)?;
    usize::try_from(u32::from_be_bytes(*length)).ok().and_then(|length| rest.split_at_checked(length)).ok_or_else(cut)
}

fn cut() -> Reason {
    no_batch("途中で切れているか、余分なバイトがあります", "it is cut, or bytes follow it")
}

pub(super) fn no_batch(ja: &str, en: &str) -> Reason {
    Reason::new("batch-form", format!("センサーのバッチではありません: {ja}。"), format!("this is no sensor batch: {en}"))
}

fn too_large(key: &'static str, ja: &str, en: &str, most: usize) -> Reason {
    let most = most >> 10;
    Reason::new(key, format!("{ja}が {most} KiB を超えています。"), format!("{en} is larger than {most} KiB"))
}
