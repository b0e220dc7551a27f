//! Whether a quoted field is open, followed byte by byte through a record.

/// Where in a record we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At a field's first byte.
    Begin,
    /// In a field without quotes, or behind one that closed.
    Bare,
    /// Inside quotes.
    Quoted,
    /// Just behind a quote inside quotes: it closes, or it is the first of two that mean one.
    AfterQuote,
}

/// Follows the quotes of one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotes {
    separator: u8,
    place: Place,
    column: usize,
    lines: usize,
    torn: bool,
}

impl Quotes {
    /// At the beginning of a record.
    pub(super) const fn new(separator: u8) -> Self {
        Self { separator, place: Place::Begin, column: 1, lines: 0, torn: false }
    }

    /// Takes in the next physical line, with its line end.
    pub(super) fn line(&mut self, line: &[u8]) {
        self.lines += 1;
        for byte in line {
            self.place = match (self.place, byte) {
                (Place::Begin, b'"') | (Place::AfterQuote, b'"') => Place::Quoted,
                (Place::Quoted, b'"') => Place::AfterQuote,
                (Place::Quoted, _) => Place::Quoted,
                (_, byte) if *byte == self.separator => {
                    self.column += 1;
                    Place::Begin
                }
                (Place::AfterQuote, byte) => {
                    self.torn |= self.lines > 1 && !matches!(byte, b'\r' | b'\n');
                    Place::Bare
                }
                (Place::Begin | Place::Bare, _) => Place::Bare,
            };
        }
    }

    /// The column, from 1, of the field that is open in quotes; `None` when the record ends here.
    pub(super) fn open_column(&self) -> Option<usize> {
        (self.place == Place::Quoted).then_some(self.column)
    }

    /// The column, from 1, in which we are.
    pub(super) const fn column(&self) -> usize {
        self.column
    }

    /// Whether a quote that closed on a later line was followed by text: then it was no closing quote, but most likely the opening
    /// one of another row.
    pub(super) const fn is_torn(&self) -> bool {
        self.torn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lines: &[&str]) -> (Option<usize>, bool) {
        let mut quotes = Quotes::new(b',');
        lines.iter().for_each(|line| quotes.line(line.as_bytes()));
        (quotes.open_column(), quotes.is_torn())
    }

    #[test]
    fn only_a_quote_at_a_fields_beginning_opens() {
        assert_eq!(after(&["a,b \"c,d\n"]), (None, false));
        assert_eq!(after(&["a, \"b\n"]), (None, false));
        assert_eq!(after(&["a,\"b\n"]), (Some(2), false));
        assert_eq!(after(&["a,\"b\"\"\n"]), (Some(2), false));
        assert_eq!(after(&["a,\"b\"\"\"\r\n"]), (None, false));
        assert_eq!(after(&["\"a\"b,\"c\n"]), (Some(2), false));
    }

    #[test]
    fn a_quote_that_meets_the_next_rows_quote_is_torn() {
        assert_eq!(after(&["a,\"b\n", "c\",d\n"]), (None, false));
        assert!(after(&["a,\"b\n", "c,\"d,e\",f\n"]).1);
    }
}
