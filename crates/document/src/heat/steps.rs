/// Six steps above zero, of equal size or of equal ratio, with round bounds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Steps {
    /// The highest value of each step, rising.
    tops: Vec<f64>,
}

impl Steps {
    /// The most steps: as many as the hue has.
    pub(crate) const MOST: usize = 6;

    /// Steps for values: equal sizes while few of the values are lost in the first, else 1-2-5, 1-3-10, or tens. The lowest tenth of the
    /// values does not count for the choice: a few rare ports would else make all others look alike.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut above: Vec<f64> = values.filter(|value| *value > 0.0).collect();
        above.sort_by(f64::total_cmp);
        let (Some(lowest), Some(highest)) = (above.get(above.len() / 10).copied(), above.last().copied()) else {
            return Self { tops: Vec::new() };
        };
        let ratio = highest / lowest;
        let tops = if ratio <= 6.0 {
            even(highest)
        } else if ratio <= 200.0 {
            rising(highest, &[1.0, 2.0, 5.0])
        } else if ratio <= 3_000.0 {
            rising(highest, &[1.0, 3.0])
        } else {
            rising(highest, &[1.0])
        };
        Self { tops }
    }

    /// The step of a value: 0 for zero, else from 1.
    pub(crate) fn step(&self, value: f64) -> usize {
        if value <= 0.0 { 0 } else { self.tops.iter().position(|top| value <= top * (1.0 + 1e-9)).unwrap_or(Self::MOST - 1) + 1 }
    }

    /// The highest value of each step, rising.
    pub(crate) fn tops(&self) -> &[f64] {
        &self.tops
    }
}

fn even(highest: f64) -> Vec<f64> {
    let power = 10_f64.powf((highest / 6.0).log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| step * 6.0 >= highest * (1.0 - 1e-9)).unwrap_or(10.0 * power);
    (1..=6_u8).map(|count| step * f64::from(count)).take_while(|top| top - step < highest * (1.0 - 1e-9)).collect()
}

/// The six last numbers of `series` times powers of ten that reach `highest`.
fn rising(highest: f64, series: &[f64]) -> Vec<f64> {
    let power = 10_f64.powf(highest.log10().floor());
    let all: Vec<f64> = (-6..=1).flat_map(|exponent| series.iter().map(move |factor| factor * power * 10_f64.powi(exponent))).collect();
    let end = all.iter().position(|top| *top >= highest * (1.0 - 1e-9)).map_or(all.len(), |place| place + 1);
    all.get(end.saturating_sub(Steps::MOST)..end).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_have_round_bounds() {
        for (values, expected) in [
            (vec![10.0, 58.0], vec![10.0, 20.0, 30.0, 40.0, 50.0, 60.0]),
            (vec![5.0, 58.0], vec![2.0, 5.0, 10.0, 20.0, 50.0, 100.0]),
            (vec![10.0, 1_400.0], vec![50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0]),
            (vec![0.0, 2.0, 1_400.0], vec![10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0]),
            (vec![1.0, 80_000.0], vec![1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0]),
            (vec![7.0], vec![2.0, 4.0, 6.0, 8.0]),
            (vec![0.0], vec![]),
        ] {
            assert_eq!(Steps::of(values.iter().copied()).tops(), expected, "{values:?}");
        }
    }

    proptest! {
        #[test]
        fn every_value_has_its_step(values in prop::collection::vec(prop_oneof![Just(0.0), 1e-6..10.0_f64, 0.0..1e6_f64, 0.0..1e15_f64], 1..30)) {
            let steps = Steps::of(values.iter().copied());
            prop_assert!(steps.tops().len() <= Steps::MOST);
            prop_assert!(steps.tops().iter().zip(steps.tops().iter().skip(1)).all(|(one, next)| one < next));
            for value in values {
                let step = steps.step(value);
                prop_assert!(step <= steps.tops().len() && (step == 0) == (value == 0.0), "{value} in step {step} of {steps:?}");
            }
        }
    }
}
