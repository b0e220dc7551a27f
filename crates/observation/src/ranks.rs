//! Ranks with where each stood before, and how each went on: what a graph of the most frequent ports needs.

use crate::{
    ObservationError, Observatory,
    ask::{Countries, Selection, Sensors, Standpoint, parse_network, parse_tool},
    parse_service,
    series::{self, Bucket, Series},
    top::{self, By, Ranking, Row},
};
use noroshi_kernel::{access::Actor, moment::Moment};
use serde::Serialize;
use std::ops::RangeInclusive;

/// The most rows that are looked through for where one stood before.
const DEEP: usize = 1_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// By what packets are ranked.
    pub by: By,
    /// Which packets.
    pub selection: Selection,
    /// From when on.
    pub from: Moment,
    /// Until when; it is not included.
    pub to: Moment,
    /// The window that it is compared with.
    pub before: Option<(Moment, Moment)>,
    /// Which ranks; the first is 1.
    pub ranks: RangeInclusive<usize>,
    /// How long a bucket of the series is.
    pub bucket: Bucket,
}

/// A rank.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranked {
    /// Its place, from 1 on.
    pub rank: usize,
    /// What was counted.
    #[serde(flatten)]
    pub row: Row,
    /// Its place in the window before; none when it was not seen there, or is beyond the first thousand.
    pub previous_rank: Option<usize>,
    /// What was counted there; sources only where packets are counted one by one.
    pub previous: Option<Row>,
    /// How it went on.
    pub series: Option<Series>,
}

/// Ranks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranks {
    /// All of the window, without rows.
    pub ranking: Ranking,
    /// The window before, without rows.
    pub before: Option<Ranking>,
    /// The ranks that were asked for.
    pub rows: Vec<Ranked>,
}

/// Ranks what was seen, tells where each stood in the window before, and counts each through time.
///
/// # Errors
/// As [`top`](top::top) and [`series`](series::series).
pub async fn ranks(place: &Observatory, actor: &Actor, standpoint: Standpoint<'_>, question: &Question) -> Result<Ranks, ObservationError> {
    let Question { by, ref selection, from, to, before, ref ranks, bucket } = *question;
    let ask = |from, to, limit| top::Question { by, selection: selection.clone(), from, to, limit };
    let mut ranking = top::top(place, actor, standpoint, &ask(from, to, *ranks.end())).await?;
    let mut before = match before {
        Some((from, to)) => Some(top::ranking(place, actor, standpoint, &ask(from, to, DEEP), false).await?),
        None => None,
    };
    let was: Vec<Row> = before.as_mut().map(|before| std::mem::take(&mut before.rows)).unwrap_or_default();
    let mut rows = Vec::new();
    for (rank, row) in (1..).zip(std::mem::take(&mut ranking.rows)).filter(|(rank, _)| ranks.contains(rank)) {
        let previous = was.iter().position(|before| before.key == row.key);
        let series = match of_key(by, selection, &row.key) {
            Some(selection) => {
                let question = series::Question { selection, from, to, bucket };
                Some(Series { key: row.key.clone(), ..series::packets(place, actor, standpoint, &question).await? })
            }
            None => None,
        };
        let previous_row = previous.and_then(|place| was.get(place)).cloned();
        rows.push(Ranked { rank, row, previous_rank: previous.map(|place| place + 1), previous: previous_row, series });
    }
    Ok(Ranks { ranking, before, rows })
}

/// A selection narrowed to one row of a ranking; `None` when it cannot be, as of a sensor that is not known any more.
#[must_use]
pub fn of_key(by: By, selection: &Selection, key: &str) -> Option<Selection> {
    let mut narrowed = selection.clone();
    match by {
        By::Port => narrowed.service = Some(parse_service(key).ok()?),
        By::Country => narrowed.countries = key.parse::<Countries>().ok()?,
        By::Tool => narrowed.tool = Some(parse_tool(key).ok()?),
        By::Source | By::Network => narrowed.network = Some(parse_network(key).ok()?),
        By::Sensor if key == "unknown" => return None,
        By::Sensor => narrowed.sensors = Sensors::Named(key.to_owned()),
    }
    Some(narrowed)
}
