//! Mailboxes in the mbox format (RFC 4155) and its relatives: where each letter lies.

use std::io::{self, BufRead, Read as _};

/// The most bytes of a letter; a longer one is cut there, and its rest is the next one.
const MOST_BYTES: usize = 128 << 20;

/// Reads the letters of an mbox one after the other: the bytes of each, without its `From ` line and the blank line behind it.
///
/// A separator is a line that begins with `From ` and holds a time of day, at the beginning or behind a blank line: a sentence that
/// begins so is none. Bytes before the first separator are a letter of their own, so that nothing is lost when the file is no
/// mbox at all.
#[derive(Debug)]
pub struct Letters<R> {
    source: R,
    line: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> Letters<R> {
    /// Reads `source`.
    pub fn new(source: R) -> Self {
        Self { source, line: Vec::new(), ended: false }
    }

    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut letter = Vec::new();
        let mut blank = true;
        loop {
            self.line.clear();
            if self.ended || self.source.by_ref().take(MOST_BYTES as u64).read_until(b'\n', &mut self.line)? == 0 {
                self.ended = true;
                return Ok((!letter.is_empty()).then_some(letter));
            }
            if blank && is_separator(&self.line) {
                if !letter.is_empty() {
                    trim(&mut letter);
                    return Ok(Some(letter));
                }
                continue;
            }
            blank = matches!(self.line.as_slice(), b"\n" | b"\r\n");
            letter.extend_from_slice(&self.line);
            if letter.len() > MOST_BYTES {
                return Ok(Some(letter));
            }
        }
    }
}

impl<R: BufRead> Iterator for Letters<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn is_separator(line: &[u8]) -> bool {
    let time = |five: &[u8]| matches!(five, [a, b, b':', c, d] if [a, b, c, d].into_iter().all(u8::is_ascii_digit));
    line.starts_with(b"From ") && line.len() < 500 && line.windows(5).any(time)
}

/// Takes off the blank line that the mailbox adds.
fn trim(letter: &mut Vec<u8>) {
    let blank = [&b"\r\n\r\n"[..], b"\n\n"].into_iter().find(|blank| letter.ends_with(blank));
    letter.truncate(letter.len() - blank.map_or(0, |blank| blank.len() / 2));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(mbox: &str) -> Vec<String> {
        Letters::new(mbox.as_bytes()).map(|letter| String::from_utf8(letter.expect("no read fails")).expect("text")).collect()
    }

    #[test]
    fn letters_are_found() {
        assert_eq!(found("From a Mon Jan  4 10:12:00 2019\nA: 1\n\nx\n\nFrom b Tue Jan  5 01:02:03 2019\nB: 2\n\ny\n"), ["A: 1\n\nx\n", "B: 2\n\ny\n"]);
        assert_eq!(found("A: 1\n\nFrom here on it is text\n"), ["A: 1\n\nFrom here on it is text\n"]);
        assert_eq!(found("From a 10:12\r\nA: 1\r\n\r\nx\r\n\r\nFrom b 10:13\r\nB: 2\r\n"), ["A: 1\r\n\r\nx\r\n", "B: 2\r\n"]);
        assert_eq!(found(""), [""; 0]);
    }

    proptest! {
        #[test]
        fn no_line_is_lost(text in "(From |From 10:12\n|\n|\r\n|a|>|: ){0,40}") {
            let kept: usize = found(&text).iter().map(|letter| letter.matches(['a', '>', ':']).count()).sum();
            let separators: usize = text.split_inclusive('\n').filter(|line| is_separator(line.as_bytes())).map(|line| line.matches(['a', '>', ':']).count()).sum();
            prop_assert!(kept + separators >= text.matches(['a', '>', ':']).count());
            prop_assert!(found(&text).iter().all(|letter| !letter.is_empty()));
        }
    }
}
