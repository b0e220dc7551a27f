//! A letter's bytes, read for a page: bounded in size and in how many are read at once, and never trusted.

use crate::{failure::Failure, links, web::Web, words::Words};
use noroshi_directory::key::{self, Vault};
use noroshi_kernel::{access::Actor, moment::Moment, reason::Reason};
use noroshi_ledger::LedgerError;
use noroshi_mailroom::{correspondence::Raw, letters::Sealed};
use noroshi_post::{
    letter::{self, Body, Letter},
    sealed::{self, Ring, Seal},
};
use tokio::sync::Semaphore;

/// Letters are read two at a time, so that a few large ones do not take all memory.
static TURNS: Semaphore = Semaphore::const_new(2);

/// How many bytes at the beginning of a letter are looked through for signs of OpenPGP.
const SIGNS_MOST_BYTES: usize = 64 << 10;

/// A letter's bytes, and whether something of it is known to be sealed.
pub(crate) struct Place {
    pub(crate) raw: Raw,
    pub(crate) is_sealed: bool,
}

/// What letters are opened by: nothing where none of them is sealed.
pub(crate) struct Keys {
    pub(crate) ring: Ring,
    pub(crate) at: Moment,
}

/// A letter that was opened and read; or why it cannot be read.
pub(crate) struct Opened {
    pub(crate) letter: Result<Letter, Reason>,
    pub(crate) seal: Seal,
}

impl Keys {
    /// Opens and reads a letter.
    pub(crate) fn open(&self, bytes: &[u8]) -> Opened {
        let opened = sealed::open(bytes, &self.ring, self.at);
        Opened { letter: letter::read(&opened.raw), seal: opened.seal }
    }
}

/// Reads the letters at some places, at most `most` bytes of each, and makes something of them, on a thread of its own, with the keys by which
/// they are opened. Whoever asks may read letters; whether he may read these was asked before.
pub(crate) async fn with_letters<T: Send + 'static>(
    web: &Web,
    actor: &Actor,
    places: Vec<Place>,
    most: u64,
    make: impl FnOnce(Vec<Vec<u8>>, &Keys) -> T + Send + 'static,
) -> Result<T, Failure> {
    let _turn = TURNS.acquire().await.ok();
    let blobs = web.ledger.blobs().clone();
    let is_sealed = places.iter().any(|place| place.is_sealed);
    let read = tokio::task::spawn_blocking(move || {
        let read = |place: &Place| blobs.read_part(&place.raw.sha256, place.raw.offset, place.raw.length.min(most));
        places.iter().map(read).collect::<Result<Vec<_>, LedgerError>>()
    });
    let read = read.await.map_err(|error| Failure::Internal(Box::new(error)))??;
    // All keys of contacts lie in the ring: it is made when it is needed.
    let ring = if is_sealed || read.iter().any(|bytes| shows_signs(bytes)) {
        key::ring(&web.ledger, actor, &Vault::new(&web.team_key)).await?
    } else {
        Ring::default()
    };
    let keys = Keys { ring, at: web.ledger.now() };
    tokio::task::spawn_blocking(move || make(read, &keys)).await.map_err(|error| Failure::Internal(Box::new(error)))
}

/// Whether a letter looks as if something of it were sealed: what nobody has read yet, and what we sent.
fn shows_signs(bytes: &[u8]) -> bool {
    let head = bytes.get(..SIGNS_MOST_BYTES).unwrap_or(bytes);
    head.windows(15).any(|found| found == b"-----BEGIN PGP " || found.eq_ignore_ascii_case(b"application/pgp"))
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

/// The marks that stand around what was sealed in a text, and the keys of our words for them.
const MARKS: [(&str, &str); 4] = [
    ("[-- OpenPGP: signed text begins --]", "seal-mark-signed-begins"),
    ("[-- OpenPGP: signed text ends --]", "seal-mark-signed-ends"),
    ("[-- OpenPGP: decrypted text begins --]", "seal-mark-decrypted-begins"),
    ("[-- OpenPGP: decrypted text ends --]", "seal-mark-decrypted-ends"),
];

/// A text with the marks of what was sealed in it in the reader's language. Where nothing was sealed, what looks like a mark is the sender's.
pub(crate) fn marked(text: String, seal: &Seal, words: Words) -> String {
    if !Sealed::from(seal).is_any() {
        return text;
    }
    MARKS.into_iter().fold(text, |text, (mark, key)| text.replace(mark, &words.say(key)))
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
