//! Slow rises: what lies above the level of some weeks ago is added up day by day (cumulative sums; Page, 1954).

use super::{
    WEEKS,
    baseline::{by_day_of_week, median},
};

/// So many of the days are judged; the level of those before them is what they are compared with.
const JUDGED: usize = 28;
/// So many of the days before have to be there.
const LEAST: usize = 14;
/// What a day may lie above without adding anything, in standard deviations.
const SLACK: f64 = 0.75;
/// The most that one day adds: a single day is not slow.
const MOST: f64 = 3.0;
/// Days that follow each other are alike; sums of them lie further apart than those of days that are not, by so much.
const ALIKE: f64 = 2.0;
/// A sum is watched at steps, not all the time; the threshold seems higher by so much (Siegmund, 1985).
const BETWEEN_STEPS: f64 = 1.166;

/// A sum that has grown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Slow {
    /// The sum.
    pub(super) sum: f64,
    /// How many days ago it began to grow.
    pub(super) days: usize,
    /// The level before: the logarithm of packets for each hour watched, of the present day of the week.
    pub(super) level: f64,
}

impl Slow {
    /// Adds up `levels`, today's first, each a day's.
    pub(super) fn of(levels: &[Option<f64>], deviation: f64) -> Option<Self> {
        let days = by_day_of_week(levels);
        let middle = median(&mut days.iter().filter_map(|day| *day).collect::<Vec<_>>())?;
        // Weeks tell a day of the week's part badly: half of it is believed.
        let of_day = |day: usize| days.get(day % 7).copied().flatten().map_or(0.0, |of_day| (of_day - middle) * 0.5);
        let rest = |day: usize| levels.get(day).copied().flatten().map(|level| level - of_day(day));
        let mut before: Vec<f64> = (JUDGED..=WEEKS * 7).filter_map(rest).collect();
        if before.len() < LEAST {
            return None;
        }
        let level = median(&mut before)?;
        let (mut sum, mut began) = (0.0_f64, 0);
        for day in (0..JUDGED).rev() {
            let Some(above) = rest(day).map(|rest| (rest - level) / (deviation * ALIKE)) else { continue };
            if sum <= 0.0 {
                began = day;
            }
            sum = (sum + above.min(MOST) - SLACK).max(0.0);
        }
        Some(Self { sum, days: began + 1, level: level + of_day(0) })
    }

    /// How improbable it is that a sum without a rise behind it passes this one on a day (Siegmund's approximation of the average run length).
    pub(super) fn probability(&self) -> f64 {
        let reach = 2.0 * SLACK * (self.sum + BETWEEN_STEPS);
        (2.0 * SLACK * SLACK / (reach.exp() - reach - 1.0)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_for_days_adds_up_and_one_day_does_not() {
        let levels = |last: &dyn Fn(usize) -> f64| (0..=56).map(|day| Some(f64::from(u8::from(day % 2 == 0)) * 0.1 + last(day))).collect::<Vec<_>>();
        let slow = |last: &dyn Fn(usize) -> f64| Slow::of(&levels(last), 0.1).unwrap();
        assert!(slow(&|_| 0.0).probability() > 1e-2);
        assert!(slow(&|day| if day == 0 { 3.0 } else { 0.0 }).probability() > 1e-3);
        let grown = slow(&|day| if day < 10 { 0.5 } else { 0.0 });
        assert!(grown.probability() < 1e-9 && grown.days == 10, "{grown:?}");
        assert_eq!(Slow::of(&levels(&|_| 0.0)[..30], 0.1), None);
    }
}
