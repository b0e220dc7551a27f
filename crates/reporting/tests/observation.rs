//! The observation report from what sensors saw to pages, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use jiff::civil::{self, Date};
use noroshi_directory::organisation::Home;
use noroshi_document::{
    html, json,
    model::{Block, Document},
    press,
    prose::{Prose, Run},
    table::{Cell, Figure, Measure, Row},
    text,
};
use noroshi_kernel::{
    access::Actor,
    language::{Bilingual, Language},
    moment::{Moment, Zone},
    period::Period,
};
use noroshi_lake::{
    folder::Folder,
    packets::{Country, Kind, Tool},
};
use noroshi_ledger::migration::Migration;
use noroshi_observation::{
    MIGRATIONS, Observatory,
    ask::{Selection, Standpoint},
    parse_service,
    series::{self, Bucket, Series},
    service::{
        detect::detect,
        history::{Group, History, take_over},
        registry::{self, Site},
        rises,
    },
    top::{self, By, Ranking},
    watch::Watch,
    watched::watched,
};
use noroshi_reporting::{
    ReportingError,
    observation::{self, Asking, Figures},
};
use noroshi_testkit::{Bench, on_both_databases};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    net::Ipv4Addr,
    sync::Arc,
};

const ROOT: Actor = Actor::Platform;
/// Name, country and region of the sensors.
const SITES: [(&str, &str, &str); 4] = [("north", "JP", "Hokkaido"), ("south", "JP", "Kyushu"), ("west", "JP", "Kyushu"), ("far", "US", "Oregon")];
/// Services with about how many packets of a day, most first.
const SERVICES: [(&str, u64); 12] = [
    ("tcp/445", 60),
    ("tcp/1433", 50),
    ("tcp/22", 41),
    ("tcp/3389", 33),
    ("tcp/135", 26),
    ("tcp/80", 20),
    ("udp/53", 15),
    ("tcp/8080", 11),
    ("tcp/23", 8),
    ("icmp/8", 6),
    ("udp/1434", 4),
    ("tcp/5900", 2),
];
const COUNTRIES: [&str; 4] = ["CN", "US", "JP", ""];

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, MIGRATIONS].concat()
}

fn zone() -> Zone {
    Zone::named("Asia/Tokyo").unwrap()
}

fn midnight(date: Date) -> Moment {
    zone().moment(date.at(0, 0, 0, 0)).unwrap()
}

fn team() -> Bilingual {
    Bilingual::new("例示CSIRT", "Example CSIRT")
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// What is seen on a day: each service from its countries, at each sensor; 23/TCP rises in December 2013, 5900/TCP begins in October.
fn day(date: Date, sensors: &[u32]) -> Vec<Group> {
    let since = u64::try_from(date.since(civil::date(2012, 1, 1)).unwrap().get_days()).unwrap();
    let mut groups = Vec::new();
    for (number, (service, base)) in (0_u64..).zip(SERVICES) {
        let packets = match service {
            "tcp/5900" if date < civil::date(2013, 10, 1) => continue,
            "tcp/5900" => base + 12,
            _ => base + (since * 7 + number * 3) % 5,
        };
        for (place, country) in (0_u64..).zip(COUNTRIES) {
            let part = packets * (4 - place) / 10;
            let host = u8::try_from((since * 3 + number * 17 + place * 61) % 250).unwrap();
            groups.push(Group {
                at: Moment(midnight(date).0 + 3_600_000_000 * i64::try_from(number).unwrap() + 11),
                source: Ipv4Addr::new(192, 0, 2, host).into(),
                service: parse_service(service).unwrap(),
                country: Country::new(country.as_bytes().try_into().unwrap_or_default()),
                tool: Tool::Unknown,
                kind: Kind::Scan,
                sensors: (0_u64..).zip(sensors).map(|(place, sensor)| (*sensor, part + place)).filter(|(_, packets)| *packets > 0).collect(),
            });
        }
    }
    if date.year() == 2013 && date.month() == 12 {
        rising(&mut groups, date, sensors);
    }
    groups
}

/// Thirteen sources of 23/TCP more each day, each with two packets to one sensor.
fn rising(groups: &mut Vec<Group>, date: Date, sensors: &[u32]) {
    let count = 13 * u32::try_from(date.day()).unwrap();
    for (number, sensor) in (0..count).zip(sensors.iter().cycle()) {
        groups.push(Group {
            at: Moment(midnight(date).0 + 3_600_000_000 * i64::from(number % 24) + 17),
            source: Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + u32::try_from(date.day()).unwrap() * 1_000 + number).into(),
            service: parse_service("tcp/23").unwrap(),
            country: Country::new(*b"CN"),
            tool: Tool::Unknown,
            kind: Kind::Scan,
            sensors: vec![(*sensor, 2)],
        });
    }
}

/// A desk with sensors that watched from October 2012 on, but for three days of November 2013, and what they saw.
struct Desk {
    place: Observatory,
    zone: Zone,
    home: Home,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn of(bench: &Bench, sites: &[(&str, &str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Observatory { ledger: bench.ledger.clone(), folder: Folder::open(folder.path().join("packets")).unwrap(), geography: Arc::default() };
        let (mut numbers, mut watches) = (Vec::new(), Vec::new());
        let (begin, end) = (civil::date(2012, 10, 1), civil::date(2014, 1, 1));
        let gap = (civil::date(2013, 11, 10), civil::date(2013, 11, 13));
        for (name, country, region) in sites {
            let site = Site { country: (*country).into(), region: (*region).into(), ..Site::default() };
            let sensor = registry::enter(&bench.ledger, &ROOT, name, &site).await.unwrap();
            numbers.push(u32::try_from(sensor.number).unwrap());
            for (from, to) in [(begin, gap.0), (gap.1, end)] {
                watches.push(Watch { sensor: sensor.id, from: midnight(from).0, to: midnight(to).0 });
            }
        }
        let days: Vec<Vec<Group>> = begin
            .series(jiff::Span::new().days(1))
            .take_while(|date| *date < end)
            .filter(|date| !(gap.0..gap.1).contains(date))
            .map(|date| day(date, &numbers))
            .collect();
        take_over(&bench.ledger, &ROOT, &zone(), History { until: midnight(end), watched: watches, days: days.into_iter() }).await.unwrap();
        Self { place, zone: zone(), home: Home::default(), _folder: folder }
    }

    fn asking(&self) -> Asking<'_> {
        Asking { place: &self.place, actor: &ROOT, standpoint: Standpoint { zone: &self.zone, home: &self.home } }
    }

    async fn figures(&self, of: &str) -> Figures {
        observation::count(self.asking(), period(of)).await.unwrap()
    }

    /// Looks for rises at the end of each of the first days of December, and publishes what is found.
    async fn publish(&self) {
        for date in 5..8 {
            let found = detect(&self.place, self.asking().standpoint, midnight(civil::date(2013, 12, date))).await.unwrap().found;
            for number in found {
                let why = Bilingual::new("telnet を狙うワームと見られます。", "A worm that tries telnet is seen as the cause.");
                rises::explain(&self.place.ledger, &ROOT, number, &why).await.unwrap();
                rises::publish(&self.place.ledger, &ROOT, number).await.unwrap();
            }
        }
    }

    async fn document(&self, of: &str, language: Language) -> Document {
        observation::document(self.asking(), &team(), period(of), language).await.unwrap()
    }

    /// What a query of the report asks for.
    async fn again(&self, query: &Value) -> Answer {
        let text = |field: &str| query["observations"][field].as_str().unwrap_or_default().to_owned();
        let mut selection = Selection::default();
        for field in ["port", "country", "tool", "network", "sensors"] {
            assert!(selection.take(field, &text(field)).unwrap());
        }
        let at = |field: &str| Moment::from(text(field).parse::<jiff::Timestamp>().unwrap());
        let (from, to) = (at("from"), at("to"));
        if text("show") == "series" {
            let bucket = Bucket::ALL.into_iter().find(|bucket| bucket.key() == text("bucket")).unwrap();
            let question = series::Question { selection, from, to, bucket };
            return Answer::Series(series::series(&self.place, &ROOT, self.asking().standpoint, &question).await.unwrap());
        }
        assert_eq!(text("show"), "ranks", "{query}");
        let by = By::ALL.into_iter().find(|by| by.key() == text("by")).unwrap();
        let question = top::Question { by, selection, from, to, limit: 1_000 };
        Answer::Ranking(top::top(&self.place, &ROOT, self.asking().standpoint, &question).await.unwrap())
    }
}

/// The answer to a query of the report.
#[derive(Debug)]
enum Answer {
    Ranking(Ranking),
    Series(Series),
}

impl Answer {
    /// Packets for each sensor and day.
    #[expect(clippy::cast_precision_loss, reason = "few packets")]
    fn average(&self) -> f64 {
        match self {
            Self::Ranking(ranking) => ranking.packets as f64 / ranking.sensor_days,
            // Days are of 24 hours here, months are not: each bucket's own average tells how long was watched in it.
            Self::Series(series) => {
                let watched = series.rows.iter().filter(|row| row.packets.is_some_and(|packets| packets > 0));
                let days: f64 = watched.map(|row| row.packets.unwrap() as f64 / row.per_sensor_day.unwrap()).sum();
                series.rows.iter().filter_map(|row| row.packets).sum::<u64>() as f64 / days
            }
        }
    }
}

/// Something that keeps figures from adding up.
type Spoiling = fn(&mut Figures);

/// The text without line ends.
fn plain(document: &Document) -> String {
    let text = text::plain(document);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(if document.language == Language::En { " " } else { "" })
}

fn rows(document: &Document) -> impl Iterator<Item = (&str, &Row)> {
    let tables = document.blocks.iter().filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
    tables.flat_map(|table| table.rows.iter().chain(&table.total).map(|row| (table.id.as_str(), row)))
}

fn sentences(document: &Document) -> impl Iterator<Item = &Run> {
    let paragraphs = document.blocks.iter().filter_map(|block| if let Block::Paragraph(prose) = block { Some(prose) } else { None });
    document.lead.iter().chain(paragraphs).flat_map(Prose::runs)
}

on_both_databases! {
    migrations = migrations();

    async fn a_quarter_is_told_in_both_languages(bench) {
        let desk = Desk::of(&bench, &SITES).await;
        desk.publish().await;
        for language in Language::ALL {
            let document = desk.document("2013Q4", language).await;
            insta::assert_snapshot!(format!("observation-{language}"), text::plain(&document));
            let value = json::value(&document);
            let charts: Vec<&Value> = value["blocks"].as_array().unwrap().iter().filter(|block| block["kind"] == "chart").collect();
            // Days 41 to 43 of the quarter were not watched by anybody.
            let first = charts.iter().find(|chart| chart["id"] == "chart-ports-first").unwrap();
            assert_eq!(first["series"].as_array().unwrap().len(), 5);
            let values = first["series"][0]["values"].as_array().unwrap();
            assert_eq!((values.len(), values[39].is_number()), (92, true));
            assert!(values[40..43].iter().all(Value::is_null) && values[43].is_number(), "{values:?}");
            let year = charts.iter().find(|chart| chart["id"] == "chart-ports-first-year").unwrap();
            assert_eq!(year["labels"].as_array().unwrap().iter().filter(|label| *label != "").count(), 12, "{}", year["labels"]);
            let rise = charts.iter().find(|chart| chart["id"] == "chart-rise-1").unwrap();
            let points = &rise["spans"][0]["points"];
            // It goes on to the quarter's end, long after it was judged for the last time.
            assert!((61..66).contains(&points["start"].as_u64().unwrap()) && points["end"] == 92, "{points}");
            let ids: Vec<&str> = value["blocks"].as_array().unwrap().iter().filter_map(|block| block["id"].as_str()).filter(|id| !id.is_empty()).collect();
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "no id stands twice: {ids:?}");
            let page = html::fragment(&document);
        for href in ["/observe?show=ranks&amp;by=port&amp;from=2013-09-30T15:00:00Z&amp;to=2013-12-31T15:00:00Z&amp;bucket=day", "/observe?show=series&amp;by=port&amp;port=tcp/445&amp;from=2013-09-30T15:00:00Z&amp;to=2013-12-31T15:00:00Z&amp;bucket=day"] {
            assert!(page.contains(&format!("href=\"{href}\"")), "{href}");
        }
            assert!(press::sheets(&document, Some("https://noroshi.example")).files.len() >= 9);
        }
    }

    async fn every_number_can_be_asked_for_again(bench) {
        let desk = Desk::of(&bench, &SITES).await;
        let document = desk.document("2013Q4", Language::En).await;
        let mut asked: BTreeMap<String, Answer> = BTreeMap::new();
        let (mut figures, mut measures): (Vec<(String, Figure)>, Vec<Measure>) = (Vec::new(), Vec::new());
        for (table, row) in rows(&document) {
            for cell in &row.cells {
                match cell {
                    Cell::Number(figure) => figures.push((table.to_owned(), figure.clone())),
                    Cell::Measure(measure) => measures.push(measure.clone()),
                    _ => {}
                }
            }
        }
        for run in sentences(&document) {
            match run {
                Run::Figure(figure) if figure.query.get("rise").is_none() => figures.push(("sentence".into(), figure.clone())),
                Run::Measure(measure) if measure.query.get("rise").is_none() => measures.push(measure.clone()),
                _ => {}
            }
        }
        assert!(figures.len() > 60 && measures.len() > 40, "{} {}", figures.len(), measures.len());
        for query in figures.iter().map(|(_, figure)| &figure.query).chain(measures.iter().map(|measure| &measure.query)) {
            if let Entry::Vacant(place) = asked.entry(query.to_string()) {
                place.insert(desk.again(query).await);
            }
        }
        let (from, to) = period("2013Q4").bounds(&zone());
        let sensors = watched(&bench.ledger, &ROOT, from, to).await.unwrap();
        for (place, figure) in figures {
            let Answer::Ranking(again) = &asked[&figure.query.to_string()] else { panic!("{figure:?}") };
            let shown = u64::try_from(figure.value).unwrap();
            let row = figure.query["row"].as_str().map(|key| again.rows.iter().find(|row| row.key == key).unwrap());
            let others = again.packets - again.rows.iter().take(10).map(|row| row.packets).sum::<u64>();
            let regions = sensors.iter().map(|watched| &watched.sensor.region).collect::<BTreeSet<_>>().len() as u64;
            let counts = match row {
                Some(row) => vec![row.packets, row.sources.unwrap()],
                None => vec![again.packets, others, again.rows.len() as u64, regions],
            };
            assert!(counts.contains(&shown), "{shown} of {place} is none of {counts:?}: {}", figure.query);
        }
        for measure in measures {
            let average = asked[&measure.query.to_string()].average();
            assert!((measure.value() - average).abs() < 0.001, "{measure:?} is {average}");
        }
    }

    async fn ranks_and_changes_are_those_of_the_quarter_before(bench) {
        let desk = Desk::of(&bench, &SITES).await;
        let document = desk.document("2013Q4", Language::En).await;
        let shown: BTreeMap<String, Vec<String>> = rows(&document)
            .filter(|(table, _)| *table == "table-ports")
            .map(|(_, row)| (row.cells[0].shown(Language::En), row.cells.iter().map(|cell| cell.shown(Language::En)).collect()))
            .collect();
        // It rose in December and stood ninth before; what was not there has no change.
        assert_eq!((shown["445/TCP"][2].as_str(), shown["445/TCP"][3].as_str()), ("1", "1"));
        assert!(shown["23/TCP"][2].parse::<u8>().unwrap() < shown["23/TCP"][3].parse().unwrap() && shown["23/TCP"][5].starts_with('+'), "{:?}", shown["23/TCP"]);
        assert_eq!((shown["5900/TCP"][3].as_str(), shown["5900/TCP"][5].as_str()), ("\u{2013}", "\u{2013}"));
        assert!(plain(&document).contains("New among the first ten: 5900/TCP."), "{}", plain(&document));
        // Of the year before only its last quarter was watched: averages divide by it, and changes stay small.
        let year = rows(&document).find(|(table, row)| *table == "table-ports-year" && row.cells[0].shown(Language::En) == "445/TCP").unwrap().1;
        let Cell::Change { percent: Some(percent) } = year.cells[5] else { panic!("{year:?}") };
        assert!(percent.abs() <= 2, "{percent}");
    }

    async fn parts_that_do_not_add_up_are_refused(bench) {
        let desk = Desk::of(&bench, &SITES).await;
        let figures = desk.figures("2013Q4").await;
        assert!(observation::check(&figures).is_ok());
        let spoilt: [(&str, Spoiling); 7] = [
            ("2013Q4 packets by source region", |figures| figures.period.countries.rows[0].packets += 1),
            ("2013Q4 packets by sensor", |figures| drop(figures.period.by_sensor.rows.pop())),
            ("2013Q4 packets by month", |figures| figures.period.months.rows[1].packets = None),
            ("12m@2013-12 packets by month", |figures| drop(figures.year.as_mut().unwrap().months.rows.pop())),
            ("2013Q4 the first ports", |figures| figures.period.ports.rows[0].row.packets = u64::MAX >> 8),
            ("2013Q4 packets of the sensor far", |figures| figures.period.top_by_sensor[0].1.packets += 1),
            ("2013Q4 sensors at home and abroad", |figures| figures.period.sides[1].ports.packets += figures.period.ports.ranking.packets),
        ];
        for (expected, spoil) in spoilt {
            let mut figures = figures.clone();
            spoil(&mut figures);
            match observation::lay_out(&figures, &[], &zone(), &team(), Language::Ja) {
                Err(ReportingError::DoesNotAddUp { place, .. }) => assert_eq!(place.en, expected),
                other => panic!("{expected}: {other:?}"),
            }
        }
    }

    async fn what_was_not_watched_is_said_and_not_zero(bench) {
        let desk = Desk::of(&bench, &SITES[..2]).await;
        for language in Language::ALL {
            let nothing = desk.document("2011Q1", language).await;
            assert!(nothing.lead.is_none() && nothing.blocks.len() == 1 && matches!(&nothing.blocks[0], Block::Note(_)), "{nothing:?}");
            let plain = plain(&desk.document("2012Q4", language).await);
            let [silent, before] = match language {
                Language::Ja => ["海外のセンサーが観測していない", "前の四半期に観測したセンサーがない"],
                Language::En => ["Sensors abroad did not watch", "No sensor watched in the quarter before"],
            };
            assert!(plain.contains(silent) && plain.contains(before), "{plain}");
        }
    }

    async fn a_year_is_told_once(bench) {
        let desk = Desk::of(&bench, &SITES).await;
        let document = desk.document("2013", Language::Ja).await;
        let headings = document.blocks.iter().filter(|block| matches!(block, Block::Heading { level: 2, id, .. } if id.starts_with("ports"))).count();
        assert_eq!(headings, 1);
        assert!(document.blocks.iter().any(|block| matches!(block, Block::Heat(_))));
    }
}
