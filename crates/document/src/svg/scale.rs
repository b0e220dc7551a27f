//! Round numbers for an axis that begins at zero.

use crate::number;

/// An axis from 0 to `top` in `count` equal steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    step: f64,
    count: u8,
}

impl Scale {
    /// The scale for values up to `highest`: four to six ticks, zero included. `whole` keeps the ticks whole.
    pub(super) fn up_to(highest: f64, whole: bool) -> Self {
        let highest = if highest.is_finite() && highest > 1e-6 { highest } else { 0.0 };
        let power = if highest == 0.0 { 1.0 } else { 10_f64.powf((highest / 5.0).log10().floor()) };
        let fits = |step: f64| step * 5.0 >= highest * (1.0 - 1e-9) && !(whole && (step < 1.0 || step.fract() != 0.0));
        let rounds = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 50.0].map(|factor| factor * power);
        let step = rounds.into_iter().find(|step| fits(*step)).unwrap_or(1.0_f64.max(power));
        let count = (3..5).find(|count| step * f64::from(*count) >= highest * (1.0 - 1e-9)).unwrap_or(5);
        Self { step, count }
    }

    /// The highest value on the axis, above zero.
    pub(super) fn top(self) -> f64 {
        self.step * f64::from(self.count)
    }

    /// The values at which ticks stand, from zero.
    pub(super) fn ticks(self) -> impl Iterator<Item = f64> {
        (0..=self.count).map(move |tick| self.step * f64::from(tick))
    }

    /// A tick as it is written, with as many digits as the step needs.
    pub(super) fn written(self, tick: f64) -> String {
        if self.step.fract() == 0.0 {
            return number::decimal(tick);
        }
        let round = |digits: usize| format!("{:.digits$}", self.step).parse().is_ok_and(|near: f64| (near - self.step).abs() < self.step * 1e-6);
        let digits = (1..9).find(|digits| round(*digits)).unwrap_or(9);
        format!("{tick:.digits$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round() {
        for (highest, whole, expected) in [
            (601.0, true, vec![0.0, 200.0, 400.0, 600.0, 800.0]),
            (2774.0, true, vec![0.0, 1000.0, 2000.0, 3000.0]),
            (55.2, false, vec![0.0, 20.0, 40.0, 60.0]),
            (12.0, true, vec![0.0, 5.0, 10.0, 15.0]),
            (1.0, true, vec![0.0, 1.0, 2.0, 3.0]),
            (0.0, true, vec![0.0, 1.0, 2.0, 3.0]),
            (0.9, false, vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]),
        ] {
            assert_eq!(Scale::up_to(highest, whole).ticks().collect::<Vec<f64>>(), expected, "{highest}");
        }
    }

    #[test]
    fn ticks_are_written_with_the_digits_they_need() {
        let written = |highest| {
            let scale = Scale::up_to(highest, false);
            scale.ticks().map(|tick| scale.written(tick)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(written(0.9), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(written(1.2), "0.00 0.25 0.50 0.75 1.00 1.25");
        assert_eq!(written(12_000.0), "0 2,500 5,000 7,500 10,000 12,500");
    }

    proptest! {
        #[test]
        fn every_value_fits_and_uses_half_the_axis(highest in prop_oneof![0.0..10.0_f64, 0.0..1e5_f64, 0.0..1e15_f64], whole: bool) {
            let scale = Scale::up_to(if whole { highest.ceil() } else { highest }, whole);
            let ticks = scale.ticks().count();
            prop_assert!((4..=6).contains(&ticks) && scale.top() >= highest * 0.999_999);
            prop_assert!(scale.top() <= highest * 2.0 || highest <= 3.0, "{highest} under {}", scale.top());
        }
    }
}
