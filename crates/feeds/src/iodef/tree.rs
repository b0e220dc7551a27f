//! A small XML document as a tree, in bounds.

use crate::delimited::refusal;
use noroshi_kernel::{reason::Reason, setaside::printable};
use quick_xml::{
    Reader,
    escape::{resolve_predefined_entity, unescape},
    events::{BytesRef, BytesStart, Event},
};

/// The most bytes of a document.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How deep elements may be nested.
pub const MOST_DEPTH: usize = 64;

/// The most elements of a document.
pub const MOST_ELEMENTS: usize = 200_000;

/// The most attributes of an element.
const MOST_ATTRIBUTES: usize = 64;

/// An element, by its name without prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    /// Attributes, by their names with prefix.
    pub(super) attributes: Vec<(String, String)>,
    /// All text right within, one piece after the other.
    pub(super) text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// An attribute's text; empty when it is not there.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }

    /// The children of a name.
    pub(super) fn all<'e>(&'e self, name: &str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of a name that has one.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.all(name).map(|child| child.text.trim()).find(|text| !text.is_empty())
    }

    /// Every element of a name within, in the document's order.
    pub(super) fn within<'e>(&'e self, name: &str, found: &mut Vec<&'e Self>) {
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            child.within(name, found);
        }
    }
}

/// Reads a document.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, Reason> {
    if bytes.len() > MOST_BYTES {
        let length = bytes.len();
        return Err(limit(&format!("大きさが {length} バイトで、{MOST_BYTES} バイトを超えています"), &format!("has {length} bytes, more than {MOST_BYTES}")));
    }
    if let Some(reason) = refusal::foreign(bytes) {
        return Err(reason);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| refusal::no_utf8(bytes, error))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    let mut count = 0usize;
    loop {
        let at = reader.buffer_position();
        match reader.read_event().map_err(|error| broken(at, &error.to_string()))? {
            Event::Start(start) => {
                count += 1;
                if open.len() >= MOST_DEPTH {
                    return Err(limit(&format!("要素の入れ子が {MOST_DEPTH} 段を超えています"), &format!("is nested more than {MOST_DEPTH} levels deep")));
                }
                open.push(element(&start, at)?);
            }
            Event::Empty(start) => {
                count += 1;
                let element = element(&start, at)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Ok(element),
                }
            }
            Event::End(_) => match (open.pop(), open.last_mut()) {
                (Some(element), Some(parent)) => parent.children.push(element),
                (Some(root), None) => return Ok(root),
                (None, _) => return Err(broken(at, "an end tag without its beginning")),
            },
            Event::Text(piece) => add(&mut open, &piece),
            Event::CData(piece) => add(&mut open, &piece),
            Event::GeneralRef(entity) => {
                let meant = meant(&entity).ok_or_else(|| entities(&entity))?;
                add(&mut open, &meant);
            }
            Event::DocType(_) => return Err(document_type()),
            Event::Eof => return Err(broken(at, "the document ends before its root element does")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
        if count > MOST_ELEMENTS {
            return Err(limit(&format!("要素が {MOST_ELEMENTS} 個を超えています"), &format!("has more than {MOST_ELEMENTS} elements")));
        }
    }
}

fn add(open: &mut [Element], piece: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(piece);
    }
}

fn element(start: &BytesStart<'_>, at: u64) -> Result<Element, Reason> {
    let mut element = Element { name: start.local_name().as_ref().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| broken(at, &error.to_string()))?;
        if element.attributes.len() == MOST_ATTRIBUTES {
            return Err(limit(
                &format!("1 つの要素に属性が {MOST_ATTRIBUTES} 個を超えています"),
                &format!("has an element with more than {MOST_ATTRIBUTES} attributes"),
            ));
        }
        let value = unescape(&attribute.value).map_err(|_| entities(&attribute.value))?.into_owned();
        element.attributes.push((attribute.key.as_ref().to_owned(), value));
    }
    Ok(element)
}

/// What a reference means: one of the five, or a number.
fn meant(entity: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = entity.resolve_char_ref() {
        return Some(character.to_string());
    }
    resolve_predefined_entity(entity).map(str::to_owned)
}

fn broken(at: u64, problem: &str) -> Reason {
    let problem = printable(problem, 200);
    Reason::new(
        "xml-broken",
        format!("XML として読めません（{at} バイト目付近: {problem}）。送信元に確かめてください。"),
        format!("this is no XML (near byte {at}: {problem}); ask the sender"),
    )
}

fn limit(ja: &str, en: &str) -> Reason {
    Reason::new("xml-limit", format!("文書の{ja}。文書を分けてもらってください。"), format!("the document {en}; have the sender split it"))
}

fn document_type() -> Reason {
    Reason::new(
        "xml-doctype",
        "文書型宣言（DOCTYPE）のある XML は安全のため読みません。送信元に取り除いてもらってください。",
        "XML with a document type (DOCTYPE) is not read, for safety; have the sender take it out",
    )
}

fn entities(text: &str) -> Reason {
    let shown = printable(text, 64);
    Reason::new(
        "xml-entity",
        format!("「{shown}」に、XML の 5 つと数値以外の実体参照があります。送信元に直してもらってください。"),
        format!("{shown:?} refers to an entity other than XML's five and numeric ones; have the sender correct it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: impl AsRef<[u8]>) -> String {
        parse(text.as_ref()).map_or_else(|reason| reason.key.into_owned(), |_| "good".into())
    }

    #[test]
    fn elements_are_read() {
        let root = parse(
            "\u{feff}<?xml version=\"1.0\"?><!-- x --><a:r xmlns:a=\"u\" k=\"1 &lt; 2\"><b>x&amp;&#x26;<![CDATA[<y>]]></b><b/><c><b>z</b></c></a:r>".as_bytes(),
        )
        .expect("XML");
        assert_eq!((root.name.as_str(), root.attribute("k"), root.attribute("xmlns:a")), ("r", "1 < 2", "u"));
        assert_eq!((root.text_of("b"), root.all("b").count()), (Some("x&&<y>"), 2));
        let mut found = Vec::new();
        root.within("b", &mut found);
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn hostile_documents_are_refused() {
        let bomb = "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>";
        assert_eq!(key(bomb), "xml-doctype");
        assert_eq!(key("<r>&b;</r>"), "xml-entity");
        assert_eq!(key("<r k=\"&b;\"/>"), "xml-entity");
        assert_eq!(key("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>"), "xml-doctype");
        assert_eq!(key("<r>".repeat(MOST_DEPTH + 1)), "xml-limit");
        assert_eq!(key(format!("<r>{}</r>", "<x/>".repeat(MOST_ELEMENTS))), "xml-limit");
        assert_eq!(key(vec![b' '; MOST_BYTES + 1]), "xml-limit");
        let many: String = (0..=MOST_ATTRIBUTES).map(|number| format!(" a{number}=\"\"")).collect();
        assert_eq!(key(format!("<r{many}/>")), "xml-limit");
        assert_eq!(key(b"<r>\x8a\x79\x93\x56</r>"), "not-utf-8");
        assert_eq!(key(b"\xff\xfe<\0r\0/\0>\0"), "file-utf-16");
        for text in ["", "x", "<r>", "<r></s>", "<r", "</r>", "<r k=1/>"] {
            assert_eq!(key(text), "xml-broken", "{text}");
        }
        assert_eq!(key(format!("<r>{}</r>", "x".repeat(10 << 20))), "good");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(<|>|/|r|&|;|#|\"|=|!|\\[|\\]|-| |a|x|0){0,60}") {
            let _ = (parse(&bytes), parse(text.as_bytes()));
        }
    }
}
