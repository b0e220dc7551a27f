//! Sources at home that scan are told once for as long as they go on, and known research never is; on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::organisation::Home;
use noroshi_kernel::{
    access::Actor,
    moment::{Moment, Zone},
};
use noroshi_lake::{folder::Folder, packets::Country};
use noroshi_ledger::migration::Migration;
use noroshi_observation::{
    MIGRATIONS, Observatory,
    ask::Standpoint,
    geography::Geography,
    service::{
        self, Silent, researchers,
        scanners::{self, ScannerSeen, Threshold, seek},
    },
};
use noroshi_testkit::{Bench, capture, on_both_databases};
use std::{net::Ipv4Addr, sync::Arc};

const ROOT: Actor = Actor::Platform;
/// Midnight UTC of 2024-03-10.
const DAY: i64 = 1_710_028_800;
const HOUR: i64 = 3_600;
const THRESHOLD: Threshold = Threshold { packets: 20, sensors: 2 };
/// From 192.0.2.0/25 on is home, the rest of it is abroad.
const SCANNER: u8 = 1;
const OTHER_SCANNER: u8 = 2;
const RESEARCHER: u8 = 20;
const ONE_SENSOR_ALONE: u8 = 3;
const QUIET: u8 = 4;
const ABROAD: u8 = 200;

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, MIGRATIONS].concat()
}

/// `packets` SYNs to port 22 from 192.0.2.`host`, ten seconds apart.
fn scan(host: u8, from: i64, packets: i64) -> impl Iterator<Item = (i64, Vec<u8>)> {
    let syn = capture::syn([192, 0, 2, host].into(), [198, 51, 100, 7].into(), 22);
    (0..packets).map(move |packet| ((from + packet * 10) * 1_000_000, syn.clone()))
}

struct Desk {
    place: Observatory,
    folder: tempfile::TempDir,
}

impl Desk {
    fn of(bench: &Bench) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let half = |first: u8, last: u8, country: [u8; 2]| {
            (Ipv4Addr::new(192, 0, 2, first).into(), Ipv4Addr::new(192, 0, 2, last).into(), Country::new(country).unwrap())
        };
        let geography = Arc::new(Geography::of_ranges("of a test", [half(0, 127, *b"JP"), half(128, 255, *b"US")]));
        let lake = Folder::open(folder.path().join("packets")).unwrap();
        Self { place: Observatory { ledger: bench.ledger.clone(), folder: lake, geography }, folder }
    }

    async fn import(&self, sensor: &str, packets: impl Iterator<Item = (i64, Vec<u8>)>) {
        let path = self.folder.path().join(format!("{sensor}.pcap"));
        std::fs::write(&path, capture::pcap(packets)).unwrap();
        service::import(&self.place, &ROOT, sensor, &path, Box::new(Silent)).await.unwrap();
    }

    async fn both(&self, host: u8, from: i64) {
        self.import("north", scan(host, from, 15)).await;
        self.import("south", scan(host, from + 1, 15)).await;
    }

    async fn seek(&self, at: i64) -> Vec<ScannerSeen> {
        let (zone, home) = (Zone::named("Asia/Tokyo").unwrap(), Home::default());
        let mut seen = seek(&self.place, Standpoint { zone: &zone, home: &home }, THRESHOLD, Moment(at * 1_000_000)).await.unwrap();
        seen.sort_by_key(|seen| seen.source);
        seen
    }
}

fn hosts(seen: &[ScannerSeen]) -> Vec<String> {
    seen.iter().map(|seen| seen.source.to_string()).collect()
}

on_both_databases! {
    migrations = migrations();

    async fn who_scans_from_home_is_told_once_for_as_long_as_it_goes_on(bench) {
        let desk = Desk::of(&bench);
        researchers::add(&bench.ledger, &ROOT, "192.0.2.16/28", "Research of a university").await.unwrap();
        for host in [SCANNER, RESEARCHER, ABROAD] {
            desk.both(host, DAY).await;
        }
        desk.import("north", scan(ONE_SENSOR_ALONE, DAY, 60).chain(scan(QUIET, DAY, 5))).await;
        desk.import("south", scan(QUIET, DAY, 5)).await;
        let seen = desk.seek(DAY + HOUR).await;
        assert_eq!(hosts(&seen), ["192.0.2.1"], "neither research nor abroad, nor what one sensor alone saw, nor what is below the threshold");
        let first = seen.first().unwrap();
        assert_eq!((first.country.as_str(), first.packets, first.sensors, first.services, first.most.as_slice()), ("JP", 30, 2, 1, &["tcp/22".to_owned()][..]));
        assert_eq!((first.first.as_str(), first.last.as_str()), ("2024-03-10T00:00:00Z", "2024-03-10T00:02:21Z"));

        assert_eq!(hosts(&desk.seek(DAY + HOUR).await), [""; 0], "the same 24 hours again");
        desk.both(SCANNER, DAY + 20 * HOUR).await;
        desk.both(OTHER_SCANNER, DAY + 20 * HOUR).await;
        assert_eq!(hosts(&desk.seek(DAY + 21 * HOUR).await), ["192.0.2.2"], "one goes on, another began");
        desk.both(SCANNER, DAY + 40 * HOUR).await;
        assert_eq!(hosts(&desk.seek(DAY + 41 * HOUR).await), [""; 0], "it still goes on");

        // Silent for a day and more.
        desk.both(SCANNER, DAY + 100 * HOUR).await;
        assert_eq!(hosts(&desk.seek(DAY + 101 * HOUR).await), ["192.0.2.1"], "another scan of the same source");
    }

    async fn a_day_without_sensors_tells_nothing(bench) {
        assert!(Desk::of(&bench).seek(DAY).await.is_empty());
    }

    async fn two_servers_that_look_at_once_tell_it_once(bench) {
        let desk = Desk::of(&bench);
        desk.both(SCANNER, DAY).await;
        let (one, other) = tokio::join!(desk.seek(DAY + HOUR), desk.seek(DAY + HOUR));
        assert_eq!(hosts(&[one, other].concat()), ["192.0.2.1"]);
    }

    async fn research_that_is_known_later_or_no_longer_is_heeded(bench) {
        let desk = Desk::of(&bench);
        assert!(researchers::add(&bench.ledger, &ROOT, "192.0.2.300/24", "x").await.is_err());
        assert!(researchers::add(&bench.ledger, &ROOT, "192.0.2.0/24", " ").await.is_err());
        for wide in ["0.0.0.0/0", "192.0.0.0/15", "::/0", "2001:db8::/31"] {
            assert!(researchers::add(&bench.ledger, &ROOT, wide, "Everybody").await.is_err(), "{wide}");
        }
        researchers::add(&bench.ledger, &ROOT, "192.0.2.0/24", "All of it").await.unwrap();
        desk.both(SCANNER, DAY).await;
        assert!(desk.seek(DAY + HOUR).await.is_empty());
        researchers::remove(&bench.ledger, &ROOT, "192.0.2.0/24").await.unwrap();
        assert_eq!(hosts(&desk.seek(DAY + HOUR).await), ["192.0.2.1"], "what was left out was not taken for told");
    }

    async fn what_a_server_missed_and_what_came_late_is_told(bench) {
        let desk = Desk::of(&bench);
        let (zone, home) = (Zone::named("UTC").unwrap(), Home::default());
        let standpoint = Standpoint { zone: &zone, home: &home };
        // Ten minutes after 05:00, so that the hour is settled.
        bench.clock.advance_us((DAY + 5 * HOUR + 601) * 1_000_000 - bench.ledger.now().0);
        let due = async || {
            let mut seen = scanners::due(&desk.place, standpoint, THRESHOLD).await.unwrap();
            seen.sort_by_key(|seen| seen.source);
            hosts(&seen)
        };
        desk.both(SCANNER, DAY + 4 * HOUR).await;
        assert_eq!(due().await, ["192.0.2.1"]);
        assert_eq!(due().await, [""; 0], "the hour was looked at");

        // The server is away for four days, in which one scans and ends.
        desk.both(OTHER_SCANNER, DAY + 26 * HOUR).await;
        bench.clock.advance_us(4 * 24 * HOUR * 1_000_000);
        assert_eq!(due().await, ["192.0.2.2"]);

        // What sensors could not send came late: it is found when the next day begins.
        desk.both(ONE_SENSOR_ALONE, DAY + 50 * HOUR).await;
        bench.clock.advance_us(HOUR * 1_000_000);
        assert_eq!(due().await, [""; 0]);
        bench.clock.advance_us(24 * HOUR * 1_000_000);
        assert_eq!(due().await, ["192.0.2.3"]);
        let told = scanners::sights(&bench.ledger, &ROOT, "192.0.2.3".parse().unwrap(), (Moment(0), bench.ledger.now())).await.unwrap();
        assert_eq!((told.len(), told[0].most.packets, told[0].from.0), (1, 30, (DAY + 50 * HOUR) * 1_000_000));
        assert!(scanners::sights(&bench.ledger, &ROOT, "192.0.2.3".parse().unwrap(), (Moment(0), Moment(DAY * 1_000_000))).await.unwrap().is_empty());
    }

    async fn of_a_scan_that_goes_on_the_loudest_day_is_kept(bench) {
        let desk = Desk::of(&bench);
        desk.both(SCANNER, DAY).await;
        desk.seek(DAY + HOUR).await;
        desk.both(SCANNER, DAY + 20 * HOUR).await;
        assert!(desk.seek(DAY + 21 * HOUR).await.is_empty());
        let told = scanners::sights(&bench.ledger, &ROOT, "192.0.2.1".parse().unwrap(), (Moment(0), Moment(i64::MAX))).await.unwrap();
        assert_eq!((told.len(), told[0].most.packets), (1, 60));
        assert_eq!((told[0].from.0, told[0].to.0), (DAY * 1_000_000, (DAY + 20 * HOUR + 141) * 1_000_000));
    }
}
