//! A letter's bytes, read for a page: bounded in size and in how many are read at once, and never trusted.

use crate::{failure::Failure, links, web::Web};
use noroshi_ledger::LedgerError;
use noroshi_mailroom::correspondence::Raw;
use noroshi_post::letter::{self, Body, Letter};
use tokio::sync::Semaphore;

/// Letters are read two at a time, so that a few large ones do not take all memory.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Reads the bytes at some places, at most `most` of each, and makes something of them, on a thread of its own.
pub(crate) async fn with_bytes<T: Send + 'static>(
    web: &Web,
    places: Vec<Raw>,
    most: u64,
    make: impl FnOnce(Vec<Vec<u8>>) -> T + Send + 'static,
) -> Result<T, Failure> {
    let _turn = TURNS.acquire().await.ok();
    let blobs = web.ledger.blobs().clone();
    let made = tokio::task::spawn_blocking(move || {
        let read = places.iter().map(|raw| blobs.read_part(&raw.sha256, raw.offset, raw.length.min(most))).collect::<Result<Vec<_>, _>>()?;
        Ok::<_, LedgerError>(make(read))
    });
    Ok(made.await.map_err(|error| Failure::Internal(Box::new(error)))??)
}

/// A text from outside as it is shown: its URLs defanged, control characters and marks that turn the direction of writing made
/// visible, line ends ours.
pub(crate) fn shown(text: &str) -> String {
    let parts = |one: char| {
        one.is_whitespace()
            || matches!(one, '、' | '。' | '，' | '「' | '」' | '『' | '』' | '（' | '）' | '<' | '>' | '"' | '\'' | ',' | ';' | '(' | ')' | '|')
    };
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .map(|one| match one {
            '\r' => '\n',
            '\n' | '\t' => one,
            _ if one.is_control() || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
            _ => one,
        })
        .collect();
    text.split_inclusive(parts).map(|word| if word.contains("://") { unlinked(&links::harmless(word)) } else { word.to_owned() }).collect()
}

/// What [`links::harmless`] left of a second URL in one word.
fn unlinked(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at(at);
        let scheme = ["https", "http"]
            .into_iter()
            .find(|scheme| before.get(before.len().saturating_sub(scheme.len())..).is_some_and(|end| end.eq_ignore_ascii_case(scheme)));
        match scheme {
            Some(scheme) => {
                out.push_str(before.get(..before.len() - scheme.len()).unwrap_or_default());
                out.push_str(if scheme == "https" { "hxxps" } else { "hxxp" });
            }
            None => out.push_str(before),
        }
        out.push_str("://");
        rest = behind.get(3..).unwrap_or_default();
    }
    out + rest
}

/// What the sender wrote, unshown: of HTML the text. `None` when the letter holds no text of its own.
pub(crate) fn written(letter: &Letter) -> Option<String> {
    let texts: Vec<_> = letter.texts().filter_map(|part| part.text()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// Whether the text was taken out of HTML.
pub(crate) fn is_of_html(letter: &Letter) -> bool {
    letter.texts().any(|part| matches!(part.body, Body::Html { .. }))
}

/// Whether the sender's texts came in ISO-2022-JP.
pub(crate) fn is_iso_2022_jp(letter: &Letter) -> bool {
    letter.texts().any(|part| match &part.body {
        Body::Text { charset, .. } | Body::Html { charset, .. } => charset.to_ascii_lowercase().contains("iso-2022-jp"),
        _ => false,
    })
}

/// A text cut to so many characters, and whether something was cut off.
pub(crate) fn cut(text: &str, most_chars: usize) -> (&str, bool) {
    match text.char_indices().nth(most_chars) {
        Some((at, _)) => (text.get(..at).unwrap_or(text), true),
        None => (text, false),
    }
}

/// Reads a letter's bytes; the reason says why it cannot be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Letter, noroshi_kernel::reason::Reason> {
    letter::read(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_harmless() {
        for (text, harmless) in [
            ("see http://a.example/x, and\r\nhttps://b.example/", "see hxxp://a[.]example/x, and\nhxxps://b[.]example/"),
            ("「http://a.example/」、https://b.example/です。", "「hxxp://a[.]example/」、hxxps://b[.]example/です。"),
            ("http://a.example/?u=http://b.example/", "hxxp://a[.]example/?u=hxxp://b.example/"),
            ("HTTP://A.example/", "hxxp://A[.]example/"),
            ("a\u{1b}[31m\u{202e}b\u{0}\tc", "a\u{fffd}[31m\u{fffd}b\u{fffd}\tc"),
            ("ftp://c.example/ x://", "ftp://c.example/ x://"),
        ] {
            assert_eq!(shown(text), harmless);
        }
    }

    #[test]
    fn a_text_is_cut_at_characters() {
        assert_eq!(cut("日本語", 2), ("日本", true));
        assert_eq!(cut("日本", 2), ("日本", false));
    }
}
