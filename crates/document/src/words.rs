//! The few words that the renderers themselves say.

use noroshi_kernel::language::Language;

/// Chooses by language.
pub(crate) const fn pick<'a>(language: Language, ja: &'a str, en: &'a str) -> &'a str {
    match language {
        Language::Ja => ja,
        Language::En => en,
    }
}

/// Says in what a table or chart counts.
pub(crate) fn unit(language: Language, unit: &str) -> String {
    format!("{}{unit}", pick(language, "単位: ", "Unit: "))
}

/// Stands where a chart has nothing to show.
pub(crate) const fn no_data(language: Language) -> &'static str {
    pick(language, "データがありません", "No data")
}

/// Says that an axis goes up by tens, beside what it counts.
pub(crate) fn logarithmic(language: Language, unit: &str) -> String {
    match (language, unit.is_empty()) {
        (Language::Ja, true) => "対数目盛".into(),
        (Language::Ja, false) => format!("{unit}（対数目盛）"),
        (Language::En, true) => "Logarithmic".into(),
        (Language::En, false) => format!("{unit} (logarithmic)"),
    }
}

/// Stands for cells in which nothing was measured.
pub(crate) const fn not_measured(language: Language) -> &'static str {
    pick(language, "観測なし", "not measured")
}

/// Names the lowest, highest and last value of a series.
pub(crate) const fn low_high_last(language: Language) -> [&'static str; 3] {
    match language {
        Language::Ja => ["最小", "最大", "最後"],
        Language::En => ["low", "high", "last"],
    }
}

/// A percentage with its sign where asked for: `+28 %` in English, `+28%` in Japanese. The space does not break.
pub(crate) fn percent(language: Language, percent: i64, signed: bool) -> String {
    let sign = if percent > 0 && signed { "+" } else { "" };
    format!("{sign}{}{}", crate::number::grouped(percent), pick(language, "%", "\u{a0}%"))
}
