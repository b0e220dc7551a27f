//! Why something was refused or could not be used, in both languages.

use crate::language::{Bilingual, Language};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What is wrong, where, and what to do about it. The two sentences are worded where the reason arises, so that the compiler
/// checks their arguments; pages show the reader's, logs and the command line the English one.
///
/// ```
/// use noroshi_kernel::{language::Language, reason::Reason};
/// let most = 200;
/// let reason = Reason::new("name-length", format!("名前は {most} 文字以内で書いてください。"), format!("a name may hold {most} characters at most"));
/// assert_eq!(reason.to_string(), "a name may hold 200 characters at most");
/// assert_eq!(reason.get(Language::Ja), "名前は 200 文字以内で書いてください。");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Tells reasons of one kind, whatever they are about.
    pub key: Cow<'static, str>,
    /// The sentences.
    pub text: Bilingual,
}

impl Reason {
    /// Makes a reason from its key and its two sentences.
    pub fn new(key: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { key: Cow::Borrowed(key), text: Bilingual::new(ja, en) }
    }

    /// The sentence in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        self.text.get(language)
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text.en)
    }
}

/// The country of a thing is none of ISO 3166-1 alpha-2.
#[must_use]
pub fn no_country(text: &str) -> Reason {
    Reason::new(
        "country",
        format!("国「{text}」は ISO 3166-1 の大文字 2 文字で書いてください（例: JP）。"),
        format!("the country {text:?} must be two capital letters (ISO 3166-1), for example JP"),
    )
}
