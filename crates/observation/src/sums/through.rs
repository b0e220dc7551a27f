//! What is chosen, through time.

use super::count;
use crate::{
    ObservationError, Observatory,
    ask::{Chosen, Countries, Selection},
    rollup::{Calendar, Dimension, Level, Value, named},
    store::{cells, files, totals},
};
use noroshi_kernel::moment::Zone;
use noroshi_lake::sketch::Sketch;
use noroshi_ledger::{LedgerError, Query};
use std::collections::HashMap;

const HOUR_US: i64 = 3_600_000_000;

/// The sums that tell what is chosen through time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Cells of some values; of all, where none are named.
    Cells(Dimension, Option<Vec<Value>>),
    /// What is of anywhere without what is at home.
    Abroad(Box<Self>, Box<Self>),
    /// The hours of a service by country.
    Profiles,
}

impl Line {
    /// What tells the hours or days of what is chosen; `None`: packets alone do.
    pub(crate) fn of(level: Level, chosen: &Chosen) -> Option<Self> {
        let Selection { service, countries, tool, network, .. } = chosen.selection;
        if network.is_some() {
            return None;
        }
        let is_hour = level == Level::Hour;
        let services = chosen.services();
        let all_named = services.as_ref().is_some_and(|services| services.iter().all(|service| named::is(*service)));
        let of = |countries: Countries| match (&services, chosen.countries(countries), tool) {
            (None, ..) if service.is_some() => None,
            (None, None, None) => match &chosen.numbers {
                Some(numbers) => Some(Self::Cells(Dimension::Sensor, Some(numbers.iter().map(|number| Value::Sensor(*number)).collect()))),
                None => Some(Self::Cells(Dimension::Kind, None)),
            },
            (Some(services), None, None) if all_named || !is_hour => {
                Some(Self::Cells(Dimension::Service, Some(services.iter().map(|service| Value::Service(Some(*service))).collect())))
            }
            (None, Some(countries), None) => Some(Self::Cells(Dimension::Country, Some(countries.into_iter().map(Value::Country).collect()))),
            (None, None, Some(tool)) => Some(Self::Cells(Dimension::Tool, Some(vec![Value::Tool(tool)]))),
            (Some(_), Some(_), None) if all_named && is_hour => chosen.numbers.is_none().then_some(Self::Profiles),
            (Some(services), Some(countries), None) if all_named => {
                let both = services.iter().flat_map(|service| countries.iter().map(|country| Value::ServiceCountry(*service, *country)));
                Some(Self::Cells(Dimension::ServiceCountry, Some(both.collect())))
            }
            _ => None,
        };
        match countries {
            Countries::Abroad if is_hour && service.is_some() => of(Countries::Home).filter(|line| *line == Self::Profiles),
            Countries::Abroad => Some(Self::Abroad(Box::new(of(Countries::Any)?), Box::new(of(Countries::Home)?))),
            countries => of(countries),
        }
    }
}

impl Line {
    /// Whether it tells the sources of what is chosen, too.
    pub(crate) fn tells_sources(&self, chosen: &Chosen) -> bool {
        // A sensor's cells are its own; those of others tell how many packets some sensors saw, and no more.
        matches!(self, Self::Cells(dimension, _) if chosen.numbers.is_none() || *dimension == Dimension::Sensor)
    }
}

/// What is chosen, bucket by bucket: packets, and sources where the sums tell them. `edges` are the beginnings of buckets, made of whole hours or
/// days of the team's, and the end of the last.
pub(crate) async fn buckets(
    place: &Observatory,
    query: &impl Query,
    (zone, level): (&Zone, Level),
    line: &Line,
    chosen: &Chosen,
    edges: &[i64],
) -> Result<Vec<(u64, Option<Sketch>)>, ObservationError> {
    let (Some(first), Some(last)) = (edges.first().copied(), edges.last().copied()) else { return Ok(Vec::new()) };
    let mut buckets = summed(query, zone, level, line, chosen, edges).await?;
    let (known, parts) = (edges.to_vec(), files::parts(query, first, last).await?);
    let counted = count(place, chosen, (Vec::new(), parts), move |at, _| first <= at && at < last, move |seen| bucket(&known, seen.at_ns.div_euclid(1_000)));
    for (bucket, cell) in counted.await? {
        if let Some((packets, sources)) = buckets.get_mut(bucket) {
            *packets += cell.packets();
            sources.iter_mut().for_each(|sources| sources.merge(&cell.sources));
        }
    }
    Ok(buckets)
}

fn bucket(edges: &[i64], at: i64) -> Option<usize> {
    edges.partition_point(|edge| *edge <= at).checked_sub(1)
}

/// What the sums say.
async fn summed(query: &impl Query, zone: &Zone, level: Level, line: &Line, chosen: &Chosen, edges: &[i64]) -> Result<Vec<(u64, Option<Sketch>)>, LedgerError> {
    let span = (edges.first().copied().unwrap_or_default(), edges.last().copied().unwrap_or_default());
    let mut found: Vec<(u64, Option<Sketch>)> = vec![(0, None); edges.len().saturating_sub(1)];
    match line {
        Line::Cells(dimension, values) => {
            let some = chosen.numbers.as_ref().filter(|_| *dimension != Dimension::Sensor);
            if line.tells_sources(chosen) {
                found.iter_mut().for_each(|(_, sources)| *sources = Some(Sketch::default()));
            }
            let keys: Option<Vec<String>> = values.as_ref().map(|values| values.iter().map(|value| value.key()).collect());
            for cell in cells::series(query, level, *dimension, keys.as_deref(), span).await? {
                let packets = match some {
                    Some(numbers) => cell.sensors.iter().filter(|(number, _)| numbers.contains(number)).map(|(_, packets)| packets).sum(),
                    None => cell.packets,
                };
                if let Some((sum, sources)) = bucket(edges, cell.at).and_then(|bucket| found.get_mut(bucket)) {
                    *sum += packets;
                    sources.iter_mut().for_each(|sources| sources.merge(&cell.sources));
                }
            }
        }
        Line::Abroad(all, home) => {
            let all = Box::pin(summed(query, zone, level, all, chosen, edges)).await?;
            let home = Box::pin(summed(query, zone, level, home, chosen, edges)).await?;
            for (found, ((all, _), (home, _))) in found.iter_mut().zip(all.into_iter().zip(home)) {
                found.0 = all.saturating_sub(home);
            }
        }
        Line::Profiles => {
            let day = Calendar::new(zone.clone()).of(span.0.saturating_mul(1_000)).0;
            let services = chosen.services().unwrap_or_default();
            for (day, profiles) in totals::profiles(query, (day, span.1)).await? {
                let wanted = profiles.iter().filter(|profile| services.contains(&profile.service) && chosen.has_country(profile.country));
                let hours = wanted.flat_map(|profile| (0..).zip(profile.hours)).fold(HashMap::<i64, u64>::new(), |mut sums, (hour, packets)| {
                    *sums.entry(hour).or_default() += u64::from(packets);
                    sums
                });
                for (hour, packets) in hours {
                    let at = day + hour * HOUR_US;
                    if let Some((sum, _)) = bucket(edges, at).filter(|_| at < span.1).and_then(|bucket| found.get_mut(bucket)) {
                        *sum += packets;
                    }
                }
            }
        }
    }
    Ok(found)
}
