//! Why an input could not be used: what, where, and what to do.

use serde::{Deserialize, Serialize};

/// One input that was set aside for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// The file or message, as the person named it (made safe to print); empty for a letter that has no name.
    pub input: String,
    /// The place within it, for example `line 7, column 2`.
    pub r#where: String,
    /// What is wrong there and what to do about it.
    pub reason: String,
    /// How many inputs in a row have this reason.
    pub rows: u64,
}

impl std::fmt::Display for SetAside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What a mail server pipes in has no name.
        let input = if self.input.is_empty() { "a letter" } else { &self.input };
        write!(f, "{input}: {}: {}", self.r#where, self.reason)
    }
}

/// Makes outside text safe to show in one line: control and direction characters are escaped, the middle of a long text is cut.
#[must_use]
pub fn printable(text: &str, most_chars: usize) -> String {
    let escaped = |character: char| {
        let hidden = character.is_control() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if hidden { character.escape_unicode().to_string() } else { character.to_string() }
    };
    if text.chars().nth(most_chars).is_none() {
        return text.chars().map(escaped).collect();
    }
    let half = most_chars / 2;
    let head: String = text.chars().take(half).map(escaped).collect();
    let mut tail: Vec<char> = text.chars().rev().take(half).collect();
    tail.reverse();
    format!("{head}…{}", tail.into_iter().map(escaped).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_named_or_called_a_letter() {
        let of = |input: &str| SetAside { input: input.into(), r#where: "part 2".into(), reason: "it is cut".into(), rows: 1 }.to_string();
        assert_eq!(of("a.eml"), "a.eml: part 2: it is cut");
        assert_eq!(of(""), "a letter: part 2: it is cut");
    }

    #[test]
    fn hostile_names_become_harmless() {
        assert_eq!(printable("a\nb\u{1b}[31m", 80), "a\\u{a}b\\u{1b}[31m");
        assert_eq!(printable("abc\u{202e}gpj.exe", 80), "abc\\u{202e}gpj.exe");
        assert_eq!(printable(&"x".repeat(100), 10), "xxxxx…xxxxx");
        assert_eq!(printable("楽天", 80), "楽天");
    }
}
