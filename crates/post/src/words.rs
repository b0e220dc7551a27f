//! Encoded words in header fields (RFC 2047), as they come: split in the middle of a character, mislabelled, or not encoded at all.

use crate::charset;
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode_char};

/// The longest header field that is read, in bytes; the rest of a longer one is not looked at.
pub const MOST_BYTES: usize = 64 * 1024;

/// One stretch of a field: bytes in a charset, or plain bytes.
struct Stretch<'a> {
    label: Option<&'a str>,
    bytes: Vec<u8>,
}

/// The text of a field's raw value: unfolded, encoded words decoded, neighbours of one charset joined before they are decoded,
/// since senders split words in the middle of a character.
///
/// ```
/// use noroshi_post::words;
/// assert_eq!(words::text(b" =?ISO-2022-JP?B?GyRCM1pFNxsoQg==?= card\r\n"), "楽天 card");
/// ```
#[must_use]
pub fn text(raw: &[u8]) -> String {
    let unfolded = unfold(raw.get(..MOST_BYTES).unwrap_or(raw));
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    let mut plain = Vec::new();
    let mut rest = unfolded.as_slice();
    while let Some(byte) = rest.first() {
        if let Some((label, bytes, behind)) = encoded_word(rest) {
            // White space between encoded words is not text (section 6.2).
            if !(stretches.last().is_some_and(|last| last.label.is_some()) && plain.iter().all(u8::is_ascii_whitespace)) {
                push(&mut stretches, None, std::mem::take(&mut plain));
            }
            plain.clear();
            push(&mut stretches, Some(label), bytes);
            rest = behind;
        } else {
            plain.push(*byte);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    push(&mut stretches, None, plain);
    let decoded: String = stretches.iter().map(|stretch| charset::decode(&stretch.bytes, stretch.label).text).collect();
    decoded.trim().chars().map(|one| if one.is_control() { ' ' } else { one }).collect()
}

fn push<'a>(stretches: &mut Vec<Stretch<'a>>, label: Option<&'a str>, bytes: Vec<u8>) {
    match stretches.last_mut() {
        _ if bytes.is_empty() => {}
        Some(last) if last.label.zip(label).is_some_and(|(last, label)| last.eq_ignore_ascii_case(label)) => {
            // Each word of ISO-2022-JP ends in ASCII (RFC 1468). Back to Kanji at once, with nothing between, is an error to decoders.
            if last.bytes.ends_with(b"\x1b(B") && bytes.first() == Some(&0x1b) {
                last.bytes.truncate(last.bytes.len() - 3);
            }
            last.bytes.extend(bytes);
        }
        _ => stretches.push(Stretch { label, bytes }),
    }
}

/// Takes out line ends; a line that is folded begins with white space, which stays.
fn unfold(raw: &[u8]) -> Vec<u8> {
    raw.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect()
}

/// The encoded word at the beginning: its charset, its bytes, and what stands behind it.
fn encoded_word(text: &[u8]) -> Option<(&str, Vec<u8>, &[u8])> {
    let rest = text.strip_prefix(b"=?")?;
    let (label, rest) = split(rest, b'?', 40)?;
    let (encoding, rest) = split(rest, b'?', 1)?;
    let label = std::str::from_utf8(label).ok()?;
    // A language may follow the charset (RFC 2231, section 5).
    let label = label.split('*').next().filter(|label| !label.is_empty())?;
    let end = rest.windows(2).position(|two| two == b"?=")?;
    let (inner, behind) = (rest.get(..end)?, rest.get(end + 2..)?);
    let bytes = match encoding {
        b"B" | b"b" => base64(inner)?,
        b"Q" | b"q" => quoted(inner),
        _ => return None,
    };
    Some((label, bytes, behind))
}

fn split(text: &[u8], at: u8, most: usize) -> Option<(&[u8], &[u8])> {
    let place = text.iter().take(most + 1).position(|byte| *byte == at)?;
    Some((text.get(..place)?, text.get(place + 1..)?))
}

/// Base64 with its padding forgotten or white space inside, as some senders write it.
fn base64(inner: &[u8]) -> Option<Vec<u8>> {
    let mut clean: Vec<u8> = inner.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').collect();
    while !clean.len().is_multiple_of(4) {
        clean.push(b'=');
    }
    base64_decode(&clean)
}

fn quoted(inner: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(byte) = rest.first() {
        let escaped = match rest {
            [b'=', high, low, ..] => quoted_printable_decode_char(*high, *low),
            _ => None,
        };
        out.push(match (byte, escaped) {
            (_, Some(decoded)) => decoded,
            (b'_', None) => b' ',
            (other, None) => *other,
        });
        rest = rest.get(if escaped.is_some() { 3 } else { 1 }..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_read_as_rfc_2047_says() {
        for (raw, expected) in [
            (&b"=?US-ASCII?Q?Keith_Moore?= <moore@example.test>"[..], "Keith Moore <moore@example.test>"),
            (b"(=?ISO-8859-1?Q?a?=)", "(a)"),
            (b"(=?ISO-8859-1?Q?a?= b)", "(a b)"),
            (b"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
            (b"(=?ISO-8859-1?Q?a?=\r\n  =?ISO-8859-1?Q?b?=)", "(ab)"),
            (b"(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
            (b"=?utf-8*ja?q?=E6=A5=BD?=", "楽"),
            (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
            (b"=?utf-8?Q?open", "=?utf-8?Q?open"),
            (b"a = b ?= c", "a = b ?= c"),
        ] {
            assert_eq!(text(raw), expected);
        }
    }

    #[test]
    fn words_that_are_split_within_a_character_are_joined() {
        // 詐 is E8 A9 90.
        assert_eq!(text(b"=?UTF-8?B?6Kk=?= =?UTF-8?B?kA==?="), "詐");
        assert_eq!(text(b"=?UTF-8?Q?=E8=A9?=\r\n =?utf-8?Q?=90?="), "詐");
        assert_eq!(text(b"=?ISO-2022-JP?B?GyRCTmMbKEI=?=\r\n =?ISO-2022-JP?B?GyRCPCgbKEI=?="), "例示", "each word goes back to ASCII by itself");
    }

    #[test]
    fn raw_bytes_are_read_by_what_they_are() {
        assert_eq!(text(b"\x1b$B3ZE7\x1b(B"), "楽天");
        assert_eq!(text("楽天".as_bytes()), "楽天");
        assert_eq!(text(b"\x8a\x79\x93\x56\x83\x4a\x81\x5b\x83\x68"), "楽天カード");
        assert_eq!(text(b"=?us-ascii?B?GyRCM1pFNxsoQg?="), "楽天", "padding forgotten, label wrong");
    }

    #[test]
    fn nothing_breaks_the_line() {
        assert_eq!(text(b"=?utf-8?Q?a=0D=0ABcc:_b?="), "a  Bcc: b");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(raw in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(!text(&raw).chars().any(char::is_control));
        }

        #[test]
        fn near_words_never_panic(raw in "(=\\?|\\?=|\\?|Q|B|utf-8|=[0-9A-F]{1,2}|[ a-z]){0,40}") {
            let _ = text(raw.as_bytes());
        }
    }
}
