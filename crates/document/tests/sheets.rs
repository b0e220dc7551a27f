//! Typst source: no word of a document becomes markup or code.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

use noroshi_document::{
    model::{Block, Document},
    press::sheets,
    prose::Prose,
    table::Figure,
};
use noroshi_kernel::language::Language;
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::LazyLock};
use typst_syntax::{SyntaxKind, SyntaxNode, ast};

mod random;
mod sample;

/// All string literals of the source, and all other words of code, in order.
fn read(source: &str) -> (Vec<String>, BTreeSet<String>) {
    let root = typst_syntax::parse(source);
    let (errors, _) = root.errors_and_warnings();
    assert!(errors.is_empty(), "{errors:?} in {source}");
    let (mut literals, mut code) = (Vec::new(), BTreeSet::new());
    collect(&root, &mut literals, &mut code);
    (literals, code)
}

fn collect(node: &SyntaxNode, literals: &mut Vec<String>, code: &mut BTreeSet<String>) {
    let text = node.leaf_text();
    match node.kind() {
        SyntaxKind::Str => literals.push(node.cast::<ast::Str<'_>>().expect("a string").get().to_string()),
        SyntaxKind::Text
        | SyntaxKind::Raw
        | SyntaxKind::Equation
        | SyntaxKind::Link
        | SyntaxKind::Escape
        | SyntaxKind::LineComment
        | SyntaxKind::BlockComment => {
            panic!("{:?} {text:?} is markup", node.kind())
        }
        SyntaxKind::Ident | SyntaxKind::MathIdent => drop(code.insert(text.to_string())),
        _ => {}
    }
    for child in node.children() {
        collect(child, literals, code);
    }
}

/// The words of code in documents whose words mean no harm, and that of a cell which they do not have.
static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let documents = [sample::document(Language::Ja), sample::observation::document(Language::En)];
    let read = documents.iter().flat_map(|document| read(&sheets(document, Some("https://noroshi.example")).source).1);
    read.chain(["raw".to_owned()]).collect()
});

proptest! {
    #[test]
    fn no_word_becomes_markup_or_code(document in random::document()) {
        let sheets = sheets(&document, Some("https://noroshi.example"));
        let (literals, code) = read(&sheets.source);
        prop_assert!(code.is_subset(&KNOWN), "{:?}", code.difference(&KNOWN).collect::<Vec<_>>());
        for literal in &literals {
            let hostile = |character: char| character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            prop_assert!(!literal.contains(hostile) && !literal.starts_with("javascript:"), "{literal:?}");
        }
        for name in sheets.files.keys() {
            prop_assert!(literals.contains(name), "{name} is named");
        }
    }
}

#[test]
fn what_looks_like_code_is_said_as_it_is() {
    for words in
        ["\"); #read(\"/etc/passwd\") (\"", "\\", "\\\"", "#import \"@preview/x:1.0.0\": *", "$x$ `y` *z* _w_ <l> @r // c /* d", "= heading", "\\u{41}"]
    {
        let document = Document {
            language: Language::En,
            title: words.into(),
            lead: Some(Prose::from(words)),
            facts: vec![(words.into(), words.into())],
            blocks: vec![Block::Note(words.into())],
        };
        let (literals, code) = read(&sheets(&document, None).source);
        assert_eq!(literals.iter().filter(|literal| *literal == words).count(), 6, "{words:?} in {literals:?}");
        assert!(!code.contains("read") && !code.contains("import"), "{code:?}");
    }
}

#[test]
fn numbers_lead_to_the_platform_where_its_address_is_known() {
    let of = |href: &str, base| {
        let figure = Figure { value: 4_399, query: serde_json::json!({}), href: Some(href.into()) };
        let document = Document { language: Language::En, title: "A".into(), lead: Some(Prose::from(figure)), facts: vec![], blocks: vec![] };
        sheets(&document, base).source
    };
    assert!(of("/incidents?period=2013Q4", Some("https://noroshi.example/")).contains("link(\"https://noroshi.example/incidents?period=2013Q4\", \"4,399\")"));
    assert!(of("https://other.example/", None).contains("link(\"https://other.example/\", \"4,399\")"));
    for (href, base) in [("/incidents", None), ("javascript:alert(1)", Some("https://noroshi.example")), ("//evil.example", Some("https://noroshi.example"))] {
        assert!(!of(href, base).contains("link(\""), "{href}");
    }
}
