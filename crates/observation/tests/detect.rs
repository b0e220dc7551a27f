//! Rises are found in what the rollups hold, kept once, and worked by people; on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use jiff::civil;
use noroshi_directory::organisation::Home;
use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
    language::Bilingual,
    moment::{Moment, Zone},
};
use noroshi_lake::{
    folder::Folder,
    packets::{Country, Kind, Tool},
};
use noroshi_ledger::{LedgerError, Query as _, Sql, audit, migration::Migration, outbox};
use noroshi_observation::{
    MIGRATIONS, ObservationError, Observatory,
    ask::Standpoint,
    parse_service,
    rise::{Kind as RiseKind, State},
    service::{
        self, course,
        detect::{RiseFound, detect, due},
        history::{Group, History, take_over},
        registry::{self, Site},
        rises,
    },
    watch::Watch,
};
use noroshi_testkit::{Bench, capture, on_both_databases};
use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

const ROOT: Actor = Actor::Platform;
const HOUR_US: i64 = 3_600_000_000;
const SENSORS: u32 = 8;
const DAYS: i64 = 62;

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, MIGRATIONS].concat()
}

fn zone() -> Zone {
    Zone::named("Asia/Tokyo").unwrap()
}

fn hour(hours: i64) -> Moment {
    zone().moment(civil::date(2024, 1, 8).at(0, 0, 0, 0)).map(|begin| Moment(begin.0 + hours * HOUR_US)).unwrap()
}

/// `many` sources of an hour, each with a packet to one sensor.
fn sources(day: &mut Vec<Group>, at: i64, service: &str, country: &str, many: i64) {
    for number in 0..many {
        let sensor = u32::try_from((number * 5 + at) % i64::from(SENSORS)).unwrap() + 1;
        let mixed = u32::try_from((at * 1_000 + number) * 7_919 % 60_000).unwrap();
        day.push(Group {
            at: Moment(hour(at).0 + number * 1_000),
            source: Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + mixed).into(),
            service: parse_service(service).unwrap(),
            country: Country::new(country.as_bytes().try_into().unwrap()),
            tool: if service == "tcp/445" { Tool::Unknown } else { Tool::Zmap },
            kind: Kind::Scan,
            sensors: vec![(sensor, 1)],
        });
    }
}

/// Two months of tcp/445, asked for more by day than by night; on the last day four times as much of it, most from one country, tcp/5168 and
/// tcp/40001 for the first time, and one loud source that asks for tcp/22, as it is asked for on every day.
async fn desk(bench: &Bench) -> (Observatory, tempfile::TempDir) {
    desk_of(bench, 1).await
}

/// The same with so many days at the end that are as the last.
async fn desk_of(bench: &Bench, risen: i64) -> (Observatory, tempfile::TempDir) {
    desk_with(bench, risen, |_| 0).await
}

/// The same, with packets of `more` sources to tcp/22 in each hour of a day, by its number.
async fn desk_with(bench: &Bench, risen: i64, more: impl Fn(i64) -> i64) -> (Observatory, tempfile::TempDir) {
    bench.clock.advance_us(hour(DAYS * 24).0 + 20 * 60_000_000 - bench.ledger.now().0);
    let folder = tempfile::tempdir().unwrap();
    let place = Observatory { ledger: bench.ledger.clone(), folder: Folder::open(folder.path()).unwrap(), geography: Arc::default() };
    let mut watched = Vec::new();
    for number in 1..=SENSORS {
        let site = Site { country: "JP".into(), ..Site::default() };
        let sensor = registry::enter(&bench.ledger, &ROOT, &format!("sensor-{number}"), &site).await.unwrap();
        watched.push(Watch { sensor: sensor.id, from: hour(0).0, to: hour(DAYS * 24).0 });
    }
    let mut days = Vec::new();
    for day in 0..DAYS {
        let mut groups = Vec::new();
        for at in day * 24..(day + 1) * 24 {
            let usual = if at % 24 < 8 { 12 } else { 24 } + (at * 7 + day * 3) % 5;
            sources(&mut groups, at, "tcp/445", ["US", "CN"][usize::from(at % 3 == 0)], usual);
            sources(&mut groups, at, "tcp/22", "US", 6 + at % 3);
            sources(&mut groups, at, "tcp/22", "BR", more(day));
            if day >= DAYS - risen {
                sources(&mut groups, at, "tcp/445", "CN", 60);
                sources(&mut groups, at, "tcp/5168", "KR", 3);
                sources(&mut groups, at, "tcp/40001", "KR", 2);
                let loud =
                    Group { source: Ipv4Addr::new(192, 0, 2, 7).into(), sensors: (1..=SENSORS).map(|sensor| (sensor, 90)).collect(), ..groups[0].clone() };
                groups.push(Group { service: parse_service("tcp/22").unwrap(), ..loud });
            }
        }
        days.push(groups);
    }
    take_over(&bench.ledger, &ROOT, &zone(), History { until: hour(DAYS * 24), watched, days: days.into_iter() }).await.unwrap();
    (place, folder)
}

/// A capture of TCP SYNs to port 445: seconds and sources.
fn asking(packets: impl Iterator<Item = (i64, Ipv4Addr)>) -> Vec<u8> {
    capture::pcap(packets.map(|(second, source)| (second * 1_000_000, capture::syn(source, [198, 51, 100, 7].into(), 445))))
}

/// Forty sensors that see tcp/445 once or twice an hour. The packets of the last day are there: at five sensors there are three times as many, and
/// `loud` says whether the same three sources sent what came beyond the usual.
async fn forty_sensors(bench: &Bench, loud: bool) -> (Observatory, tempfile::TempDir) {
    bench.clock.advance_us(hour(DAYS * 24).0 + 20 * 60_000_000 - bench.ledger.now().0);
    let folder = tempfile::tempdir().unwrap();
    let lake = Folder::open(folder.path().join("packets")).unwrap();
    let place = Observatory { ledger: bench.ledger.clone(), folder: lake, geography: Arc::default() };
    let source = |sensor: u32, number: i64| Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + sensor * 1_000 + u32::try_from(number).unwrap());
    let usual = |at: i64, sensor: u32| 1 + (at + i64::from(sensor) + at / 7) % 2;
    let (last, mut watched) = ((DAYS - 1) * 24, Vec::new());
    for number in 1..=40 {
        let site = Site { country: "JP".into(), ..Site::default() };
        let sensor = registry::enter(&bench.ledger, &ROOT, &format!("sensor-{number}"), &site).await.unwrap();
        watched.push(Watch { sensor: sensor.id, from: hour(0).0, to: hour(last).0 });
    }
    let of_hour = move |at: i64| {
        (1..=40_u32).map(move |sensor| Group {
            at: hour(at),
            source: source(sensor, at % 24).into(),
            service: parse_service("tcp/445").unwrap(),
            country: None,
            tool: Tool::Unknown,
            kind: Kind::Scan,
            sensors: vec![(sensor, u64::try_from(usual(at, sensor)).unwrap())],
        })
    };
    let days = (0..DAYS - 1).map(move |day| (day * 24..(day + 1) * 24).flat_map(of_hour).collect());
    take_over(&bench.ledger, &ROOT, &zone(), History { until: hour(last), watched, days }).await.unwrap();
    for sensor in 1..=40_u32 {
        let packets = (last..DAYS * 24).flat_map(|at| {
            let begin = hour(at).0 / 1_000_000;
            let more = if sensor <= 5 { 2 * usual(at, sensor) } else { 0 };
            let usual = (0..usual(at, sensor)).map(move |packet| (begin + packet * 1_795, source(sensor, at % 24)));
            let beyond =
                move |packet: i64| if loud { Ipv4Addr::new(192, 0, 2, u8::try_from(packet % 3).unwrap()) } else { source(100 + sensor, at % 24 * 10 + packet) };
            usual.chain((0..more).map(move |packet| (begin + 1_800 + packet, beyond(packet))))
        });
        let path = folder.path().join("capture.pcap");
        std::fs::write(&path, asking(packets)).unwrap();
        service::import(&place, &ROOT, &format!("sensor-{sensor}"), &path, Box::new(service::Silent)).await.unwrap();
    }
    service::rollup::rollup(&place, &zone()).await.unwrap();
    (place, folder)
}

async fn all(place: &Observatory) -> Vec<rises::Rise> {
    rises::list(&place.ledger, &ROOT, None, 0, 100).await.unwrap().rises
}

on_both_databases! {
    migrations = migrations();

    async fn what_rose_is_found_once_with_its_evidence(bench) {
        let (place, _folder) = desk(&bench).await;
        let (zone, home) = (zone(), Home::default());
        let standpoint = Standpoint { zone: &zone, home: &home };
        let before = detect(&place, standpoint, hour((DAYS - 1) * 24)).await.unwrap();
        assert!(before.found.is_empty() && before.looked_at >= 4 && before.sensors == SENSORS as usize, "{before:?}");
        // Two servers at once, and one of them again: nothing is there twice.
        let (one, other) = tokio::join!(detect(&place, standpoint, hour(DAYS * 24)), detect(&place, standpoint, hour(DAYS * 24)));
        let again = detect(&place, standpoint, hour(DAYS * 24)).await.unwrap();
        assert_eq!((one.unwrap().found.len() + other.unwrap().found.len(), again.found.len(), again.going_on.len()), (3, 0, 3));
        let mut found = all(&place).await;
        found.sort_by(|a, b| a.service.cmp(&b.service));
        let kinds: Vec<_> = found.iter().map(|rise| (rise.service.as_str(), rise.kind, rise.country.as_deref())).collect();
        assert_eq!(kinds, [("tcp/40001", RiseKind::FirstSeen, None), ("tcp/445", RiseKind::Sudden, None), ("tcp/5168", RiseKind::FirstSeen, None)]);
        let of_445 = &found[1];
        assert!(of_445.evidence.ratio() > 3.0 && of_445.evidence.ratio() < 5.0 && of_445.evidence.sensors_rose == 8, "{of_445:?}");
        assert!(of_445.evidence.sources > of_445.evidence.sources_before * 2.0 && of_445.evidence.weeks == 8, "{of_445:?}");
        assert_eq!(of_445.evidence.countries_rose, ["CN"]);
        assert!(of_445.evidence.countries[0].key == "CN" && of_445.evidence.countries[0].share > 0.7, "{of_445:?}");
        assert_eq!((of_445.state, of_445.from, of_445.to), (State::Open, hour((DAYS - 1) * 24).0, hour(DAYS * 24).0));
        let told = Arc::new(Mutex::new(Vec::new()));
        loop {
            let heard = told.clone();
            let listen = move |event: outbox::Event, work| {
                let heard = heard.clone();
                async move {
                    heard.lock().unwrap().push((event.kind.clone(), serde_json::from_str::<RiseFound>(&event.payload).ok()));
                    Ok::<_, LedgerError>(work)
                }
            };
            if !outbox::deliver(&place.ledger, listen).await.unwrap() {
                break;
            }
        }
        let mut services: Vec<String> =
            told.lock().unwrap().iter().filter(|(kind, _)| kind == RiseFound::KIND).filter_map(|(_, told)| Some(told.clone()?.service)).collect();
        services.sort();
        assert_eq!(services, ["tcp/40001", "tcp/445", "tcp/5168"]);
    }

    async fn looking_back_knows_nothing_of_what_came_later(bench) {
        let (place, _folder) = desk_of(&bench, 1).await;
        let (zone, home) = (zone(), Home::default());
        let standpoint = Standpoint { zone: &zone, home: &home };
        // An hour after it began there is no rise yet, although the day's sums hold all of it.
        let early = detect(&place, standpoint, hour((DAYS - 1) * 24 + 1)).await.unwrap();
        assert!(early.looked_at > 0 && all(&place).await.is_empty(), "{:?}", all(&place).await);
        detect(&place, standpoint, hour(DAYS * 24)).await.unwrap();
        assert!(all(&place).await.iter().any(|rise| rise.service == "tcp/445"), "{:?}", all(&place).await);
    }

    async fn a_rise_begins_when_it_began_whenever_one_looks(bench) {
        let (place, _folder) = desk(&bench).await;
        let (zone, home) = (zone(), Home::default());
        let standpoint = Standpoint { zone: &zone, home: &home };
        detect(&place, standpoint, hour((DAYS - 1) * 24 + 9)).await.unwrap();
        let begins: Vec<(String, i64)> = all(&place).await.into_iter().map(|rise| (rise.service, rise.from)).collect();
        assert!(begins.contains(&("tcp/445".into(), hour((DAYS - 1) * 24).0)), "{begins:?}");
        detect(&place, standpoint, hour(DAYS * 24)).await.unwrap();
        for rise in all(&place).await {
            assert_eq!((rise.from, rise.to), (hour((DAYS - 1) * 24).0, hour(DAYS * 24).0), "{rise:?}");
        }
    }

    async fn a_rise_that_is_looked_at_late_is_found_from_its_begin(bench) {
        let (place, _folder) = desk_of(&bench, 10).await;
        let (zone, home) = (zone(), Home::default());
        detect(&place, Standpoint { zone: &zone, home: &home }, hour(DAYS * 24)).await.unwrap();
        let found = all(&place).await;
        let of_445 = found.iter().find(|rise| rise.service == "tcp/445").expect("it is found");
        assert_eq!((of_445.country.as_deref(), of_445.from), (None, hour((DAYS - 10) * 24).0), "{of_445:?}");
    }

    async fn what_comes_after_a_rise_is_another_one(bench) {
        // Two days of it, a week of nothing, two days again; and what was dismissed comes back five times as large while some is left.
        let more = |day: i64| match day - (DAYS - 16) {
            0 | 1 | 9 => 50,
            10 => 400,
            _ => 0,
        };
        let (place, _folder) = desk_with(&bench, 0, more).await;
        let (zone, home) = (zone(), Home::default());
        let standpoint = Standpoint { zone: &zone, home: &home };
        let day = |day: i64| hour((DAYS - 16 + day) * 24);
        let mut told = Vec::new();
        for end in 1..=16 {
            for at in [12, 24] {
                told.extend(detect(&place, standpoint, Moment(day(end - 1).0 + at * HOUR_US)).await.unwrap().found.into_iter().map(|number| (number, end, at)));
            }
            if end == 10 {
                rises::dismiss(&place.ledger, &ROOT, 2, "known research").await.unwrap();
            }
        }
        assert_eq!(told.iter().map(|(number, end, _)| (*number, *end)).collect::<Vec<_>>(), [(1, 1), (2, 10), (3, 11)], "{told:?}");
        let last = |number: i64, until: Moment| {
            let (place, zone, home) = (&place, &zone, &home);
            async move {
                let rise = rises::one(&place.ledger, &ROOT, number).await.unwrap().unwrap();
                let lasted = course::lasted(place, &ROOT, Standpoint { zone, home }, &rise, until).await.unwrap().unwrap();
                (lasted.last, lasted.goes_on, rise.to)
            }
        };
        // By the end of the 24 hours in which something was left, and by days.
        let (of_first, goes_on, to) = last(1, day(16)).await;
        assert_eq!((of_first, goes_on), (day(1), false));
        assert!(to < day(4).0, "the detector ends it, too: {:?}", Moment(to));
        assert_eq!(last(3, day(16)).await.0, day(10));
        // What was known at an earlier time: on the third day nothing of it was left. A day that is not over says nothing.
        assert_eq!((last(1, Moment(day(3).0 - 1)).await.1, last(1, day(3)).await.1, last(1, day(4)).await.1), (true, false, false));
    }

    async fn what_is_over_is_not_told_again(bench) {
        // The sum of some days stays high for days more: of what is over it tells nothing new.
        let more = |day: i64| match day - (DAYS - 16) {
            0..4 => 60,
            7 => 5,
            9 => 4,
            _ => 0,
        };
        let (place, _folder) = desk_with(&bench, 0, more).await;
        let (zone, home) = (zone(), Home::default());
        let mut told = Vec::new();
        for end in (6..=16 * 24).step_by(6) {
            let detected = detect(&place, Standpoint { zone: &zone, home: &home }, hour((DAYS - 16) * 24 + end)).await.unwrap();
            told.extend(detected.found);
        }
        assert_eq!(told, [1], "{:?}", all(&place).await);
    }

    async fn what_was_not_judged_is_due(bench) {
        let (place, _folder) = desk(&bench).await;
        let (zone, home) = (zone(), Home::default());
        let standpoint = Standpoint { zone: &zone, home: &home };
        let judged = due(&place, standpoint).await.unwrap();
        assert_eq!(judged.iter().map(|one| one.at.clone()).collect::<Vec<_>>(), [hour(DAYS * 24).rfc3339()]);
        assert_eq!((judged[0].found.len(), due(&place, standpoint).await.unwrap().len()), (3, 0));
        assert_eq!(rises::judged_until(&place.ledger).await.unwrap(), Some(hour(DAYS * 24)));
    }

    async fn a_rise_of_five_sensors_of_forty_is_one_where_packets_are_there(bench) {
        let (place, _folder) = forty_sensors(&bench, false).await;
        let (zone, home) = (zone(), Home::default());
        let detected = detect(&place, Standpoint { zone: &zone, home: &home }, hour(DAYS * 24)).await.unwrap();
        assert_eq!((detected.found.len(), detected.sensors), (1, 40), "{detected:?}");
        let found = all(&place).await;
        let evidence = &found[0].evidence;
        assert!(evidence.ratio() > 2.0 && evidence.ratio() < 4.0 && evidence.sensors_rose == 5 && evidence.at_sensors == [1, 2, 3, 4, 5], "{evidence:?}");
        assert!(evidence.countries.is_empty() && evidence.loudest.is_some_and(|part| part < 0.1), "{evidence:?}");
    }

    async fn a_few_loud_sources_at_five_sensors_of_forty_are_none(bench) {
        let (place, _folder) = forty_sensors(&bench, true).await;
        let (zone, home) = (zone(), Home::default());
        let detected = detect(&place, Standpoint { zone: &zone, home: &home }, hour(DAYS * 24)).await.unwrap();
        assert_eq!((detected.found, detected.looked_at, detected.sensors), (vec![], 2, 40));
    }

    async fn people_say_what_a_rise_is(bench) {
        let (place, _folder) = desk(&bench).await;
        let (zone, home) = (zone(), Home::default());
        detect(&place, Standpoint { zone: &zone, home: &home }, hour(DAYS * 24)).await.unwrap();
        let person = |role| Actor::Account { id: AccountId(1), name: "someone".into(), roles: vec![role] };
        let (analyst, handler, ledger) = (person(Role::Analyst), person(Role::Handler), &place.ledger);
        let text = |ja: &str, en: &str| Bilingual { ja: ja.into(), en: en.into() };
        let refused = |outcome: Result<(), ObservationError>| match outcome {
            Err(ObservationError::Refused(reason)) => reason.key.into_owned(),
            other => panic!("{other:?}"),
        };
        assert!(matches!(rises::explain(ledger, &handler, 1, &text("a", "a")).await, Err(ObservationError::Forbidden(_))));
        assert_eq!(refused(rises::explain(ledger, &analyst, 9, &text("ある", "some")).await), "no-rise");
        assert_eq!(refused(rises::explain(ledger, &analyst, 1, &text(" ", "")).await), "rise-unexplained");
        assert_eq!(refused(rises::explain(ledger, &analyst, 1, &text(&"あ".repeat(2_001), "")).await), "rise-text");
        assert_eq!(refused(rises::publish(ledger, &analyst, 1).await), "rise-state");
        rises::explain(ledger, &analyst, 1, &text("ワームです。", "")).await.unwrap();
        assert_eq!(refused(rises::publish(ledger, &analyst, 1).await), "rise-one-language");
        rises::explain(ledger, &analyst, 1, &text("ワームです。", "A worm of 192.0.2[.]9.")).await.unwrap();
        assert_eq!(refused(rises::publish(ledger, &analyst, 1).await), "rise-tells-address");
        let sensor = registry::list(ledger, &ROOT).await.unwrap().remove(0).name;
        rises::explain(ledger, &analyst, 1, &text(&format!("{sensor} で見た"), "A worm.")).await.unwrap();
        assert_eq!(refused(rises::publish(ledger, &analyst, 1).await), "rise-tells-sensor");
        rises::explain(ledger, &analyst, 1, &text("ワームです。", "A worm.")).await.unwrap();
        rises::publish(ledger, &analyst, 1).await.unwrap();
        // What is published stays told in both languages.
        assert_eq!(refused(rises::explain(ledger, &analyst, 1, &text("", "A worm.")).await), "rise-one-language");
        assert_eq!(refused(rises::dismiss(ledger, &analyst, 1, "nothing").await), "rise-state");
        assert_eq!(refused(rises::dismiss(ledger, &analyst, 2, "").await), "rise-no-reason");
        rises::dismiss(ledger, &analyst, 2, "a test of ours").await.unwrap();
        let states = |page: rises::Page| page.rises.iter().map(|rise| (rise.number, rise.state)).collect::<Vec<_>>();
        let listed = rises::list(ledger, &handler, None, 0, 10).await.unwrap();
        assert_eq!((listed.all, states(listed)), (3, vec![(3, State::Open), (2, State::Dismissed), (1, State::Published)]));
        assert_eq!(states(rises::list(ledger, &handler, Some(State::Dismissed), 0, 10).await.unwrap()), [(2, State::Dismissed)]);
        assert_eq!(rises::one(ledger, &handler, 2).await.unwrap().unwrap().reason, "a test of ours");
        // One that was dismissed is not found anew while it lasts.
        assert!(detect(&place, Standpoint { zone: &zone, home: &home }, hour(DAYS * 24)).await.unwrap().found.is_empty());
        rises::reopen(ledger, &analyst, 2).await.unwrap();
        rises::reopen(ledger, &analyst, 1).await.unwrap();
        let first = rises::one(ledger, &handler, 1).await.unwrap().unwrap();
        assert_eq!((first.state, first.explanation.en.as_str(), rises::open(ledger).await.unwrap()), (State::Open, "A worm.", 3));
        let actions: Vec<String> = audit::of_subject(ledger, first.id, 20).await.unwrap().into_iter().map(|row| row.action).collect();
        assert_eq!(actions.len(), 7, "{actions:?}");
        assert_eq!(ledger.number(Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE actor = 'someone'")).await.unwrap(), 8);
    }
}
