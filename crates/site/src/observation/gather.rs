//! What is on the page, as numbers.

use super::{DATA_ROWS, ROWS};
use crate::SiteError;
use jiff::civil::Date;
use noroshi_kernel::reason::Reason;
use noroshi_observation::public::{self, Ground, Point, Ranking, Span, Step, TooFew, Window};

/// Everything that is published on a Monday.
#[derive(Clone, Debug, PartialEq)]
pub struct Monday {
    /// The Monday. What is told ends with the Sunday before it.
    pub day: Date,
    /// The zone of the team's days.
    pub zone: String,
    /// The last week.
    pub week: Section,
    /// The last thirteen weeks, when there were enough sensors.
    pub quarter: Option<Section>,
    /// The last fifty-two weeks, when there were enough sensors.
    pub year: Option<Section>,
}

impl Monday {
    /// The sections that there are.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        [Some(&self.week), self.quarter.as_ref(), self.year.as_ref()].into_iter().flatten()
    }
}

/// What was seen in a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// How long.
    pub span: Span,
    /// From when until when.
    pub window: Window,
    /// How many sensors at home watched for at least half of it.
    pub sensors: usize,
    /// The ranks, at most [`DATA_ROWS`].
    pub ranks: Vec<Rank>,
    /// The first [`ROWS`] bucket by bucket, by day or by week.
    pub lines: Vec<Line>,
}

/// A service's rank.
#[derive(Clone, Debug, PartialEq)]
pub struct Rank {
    /// Its place, from 1.
    pub rank: usize,
    /// `tcp/445`
    pub key: String,
    /// Packets per sensor and hour.
    pub average: f64,
    /// Its part of everything, from 0 to 1.
    pub share: f64,
    /// Its place in the span before, when it was among [`DATA_ROWS`] there.
    pub earlier_rank: Option<usize>,
    /// How much its average changed since, in percent; none when it was not there.
    pub change_percent: Option<i64>,
}

/// A service, bucket by bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// `tcp/445`
    pub key: String,
    /// Its buckets in the order of time.
    pub points: Vec<Point>,
}

/// Gathers what is published on a Monday.
///
/// # Errors
/// [`SiteError::Refused`] when too few sensors at home watched in the week before it; when packets or records cannot be read.
pub async fn gather(ground: Ground<'_>, day: Date) -> Result<Monday, SiteError> {
    let week = section(ground, Span::Week, day).await?.map_err(|few| SiteError::Refused(too_few(few)))?;
    let mut longer = Vec::new();
    for span in [Span::Quarter, Span::Year] {
        longer.push(section(ground, span, day).await?.ok());
    }
    let (year, quarter) = (longer.pop().flatten(), longer.pop().flatten());
    Ok(Monday { day, zone: ground.zone.name().to_owned(), week, quarter, year })
}

fn too_few(few: TooFew) -> Reason {
    let TooFew { sensors, least } = few;
    Reason::new(
        "site-few-sensors",
        format!("先週の半分以上を観測した国内のセンサーは {sensors} 台です。{least} 台に満たないと特定のセンサーがわかりかねないため、公開しません。"),
        format!("{few}; nothing was published"),
    )
}

async fn section(ground: Ground<'_>, span: Span, day: Date) -> Result<Result<Section, TooFew>, SiteError> {
    let no_week = || SiteError::Page(format!("{day} is no Monday of a calendar"));
    let window = span.before(day, ground.zone).ok_or_else(no_week)?;
    let ranking = match public::ranking(ground, window, DATA_ROWS).await? {
        Ok(ranking) => ranking,
        Err(few) => return Ok(Err(few)),
    };
    let earlier = public::ranking(ground, span.earlier(day, ground.zone).ok_or_else(no_week)?, DATA_ROWS).await?.ok();
    let step = if span == Span::Year { Step::Week } else { Step::Day };
    let mut lines = Vec::new();
    // Of a week there are too few days to draw.
    if span != Span::Week {
        for row in ranking.rows.iter().take(ROWS) {
            lines.push(Line { key: row.key.clone(), points: public::series(ground, row.service, window, step).await? });
        }
    }
    Ok(Ok(Section { span, window, sensors: ranking.sensors, ranks: ranks(&ranking, earlier.as_ref()), lines }))
}

fn ranks(now: &Ranking, earlier: Option<&Ranking>) -> Vec<Rank> {
    let rank = |row: &public::Row| {
        let before = earlier.and_then(|earlier| earlier.row(&row.key));
        Rank {
            rank: row.rank,
            key: row.key.clone(),
            average: row.per_sensor_hour,
            share: row.share,
            earlier_rank: before.map(|row| row.rank),
            change_percent: before.and_then(|before| change(row.per_sensor_hour, before.per_sensor_hour)),
        }
    };
    now.rows.iter().map(rank).collect()
}

/// Averages are compared to a ten-thousandth, so that halves are rounded away from zero as everywhere.
#[expect(clippy::cast_possible_truncation, reason = "no average comes near 2^53 ten-thousandths")]
fn change(now: f64, before: f64) -> Option<i64> {
    let fine = |average: f64| (average * 10_000.0).round() as i64;
    noroshi_document::change::percent(fine(now), fine(before))
}
