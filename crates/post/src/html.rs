//! HTML letters as text. Nothing is ever fetched, and nothing of the markup reaches a page.

use mail_parser::decoders::html::html_to_text;

/// The most links that are listed of one text.
const MOST_LINKS: usize = 1_000;

/// Stands between the cells of a table until they are put apart: a character for private use, which no text brings.
const CELL: char = '\u{e000}';

/// The text of an HTML part as a person would read it: a line for each paragraph, item and row, the cells of a row apart by ` | `.
///
/// ```
/// use noroshi_post::html;
/// let table = "<table><tr><th>IP</th><td>192.0.2.7</td></tr><tr><th>Port</th><td>22</td></tr></table>";
/// assert_eq!(html::text(table).trim_end(), "IP | 192.0.2.7\nPort | 22");
/// ```
#[must_use]
pub fn text(html: &str) -> String {
    let flat = html_to_text(&broken(html));
    let mut text = String::with_capacity(flat.len());
    for line in flat.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        if bare.contains(CELL) {
            let cells: Vec<&str> = bare.trim_matches(|edge: char| edge == CELL || edge.is_whitespace()).split(CELL).map(str::trim).collect();
            text.push_str(&cells.join(" | "));
        } else {
            text.push_str(bare);
        }
        text.push_str(line.get(bare.len()..).unwrap_or_default());
    }
    text
}

/// The markup with a line's break wherever a block ends, and [`CELL`] between cells.
fn broken(html: &str) -> String {
    const BLOCKS: [&str; 17] = ["div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "section", "article", "dd"];
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    let mut is_verbatim = false;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        piece(&mut out, before, is_verbatim);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, behind) = tag.split_at(end);
        let inner = tag.trim_start_matches('<');
        let closes = inner.starts_with('/');
        let name: String = inner.trim_start_matches('/').chars().take(12).take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if closes && matches!(name.as_str(), "td" | "th" | "dt") {
            out.push(CELL);
        }
        out.push_str(tag);
        if closes && BLOCKS.contains(&name.as_str()) || name == "hr" {
            out.push_str("<br>");
        }
        if name == "pre" {
            is_verbatim = !closes;
        }
        rest = behind;
    }
    piece(&mut out, rest, is_verbatim);
    out
}

/// Text between tags; where line ends count, they are kept.
fn piece(out: &mut String, text: &str, is_verbatim: bool) {
    for one in text.chars() {
        match one {
            CELL => out.push(' '),
            '\n' if is_verbatim => out.push_str("<br>"),
            other => out.push(other),
        }
    }
}

/// Where an HTML part leads (`href` and `src`), in its order, each once: what is shown and where it leads often differ in
/// deceiving mail.
#[must_use]
pub fn links(html: &str) -> Vec<String> {
    attributes(html, &["href", "src", "action"], |_| true)
}

/// Where the reader of an HTML part is led when he follows a link or sends a form, in its order, each once: no pictures and styles.
///
/// ```
/// use noroshi_post::html;
/// let html = "<link href=\"http://s.example.test/x.css\"><img src=\"http://t.example.test/p.gif\"><a href=\"http://a.example.test/\">x</a>";
/// assert_eq!(html::leads(html), ["http://a.example.test/"]);
/// ```
#[must_use]
pub fn leads(html: &str) -> Vec<String> {
    attributes(html, &["href", "action"], |tag| ["a", "area", "form"].iter().any(|name| tag.eq_ignore_ascii_case(name)))
}

/// The values of attributes that lead somewhere, of the elements that are `wanted` by their names.
fn attributes(html: &str, names: &[&str], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let tag = rest.get(open + 1..).unwrap_or_default();
        let end = tag.find('>').unwrap_or(tag.len());
        let inside = tag.get(..end).unwrap_or_default();
        let element = inside.split(|one: char| one.is_whitespace() || one == '/').next().unwrap_or_default();
        for link in names.iter().filter(|_| wanted(element)).filter_map(|name| attribute(inside, name)) {
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
