//! Transfer encodings (RFC 2045, section 6) that pass any mail server unharmed, and any signature with them.

use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The longest line of what is sent as it is, in bytes without the line end (RFC 5322, section 2.1.1).
const MOST_LINE: usize = 998;
/// The longest line of encoded bytes (RFC 2045, sections 6.7 and 6.8).
const ENCODED_LINE: usize = 76;

/// How bytes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    SevenBit,
    QuotedPrintable,
    Base64,
}

impl Transfer {
    /// The value of `Content-Transfer-Encoding`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SevenBit => "7bit",
            Self::QuotedPrintable => "quoted-printable",
            Self::Base64 => "base64",
        }
    }

    /// The encoding of a text whose lines end in CR LF. `steady` asks for one that also survives servers that take spaces off the ends of
    /// lines or write `>` before `From ` (RFC 3156, section 5): then nothing of the kind stands in the encoded text.
    pub(super) fn of_text(text: &[u8], steady: bool) -> Self {
        let escapes = text.contains(&0x1b);
        let legal = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n') || (escapes && *byte == 0x1b);
        let plain = |line: &[u8]| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let touched = line.starts_with(b"From ") || line.last().is_some_and(|last| matches!(last, b' ' | b'\t'));
            // Lines of ISO-2022-JP are never folded for their length alone: its readers are the ones that cannot undo it.
            line.len() <= if escapes { MOST_LINE } else { 78 } && !(touched && (steady || !escapes))
        };
        if text.iter().all(legal) && text.split(|byte| *byte == b'\n').all(plain) {
            return Self::SevenBit;
        }
        let others = text.iter().filter(|byte| !matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')).count();
        // Three bytes for one, against four for three: from a sixth on, base64 is the shorter.
        if escapes || others > text.len() / 6 { Self::Base64 } else { Self::QuotedPrintable }
    }

    /// The encoded bytes. Within quoted-printable CR LF is a line end and stays one (RFC 2045, section 6.7, rule 4).
    pub(super) fn encode(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::SevenBit => bytes.to_vec(),
            Self::QuotedPrintable => quoted_printable(bytes),
            Self::Base64 => {
                let encoded = BASE64_STANDARD.encode(bytes);
                encoded.as_bytes().chunks(ENCODED_LINE).flat_map(|line| [line, b"\r\n"].concat()).collect()
            }
        }
    }
}

fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.strip_suffix(b"\r\n").unwrap_or(line);
        let mut column = 0;
        for (place, byte) in bare.iter().enumerate() {
            let rest = bare.get(place..).unwrap_or_default();
            let last = rest.len() == 1;
            let literal = |column: usize| match byte {
                b' ' | b'\t' => !last,
                b'=' => false,
                // `From ` is changed in mailboxes, a lone dot ends a letter on its way.
                b'F' if column == 0 => !rest.starts_with(b"From "),
                b'.' if column == 0 => !last,
                _ => matches!(byte, b'!'..=b'~'),
            };
            // The last place of a line is the soft line end's.
            if column + if literal(column) { 1 } else { 3 } > ENCODED_LINE - usize::from(!last) {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            if literal(column) {
                out.push(*byte);
                column += 1;
            } else {
                out.extend_from_slice(format!("={byte:02X}").as_bytes());
                column += 3;
            }
        }
        if bare.len() < line.len() {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
    use proptest::prelude::*;

    #[test]
    fn texts_are_sent_as_simply_as_they_can() {
        let long = "x".repeat(79);
        for (text, steady, expected) in [
            ("plain\r\n", true, Transfer::SevenBit),
            ("trailing \r\n", false, Transfer::QuotedPrintable),
            ("From here\r\n", false, Transfer::QuotedPrintable),
            ("café au lait, s'il vous plaît\r\n", false, Transfer::QuotedPrintable),
            (&long, false, Transfer::QuotedPrintable),
            ("日本語\r\n", false, Transfer::Base64),
            ("\x1b$BF|K\\\x1b(B \r\n-- \r\nFrom \r\n", false, Transfer::SevenBit),
            ("\x1b$BF|K\\\x1b(B\r\n-- \r\n", true, Transfer::Base64),
            ("\x1b$BF|K\\\x1b(B\r\n", true, Transfer::SevenBit),
        ] {
            assert_eq!(Transfer::of_text(text.as_bytes(), steady), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn encoded_texts_are_steady_and_read_back(text in "(\r\n|[ -~]{0,90}|From |\\.|é|日|=|\t| ){0,30}") {
            let text = text.as_bytes();
            let transfer = Transfer::of_text(text, true);
            let encoded = transfer.encode(text);
            for line in encoded.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
                prop_assert!(line.len() <= 78 && line.is_ascii());
                prop_assert!(!line.ends_with(b" ") && !line.ends_with(b"\t") && !line.starts_with(b"From "));
            }
            let read = match transfer {
                Transfer::SevenBit => Some(encoded),
                Transfer::QuotedPrintable => quoted_printable_decode(&encoded),
                Transfer::Base64 => base64_decode(&encoded),
            };
            prop_assert_eq!(read.as_deref(), Some(text));
        }
    }
}
