//! The axis of time: which points are named below it, and what each is called in full.

use super::Hand;
use crate::Words;
use jiff::civil::DateTime;
use noroshi_kernel::{language::Language, moment::Moment};
use noroshi_observation::series::{Bucket, Series};

/// Names of the points of a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Axis {
    /// What stands below the axis; empty where nothing does.
    pub labels: Vec<String>,
    /// The full name of each point.
    pub points: Vec<String>,
}

/// From so many days on months are named, not days.
const LONG: usize = 45;

impl Axis {
    /// The axis of a series.
    #[must_use]
    pub fn of(hand: Hand<'_>, series: &Series) -> Self {
        let walls: Vec<DateTime> = series.rows.iter().filter_map(|row| Some(hand.zone.wall(Moment::from(row.at.parse::<jiff::Timestamp>().ok()?)))).collect();
        let days = match series.bucket {
            Bucket::Hour => walls.len() / 24,
            Bucket::Day => walls.len(),
            Bucket::Week => walls.len() * 7,
            Bucket::Month => usize::MAX,
        };
        let mut labels = Vec::with_capacity(walls.len());
        let mut before: Option<DateTime> = None;
        for wall in &walls {
            // A week lies in the month that has most of its days, and is named by its first.
            let (first, wall) = (wall, if series.bucket == Bucket::Week { &wall.checked_add(jiff::Span::new().days(3)).unwrap_or(*wall) } else { wall });
            let is_new_month = before.is_none_or(|before| (before.year(), before.month()) != (wall.year(), wall.month()));
            labels.push(if days > LONG {
                if is_new_month { month(hand.words, *wall, before) } else { String::new() }
            } else {
                let is_named = match series.bucket {
                    Bucket::Hour if days > 3 => wall.hour() == 0,
                    Bucket::Hour => wall.hour() % 6 == 0,
                    Bucket::Day if days > 14 => wall.weekday() == jiff::civil::Weekday::Monday,
                    Bucket::Day | Bucket::Week | Bucket::Month => true,
                };
                if is_named { day(*first, series.bucket == Bucket::Hour && days <= 3) } else { String::new() }
            });
            before = Some(*wall);
        }
        // A month that begins with the last week is hardly there: the year that ends is not named after the next.
        if let (Bucket::Week, true, Some(last)) = (series.bucket, days > LONG, labels.last_mut()) {
            last.clear();
        }
        let points = walls.iter().map(|wall| full(*wall, series.bucket)).collect();
        Self { labels, points }
    }
}

/// A month; with its year where that begins.
fn month(words: Words, wall: DateTime, before: Option<DateTime>) -> String {
    const SHORT: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let is_new_year = before.is_none_or(|before| before.year() != wall.year());
    match words.0 {
        Language::Ja if is_new_year => format!("{}年{}月", wall.year(), wall.month()),
        Language::Ja => format!("{}月", wall.month()),
        Language::En => {
            let name = usize::try_from(wall.month() - 1).ok().and_then(|place| SHORT.get(place)).copied().unwrap_or_default();
            if is_new_year { format!("{name} {}", wall.year()) } else { name.to_owned() }
        }
    }
}

fn day(wall: DateTime, with_hour: bool) -> String {
    if with_hour && wall.hour() != 0 { format!("{}:00", wall.hour()) } else { format!("{}/{}", wall.month(), wall.day()) }
}

fn full(wall: DateTime, bucket: Bucket) -> String {
    let date = wall.date();
    match bucket {
        Bucket::Hour => format!("{date} {:02}:00", wall.hour()),
        Bucket::Day => date.to_string(),
        Bucket::Week => format!("{date} \u{2013} {}", date.checked_add(jiff::Span::new().days(6)).unwrap_or(date)),
        Bucket::Month => format!("{}-{:02}", date.year(), date.month()),
    }
}
