//! Links within the platform.

use noroshi_feeds::defang::{defang, refang};
use url::form_urlencoded;

/// The text when it is a path on this platform; `//host`, backslashes and control characters, which browsers read as another
/// host, are not.
pub(crate) fn local(to: &str) -> Option<&str> {
    let hidden = |character: char| character.is_control() || character.is_whitespace() || character == '\\';
    (to.starts_with('/') && !to.starts_with("//") && !to.contains(hidden) && to.is_ascii()).then_some(to)
}

/// A value as it stands in a query or a path.
pub(crate) fn encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
}

/// An address with one more parameter.
pub(crate) fn with(href: &str, name: &str, value: &str) -> String {
    let divider = if href.contains('?') { '&' } else { '?' };
    format!("{href}{divider}{name}={}", encoded(value))
}

/// A text that may hold URLs (a subject, a note), with each of them defanged. Only `http` and `https` are looked for.
pub(crate) fn harmless(text: &str) -> String {
    let word = |word: &str| {
        let place = word.find("://").and_then(|end| word.get(..end)?.to_ascii_lowercase().rfind("http"));
        let parts = place.and_then(|place| word.split_at_checked(place));
        parts.map_or_else(|| word.to_owned(), |(before, url)| format!("{before}{}", defang(url)))
    };
    text.split_inclusive(char::is_whitespace).map(word).collect()
}

/// A sentence of ours that quotes what came from outside: what stands between quotation marks is defanged, our advice is not
/// (`write it as https://host/path`).
pub(crate) fn harmless_quotes(sentence: &str) -> String {
    let quoted = sentence.find(['"', '「']).zip(sentence.rfind(['"', '」'])).filter(|(from, to)| from < to);
    let parts = quoted.and_then(|(from, to)| Some((sentence.get(..from)?, sentence.get(from..to)?, sentence.get(to..)?)));
    parts.map_or_else(|| sentence.to_owned(), |(before, quote, after)| format!("{before}{}{after}", harmless(quote)))
}

/// Words to search for, as they stand in the index: people copy targets from pages, which show them defanged.
pub(crate) fn refanged(words: &str) -> String {
    words.split_whitespace().map(refang).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_local() {
        for path in ["/", "/incidents?q=%E6%A5%BD&page=2", "/a//b"] {
            assert_eq!(local(path), Some(path));
        }
        for path in
            ["", "//evil.example", "/\\evil.example", "\\/evil.example", "http://evil.example/", "/a\nb", "/\t/evil.example", "javascript:x", "incidents"]
        {
            assert_eq!(local(path), None, "{path:?}");
        }
    }

    #[test]
    fn urls_in_texts_are_defanged() {
        assert_eq!(harmless("see (http://login.example.jp/ib/) and HTTPS://a.example"), "see (hxxp://login.example[.]jp/ib/) and hxxps://a[.]example");
        assert_eq!(harmless("「http://a.example.jp/」です\nx://y :// http"), "「hxxp://a.example[.]jp/」です\nx://y :// http");
    }

    #[test]
    fn advice_stays_as_it_is() {
        for (sentence, shown) in [
            ("the URL names no host; write it as https://host/path", "the URL names no host; write it as https://host/path"),
            ("URL にホスト名がありません。https://host/path の形で書いてください。", "URL にホスト名がありません。https://host/path の形で書いてください。"),
            (
                "\"http://a.example.jp/\\\"http://b.example.jp/\" is none; write it as https://host/path",
                "\"hxxp://a.example[.]jp/\\\"http://b.example.jp/\" is none; write it as https://host/path",
            ),
            ("「x」 http://a.example.jp/」は読めません。https://host/path", "「x」 hxxp://a.example[.]jp/」は読めません。https://host/path"),
            ("a \" alone: https://host/path", "a \" alone: https://host/path"),
        ] {
            assert_eq!(harmless_quotes(sentence), shown);
        }
    }

    #[test]
    fn what_pages_show_can_be_searched_for() {
        assert_eq!(refanged("hxxp://x[.]example.jp/a 楽天  192.0.2[.]7"), "http://x.example.jp/a 楽天 192.0.2.7");
    }

    #[test]
    fn values_are_escaped() {
        assert_eq!(with("/incidents", "q", "楽天 &"), "/incidents?q=%E6%A5%BD%E5%A4%A9%20%26");
        assert_eq!(with("/incidents?a=b", "page", "2"), "/incidents?a=b&page=2");
    }
}
