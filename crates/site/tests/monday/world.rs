//! Worlds of sensors and what they saw.

use jiff::civil::Date;
use noroshi_directory::organisation::Home;
use noroshi_kernel::{
    access::Actor,
    language::Bilingual,
    moment::{Moment, Zone},
};
use noroshi_lake::{
    folder::Folder,
    packets::{Country, Kind, Tool},
};
use noroshi_ledger::{Sql, migration::Migration};
use noroshi_observation::{
    Observatory,
    geography::Geography,
    parse_service,
    public::{Ground, Rule, Span},
    rise::Evidence,
    service::{
        history::{self, Group, History},
        registry::{self, Site},
    },
    watch::Watch,
};
use noroshi_site::observation::Publisher;
use noroshi_testkit::Bench;
use std::{net::IpAddr, sync::Arc};

pub(crate) const ROOT: Actor = Actor::Platform;

pub(crate) fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_observation::MIGRATIONS].concat()
}

/// A sensor as a test wants it.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) site: Site,
    /// Of every ten days on how many it watched.
    pub(crate) days_of_ten: i64,
}

impl Made {
    pub(crate) fn at(country: &str, number: usize) -> Self {
        let site = Site { organisation: format!("Host {number}"), region: "Kanto".into(), country: country.into(), addresses: 1 };
        Self { name: format!("watchtower-{number}"), site, days_of_ten: 10 }
    }
}

/// What each sensor at home sees every day: a service, how often in an hour, from whom, and from which day on (counted back from the end).
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) service: String,
    pub(crate) per_hour: u64,
    pub(crate) source: IpAddr,
    /// The country's two letters; none where it is not known.
    pub(crate) country: Option<&'static str>,
    pub(crate) last_days: i64,
    /// How many of the sensors at home see it, at most.
    pub(crate) sensors: usize,
}

impl Seen {
    pub(crate) fn of(service: &str, per_hour: u64) -> Self {
        Self { service: service.into(), per_hour, source: "198.51.100.9".parse().unwrap(), country: None, last_days: i64::MAX, sensors: usize::MAX }
    }
}

pub(crate) struct World {
    pub(crate) bench: Bench,
    pub(crate) place: Observatory,
    pub(crate) zone: Zone,
    pub(crate) home: Home,
    pub(crate) rule: Rule,
}

impl World {
    /// Takes over so many days up to the midnight before the bench's now. What is abroad sees udp/53 and nothing else, and much of it.
    pub(crate) async fn of(bench: Bench, sensors: &[Made], seen: &[Seen], days: i64) -> Self {
        let zone = Zone::named("Asia/Tokyo").unwrap();
        let until = zone.moment(zone.wall(bench.ledger.now()).date().at(0, 0, 0, 0)).unwrap();
        let from = until.plus_days(-days);
        let (mut watched, mut at) = (Vec::new(), Vec::new());
        for made in sensors {
            let sensor = registry::add(&bench.ledger, &ROOT, &made.name, &made.site).await.unwrap();
            let number = u32::try_from(sensor.number).unwrap();
            for day in (0..days).filter(|day| day % 10 < made.days_of_ten) {
                watched.push(Watch { sensor: sensor.id, from: from.plus_days(day).0, to: from.plus_days(day + 1).0 });
            }
            at.push((number, made.clone()));
        }
        let seen = seen.to_vec();
        let of_day = move |day: i64| {
            let here: Vec<&(u32, Made)> = at.iter().filter(|(_, made)| day % 10 < made.days_of_ten).collect();
            let group = |service: &str, source, country: Option<&str>, count, is_home: bool, most: usize| {
                let sensors: Vec<(u32, u64)> =
                    here.iter().filter(|(_, made)| (made.site.country == "JP") == is_home).map(|(number, _)| (*number, count)).take(most).collect();
                (!sensors.is_empty()).then(|| Group {
                    at: from.plus_days(day),
                    source,
                    service: parse_service(service).unwrap(),
                    country: country.and_then(|code| Country::new(code.as_bytes().try_into().ok()?)),
                    tool: Tool::Unknown,
                    kind: Kind::Scan,
                    sensors,
                })
            };
            let now = seen.iter().filter(|seen| days - day <= seen.last_days);
            let home = now.filter_map(|seen| group(&seen.service, seen.source, seen.country, seen.per_hour * 24, true, seen.sensors)).collect::<Vec<_>>();
            home.into_iter().chain(group("udp/53", "203.0.113.53".parse().unwrap(), Some("DE"), 100_000, false, usize::MAX)).collect::<Vec<_>>()
        };
        history::take_over(&bench.ledger, &ROOT, &zone, History { until, watched, days: (0..days).map(of_day) }).await.unwrap();
        let place = Observatory {
            ledger: bench.ledger.clone(),
            folder: Folder::open(bench.folder.path().join("packets")).unwrap(),
            geography: Arc::new(Geography::default()),
        };
        Self { bench, place, zone, home: Home::default(), rule: Rule::default() }
    }

    /// A rise that began so many days before Monday, in a state, with what somebody said of it.
    pub(crate) async fn rise(&self, number: i64, service: &str, state: &str, days: i64, said: &str) {
        const INTO: &str = "INSERT INTO observation_rise (id, number, service, country, kind, state, from_at, to_at, found_at, evidence, explanation_ja, explanation_en, reason) VALUES (";
        let from = self.zone.moment(self.monday().at(0, 0, 0, 0)).unwrap().plus_days(-days);
        // No day has as much, so that it is over after its first day.
        let evidence = serde_json::to_string(&Evidence { expected: 1e9, seen: 2e9, ..Evidence::default() }).unwrap();
        let work = self.bench.ledger.begin().await.unwrap();
        let mut sql = Sql::new(INTO).bind(work.take_id().await.unwrap()).push(", ").bind(number);
        for text in [service, "", "sudden", state] {
            sql = sql.push(", ").bind(text);
        }
        for at in [from, from.plus_days(3), from] {
            sql = sql.push(", ").bind(at.0);
        }
        for text in [evidence.as_str(), said, said, ""] {
            sql = sql.push(", ").bind(text);
        }
        work.execute(sql.push(")")).await.unwrap();
        work.commit().await.unwrap();
    }

    pub(crate) fn ground(&self) -> Ground<'_> {
        Ground { place: &self.place, zone: &self.zone, home: &self.home, rule: self.rule }
    }

    pub(crate) fn monday(&self) -> Date {
        Span::monday(self.bench.ledger.now(), &self.zone)
    }

    pub(crate) fn publisher(&self) -> Publisher {
        Publisher { team: Bilingual::new("例示CSIRT", "Example CSIRT"), zone: self.zone.clone(), compare: Some("https://noroshi.example.jp/compare".into()) }
    }
}

/// A moment's day in a zone, as files are named.
pub(crate) fn day(moment: Moment, zone: &Zone) -> String {
    zone.wall(moment).date().to_string()
}
