//! HTML letters as text. Nothing is ever fetched, and nothing of the markup reaches a page.

use mail_parser::decoders::html::html_to_text;

/// The most links that are listed of one text.
const MOST_LINKS: usize = 1_000;

/// The text of an HTML part as a person would read it.
#[must_use]
pub fn text(html: &str) -> String {
    html_to_text(html)
}

/// Where an HTML part leads (`href` and `src`), in its order, each once: what is shown and where it leads often differ in
/// deceiving mail.
#[must_use]
pub fn links(html: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let tag = rest.get(open + 1..).unwrap_or_default();
        let end = tag.find('>').unwrap_or(tag.len());
        let inside = tag.get(..end).unwrap_or_default();
        for link in ["href", "src", "action"].iter().filter_map(|name| attribute(inside, name)) {
            if links.len() < MOST_LINKS && !links.contains(&link) {
                links.push(link);
            }
        }
        rest = tag.get(end..).unwrap_or_default();
    }
    links
}

/// The value of an attribute of a tag, with or without quotes; only one that names a scheme and a host leads anywhere.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let place = lower.match_indices(name).find(|(at, _)| {
        let before = lower.get(..*at).and_then(|before| before.chars().next_back());
        let behind = lower.get(at + name.len()..).unwrap_or_default();
        before.is_some_and(|one| one.is_whitespace() || one == '/') && behind.trim_start().starts_with('=')
    })?;
    let value = tag.get(place.0 + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value.get(1..)?.split(quote).next()?,
        _ => value.split(|one: char| one.is_whitespace()).next()?,
    };
    let value = value.replace("&amp;", "&");
    let value: String = value.chars().filter(|one| !one.is_control()).collect();
    let lower = value.trim().to_ascii_lowercase();
    ["http://", "https://", "ftp://", "//"].iter().any(|scheme| lower.starts_with(scheme)).then(|| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_are_where_they_lead() {
        let html = "<p>See <a class=x href=\"http://evil.example.test/?a=1&amp;b=2\">https://bank.example.test</a> <img src='https://t.example.test/p.gif'><a href=http://bare.example.test/x>b</a><a href='javascript:alert(1)'>c</a><a data-href=\"http://not.example.test\">";
        assert_eq!(links(html), ["http://evil.example.test/?a=1&b=2", "https://t.example.test/p.gif", "http://bare.example.test/x"]);
        assert!(text(html).contains("https://bank.example.test"));
        assert!(!text("<script>alert(1)</script><style>p{}</style>x").contains("alert"));
    }

    proptest! {
        #[test]
        fn nothing_panics(html in "(<|>|a|href|=|'|\"|http://x| |é|&amp;|/){0,60}") {
            let _ = (links(&html), text(&html));
        }
    }
}
