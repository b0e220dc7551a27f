//! Ranks by sums.

use super::{Reach, count, split::Split};
use crate::{
    ObservationError, Observatory,
    ask::{Chosen, Countries, Selection},
    rollup::{Calendar, Dimension, Value, named},
    store::{cells, files, totals},
    top::By,
};
use noroshi_kernel::moment::Zone;
use noroshi_lake::{
    packets::{Cell, Seen, Service},
    sketch::Sketch,
};
use noroshi_ledger::{LedgerError, Query};
use std::collections::{BTreeSet, HashMap};

/// The sums that answer a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sums {
    /// The values of a dimension.
    Values(Dimension),
    /// The countries of a service that has a name.
    Countries(Service),
    /// The services that have a name, of the selected countries.
    Services,
    /// The sensors of what is selected, which is one value of a dimension.
    Sensors(Value),
}

impl Sums {
    /// What answers a question; `None`: packets alone do.
    pub(crate) fn of(by: By, selection: &Selection) -> Option<Self> {
        let Selection { service, countries, tool, network, .. } = *selection;
        if network.is_some() {
            return None;
        }
        let dimension = match by {
            By::Port => Dimension::Service,
            By::Country => Dimension::Country,
            By::Sensor => Dimension::Sensor,
            By::Tool => Dimension::Tool,
            By::Source | By::Network => return None,
        };
        match (by, service, countries, tool) {
            (_, None, Countries::Any, None) => Some(Self::Values(dimension)),
            (By::Port, None, Countries::One(_) | Countries::Home | Countries::Abroad, None) => Some(Self::Services),
            // All of a protocol is many values.
            (_, Some(Service::Protocol(1 | 6 | 17 | 58)), ..) => None,
            (By::Country, Some(service), Countries::Any, None) if named::is(service) => Some(Self::Countries(service)),
            (By::Sensor, Some(service), Countries::Any, None) => Some(Self::Sensors(Value::Service(Some(service)))),
            (By::Sensor, None, Countries::One(country), None) => Some(Self::Sensors(Value::Country(country))),
            (By::Sensor, None, Countries::Any, Some(tool)) => Some(Self::Sensors(Value::Tool(tool))),
            (By::Sensor, Some(service), Countries::One(country), None) if named::is(service) => Some(Self::Sensors(Value::ServiceCountry(service, country))),
            _ => None,
        }
    }

    /// The dimension whose totals it reads.
    const fn dimension(self) -> Dimension {
        match self {
            Self::Values(dimension) => dimension,
            Self::Countries(_) | Self::Services => Dimension::ServiceCountry,
            Self::Sensors(value) => value.dimension(),
        }
    }

    /// The row in which a value of the dimension counts.
    fn row(self, value: Value, chosen: &Chosen) -> Option<Value> {
        match (self, value) {
            (Self::Values(_), Value::Sensor(number)) => chosen.numbers.as_ref().is_none_or(|numbers| numbers.contains(&number)).then_some(value),
            (Self::Values(_), _) => Some(value),
            (Self::Countries(service), Value::ServiceCountry(of, country)) => (of == service).then_some(Value::Country(country)),
            (Self::Services, Value::ServiceCountry(service, country)) => chosen.has_country(country).then_some(Value::Service(Some(service))),
            _ => None,
        }
    }

    /// The row in which a packet counts that fits the selection.
    fn row_of(self, seen: &Seen) -> Option<Value> {
        Some(match self {
            Self::Values(Dimension::Service) => Value::Service(Some(seen.service)),
            Self::Values(Dimension::Country) | Self::Countries(_) => Value::Country(seen.country),
            Self::Values(Dimension::Tool) => Value::Tool(seen.tool),
            Self::Values(Dimension::Kind) => Value::Kind(seen.kind),
            Self::Values(Dimension::Sensor) | Self::Sensors(_) => Value::Sensor(seen.sensor),
            Self::Services if named::is(seen.service) => Value::Service(Some(seen.service)),
            Self::Services | Self::Values(Dimension::ServiceCountry) => return None,
        })
    }

    /// The keys of the cells of a row; `None` when they cannot be named one by one.
    fn keys(self, row: Value, chosen: &Chosen) -> Option<Vec<String>> {
        Some(match (self, row) {
            (Self::Countries(service), Value::Country(country)) => vec![Value::ServiceCountry(service, country).key()],
            (Self::Services, Value::Service(Some(service))) => {
                chosen.countries(chosen.selection.countries)?.into_iter().map(|country| Value::ServiceCountry(service, country).key()).collect()
            }
            _ => vec![row.key()],
        })
    }

    /// Whether a sensor's packets are a row of their own here, so that no cell must be asked for them.
    const fn tells_sensors(self) -> bool {
        matches!(self, Self::Values(Dimension::Sensor) | Self::Sensors(_))
    }
}

/// What a ranking comes to.
pub(crate) struct Ranked {
    /// Values with their packets and sources, most packets first. Sources are none where the sums do not tell them.
    pub(crate) rows: Vec<(Value, u64, Option<Sketch>)>,
    /// All packets that were asked for.
    pub(crate) packets: u64,
    /// The window that was counted: of days whose packets are gone only sums are there, so that it begins and ends with such days.
    pub(crate) window: (i64, i64),
}

/// Ranks what is chosen.
pub(crate) async fn rank(
    place: &Observatory,
    query: &impl Query,
    zone: &Zone,
    sums: Sums,
    chosen: &Chosen,
    reach: Reach,
    (window, limit, tells_sources): ((i64, i64), usize, bool),
) -> Result<Ranked, ObservationError> {
    let calendar = &mut Calendar::new(zone.clone());
    let split = Split::of(calendar, window, reach.horizon, place.ledger.now().0);
    let ((from, to), whole) = (split.window, split.whole);
    let within = move |span: (i64, i64), at: i64| span.0 <= at && at < span.1;
    let parts = files::parts(query, from, to).await?;
    let cut = parts.iter().filter(|part| part.reaches(from, whole.0) || part.reaches(whole.1, to)).cloned().collect();
    let wants = move |at, is_new| within((from, to), at) && (is_new == within(whole, at));
    let counted: HashMap<Value, Cell> = count(place, chosen, (cut, parts), wants, move |seen| sums.row_of(seen)).await?;
    let mut packets: HashMap<Value, u64> = summed(query, calendar, sums, chosen, whole).await?;
    for (row, cell) in &counted {
        *packets.entry(*row).or_default() += cell.packets();
    }
    let context = Context { query, sums, chosen, counted: &counted, whole };
    let (packets, rows) = match chosen.numbers.as_ref().filter(|_| !sums.tells_sensors()) {
        None => {
            let all = packets.values().sum();
            let most = most(packets.into_iter().collect(), limit);
            (all, if tells_sources { context.with_sources(most).await? } else { without_sources(most) })
        }
        Some(numbers) => {
            let all = context.seen_by(numbers, calendar).await?;
            let mut ranked: Vec<(Value, u64)> = packets.into_iter().collect();
            ranked.sort_unstable_by_key(|(_, packets)| std::cmp::Reverse(*packets));
            let rows = context.most_seen_by(numbers, ranked, limit).await?;
            (all, without_sources(rows))
        }
    };
    Ok(Ranked { rows, packets, window: (from, to) })
}

fn without_sources(rows: Vec<(Value, u64)>) -> Vec<(Value, u64, Option<Sketch>)> {
    rows.into_iter().map(|(row, packets)| (row, packets, None)).collect()
}

/// The rows with most packets, in order; of as many, by key.
fn most(mut rows: Vec<(Value, u64)>, limit: usize) -> Vec<(Value, u64)> {
    if let Some(last) = limit.checked_sub(1).filter(|last| *last < rows.len()) {
        // Keys are texts: of tens of thousands of rows only those are written that may be among the first.
        let (_, (_, least), _) = rows.select_nth_unstable_by_key(last, |(_, packets)| std::cmp::Reverse(*packets));
        let least = *least;
        rows.retain(|(_, packets)| *packets >= least);
    }
    rows.sort_by_cached_key(|(row, packets)| (std::cmp::Reverse(*packets), row.key()));
    rows.truncate(limit);
    rows
}

/// Packets by row, of whole days.
async fn summed(query: &impl Query, calendar: &Calendar, sums: Sums, chosen: &Chosen, whole: (i64, i64)) -> Result<HashMap<Value, u64>, LedgerError> {
    if let Sums::Sensors(value) = sums {
        let seen = cells::by_sensors(query, value.dimension(), &[value.key()], whole).await?;
        let is_chosen = |number: &u32| chosen.numbers.as_ref().is_none_or(|numbers| numbers.contains(number));
        return Ok(seen.into_values().flatten().filter(|(number, _)| is_chosen(number)).map(|(number, packets)| (Value::Sensor(number), packets)).collect());
    }
    let mut packets: HashMap<Value, u64> = HashMap::new();
    for (code, count) in totals::sum(query, calendar, sums.dimension(), whole).await?.iter() {
        let value = Value::of_code(sums.dimension(), code).ok_or_else(|| LedgerError::Damaged(format!("a total is of the number {code}, which is none")))?;
        if let Some(row) = sums.row(value, chosen) {
            *packets.entry(row).or_default() += count;
        }
    }
    Ok(packets)
}

struct Context<'a, Q> {
    query: &'a Q,
    sums: Sums,
    chosen: &'a Chosen,
    counted: &'a HashMap<Value, Cell>,
    whole: (i64, i64),
}

impl<Q: Query> Context<'_, Q> {
    /// The dimension of the cells of rows.
    const fn cells(&self) -> Dimension {
        match self.sums {
            Sums::Sensors(_) => Dimension::Sensor,
            sums => sums.dimension(),
        }
    }

    /// Rows with their sources.
    async fn with_sources(&self, ranked: Vec<(Value, u64)>) -> Result<Vec<(Value, u64, Option<Sketch>)>, LedgerError> {
        // A sensor's cells tell the sources of all its packets, not of those of one service.
        let keys = |row: Value| if matches!(self.sums, Sums::Sensors(_)) { None } else { self.sums.keys(row, self.chosen) };
        let wanted: Vec<String> = ranked.iter().filter_map(|(row, _)| keys(*row)).flatten().collect();
        let sources = cells::sources(self.query, self.cells(), &wanted, self.whole).await?;
        let row = |(row, packets)| {
            let sketch = keys(row).map(|keys| {
                let mut sketch = Sketch::default();
                keys.iter().filter_map(|key| sources.get(key)).for_each(|more| sketch.merge(more));
                self.counted.get(&row).into_iter().for_each(|cell| sketch.merge(&cell.sources));
                sketch
            });
            (row, packets, sketch)
        };
        Ok(ranked.into_iter().map(row).collect())
    }

    /// The rows that some sensors saw most. What all sensors saw of a row bounds what some did: cells are asked from the greatest on, until no
    /// row that is left can come among those that are found (Fagin, Lotem, Naor: Optimal aggregation algorithms for middleware, 2001).
    async fn most_seen_by(&self, numbers: &BTreeSet<u32>, ranked: Vec<(Value, u64)>, limit: usize) -> Result<Vec<(Value, u64)>, LedgerError> {
        const AT_ONCE: usize = 64;
        let mut found: Vec<(Value, u64)> = Vec::new();
        for part in ranked.chunks(AT_ONCE) {
            let least = found.get(limit.saturating_sub(1)).map(|(_, packets)| *packets);
            let bound = part.first().map_or(0, |(_, packets)| *packets);
            if least.is_some_and(|least| least > bound) {
                break;
            }
            let keys = |row: Value| self.sums.keys(row, self.chosen).unwrap_or_default();
            let wanted: Vec<String> = part.iter().flat_map(|(row, _)| keys(*row)).collect();
            let seen = cells::by_sensors(self.query, self.cells(), &wanted, self.whole).await?;
            for (row, _) in part {
                let of_cells: u64 = keys(*row).iter().filter_map(|key| seen.get(key)).map(|sensors| of(sensors, numbers)).sum();
                // What was counted fits the selection already, and its sensors.
                let packets = of_cells + self.counted.get(row).map_or(0, Cell::packets);
                found.extend((packets > 0).then_some((*row, packets)));
            }
            found = most(found, limit);
        }
        Ok(found)
    }

    /// All that some sensors saw of what is chosen.
    async fn seen_by(&self, numbers: &BTreeSet<u32>, calendar: &Calendar) -> Result<u64, LedgerError> {
        let counted: u64 = self.counted.values().map(Cell::packets).sum();
        let (dimension, keys) = match self.sums {
            Sums::Countries(service) => (Dimension::Service, vec![Value::Service(Some(service)).key()]),
            // Rows are services with a name: those alone are told apart by country.
            Sums::Services => {
                let rows = summed(self.query, calendar, self.sums, self.chosen, self.whole).await?;
                (Dimension::ServiceCountry, rows.keys().filter_map(|row| self.sums.keys(*row, self.chosen)).flatten().collect())
            }
            Sums::Values(_) | Sums::Sensors(_) => {
                let sensors = totals::sum(self.query, calendar, Dimension::Sensor, self.whole).await?;
                let is_meant = |code: u64| u32::try_from(code).is_ok_and(|number| numbers.contains(&number));
                return Ok(counted + sensors.iter().filter(|(code, _)| is_meant(*code)).map(|(_, packets)| packets).sum::<u64>());
            }
        };
        let seen = cells::by_sensors(self.query, dimension, &keys, self.whole).await?;
        Ok(counted + seen.values().map(|sensors| of(sensors, numbers)).sum::<u64>())
    }
}

/// Packets of some sensors.
fn of(sensors: &std::collections::BTreeMap<u32, u64>, numbers: &BTreeSet<u32>) -> u64 {
    sensors.iter().filter(|(number, _)| numbers.contains(number)).map(|(_, packets)| packets).sum()
}
