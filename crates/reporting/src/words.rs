use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use noroshi_document::{prose::Prose, table::Cell};
use noroshi_kernel::{
    language::Language,
    moment::Zone,
    period::{Kind, Month, Period},
};
use std::{borrow::Cow, collections::HashMap};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "ja",
        // Reports are copied into mails and files: no invisible direction marks around what is filled in.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static JA: LanguageIdentifier = langid!("ja");
static EN: LanguageIdentifier = langid!("en");

/// What stands for a value while Fluent builds the sentence around it: characters that Unicode keeps from being any text's.
const MARKS: std::ops::RangeInclusive<char> = '\u{fdd0}'..='\u{fddf}';

/// The text before the first mark, the mark, and the text after it.
fn at_mark(text: &str) -> Option<(&str, char, &str)> {
    let (at, mark) = text.char_indices().find(|(_, character)| MARKS.contains(character))?;
    Some((text.get(..at)?, mark, text.get(at + mark.len_utf8()..)?))
}

/// The words of the reports in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub Language);

impl Words {
    fn tag(self) -> &'static LanguageIdentifier {
        match self.0 {
            Language::Ja => &JA,
            Language::En => &EN,
        }
    }

    /// The text of a key.
    #[must_use]
    pub fn get(self, key: &str) -> String {
        LOCALES.lookup(self.tag(), key)
    }

    /// The text of a key with values filled in.
    #[must_use]
    pub fn with(self, key: &str, values: &[(&'static str, &str)]) -> String {
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> =
            values.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
        LOCALES.lookup_with_args(self.tag(), key, &values)
    }

    /// The text of a key with words and numbers filled in, each of which stays what it is. Sixteen at most; Fluent sees none of them.
    #[must_use]
    pub fn prose(self, key: &str, values: impl IntoIterator<Item = (&'static str, Prose)>) -> Prose {
        let values: Vec<_> = MARKS.zip(values).map(|(mark, (name, value))| (name, mark, mark.to_string(), value)).collect();
        let text = self.with(key, &values.iter().map(|(name, _, mark, _)| (*name, mark.as_str())).collect::<Vec<_>>());
        let mut prose = Prose::default();
        let mut rest = text.as_str();
        while let Some((before, mark, after)) = at_mark(rest) {
            prose.push(before);
            prose.push(values.iter().find(|(_, one, ..)| *one == mark).map(|(.., value)| value.clone()).unwrap_or_default());
            rest = after;
        }
        prose.push(rest);
        prose
    }

    /// A share, or a change whose direction is told in words: `1,042%` in Japanese, `1,042 %` in English.
    #[must_use]
    pub fn percent(self, percent: i64) -> String {
        Cell::Share { percent }.shown(self.0)
    }

    /// The word for the kind of a period: month, quarter, year.
    #[must_use]
    pub fn kind(self, period: Period) -> String {
        self.get(match period.kind() {
            Kind::Month => "kind-month",
            Kind::Quarter | Kind::FiscalQuarter => "kind-quarter",
            Kind::Year | Kind::FiscalYear | Kind::TwelveMonths => "kind-year",
        })
    }

    /// A month as the head of a column: `10月`, `Oct`; in English reports of more than a year's turn with the year.
    #[must_use]
    pub fn month(self, month: Month) -> String {
        const SHORT: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        match self.0 {
            Language::Ja => format!("{}月", month.number()),
            Language::En => usize::try_from(month.number() - 1).ok().and_then(|index| SHORT.get(index)).copied().unwrap_or_default().into(),
        }
    }

    /// The days that a period spans: `2013年10月1日から12月31日まで`, `1 October to 31 December 2013`.
    #[must_use]
    pub fn span(self, period: Period, zone: &Zone) -> String {
        const LONG: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        let (_, end) = period.bounds(zone);
        let last_day = zone.wall(noroshi_kernel::moment::Moment(end.0 - 1)).day();
        let (first, last) = (period.first_month(), period.last_month());
        let same_year = first.year() == last.year();
        match self.0 {
            Language::Ja => {
                let until_year = if same_year { String::new() } else { format!("{}年", last.year()) };
                format!("{}年{}月1日から{until_year}{}月{last_day}日まで", first.year(), first.number(), last.number())
            }
            Language::En => {
                let name = |month: Month| usize::try_from(month.number() - 1).ok().and_then(|index| LONG.get(index)).copied().unwrap_or_default();
                let from_year = if same_year { String::new() } else { format!(" {}", first.year()) };
                format!("1 {}{from_year} to {last_day} {} {}", name(first), name(last), last.year())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_document::{prose::Run, table::Figure};

    #[test]
    fn numbers_in_a_sentence_stay_numbers() {
        let figure = |value| Figure { value, query: serde_json::json!({ "of": value }), href: Some(format!("/incidents?of={value}")) };
        let sentence =
            |language| Words(language).prose("sentence-correspondence", [("correspondence", figure(1_234).into()), ("inquiries", figure(56).into())]);
        for language in Language::ALL {
            let counted: Vec<_> = sentence(language).runs().iter().filter(|run| matches!(run, Run::Figure(_))).cloned().collect();
            assert_eq!(counted, [Run::Figure(figure(1_234)), Run::Figure(figure(56))]);
        }
        assert!(sentence(Language::En).plain().starts_with("1,234 letters came in; 56 "));
        assert_eq!((Words(Language::Ja).percent(1_234), Words(Language::En).percent(1_234)), ("1,234%".into(), "1,234\u{a0}%".into()));
    }

    #[test]
    fn spans_are_told_in_both_languages() {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let span = |language, period: &str| Words(language).span(period.parse().expect("a period"), &zone);
        assert_eq!(span(Language::Ja, "2013Q4"), "2013年10月1日から12月31日まで");
        assert_eq!(span(Language::En, "2013Q4"), "1 October to 31 December 2013");
        assert_eq!(span(Language::Ja, "FY2013"), "2013年4月1日から2014年3月31日まで");
        assert_eq!(span(Language::En, "2012-02"), "1 February to 29 February 2012");
    }
}
