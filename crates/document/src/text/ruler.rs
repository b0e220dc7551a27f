//! Measures, wraps and cuts text by columns.

use crate::clean;
use noroshi_kernel::language::Language;
use unicode_width::UnicodeWidthStr;

/// Characters that must not begin a line, even where a word had to be cut.
const NEVER_FIRST: &str = "、。，．・：；？！」』）】〕〉》’”ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}%";

/// Counts columns as the language's readers see them.
#[derive(Clone, Copy)]
pub(super) struct Ruler(Language);

impl Ruler {
    pub(super) const fn new(language: Language) -> Self {
        Self(language)
    }

    pub(super) const fn language(self) -> Language {
        self.0
    }

    /// The text as it may be written: harmless, without marks that change a neighbour's width, spaces single. A space that does not break
    /// stays one, so that no line begins with `%`; the page makes it plain.
    pub(super) fn clean(self, text: &str) -> String {
        let plain = |character: char| !matches!(character, '\u{fe00}'..='\u{fe0f}');
        let breaking = |character: char| character.is_whitespace() && character != '\u{a0}';
        clean::words(text)
            .chars()
            .filter(|character| plain(*character))
            .collect::<String>()
            .split(breaking)
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The number of columns that the text takes.
    pub(super) fn width(self, text: &str) -> usize {
        match self.0 {
            Language::Ja => text.width_cjk(),
            Language::En => text.width(),
        }
    }

    /// The text in lines of at most `most` columns, broken by UAX #14; words longer than a line are cut.
    pub(super) fn wrap(self, text: &str, most: usize) -> Vec<String> {
        let text = self.clean(text);
        let (mut lines, mut line, mut from) = (Vec::new(), String::new(), 0);
        for (to, _) in unicode_linebreak::linebreaks(&text) {
            let piece = text.get(from..to).unwrap_or_default();
            from = to;
            let together = format!("{line}{piece}");
            if self.width(together.trim_end()) <= most {
                line = together;
                continue;
            }
            if !line.trim().is_empty() {
                lines.push(line.trim_end().to_owned());
            }
            let mut rest = piece.to_owned();
            while self.width(rest.trim_end()) > most {
                let (head, tail) = self.cut(&rest, most);
                lines.push(head);
                rest = tail;
            }
            line = rest;
        }
        if !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
        }
        lines
    }

    /// The longest beginning of at most `most` columns (one character at least), and the rest.
    pub(super) fn cut(self, text: &str, most: usize) -> (String, String) {
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).chain([text.len()]).collect();
        let fits = |at: &usize| text.get(..*at).is_some_and(|head| self.width(head) <= most);
        let longest = starts.iter().rposition(fits).unwrap_or(0);
        let begins_well = |at: &usize| !text.get(*at..).and_then(|rest| rest.chars().next()).is_some_and(|first| NEVER_FIRST.contains(first));
        let chosen = starts.iter().take(longest + 1).rposition(begins_well).unwrap_or(longest);
        let at = starts.get(chosen).copied().unwrap_or(text.len());
        let (head, tail) = text.split_at_checked(at).unwrap_or((text, ""));
        (head.to_owned(), tail.to_owned())
    }

    /// The text with spaces after it, to `columns`.
    pub(super) fn left(self, text: &str, columns: usize) -> String {
        format!("{text}{}", " ".repeat(columns.saturating_sub(self.width(text))))
    }

    /// The text with spaces before it, to `columns`.
    pub(super) fn right(self, text: &str, columns: usize) -> String {
        format!("{}{text}", " ".repeat(columns.saturating_sub(self.width(text))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const JA: Ruler = Ruler::new(Language::Ja);
    const EN: Ruler = Ruler::new(Language::En);

    #[test]
    fn ambiguous_characters_are_wide_in_japanese() {
        assert_eq!((JA.width("−42%"), EN.width("−42 %")), (4, 5));
        assert_eq!((JA.width("①"), EN.width("①")), (2, 1));
    }

    #[test]
    fn english_breaks_at_spaces_and_cuts_long_words() {
        assert_eq!(EN.wrap("one two  three", 8), ["one two", "three"]);
        assert_eq!(EN.wrap("a pneumonoultramicroscopic", 10), ["a", "pneumonoul", "tramicrosc", "opic"]);
        assert_eq!(EN.wrap("abcdefghij.", 10), ["abcdefghi", "j."], "no line begins with a full stop");
        assert_eq!(EN.wrap(" \n\t", 10), [""; 0]);
        assert_eq!(EN.wrap("up by 28\u{a0}% now", 9), ["up by", "28\u{a0}% now"], "no line begins with a percent sign");
    }

    #[test]
    fn japanese_keeps_punctuation_with_its_word() {
        assert_eq!(JA.wrap("報告は「四件」、です。", 12), ["報告は「四", "件」、です。"]);
        assert_eq!(JA.wrap("ああああ。", 8), ["あああ", "あ。"]);
    }

    proptest! {
        #[test]
        fn nothing_is_too_wide_and_nothing_is_lost(text in "\\PC{0,200}", most in 4..80_usize, ja: bool) {
            let ruler = if ja { JA } else { EN };
            let lines = ruler.wrap(&text, most);
            for line in &lines {
                prop_assert!(ruler.width(line) <= most || line.chars().count() == 1, "{line:?}");
            }
            let letters = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&ruler.clean(&text)));
        }

        #[test]
        fn no_japanese_line_begins_with_punctuation(text in "([か-ぢ一-龠カ-ヂ]{1,6}[、。」ー]{0,2}){0,40}", most in 12..80_usize) {
            for line in JA.wrap(&text, most).iter().skip(1) {
                prop_assert!(!line.starts_with(['、', '。', '」', 'ー']), "{line:?}");
            }
        }
    }
}
