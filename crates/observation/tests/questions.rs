//! What is asked is answered by sums as a recount of every packet would answer it; on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use jiff::civil;
use noroshi_directory::organisation::Home;
use noroshi_kernel::{
    access::Actor,
    moment::{Moment, Zone},
};
use noroshi_lake::{
    folder::Folder,
    packets::{Country, Kind, Service, Tool},
};
use noroshi_ledger::migration::Migration;
use noroshi_observation::{
    MIGRATIONS, Observatory, Sensor,
    ask::{Selection, Standpoint},
    parse_service,
    rollup::named,
    series,
    service::{
        history::{Group, History, take_over},
        registry::{self, Site},
    },
    service_key, sources,
    top::{self, By},
    watch::Watch,
};
use noroshi_testkit::{Bench, on_both_databases};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

const ROOT: Actor = Actor::Platform;
const HOUR_US: i64 = 3_600_000_000;
/// Days that are told, over two ends of months.
const DAYS: i64 = 45;
const SERVICES: [&str; 7] = ["tcp/22", "tcp/445", "udp/53", "icmp/8", "icmp/0", "tcp/40001", "tcp/40002"];
const PLACES: [(&str, &str, &str); 3] = [("north", "JP", "Hokkaido"), ("south", "JP", "Kyushu"), ("far", "US", "Oregon")];

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, MIGRATIONS].concat()
}

fn zone() -> Zone {
    Zone::named("Asia/Tokyo").unwrap()
}

/// Midnight in Tokyo, so many days after 2024-01-20.
fn midnight(day: i64) -> Moment {
    zone().moment(civil::date(2024, 1, 20).at(0, 0, 0, 0)).map(|begin| Moment(begin.0 + day * Moment::DAY_US)).unwrap()
}

fn country(text: &str) -> Option<Country> {
    Country::new(text.as_bytes().try_into().ok()?)
}

/// Packets: hour since the begin, last byte of the source, service, country, tool, and how many each sensor saw.
fn groups() -> impl Strategy<Value = Vec<Group>> {
    let group =
        (0..DAYS * 24, 0_u8..30, prop::sample::select(&SERVICES[..]), prop::sample::select(&["JP", "US", "CN", ""][..]), any::<bool>(), [0_u64..4, 0..4, 0..4]);
    prop::collection::vec(group, 1..200).prop_map(|groups| {
        let made = |(hour, host, service, of, zmap, seen): (i64, u8, &str, &str, bool, [u64; 3])| Group {
            at: Moment(midnight(0).0 + hour * HOUR_US + 7),
            source: Ipv4Addr::new(192, 0, 2, host).into(),
            service: parse_service(service).unwrap(),
            country: country(of),
            tool: if zmap { Tool::Zmap } else { Tool::Unknown },
            kind: Kind::Scan,
            sensors: (1..).zip(seen).filter(|(_, packets)| *packets > 0).collect(),
        };
        groups.into_iter().map(made).filter(|group| !group.sensors.is_empty()).collect()
    })
}

struct Desk {
    place: Observatory,
    _folder: tempfile::TempDir,
    sensors: Vec<Sensor>,
}

impl Desk {
    /// Sensors that watched from the second day on, and what they saw.
    async fn of(bench: &Bench, groups: &[Group]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Observatory { ledger: bench.ledger.clone(), folder: Folder::open(folder.path().join("packets")).unwrap(), geography: Arc::default() };
        let mut sensors = Vec::new();
        for (name, country, region) in PLACES {
            let site = Site { country: country.into(), region: region.into(), ..Site::default() };
            sensors.push(registry::enter(&bench.ledger, &ROOT, name, &site).await.unwrap());
        }
        let mut days: BTreeMap<i64, Vec<Group>> = BTreeMap::new();
        groups.iter().for_each(|group| days.entry((group.at.0 - midnight(0).0).div_euclid(Moment::DAY_US)).or_default().push(group.clone()));
        let watched = sensors.iter().map(|sensor| Watch { sensor: sensor.id, from: midnight(1).0, to: midnight(DAYS).0 }).collect();
        let history = History { until: midnight(DAYS), watched, days: days.into_values() };
        take_over(&bench.ledger, &ROOT, &zone(), history).await.unwrap();
        Self { place, _folder: folder, sensors }
    }

    async fn top(&self, by: By, selection: &Selection, (from, to): (i64, i64), limit: usize) -> top::Ranking {
        let question = top::Question { by, selection: selection.clone(), from: midnight(from), to: midnight(to), limit };
        top::top(&self.place, &ROOT, Standpoint { zone: &zone(), home: &Home::default() }, &question).await.unwrap()
    }

    async fn series(&self, selection: &Selection, (from, to): (i64, i64), bucket: series::Bucket) -> Vec<series::Row> {
        let question = series::Question { selection: selection.clone(), from: midnight(from), to: midnight(to), bucket };
        series::series(&self.place, &ROOT, Standpoint { zone: &zone(), home: &Home::default() }, &question).await.unwrap().rows
    }
}

fn selection(fields: &[(&str, &str)]) -> Selection {
    let mut selection = Selection::default();
    fields.iter().for_each(|(field, text)| assert!(selection.take(field, text).unwrap()));
    selection
}

/// The packets of a group that fit, by sensor; by the texts of a selection, so that nothing of how it is answered is used.
fn fitting(group: &Group, fields: &[(&str, &str)]) -> Vec<(u32, u64)> {
    let key = service_key(group.service);
    let of = group.country.as_ref().map_or("unknown", Country::as_str);
    let fits = fields.iter().all(|(field, text)| match (*field, *text) {
        ("port", "icmp") => key.starts_with("icmp/"),
        ("port", port) => key == port,
        ("country", "home") => of == "JP",
        ("country", "abroad") => of != "JP",
        ("country", text) => of == text,
        ("tool", tool) => group.tool.key() == tool,
        ("sensors", _) => true,
        other => panic!("{other:?}"),
    });
    let sees = |number: u32| {
        let (name, country, region) = PLACES[number as usize - 1];
        fields.iter().all(|(field, text)| {
            *field != "sensors"
                || *text == name
                || (*text == "home") == (country == "JP") && ["home", "abroad"].contains(text)
                || text.strip_prefix("region:") == Some(region)
        })
    };
    group.sensors.iter().copied().filter(|(number, _)| fits && sees(*number)).collect()
}

type Sums = BTreeMap<String, (u64, BTreeSet<IpAddr>)>;

fn recounted(groups: &[Group], by: By, fields: &[(&str, &str)], (from, to): (i64, i64)) -> Sums {
    let mut sums = Sums::new();
    for group in groups.iter().filter(|group| midnight(from) <= group.at && group.at < midnight(to)) {
        for (number, packets) in fitting(group, fields) {
            let key = match by {
                By::Port => service_key(group.service),
                By::Country => group.country.as_ref().map_or("unknown", Country::as_str).to_owned(),
                By::Sensor => PLACES[number as usize - 1].0.to_owned(),
                By::Tool => group.tool.key().to_owned(),
                By::Source | By::Network => unreachable!("not of sums"),
            };
            let (sum, sources) = sums.entry(key).or_default();
            *sum += packets;
            sources.insert(group.source);
        }
    }
    sums
}

/// What sums can answer.
const RANKED: [(By, &[(&str, &str)]); 21] = [
    (By::Port, &[]),
    (By::Country, &[]),
    (By::Sensor, &[]),
    (By::Tool, &[]),
    (By::Port, &[("sensors", "home")]),
    (By::Country, &[("sensors", "abroad")]),
    (By::Tool, &[("sensors", "region:Kyushu")]),
    (By::Sensor, &[("sensors", "home")]),
    (By::Port, &[("sensors", "north")]),
    (By::Port, &[("country", "JP")]),
    (By::Port, &[("country", "home")]),
    (By::Port, &[("country", "abroad")]),
    (By::Port, &[("country", "unknown"), ("sensors", "home")]),
    (By::Country, &[("port", "tcp/22")]),
    (By::Country, &[("port", "icmp/8"), ("sensors", "far")]),
    (By::Sensor, &[("port", "tcp/40001")]),
    (By::Sensor, &[("port", "tcp/445"), ("sensors", "home")]),
    (By::Sensor, &[("country", "CN")]),
    (By::Sensor, &[("tool", "zmap")]),
    (By::Sensor, &[("port", "udp/53"), ("country", "US")]),
    (By::Country, &[("port", "udp/53"), ("sensors", "home")]),
];

/// Only services with a name are told apart by country.
fn are_told(groups: &[Group], by: By, fields: &[(&str, &str)]) -> Vec<Group> {
    let by_country = by == By::Port && fields.iter().any(|(field, _)| *field == "country");
    groups.iter().filter(|group| !by_country || named::is(group.service)).cloned().collect()
}

const DRAWN: [&[(&str, &str)]; 17] = [
    &[],
    &[("sensors", "home")],
    &[("sensors", "far")],
    &[("port", "tcp/22")],
    &[("port", "tcp/40001")],
    &[("port", "tcp/445"), ("sensors", "abroad")],
    &[("port", "icmp")],
    &[("port", "icmp"), ("sensors", "home")],
    &[("port", "icmp"), ("country", "CN")],
    &[("country", "JP")],
    &[("country", "home")],
    &[("country", "abroad")],
    &[("country", "abroad"), ("sensors", "home")],
    &[("port", "tcp/22"), ("country", "unknown")],
    &[("port", "tcp/22"), ("country", "home"), ("sensors", "north")],
    &[("port", "udp/53"), ("country", "abroad")],
    &[("tool", "zmap"), ("sensors", "home")],
];

fn drawn(groups: &[Group], fields: &[(&str, &str)], edges: &[Moment]) -> Vec<(u64, BTreeSet<IpAddr>)> {
    let sum = |pair: &[Moment]| {
        let within = groups.iter().filter(|group| pair[0] <= group.at && group.at < pair[1]);
        within.fold((0, BTreeSet::new()), |(mut packets, mut sources), group| {
            let seen: u64 = fitting(group, fields).iter().map(|(_, packets)| packets).sum();
            packets += seen;
            sources.extend((seen > 0).then_some(group.source));
            (packets, sources)
        })
    };
    edges.windows(2).map(sum).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_answer_as_packets_would(groups in groups(), from in 1_i64..40, length in 1_i64..45, limit in 1_usize..9) {
        let window = (from, (from + length).min(DAYS));
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let bench = Bench::sqlite(&migrations()).await;
            let desk = Desk::of(&bench, &groups).await;
            for (by, fields) in RANKED {
                let expected = recounted(&are_told(&groups, by, fields), by, fields, window);
                let ranking = desk.top(by, &selection(fields), window, 100).await;
                let rows: BTreeMap<String, u64> = ranking.rows.iter().map(|row| (row.key.clone(), row.packets)).collect();
                assert_eq!(rows, expected.iter().map(|(key, (packets, _))| (key.clone(), *packets)).collect(), "{by:?} {fields:?}");
                assert_eq!(ranking.packets, rows.values().sum::<u64>(), "{by:?} {fields:?}");
                assert!(ranking.packets == 0 || (ranking.rows.iter().map(|row| row.share).sum::<f64>() - 1.0).abs() < 1e-9);
                assert!(ranking.rows.is_sorted_by(|a, b| b.packets <= a.packets), "{by:?} {fields:?}");
                for row in &ranking.rows {
                    assert!(row.sources.is_none_or(|sources| sources == expected[&row.key].1.len() as u64), "{by:?} {fields:?} {row:?}");
                }
                let some = desk.top(by, &selection(fields), window, limit).await;
                assert_eq!((&some.rows[..], some.packets), (&ranking.rows[..limit.min(ranking.rows.len())], ranking.packets), "{by:?} {fields:?}");
            }
            for fields in DRAWN {
                for (bucket, step_us) in [(series::Bucket::Day, Moment::DAY_US), (series::Bucket::Hour, HOUR_US)] {
                    let steps = (midnight(window.1).0 - midnight(window.0).0) / step_us;
                    let edges: Vec<Moment> = (0..=steps).map(|step| Moment(midnight(window.0).0 + step * step_us)).collect();
                    let rows = desk.series(&selection(fields), window, bucket).await;
                    let expected = drawn(&groups, fields, &edges);
                    assert_eq!(rows.len(), expected.len());
                    for (row, (packets, sources)) in rows.iter().zip(expected) {
                        // Below a day not everything has sums; what has none is no zero.
                        let is_told = bucket == series::Bucket::Day || row.packets.is_some();
                        assert!(!is_told || row.packets == Some(packets), "{fields:?} {row:?} {packets}");
                        assert!(row.sources.is_none_or(|told| told == sources.len() as u64), "{fields:?} {row:?}");
                    }
                }
            }
        });
    }
}

on_both_databases! {
    migrations = migrations();

    async fn averages_divide_by_the_sensors_that_are_asked(bench) {
        let group = |day: i64, seen: [u64; 3]| Group {
            at: Moment(midnight(day).0 + HOUR_US),
            source: Ipv4Addr::new(192, 0, 2, 1).into(),
            service: Service::Port { protocol: 6, port: 22 },
            country: country("JP"),
            tool: Tool::Unknown,
            kind: Kind::Scan,
            sensors: (1..).zip(seen).filter(|(_, packets)| *packets > 0).collect(),
        };
        let desk = Desk::of(&bench, &[group(1, [10, 20, 70]), group(2, [0, 30, 40])]).await;
        for (fields, packets, average, per_day) in [(&[][..], 170, 170.0 / 3.0, 170.0 / 6.0), (&[("sensors", "home")], 60, 30.0, 15.0), (&[("sensors", "far")], 110, 110.0, 55.0)] {
            let ranking = desk.top(By::Port, &selection(fields), (1, 3), 10).await;
            let row = &ranking.rows[0];
            assert_eq!((row.packets, row.share), (packets, 1.0));
            assert!((row.average_per_sensor.unwrap() - average).abs() < 1e-9 && (row.per_sensor_day.unwrap() - per_day).abs() < 1e-9, "{fields:?} {row:?}");
        }
        // What one sensor saw, no other could have seen: its own days divide it.
        let by_sensor = desk.top(By::Sensor, &selection(&[]), (1, 3), 10).await;
        let rows: Vec<_> = by_sensor.rows.iter().map(|row| (row.key.as_str(), row.packets, row.average_per_sensor, row.per_sensor_day)).collect();
        assert_eq!(rows, [("far", 110, Some(110.0), Some(55.0)), ("south", 50, Some(50.0), Some(25.0)), ("north", 10, Some(10.0), Some(5.0))]);
        // Weeks and months, and a time in which nobody watched.
        let weeks = desk.series(&selection(&[("port", "tcp/22"), ("sensors", "home")]), (-14, 9), series::Bucket::Week).await;
        assert_eq!(weeks.iter().map(|row| row.packets).collect::<Vec<_>>(), [None, None, Some(30), Some(30)]);
        assert_eq!(weeks[2].at, "2024-01-14T15:00:00Z");
        let months = desk.series(&selection(&[]), (0, DAYS), series::Bucket::Month).await;
        assert_eq!(months.iter().map(|row| row.packets).collect::<Vec<_>>(), [Some(170), Some(0), Some(0)]);
        let home = months[0].per_sensor_day.unwrap();
        assert!((home - 170.0 / (3.0 * 11.0)).abs() < 1e-9, "{home}");
    }

    async fn what_cannot_be_meant_is_refused(bench) {
        let desk = Desk::of(&bench, &[]).await;
        let question = |fields: &[(&str, &str)]| top::Question { by: By::Port, selection: selection(fields), from: midnight(1), to: midnight(2), limit: 1 };
        let standpoint = (zone(), Home::default());
        for fields in [&[("sensors", "nowhere")][..], &[("sensors", "region:Atlantis")]] {
            let refused = top::top(&desk.place, &ROOT, Standpoint { zone: &standpoint.0, home: &standpoint.1 }, &question(fields)).await.unwrap_err();
            assert!(refused.to_string().contains("there is no sensor or region"), "{refused}");
        }
        // Nobody at all is at home: that is an answer.
        assert!(desk.top(By::Port, &selection(&[("sensors", "home")]), (1, 2), 10).await.rows.is_empty());
        assert_eq!(desk.sensors.len(), 3);
        let anonymous = sources::Question { selection: Selection::default(), from: midnight(1), to: midnight(2), limit: 1 };
        let refused = sources::sources(&desk.place, &Actor::Anonymous, Standpoint { zone: &standpoint.0, home: &standpoint.1 }, &anonymous).await;
        assert!(refused.is_err());
    }
}
