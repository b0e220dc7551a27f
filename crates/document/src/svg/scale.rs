//! Round numbers for an axis: in equal steps from zero, or in powers of ten.

use crate::number;

/// The axis of a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// From 0 in `count` equal steps.
    Even { step: f64, count: u8 },
    /// From 10^`low` to 10^`high`; where there are zeros, with a line for them below.
    Powers { low: i32, high: i32, zero: bool },
}

/// The part of a logarithmic axis that lies between its lowest power and the line of zero.
const BELOW: f64 = 0.1;
/// The lowest power of ten that an axis begins with.
const LOWEST: i32 = -9;

impl Scale {
    /// The scale for values up to `highest`: four to six ticks, zero included. `whole` keeps the ticks whole.
    pub(super) fn up_to(highest: f64, whole: bool) -> Self {
        let highest = if highest.is_finite() && highest > 1e-6 { highest } else { 0.0 };
        let power = if highest == 0.0 { 1.0 } else { 10_f64.powf((highest / 5.0).log10().floor()) };
        let fits = |step: f64| step * 5.0 >= highest * (1.0 - 1e-9) && !(whole && (step < 1.0 || step.fract() != 0.0));
        let rounds = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 50.0].map(|factor| factor * power);
        let step = rounds.into_iter().find(|step| fits(*step)).unwrap_or(1.0_f64.max(power));
        let count = (3..5).find(|count| step * f64::from(*count) >= highest * (1.0 - 1e-9)).unwrap_or(5);
        Self::Even { step, count }
    }

    /// The scale in powers of ten that holds all values; none when nothing is above zero.
    pub(super) fn powers(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut lowest, mut highest, mut zero) = (f64::INFINITY, 0.0_f64, false);
        for value in values {
            if value > 0.0 {
                (lowest, highest) = (lowest.min(value), highest.max(value));
            } else {
                zero = true;
            }
        }
        if highest <= 0.0 {
            return None;
        }
        let low = power(lowest.log10().floor()).max(LOWEST);
        Some(Self::Powers { low, high: power(highest.log10().ceil()).max(low + 1), zero })
    }

    /// At which part of the axis a value stands: 0 at its lower end, 1 at its upper.
    pub(super) fn part(self, value: f64) -> f64 {
        match self {
            Self::Even { step, count } => value / (step * f64::from(count)),
            Self::Powers { low, high, zero } => {
                let base = if zero { BELOW } else { 0.0 };
                let (low, high) = (f64::from(low), f64::from(high));
                if value > 0.0 { base + ((value.log10() - low) / (high - low)).clamp(0.0, 1.0) * (1.0 - base) } else { 0.0 }
            }
        }
    }

    /// The values at which ticks stand, from the lowest.
    pub(super) fn ticks(self) -> Vec<f64> {
        match self {
            Self::Even { step, count } => (0..=count).map(|tick| step * f64::from(tick)).collect(),
            Self::Powers { low, high, zero } => {
                let stride = usize::try_from((high - low + 5) / 6).unwrap_or(1).max(1);
                let factors: &[f64] = if high - low <= 2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let all = (low..=high).step_by(stride).flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
                zero.then_some(0.0).into_iter().chain(all.filter(|tick| *tick <= 10_f64.powi(high) * 1.000_001)).collect()
            }
        }
    }

    /// A tick as it is written, with as many digits as the step needs.
    pub(super) fn written(self, tick: f64) -> String {
        let step = match self {
            Self::Even { step, .. } => step,
            Self::Powers { .. } => tick,
        };
        if step.fract() == 0.0 {
            return number::decimal(tick);
        }
        let round = |digits: usize| format!("{step:.digits$}").parse().is_ok_and(|near: f64| (near - step).abs() < step * 1e-6);
        let digits = (1..9).find(|digits| round(*digits)).unwrap_or(9);
        format!("{tick:.digits$}")
    }
}

/// A power of ten as a whole number.
fn power(of: f64) -> i32 {
    (-400..=400).find(|power| f64::from(*power) >= of).unwrap_or(0)
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
            assert_eq!(Scale::up_to(highest, whole).ticks(), expected, "{highest}");
        }
    }

    #[test]
    fn ticks_are_written_with_the_digits_they_need() {
        let written = |scale: Scale| scale.ticks().into_iter().map(|tick| scale.written(tick)).collect::<Vec<_>>().join(" ");
        assert_eq!(written(Scale::up_to(0.9, false)), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(written(Scale::up_to(1.2, false)), "0.00 0.25 0.50 0.75 1.00 1.25");
        assert_eq!(written(Scale::up_to(12_000.0, false)), "0 2,500 5,000 7,500 10,000 12,500");
        let powers = |values: &[f64]| Scale::powers(values.iter().copied()).expect("a scale");
        assert_eq!(written(powers(&[3.0, 0.0, 40_000.0])), "0 1 10 100 1,000 10,000 100,000");
        assert_eq!(written(powers(&[0.02, 3.0])), "0.01 0.1 1 10");
        assert_eq!(written(powers(&[20.0, 70.0])), "10 20 50 100");
        assert_eq!(written(powers(&[1.0])), "1 2 5 10");
        assert_eq!(Scale::powers([0.0].into_iter()), None);
    }

    proptest! {
        #[test]
        fn every_value_fits_and_uses_half_the_axis(highest in prop_oneof![0.0..10.0_f64, 0.0..1e5_f64, 0.0..1e15_f64], whole: bool) {
            let highest = if whole { highest.ceil() } else { highest };
            let scale = Scale::up_to(highest, whole);
            prop_assert!((4..=6).contains(&scale.ticks().len()) && scale.part(highest) <= 1.000_001);
            prop_assert!(scale.part(highest) >= 0.5 || highest <= 3.0, "{highest} at {}", scale.part(highest));
        }

        #[test]
        fn powers_rise_with_the_values_and_zero_lies_below(mut values in prop::collection::vec(prop_oneof![Just(0.0), 1e-9..10.0_f64, 1.0..1e15_f64], 1..20)) {
            values.sort_by(f64::total_cmp);
            if let Some(scale) = Scale::powers(values.iter().copied()) {
                let parts: Vec<f64> = values.iter().map(|value| scale.part(*value)).collect();
                prop_assert!(parts.iter().all(|part| (0.0..=1.0).contains(part)) && parts.is_sorted(), "{parts:?}");
                let zeros = values.iter().zip(&parts).all(|(value, part)| *value > 0.0 || *part == 0.0);
                let others = !values.contains(&0.0) || values.iter().zip(&parts).all(|(value, part)| *value == 0.0 || *part >= BELOW);
                prop_assert!(zeros && others && (2..=9).contains(&scale.ticks().len()), "{scale:?} {:?}", scale.ticks());
            }
        }
    }
}
