//! A reader's ranks beside ours. Pure.

use super::theirs::Theirs;
use noroshi_observation::public::Ranking;
use serde::Serialize;
use std::collections::HashMap;

/// The rows of either side that are compared.
pub(crate) const ROWS: usize = 10;
/// How many of our rows are public: what is not among them is not with us, as far as anybody may know.
pub(crate) const OUR_ROWS: usize = 50;
/// What stands out is at least this part of a reader's packets, is so many packets, and so many times our part.
const OUT_SHARE: f64 = 0.02;
const OUT_PACKETS: u64 = 10;
const OUT_TIMES: f64 = 3.0;
/// Of fewer packets nothing is said.
const LEAST_PACKETS: u64 = 20;

/// A service on a reader's side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct TheirPlace {
    pub(crate) rank: usize,
    pub(crate) packets: u64,
    pub(crate) percent: f64,
}

/// A service on ours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct OurPlace {
    pub(crate) rank: usize,
    pub(crate) per_sensor_day: f64,
    pub(crate) percent: f64,
}

/// A service on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    pub(crate) service: String,
    pub(crate) name: &'static str,
    pub(crate) theirs: Option<TheirPlace>,
    pub(crate) ours: Option<OurPlace>,
}

/// How alike both sides are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Likeness {
    /// The reader's side holds nothing.
    Nothing,
    /// The reader's side holds too few packets to say anything.
    Few,
    /// Ours is not public for this time.
    Unknown,
    /// More than half of the reader's most frequent services are among ours.
    Alike,
    /// Some are.
    Partly,
    /// None or hardly one is.
    Unlike,
}

impl Likeness {
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Few => "few",
            Self::Unknown => "unknown",
            Self::Alike => "alike",
            Self::Partly => "partly",
            Self::Unlike => "unlike",
        }
    }
}

/// Both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Beside {
    /// The first of either side, in the reader's order, then in ours.
    pub(crate) lines: Vec<Line>,
    /// Of the reader's first, those that are not among ours.
    pub(crate) only_theirs: Vec<String>,
    /// Of our first, those of which the reader's side holds none.
    pub(crate) only_ours: Vec<String>,
    pub(crate) likeness: Likeness,
    /// How many of the reader's first are among our first, and how many the reader's first are.
    pub(crate) shared: usize,
    pub(crate) of: usize,
    /// What takes a much greater part with the reader than with us.
    pub(crate) stands_out: Option<String>,
}

#[expect(clippy::cast_precision_loss, reason = "a share is rounded anyway")]
fn part(of: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { of as f64 / whole as f64 }
}

fn percent(part: f64) -> f64 {
    (part * 1_000.0).round() / 10.0
}

/// Puts both sides beside each other.
pub(crate) fn beside(theirs: &Theirs, ours: Option<&Ranking>) -> Beside {
    let mut their_places: HashMap<&str, TheirPlace> = HashMap::with_capacity(theirs.counts.len());
    let mut before = (0, 0);
    for (place, (key, packets)) in (1..).zip(&theirs.counts) {
        let rank = if before.1 == *packets { before.0 } else { place };
        before = (rank, *packets);
        their_places.insert(key, TheirPlace { rank, packets: *packets, percent: percent(part(*packets, theirs.packets)) });
    }
    let our_rows = ours.map_or(&[][..], |ranking| &ranking.rows);
    let our_place = |key: &str| {
        let row = our_rows.iter().find(|row| row.key == key)?;
        Some(OurPlace { rank: row.rank, per_sensor_day: row.per_sensor_day, percent: percent(row.share) })
    };
    let line = |key: &str| Line {
        service: key.to_owned(),
        name: noroshi_catalogue::service_name(key).unwrap_or_default(),
        theirs: their_places.get(key).copied(),
        ours: our_place(key),
    };
    let their_first: Vec<&str> = theirs.counts.iter().take(ROWS).map(|(key, _)| key.as_str()).collect();
    let our_first: Vec<&str> = our_rows.iter().take(ROWS).map(|row| row.key.as_str()).collect();
    let mut lines: Vec<Line> = their_first.iter().map(|key| line(key)).collect();
    lines.extend(our_first.iter().filter(|key| !their_first.contains(key)).map(|key| line(key)));
    let (shared, of) = (their_first.iter().filter(|key| our_first.contains(key)).count(), their_first.len());
    let likeness = match () {
        () if their_first.is_empty() => Likeness::Nothing,
        () if our_rows.is_empty() => Likeness::Unknown,
        () if theirs.packets < LEAST_PACKETS => Likeness::Few,
        () if shared * 2 > of => Likeness::Alike,
        () if shared * 5 > of => Likeness::Partly,
        () => Likeness::Unlike,
    };
    let missing = |keys: &[&str], there: &dyn Fn(&str) -> bool| keys.iter().filter(|key| !there(key)).map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let is_compared = !matches!(likeness, Likeness::Nothing | Likeness::Few | Likeness::Unknown);
    Beside {
        only_theirs: if is_compared { missing(&their_first, &|key| our_place(key).is_some()) } else { Vec::new() },
        only_ours: if is_compared { missing(&our_first, &|key| their_places.contains_key(key)) } else { Vec::new() },
        stands_out: if is_compared { stands_out(theirs, ours) } else { None },
        lines,
        likeness,
        shared,
        of,
    }
}

/// The service whose part with the reader is the greatest many times of its part with us. Of what is not among ours the part is at most that of
/// our last row.
fn stands_out(theirs: &Theirs, ours: Option<&Ranking>) -> Option<String> {
    let ours = ours?;
    let least = ours.rows.last().map_or(0.0, |row| row.share).max(0.000_1);
    let mut found: Option<(f64, &str)> = None;
    for (key, packets) in theirs.counts.iter().take(ROWS) {
        let own = part(*packets, theirs.packets);
        let times = own / ours.row(key).map_or(least, |row| row.share).max(0.000_1);
        if *packets >= OUT_PACKETS && own >= OUT_SHARE && times >= OUT_TIMES && found.is_none_or(|(most, _)| times > most) {
            found = Some((times, key));
        }
    }
    found.map(|(_, key)| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_kernel::moment::Moment;
    use noroshi_observation::public::{Row, Window};
    use proptest::prelude::*;

    fn theirs(counts: &[(&str, u64)]) -> Theirs {
        Theirs {
            counts: counts.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect(),
            packets: counts.iter().map(|(_, count)| count).sum(),
            ..Theirs::default()
        }
    }

    fn ours(shares: &[(&str, f64)]) -> Ranking {
        let row =
            |(place, (key, share)): (usize, &(&str, f64))| Row { rank: place + 1, key: (*key).to_owned(), per_sensor_day: share * 2_400.0, share: *share };
        Ranking { window: Window { from: Moment(0), to: Moment(1) }, sensors: 5, rows: shares.iter().enumerate().map(row).collect() }
    }

    #[test]
    fn ranks_stand_side_by_side() {
        let beside = beside(&theirs(&[("tcp/23", 60), ("tcp/8081", 30), ("udp/53", 10)]), Some(&ours(&[("tcp/445", 0.5), ("tcp/23", 0.3), ("udp/53", 0.05)])));
        assert_eq!(beside.lines.iter().map(|line| line.service.as_str()).collect::<Vec<_>>(), ["tcp/23", "tcp/8081", "udp/53", "tcp/445"]);
        assert_eq!(beside.lines[0].theirs, Some(TheirPlace { rank: 1, packets: 60, percent: 60.0 }));
        assert_eq!(beside.lines[0].ours, Some(OurPlace { rank: 2, per_sensor_day: 720.0, percent: 30.0 }));
        assert_eq!((beside.only_theirs.as_slice(), beside.only_ours.as_slice()), (&["tcp/8081".to_owned()][..], &["tcp/445".to_owned()][..]));
        assert_eq!((beside.likeness, beside.shared, beside.of, beside.stands_out.as_deref()), (Likeness::Alike, 2, 3, Some("tcp/8081")));
        assert_eq!(beside.lines[3].name, "microsoft-ds");
    }

    #[test]
    fn likeness_is_said_only_where_both_sides_speak() {
        let few = beside(&theirs(&[("tcp/1", 10), ("tcp/2", 9)]), Some(&ours(&[("tcp/445", 1.0)])));
        assert_eq!((few.likeness, few.only_theirs.len(), few.lines.len()), (Likeness::Few, 0, 3), "ranks stand there, and nothing is made of them");
        let some = theirs(&[("tcp/1", 10), ("tcp/2", 10)]);
        assert_eq!(beside(&Theirs::default(), Some(&ours(&[("tcp/445", 1.0)]))).likeness, Likeness::Nothing);
        assert_eq!(beside(&some, None).likeness, Likeness::Unknown);
        let unlike = beside(&some, Some(&ours(&[("tcp/445", 1.0)])));
        assert_eq!((unlike.likeness, unlike.stands_out), (Likeness::Unlike, None), "ours is one service alone: nothing stands out of it");
        assert_eq!(unlike.lines[1].theirs.unwrap().rank, 1, "what is alike has one place");
        let five: Vec<(&str, u64)> = vec![("tcp/445", 9), ("tcp/1", 8), ("tcp/2", 7), ("tcp/3", 6)];
        assert_eq!(beside(&theirs(&five), Some(&ours(&[("tcp/445", 1.0)]))).likeness, Likeness::Partly);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_between_the_sides(counts in prop::collection::btree_map(0_u16..40, 1_u64..1_000, 0..40), ranks in prop::collection::btree_set(0_u16..40, 0..40)) {
            let mut counts: Vec<(String, u64)> = counts.into_iter().map(|(port, count)| (format!("tcp/{port}"), count)).collect();
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let theirs = Theirs { packets: counts.iter().map(|(_, count)| count).sum(), counts, ..Theirs::default() };
            let keys: Vec<String> = ranks.into_iter().map(|port| format!("tcp/{port}")).collect();
            let shares: Vec<(&str, f64)> = keys.iter().map(|key| (key.as_str(), 0.01)).collect();
            let ours = ours(&shares);
            let beside = beside(&theirs, Some(&ours));
            for (key, _) in theirs.counts.iter().take(ROWS) {
                let line = beside.lines.iter().find(|line| line.service == *key).unwrap();
                prop_assert_eq!(line.ours.is_none(), ours.row(key).is_none());
                prop_assert!(ours.rows.is_empty() || beside.likeness == Likeness::Few || beside.only_theirs.contains(key) == line.ours.is_none());
            }
            prop_assert!(beside.lines.len() <= 2 * ROWS);
            prop_assert!(beside.lines.iter().all(|line| line.theirs.is_some() || line.ours.is_some()));
            let percent: f64 = beside.lines.iter().filter_map(|line| line.theirs).map(|place| place.percent).sum();
            prop_assert!(percent <= 101.0);
        }
    }
}
