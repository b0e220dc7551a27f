//! What can be looked at in a letter: items of its texts, of where its HTML leads, and of attachments that are texts.

use super::reading::cut;
use noroshi_feeds::{
    defang::defang,
    extract::{self, Brands, Item as Extracted},
};
use noroshi_post::{
    html,
    letter::{Body, Letter, Part},
};
use std::collections::HashSet;

/// The most items that a page lists.
const MOST_ITEMS: usize = 1_000;
/// So much of each part is looked through, in bytes.
const PART_MOST_BYTES: usize = 1 << 20;
/// So much of a letter is looked through, in bytes.
const LETTER_MOST_BYTES: usize = 8 << 20;

/// Something that stands in a letter.
pub(crate) struct Item {
    /// What it is, defanged.
    pub(crate) shown: String,
    /// The key of what kind it is.
    pub(crate) kind: &'static str,
    /// The part in which it stands first.
    pub(crate) part: String,
    /// The line there, from 1; `None` where a link of HTML leads.
    pub(crate) line: Option<usize>,
}

fn kind(item: &Extracted) -> (&'static str, String) {
    match item {
        Extracted::Address(address, port) => ("item-address", port.map_or_else(|| address.to_string(), |port| format!("{address} :{port}"))),
        Extracted::Url(url) => ("item-url", defang(&url.url)),
        Extracted::Host(host) => ("item-host", defang(&host.to_string())),
        Extracted::Mail(mail) => ("item-mail", mail.clone()),
        Extracted::Hash(hash) => ("item-hash", hash.clone()),
        Extracted::Cve(cve) => ("item-cve", cve.clone()),
        Extracted::Port(port) => ("item-port", port.to_string()),
        Extracted::Time(at) => ("item-time", at.rfc3339()),
        Extracted::Brand(name) => ("item-brand", name.clone()),
    }
}

/// The text of a part that is looked through: also an attachment's, when it says that it is a text.
fn looked_through(part: &Part) -> Option<String> {
    match &part.body {
        Body::Bytes(bytes) if part.media_type.starts_with("text/") || part.media_type == "application/json" => {
            Some(String::from_utf8_lossy(bytes.get(..PART_MOST_BYTES).unwrap_or(bytes)).into_owned())
        }
        _ => part.text().map(std::borrow::Cow::into_owned),
    }
}

/// The items of a letter, each once, where it stands first; and whether there are more.
pub(super) fn items(letter: &Letter, brands: &Brands) -> (Vec<Item>, bool) {
    let (mut items, mut seen, mut looked) = (Vec::new(), HashSet::new(), 0);
    for part in &letter.parts {
        let Some(text) = looked_through(part) else { continue };
        let mut end = text.len().min(PART_MOST_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        looked += end;
        if looked > LETTER_MOST_BYTES {
            return (items, true);
        }
        let text = text.get(..end).unwrap_or(&text);
        let (mut line, mut counted) = (1, 0);
        for found in extract::everything(text, brands) {
            line += text.get(counted..found.at.start).map_or(0, |between| between.matches('\n').count());
            counted = found.at.start;
            add(&mut items, &mut seen, &found.item, &part.path, Some(line));
        }
        if let Body::Html { html, .. } = &part.body {
            for link in html::links(cut(html, PART_MOST_BYTES).0) {
                if let Some(item) = extract::item(&link) {
                    add(&mut items, &mut seen, &item, &part.path, None);
                }
            }
        }
        if items.len() > MOST_ITEMS {
            items.truncate(MOST_ITEMS);
            return (items, true);
        }
    }
    (items, false)
}

fn add(items: &mut Vec<Item>, seen: &mut HashSet<(&'static str, String)>, item: &Extracted, part: &str, line: Option<usize>) {
    let (kind, shown) = kind(item);
    if seen.insert((kind, shown.clone())) {
        items.push(Item { shown: cut(&shown, 2_000).0.to_owned(), kind, part: part.to_owned(), line });
    }
}
