//! ISO-2022-JP (RFC 1468) as strict readers want it: ASCII, JIS X 0201 Roman and JIS X 0208, and nothing of a vendor.

use encoding_rs::EUC_JP;
use std::borrow::Cow;

const TO_ASCII: &[u8] = b"\x1b(B";
const TO_ROMAN: &[u8] = b"\x1b(J";
const TO_KANJI: &[u8] = b"\x1b$B";

/// A character in the set where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Ascii(u8),
    /// JIS X 0201 Roman, of which only what ASCII has not is used: the yen sign and the overline.
    Roman(u8),
    Kanji(u8, u8),
}

impl Unit {
    const fn escape(self) -> &'static [u8] {
        match self {
            Self::Ascii(_) => TO_ASCII,
            Self::Roman(_) => TO_ROMAN,
            Self::Kanji(..) => TO_KANJI,
        }
    }
}

/// Encodes a text, each line of which returns to ASCII before its end. `None` when a character stands neither in ASCII nor in
/// JIS X 0208 (rows 1–8 and 16–84) nor is the yen sign or the overline of JIS X 0201: vendors' characters such as ①, ㈱ and 髙,
/// half-width kana, emoji, control characters other than tab and line feed.
///
/// Where JIS X 0208 has one character and Unicode two, both are encoded, and what is read back is the form of the WHATWG:
/// see [`folded`].
pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut set = TO_ASCII;
    for unit in units(text)? {
        // Also a line end is ASCII, so that no line begins within another set.
        if unit.escape() != set {
            set = unit.escape();
            out.extend_from_slice(set);
        }
        match unit {
            Unit::Ascii(byte) | Unit::Roman(byte) => out.push(byte),
            Unit::Kanji(row, cell) => out.extend_from_slice(&[row, cell]),
        }
    }
    if set != TO_ASCII {
        out.extend_from_slice(TO_ASCII);
    }
    Some(out)
}

/// The characters' places. The table is that of EUC-JP: its pairs of bytes are row and cell.
fn units(text: &str) -> Option<Vec<Unit>> {
    let text = folded(text);
    if text.chars().any(|one| one.is_control() && !matches!(one, '\t' | '\n')) {
        return None;
    }
    let (bytes, _, unmappable) = EUC_JP.encode(&text);
    if unmappable {
        return None;
    }
    let mut bytes = bytes.iter().copied();
    text.chars()
        .map(|one| {
            let byte = bytes.next()?;
            match one {
                '\u{a5}' | '\u{203e}' => Some(Unit::Roman(byte)),
                _ if one.is_ascii() => Some(Unit::Ascii(byte)),
                // Half-width kana (8E) and JIS X 0212 (8F) fall out here: their first byte is no row.
                _ => {
                    let (row, cell) = (byte.checked_sub(0xa0)?, bytes.next()?.checked_sub(0xa0)?);
                    matches!(row, 1..=8 | 16..=84).then_some(Unit::Kanji(row + 0x20, cell + 0x20))
                }
            }
        })
        .collect()
}

/// The text with the characters that share a place in JIS X 0208 in the form in which the place is read by the WHATWG's table,
/// which is Microsoft's: WAVE DASH becomes FULLWIDTH TILDE, and so on. Systems differ in which of the two they type.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    const PAIRS: [(char, char); 7] = [
        ('\u{2014}', '\u{2015}'), // em dash, horizontal bar: 1-29
        ('\u{2016}', '\u{2225}'), // double vertical line, parallel to: 1-34
        ('\u{301c}', '\u{ff5e}'), // wave dash, full-width tilde: 1-33
        ('\u{2212}', '\u{ff0d}'), // minus sign, full-width hyphen-minus: 1-61
        ('\u{a2}', '\u{ffe0}'),   // cent: 1-81
        ('\u{a3}', '\u{ffe1}'),   // pound: 1-82
        ('\u{ac}', '\u{ffe2}'),   // not sign: 2-44
    ];
    let pair = |one: char| PAIRS.iter().find(|(other, _)| *other == one).map_or(one, |(_, read)| *read);
    if text.chars().any(|one| pair(one) != one) { text.chars().map(pair).collect::<String>().into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::ISO_2022_JP;
    use proptest::prelude::*;

    #[test]
    fn the_table_is_jis_x_0208() {
        // 524 signs and letters and 6,355 kanji of JIS X 0208:1990; the seven that have two forms in Unicode count once.
        let all = ('\u{80}'..=char::MAX).filter(|one| folded(one.encode_utf8(&mut [0; 4])) == one.to_string());
        let kanji = all.filter(|one| matches!(units(&one.to_string()).as_deref(), Some([Unit::Kanji(..)])));
        let mut places: Vec<Vec<u8>> = kanji.filter_map(|one| encode(&one.to_string())).collect();
        assert_eq!(places.len(), 6_879);
        places.sort();
        places.dedup();
        assert_eq!(places.len(), 6_879, "no place twice");
    }

    #[test]
    fn bytes_are_those_of_rfc_1468() {
        for (text, bytes) in [
            ("abc", &b"abc"[..]),
            ("日本語", b"\x1b$BF|K\\8l\x1b(B"),
            ("a日\n本b", b"a\x1b$BF|\x1b(B\n\x1b$BK\\\x1b(Bb"),
            ("¥100", b"\x1b(J\\\x1b(B100"),
            ("熙", b"\x1b$Bt&\x1b(B"),
        ] {
            assert_eq!(encode(text).as_deref(), Some(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_of_a_vendor_is_refused() {
        for text in ["①", "㈱", "髙", "﨑", "Ⅳ", "ⅳ", "㎡", "№", "℡", "ｱｲｳ", "😀", "鷗", "한", "é", "\u{1b}", "\u{e}", "\0", "\r", "\u{85}", "␊", "€"]
        {
            assert_eq!(encode(text), None, "{text:?}");
        }
        // What NEC has in row 13 and JIS in row 2 is JIS's.
        assert_eq!(encode("∪∩¬∠⊥≡≒√∵∫").as_deref().map(<[u8]>::is_ascii), Some(true));
    }

    #[test]
    fn twins_are_read_back_as_one_of_them() {
        for (typed, read) in [
            ("〜", "～"),
            ("～", "～"),
            ("−", "－"),
            ("－", "－"),
            ("‖", "∥"),
            ("∥", "∥"),
            ("—", "―"),
            ("¢£¬", "￠￡￢"),
            ("￠￡￢", "￠￡￢"),
            ("‾¥￥￣＼", "‾¥￥￣＼"),
        ] {
            let encoded = encode(typed).expect(typed);
            assert_eq!(crate::charset::decode(&encoded, Some("iso-2022-jp")).text, read, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(text in "[ -~\\n\\tぁ-んァ-ヶ一-熙〜～−¥Α-ωА-я①ｱ]{0,60}") {
            if let Some(encoded) = encode(&text) {
                prop_assert!(encoded.is_ascii());
                let (read, broken) = ISO_2022_JP.decode_without_bom_handling(&encoded);
                prop_assert!(!broken);
                prop_assert_eq!(read, folded(&text));
                prop_assert!(encoded.split(|byte| *byte == b'\n').all(|line| !line.ends_with(b"\x1b$B") && !ISO_2022_JP.decode_without_bom_handling(line).1));
            } else {
                prop_assert!(!text.is_ascii());
            }
        }
    }
}
