//! URLs and hosts written so that nobody opens them by accident (`hxxp://login.example[.]test/ib/`), and back.

/// What people put for a character of the scheme or host, and the character.
const TOKENS: [(&str, &str); 14] = [
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("[DOT]", "."),
    ("[。]", "."),
    ("[://]", "://"),
    ("[:]", ":"),
    ("(:)", ":"),
    ("[/]", "/"),
    ("[@]", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
];

/// Makes a URL or a host harmless: `http` becomes `hxxp`, `https` becomes `hxxps`, and the last dot of the host is bracketed,
/// which is enough that no program makes a link of it and reads better than all of them.
///
/// The rest is left as it is. [`refang`] undoes it.
///
/// ```
/// use noroshi_feeds::defang::defang;
/// assert_eq!(defang("http://login.example.test/ib/"), "hxxp://login.example[.]test/ib/");
/// ```
#[must_use]
pub fn defang(url_or_host: &str) -> String {
    let (scheme, rest) = url_or_host.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '.'])).unwrap_or(("", url_or_host));
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, place) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    let mut out = String::with_capacity(url_or_host.len() + 16);
    if !scheme.is_empty() {
        match scheme.to_ascii_lowercase().as_str() {
            "http" => out.push_str("hxxp"),
            "https" => out.push_str("hxxps"),
            _ => out.push_str(scheme),
        }
        out.push_str("://");
    }
    out.push_str(user);
    match place.rsplit_once('.').filter(|_| !place.starts_with('[')) {
        Some((head, last)) => out.extend([head, "[.]", last]),
        None => out.push_str(place),
    }
    out.push_str(path);
    out
}

/// Undoes [`defang`] and the other ways of the field, in the scheme and the host only: `hxxp`, `[.]`, `(.)`, `[dot]`, `[:]//`, `[at]`.
#[must_use]
pub fn refang(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut past_scheme = false;
    while let Some(character) = rest.chars().next() {
        if let Some((token, meaning)) = TOKENS.iter().find(|(token, _)| rest.starts_with(token)) {
            rest = rest.get(token.len()..).unwrap_or("");
            if *meaning == "/" && (past_scheme || !out.ends_with([':', '/'])) {
                out.push('/');
                break;
            }
            out.push_str(meaning);
            past_scheme |= out.ends_with("//");
            continue;
        }
        if matches!(character, '/' | '?' | '#' | '\\') {
            let slashes = rest.len() - rest.trim_start_matches(['/', '\\']).len();
            let separates = !past_scheme && slashes > 0 && (slashes > 1 || out.ends_with([':', ';']) || out.ends_with(":/"));
            if !separates {
                break;
            }
            let (separator, after) = rest.split_at(slashes);
            out.push_str(separator);
            past_scheme = true;
            rest = after;
            continue;
        }
        out.push(character);
        rest = rest.get(character.len_utf8()..).unwrap_or("");
    }
    out.push_str(rest);
    if out.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("hxxp")) && out.get(4..).is_some_and(|tail| tail.starts_with([':', 's', 'S'])) {
        out.replace_range(..4, "http");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical;
    use proptest::prelude::*;

    #[test]
    fn only_scheme_and_host_change() {
        for (plain, harmless) in [
            ("http://login.example.test/ib/", "hxxp://login.example[.]test/ib/"),
            ("https://192.0.2.7:8443/a.php?b=c.d", "hxxps://192.0.2[.]7:8443/a.php?b=c.d"),
            ("https://a.b@example.test/", "hxxps://a.b@example[.]test/"),
            ("http://[2001:db8::7]/", "hxxp://[2001:db8::7]/"),
            ("example.test", "example[.]test"),
            ("ftp://example.test/", "ftp://example[.]test/"),
            ("example.test/x?u=http://a.b/", "example[.]test/x?u=http://a.b/"),
        ] {
            assert_eq!(defang(plain), harmless);
            assert_eq!(refang(harmless), plain);
        }
    }

    #[test]
    fn the_fields_ways_are_understood() {
        for text in ["hxxps[:]//a[.]example(.)test/x[.]y", "HXXPS://a[dot]example{.}test/x[.]y", "hxxps[://]a[.]example.test[/]x[.]y"] {
            assert_eq!(refang(text).to_ascii_lowercase(), "https://a.example.test/x[.]y", "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_canonical_url_comes_back(text in "(https?://)?[a-z.@:0-9\\[\\]]{1,24}(/\\PC{0,20})?") {
            if let Ok(found) = canonical::url(&text) {
                prop_assert_eq!(refang(&defang(&found.url)), found.url);
            }
        }

        #[test]
        fn nothing_panics(text in ".{0,60}") {
            let _ = (defang(&text), refang(&text));
        }
    }
}
