//! What countries and territories are called: those that ISO 3166-1 gives two letters.

use noroshi_kernel::language::Language;
use std::{collections::BTreeMap, sync::LazyLock};

const TABLE: &str = include_str!("../data/countries.csv");

static COUNTRIES: LazyLock<BTreeMap<&str, [&str; 2]>> = LazyLock::new(|| TABLE.lines().skip(1).filter_map(country).collect());

fn country(line: &'static str) -> Option<(&'static str, [&'static str; 2])> {
    let mut cells = line.split(',');
    Some((cells.next()?, [cells.next()?, cells.next()?]))
}

/// The short name of a country by its two capital letters; `None` when the table does not know it.
///
/// ```
/// use noroshi_catalogue::country_name;
/// use noroshi_kernel::language::Language;
/// assert_eq!(country_name("DE", Language::Ja), Some("ドイツ"));
/// assert_eq!(country_name("DE", Language::En), Some("Germany"));
/// assert_eq!(country_name("ZZ", Language::En), None);
/// ```
#[must_use]
pub fn country_name(code: &str, language: Language) -> Option<&'static str> {
    let [ja, en] = *COUNTRIES.get(code)?;
    Some(match language {
        Language::Ja => ja,
        Language::En => en,
    })
}

/// Both names of a country by either of them, Japanese first.
pub(crate) fn both_names(name: &str) -> Option<[&'static str; 2]> {
    COUNTRIES.values().find(|names| names.iter().any(|one| one.to_lowercase() == name)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_of_the_table_is_read_once_and_no_name_stands_twice() {
        let lines = TABLE.lines().skip(1).count();
        assert_eq!(COUNTRIES.len(), lines, "a line is broken or stands twice");
        assert!(TABLE.lines().all(|line| line.split(',').count() == 3));
        for language in [0, 1] {
            let names: BTreeSet<&str> = COUNTRIES.values().map(|names| names[language]).collect();
            assert_eq!(names.len(), lines);
        }
        for (code, [ja, en]) in COUNTRIES.iter() {
            assert!(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()), "{code}");
            assert!(!ja.is_ascii() && ja.trim() == *ja && en.trim() == *en && en.len() < 40, "{code} {ja} {en}");
        }
    }
}
