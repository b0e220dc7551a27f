//! HTML: what it looks like, and what no document can make of it.

#![allow(clippy::expect_used)]

use noroshi_document::{html::fragment, model::Block, svg};
use noroshi_kernel::language::Language;
use proptest::prelude::*;

mod random;
mod sample;

const TAGS: [&str; 35] = [
    "a",
    "article",
    "caption",
    "circle",
    "code",
    "dd",
    "desc",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "g",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "line",
    "p",
    "path",
    "rect",
    "small",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "",
];

#[test]
fn the_sample_is_as_before() {
    for language in Language::ALL {
        insta::assert_snapshot!(format!("html-{language}"), fragment(&sample::document(language)));
    }
}

#[test]
fn a_chart_as_a_file_is_as_before() {
    for block in sample::document(Language::Ja).blocks {
        if let Block::Chart(chart) = block {
            insta::assert_snapshot!(format!("svg-{}", chart.id()), svg::standalone(&chart, Language::Ja));
        }
    }
}

#[test]
fn pictures_of_an_observation_are_as_before() {
    let [quarter, .., powers, _] = <[_; 5]>::try_from(sample::observation::charts(Language::Ja)).expect("five charts");
    insta::assert_snapshot!("svg-quarter", svg::printed(&quarter, Language::Ja));
    insta::assert_snapshot!("svg-powers", svg::draw_slim(&powers, Language::En));
    insta::assert_snapshot!("svg-heat", svg::draw(&sample::observation::heat(Language::En), Language::En));
}

/// Opens and closes tags as a parser would, and gives every tag with its attributes.
fn tags(html: &str) -> Vec<&str> {
    let mut open: Vec<&str> = Vec::new();
    let mut seen = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("every tag ends");
        assert!(!text.contains('>'), "a stray > in {piece:?}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().expect("a name");
        assert!(TAGS.contains(&name), "{tag:?} is not ours");
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name), "{tag:?} closes another"),
            (false, false) => open.push(name),
            (false, true) => {}
        }
        seen.push(tag);
    }
    assert!(open.is_empty(), "{open:?} stay open");
    seen
}

proptest! {
    #[test]
    fn only_our_own_markup_is_left(document in random::document()) {
        for tag in tags(&fragment(&document)) {
            let mut rest = tag;
            while let Some((name, value)) = rest.split_once("=\"") {
                let (value, after) = value.split_once('"').expect("every value ends");
                let name = name.rsplit(' ').next().expect("a name");
                prop_assert!(!name.starts_with("on") && name != "style", "{tag}");
                let linked = value.starts_with("https://") || value.starts_with("http://") || !value.split(['/', '?', '#']).next().is_some_and(|head| head.contains(':'));
                prop_assert!(name != "href" || (linked && !value.starts_with("//")), "{tag}");
                rest = after;
            }
        }
    }
}
