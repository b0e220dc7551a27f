//! Captures come in, are counted once, and averages divide by who watched; on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::organisation::Home;
use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
    moment::{Moment, Zone},
};
use noroshi_lake::folder::Folder;
use noroshi_ledger::{Query as _, Sql, migration::Migration};
use noroshi_observation::{
    MIGRATIONS, ObservationError, Observatory,
    ask::{Selection, Standpoint},
    parse_service,
    public::{self, Ground, Of, Rule, Step, Window},
    series,
    service::{
        self, Outcome, Silent,
        registry::{self, Site},
        rollup,
    },
    top,
};
use noroshi_testkit::{Bench, capture, on_both_databases};
use std::path::{Path, PathBuf};

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, MIGRATIONS].concat()
}

const ROOT: Actor = Actor::Platform;

fn here<'a>(zone: &'a Zone, home: &'a Home) -> Standpoint<'a> {
    Standpoint { zone, home }
}

fn actor(role: Role) -> Actor {
    Actor::Account { id: AccountId(7), name: "someone".into(), roles: vec![role] }
}

/// Midnight UTC of 2024-03-10.
const DAY: i64 = 1_710_028_800;

/// A capture of packets, each with its second.
fn pcap(packets: &[(i64, Vec<u8>)]) -> Vec<u8> {
    capture::pcap(packets.iter().map(|(second, bytes)| (second * 1_000_000, bytes.clone())))
}

/// A SYN from 192.0.2.`host` to 198.51.100.7.
fn syn(host: u8, port: u16, ip_id: u16) -> Vec<u8> {
    capture::identified(capture::syn([192, 0, 2, host].into(), [198, 51, 100, 7].into(), port), ip_id)
}

struct Desk {
    place: Observatory,
    folder: PathBuf,
}

impl Desk {
    fn of(bench: &Bench) -> Self {
        let folder = bench.folder.path().join("packets");
        Self {
            place: Observatory { ledger: bench.ledger.clone(), folder: Folder::open(&folder).expect("a folder"), geography: std::sync::Arc::default() },
            folder: bench.folder.path().into(),
        }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    async fn import(&self, sensor: &str, path: &Path) -> Outcome {
        service::import(&self.place, &ROOT, sensor, path, Box::new(Silent)).await.expect("imported")
    }

    async fn top(&self, by: top::By) -> Vec<(String, u64, u64)> {
        self.ranking(by, DAY - 86_400, DAY + 10 * 86_400).await.rows.into_iter().map(|row| (row.key, row.packets, row.sources.unwrap())).collect()
    }

    async fn ranking(&self, by: top::By, from: i64, to: i64) -> top::Ranking {
        let question = top::Question { by, selection: Selection::default(), from: Moment(from * 1_000_000), to: Moment(to * 1_000_000), limit: 100 };
        top::top(&self.place, &ROOT, here(&Zone::named("Asia/Tokyo").expect("a zone"), &Home::default()), &question).await.expect("a ranking")
    }

    /// Names of published and of staged files.
    fn files(&self) -> (usize, usize) {
        let mut names = Vec::new();
        for day in std::fs::read_dir(self.folder.join("packets")).expect("a folder") {
            names.extend(std::fs::read_dir(day.unwrap().path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()));
        }
        let staged = names.iter().filter(|name| name.ends_with(".staged")).count();
        (names.len() - staged, staged)
    }
}

fn some(list: &[(&str, u64, u64)]) -> Vec<(String, u64, u64)> {
    list.iter().map(|(key, packets, sources)| ((*key).to_owned(), *packets, *sources)).collect()
}

on_both_databases! {
    migrations = migrations();

    async fn every_packet_is_counted_and_none_twice(bench) {
        let desk = Desk::of(&bench);
        // The last is cut within its header, the one before is none of IP.
        let packets =
            [(DAY, syn(1, 23, 54_321)), (DAY + 60, syn(2, 23, 7)), (DAY + 86_400, syn(1, 445, 7)), (DAY + 86_401, vec![0x50; 20]), (DAY + 86_402, syn(1, 445, 7)[..22].to_vec())];
        let file = desk.file("a.pcap", &pcap(&packets));
        let outcome = desk.import("north", &file).await;
        assert_eq!((outcome.packets, outcome.stored, outcome.not_ip, outcome.truncated, outcome.malformed), (5, 3, 0, 1, 1), "{outcome:?}");
        assert_eq!((outcome.first.as_deref(), outcome.last.as_deref()), (Some("2024-03-10T00:00:00Z"), Some("2024-03-11T00:00:02Z")));
        assert_eq!(outcome.malformed_reasons.values().sum::<u64>(), 1);
        assert_eq!(desk.files(), (2, 0), "a file for each day");
        let expected = some(&[("tcp/23", 2, 2), ("tcp/445", 1, 1)]);
        assert_eq!(desk.top(top::By::Port).await, expected);
        // The same bytes again, by another name, change nothing; for another sensor they count.
        let again = desk.import("north", &desk.file("b.pcap", &pcap(&packets))).await;
        assert_eq!((again.packets, again.already_seen), (0, 1));
        assert_eq!((desk.top(top::By::Port).await, desk.files()), (expected, (2, 0)));
        desk.import("south", &file).await;
        assert_eq!(desk.top(top::By::Port).await, some(&[("tcp/23", 4, 2), ("tcp/445", 2, 1)]));
        assert_eq!(desk.top(top::By::Sensor).await, some(&[("north", 3, 2), ("south", 3, 2)]));
        assert_eq!(desk.top(top::By::Source).await, some(&[("192.0.2.1", 4, 1), ("192.0.2.2", 2, 1)]));
        assert_eq!(desk.top(top::By::Tool).await, some(&[("unknown", 4, 2), ("zmap", 2, 1)]));
        assert_eq!(desk.top(top::By::Country).await, some(&[("unknown", 6, 2)]));
        let captures = bench.ledger.number(Sql::new("SELECT count(*) AS n FROM observation_capture")).await.expect("a number");
        let audited = bench.ledger.number(Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE action LIKE 'observation.%'")).await.expect("a number");
        assert_eq!((captures, audited), (2, 4), "two sensors, two captures");
    }

    async fn what_one_sensor_saw_is_not_public_before_it_is_added_up_either(bench) {
        let desk = Desk::of(&bench);
        let (zone, home) = (Zone::named("Asia/Tokyo").expect("a zone"), Home::default());
        let begin = DAY - 9 * 3_600;
        let window = Window { from: Moment(begin * 1_000_000), to: Moment((begin + 86_400) * 1_000_000) };
        for name in ["north", "south", "west"] {
            registry::enter(&bench.ledger, &ROOT, name, &Site { country: "JP".into(), ..Site::default() }).await.expect("entered");
            let packets: Vec<_> = (0..200).map(|number| (begin + number * 434, syn(1, 23, 7))).collect();
            desk.import(name, &desk.file(&format!("{name}.pcap"), &pcap(&packets))).await;
        }
        let ground = Ground { place: &desk.place, zone: &zone, home: &home, rule: Rule { least_sensors: 3 } };
        let public = async || public::ranking(ground, Of::Services, window, 10).await;
        let probe = async |name: &str, packets: i64| {
            let packets: Vec<_> = (0..packets).map(|number| (DAY + number, syn(2, 2_050, 7))).collect();
            desk.import("north", &desk.file(name, &pcap(&packets))).await;
        };
        let is_waiting = |told: Result<_, ObservationError>| matches!(told, Err(ObservationError::Refused(reason)) if reason.key == "public-sums");
        assert!(is_waiting(public().await), "few sums would look like silence");
        rollup::catch_up(&desk.place, &zone).await.expect("added");
        let told = public().await.expect("told").expect("enough sensors");
        assert_eq!((told.sensors, told.rows.len(), told.rows[0].key.as_str(), told.rows[0].share), (3, 1, "tcp/23", 1.0));
        // One in a hundred and less is left out until it is added up; then it is what one sensor saw.
        probe("few.pcap", 5).await;
        assert_eq!(public().await.expect("told").as_ref(), Ok(&told));
        probe("many.pcap", 50).await;
        assert!(is_waiting(public().await));
        rollup::catch_up(&desk.place, &zone).await.expect("added");
        assert_eq!(public().await.expect("told").as_ref(), Ok(&told), "neither its row nor a share");
        let line = public::series(ground, Of::Services, "tcp/2050", window, Step::Day).await.expect("a line");
        assert_eq!(line.iter().map(|point| point.per_sensor_day).collect::<Vec<_>>(), [Some(0.0)]);
    }

    async fn what_is_of_the_future_was_not_seen(bench) {
        let desk = Desk::of(&bench);
        // The last second that this format can tell is of 2106.
        let file = desk.file("future.pcap", &pcap(&[(DAY, syn(1, 23, 1)), (i64::from(u32::MAX), syn(2, 23, 1))]));
        let outcome = desk.import("north", &file).await;
        assert_eq!((outcome.packets, outcome.stored, outcome.malformed), (2, 1, 1));
        let watched = bench.ledger.number(Sql::new("SELECT max(to_at) AS n FROM observation_watch")).await.expect("a number");
        assert_eq!(watched, DAY * 1_000_000 + 1, "nobody watched until then");
    }

    async fn averages_divide_by_the_sensors_that_watched(bench) {
        let desk = Desk::of(&bench);
        // North watches two hours, south the second of them.
        let hour = |from: i64, host: u8| -> Vec<(i64, Vec<u8>)> { (0..=60).map(|minute| (from + minute * 60, syn(host, 22, 7))).collect() };
        let mut north = hour(DAY, 1);
        north.extend(hour(DAY + 3_600, 1).into_iter().skip(1));
        desk.import("north", &desk.file("north.pcap", &pcap(&north))).await;
        desk.import("south", &desk.file("south.pcap", &pcap(&hour(DAY + 3_600, 2)))).await;
        let ranking = desk.ranking(top::By::Port, DAY, DAY + 7_200).await;
        assert!((ranking.sensors_watching - 1.5).abs() < 1e-6, "{ranking:?}");
        let wide = desk.ranking(top::By::Port, DAY - 864_000, DAY + 864_000).await;
        assert!((wide.sensors_watching - 1.5).abs() < 1e-3, "what nobody watched changes no average: {wide:?}");
        let (from, to) = (Moment(DAY * 1_000_000), Moment((DAY + 4 * 3_600) * 1_000_000));
        let question = series::Question { selection: Selection::of(parse_service("tcp/22").unwrap()), from, to, bucket: series::Bucket::Hour };
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let series = series::series(&desk.place, &ROOT, here(&zone, &Home::default()), &question).await.expect("a series");
        let rows: Vec<_> = series.rows.iter().map(|row| (row.packets, row.sources, (row.sensors_watching * 100.0).round() / 100.0)).collect();
        assert_eq!(rows, [(Some(60), Some(1), 1.0), (Some(120), Some(2), 2.0), (Some(2), Some(2), 0.0), (None, None, 0.0)]);
        assert_eq!(series.rows[3].average_per_sensor, None, "what was not watched is never zero");
        let other = series::Question { selection: Selection::of(parse_service("udp/53").unwrap()), ..question };
        assert_eq!(series::series(&desk.place, &ROOT, here(&zone, &Home::default()), &other).await.expect("a series").rows[0].packets, Some(0), "watched, and nothing came");
    }

    async fn what_breaks_off_is_kept_and_told(bench) {
        let desk = Desk::of(&bench);
        let mut bytes = pcap(&[(DAY, syn(1, 23, 7)), (DAY + 1, syn(2, 23, 7))]);
        bytes.truncate(bytes.len() - 5);
        let outcome = desk.import("north", &desk.file("cut.pcap", &bytes)).await;
        assert_eq!((outcome.packets, outcome.stored, outcome.reasons.len()), (1, 1, 1), "{outcome:?}");
        assert!(outcome.reasons[0].r#where.starts_with("byte "), "{:?}", outcome.reasons);
        for (name, bytes) in [("empty", &b""[..]), ("text", b"date,URL\n"), ("gzip", b"\x1f\x8b\x08\x00junk")] {
            let refused = service::import(&desk.place, &ROOT, "north", &desk.file(name, bytes), Box::new(Silent)).await;
            assert!(matches!(&refused, Err(ObservationError::Refused(why)) if !why.text.ja.is_empty()), "{name}: {refused:?}");
        }
        // Days without end: memory stays bounded, and every packet is counted.
        let days: Vec<_> = (0..40).map(|day| (DAY + day * 86_400, syn(1, 80, 7))).chain((0..40).map(|day| (DAY + day * 86_400 + 1, syn(1, 80, 7)))).collect();
        assert_eq!(desk.import("jumps", &desk.file("days.pcap", &pcap(&days))).await.stored, 80);
        assert_eq!(desk.ranking(top::By::Sensor, DAY, DAY + 50 * 86_400).await.rows.first().map(|row| (row.key.clone(), row.packets)), Some(("jumps".into(), 80)));
        assert!(matches!(service::import(&desk.place, &ROOT, " ", &desk.file("c.pcap", &pcap(&[])), Box::new(Silent)).await, Err(ObservationError::Refused(_))));
    }

    async fn what_a_crash_leaves_is_put_right(bench) {
        let desk = Desk::of(&bench);
        let file = desk.file("a.pcap", &pcap(&[(DAY, syn(1, 23, 7))]));
        desk.import("north", &file).await;
        // Committed and not published: it counts, and the next import publishes it.
        let day = desk.folder.join("packets/day=2024-03-10");
        let published = std::fs::read_dir(&day).unwrap().next().unwrap().unwrap().path();
        std::fs::rename(&published, format!("{}.staged", published.display())).unwrap();
        assert_eq!((desk.files(), desk.top(top::By::Port).await), ((0, 1), some(&[("tcp/23", 1, 1)])));
        // Staged and never committed: it does not count.
        std::fs::copy(format!("{}.staged", published.display()), day.join("0123.parquet.staged")).unwrap();
        desk.import("north", &desk.file("b.pcap", &pcap(&[(DAY, syn(1, 24, 7))]))).await;
        assert_eq!(desk.files(), (2, 1), "a young left-over may be another's work");
        assert_eq!(desk.top(top::By::Port).await, some(&[("tcp/23", 1, 1), ("tcp/24", 1, 1)]));
    }

    async fn roles_decide_who_brings_in_and_who_looks(bench) {
        let desk = Desk::of(&bench);
        let file = desk.file("a.pcap", &pcap(&[(DAY, syn(1, 23, 7))]));
        for role in Role::ALL {
            let imported = service::import(&desk.place, &actor(role), "north", &file, Box::new(Silent)).await;
            assert_eq!(imported.is_ok(), matches!(role, Role::Analyst | Role::Administrator), "{role:?}: {imported:?}");
            let question = top::Question { by: top::By::Port, selection: Selection::default(), from: Moment(0), to: Moment(DAY * 2_000_000), limit: 1 };
            let (zone, home) = (Zone::named("Asia/Tokyo").expect("a zone"), Home::default());
            assert!(top::top(&desk.place, &actor(role), here(&zone, &home), &question).await.is_ok(), "{role:?}");
            assert!(matches!(top::top(&desk.place, &Actor::Anonymous, here(&zone, &home), &question).await, Err(ObservationError::Forbidden(_))));
        }
    }
}
