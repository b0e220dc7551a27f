//! When things come: in the working hours of the team's zone, in the order of the plan.

use crate::{dice, plan::PeriodPlan};
use jiff::{
    ToSpan as _,
    civil::{self, Weekday},
};
use noroshi_kernel::{
    moment::{Moment, Zone},
    period::Month,
};

const HOUR_US: i64 = 3_600_000_000;
/// Work begins at nine and lasts nine hours.
const BEGINS: i8 = 9;
const DAY_US: i64 = 9 * HOUR_US;

/// The moments of a period's records.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) reports: Vec<Moment>,
    pub(super) letters: Vec<Moment>,
    spans: Vec<(Moment, Moment)>,
    hours: Vec<Hours>,
}

impl Times {
    pub(super) fn of(plan: &PeriodPlan, zone: &Zone) -> Self {
        let hours: Vec<_> = plan.period.months().map(|month| Hours::of(month, zone)).collect();
        let reports = along(&hours, plan.reports.iter().map(|report| report.month), 1);
        let inquiries = plan.letters.iter().position(|letter| !letter.reports).unwrap_or(plan.letters.len());
        let mut letters = vec![Moment(0); inquiries];
        let mut spans = vec![(Moment(i64::MAX), Moment(i64::MIN)); plan.incidents.len()];
        for (report, at) in plan.reports.iter().zip(&reports) {
            if let Some(letter) = letters.get_mut(report.letter) {
                *letter = *at;
            }
            for incident in &report.tells_of {
                if let Some((first, last)) = spans.get_mut(*incident) {
                    (*first, *last) = ((*first).min(*at), (*last).max(*at));
                }
            }
        }
        letters.extend(along(&hours, plan.letters.iter().skip(inquiries).map(|letter| letter.month), 2));
        Self { reports, letters, spans, hours }
    }

    /// The first and last report of an incident.
    pub(super) fn span(&self, incident: usize) -> (Moment, Moment) {
        self.spans.get(incident).copied().unwrap_or((Moment(0), Moment(0)))
    }

    /// When an organisation is first asked: within this month, some hours after the first report.
    pub(super) fn request(&self, month: usize, first_report_at: Moment, turn: usize) -> Moment {
        let Some(hours) = self.hours.get(month) else { return first_report_at };
        let wait_us = 600_000_000 + i64::try_from(dice::roll(6, turn as u64) % (30 * HOUR_US.unsigned_abs())).unwrap_or(0);
        let usual = first_report_at.0.max(hours.begin.0) + wait_us;
        Moment(usual.min(hours.end.0 - 1).max(first_report_at.0))
    }
}

/// A moment for each month of a sorted list, evenly over that month.
fn along(hours: &[Hours], months: impl Iterator<Item = usize>, seed: u64) -> Vec<Moment> {
    let months: Vec<usize> = months.collect();
    let mut moments = Vec::with_capacity(months.len());
    for part in months.chunk_by(|one, next| one == next) {
        let Some(hours) = part.first().and_then(|month| hours.get(*month)) else { continue };
        moments.extend((0..part.len()).map(|place| hours.moment(place, part.len(), seed)));
    }
    moments
}

/// The working hours of a month.
#[derive(Debug)]
struct Hours {
    begin: Moment,
    end: Moment,
    /// When work begins on each of its working days.
    days: Vec<Moment>,
}

impl Hours {
    fn of(month: Month, zone: &Zone) -> Self {
        let first = civil::date(month.year(), month.number(), 1);
        let days =
            first.series(1.day()).take_while(|day| day.month() == first.month()).filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
        let days = days.filter_map(|day| zone.moment(day.at(BEGINS, 0, 0, 0))).collect();
        Self { begin: month.begin(zone), end: month.plus(1).begin(zone), days }
    }

    /// The moment of the one at `place` among `count`.
    fn moment(&self, place: usize, count: usize, seed: u64) -> Moment {
        /// Steps between one and the next.
        const STEPS: u64 = 1_000;
        let all_us = i128::from(DAY_US) * self.days.len() as i128;
        let step = i128::from(dice::roll(seed, place as u64) % STEPS);
        let offset_us = (place as i128 * i128::from(STEPS) + step) * all_us / (count.max(1) as i128 * i128::from(STEPS));
        let (day, rest_us) = (offset_us / i128::from(DAY_US), offset_us % i128::from(DAY_US));
        let begin = usize::try_from(day).ok().and_then(|day| self.days.get(day)).copied().unwrap_or(self.begin);
        Moment(begin.0 + i64::try_from(rest_us).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_rise_and_stay_in_working_hours() {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let hours = Hours::of("2013-10".parse().expect("a month"), &zone);
        for count in [1, 7, 20_000] {
            let moments: Vec<_> = (0..count).map(|place| hours.moment(place, count, 1)).collect();
            assert!(moments.is_sorted_by(|one, next| one < next));
            for moment in moments {
                let wall = zone.wall(moment);
                assert!((9..18).contains(&wall.hour()) && wall.month() == 10 && wall.date().weekday() != Weekday::Sunday, "{wall}");
            }
        }
    }
}
