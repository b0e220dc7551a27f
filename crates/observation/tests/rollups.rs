//! Rollups that grow file by file are equal to a recount from the packets; on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::organisation::Home;
use noroshi_kernel::{
    access::Actor,
    moment::{Moment, Zone},
};
use noroshi_lake::{
    folder::Folder,
    packets::{self, Filter, Key, Kind, Limits, Service, Tool},
    sketch::Sketch,
};
use noroshi_ledger::{FromQueryResult, Query as _, Sql, migration::Migration};
use noroshi_observation::{
    MIGRATIONS, Observatory,
    ask::{Selection, Standpoint},
    rollup::named,
    series,
    service::{
        Silent,
        history::{Group, History, take_over},
        import,
        rollup::{recount, rollup},
        tend::{self, tend},
    },
    top,
    watch::Watch,
};
use noroshi_testkit::{Bench, capture, on_both_databases};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, MIGRATIONS].concat()
}

const ROOT: Actor = Actor::Platform;
static HOME: std::sync::LazyLock<Home> = std::sync::LazyLock::new(Home::default);

fn here(zone: &Zone) -> Standpoint<'_> {
    Standpoint { zone, home: &HOME }
}
/// 14:30 UTC of 2024-03-10: half an hour before the day begins in Tokyo.
const EVENING: i64 = 1_710_081_000;

/// A packet: seconds after the evening, last byte of its source, port, and whether it bears ZMap's mark.
type Made = (u32, u8, u16, bool);

fn pcap(made: &[Made]) -> Vec<u8> {
    capture::pcap(made.iter().map(|(second, host, port, zmap)| {
        let syn = capture::syn([192, 0, 2, *host].into(), [198, 51, 100, 7].into(), *port);
        ((EVENING + i64::from(*second)) * 1_000_000, if *zmap { capture::identified(syn, 54_321) } else { syn })
    }))
}

struct Desk {
    place: Observatory,
    folder: tempfile::TempDir,
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Row {
    level: i64,
    dimension: i64,
    key: String,
    at: i64,
    packets: i64,
    sensors: Vec<u8>,
    sources: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Total {
    level: i64,
    dimension: i64,
    at: i64,
    packed: Vec<u8>,
}

impl Desk {
    fn new(bench: &Bench) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Observatory { ledger: bench.ledger.clone(), folder: Folder::open(folder.path().join("packets")).unwrap(), geography: Arc::default() };
        Self { place, folder }
    }

    async fn import(&self, sensor: &str, made: &[Made]) {
        let path = self.folder.path().join(format!("{:016x}.pcap", rand::random::<u64>()));
        std::fs::write(&path, pcap(made)).unwrap();
        import(&self.place, &ROOT, sensor, &path, Box::new(Silent)).await.unwrap();
    }

    async fn roll(&self, zone: &str) {
        while rollup(&self.place, &Zone::named(zone).unwrap()).await.unwrap() > 0 {}
    }

    async fn cells(&self) -> Vec<Row> {
        let sql = Sql::new("SELECT level, dimension, key, at, packets, sensors, sources FROM observation_cell ORDER BY level, dimension, at, key");
        let mut rows: Vec<Row> = self.place.ledger.all(sql).await.unwrap();
        rows.sort_by(|a, b| (a.level, a.dimension, a.at, &a.key).cmp(&(b.level, b.dimension, b.at, &b.key)));
        rows
    }

    /// What stands beside the cells: totals of days and months, and profiles.
    async fn totals(&self) -> Vec<Total> {
        const BOTH: &str = "SELECT level, dimension, at, packed FROM observation_total UNION ALL SELECT 0 AS level, 0 AS dimension, at, packed FROM observation_profile ORDER BY 1, 2, 3";
        self.place.ledger.all(Sql::new(BOTH)).await.unwrap()
    }

    async fn counted(&self, level: i64, dimension: i64) -> BTreeMap<(i64, String), (i64, u64)> {
        let rows = self.cells().await.into_iter().filter(|row| (row.level, row.dimension) == (level, dimension));
        rows.map(|row| ((row.at, row.key), (row.packets, Sketch::from_bytes(&row.sources).unwrap().estimate()))).collect()
    }
}

on_both_databases! {
    migrations = migrations();

    async fn packets_count_in_the_teams_hours_and_days(bench) {
        let desk = Desk::new(&bench);
        // Two before Tokyo's midnight, three behind it, on a port with a name and one without.
        desk.import("north", &[(0, 1, 445, false), (10, 1, 445, true), (1_800, 2, 445, false)]).await;
        desk.import("south", &[(1_801, 2, 445, false), (5_500, 3, 40_001, false)]).await;
        desk.roll("Asia/Tokyo").await;
        let us = |seconds: i64| seconds * 1_000_000;
        let (today, tomorrow) = (us(EVENING + 1_800 - 86_400), us(EVENING + 1_800));
        let day = desk.counted(2, 1).await;
        let cell = |at, key: &str, packets, sources| ((at, key.to_owned()), (packets, sources));
        assert_eq!(day, [cell(today, "tcp/445", 2, 1), cell(tomorrow, "tcp/40001", 1, 1), cell(tomorrow, "tcp/445", 2, 1)].into());
        let hour = desk.counted(1, 1).await;
        assert_eq!(hour, [cell(us(EVENING - 1_800), "tcp/445", 2, 1), cell(tomorrow, "tcp/445", 2, 1), cell(us(EVENING + 5_400), "other", 1, 1)].into());
        assert_eq!(desk.counted(2, 3).await, [cell(today, "1", 2, 1), cell(tomorrow, "1", 1, 1), cell(tomorrow, "2", 2, 2)].into());
        assert_eq!(desk.counted(2, 4).await, [cell(today, "unknown", 1, 1), cell(today, "zmap", 1, 1), cell(tomorrow, "unknown", 3, 2)].into());
        assert_eq!(desk.counted(2, 2).await, [cell(today, "unknown", 2, 1), cell(tomorrow, "unknown", 3, 2)].into());
        assert_eq!(desk.counted(2, 6).await, [cell(today, "tcp/445 unknown", 2, 1), cell(tomorrow, "tcp/445 unknown", 2, 1)].into());
        assert_eq!(desk.counted(2, 5).await.values().map(|(packets, _)| packets).sum::<i64>(), 5);
    }

    async fn days_of_another_zone_are_counted_anew(bench) {
        let desk = Desk::new(&bench);
        desk.import("north", &[(0, 1, 445, false), (1_800, 2, 445, false)]).await;
        desk.roll("Asia/Tokyo").await;
        assert_eq!(desk.counted(2, 1).await.len(), 2);
        desk.import("north", &[(3_600, 3, 445, false)]).await;
        desk.roll("UTC").await;
        assert_eq!(desk.counted(2, 1).await.into_values().collect::<Vec<_>>(), [(3, 3)]);
        // Also when nothing new came.
        let in_utc = desk.cells().await;
        desk.roll("Asia/Tokyo").await;
        assert_eq!(desk.counted(2, 1).await.len(), 2);
        desk.roll("UTC").await;
        assert_eq!(desk.cells().await, in_utc);
    }

    async fn files_count_once(bench) {
        let desk = Desk::new(&bench);
        desk.import("north", &[(0, 1, 445, false)]).await;
        for _ in 0..3 {
            desk.roll("Asia/Tokyo").await;
        }
        let before = desk.cells().await;
        assert_eq!(before.iter().map(|row| row.packets).sum::<i64>(), 11, "an hour's and a day's of five, and service by country");
        recount(&desk.place, &ROOT, &Zone::named("Asia/Tokyo").unwrap()).await.unwrap();
        assert_eq!(desk.cells().await, []);
        desk.roll("Asia/Tokyo").await;
        assert_eq!(desk.cells().await, before);
    }
}

on_both_databases! {
    migrations = migrations();

    async fn files_of_a_day_are_merged_and_old_ones_go(bench) {
        let desk = Desk::new(&bench);
        // Yesterday and today of UTC; the clock stands a week later.
        for host in 0..5 {
            desk.import("north", &[(0, host, 445, false), (40_000, host, 445, false)]).await;
        }
        let now = bench.ledger.now().0;
        bench.clock.advance_us((EVENING + 7 * 86_400) * 1_000_000 - now);
        let files = async || desk.place.ledger.number(Sql::new("SELECT count(*) AS n FROM observation_file WHERE retired_at IS NULL")).await.unwrap();
        let on_disk = || std::fs::read_dir(desk.folder.path().join("packets")).unwrap().map(|day| std::fs::read_dir(day.unwrap().path()).unwrap().count()).sum::<usize>();
        assert_eq!((files().await, on_disk()), (10, 10));
        assert_eq!(tend(&desk.place, Some(6)).await.unwrap(), tend::Tended::default(), "what is in no rollup stays as it is");
        desk.roll("Asia/Tokyo").await;
        let cells = desk.cells().await;
        assert_eq!(tend(&desk.place, None).await.unwrap(), tend::Tended { merged: 10, expired: 0, removed: 0, batches: 0, holes: 0 });
        assert_eq!((files().await, on_disk()), (2, 12), "the merged ones stay for who reads them");
        bench.clock.advance_us(601_000_000);
        assert_eq!(tend(&desk.place, None).await.unwrap(), tend::Tended { merged: 0, expired: 0, removed: 10, batches: 0, holes: 0 });
        assert_eq!(on_disk(), 2);
        desk.roll("Asia/Tokyo").await;
        assert_eq!(desk.cells().await, cells, "merging changes no figure");
        // The first day goes; its cells stay, also when all is counted anew. Late packets of it add to them.
        assert_eq!(tend(&desk.place, Some(6)).await.unwrap(), tend::Tended { merged: 0, expired: 1, removed: 0, batches: 0, holes: 0 });
        recount(&desk.place, &ROOT, &Zone::named("Asia/Tokyo").unwrap()).await.unwrap();
        desk.roll("Asia/Tokyo").await;
        assert_eq!(desk.cells().await, cells);
        desk.import("north", &[(1, 99, 445, false)]).await;
        desk.roll("Asia/Tokyo").await;
        let before: i64 = cells.iter().map(|row| row.packets).sum();
        assert_eq!(desk.cells().await.iter().map(|row| row.packets).sum::<i64>(), before + 11);
    }

    async fn what_is_gone_is_told_by_its_sums(bench) {
        let desk = Desk::new(&bench);
        let zone = Zone::named("Asia/Tokyo").unwrap();
        // Of the 10th and the 11th in Tokyo, on ports with a name and without, of two sensors; and of the 14th.
        desk.import("north", &[(0, 1, 445, false), (60, 1, 445, true), (1_800, 2, 445, false), (1_900, 3, 40_001, false)]).await;
        desk.import("south", &[(2_000, 3, 445, false), (9_000, 4, 40_001, false)]).await;
        const LATER: u32 = 4 * 86_400;
        desk.import("north", &[(LATER, 9, 445, false), (LATER + 7_200, 8, 22, false)]).await;
        let at = |seconds: i64| Moment((EVENING + seconds) * 1_000_000);
        bench.clock.advance_us(at(5 * 86_400).0 - bench.ledger.now().0);
        let asked = async |by, from: i64, to: i64| {
            let ranking = top::top(&desk.place, &ROOT, here(&zone), &top::Question { by, selection: Selection::default(), from: at(from), to: at(to), limit: 10 }).await.unwrap();
            let rows: Vec<(String, u64, u64)> = ranking.rows.into_iter().map(|row| (row.key, row.packets, row.sources.unwrap())).collect();
            (ranking.from, rows)
        };
        let per_day = async |port, bucket, days: i64| {
            let service = Service::Port { protocol: 6, port };
            let question = series::Question { selection: Selection::of(service), from: at(0), to: at(days * 86_400), bucket };
            series::series(&desk.place, &ROOT, here(&zone), &question).await.unwrap().rows
        };
        let (midnight, whole) = (1_800, 1_800 + 5 * 86_400);
        let mut before = Vec::new();
        for by in [top::By::Port, top::By::Country, top::By::Sensor, top::By::Tool] {
            before.push((by, asked(by, midnight, whole).await, asked(by, midnight - 86_400, 4_000).await));
        }
        let days = (per_day(445, series::Bucket::Day, 5).await, per_day(40_001, series::Bucket::Day, 5).await, per_day(445, series::Bucket::Hour, 5).await);
        desk.roll("Asia/Tokyo").await;
        assert_eq!(tend(&desk.place, Some(1)).await.unwrap().expired, 2, "the first two days are gone");
        for (by, (_, rows), (_, cut)) in &before {
            let now = asked(*by, midnight, whole).await.1;
            assert_eq!(&now, rows, "{by:?}: whole days are as they were");
            let (from, now) = asked(*by, midnight - 86_400, 4_000).await;
            assert_eq!(from, at(midnight - 86_400).rfc3339());
            assert_ne!(&now, cut, "{by:?}: a window that ends within a day that is gone is widened");
            assert_eq!(now.iter().map(|(_, packets, _)| packets).sum::<u64>(), 6, "{by:?}");
        }
        assert_eq!(per_day(445, series::Bucket::Day, 5).await, days.0);
        assert_eq!(per_day(40_001, series::Bucket::Day, 5).await, days.1);
        assert_eq!(per_day(445, series::Bucket::Hour, 5).await, days.2);
        // Below a day a port without a name has no sums: that is said, and no zero is.
        let hours = per_day(40_001, series::Bucket::Hour, 1).await;
        assert!(hours.iter().all(|row| row.packets.is_none()) && hours.iter().any(|row| row.sensors_watching > 0.0), "{hours:?}");
        // Sources are told from where packets are.
        let (from, sources) = asked(top::By::Source, 0, whole).await;
        assert_eq!(sources.len(), 2);
        assert!(from > at(midnight).rfc3339(), "{from}");
        // What is in no sum yet counts: files that came since, also into days that are gone.
        desk.import("north", &[(LATER + 7_300, 8, 22, false), (LATER + 7_300, 7, 22, false)]).await;
        let ports = asked(top::By::Port, midnight, whole).await.1;
        assert!(ports.contains(&("tcp/22".into(), 3, 2)), "{ports:?}");
        assert_eq!(per_day(22, series::Bucket::Day, 5).await.iter().filter_map(|row| row.packets).sum::<u64>(), 3);
        desk.roll("Asia/Tokyo").await;
        assert_eq!(asked(top::By::Port, midnight, whole).await.1, ports);
    }
}

/// A packet of [`pcap`] as a count, of the sensor with this number.
fn group((second, host, port, zmap): Made, sensor: u32) -> Group {
    Group {
        at: Moment((EVENING + i64::from(second)) * 1_000_000),
        source: [192, 0, 2, host].into(),
        service: Service::Port { protocol: 6, port },
        country: None,
        tool: if zmap { Tool::Zmap } else { Tool::Unknown },
        kind: Kind::Scan,
        sensors: vec![(sensor, 1)],
    }
}

/// Midnight in Tokyo, so many days after the evening.
const fn midnight(day: i64) -> Moment {
    Moment((EVENING + 1_800 + (day - 1) * 86_400) * 1_000_000)
}

on_both_databases! {
    migrations = migrations();

    async fn a_history_is_counted_as_its_packets_would_be(bench) {
        let desk = Desk::new(&bench);
        let zone = Zone::named("Asia/Tokyo").unwrap();
        let (north, south) = ([(0, 1, 445, false), (10, 1, 445, true), (1_800, 2, 445, false)], [(1_801, 2, 445, false), (5_500, 3, 40_001, false)]);
        // The same day by day: two of the north before midnight, one behind it.
        let mut second = vec![group(north[2], 1), group(south[1], 2)];
        // Two of one source and moment's kind are one group of both sensors.
        second.push(Group { sensors: vec![(2, 1)], ..group(south[0], 2) });
        let days = vec![vec![group(north[0], 1), group(north[1], 1)], second];
        let sensor = noroshi_observation::service::registry::enter(&bench.ledger, &ROOT, "north", &noroshi_observation::service::registry::Site::default()).await.unwrap();
        let watched = vec![Watch { sensor: sensor.id, from: midnight(0).0, to: midnight(9).0 }];
        let history = History { until: midnight(2), watched: watched.clone(), days: days.clone().into_iter() };
        take_over(&bench.ledger, &ROOT, &zone, history).await.unwrap();
        let taken = desk.cells().await;
        let with_packets = Bench::sqlite(&migrations()).await;
        let other = Desk::new(&with_packets);
        other.import("north", &north).await;
        other.import("south", &south).await;
        other.roll("Asia/Tokyo").await;
        assert_eq!(taken, other.cells().await);
        assert_eq!(desk.totals().await, other.totals().await);
        let span = "SELECT count(*) AS n FROM observation_watch WHERE to_at = ";
        assert_eq!(bench.ledger.number(Sql::new(span).bind(midnight(2).0)).await.unwrap(), 1, "it watched until there are packets");

        // A recount leaves it, and counts what came since.
        desk.import("north", &[(86_400 + 1_800, 7, 22, false)]).await;
        desk.roll("Asia/Tokyo").await;
        let (all, totals) = (desk.cells().await, desk.totals().await);
        assert_eq!(all.len(), taken.len() + 11);
        recount(&desk.place, &ROOT, &zone).await.unwrap();
        assert_eq!(desk.cells().await, taken);
        desk.roll("Asia/Tokyo").await;
        assert_eq!((desk.cells().await, desk.totals().await), (all, totals));
        let all = desk.cells().await;

        // An earlier version left cells without totals: they are made of the cells.
        let totals: Vec<Total> = desk.totals().await.into_iter().filter(|total| total.level != 0).collect();
        let work = bench.ledger.begin().await.unwrap();
        work.execute(Sql::new("DELETE FROM observation_total")).await.unwrap();
        work.execute(Sql::new("DELETE FROM observation_profile")).await.unwrap();
        work.commit().await.unwrap();
        let question = top::Question { by: top::By::Port, selection: Selection::default(), from: midnight(0), to: midnight(9), limit: 1 };
        let refused = top::top(&desk.place, &ROOT, here(&zone), &question).await.unwrap_err();
        assert!(refused.to_string().contains("earlier version"), "{refused}");
        desk.roll("Asia/Tokyo").await;
        assert_eq!(desk.totals().await, totals);
        assert_eq!(top::top(&desk.place, &ROOT, here(&zone), &question).await.unwrap().packets, 6);

        // It is taken over once.
        let again = take_over(&bench.ledger, &ROOT, &zone, History { until: midnight(2), watched, days: days.into_iter() }).await;
        assert!(again.unwrap_err().to_string().contains("already"));
        assert_eq!(desk.cells().await, all);
    }

    async fn a_history_out_of_order_is_refused_whole(bench) {
        let desk = Desk::new(&bench);
        let zone = Zone::named("Asia/Tokyo").unwrap();
        let day = |second| vec![group((second, 1, 445, false), 1)];
        for (until, days) in [
            (midnight(2), vec![day(0), day(1_800), day(1_801)]),
            (midnight(2), vec![day(1_800), day(0)]),
            (midnight(1), vec![day(0), day(1_800)]),
            (Moment(midnight(2).0 + 1), vec![day(0)]),
        ] {
            let refused = take_over(&bench.ledger, &ROOT, &zone, History { until, watched: Vec::new(), days: days.clone().into_iter() }).await;
            assert!(matches!(refused, Err(noroshi_observation::ObservationError::Refused(_))), "{days:?}: {refused:?}");
            assert_eq!(desk.cells().await, [], "nothing of it stays");
        }
        let nothing = "SELECT (SELECT count(*) FROM observation_horizon) + (SELECT count(*) FROM observation_zone) AS n";
        assert_eq!(bench.ledger.number(Sql::new(nothing)).await.unwrap(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn growing_is_equal_to_a_recount(captures in prop::collection::vec((0_u8..3, prop::collection::vec((0_u32..200_000, 0_u8..40, prop_oneof![Just(445_u16), Just(22), 40_000..40_030_u16], any::<bool>()), 1..60), any::<bool>()), 1..8)) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let bench = Bench::sqlite(&migrations()).await;
            let desk = Desk::new(&bench);
            for (sensor, made, roll) in &captures {
                desk.import(&format!("sensor-{sensor}"), made).await;
                if *roll { desk.roll("Asia/Tokyo").await; }
            }
            desk.roll("Asia/Tokyo").await;
            let (grown, totals) = (desk.cells().await, desk.totals().await);
            // Files that were merged hold the same.
            bench.clock.advance_us(1_000 * Moment::DAY_US);
            let tended = tend(&desk.place, None).await.unwrap();
            assert_eq!(tended.expired, 0);
            let question = top::Question { by: top::By::Port, selection: Selection::default(), from: Moment(0), to: Moment(i64::MAX / 2_000), limit: 3 };
            assert_eq!(top::top(&desk.place, &ROOT, here(&Zone::named("Asia/Tokyo").unwrap()), &question).await.unwrap().packets, captures.iter().map(|(_, made, _)| made.len() as u64).sum::<u64>());
            // Counted again, all at once.
            recount(&desk.place, &ROOT, &Zone::named("Asia/Tokyo").unwrap()).await.unwrap();
            desk.roll("Asia/Tokyo").await;
            assert_eq!((desk.cells().await, desk.totals().await), (grown, totals));
            let grown = desk.cells().await;
            // And counted from the packets by another way: each service's packets and sources over all days.
            let names: Vec<String> = desk.place.ledger.all::<Name>(Sql::new("SELECT name FROM observation_file")).await.unwrap().into_iter().map(|row| row.name).collect();
            let paths = names.iter().map(|name| desk.place.folder.find(&name.parse().unwrap()).unwrap()).collect();
            for count in packets::count(paths, &Filter::default(), Key::Service, Limits::default()).unwrap().rows {
                let packets::KeyValue::Service(service @ Service::Port { port, .. }) = count.key else { panic!("{count:?}") };
                let rows: Vec<&Row> = grown.iter().filter(|row| (row.level, row.dimension) == (2, 1) && row.key == format!("tcp/{port}")).collect();
                let mut sources = Sketch::default();
                rows.iter().for_each(|row| sources.merge(&Sketch::from_bytes(&row.sources).unwrap()));
                assert_eq!((rows.iter().map(|row| row.packets.unsigned_abs()).sum::<u64>(), sources.estimate()), (count.packets, count.sources));
                let hours: i64 = grown.iter().filter(|row| (row.level, row.dimension) == (1, 1) && row.key == format!("tcp/{port}")).map(|row| row.packets).sum();
                assert_eq!(hours.unsigned_abs(), if named::is(service) { count.packets } else { 0 });
            }
            for (level, dimension) in [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5)] {
                let packets: i64 = grown.iter().filter(|row| (row.level, row.dimension) == (level, dimension)).map(|row| row.packets).sum();
                assert_eq!(packets.unsigned_abs(), captures.iter().map(|(_, made, _)| made.len() as u64).sum::<u64>(), "every packet counts once in each");
            }
        });
    }
}

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

#[test]
fn moments_of_the_tests_are_what_they_say() {
    assert_eq!(Moment(EVENING * 1_000_000).rfc3339(), "2024-03-10T14:30:00Z");
}
