//! Parameters of MIME fields, with the names of files in any language (RFC 2231).

/// The longest value that is written in one piece.
const MOST_PIECE: usize = 60;
/// The longest name of a file, in characters.
const MOST_NAME: usize = 150;

/// The pieces `; filename="…"` of a field, each for a line of its own: quoted when it is plain ASCII, otherwise as UTF-8 in
/// as many numbered parts as it needs. None of them cuts a character in two.
pub(super) fn file_name(name: &str) -> Vec<String> {
    let name = safe(name);
    let plain = name.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'%')) && !name.contains("=?");
    if plain && name.len() <= MOST_PIECE {
        return vec![format!("filename=\"{name}\"")];
    }
    let mut parts = vec![String::new()];
    for one in name.chars() {
        let escaped: String = one.encode_utf8(&mut [0; 4]).bytes().map(escape).collect();
        match parts.last_mut() {
            Some(last) if last.len() + escaped.len() <= MOST_PIECE => last.push_str(&escaped),
            _ => parts.push(escaped),
        }
    }
    match parts.as_slice() {
        [whole] => vec![format!("filename*=UTF-8''{whole}")],
        several => {
            let last = several.len() - 1;
            let numbered = several.iter().enumerate().map(|(place, part)| {
                let (charset, end) = (if place == 0 { "UTF-8''" } else { "" }, if place == last { "" } else { ";" });
                format!("filename*{place}*={charset}{part}{end}")
            });
            numbered.collect()
        }
    }
}

fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

/// A name without folders and control characters; where nothing is left, `attachment`.
fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String = last.chars().filter(|one| !one.is_control()).collect();
    let edge = |one: char| one.is_whitespace() || one == '.';
    // The end of a name says what it is.
    let trimmed = safe.trim_matches(edge);
    let kept: String = trimmed.chars().skip(trimmed.chars().count().saturating_sub(MOST_NAME)).collect();
    let kept = kept.trim_matches(edge);
    if kept.is_empty() { "attachment".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_simply_as_they_can() {
        for (name, expected) in [
            ("list.csv", &["filename=\"list.csv\""][..]),
            ("a b.csv", &["filename=\"a b.csv\""]),
            ("報告.csv", &["filename*=UTF-8''%E5%A0%B1%E5%91%8A.csv"]),
            ("a\"b.csv", &["filename*=UTF-8''a%22b.csv"]),
            ("../../etc/pass\r\nwd", &["filename=\"passwd\""]),
            ("C:\\x\\y.exe", &["filename=\"y.exe\""]),
            ("..", &["filename=\"attachment\""]),
        ] {
            assert_eq!(file_name(name), expected, "{name}");
        }
        let long = file_name(&"報".repeat(400));
        assert!(long.len() > 10 && long.iter().all(|piece| piece.len() <= 78 && piece.is_ascii()));
    }
}
