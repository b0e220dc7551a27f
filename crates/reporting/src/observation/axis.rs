//! The axis of time: what stands under it, and what each of its points is called.

use crate::Words;
use jiff::{Timestamp, civil::Date};
use noroshi_kernel::{moment::Zone, period::Month};
use noroshi_observation::series::{Bucket, Series};

/// The axis of a series' buckets.
pub(super) struct Axis {
    /// A month under its first day, or under the week that holds it; nothing under the others.
    pub(super) labels: Vec<String>,
    /// Every bucket's own name.
    pub(super) points: Vec<String>,
}

impl Axis {
    /// `last` is the last month that is told: the last week of a year ends in the next.
    pub(super) fn of(series: &Series, last: Month, zone: &Zone, words: Words) -> Self {
        let days = days(series, zone);
        let mut months: Vec<(i16, i8)> = Vec::new();
        let mut label = |day: &Option<Date>| {
            let Some(day) = day else { return String::new() };
            // A week belongs to the month in which it ends, so that the first of a month lies in the week that is named after it.
            let end = if series.bucket == Bucket::Week { day.saturating_add(jiff::Span::new().days(6)) } else { *day };
            let month = (end.year(), end.month());
            if months.last() == Some(&month) || month > (last.year(), last.number()) {
                return String::new();
            }
            let is_new_year = months.last().is_none_or(|(year, _)| *year != month.0);
            months.push(month);
            words.axis_month(month.0, month.1, is_new_year && series.bucket == Bucket::Week)
        };
        let labels = days.iter().map(&mut label).collect();
        let name = |day: &Option<Date>| match (day, series.bucket) {
            (None, _) => String::new(),
            (Some(day), Bucket::Week) => words.with("obs-week", &[("day", &day.to_string())]),
            (Some(day), _) => day.to_string(),
        };
        Self { labels, points: days.iter().map(name).collect() }
    }

    /// The points of a stretch of time, both ends among them; none when it is not on the axis.
    pub(super) fn stretch(series: &Series, from: Timestamp, to: Timestamp) -> Option<std::ops::Range<usize>> {
        let begins: Vec<Timestamp> = series.rows.iter().filter_map(|row| row.at.parse().ok()).collect();
        let first = begins.partition_point(|begin| *begin <= from).saturating_sub(1);
        let end = begins.partition_point(|begin| *begin < to);
        (first < end).then_some(first..end)
    }
}

fn days(series: &Series, zone: &Zone) -> Vec<Option<Date>> {
    series.rows.iter().map(|row| row.at.parse::<Timestamp>().ok().map(|at| zone.wall(at.into()).date())).collect()
}
