//! What a window's packets come to: from the packets themselves while they are there and few enough, else from the rollups, with the packets of
//! files that are not added up yet, and of the days that the window cuts.

mod ranking;
mod split;
mod through;

pub(crate) use ranking::{Sums, rank};
pub(crate) use through::{Line, buckets};

use crate::{
    ObservationError, Observatory,
    ask::Chosen,
    rollup::{Calendar, Dimension, Level, Value},
    store::{
        cells,
        files::{self, Part},
        totals,
    },
};
use noroshi_kernel::{moment::Zone, reason::Reason};
use noroshi_lake::{
    folder::FileName,
    packets::{self, Cell, Seen},
};
use noroshi_ledger::{LedgerError, Query};
use std::collections::HashMap;

/// So many packets are counted one by one where sums would do: it takes no longer, and tells every source apart.
const FEW: i64 = 256 << 10;
/// So many are counted one by one where sums would tell less than there is; it takes a second or two.
const FEW_FOR_MORE: i64 = 4 << 20;
/// To open a file takes as long as to count so many packets.
const OF_FILE: i64 = 4 << 10;
/// So many are counted one by one where nothing else will do; it takes some seconds.
const MOST_COUNTED: i64 = 64 << 20;

/// How the packets of a window can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Before when packets are gone that were there.
    pub(crate) horizon: i64,
    /// Whether there are rollups by the days of the team's zone.
    pub(crate) is_rolled: bool,
    /// Packets that must be looked at, about.
    packets: i64,
    /// What it takes to open their files, in packets.
    opening: i64,
}

impl Reach {
    pub(crate) async fn of(query: &impl Query, zone: &Zone, chosen: &Chosen, (from, to): (i64, i64)) -> Result<Self, ObservationError> {
        let is_rolled = files::is_zone(query, zone.name()).await?;
        if is_rolled && totals::are_missing(query).await? {
            return Err(ObservationError::Refused(totals_missing()));
        }
        let parts = files::parts(query, from, to).await?;
        let mut packets: i64 = parts.iter().map(|part| part.packets).sum();
        // Files are sorted by service: of one service no more is looked at than there is.
        if let Some(services) = chosen.services().filter(|_| is_rolled && packets > FEW) {
            let day = Calendar::new(zone.clone()).of(from.saturating_mul(1_000)).0;
            let keys: Vec<String> = services.into_iter().map(|service| Value::Service(Some(service)).key()).collect();
            let of_services = cells::series(query, Level::Day, Dimension::Service, Some(&keys), (day, to)).await?;
            packets = packets.min(of_services.iter().map(|at| at.packets.cast_signed()).sum());
        }
        let opening = OF_FILE.saturating_mul(i64::try_from(parts.len()).unwrap_or(i64::MAX));
        Ok(Self { horizon: files::horizon(query).await?, is_rolled, packets, opening })
    }

    /// Whether the packets themselves are asked although there are sums: all of them are there, and they are few.
    pub(crate) const fn counts_packets(self, from: i64) -> bool {
        self.counts(from, FEW)
    }

    /// The same where sums would tell less than packets do.
    pub(crate) const fn counts_packets_for_more(self, from: i64) -> bool {
        self.counts(from, FEW_FOR_MORE)
    }

    const fn counts(self, from: i64, most: i64) -> bool {
        !self.is_rolled || (from >= self.horizon && self.packets.saturating_add(self.opening) <= most)
    }

    /// # Errors
    /// [`ObservationError::Refused`] when packets cannot be asked, as there are too many.
    pub(crate) fn must_be_countable(self) -> Result<(), ObservationError> {
        if self.packets <= MOST_COUNTED {
            return Ok(());
        }
        let (millions, most) = (self.packets >> 20, MOST_COUNTED >> 20);
        Err(ObservationError::Refused(Reason::new(
            "observe-narrow",
            format!(
                "この質問には約 {millions} 百万個のパケットを 1 つずつ数える必要があります（上限 {most} 百万個）。期間を短くするか、ポートを 1 つ選んでください。"
            ),
            format!(
                "about {millions} million packets would have to be counted one by one for this (at most {most} million are); ask for a shorter time, or for one port"
            ),
        )))
    }
}

pub(crate) fn totals_missing() -> Reason {
    Reason::new(
        "totals-missing",
        "前の版の集計を引き継いでいる途中です。サーバーが動いていれば 1 分ほどで終わります。動いていなければ noroshi observe recount を実行してください。",
        "the sums of an earlier version are being taken over; with the server running that takes a minute, without it run: noroshi observe recount",
    )
}

/// Counts packets one by one: of files that are cut, whatever is in them; of those that are in no rollup yet, what no rollup will have before.
/// `wants` says whether a packet of a moment (microseconds) is wanted, of a file of the second kind or the first.
async fn count<K: Copy + Eq + std::hash::Hash + Send + 'static>(
    place: &Observatory,
    chosen: &Chosen,
    (cut, all): (Vec<Part>, Vec<Part>),
    wants: impl Fn(i64, bool) -> bool + Send + 'static,
    key: impl Fn(&Seen) -> Option<K> + Send + 'static,
) -> Result<HashMap<K, Cell>, ObservationError> {
    let (folder, filter) = (place.folder.clone(), packets::Filter { from_ns: None, to_ns: None, ..chosen.filter(0, 0) });
    let mut new: HashMap<Option<i64>, Vec<FileName>> = HashMap::new();
    for part in all.into_iter().filter(|part| !part.is_rolled) {
        new.entry(part.count_from).or_default().push(part.name);
    }
    let counting = tokio::task::spawn_blocking(move || {
        let paths = |names: Vec<FileName>| names.iter().map(|name| folder.find(name)).collect::<Result<Vec<_>, _>>();
        let cut = paths(cut.into_iter().map(|part| part.name).collect())?;
        let mut counted = packets::tabulate(cut, &filter, |seen, into| into.extend(key(seen).filter(|_| wants(seen.at_ns.div_euclid(1_000), false))))?;
        for (count_from, names) in new {
            let counts = |at: i64| count_from.is_none_or(|from| at >= from) && wants(at, true);
            let more = packets::tabulate(paths(names)?, &filter, |seen, into| into.extend(key(seen).filter(|_| counts(seen.at_ns.div_euclid(1_000)))))?;
            for (key, cell) in more {
                counted.entry(key).or_default().merge(&cell);
            }
        }
        Ok::<HashMap<K, Cell>, ObservationError>(counted.into_iter().collect())
    });
    counting.await.map_err(|error| LedgerError::Damaged(error.to_string()))?
}
