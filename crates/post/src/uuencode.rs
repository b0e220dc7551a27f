//! Files in texts as uuencode (POSIX.1-2017, `uuencode`) wrote them, before MIME and on some old machines still: `begin 644 name`, lines of
//! up to 45 bytes, `end`.

/// The most files of a text that are read.
pub const MOST_FILES: usize = 20;
/// By how many bytes the files may be larger than the text: only lines that lost the spaces at their ends give more than they are.
const MOST_GROWTH: usize = 4 << 10;

/// A file that stood in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, as it stood there.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it came to its `end`; if not, these are the bytes up to where it breaks off.
    pub whole: bool,
}

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The files, at most [`MOST_FILES`].
    pub files: Vec<File>,
    /// Whether more seem to follow, which were not read.
    pub more: bool,
}

/// The files in a text, at most [`MOST_FILES`]. What only looks like the beginning of one is text: a file holds at least a line that can be
/// decoded, or nothing but its `end`.
///
/// ```
/// let files = noroshi_post::uuencode::find("See below.\nbegin 644 note.txt\n%:&5L;&\\`\n`\nend\n").files;
/// assert_eq!((files[0].name.as_str(), files[0].bytes.as_slice()), ("note.txt", &b"hello"[..]));
/// ```
#[must_use]
pub fn find(text: &str) -> Found {
    let mut files = Vec::new();
    let mut room = text.len().saturating_add(MOST_GROWTH);
    let mut lines = text.lines();
    // No line of a file begins with a small letter but its `end`, so no line is looked at twice.
    while let Some(line) = lines.next() {
        let Some(name) = begins(line) else { continue };
        if files.len() >= MOST_FILES {
            return Found { files, more: true };
        }
        let mut file = File { name: name.to_owned(), bytes: Vec::new(), whole: false };
        let mut found = false;
        while let Some(line) = lines.clone().next() {
            file.whole = line.trim_end() == "end";
            found |= file.whole;
            if !file.whole && !decode(line, &mut file.bytes, room) {
                break;
            }
            found |= !file.bytes.is_empty();
            lines.next();
            if file.whole {
                break;
            }
        }
        if found {
            room = room.saturating_sub(file.bytes.len());
            files.push(file);
        }
    }
    Found { files, more: false }
}

/// The name in `begin 644 name`.
fn begins(line: &str) -> Option<&str> {
    let (mode, name) = line.strip_prefix("begin ")?.split_once(' ')?;
    let octal = matches!(mode.len(), 3 | 4) && mode.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    (octal && !name.trim().is_empty()).then(|| name.trim())
}

/// Adds a line's bytes, unless they would be more than `most` then; whether it is a line of a file. The first character says how many bytes
/// there are. Spaces, which are zeros, may have been lost at the line's end; a checksum may follow.
fn decode(line: &str, out: &mut Vec<u8>, most: usize) -> bool {
    let digit = |byte: u8| matches!(byte, b' '..=b'`').then(|| (byte - b' ') & 0x3f);
    let Some((length, rest)) = line.as_bytes().split_first() else { return false };
    let Some(length) = digit(*length).map(usize::from) else { return false };
    let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
    let needed = length.div_ceil(3) * 4;
    let rest = if rest.len() > needed + 1 { rest.trim_ascii_end() } else { rest };
    if out.len() + length > most || rest.len() > needed + 1 || !rest.iter().all(|byte| digit(*byte).is_some()) {
        return false;
    }
    let before = out.len();
    let mut digits = rest.iter().filter_map(|byte| digit(*byte)).chain(std::iter::repeat(0));
    for _ in 0..needed / 4 {
        let four: Vec<u32> = digits.by_ref().take(4).map(u32::from).collect();
        let group = four.iter().fold(0_u32, |group, digit| group << 6 | digit);
        out.extend(group.to_be_bytes().into_iter().skip(1));
    }
    out.truncate(before + length);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn files(text: &str) -> Vec<File> {
        find(text).files
    }

    fn encoded(name: &str, bytes: &[u8], zero: char) -> String {
        let digit = |value: u8| if value == 0 { zero } else { char::from(value + b' ') };
        let mut text = format!("begin 644 {name}\n");
        for line in bytes.chunks(45) {
            text.push(digit(u8::try_from(line.len()).expect("at most 45")));
            for three in line.chunks(3) {
                let at = |place: usize| three.get(place).copied().unwrap_or(0);
                let four = [at(0) >> 2, at(0) << 4 & 0x30 | at(1) >> 4, at(1) << 2 & 0x3c | at(2) >> 6, at(2) & 0x3f];
                text.extend(four.map(digit));
            }
            text.push('\n');
        }
        text.push(zero);
        text.push_str("\nend\n");
        text
    }

    #[test]
    fn what_only_looks_so_is_text() {
        for text in [
            "begin 644 the day\nWith a walk.\nend\n",
            "begin 999 a\n`\nend\n",
            "begin 64 a\n`\nend\n",
            "begin 644 \n`\nend\n",
            " begin 644 a\n`\nend\n",
            "begin 644 a\n",
            "begin 644 a\n\n",
            "begin 644 a\n日本\nend\n",
            "end\n",
        ] {
            assert_eq!(files(text), [], "{text}");
        }
    }

    #[test]
    fn what_breaks_off_is_told() {
        let text = encoded("a.bin", &[7; 200], '`');
        let cut: String = text.lines().take(3).map(|line| format!("{line}\n")).collect();
        assert_eq!(files(&cut), [File { name: "a.bin".into(), bytes: vec![7; 90], whole: false }]);
        assert_eq!(files(&format!("{cut}and so on\n{text}")).len(), 2, "what follows is read");
        assert_eq!(files("begin 644 empty\n`\nend\n"), [File { name: "empty".into(), bytes: Vec::new(), whole: true }]);
        let many = find(&text.repeat(50));
        assert_eq!((many.files.len(), many.more, find(&text.repeat(MOST_FILES)).more), (MOST_FILES, true, false));
    }

    #[test]
    fn sums_and_lost_spaces_are_borne() {
        let bytes = [&b"abc"[..], &[0; 42]].concat();
        let spaces = encoded("a", &bytes, ' ');
        let lost: String = spaces.lines().map(|line| format!("{}\r\n", line.trim_end_matches(' '))).collect();
        assert_eq!(files(&spaces)[0].bytes, bytes);
        // The line of length nothing is empty then; such a file breaks off there.
        assert_eq!(files(&lost)[0].bytes, bytes);
        assert_eq!(files("begin 644 a\n#86)CX\n`\nend\n")[0].bytes, b"abc");
    }

    #[test]
    fn a_text_does_not_grow() {
        let text = format!("begin 644 a\n{}`\nend\n", "M\n".repeat(100_000));
        let found = files(&text);
        assert!(found.len() == 1 && !found[0].whole && found[0].bytes.len() <= text.len() + MOST_GROWTH);
    }

    proptest! {
        #[test]
        fn files_are_read_back(bytes in prop::collection::vec(any::<u8>(), 0..300), zero in prop_oneof![Just(' '), Just('`')], around in "[ -~\\n]{0,40}") {
            let text = format!("{around}\n{}{around}", encoded("報告 1.zip", &bytes, zero));
            prop_assert_eq!(files(&text), [File { name: "報告 1.zip".into(), bytes, whole: true }]);
        }

        #[test]
        fn nothing_panics(text in "(begin 644 a\n|end\n|\n|M[ -`]{60}\n|[ -`]{0,9}\n|日|`\n){0,40}") {
            let found = files(&text);
            prop_assert!(found.iter().map(|file| file.bytes.len()).sum::<usize>() <= text.len() + MOST_GROWTH);
        }
    }
}
