//! The page that lines are put on.

use super::{COLUMNS, ruler::Ruler};
use noroshi_kernel::language::Language;

/// Plain text in the making.
pub(super) struct Page {
    pub(super) ruler: Ruler,
    lines: Vec<String>,
}

impl Page {
    pub(super) const fn new(language: Language) -> Self {
        Self { ruler: Ruler::new(language), lines: Vec::new() }
    }

    /// Puts one line. Joining words can change their width in some scripts, so that a line too wide even now is cut here.
    pub(super) fn line(&mut self, line: &str) {
        let mut rest = line.replace('\u{a0}', " ").trim_end().to_owned();
        while self.ruler.width(&rest) > COLUMNS && rest.chars().nth(1).is_some() {
            let (head, tail) = self.ruler.cut(&rest, COLUMNS);
            self.lines.push(head.trim_end().to_owned());
            rest = tail;
        }
        self.lines.push(rest);
    }

    /// Puts an empty line; never two of them but before a section.
    pub(super) fn gap(&mut self) {
        self.lines.push(String::new());
    }

    /// Puts a rule across the page.
    pub(super) fn rule(&mut self, with: char) {
        self.line(&with.to_string().repeat(COLUMNS));
    }

    /// Puts sentences, wrapped.
    pub(super) fn paragraph(&mut self, text: &str) {
        for line in self.ruler.wrap(text, COLUMNS) {
            self.line(&line);
        }
    }

    /// Puts a label and, from column `indent` on, its text.
    pub(super) fn hung(&mut self, label: &str, indent: usize, text: &str) {
        let labels = self.ruler.wrap(label, indent.max(3) - 1);
        let texts = self.ruler.wrap(text, COLUMNS - indent);
        for place in 0..labels.len().max(texts.len()) {
            let label = self.ruler.left(labels.get(place).map_or("", String::as_str), indent);
            self.line(&format!("{label}{}", texts.get(place).map_or("", String::as_str)));
        }
    }

    /// The text, which ends with a line end.
    pub(super) fn finish(self) -> String {
        self.lines.join("\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_too_wide_is_cut_at_last() {
        let mut page = Page::new(Language::En);
        page.line(&"x".repeat(COLUMNS + 8));
        assert_eq!(page.finish(), format!("{}\nxxxxxxxx\n", "x".repeat(COLUMNS)));
    }
}
