//! Which charset a text is in, whatever its label says.
//!
//! Japanese mail comes in ISO-2022-JP, Shift_JIS, EUC-JP and UTF-8, often without a label or with another's. A label is believed
//! only as far as the bytes agree with it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// A text with the charset that it turned out to be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text; what no charset explains is U+FFFD.
    pub text: String,
    /// The charset by which it was read, by its WHATWG name.
    pub charset: &'static str,
    /// Whether the label said something else that the bytes did not bear out.
    pub mislabelled: bool,
}

/// Reads bytes that are labelled with a charset, or with none.
///
/// ```
/// use noroshi_post::charset;
/// // 楽天, labelled as what it is not.
/// let found = charset::decode(b"\x1b$B3ZE7\x1b(B", Some("iso-8859-1"));
/// assert_eq!((found.text.as_str(), found.charset, found.mislabelled), ("楽天", "ISO-2022-JP", true));
/// ```
#[must_use]
pub fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    let label = label.map(|label| label.trim_matches(|edge: char| edge.is_whitespace() || matches!(edge, '"' | '\'' | ';')));
    let named = label.and_then(by_label);
    if is_iso_2022_jp(bytes) {
        let plain_label = named.is_some_and(|encoding| encoding == ISO_2022_JP);
        // HZ and the Korean and Chinese kin of ISO 2022 begin otherwise, so the label cannot be right when it says another charset.
        return decoded(bytes, ISO_2022_JP, !plain_label && label.is_some());
    }
    if bytes.is_ascii() && !other_charset(label, named) {
        return Decoded { text: ascii(bytes), charset: named.map_or("US-ASCII", Encoding::name), mislabelled: false };
    }
    if let Some(encoding) = named {
        if believable(bytes, encoding) {
            return decoded(bytes, encoding, false);
        }
    } else if let Some(decoder) = label.and_then(|label| charset_decoder(label.as_bytes())) {
        // Charsets of old mail that browsers no longer know, such as UTF-7.
        return Decoded { text: decoder(bytes), charset: "other", mislabelled: false };
    }
    decoded(bytes, guess(bytes), label.is_some())
}

/// The encoding of a label, with the names that Japanese mail uses beside those of the WHATWG.
fn by_label(label: &str) -> Option<&'static Encoding> {
    let known = Encoding::for_label_no_replacement(label.as_bytes());
    known.or_else(|| {
        Some(match label.to_ascii_lowercase().as_str() {
            "cp932" | "windows-932" | "ms932" | "shift-jis" | "x-ms-cp932" | "sjis-win" => SHIFT_JIS,
            "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3" | "iso-2022-jp-ms" | "cp50220" | "cp50221" | "cp50222" | "jis" => ISO_2022_JP,
            "eucjp" | "eucjp-ms" | "cp51932" | "euc-jp-ms" | "x-eucjp" | "ujis" => EUC_JP,
            "utf8mb4" | "utf_8" => UTF_8,
            _ => return None,
        })
    })
}

/// Whether ASCII bytes may still mean something else by their label (UTF-7 and its like).
fn other_charset(label: Option<&str>, named: Option<&'static Encoding>) -> bool {
    named.is_none() && label.is_some_and(|label| label.to_ascii_lowercase().contains("utf-7"))
}

/// Whether the bytes could be what the label says. Charsets of one byte explain anything, so they are doubted when another
/// charset explains the bytes as well and is hard to meet by chance.
fn believable(bytes: &[u8], encoding: &'static Encoding) -> bool {
    if encoding.decode_without_bom_handling(bytes).1 {
        return false;
    }
    if !encoding.is_single_byte() {
        return true;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return false;
    }
    let other = guess(bytes);
    let japanese = other == SHIFT_JIS || other == EUC_JP;
    !(japanese && encoding == WINDOWS_1252 && mostly_japanese(&other.decode_without_bom_handling(bytes).0))
}

/// Whether a text holds Japanese letters in runs, as words do.
fn mostly_japanese(text: &str) -> bool {
    let (mut letters, mut others) = (0_usize, 0_usize);
    for one in text.chars().filter(|one| !one.is_ascii()) {
        if is_japanese(one) { letters += 1 } else { others += 1 }
    }
    letters >= 4 && letters > others * 4
}

/// Whether there is an escape to a Japanese set of ISO 2022 and nothing of eight bits.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    const ESCAPES: [&[u8]; 6] = [b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I", b"\x1b$(D", b"\x1b$(Q"];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == 0x1b) {
        rest = rest.get(at..).unwrap_or_default();
        if ESCAPES.iter().any(|escape| rest.starts_with(escape)) {
            return bytes.is_ascii();
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// What unlabelled bytes most likely are.
fn guess(bytes: &[u8]) -> &'static Encoding {
    /// As much as the guess needs.
    const MOST_BYTES: usize = 64 * 1024;
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..MOST_BYTES).unwrap_or(bytes), true);
    let guessed = detector.guess(Some(b"jp"), Utf8Detection::Allow);
    let wide = guessed == SHIFT_JIS || guessed == EUC_JP;
    // Lone accented letters of a Western text make lone ideographs.
    if wide && !has_word(&guessed.decode_without_bom_handling(bytes).0) { WINDOWS_1252 } else { guessed }
}

/// Whether two Japanese letters stand side by side anywhere.
fn has_word(text: &str) -> bool {
    let mut before = false;
    text.chars().any(|one| {
        let letter = is_japanese(one);
        let pair = before && letter;
        before = letter;
        pair
    })
}

fn is_japanese(one: char) -> bool {
    matches!(one, '\u{3001}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff9f}')
}

fn decoded(bytes: &[u8], encoding: &'static Encoding, mislabelled: bool) -> Decoded {
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    Decoded { text: text.into_owned(), charset: encoding.name(), mislabelled }
}

fn ascii(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "楽天カードを騙る詐欺サイトのURLをお知らせします。";

    #[test]
    fn a_true_label_is_believed() {
        for encoding in [SHIFT_JIS, EUC_JP, ISO_2022_JP, UTF_8] {
            let bytes = encoding.encode(TEXT).0;
            let found = decode(&bytes, Some(encoding.name()));
            assert_eq!((found.text.as_str(), found.charset, found.mislabelled), (TEXT, encoding.name(), false));
        }
        assert_eq!(decode(b"caf\xe9", Some("iso-8859-1")).text, "café");
        assert_eq!(decode(b"\xc7\xd1\xb1\xb9", Some("ks_c_5601-1987")).text, "한국");
        assert_eq!(decode("ｱｲｳ".as_bytes(), Some("utf-8")).text, "ｱｲｳ");
        assert_eq!(decode(b"\x1b(I123\x1b(B", Some("iso-2022-jp")).text, "ｱｲｳ");
        assert_eq!(decode(b"Hi +AGEAYg-", Some("utf-7")).text, "Hi ab");
    }

    #[test]
    fn a_false_or_missing_label_is_not() {
        for encoding in [SHIFT_JIS, EUC_JP, ISO_2022_JP, UTF_8] {
            let bytes = encoding.encode(TEXT).0;
            for label in [None, Some("us-ascii"), Some("iso-8859-1"), Some("utf-8"), Some("x-unknown"), Some("")] {
                assert_eq!(decode(&bytes, label).text, TEXT, "{} as {label:?}", encoding.name());
            }
        }
        assert!(decode(&SHIFT_JIS.encode(TEXT).0, Some("utf-8")).mislabelled);
        assert!(!decode(&SHIFT_JIS.encode(TEXT).0, None).mislabelled);
    }

    #[test]
    fn western_texts_stay_western() {
        for text in ["Über die Straße gehört", "à bientôt, l'été", "«¿Qué?»"] {
            let bytes = WINDOWS_1252.encode(text).0;
            assert_eq!(decode(&bytes, Some("iso-8859-1")).text, text);
        }
        assert_eq!(decode(b"Forma\xe7\xe3o e Ver\xe3o", None).text, "Formação e Verão");
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), label in "[a-z0-9-]{0,12}") {
            let _ = decode(&bytes, Some(&label));
        }

        #[test]
        fn utf_8_is_always_read(text in "\\PC{0,40}") {
            prop_assume!(!text.starts_with('\u{feff}'));
            prop_assert_eq!(decode(text.as_bytes(), Some("utf-8")).text, text);
        }
    }
}
