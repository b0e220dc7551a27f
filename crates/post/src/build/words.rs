//! Texts in the fields of a head: encoded words (RFC 2047) and quoted strings, cut where a line may be folded.

use super::{Charset, jis};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The longest encoded word that is made. The standard allows 75 characters; this much fits behind the name of any field of ours on
/// its first line of at most 76 (RFC 2047, section 2).
const MOST_WORD: usize = 64;
/// The longest word that is left as it is: behind the longest field's name it stays within the line.
const MOST_PLAIN: usize = 60;

/// Takes line ends and other control characters out of a text for a head, so that no text can begin a field of its own.
pub(super) fn one_line(text: &str) -> String {
    let flat: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    flat.trim().to_owned()
}

/// The pieces of an unstructured field, for example of a subject. Between them stands a space or a fold.
pub(super) fn unstructured(text: &str, charset: Charset) -> Vec<String> {
    let text = one_line(text);
    if is_plain(&text) { text.split(' ').map(str::to_owned).collect() } else { encoded(&text, charset) }
}

/// The pieces of a display name: words, a quoted string, or encoded words.
pub(super) fn phrase(name: &str, charset: Charset) -> Vec<String> {
    let name = one_line(name);
    if name.is_empty() {
        return Vec::new();
    }
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'!' | b'#' | b'&' | b'\'' | b'*' | b' ');
    if is_plain(&name) && name.bytes().all(atom) {
        return name.split(' ').map(str::to_owned).collect();
    }
    // What would need escapes within quotes is encoded: many readers mistake them.
    let quotable = name.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
    if quotable && name.len() <= MOST_PLAIN && !name.contains("=?") {
        return vec![format!("\"{name}\"")];
    }
    encoded(&name, charset)
}

/// Whether a text can stand as it is and be folded at its spaces.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("=?") && !text.contains("  ") && text.split(' ').all(|word| word.len() <= MOST_PLAIN)
}

/// Encodes the whole text, so that the spaces between words are within them: those between encoded words do not count. No character
/// is cut in two.
fn encoded(text: &str, charset: Charset) -> Vec<String> {
    let escaped: usize = text.bytes().map(|byte| if is_q_safe(byte) { 1 } else { 3 }).sum();
    let by_base64 = charset == Charset::Iso2022Jp || escaped > text.len().div_ceil(3) * 4;
    let word = |chunk: &str| {
        let bytes = match charset {
            Charset::Utf8 => chunk.as_bytes().to_vec(),
            // A letter in this charset was found to be encodable as a whole.
            Charset::Iso2022Jp => jis::encode(chunk).unwrap_or_else(|| b"?".to_vec()),
        };
        if by_base64 { format!("=?{}?B?{}?=", charset.label(), BASE64_STANDARD.encode(bytes)) } else { format!("=?{}?Q?{}?=", charset.label(), q(&bytes)) }
    };
    let (mut words, mut from) = (Vec::new(), 0);
    for (at, one) in text.char_indices() {
        let to = at + one.len_utf8();
        let longer = text.get(from..to).unwrap_or_default();
        if at > from && word(longer).len() > MOST_WORD {
            words.push(word(text.get(from..at).unwrap_or_default()));
            from = at;
        }
    }
    words.push(word(text.get(from..).unwrap_or_default()));
    words
}

/// The encoding `Q` in the form that is also allowed within a phrase (RFC 2047, section 5, rule 3).
fn q(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b' ' => "_".to_owned(),
            _ if is_q_safe(*byte) => char::from(*byte).to_string(),
            _ => format!("={byte:02X}"),
        })
        .collect()
}

const fn is_q_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'!' | b'*' | b'+' | b'-' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;
    use proptest::prelude::*;

    #[test]
    fn names_are_written_as_simply_as_they_can() {
        for (name, expected) in [
            ("Example CSIRT", &["Example", "CSIRT"][..]),
            ("Example, Inc.", &["\"Example, Inc.\""]),
            ("A  B", &["\"A  B\""]),
            ("", &[]),
            (" \r\n ", &[]),
            ("say \"hi\"", &["=?UTF-8?Q?say_=22hi=22?="]),
            ("=?x?q?y?=", &["=?UTF-8?B?PT94P3E/eT89?="]),
            ("例示 CSIRT", &["=?UTF-8?B?5L6L56S6IENTSVJU?="]),
            ("Jörg Example", &["=?UTF-8?Q?J=C3=B6rg_Example?="]),
        ] {
            assert_eq!(phrase(name, Charset::Utf8), expected, "{name}");
        }
        assert_eq!(phrase("報告", Charset::Iso2022Jp), ["=?ISO-2022-JP?B?GyRCSnM5cBsoQg==?="]);
    }

    #[test]
    fn nothing_breaks_the_line() {
        for charset in [Charset::Utf8, Charset::Iso2022Jp] {
            for text in ["a\r\nBcc: b@example.jp", "a\nb", "a\u{b}b\0", "報\r\n告"] {
                assert!(unstructured(text, charset).iter().chain(&phrase(text, charset)).all(|piece| piece.bytes().all(|byte| matches!(byte, b' '..=b'~'))));
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(text in "([ -~]|[ぁ-ん一-熙]|[é😀①]|=\\?|x{80}){0,40}", iso in any::<bool>()) {
            let charset = if iso && jis::encode(&text).is_some() { Charset::Iso2022Jp } else { Charset::Utf8 };
            for pieces in [unstructured(&text, charset), encoded(&one_line(&text), charset)] {
                prop_assert!(pieces.iter().all(|piece| piece.len() <= 75 && piece.is_ascii()));
                prop_assert_eq!(words::text(pieces.join("\r\n ").as_bytes()), one_line(&text));
                for word in pieces.iter().filter(|piece| piece.starts_with("=?")) {
                    prop_assert!(!words::text(word.as_bytes()).contains('\u{fffd}'), "{} is whole", word);
                }
            }
        }
    }
}
