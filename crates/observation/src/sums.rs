//! What a window's packets come to: from the packets themselves while they are there and few enough, else from the rollups, with the packets of
//! files that are not added up yet, and of the days that the window cuts.

use crate::{
    ObservationError, Observatory,
    rollup::{Calendar, Dimension, Value},
    store::{
        cells,
        files::{self, Part},
    },
};
use noroshi_kernel::moment::Zone;
use noroshi_lake::{
    folder::FileName,
    packets::{self, Cell, Seen, Service},
    sketch::Sketch,
};
use noroshi_ledger::{LedgerError, Query};
use std::collections::HashMap;

/// So many packets are counted one by one when somebody asks; it takes some seconds.
const MOST_COUNTED: i64 = 32 << 20;

/// How the packets of a window can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Before when packets are gone that were there.
    pub(crate) horizon: i64,
    /// Whether there are rollups by the days of the team's zone.
    pub(crate) is_rolled: bool,
    /// Packets of files that reach into the window.
    packets: i64,
}

impl Reach {
    pub(crate) async fn of(query: &impl Query, zone: &Zone, from: i64, to: i64) -> Result<Self, LedgerError> {
        Ok(Self {
            horizon: files::horizon(query).await?,
            is_rolled: files::is_zone(query, zone.name()).await?,
            packets: files::parts(query, from, to).await?.iter().map(|part| part.packets).sum(),
        })
    }

    /// Whether the packets themselves are asked: all of them are there, and they are few.
    pub(crate) const fn counts_packets(self, from: i64) -> bool {
        !self.is_rolled || (from >= self.horizon && self.packets <= MOST_COUNTED)
    }
}

/// What a ranking comes to.
pub(crate) struct Ranked {
    /// Keys with their packets and sources, most packets first.
    pub(crate) rows: Vec<(String, u64, Sketch)>,
    /// All packets.
    pub(crate) packets: u64,
    /// The window that was counted: of days whose packets are gone only sums are there, so that it begins and ends with such days.
    pub(crate) window: (i64, i64),
}

/// Days that a window holds whole, and what it holds besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Split {
    window: (i64, i64),
    whole: (i64, i64),
}

impl Split {
    /// Splits a window. One that ends in the future ends with today, of which everything is there that came.
    fn of(calendar: &mut Calendar, (from, to): (i64, i64), horizon: i64, now: i64) -> Self {
        let mut begin = |at: i64| calendar.of(at.saturating_mul(1_000)).0;
        let (first, last) = (begin(from), begin(to));
        // What ends within a day that is gone ends with it, and so does one that ends behind the present.
        let ends_with_day = to <= horizon || to > now;
        let from = if from < horizon { first } else { from };
        let whole_from = if from == first { first } else { calendar.next_day(from) };
        let to = if ends_with_day && to != last { calendar.next_day(to) } else { to };
        let whole_to = if ends_with_day { to } else { last };
        Self { window: (from, to), whole: (whole_from.min(to), whole_to.max(whole_from).min(to)) }
    }
}

/// Ranks the values of a dimension.
pub(crate) async fn rank(
    place: &Observatory,
    query: &impl Query,
    zone: &Zone,
    dimension: Dimension,
    reach: Reach,
    window: (i64, i64),
    limit: usize,
) -> Result<Ranked, ObservationError> {
    let split = Split::of(&mut Calendar::new(zone.clone()), window, reach.horizon, place.ledger.now().0);
    let ((from, to), whole) = (split.window, split.whole);
    let within = move |span: (i64, i64), at: i64| span.0 <= at && at < span.1;
    let parts = files::parts(query, from, to).await?;
    let cut = parts.iter().filter(|part| part.reaches(from, whole.0) || part.reaches(whole.1, to)).cloned().collect();
    let counted =
        count(place, cut, parts, move |at, is_new| within((from, to), at) && (is_new == within(whole, at)), move |seen| value(seen, dimension)).await?;
    let counted: HashMap<String, Cell> = counted.into_iter().map(|(value, cell)| (value.key(), cell)).collect();
    let mut packets: HashMap<String, u64> = cells::totals(query, dimension, whole).await?;
    for (key, cell) in &counted {
        *packets.entry(key.clone()).or_default() += cell.packets();
    }
    let all = packets.values().sum();
    let mut ranked: Vec<(String, u64)> = packets.into_iter().collect();
    ranked.sort_unstable_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    ranked.truncate(limit);
    let keys: Vec<&str> = ranked.iter().map(|(key, _)| key.as_str()).collect();
    let mut sources = cells::sources(query, dimension, &keys, whole).await?;
    let row = |(key, packets): (String, u64)| {
        let mut sketch = sources.remove(&key).unwrap_or_default();
        if let Some(cell) = counted.get(&key) {
            sketch.merge(&cell.sources);
        }
        (key, packets, sketch)
    };
    Ok(Ranked { rows: ranked.into_iter().map(row).collect(), packets: all, window: (from, to) })
}

/// A service's packets and sources, bucket by bucket: `edges` are the beginnings of buckets, hours or days of the team's, and the end of the last.
pub(crate) async fn buckets(
    place: &Observatory,
    query: &impl Query,
    level: crate::rollup::Level,
    service: Service,
    edges: &[i64],
) -> Result<Vec<(u64, Sketch)>, ObservationError> {
    let mut buckets: Vec<(u64, Sketch)> = edges.iter().skip(1).map(|_| Default::default()).collect();
    let (Some(first), Some(last)) = (edges.first().copied(), edges.last().copied()) else { return Ok(buckets) };
    let bucket = |edges: &[i64], at: i64| edges.partition_point(|edge| *edge <= at).checked_sub(1);
    for (at, packets, sources) in cells::series(query, level, service, (first, last)).await? {
        if let Some((all, distinct)) = bucket(edges, at).and_then(|bucket| buckets.get_mut(bucket)) {
            *all += packets;
            distinct.merge(&sources);
        }
    }
    let (known, parts) = (edges.to_vec(), files::parts(query, first, last).await?);
    let counted = count(
        place,
        Vec::new(),
        parts,
        move |at, _| first <= at && at < last,
        move |seen| (seen.service == service).then(|| bucket(&known, seen.at_ns.div_euclid(1_000))).flatten(),
    );
    for (bucket, cell) in counted.await? {
        if let Some((all, distinct)) = buckets.get_mut(bucket) {
            *all += cell.packets();
            distinct.merge(&cell.sources);
        }
    }
    Ok(buckets)
}

/// Counts packets one by one: of files that are cut, whatever is in them; of those that are in no rollup yet, what no rollup will have before.
/// `wants` says whether a packet of a moment (microseconds) is wanted, of a file of the second kind or the first.
async fn count<K: Copy + Eq + std::hash::Hash + Send + 'static>(
    place: &Observatory,
    cut: Vec<Part>,
    all: Vec<Part>,
    wants: impl Fn(i64, bool) -> bool + Send + 'static,
    key: impl Fn(&Seen) -> Option<K> + Send + 'static,
) -> Result<HashMap<K, Cell>, ObservationError> {
    let folder = place.folder.clone();
    let mut new: HashMap<Option<i64>, Vec<FileName>> = HashMap::new();
    for part in all.into_iter().filter(|part| !part.is_rolled) {
        new.entry(part.count_from).or_default().push(part.name);
    }
    let counting = tokio::task::spawn_blocking(move || {
        let paths = |names: Vec<FileName>| names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>();
        let cut = paths(cut.into_iter().map(|part| part.name).collect())?;
        let mut counted = packets::tabulate(cut, |seen, into| into.extend(key(seen).filter(|_| wants(seen.at_ns.div_euclid(1_000), false))))?;
        for (count_from, names) in new {
            let counts = |at: i64| count_from.is_none_or(|from| at >= from) && wants(at, true);
            let more = packets::tabulate(paths(names)?, |seen, into| into.extend(key(seen).filter(|_| counts(seen.at_ns.div_euclid(1_000)))))?;
            for (key, cell) in more {
                counted.entry(key).or_default().merge(&cell);
            }
        }
        Ok::<HashMap<K, Cell>, ObservationError>(counted.into_iter().collect())
    });
    counting.await.map_err(|error| LedgerError::Damaged(error.to_string()))?
}

fn value(seen: &Seen, dimension: Dimension) -> Option<Value> {
    match dimension {
        Dimension::Service => Some(Value::Service(Some(seen.service))),
        Dimension::Country => Some(Value::Country(seen.country)),
        Dimension::Sensor => Some(Value::Sensor(seen.sensor)),
        Dimension::Tool => Some(Value::Tool(seen.tool)),
        Dimension::Kind => Some(Value::Kind(seen.kind)),
        Dimension::ServiceCountry => Some(Value::ServiceCountry(seen.service, seen.country)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_split_at_the_days_of_the_team() {
        const HOUR: i64 = 3_600_000_000;
        let mut calendar = Calendar::new(Zone::named("UTC").unwrap());
        let mut split = |from: i64, to: i64, horizon: i64, now: i64| {
            let split = Split::of(&mut calendar, (from * HOUR, to * HOUR), horizon * HOUR, now * HOUR);
            let hours = |(from, to): (i64, i64)| (from / HOUR, to / HOUR);
            (hours(split.window), hours(split.whole))
        };
        for (from, to, horizon, now, window, whole) in [
            // Whole days are whole; what is cut is at the edges.
            (24, 72, 0, 1_000, (24, 72), (24, 72)),
            (30, 80, 0, 1_000, (30, 80), (48, 72)),
            (30, 40, 0, 1_000, (30, 40), (40, 40)),
            // Today is whole, although it is not over.
            (24, 80, 0, 75, (24, 96), (24, 96)),
            (30, 1_000, 0, 75, (30, 1_008), (48, 1_008)),
            // Of days that are gone only the whole is known.
            (30, 80, 60, 1_000, (24, 80), (24, 72)),
            (30, 40, 60, 1_000, (24, 48), (24, 48)),
            (30, 60, 60, 1_000, (24, 72), (24, 72)),
        ] {
            assert_eq!(split(from, to, horizon, now), (window, whole), "{from} {to} {horizon} {now}");
        }
    }
}
