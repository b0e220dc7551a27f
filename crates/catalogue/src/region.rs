//! What regions are called in the other language: parts of Japan, its prefectures, parts of the world, and countries.

use crate::country;
use noroshi_kernel::language::Language;
use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

const TABLE: &str = include_str!("../data/regions.csv");

/// By each of its names, in lower case.
static REGIONS: LazyLock<BTreeMap<String, [&str; 2]>> = LazyLock::new(|| TABLE.lines().skip(1).flat_map(region).collect());

fn region(line: &'static str) -> Vec<(String, [&'static str; 2])> {
    let mut cells = line.split(',');
    let (Some(ja), Some(en), also) = (cells.next(), cells.next(), cells.next()) else { return Vec::new() };
    [Some(ja), Some(en), also].into_iter().flatten().filter(|name| !name.is_empty()).map(|name| (name.to_lowercase(), [ja, en])).collect()
}

/// A region as somebody entered it, in a reader's language where the table knows it, else as it stands.
///
/// ```
/// use noroshi_catalogue::region_name;
/// use noroshi_kernel::language::Language;
/// assert_eq!(region_name("関東", Language::En), "Kanto");
/// assert_eq!(region_name("kanto", Language::Ja), "関東");
/// // The region, not the country.
/// assert_eq!(region_name("中国", Language::Ja), "中国地方");
/// assert_eq!(region_name("タイ", Language::En), "Thailand");
/// assert_eq!(region_name("Building 3", Language::Ja), "Building 3");
/// ```
#[must_use]
pub fn region_name(entered: &str, language: Language) -> Cow<'_, str> {
    let name = entered.trim().to_lowercase();
    match REGIONS.get(&name).copied().or_else(|| country::both_names(&name)) {
        Some([ja, en]) => Cow::Borrowed(match language {
            Language::Ja => ja,
            Language::En => en,
        }),
        None => Cow::Borrowed(entered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read_and_no_name_stands_twice() {
        let names: Vec<&str> = TABLE.lines().skip(1).flat_map(|line| line.split(',').filter(|name| !name.is_empty())).collect();
        assert_eq!(REGIONS.len(), names.len(), "a name stands twice");
        assert!(TABLE.lines().all(|line| line.split(',').count() == 3));
        for [ja, en] in REGIONS.values() {
            assert!(!ja.is_ascii() && en.is_ascii(), "{ja} {en}");
            assert_eq!((region_name(ja, Language::En), region_name(en, Language::Ja)), (Cow::Borrowed(*en), Cow::Borrowed(*ja)));
        }
    }
}
