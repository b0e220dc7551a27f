//! The scheme of a URL that a person typed.

use super::Problem;

/// Schemes that mean themselves, however near they are to `http`, and have a host.
const OWN: [&str; 10] = ["ftp", "ftps", "sftp", "ws", "wss", "tftp", "rtsp", "smb", "ssh", "sip"];

/// Schemes that lead to no host.
const HOSTLESS: [&str; 8] = ["mailto", "javascript", "data", "tel", "sms", "about", "blob", "urn"];

/// The longest scheme that is looked for, in characters.
const MOST_CHARS: usize = 24;

/// What leads to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// `http`, or what was meant as it.
    Http,
    /// `https`, or what was meant as it.
    Https,
    /// Another one, in lower case.
    Other(String),
    /// None at all.
    Missing,
}

impl Scheme {
    /// The scheme as it is written in the canonical form; a missing one is `http`.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Http | Self::Missing => "http",
            Self::Https => "https",
            Self::Other(name) => name,
        }
    }
}

/// Parts a URL into its scheme and all that follows the slashes. Of doubled schemes (`http://https://…`) the innermost counts.
pub(super) fn split(text: &str) -> Result<(Scheme, &str), Problem> {
    let (mut scheme, mut rest) = head(text)?;
    while let Some(inner) = doubled(rest) {
        (scheme, rest) = head(inner)?;
    }
    Ok((scheme, rest))
}

/// The rest itself, when it begins with `http://` or `https://` again.
fn doubled(rest: &str) -> Option<&str> {
    let (name, after) = rest.split_once(':')?;
    let again = name.eq_ignore_ascii_case("http") || name.eq_ignore_ascii_case("https");
    (again && (after.starts_with("//") || after.starts_with("\\\\"))).then_some(rest)
}

fn head(text: &str) -> Result<(Scheme, &str), Problem> {
    let mut name = String::new();
    let mut after = text;
    for character in text.chars().take(MOST_CHARS).map(narrow) {
        if !character.is_ascii_alphanumeric() && !matches!(character, '+' | '-' | '*') {
            break;
        }
        name.push(character.to_ascii_lowercase());
        after = past_first(after);
    }
    let slashes = after.trim_start_matches(is_slash);
    let marked = after.strip_prefix([':', ';', '：', '；']);
    let bare = marked.map(|rest| rest.trim_start_matches(is_slash));
    let scheme = named(&name);
    match (scheme, marked, bare) {
        // scheme://host, http;//host, http:/host, ://host
        (Some(scheme), Some(marked), Some(bare)) if marked.len() - bare.len() > 0 => Ok((scheme, bare)),
        // http:host
        (_, Some(marked), _) if matches!(name.as_str(), "http" | "https") && after.starts_with(':') => {
            Ok((if name == "https" { Scheme::Https } else { Scheme::Http }, marked))
        }
        (_, Some(_), _) if HOSTLESS.contains(&name.as_str()) => Err(Problem::NotHierarchical(name)),
        // http//host, //host
        (Some(scheme @ (Scheme::Http | Scheme::Https | Scheme::Missing)), None, None) if after.chars().take(2).filter(|sign| is_slash(*sign)).count() == 2 => {
            Ok((if name.is_empty() { Scheme::Http } else { scheme }, slashes))
        }
        _ => Ok((Scheme::Missing, text)),
    }
}

/// The scheme that a name in lower case is, or was meant to be; `None` when a scheme cannot be written so.
fn named(name: &str) -> Option<Scheme> {
    let secure = || if name.ends_with('s') { Scheme::Https } else { Scheme::Http };
    if name.is_empty() {
        return Some(Scheme::Http);
    }
    if OWN.contains(&name) {
        return Some(Scheme::Other(name.to_owned()));
    }
    // htps, ttp, hhttps, hxxp, h**p: the letters of the word and nothing else.
    if name.bytes().all(|byte| matches!(byte, b'h' | b't' | b'p' | b's' | b'x' | b'*')) {
        return Some(secure());
    }
    if is_one_slip("https", name) {
        return Some(Scheme::Https);
    }
    if is_one_slip("http", name) {
        return Some(Scheme::Http);
    }
    let well = name.starts_with(|first: char| first.is_ascii_alphabetic()) && !name.contains('*');
    well.then(|| Scheme::Other(name.to_owned()))
}

/// Whether one typed character too few, too many or wrong makes `typed` of `meant`.
fn is_one_slip(meant: &str, typed: &str) -> bool {
    let (meant, typed) = (meant.as_bytes(), typed.as_bytes());
    let same_head = meant.iter().zip(typed).take_while(|(one, other)| one == other).count();
    let tail = |bytes: &'_ [u8], skipped: usize| bytes.get(same_head + skipped..).unwrap_or_default().to_vec();
    tail(meant, 1) == tail(typed, 1) || tail(meant, 0) == tail(typed, 1) || tail(meant, 1) == tail(typed, 0)
}

fn is_slash(character: char) -> bool {
    matches!(character, '/' | '\\' | '／' | '＼')
}

/// The ASCII form of a full-width character (U+FF01 to U+FF5E); any other as it is.
fn narrow(character: char) -> char {
    match character {
        '！'..='～' => u32::from(character).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(character),
        _ => character,
    }
}

fn past_first(text: &str) -> &str {
    let mut rest = text.chars();
    rest.next();
    rest.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found() {
        for (text, scheme, rest) in [
            ("http://a.test/", "http", "a.test/"),
            ("htps://a.test/", "https", "a.test/"),
            ("htp://a.test/", "http", "a.test/"),
            ("ttp://a.test/", "http", "a.test/"),
            ("ttps://a.test/", "https", "a.test/"),
            ("hhtps://a.test/", "https", "a.test/"),
            ("httpa://a.test/", "https", "a.test/"),
            ("jttp://a.test/", "http", "a.test/"),
            ("jttps://a.test/", "https", "a.test/"),
            ("h**p://a.test/", "http", "a.test/"),
            ("http;//a.test/", "http", "a.test/"),
            ("http//a.test/", "http", "a.test/"),
            ("http:/a.test/", "http", "a.test/"),
            ("https:a.test/", "https", "a.test/"),
            ("http:\\\\a.test/", "http", "a.test/"),
            ("ｈｔｔｐｓ：／／a.test/", "https", "a.test/"),
            ("://a.test/", "http", "a.test/"),
            ("//a.test/", "http", "a.test/"),
            ("http://http://a.test/", "http", "a.test/"),
            ("http://https://a.test/", "https", "a.test/"),
            ("a.test//b", "http", "a.test//b"),
            ("a.test:8080/", "http", "a.test:8080/"),
            ("FTP://a.test/", "ftp", "a.test/"),
            ("gopher://a.test/", "gopher", "a.test/"),
        ] {
            let (found, after) = split(text).expect("a host");
            assert_eq!((found.text(), after), (scheme, rest), "{text}");
        }
    }

    #[test]
    fn schemes_without_a_host_are_told() {
        assert_eq!(split("mailto:a@example.test"), Err(Problem::NotHierarchical("mailto".into())));
        assert_eq!(split("JavaScript:alert(1)"), Err(Problem::NotHierarchical("javascript".into())));
    }
}
