//! Our words in the reader's language. Every sentence of a page comes from `locales`; nothing is written in templates.

use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use noroshi_directory::Origin;
use noroshi_document::number;
use noroshi_incident::{
    model::{Category, State},
    selection::Standing,
};
use noroshi_kernel::{
    language::{Bilingual, Language},
    moment::Moment,
};
use noroshi_mailroom::{correspondence::Kind, outgoing, thread};
use noroshi_post::automatic::Automatic;
use std::{borrow::Cow, collections::HashMap};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| {
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(grouped));
        },
    };
}

static JA: LanguageIdentifier = langid!("ja");
static EN: LanguageIdentifier = langid!("en");

/// Numbers stand in sentences as they stand in tables.
fn grouped<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    #[expect(clippy::cast_possible_truncation, reason = "counts are whole and far below 2^53")]
    let whole = number.value as i64;
    Some(number::grouped(whole))
}

/// Our words in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    pub(crate) language: Language,
}

impl Words {
    pub(crate) const fn of(language: Language) -> Self {
        Self { language }
    }

    /// The language that these words are not in.
    pub(crate) const fn other_language(self) -> Language {
        match self.language {
            Language::Ja => Language::En,
            Language::En => Language::Ja,
        }
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self.language {
            Language::Ja => &JA,
            Language::En => &EN,
        }
    }

    /// A sentence without arguments.
    pub(crate) fn say(self, key: &str) -> String {
        LOCALES.try_lookup(self.identifier(), key).unwrap_or_else(|| missing(key))
    }

    /// A sentence with arguments.
    pub(crate) fn with(self, key: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> = arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        LOCALES.try_lookup_with_args(self.identifier(), key, &arguments).unwrap_or_else(|| missing(key))
    }

    /// A sentence about `n` things.
    pub(crate) fn count(self, key: &str, n: i64) -> String {
        self.with(key, &[("n", n.into())])
    }

    /// A sentence about one thing.
    pub(crate) fn about(self, key: &str, what: &str) -> String {
        self.with(key, &[("what", what.into())])
    }

    pub(crate) fn category(self, category: Category) -> String {
        self.say(&format!("category-{}", category.key()))
    }

    pub(crate) fn state(self, state: State) -> String {
        self.say(&format!("state-{}", state.key()))
    }

    pub(crate) fn standing(self, standing: Standing) -> String {
        self.say(&format!("state-{}", standing.key()))
    }

    pub(crate) fn origin(self, origin: Origin) -> String {
        self.say(&format!("origin-{}", origin.key()))
    }

    pub(crate) fn channel(self, key: &str) -> String {
        self.say(&format!("channel-{key}"))
    }

    pub(crate) fn thread_state(self, state: thread::State) -> String {
        self.say(&format!("thread-state-{}", state.key()))
    }

    /// How a letter of ours, or its way to one recipient, stands.
    pub(crate) fn outgoing_state(self, state: outgoing::State) -> String {
        self.say(&format!("sent-{}", state.key()))
    }

    /// What a correspondence is about.
    pub(crate) fn kind(self, kind: Kind) -> String {
        self.say(&format!("kind-{}", kind.key()))
    }

    /// Why a letter counts as automatic, by the stored key.
    pub(crate) fn automatic(self, key: &str) -> String {
        self.say(&format!("automatic-{}", Automatic::from_key(key).unwrap_or(Automatic::Submitted).key()))
    }

    /// What tied a letter to its thread, by the stored key.
    pub(crate) fn tie(self, key: &str) -> String {
        self.say(&format!("tied-{}", if ["token", "reference", "tag", "given"].contains(&key) { key } else { "unknown" }))
    }

    /// Why packets of a sensor are missing, by the stored key.
    pub(crate) fn gap(self, key: &str) -> String {
        let known = ["stopped", "interface_down", "ring_full", "disk_full", "refused", "unreadable", "missing"];
        self.say(&format!("gap-{}", if known.contains(&key) { key } else { "unknown" }))
    }

    /// How long something lasted, in microseconds.
    pub(crate) fn span(self, us: i64) -> String {
        match us / 1_000_000 {
            seconds @ ..120 => self.count("span-seconds", seconds),
            seconds @ 120..7_200 => self.count("span-minutes", seconds / 60),
            seconds @ 7_200..172_800 => self.count("span-hours", seconds / 3_600),
            seconds => self.count("span-days", seconds / 86_400),
        }
    }

    pub(crate) fn sector(self, key: &str) -> String {
        self.say(&format!("sector-{key}"))
    }

    /// A text in this language.
    pub(crate) fn pick(self, text: &Bilingual) -> String {
        text.get(self.language).to_owned()
    }

    /// How long before `now` something was, or how long after it something will be: `3 日前`, `14 分後`.
    pub(crate) fn ago(self, now: Moment, at: Moment) -> String {
        /// What is so near may be a clock's.
        const SECOND_US: i64 = 1_000_000;
        if at.0 - now.0 >= SECOND_US {
            // Rounded to the next minute: what is due in 59.9 minutes is due in an hour.
            return self.in_minutes((at.0 - now.0 + 30_000_000) / 60_000_000);
        }
        let minutes = (now.0 - at.0) / 60_000_000;
        match minutes {
            ..1 => self.say("ago-now"),
            1..60 => self.count("ago-minutes", minutes),
            60..1_440 => self.count("ago-hours", minutes / 60),
            1_440..87_660 => self.count("ago-days", minutes / 1_440),
            87_660..1_051_200 => self.count("ago-months", minutes / 43_830),
            _ => self.count("ago-years", minutes / 525_960),
        }
    }

    fn in_minutes(self, minutes: i64) -> String {
        match minutes {
            ..1 => self.say("in-now"),
            1..60 => self.count("in-minutes", minutes),
            60..1_440 => self.count("in-hours", minutes / 60),
            1_440..87_660 => self.count("in-days", minutes / 1_440),
            87_660..1_051_200 => self.count("in-months", minutes / 43_830),
            _ => self.count("in-years", minutes / 525_960),
        }
    }

    /// When something comes again and again, of what the queue says: `every 10s`, `Monday 09:30:00 Asia/Tokyo`.
    pub(crate) fn rhythm(self, told: &str) -> String {
        self.known_rhythm(told).unwrap_or_else(|| told.to_owned())
    }

    fn known_rhythm(self, told: &str) -> Option<String> {
        if let Some(step) = told.strip_prefix("every ") {
            let seconds: i64 = step.strip_suffix('s')?.parse().ok()?;
            return Some(match seconds {
                seconds if seconds > 0 && seconds % 3_600 == 0 => self.count("rhythm-hours", seconds / 3_600),
                seconds if seconds > 0 && seconds % 60 == 0 => self.count("rhythm-minutes", seconds / 60),
                seconds => self.count("rhythm-seconds", seconds),
            });
        }
        let mut parts = told.rsplitn(3, ' ');
        let (zone, time, days) = (parts.next()?, parts.next()?, parts.next()?);
        let days = match days {
            "daily" => self.say("rhythm-daily"),
            "Monday" | "Tuesday" | "Wednesday" | "Thursday" | "Friday" | "Saturday" | "Sunday" => self.say(&format!("rhythm-{}", days.to_ascii_lowercase())),
            day => self.count("rhythm-month-day", day.strip_prefix("day ")?.parse().ok()?),
        };
        let time = time.strip_suffix(":00").unwrap_or(time);
        Some(self.with("rhythm-calendar", &[("days", days.into()), ("time", time.to_owned().into()), ("zone", zone.to_owned().into())]))
    }
}

/// What stands for a sentence that is not there; no test lets it through.
fn missing(key: &str) -> String {
    format!("\u{27e6}{key}\u{27e7}")
}
