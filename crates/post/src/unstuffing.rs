//! Where a letter ends that comes by SMTP or LMTP.

/// Takes the transparency off a letter and finds its end (RFC 5321 4.5.2). Only `CRLF.CRLF` ends it: a line that ends by LF or CR
/// alone is no line, or what one server takes for the rest of a letter another takes for the next.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unstuffing {
    place: Place,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    LineStart,
    Within,
    Cr,
    /// A dot at the line's start, not yet given out.
    Dot,
    /// That dot and a CR, not yet given out.
    DotCr,
}

impl Unstuffing {
    /// Appends what is of the letter; says how many bytes were used and whether the letter has ended. Its last line's end is kept.
    pub fn take(&mut self, bytes: &[u8], into: &mut Vec<u8>) -> (usize, bool) {
        for (at, &byte) in bytes.iter().enumerate() {
            // A dot that begins a line is dropped, whatever follows.
            self.place = match (self.place, byte) {
                (Place::LineStart, b'.') => {
                    self.place = Place::Dot;
                    continue;
                }
                (Place::Dot, b'\r') => {
                    self.place = Place::DotCr;
                    continue;
                }
                (Place::DotCr, b'\n') => return (at + 1, true),
                (Place::DotCr, _) => {
                    into.push(b'\r');
                    if byte == b'\r' { Place::Cr } else { Place::Within }
                }
                (Place::Cr, b'\n') => Place::LineStart,
                (_, b'\r') => Place::Cr,
                _ => Place::Within,
            };
            into.push(byte);
        }
        (bytes.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unstuffed(sent: &[u8], at_once: usize) -> Option<(Vec<u8>, usize)> {
        let (mut unstuffing, mut letter, mut used) = (Unstuffing::default(), Vec::new(), 0);
        for part in sent.chunks(at_once) {
            let (of_part, ended) = unstuffing.take(part, &mut letter);
            used += of_part;
            if ended {
                return Some((letter, used));
            }
        }
        None
    }

    #[test]
    fn only_crlf_dot_crlf_ends_a_letter() {
        for (sent, expected) in [
            (&b".\r\n"[..], Some(&b""[..])),
            (b"hi\r\n.\r\n", Some(b"hi\r\n")),
            (b"..hi\r\n.\r\n", Some(b".hi\r\n")),
            (b"hi\r\n..\r\n.a\r\n.\r\n", Some(b"hi\r\n.\r\na\r\n")),
            (b"hi\n.\n", None),
            (b"hi\n.\r\n", None),
            (b"hi\r\n.\n", None),
            (b"hi\r.\r", None),
            (b"hi\r.\r\n", None),
            (b"hi\r\n.\r\r\n", None),
            (b"hi\r\n\x00.\r\n", None),
            (b"hi\r\r\n.\r\n", Some(b"hi\r\r\n")),
            (b"a\n.\r\nMAIL FROM:<b@example.jp>\r\n.\r\n", Some(b"a\n.\r\nMAIL FROM:<b@example.jp>\r\n")),
            (b"a\r\n.\nb\r\n.\r\n", Some(b"a\r\n\nb\r\n")),
            (b"a\r\n.\r\rb\r\n.\r\n", Some(b"a\r\n\r\rb\r\n")),
        ] {
            for at_once in [1, 2, 3, 100] {
                assert_eq!(unstuffed(sent, at_once).map(|(letter, _)| letter).as_deref(), expected, "{:?} by {at_once}", String::from_utf8_lossy(sent));
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_stuffed_comes_out(lines in prop::collection::vec(prop::collection::vec(prop::sample::select(b"..\r\na\x00\xff".to_vec()), 0..8), 0..8), at_once in 1_usize..9) {
            // Lines of CRLF, within which CR and LF may stand alone, but not make a line's end together.
            let lines: Vec<Vec<u8>> = lines.into_iter().map(|line| line.into_iter().filter(|&byte| byte != b'\n').collect()).collect();
            let mut letter = Vec::new();
            let mut sent = Vec::new();
            for line in &lines {
                letter.extend_from_slice(line);
                letter.extend_from_slice(b"\r\n");
                if line.first() == Some(&b'.') {
                    sent.push(b'.');
                }
                sent.extend_from_slice(line);
                sent.extend_from_slice(b"\r\n");
            }
            sent.extend_from_slice(b".\r\n");
            let length = sent.len();
            sent.extend_from_slice(b"QUIT\r\n");
            prop_assert_eq!(unstuffed(&sent, at_once), Some((letter, length)));
        }

        #[test]
        fn nothing_ends_early(sent in prop::collection::vec(prop::sample::select(b".\r\na".to_vec()), 0..40), at_once in 1_usize..9) {
            let end = if sent.starts_with(b".\r\n") { Some(3) } else { sent.windows(5).position(|window| window == b"\r\n.\r\n").map(|at| at + 5) };
            prop_assert_eq!(unstuffed(&sent, at_once).map(|(_, used)| used), end);
        }
    }
}
