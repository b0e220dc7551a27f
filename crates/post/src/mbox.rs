//! Mailboxes in the mbox format (RFC 4155) and its relatives: where each letter lies.

use std::ops::Range;

/// Finds the letters of an mbox: the byte range of each, without its `From ` line and the blank line behind it.
///
/// A separator is a line that begins with `From ` and holds a time of day, at the beginning or behind a blank line: a sentence that
/// begins so is none. Bytes before the first separator are a
/// letter of their own, so that nothing is lost when the file is no mbox at all.
pub fn letters(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let begin = if is_separator(bytes.get(at..line_end(bytes, at)).unwrap_or_default()) { line_end(bytes, at) } else { at };
            let end = next_separator(bytes, begin);
            at = end;
            let letter = begin..trimmed(bytes, begin, end);
            if !letter.is_empty() {
                return Some(letter);
            }
        }
        None
    })
}

fn is_separator(line: &[u8]) -> bool {
    let time = |five: &[u8]| matches!(five, [a, b, b':', c, d] if [a, b, c, d].into_iter().all(u8::is_ascii_digit));
    line.starts_with(b"From ") && line.len() < 500 && line.windows(5).any(time)
}

/// The place behind the line at `at`.
fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')).map_or(bytes.len(), |place| at + place + 1)
}

/// The place of the next separator from `from` on, or the end.
fn next_separator(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut blank = true;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let line = bytes.get(at..end).unwrap_or_default();
        if blank && at > from && is_separator(line) {
            return at;
        }
        blank = matches!(line, b"\n" | b"\r\n");
        at = end;
    }
    bytes.len()
}

/// The end of a letter without the blank line that the mailbox adds.
fn trimmed(bytes: &[u8], begin: usize, end: usize) -> usize {
    let letter = bytes.get(begin..end).unwrap_or_default();
    let blank = [&b"\r\n\r\n"[..], b"\n\n"].into_iter().find(|blank| letter.ends_with(blank) && end < bytes.len());
    end - blank.map_or(0, |blank| blank.len() / 2)
}

/// Undoes the quoting of `From ` lines (`>From `) that writers of mailboxes add.
#[must_use]
pub fn unquoted(letter: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(letter.len());
    for line in letter.split_inclusive(|byte| *byte == b'\n') {
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        let quoted = quotes > 0 && line.get(quotes..).is_some_and(|rest| rest.starts_with(b"From "));
        out.extend_from_slice(line.get(usize::from(quoted)..).unwrap_or_default());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(mbox: &str) -> Vec<&str> {
        letters(mbox.as_bytes()).map(|range| &mbox[range]).collect()
    }

    #[test]
    fn letters_are_found() {
        assert_eq!(found("From a Mon Jan  4 10:12:00 2019\nA: 1\n\nx\n\nFrom b Tue Jan  5 01:02:03 2019\nB: 2\n\ny\n"), ["A: 1\n\nx\n", "B: 2\n\ny\n"]);
        assert_eq!(found("A: 1\n\nFrom here on it is text\n"), ["A: 1\n\nFrom here on it is text\n"]);
        assert_eq!(found("From a 10:12\r\nA: 1\r\n\r\nx\r\n\r\nFrom b 10:13\r\nB: 2\r\n"), ["A: 1\r\n\r\nx\r\n", "B: 2\r\n"]);
        assert_eq!(found(""), [""; 0]);
        assert_eq!(unquoted(b"a\n>From b\n>>From c\n> From d\n"), b"a\nFrom b\n>From c\n> From d\n");
    }

    proptest! {
        #[test]
        fn letters_lie_in_order_and_within(text in "(From |From 10:12\n|\n|\r\n|a|>|: ){0,40}") {
            let mut last = 0;
            for range in letters(text.as_bytes()) {
                prop_assert!(range.start >= last && range.end <= text.len() && !range.is_empty());
                last = range.end;
            }
        }
    }
}
