//! Estimates how wide words are at 12 px, a little on the safe side.

use crate::clean;
use unicode_width::UnicodeWidthChar;

/// The width of a text in pixels.
pub(super) fn width(text: &str) -> f64 {
    clean::words(text).chars().map(letter).sum()
}

fn letter(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 4.0,
        'f' | 'r' | 't' | '(' | ')' | '/' | '-' => 5.2,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 11.4,
        'A'..='Z' => 8.8,
        '0'..='9' | ' '..='~' => 7.6,
        _ => match letter.width() {
            Some(0) | None => 0.0,
            Some(1) => 9.0,
            Some(_) => 12.2,
        },
    }
}

/// The text, or its beginning and `…` when it is wider than `most`.
pub(super) fn cut(text: &str, most: f64) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = letter('…');
    for one in clean::words(text).chars() {
        used += letter(one);
        if used > most {
            break;
        }
        out.push(one);
    }
    out.trim_end().to_owned() + "…"
}

/// The text in at most `lines` lines no wider than `most`; the last is cut when it does not suffice.
pub(super) fn wrapped(text: &str, most: f64, lines: usize) -> Vec<String> {
    let clean = clean::words(text);
    let (mut out, mut line, mut from) = (Vec::new(), String::new(), 0);
    for (to, _) in unicode_linebreak::linebreaks(&clean) {
        let piece = clean.get(from..to).unwrap_or_default();
        from = to;
        if !line.is_empty() && out.len() + 1 < lines && width(format!("{line}{piece}").trim_end()) > most {
            out.push(cut(std::mem::take(&mut line).trim_end(), most));
        }
        line.push_str(piece);
    }
    if !line.trim().is_empty() {
        out.push(cut(line.trim_end(), most));
    }
    out
}
