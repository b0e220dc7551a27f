//! The example's year of sensors: every day is there, the last week's figures are those of its packets, and every state of a sensor is to be seen.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

mod team;

use noroshi_catalogue::kev;
use noroshi_demo::example::sensors::{self, Volume};
use noroshi_directory::key::Vault;
use noroshi_kernel::{access::Actor, moment::Moment};
use noroshi_lake::{folder::Folder, packets::Country, sketch::Sketch};
use noroshi_ledger::{FromQueryResult, Query, Sql};
use noroshi_observation::{
    Observatory, Sensor,
    ask::{Selection, Standpoint},
    parse_service, series,
    service::{
        registry,
        rollup::{catch_up, recount},
    },
    top,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use team::Team;

const ROOT: Actor = Actor::Platform;
const HOUR_US: i64 = 3_600_000_000;
/// A twentieth of what `noroshi demo` makes: shapes are the same.
const THIN: Volume = Volume { one_in: 20 };

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
struct Cell {
    level: i64,
    dimension: i64,
    at: i64,
    key: String,
    packets: i64,
    sensors: Vec<u8>,
    sources: Vec<u8>,
}

struct Year {
    team: Team,
    place: Observatory,
    sensors: Vec<Sensor>,
    cells: Vec<Cell>,
    now: i64,
}

#[tokio::test]
async fn a_year_of_sensors() {
    watched(Team::at(2026, 11, 20).await).await;
}

#[tokio::test]
async fn a_year_of_sensors_on_postgres() {
    if let Some(team) = Team::on_postgres_at(2026, 11, 20).await {
        watched(team).await;
    }
}

#[tokio::test]
async fn where_a_sensor_is_real_nothing_is_invented() {
    for team in [Some(Team::at(2026, 11, 20).await), Team::on_postgres_at(2026, 11, 20).await].into_iter().flatten() {
        registry::enter(&team.ledger, &ROOT, "tokyo-1", &registry::Site::default()).await.expect("a sensor");
        assert!(matches!(noroshi_demo::claim(&team.ledger).await, Err(noroshi_demo::DemoError::Real)));
        let folder = Folder::open(team.folder.path().join("packets")).expect("a folder");
        let place = Observatory { ledger: team.ledger.clone(), folder, geography: Arc::default() };
        assert!(!fill(&team, &place).await && registry::list(&team.ledger, &ROOT).await.expect("sensors").len() == 1);
        assert_eq!(cells(&place).await, []);
    }
}

async fn watched(team: Team) {
    let folder = Folder::open(team.folder.path().join("packets")).expect("a folder");
    let place = Observatory { ledger: team.ledger.clone(), folder, geography: Arc::default() };
    assert!(fill(&team, &place).await, "it was empty");
    let sensors = registry::list(&team.ledger, &ROOT).await.expect("sensors");
    let year = Year { cells: cells(&place).await, now: team.ledger.now().0, team, place, sensors };
    year.every_day_and_sensor_is_there().await;
    year.every_packet_counts_once_in_each_dimension();
    year.every_state_of_a_sensor_is_there().await;
    year.the_year_tells_its_rises();
    year.a_loud_source_and_an_odd_sensor_are_no_rises().await;
    year.a_rise_makes_one_think_of_entries().await;
    year.countries_are_invented_and_say_so().await;
    year.averages_divide_by_who_watched().await;
    year.a_recount_changes_nothing().await;
    let ids = year.count("SELECT count(*) AS n FROM ledger_audit").await;
    assert!(!fill(&year.team, &year.place).await, "it was filled before");
    assert_eq!(year.count("SELECT count(*) AS n FROM ledger_audit").await, ids, "nothing was written");
}

async fn fill(team: &Team, place: &Observatory) -> bool {
    sensors::fill(place, &Vault::new(&[7; 32]), &team.reckoning, THIN).await.expect("filled")
}

async fn cells(place: &Observatory) -> Vec<Cell> {
    let sql = Sql::new("SELECT level, dimension, at, key, packets, sensors, sources FROM observation_cell");
    let mut cells: Vec<Cell> = place.ledger.all(sql).await.expect("cells");
    cells.sort_unstable();
    cells
}

impl Year {
    async fn count(&self, sql: &'static str) -> i64 {
        self.place.ledger.number(Sql::new(sql)).await.expect("a number")
    }

    /// What a query gives of one sensor.
    async fn of(&self, name: &str, sql: &'static str) -> i64 {
        let id = self.sensors.iter().find(|sensor| sensor.name == name).expect("a sensor").id;
        self.place.ledger.number(Sql::new(sql).push(" WHERE sensor_id = ").bind(id)).await.expect("a number")
    }

    fn today(&self) -> i64 {
        // Noon in Tokyo.
        self.now - 12 * HOUR_US
    }

    /// The days of so long ago, by a dimension's key.
    fn days(&self, dimension: i64, key: &str, ago: std::ops::RangeInclusive<i64>) -> Vec<&Cell> {
        let begins = self.today() - ago.end() * Moment::DAY_US..=self.today() - ago.start() * Moment::DAY_US;
        self.cells.iter().filter(|cell| (cell.level, cell.dimension) == (2, dimension) && cell.key == key && begins.contains(&cell.at)).collect()
    }

    fn packets(&self, dimension: i64, key: &str, ago: std::ops::RangeInclusive<i64>) -> i64 {
        let days = ago.end() - ago.start() + 1;
        self.days(dimension, key, ago).iter().map(|cell| cell.packets).sum::<i64>() / days
    }

    async fn every_day_and_sensor_is_there(&self) {
        assert_eq!(self.sensors.len(), 40);
        assert_eq!(self.sensors.iter().map(|sensor| sensor.region.as_str()).collect::<BTreeSet<_>>().len(), 23);
        assert_eq!(self.sensors.iter().filter(|sensor| sensor.country == "JP").count(), 16);
        let at = |level: i64| self.cells.iter().filter(|cell| cell.level == level).map(|cell| cell.at).collect::<BTreeSet<_>>();
        let days: BTreeSet<i64> = (0..=365).map(|ago| self.today() - ago * Moment::DAY_US).collect();
        assert_eq!(at(2), days);
        assert_eq!(at(1), (0..365 * 24 + 12).map(|hour| self.today() - 365 * Moment::DAY_US + hour * HOUR_US).collect(), "every hour, too");
        let heard = self.cells.iter().filter(|cell| (cell.level, cell.dimension) == (2, 3)).map(|cell| cell.key.as_str()).collect::<BTreeSet<_>>();
        assert_eq!(heard.len(), 39, "all but the one that is awaited");
        assert_eq!(self.count("SELECT count(*) AS n FROM observation_file WHERE rolled_at IS NULL").await, 0);
        assert_eq!(self.count("SELECT count(*) AS n FROM observation_batch WHERE taken_at IS NULL").await, 0);
    }

    fn every_packet_counts_once_in_each_dimension(&self) {
        let sum = |level, dimension| self.cells.iter().filter(|cell| (cell.level, cell.dimension) == (level, dimension)).map(|cell| cell.packets).sum::<i64>();
        let all = sum(2, 1);
        assert!(all > 1_000_000, "{all}");
        for (level, dimension) in [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 2), (2, 3), (2, 4), (2, 5)] {
            assert_eq!(sum(level, dimension), all, "level {level}, dimension {dimension}");
        }
        for cell in &self.cells {
            let by_sensor: i64 = cell.sensors.chunks(12).map(|row| i64::from_be_bytes(row[4..].try_into().expect("eight bytes"))).sum();
            assert_eq!(by_sensor, cell.packets);
            assert!(Sketch::from_bytes(&cell.sources).is_some_and(|sources| sources.estimate() > 0));
        }
    }

    async fn every_state_of_a_sensor_is_there(&self) {
        let (revoked, awaited): (Vec<_>, Vec<_>) = (
            self.sensors.iter().filter(|sensor| sensor.revoked_at.is_some()).collect(),
            self.sensors.iter().filter(|sensor| sensor.enrolled_at.is_none()).collect(),
        );
        assert_eq!((revoked.len(), awaited.len()), (1, 1));
        const HEARD: &str = "SELECT COALESCE(max(closed_at), 0) AS n FROM observation_batch";
        let heard = async |name: &'static str| self.of(name, HEARD).await;
        let last = self.of("sensor-05", "SELECT max(received_at) AS n FROM observation_batch").await;
        assert!(last > 0 && last <= revoked[0].revoked_at.expect("a time"), "nothing after it was shut out");
        let silent = self.now - heard("sensor-12").await;
        assert!((4 * Moment::DAY_US..5 * Moment::DAY_US).contains(&silent), "silent for days");
        assert_eq!(heard("sensor-40").await, 0, "never heard");
        let quiet = ["sensor-05", "sensor-12", "sensor-40"];
        for sensor in self.sensors.iter().filter(|sensor| !quiet.contains(&sensor.name.as_str())) {
            assert!(self.now - self.of(&sensor.name, HEARD).await < 60_000_000, "{} was heard of just now", sensor.name);
        }
        for (name, sql, least, most) in [
            (
                "sensor-18",
                "SELECT CAST(COALESCE(sum(packets), 0) AS BIGINT) AS n FROM (SELECT sensor_id, packets FROM observation_gap WHERE reason = 'ring_full') AS lost",
                10,
                i64::MAX,
            ),
            ("sensor-08", "SELECT count(*) AS n FROM (SELECT sensor_id FROM observation_gap WHERE reason = 'stopped' AND packets IS NULL) AS gap", 1, 1),
            ("sensor-36", "SELECT count(*) AS n FROM (SELECT sensor_id FROM observation_gap WHERE reason = 'interface_down') AS gap", 1, 1),
            ("sensor-23", "SELECT max(received_at - closed_at) AS n FROM observation_batch", 6 * HOUR_US, 12 * HOUR_US),
            ("sensor-01", "SELECT max(received_at - closed_at) AS n FROM observation_batch", 0, 120_000_000),
            ("sensor-27", "SELECT CAST(sum(kernel_drops) AS BIGINT) AS n FROM observation_batch", 100, i64::MAX),
            ("sensor-01", "SELECT CAST(sum(kernel_drops) AS BIGINT) AS n FROM observation_batch", 0, 0),
            ("sensor-30", "SELECT min(clock_offset_us) AS n FROM observation_batch", 4_690_000, 4_710_000),
            ("sensor-01", "SELECT max(clock_offset_us) AS n FROM observation_batch", 0, 3_000),
            ("sensor-31", "SELECT count(clock_offset_us) AS n FROM observation_batch", 0, 0),
            ("sensor-32", "SELECT count(*) AS n FROM observation_refusal", 1, 1),
            ("sensor-18", "SELECT count(*) AS n FROM observation_watch", 2, 5),
            ("sensor-39", "SELECT count(*) AS n FROM observation_watch", 1, 1),
        ] {
            let found = self.of(name, sql).await;
            assert!((least..=most).contains(&found), "{name}: {sql}: {found}");
        }
        assert_eq!(self.count("SELECT count(*) AS n FROM observation_refusal WHERE reason = 'batch-fork'").await, 1);
        assert_eq!(self.count("SELECT count(*) AS n FROM observation_token WHERE used_at IS NULL").await, 1, "of the one that is awaited");
        let valid = Sql::new("SELECT count(DISTINCT sensor_id) AS n FROM observation_certificate WHERE withdrawn_at IS NULL AND expires_at > ").bind(self.now);
        assert_eq!(self.place.ledger.number(valid).await.expect("a number"), 38, "certificates were renewed in time");
    }

    fn the_year_tells_its_rises(&self) {
        let times = |key: &str, of: std::ops::RangeInclusive<i64>, against: std::ops::RangeInclusive<i64>| {
            (self.packets(1, key, of) * 10).checked_div(self.packets(1, key, against).max(1)).expect("a ratio")
        };
        assert!(times("icmp/8", 196..=216, 224..=250) >= 30, "fourfold");
        assert!(times("tcp/1433", 68..=75, 77..=100) >= 30, "sudden");
        let share = self.packets(6, "tcp/1433 CN", 68..=75) * 100 / self.packets(1, "tcp/1433", 68..=75);
        assert!(share > 85 && self.packets(6, "tcp/1433 CN", 77..=100) * 100 / self.packets(1, "tcp/1433", 77..=100) < 75, "from one country: {share}");
        assert!(times("tcp/2967", 250..=285, 305..=360) >= 30);
        assert!(self.days(1, "tcp/5168", 131..=365).is_empty() && self.days(1, "tcp/5168", 100..=130).len() > 10, "first seen in the middle of the year");
        assert!(times("tcp/5900", 0..=59, 255..=360) >= 25, "slowly");
        assert!(times("tcp/445", 0..=30, 335..=365) <= 8, "a trend");
        // One loud source: many packets, and hardly more sources.
        let sources = |of: std::ops::RangeInclusive<i64>| {
            let mut sketch = Sketch::default();
            self.days(1, "udp/5060", of).iter().for_each(|cell| sketch.merge(&Sketch::from_bytes(&cell.sources).expect("a sketch")));
            sketch.estimate()
        };
        assert!(times("udp/5060", 162..=165, 168..=180) >= 20 && sources(162..=165) <= sources(168..=171) * 2);
        // One odd sensor.
        let odd = self.days(1, "tcp/8080", 43..=45);
        let by_sensor = odd.iter().flat_map(|cell| cell.sensors.chunks(12)).fold(BTreeMap::<u32, u64>::new(), |mut sums, row| {
            *sums.entry(u32::from_be_bytes(row[..4].try_into().expect("four bytes"))).or_default() +=
                u64::from_be_bytes(row[4..].try_into().expect("eight bytes"));
            sums
        });
        assert!(by_sensor[&17] * 2 > by_sensor.values().sum::<u64>(), "{by_sensor:?}");
    }

    /// What looked like a rise was judged as the others were, and is none.
    async fn a_loud_source_and_an_odd_sensor_are_no_rises(&self) {
        let rises = noroshi_observation::service::rises::list(&self.team.ledger, &Actor::Platform, None, 0, 100).await.expect("listed").rises;
        let services: BTreeSet<&str> = rises.iter().map(|rise| rise.service.as_str()).collect();
        assert!(services.contains("icmp/8") && !services.contains("udp/5060") && !services.contains("tcp/8080"), "{services:?}");
    }

    async fn a_rise_makes_one_think_of_entries(&self) {
        for (port, entry) in [("tcp/1433", "CVE-2020-0618"), ("tcp/6379", "CVE-2022-0543"), ("tcp/445", "CVE-2020-0796")] {
            let found = kev::for_service(&self.team.ledger, port.parse().expect("a port"), 10).await.expect("asked");
            assert!(found.iter().any(|found| found.stored.entry.cve.to_string() == entry), "{port}: {found:?}");
        }
    }

    async fn countries_are_invented_and_say_so(&self) {
        assert!(self.cells.iter().all(|cell| cell.dimension != 2 || Country::new(cell.key.as_bytes().try_into().unwrap_or([0; 2])).is_some()));
        // Every page of country_edition holds the one name.
        let mut files = Vec::new();
        for day in std::fs::read_dir(self.team.folder.path().join("packets")).expect("days") {
            files.extend(std::fs::read_dir(day.expect("a day").path()).expect("files").map(|file| file.expect("a file").path()));
        }
        assert!(files.len() >= 8 && files.iter().all(|file| file.extension().is_some_and(|name| name == "parquet")), "{files:?}");
        let question = top::Question { by: top::By::Source, selection: Selection::default(), from: Moment(0), to: Moment(self.now), limit: usize::MAX };
        let sources = top::top(&self.place, &ROOT, self.standpoint(), &question).await.expect("sources");
        for row in &sources.rows {
            let is_for_examples = match row.key.parse().expect("an address") {
                std::net::IpAddr::V4(v4) => matches!(v4.octets(), [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _]),
                std::net::IpAddr::V6(v6) => matches!(v6.segments(), [0x2001, 0xdb8, ..]),
            };
            assert!(is_for_examples, "{}", row.key);
        }
        let question = top::Question { by: top::By::Tool, ..question };
        let tools = top::top(&self.place, &ROOT, self.standpoint(), &question).await.expect("tools").rows;
        assert_eq!(tools.iter().map(|row| row.key.as_str()).collect::<BTreeSet<_>>(), BTreeSet::from(["unknown", "zmap", "masscan", "mirai"]));
    }

    fn standpoint(&self) -> Standpoint<'_> {
        Standpoint { zone: &self.team.reckoning.zone, home: &self.team.reckoning.home }
    }

    async fn averages_divide_by_who_watched(&self) {
        let question = top::Question {
            by: top::By::Port,
            selection: Selection::default(),
            from: Moment(self.today() - Moment::DAY_US),
            to: Moment(self.today()),
            limit: 1,
        };
        let watching = top::top(&self.place, &ROOT, self.standpoint(), &question).await.expect("a ranking").sensors_watching;
        assert!((36.9..=37.1).contains(&watching), "all but three: {watching}");
        let service = parse_service("tcp/6379").expect("a service");
        let question = series::Question {
            selection: Selection::of(service),
            from: Moment(self.today() - 5 * Moment::DAY_US),
            to: Moment(self.today()),
            bucket: series::Bucket::Day,
        };
        let days = series::series(&self.place, &ROOT, self.standpoint(), &question).await.expect("a series").rows;
        let packets: Vec<u64> = days.iter().map(|day| day.packets.expect("watched")).collect();
        let others = packets.iter().sum::<u64>() - packets[3];
        assert!(packets.len() == 5 && packets[3] * 4 > 2 * others, "threefold for a day: {packets:?}");
        // Whole days in the year before, by the spans that were taken over.
        let least = Sql::new("SELECT count(DISTINCT sensor_id) AS n FROM observation_watch WHERE from_at < ").bind(self.today() - 300 * Moment::DAY_US);
        assert_eq!(self.place.ledger.number(least).await.expect("a number"), 37);
    }

    async fn a_recount_changes_nothing(&self) {
        let week = self.today() - 7 * Moment::DAY_US;
        let counted: i64 = self.cells.iter().filter(|cell| (cell.level, cell.dimension) == (2, 1) && cell.at >= week).map(|cell| cell.packets).sum();
        assert_eq!(self.count("SELECT CAST(sum(packets) AS BIGINT) AS n FROM observation_file").await, counted, "the week's figures are those of its packets");
        recount(&self.place, &ROOT, &self.team.reckoning.zone).await.expect("a recount");
        let kept = self.count("SELECT count(*) AS n FROM observation_cell").await;
        let before = self.cells.iter().filter(|cell| cell.at < week).count();
        assert_eq!(usize::try_from(kept).expect("a number"), before, "the week is counted anew, and nothing else");
        catch_up(&self.place, &self.team.reckoning.zone).await.expect("a rollup");
        assert!(cells(&self.place).await == self.cells, "and is as it was");
    }
}
