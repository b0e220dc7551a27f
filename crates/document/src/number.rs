//! Numbers as people read them.

/// Writes a number with commas between thousands: `4,812`, `−1,604`.
#[must_use]
pub fn grouped(value: i64) -> String {
    let digits = commas(&value.unsigned_abs().to_string());
    if value < 0 { format!("\u{2212}{digits}") } else { digits }
}

/// Writes a chart's value: whole numbers as [`grouped`], others with one digit after the point, below one with two that say something, so
/// that little is not nothing; `–` for what is no number.
#[must_use]
pub fn decimal(value: f64) -> String {
    if !value.is_finite() {
        return "\u{2013}".into();
    }
    let size = value.abs();
    let plain = if size.fract() == 0.0 {
        format!("{size:.0}")
    } else if size >= 0.995 {
        format!("{size:.1}")
    } else {
        let digits = (2..12).find(|digits| size * 10_f64.powi(*digits) >= 9.95).unwrap_or(12);
        format!("{size:.*}", usize::try_from(digits).unwrap_or(12))
    };
    let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    format!("{sign}{}{rest}", commas(whole))
}

/// Writes an average: with one digit after the point also where that is 0, so that a column of them stands in line; below one as [`decimal`].
#[must_use]
pub fn average(value: f64) -> String {
    let shown = decimal(value);
    if value.is_finite() && value != 0.0 && !shown.contains('.') { shown + ".0" } else { shown }
}

fn commas(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thousands_are_grouped() {
        for (value, expected) in [(0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (4_812, "4,812"), (1_234_567, "1,234,567"), (-1_604, "−1,604")] {
            assert_eq!(grouped(value), expected);
        }
        assert_eq!(grouped(i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn chart_values_keep_one_digit_or_two_that_say_something() {
        for (value, expected) in [
            (1_500.0, "1,500"),
            (52.44, "52.4"),
            (1_234.56, "1,234.6"),
            (0.0, "0"),
            (f64::NAN, "–"),
            (-2.5, "−2.5"),
            (0.5, "0.50"),
            (0.0234, "0.023"),
            (0.996, "1.0"),
            (1e-30, "0.000000000000"),
        ] {
            assert_eq!(decimal(value), expected);
        }
    }

    #[test]
    fn averages_stand_in_line() {
        for (value, expected) in [(52.0, "52.0"), (1_500.04, "1,500.0"), (0.0234, "0.023"), (0.0, "0"), (0.5, "0.50"), (f64::NAN, "–")] {
            assert_eq!(average(value), expected);
        }
    }

    proptest! {
        #[test]
        fn groups_read_back(value: i64) {
            prop_assert_eq!(grouped(value).replace(',', "").replace('−', "-").parse::<i64>(), Ok(value));
        }
    }
}
