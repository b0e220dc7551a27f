//! What bytes that are not UTF-8 look like, so that a message can say how to convert the file.

use noroshi_kernel::language::Bilingual;

/// A character set that lists from Japan still come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Shift_JIS, or Windows-31J.
    ShiftJis,
    /// EUC-JP.
    EucJp,
    /// UTF-16 in either byte order.
    Utf16,
}

impl Charset {
    /// Guesses from one piece of text that is no plain UTF-8; `None` when it looks like none of these.
    #[must_use]
    pub fn guess(bytes: &[u8]) -> Option<Self> {
        let zeros = bytes.iter().filter(|byte| **byte == 0).count();
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || zeros >= bytes.len().div_ceil(3).max(1) {
            return Some(Self::Utf16);
        }
        // EUC-JP first: nearly every EUC-JP text could be half-width katakana in Shift_JIS, but not the other way round.
        if is_euc_jp(bytes) {
            return Some(Self::EucJp);
        }
        is_shift_jis(bytes).then_some(Self::ShiftJis)
    }

    /// What to tell a person: what it looks like, and the command that converts it.
    #[must_use]
    pub fn hint(self) -> Bilingual {
        let (name, iconv) = match self {
            Self::ShiftJis => ("Shift_JIS", "SHIFT_JIS"),
            Self::EucJp => ("EUC-JP", "EUC-JP"),
            Self::Utf16 => ("UTF-16", "UTF-16"),
        };
        Bilingual::new(
            format!("{name} のようです。iconv -f {iconv} -t UTF-8 で変換してください。"),
            format!("looks like {name}; convert it with: iconv -f {iconv} -t UTF-8"),
        )
    }
}

fn is_euc_jp(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter().copied();
    let high = |bytes: &mut dyn Iterator<Item = u8>| bytes.next().is_some_and(|byte| (0xa1..=0xfe).contains(&byte));
    while let Some(byte) = rest.next() {
        let well = match byte {
            0..=0x7f => true,
            0x8e => rest.next().is_some_and(|byte| (0xa1..=0xdf).contains(&byte)),
            0x8f => high(&mut rest) && high(&mut rest),
            0xa1..=0xfe => high(&mut rest),
            _ => false,
        };
        if !well {
            return false;
        }
    }
    !bytes.is_ascii()
}

fn is_shift_jis(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        let well = match byte {
            0..=0x7f | 0xa1..=0xdf => true,
            0x81..=0x9f | 0xe0..=0xfc => rest.next().is_some_and(|byte| matches!(byte, 0x40..=0x7e | 0x80..=0xfc)),
            _ => false,
        };
        if !well {
            return false;
        }
    }
    !bytes.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_texts_are_recognised() {
        // 楽天カード
        assert_eq!(Charset::guess(b"\x8a\x79\x93\x56\x83\x4a\x81\x5b\x83\x68"), Some(Charset::ShiftJis));
        assert_eq!(Charset::guess(b"\xb3\xda\xc5\xb7\xa5\xab\xa1\xbc\xa5\xc9"), Some(Charset::EucJp));
        assert_eq!(Charset::guess(b"2\x000\x001\x009\x00"), Some(Charset::Utf16));
        assert_eq!(Charset::guess(b"caf\xe9"), None);
        assert_eq!(Charset::guess(b"\xff\xff\x80"), None);
    }
}
