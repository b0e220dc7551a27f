//! How Japan writes days: with the weekday in brackets, and in years of an era.

/// The weekdays by their first letter.
const WEEKDAYS: &str = "日月火水木金土";
/// The eras that may still be met, and the years before their first.
const ERAS: [(&str, i32); 4] = [("令和", 2018), ("平成", 1988), ("R", 2018), ("H", 1988)];

/// The brackets in which a weekday stands.
const OPEN: [char; 7] = ['(', '（', '[', '［', '【', '〔', '<'];
const CLOSE: [char; 7] = [')', '）', ']', '］', '】', '〕', '>'];

/// A text without weekdays: `(火)`, `【火】`, `（火曜日）`, `(火・祝)`, `(Tue)` and, without brackets, `火曜日`.
pub(super) fn without_weekday(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(OPEN) {
        let (before, bracket) = rest.split_at(open);
        out.push_str(before);
        let inner = bracket.trim_start_matches(OPEN);
        // What closes it may have been taken off.
        let close = inner.find(CLOSE).unwrap_or(inner.len());
        let (named, behind) = inner.split_at(close);
        if is_weekday(named.trim()) {
            out.push(' ');
            rest = behind.trim_start_matches(CLOSE);
        } else {
            let end = bracket.len() - inner.len() + close;
            let (kept, behind) = bracket.split_at(end);
            out.push_str(kept);
            rest = behind;
        }
    }
    out.push_str(rest);
    for day in WEEKDAYS.chars().filter(|_| out.contains('曜')).collect::<Vec<_>>() {
        out = out.replace(&format!("{day}曜日"), " ").replace(&format!("{day}曜"), " ");
    }
    out
}

/// Whether what stands in brackets is a weekday, perhaps with a holiday beside.
fn is_weekday(text: &str) -> bool {
    let mut letters = text.chars();
    let japanese = letters.next().is_some_and(|first| WEEKDAYS.contains(first)) && {
        let rest = letters.as_str();
        let rest = rest.strip_prefix("曜日").or_else(|| rest.strip_prefix('曜')).unwrap_or(rest);
        rest.is_empty() || rest == "祝" || rest.chars().count() <= 6 && rest.starts_with(['・', '･', '/', '／', '、', ',', ' ', '\u{3000}'])
    };
    let lower = text.trim_end_matches('.').to_ascii_lowercase();
    let english = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    japanese || english.iter().any(|day| lower == *day || lower.starts_with(day) && lower.ends_with("day") && lower.len() <= 9)
}

/// Whether a text begins with a year of an era.
pub(super) fn begins_era(text: &str) -> bool {
    of_era(text).is_some()
}

/// A text that begins with a day in a year of an era, in the year of the calendar that all know: `令和8年11月24日`, `R8.11.24`.
pub(super) fn without_era(text: &str) -> String {
    let Some((year, separator, rest)) = of_era(text) else { return text.to_owned() };
    if separator == '年' {
        return format!("{year}年{rest}");
    }
    match rest.split_once(separator) {
        Some((month, rest)) => format!("{year}-{month}-{rest}"),
        None => text.to_owned(),
    }
}

/// The year, what stands behind it, and the rest.
fn of_era(text: &str) -> Option<(i32, char, &str)> {
    let (rest, before) = ERAS.iter().find_map(|(name, before)| text.strip_prefix(name).map(|rest| (rest.trim_start(), *before)))?;
    let digits = rest.len() - rest.trim_start_matches(char::is_numeric).len();
    let (year, behind) = if let Some(behind) = rest.strip_prefix('元') { (1, behind) } else { (number(rest.get(..digits)?)?, rest.get(digits..)?) };
    let separator = behind.chars().next()?;
    let rest = behind.get(separator.len_utf8()..)?;
    let separates = separator == '年' || matches!(separator, '.' | '/' | '-' | '．' | '／') && rest.starts_with(char::is_numeric) && rest.contains(separator);
    ((1..=64).contains(&year) && separates).then_some((before + year, separator, rest))
}

/// One or two digits, of either width.
fn number(digits: &str) -> Option<i32> {
    let plain: String = digits.chars().map(|one| char::from_u32(u32::from(one).wrapping_sub(0xfee0)).filter(char::is_ascii_digit).unwrap_or(one)).collect();
    plain.parse().ok().filter(|_| plain.len() <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_go_and_other_brackets_stay() {
        for (text, expected) in [
            ("2026年11月24日(火) 8:15", "2026年11月24日  8:15"),
            ("2026/11/24（火・祝）", "2026/11/24 "),
            ("2026/11/24 (Tuesday) 8:15 (JST)", "2026/11/24   8:15 (JST)"),
            ("2026年11月24日火曜日 8:15", "2026年11月24日  8:15"),
            ("11月24日(火", "11月24日 "),
            ("8:15 (日本時間)", "8:15 (日本時間)"),
            ("8:15（日", "8:15 "),
            ("2026年11月24日【火】21時12分", "2026年11月24日 21時12分"),
            ("2026-11-24[火] 21:12", "2026-11-24  21:12"),
        ] {
            assert_eq!(without_weekday(text), expected, "{text}");
        }
    }

    #[test]
    fn years_of_an_era_are_told_from_versions() {
        for (text, expected) in [
            ("令和8年11月24日", "2026年11月24日"),
            ("令和 ８年11月24日", "2026年11月24日"),
            ("令和元年5月1日", "2019年5月1日"),
            ("平成31年4月30日", "2019年4月30日"),
            ("R8.11.24 14:05", "2026-11-24 14:05"),
            ("R08/11/24", "2026-11-24"),
            ("R2 was released", "R2 was released"),
            ("Host 1.2.3", "Host 1.2.3"),
            ("R8.11", "R8.11"),
        ] {
            assert_eq!(without_era(text), expected, "{text}");
        }
    }
}
