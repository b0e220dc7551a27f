//! Makes words from outside harmless before they are shown.

/// Replaces line ends and tabs by spaces, and drops other control characters and everything that turns or hides text.
pub(crate) fn words(text: &str) -> String {
    text.chars()
        .filter_map(|character| match character {
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
            '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}' => None,
            _ if character.is_control() => None,
            _ => Some(character),
        })
        .collect()
}

/// The words with the five characters escaped that mean something in HTML and SVG.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in words(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{a0}' => out.push_str("&#160;"),
            _ => out.push(character),
        }
    }
    out
}

/// An anchor of letters, digits, `-` and `_`.
pub(crate) fn anchor(id: &str) -> String {
    id.chars().map(|character| if character.is_ascii_alphanumeric() || character == '_' { character } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_turns_or_hides_the_text() {
        assert_eq!(words("a\tb\r\nc\u{1b}[31m\u{202e}gpj\u{200b}.exe\u{0}"), "a b  c[31mgpj.exe");
        assert_eq!(words("表計算「一」"), "表計算「一」");
    }

    #[test]
    fn markup_is_only_text() {
        assert_eq!(escape("<a href=\"x\" title='y'>&"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;");
        assert_eq!(anchor("t 1\"><"), "t-1---");
    }
}
