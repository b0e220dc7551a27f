//! What an observation report counts.

use crate::ReportingError;
use noroshi_kernel::{
    access::Actor,
    moment::Moment,
    period::{Kind, Period},
};
use noroshi_lake::packets::Service;
use noroshi_observation::{
    Observatory,
    ask::{Selection, Sensors, Standpoint},
    ranks::{self, Ranks},
    series::{self, Bucket, Series},
    top::{self, By, Ranking},
    watched::{Watched, watched},
};

/// The protocol number of ICMP.
const ICMP: u8 = 1;
/// More countries and sensors than there are.
const ALL: usize = 100_000;
/// So many ports are ranked, and so many regions.
pub(super) const RANKS: std::ops::RangeInclusive<usize> = 1..=10;
/// So many sensors are told one by one.
const MOST_SENSORS: usize = 50;
/// So many ports are set beside each other, of home and of abroad.
const BESIDE: usize = 5;

/// Who asks, and where.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Where observations are.
    pub place: &'a Observatory,
    /// Who asks.
    pub actor: &'a Actor,
    /// The team's zone and home.
    pub standpoint: Standpoint<'a>,
}

/// The figures of a report: of its period and, where that is shorter than a year, of the twelve months to its end.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The period's.
    pub period: Part,
    /// The twelve months'.
    pub year: Option<Part>,
}

/// The figures of one period.
#[derive(Clone, Debug)]
pub struct Part {
    /// Which period.
    pub period: Period,
    /// How long a bucket of its series is.
    pub bucket: Bucket,
    /// Ports, with the period before.
    pub ports: Ranks,
    /// Countries of sources, with the period before.
    pub regions: Ranks,
    /// Every country.
    pub countries: Ranking,
    /// Every sensor.
    pub by_sensor: Ranking,
    /// The sensors that watched.
    pub watched: Vec<Watched>,
    /// The first ports of each sensor, of those that watched longest; by name. The period alone tells them, not its year.
    pub top_by_sensor: Vec<(String, Ranking)>,
    /// Until when its figures are, where it is not over yet.
    pub as_of: Option<Moment>,
    /// All packets by bucket.
    pub all: Series,
    /// All packets by month.
    pub months: Series,
    /// ICMP by bucket.
    pub icmp: Series,
    /// What the sensors at home saw, and those abroad.
    pub sides: [Side; 2],
}

/// What some of the sensors saw.
#[derive(Clone, Debug)]
pub struct Side {
    /// Which sensors.
    pub sensors: Sensors,
    /// All of it by bucket.
    pub all: Series,
    /// Its ports.
    pub ports: Ranking,
}

/// Counts a period. Each question is one snapshot of the records; what comes in between two of them would keep parts from adding up, and the
/// report from being made.
///
/// # Errors
/// [`ReportingError::Observation`] as the desk's questions.
pub async fn count(asking: Asking<'_>, period: Period) -> Result<Figures, ReportingError> {
    let is_year = matches!(period.kind(), Kind::Year | Kind::FiscalYear | Kind::TwelveMonths);
    let year = Period::holding(Kind::TwelveMonths, period.last_month());
    let mut figures = Figures { period: part(asking, period).await?, year: if is_year { None } else { Some(part(asking, year).await?) } };
    figures.period.top_by_sensor = top_by_sensor(asking, &figures.period).await?;
    Ok(figures)
}

/// The first ports of each sensor.
async fn top_by_sensor(asking: Asking<'_>, part: &Part) -> Result<Vec<(String, Ranking)>, ReportingError> {
    let (from, to) = part.period.bounds(asking.standpoint.zone);
    let mut watched: Vec<&Watched> = part.watched.iter().collect();
    watched.sort_by(|a, b| b.days.total_cmp(&a.days));
    watched.truncate(MOST_SENSORS);
    watched.sort_by(|a, b| a.sensor.name.cmp(&b.sensor.name));
    let mut told = Vec::with_capacity(watched.len());
    for Watched { sensor, .. } in watched {
        let selection = Selection { sensors: Sensors::Named(sensor.name.clone()), ..Selection::default() };
        let question = top::Question { by: By::Port, selection, from, to, limit: *RANKS.end() };
        told.push((sensor.name.clone(), top::top(asking.place, asking.actor, asking.standpoint, &question).await?));
    }
    Ok(told)
}

async fn part(asking: Asking<'_>, period: Period) -> Result<Part, ReportingError> {
    let zone = asking.standpoint.zone;
    let bucket = if period.months().len() > 3 { Bucket::Week } else { Bucket::Day };
    let (from, to) = period.bounds(zone);
    let ranked = async |by: By| {
        let question = ranks::Question { by, selection: Selection::default(), from, to, before: Some(period.previous().bounds(zone)), ranks: RANKS, bucket };
        ranks::ranks(asking.place, asking.actor, asking.standpoint, &question).await
    };
    let top = async |by: By, selection: Selection, limit: usize| {
        top::top(asking.place, asking.actor, asking.standpoint, &top::Question { by, selection, from, to, limit }).await
    };
    let series = async |selection: Selection, bucket: Bucket| {
        series::series(asking.place, asking.actor, asking.standpoint, &series::Question { selection, from, to, bucket }).await
    };
    let side = async |sensors: Sensors| {
        let selection = Selection { sensors: sensors.clone(), ..Selection::default() };
        Ok::<Side, ReportingError>(Side { sensors, all: series(selection.clone(), bucket).await?, ports: top(By::Port, selection, BESIDE).await? })
    };
    Ok(Part {
        period,
        bucket,
        ports: ranked(By::Port).await?,
        regions: ranked(By::Country).await?,
        countries: top(By::Country, Selection::default(), ALL).await?,
        by_sensor: top(By::Sensor, Selection::default(), ALL).await?,
        watched: watched(&asking.place.ledger, asking.actor, from, to).await?,
        top_by_sensor: Vec::new(),
        as_of: Some(asking.place.ledger.now()).filter(|now| *now < to),
        all: series(Selection::default(), bucket).await?,
        months: series(Selection::default(), Bucket::Month).await?,
        icmp: series(Selection::of(Service::Protocol(ICMP)), bucket).await?,
        sides: [side(Sensors::Home).await?, side(Sensors::Abroad).await?],
    })
}
