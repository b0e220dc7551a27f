//! Numbers as people read them.

/// Writes a number with commas between thousands: `4,812`, `−1,604`.
#[must_use]
pub fn grouped(value: i64) -> String {
    let digits = commas(&value.unsigned_abs().to_string());
    if value < 0 { format!("\u{2212}{digits}") } else { digits }
}

/// Writes a chart's value: whole numbers as [`grouped`], others with one digit after the point; `–` for what is no number.
#[must_use]
pub fn decimal(value: f64) -> String {
    if !value.is_finite() {
        return "\u{2013}".into();
    }
    let plain = if value.fract() == 0.0 { format!("{:.0}", value.abs()) } else { format!("{:.1}", value.abs()) };
    let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    format!("{sign}{}{rest}", commas(whole))
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
    fn chart_values_keep_one_digit_at_most() {
        for (value, expected) in [(1_500.0, "1,500"), (52.44, "52.4"), (1_234.56, "1,234.6"), (0.0, "0"), (f64::NAN, "–"), (-2.5, "−2.5")] {
            assert_eq!(decimal(value), expected);
        }
    }

    proptest! {
        #[test]
        fn groups_read_back(value: i64) {
            prop_assert_eq!(grouped(value).replace(',', "").replace('−', "-").parse::<i64>(), Ok(value));
        }
    }
}
