//! The site's words in one language.

use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use noroshi_kernel::language::Language;
use std::{borrow::Cow, collections::HashMap};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static JA: LanguageIdentifier = langid!("ja");
static EN: LanguageIdentifier = langid!("en");

/// Our words in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words(pub(crate) Language);

impl Words {
    const fn tag(self) -> &'static LanguageIdentifier {
        match self.0 {
            Language::Ja => &JA,
            Language::En => &EN,
        }
    }

    /// The language that these words are not in.
    pub(crate) const fn other(self) -> Language {
        match self.0 {
            Language::Ja => Language::En,
            Language::En => Language::Ja,
        }
    }

    /// The text of a key.
    pub(crate) fn say(self, key: &str) -> String {
        LOCALES.lookup(self.tag(), key)
    }

    /// The text of a key with values filled in.
    pub(crate) fn with(self, key: &str, values: &[(&'static str, &str)]) -> String {
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> = values.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
        LOCALES.lookup_with_args(self.tag(), key, &values)
    }

    /// The text of a key about a number of things.
    pub(crate) fn count(self, key: &str, count: usize) -> String {
        let values = HashMap::from([(Cow::Borrowed("n"), FluentValue::from(i64::try_from(count).unwrap_or(i64::MAX)))]);
        LOCALES.lookup_with_args(self.tag(), key, &values)
    }
}
