//! Plain text: what it looks like, and what no document can make of it.

use noroshi_document::text::{COLUMNS, plain};
use noroshi_kernel::language::Language;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

mod random;
mod sample;

#[test]
fn the_sample_is_as_before() {
    for language in Language::ALL {
        insta::assert_snapshot!(format!("plain-{language}"), plain(&sample::document(language)));
    }
}

#[test]
fn an_observation_is_as_before() {
    for language in Language::ALL {
        insta::assert_snapshot!(format!("plain-observation-{language}"), plain(&sample::observation::document(language)));
    }
}

proptest! {
    #[test]
    fn no_line_is_too_wide_and_nothing_hostile_is_left(document in random::document()) {
        let text = plain(&document);
        prop_assert!(text.ends_with('\n'));
        for line in text.lines() {
            let width = if document.language == Language::Ja { line.width_cjk() } else { line.width() };
            prop_assert!(width <= COLUMNS, "{width}: {line:?}");
            prop_assert_eq!(line, line.trim_end());
            let hostile = |character: char| character.is_control() || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}');
            prop_assert!(!line.contains(hostile), "{line:?}");
        }
    }
}
