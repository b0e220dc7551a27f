//! What is on the page, as numbers.

use super::{DATA_ROWS, REGIONS, ROWS};
use crate::SiteError;
use jiff::civil::Date;
use noroshi_kernel::reason::Reason;
use noroshi_observation::public::{self, Ground, Of, Point, Ranking, Span, Step, Told, TooFew, Window};

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
    /// Rises of the last fifty-two weeks that were published, the latest first.
    pub rises: Vec<Told>,
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
    /// Services.
    pub ports: Part,
    /// Countries of sources.
    pub regions: Part,
}

/// What is ranked of a section.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The ranks, at most [`DATA_ROWS`].
    pub ranks: Vec<Rank>,
    /// The first of them bucket by bucket, by day or by week: [`ROWS`] services, [`REGIONS`] countries.
    pub lines: Vec<Line>,
}

/// A rank.
#[derive(Clone, Debug, PartialEq)]
pub struct Rank {
    /// Its place, from 1.
    pub rank: usize,
    /// `tcp/445`, `JP`, `unknown`
    pub key: String,
    /// Packets per sensor and day.
    pub average: f64,
    /// Its part of everything, from 0 to 1.
    pub share: f64,
    /// Its place in the span before, when it was among [`DATA_ROWS`] there.
    pub earlier_rank: Option<usize>,
    /// How much its average changed since, in percent; none when it was not there.
    pub change_percent: Option<i64>,
}

/// A rank, bucket by bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// `tcp/445`, `JP`
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
    // The graphs of a year show them.
    let window = Span::Year.before(day, ground.zone).ok_or_else(|| no_week(day))?;
    let rises = public::published(ground, window).await?;
    Ok(Monday { day, zone: ground.zone.name().to_owned(), week, quarter, year, rises })
}

fn too_few(few: TooFew) -> Reason {
    let TooFew { sensors, least } = few;
    Reason::new(
        "site-few-sensors",
        format!("先週の半分以上を観測した国内のセンサーは {sensors} 台です。{least} 台に満たないと特定のセンサーがわかりかねないため、公開しません。"),
        format!("{few}; nothing was published"),
    )
}

fn no_week(day: Date) -> SiteError {
    SiteError::Page(format!("{day} is no Monday of a calendar"))
}

async fn section(ground: Ground<'_>, span: Span, day: Date) -> Result<Result<Section, TooFew>, SiteError> {
    let window = span.before(day, ground.zone).ok_or_else(|| no_week(day))?;
    let (sensors, ports) = match part(ground, Of::Services, (span, day), window).await? {
        Ok(part) => part,
        Err(few) => return Ok(Err(few)),
    };
    let regions = match part(ground, Of::Countries, (span, day), window).await? {
        Ok((_, part)) => part,
        Err(few) => return Ok(Err(few)),
    };
    Ok(Ok(Section { span, window, sensors, ports, regions }))
}

/// How many sensors watched, and what is ranked.
async fn part(ground: Ground<'_>, of: Of, (span, day): (Span, Date), window: Window) -> Result<Result<(usize, Part), TooFew>, SiteError> {
    let ranking = match public::ranking(ground, of, window, DATA_ROWS).await? {
        Ok(ranking) => ranking,
        Err(few) => return Ok(Err(few)),
    };
    let before = span.earlier(day, ground.zone).ok_or_else(|| no_week(day))?;
    let earlier = public::ranking(ground, of, before, DATA_ROWS).await?.ok();
    let step = if span == Span::Year { Step::Week } else { Step::Day };
    let drawn = match (span, of) {
        // Of a week there are too few days to draw.
        (Span::Week, _) => 0,
        (_, Of::Services) => ROWS,
        (_, Of::Countries) => REGIONS,
    };
    let mut lines = Vec::new();
    for row in ranking.rows.iter().take(drawn) {
        lines.push(Line { key: row.key.clone(), points: public::series(ground, of, &row.key, window, step).await? });
    }
    Ok(Ok((ranking.sensors, Part { ranks: ranks(&ranking, earlier.as_ref()), lines })))
}

fn ranks(now: &Ranking, earlier: Option<&Ranking>) -> Vec<Rank> {
    let rank = |row: &public::Row| {
        let before = earlier.and_then(|earlier| earlier.row(&row.key));
        Rank {
            rank: row.rank,
            key: row.key.clone(),
            average: row.per_sensor_day,
            share: row.share,
            earlier_rank: before.map(|row| row.rank),
            change_percent: before.and_then(|before| change(row.per_sensor_day, before.per_sensor_day)),
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
