//! What is expected of a window: the median of the logarithms of the same window in the weeks before, and how far windows of such a series lie
//! from theirs (median absolute deviation; Hampel, 1974), moderated by what is usual for its like (as Smyth, 2004, does for genes).

use super::{DAY, WEEKS, series::Series, watching::Watching};

/// A median absolute deviation times this is a standard deviation where the distribution is normal.
const NORMAL: f64 = 1.4826;
/// The median of `n` values varies by so many times as much as their mean does.
const OF_MEDIAN: f64 = std::f64::consts::FRAC_PI_2;
/// How far days of the week lie apart, as a standard deviation of logarithms: what medians of few packets tell beyond that is chance.
const DAYS_APART: f64 = 0.2;
/// So far above what is expected, in logarithms, for so many days in a row, is one rise that has no say in how far windows lie apart.
const CLEAR: f64 = 1.5;
const SEVERAL_DAYS: usize = 3;
/// A window counts where so much of it was watched by somebody, in parts of what is watched now.
const LEAST_WATCHED: f64 = 0.2;

/// The middle of some values.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    values.sort_unstable_by(f64::total_cmp);
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { values.get(middle.checked_sub(1)?).map(|lower| f64::midpoint(*lower, upper)) }
}

/// What a series had in a window, for each hour that a sensor of weight 1 watched, as a logarithm; none where too little was watched.
fn level(series: &Series, watching: &Watching, weights: &[f64], from: usize, to: usize, least: f64) -> Option<f64> {
    let watched = watching.weighed(weights, from, to);
    (watched > least && watched > 0.0).then(|| ((series.packets.sum(from, to) + 0.5) / watched).ln())
}

/// What is usual of a number that each day has; logarithms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Usual {
    middle: f64,
    variance: f64,
    days: usize,
}

impl Usual {
    pub(super) fn of(mut days: Vec<f64>) -> Self {
        let Some(middle) = median(&mut days) else { return Self::default() };
        let mut far: Vec<f64> = days.iter().map(|value| (value - middle).abs()).collect();
        let deviation = median(&mut far).unwrap_or_default() * NORMAL;
        Self { middle, variance: deviation * deviation, days: days.len() }
    }

    /// How many deviations a logarithm of a number lies above; `prior` is the variance of its like, and counts as so many days.
    #[expect(clippy::cast_precision_loss, reason = "numbers of days")]
    pub(super) fn score(&self, value: f64, (prior, prior_days): (f64, f64)) -> f64 {
        let days = self.days as f64;
        let moderated = days.mul_add(self.variance, prior_days * prior) / (days + prior_days);
        // What comes one by one varies by itself; and neighbouring days are alike: a week of them counts as one.
        let least = (-self.middle).exp();
        (value - self.middle) / (moderated.max(least) * (1.0 + OF_MEDIAN / (days / 7.0).max(1.0))).sqrt()
    }
}

/// What a series' windows say of the present one.
#[derive(Clone, Debug)]
pub(super) struct Baseline {
    /// The level to expect: the logarithm of packets for each hour watched.
    pub(super) level: f64,
    /// What of it is the day of the week's: how far it lies from what all days have.
    pub(super) rhythm: f64,
    /// How many weeks it rests on.
    pub(super) weeks: usize,
    /// Packets to expect in the window, by who watches now.
    pub(super) expected: f64,
    /// Packets in the window.
    pub(super) seen: f64,
    /// Levels of windows of 24 hours, a day apart, today's first.
    pub(super) days_back: Vec<Option<f64>>,
    /// How they vary about their day of the week's, and how many it rests on.
    pub(super) variance: f64,
    pub(super) days: usize,
}

impl Baseline {
    /// Compares the window of `hours` that ends at `end` with the same in the weeks before.
    #[expect(clippy::cast_precision_loss, reason = "numbers of hours")]
    pub(super) fn of(series: &Series, watching: &Watching, weights: &[f64], end: usize, hours: usize) -> Option<Self> {
        let from = end.checked_sub(hours)?;
        let now = watching.weighed(weights, from, end);
        let least = now / (hours.max(1) as f64) * LEAST_WATCHED;
        let back = |days: usize, hours: usize| {
            let end = end.checked_sub(days * DAY)?;
            level(series, watching, weights, end.checked_sub(hours)?, end, least * hours as f64)
        };
        let mut weeks: Vec<f64> = (1..=WEEKS).filter_map(|week| back(week * 7, hours)).collect();
        let (of_weekday, weeks) = (median(&mut weeks)?, weeks.len());
        let days_back: Vec<Option<f64>> = (0..=WEEKS * 7).map(|day| back(day, DAY)).collect();
        let (variance, days) = spread(&before_rise(&days_back, of_weekday));
        let usual = median(&mut days_back.iter().skip(1).filter_map(|level| *level).collect::<Vec<_>>()).unwrap_or(of_weekday);
        let expected = |level: f64| (level.exp() * now - 0.5).max(0.0);
        // A packet more or less in a week moves the median of few packets by much; that of all days is told by seven times as many.
        let by_chance = variance.max(least_variance(expected(of_weekday))) * OF_MEDIAN / weeks.max(1) as f64;
        let rhythm = (of_weekday - usual) * DAYS_APART.powi(2) / (DAYS_APART.powi(2) + by_chance);
        let level = usual + rhythm;
        Some(Self { level, rhythm, weeks, expected: expected(level), seen: series.packets.sum(from, end), days_back, variance, days })
    }

    /// How many times as much as expected; half a packet is added to both.
    pub(super) fn ratio(&self) -> f64 {
        (self.seen + 0.5) / (self.expected + 0.5)
    }

    /// The standard deviation of a window's logarithm about its baseline: its own, moderated by that of its like.
    #[expect(clippy::cast_precision_loss, reason = "numbers of weeks")]
    pub(super) fn deviation(&self, prior: f64, prior_weight: f64) -> f64 {
        let days = self.days as f64;
        let moderated = days.mul_add(self.variance, prior_weight * prior) / (days + prior_weight);
        (moderated.max(least_variance(self.expected)) * (1.0 + OF_MEDIAN / self.weeks.max(1) as f64)).sqrt()
    }
}

/// The least that a window's logarithm varies: packets that come one by one vary by themselves.
fn least_variance(expected: f64) -> f64 {
    1.0 / (expected + 0.5)
}

/// The median of each day of the week, the present one's first, of windows a day apart; the first window is the present one, which has no say.
pub(super) fn by_day_of_week(windows: &[Option<f64>]) -> [Option<f64>; 7] {
    std::array::from_fn(|day| {
        let first = if day == 0 { 7 } else { day };
        median(&mut windows.iter().skip(first).step_by(7).filter_map(|value| *value).collect::<Vec<_>>())
    })
}

/// Windows without those in a row before the present one that are as far above what is expected as it is, where they are several: they are of one
/// rise, which whoever begins to look late finds in its middle.
fn before_rise(windows: &[Option<f64>], expected: f64) -> Vec<Option<f64>> {
    let mut kept = windows.to_vec();
    let now = windows.first().copied().flatten().unwrap_or(expected);
    let halfway = f64::midpoint(now, expected);
    let of_rise = windows.iter().skip(1).take_while(|window| window.is_some_and(|level| level > halfway)).count();
    if now - expected >= CLEAR && of_rise >= SEVERAL_DAYS {
        kept.iter_mut().skip(1).take(of_rise).for_each(|window| *window = None);
    }
    kept
}

/// The variance of windows about their day of the week's median, and how many windows it rests on.
#[expect(clippy::cast_precision_loss, reason = "numbers of weeks")]
fn spread(windows: &[Option<f64>]) -> (f64, usize) {
    let middles = by_day_of_week(windows);
    let rest = |(day, value): (usize, &Option<f64>)| Some((*value)? - (*middles.get(day % 7)?)?);
    let mut far: Vec<f64> = windows.iter().enumerate().skip(1).filter_map(rest).map(f64::abs).collect();
    let days = far.len();
    // Each day of the week's median was taken from the same values.
    let weeks = (days as f64 / 7.0).max(1.5);
    let deviation = median(&mut far).unwrap_or_default() * NORMAL;
    (deviation * deviation * weeks / (weeks - 1.0), days)
}

/// The variance that is usual for series that expect as many packets: medians by powers of two.
#[derive(Debug)]
pub(super) struct Like(Vec<f64>);

impl Like {
    pub(super) fn of<'a>(baselines: impl Iterator<Item = &'a Baseline>) -> Self {
        let mut by_size: Vec<Vec<f64>> = Vec::new();
        for baseline in baselines {
            let size = Self::size(baseline.expected);
            by_size.resize_with(by_size.len().max(size + 1), Vec::new);
            by_size.get_mut(size).into_iter().for_each(|of_size| of_size.push(baseline.variance));
        }
        let usual = |(size, of_size): (usize, &mut Vec<f64>)| {
            let enough = of_size.len() >= 20;
            median(of_size).filter(|_| enough).unwrap_or_else(|| Self::guess(size))
        };
        Self(by_size.iter_mut().enumerate().map(usual).collect())
    }

    /// What the variance is where there are too few series to say so: batches of packets, and a fifth up or down.
    fn guess(size: usize) -> f64 {
        0.04 + 3.0 / 2.0_f64.powi(i32::try_from(size).unwrap_or(i32::MAX))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a logarithm of packets")]
    fn size(expected: f64) -> usize {
        (expected + 1.0).log2().floor().clamp(0.0, 63.0) as usize
    }

    pub(super) fn variance(&self, expected: f64) -> f64 {
        let size = Self::size(expected);
        self.0.get(size).copied().unwrap_or_else(|| Self::guess(size))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::series::{Key, Origin, Packets, Recent},
        *,
    };
    use noroshi_lake::packets::Service;

    #[test]
    fn medians() {
        for (mut values, middle) in [(vec![], None), (vec![3.0], Some(3.0)), (vec![9.0, 1.0], Some(5.0)), (vec![1e9, 1.0, 2.0], Some(2.0))] {
            assert_eq!(median(&mut values), middle);
        }
    }

    #[test]
    fn a_day_of_the_week_is_told_by_many_packets_and_hardly_by_few() {
        // Eight weeks and a day; each seventh day has so many packets, all others the second number.
        let of = |on_seventh: u32, on_others: u32| {
            let days: Vec<u32> = (0..57).map(|day| if day % 7 == 0 { on_seventh } else { on_others }).collect();
            let key = Key { service: Service::Protocol(47), origin: Origin::Anywhere };
            let series = Series { key, packets: Packets::by_day(&days), days: Vec::new(), recent: Recent::default() };
            let always = Watching::new(&[(1, vec![1.0; 57 * DAY])]);
            Baseline::of(&series, &always, &[1.0], 57 * DAY, DAY).map(|baseline| baseline.expected).unwrap()
        };
        let many = of(40_000, 4_000);
        assert!(many > 38_000.0 && many <= 40_000.0, "{many}");
        let few = of(0, 6);
        assert!(few > 4.0 && few <= 6.0, "{few}");
    }

    #[test]
    fn a_rise_has_no_say_in_its_own_spread() {
        let windows =
            |risen: usize| (0..57).map(|day| Some(if day <= risen { 5.0 } else { 1.0 + f64::from(u8::from(day % 2 == 0)) * 0.2 })).collect::<Vec<_>>();
        assert_eq!(before_rise(&windows(13), 1.1).iter().filter(|window| window.is_none()).count(), 13);
        assert_eq!(before_rise(&windows(2), 1.1), windows(2), "two days are no level");
        assert_eq!(before_rise(&windows(13), 4.5), windows(13), "nor is what is hardly more");
        assert!(before_rise(&[], 1.0).is_empty());
    }

    #[test]
    fn one_day_of_the_past_that_was_loud_says_nothing() {
        let day = |day: usize| Some(f64::from(u8::from(day % 7 == 3)) + if day.is_multiple_of(2) { 0.1 } else { -0.1 } + if day == 20 { 50.0 } else { 0.0 });
        let (variance, days) = spread(&(0..=56).map(day).collect::<Vec<_>>());
        assert_eq!(days, 56);
        assert!(variance.sqrt() > 0.1 && variance.sqrt() < 0.2, "{variance}");
    }
}
