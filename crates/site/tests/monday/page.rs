//! What is published, on both databases.

use crate::world::{Made, ROOT, Seen, World, day, migrations};
use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
};
use noroshi_ledger::{Query as _, Sql};
use noroshi_site::{
    SiteError,
    observation::{gather, publish},
};
use noroshi_testkit::{Bench, on_both_databases};
use std::{collections::BTreeMap, fs, path::Path};

/// Every file below a folder with its text.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let name = entry.strip_prefix(folder).expect("below it").display().to_string();
                all.insert(name, fs::read_to_string(&entry).expect("a text"));
            }
        }
    }
    all
}

fn seen() -> Vec<Seen> {
    let mut seen: Vec<Seen> = (0..12).map(|place| Seen::of(&format!("tcp/{}", 1000 + place), 100 - 5 * place)).collect();
    // What came in the last week alone, and in greater numbers than anything else.
    seen.push(Seen { last_days: 11, country: Some("US"), ..Seen::of("tcp/445", 200) });
    seen
}

async fn world(bench: Bench) -> World {
    let sensors: Vec<Made> = ["JP", "JP", "JP", "DE"].iter().zip(0..).map(|(country, number)| Made::at(country, number)).collect();
    World::of(bench, &sensors, &seen(), 400).await
}

on_both_databases! {
    migrations = migrations();

    async fn figures_are_averages_of_sensors_at_home(bench) {
        let world = world(bench).await;
        let monday = gather(world.ground(), world.monday()).await.expect("gathered");
        let first = &monday.week.ports.ranks[0];
        assert_eq!((first.rank, first.key.as_str(), first.average, first.earlier_rank, first.change_percent), (1, "tcp/445", 4_800.0, None, None));
        let second = &monday.week.ports.ranks[1];
        assert_eq!((second.rank, second.key.as_str(), second.average, second.earlier_rank, second.change_percent), (2, "tcp/1000", 2_400.0, Some(1), Some(0)));
        assert_eq!((monday.week.sensors, monday.week.ports.ranks.len()), (3, 13));
        assert!(monday.sections().all(|section| section.ports.ranks.iter().all(|rank| rank.key != "udp/53")), "what was seen abroad is not told");
        let quarter = monday.quarter.as_ref().expect("a quarter");
        assert_eq!((quarter.ports.lines.len(), quarter.ports.lines[0].points.len()), (10, 91));
        assert!(quarter.ports.lines[0].points.iter().all(|point| point.per_sensor_day == Some(2_400.0)), "an average does not hang on how many watch");
        let year = monday.year.as_ref().expect("a year");
        assert_eq!((year.ports.lines[0].points.len(), year.ports.lines[0].points[7].per_sensor_day), (52, Some(2_400.0)));
        let share: f64 = monday.week.ports.ranks.iter().map(|rank| rank.share).sum();
        assert!((share - 1.0).abs() < 1e-9, "{share}");
    }

    async fn who_probes_one_address_finds_nothing_of_it(bench) {
        // Four sensors. One and two of them are sent what nobody else is; and one is sent more of what all are sent.
        let probes = [
            Seen { sensors: 1, country: Some("BR"), last_days: 11, ..Seen::of("tcp/31337", 500) },
            Seen { sensors: 2, country: Some("BR"), last_days: 11, ..Seen::of("udp/31338", 500) },
            Seen { sensors: 1, last_days: 40, ..Seen::of("tcp/1000", 9_000) },
            // More than a rise had: as if it went on.
            Seen { sensors: 1, last_days: 40, ..Seen::of("tcp/1001", 100_000_000) },
        ];
        // And one is sent a little to each of many ports, which are too many to be rows.
        let spread = (40_000..40_300).map(|port| Seen { sensors: 1, country: Some("BR"), ..Seen::of(&format!("tcp/{port}"), 20) });
        let seen: Vec<Seen> = seen().into_iter().chain(probes).chain(spread).collect();
        let sensors: Vec<Made> = (0..4).map(|number| Made::at("JP", number)).collect();
        let world = World::of(bench, &sensors, &seen, 400).await;
        world.rise(1, "tcp/1001", "published", 20, "a worm").await;
        let folder = world.bench.folder.path().join("public");
        publish(world.ground(), &ROOT, &world.publisher(), &folder, world.monday()).await.expect("published");
        for (name, text) in files(&folder) {
            assert!(!text.contains("31337") && !text.contains("31338") && !text.contains("BR"), "{name}");
        }
        let monday = gather(world.ground(), world.monday()).await.expect("gathered");
        let of_all = monday.week.ports.ranks.iter().find(|rank| rank.key == "tcp/1000").expect("a rank");
        // Three sensors saw 2,400 a day each, and the fourth counts as they do.
        assert!((of_all.average - 2_400.0).abs() < 1e-6, "{}", of_all.average);
        // Nor do shares tell how much was sent to the one: the whole is as without probes.
        let (first, all) = (&monday.week.ports.ranks[0], monday.week.ports.ranks.iter().map(|rank| rank.average).sum::<f64>());
        assert!((first.share - first.average / all).abs() < 1e-9, "{first:?} of {all}");
        let lasted = monday.rises[0].lasted.expect("its days are told");
        assert_eq!((lasted.last, lasted.goes_on), (monday.rises[0].from, false), "nor is a rise made longer");
        let quarter = monday.quarter.as_ref().expect("a quarter");
        let line = quarter.ports.lines.iter().find(|line| line.key == "tcp/1000").expect("a line");
        let mut values: Vec<f64> = line.points.iter().filter_map(|point| point.per_sensor_day).collect();
        values.dedup();
        assert_eq!(values, [2_400.0], "day by day");
    }

    async fn pages_data_and_archive_are_written(bench) {
        let world = world(bench).await;
        let out = world.bench.folder.path().join("public");
        let published = publish(world.ground(), &ROOT, &world.publisher(), &out, world.monday()).await.expect("published");
        let all = files(&out);
        assert_eq!(published.monday, "2021-01-11");
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        assert_eq!(names, [
            "observation/data/2021-01-11/observation.json",
            "observation/data/2021-01-11/ports.csv",
            "observation/data/2021-01-11/region-series.csv",
            "observation/data/2021-01-11/regions.csv",
            "observation/data/2021-01-11/series.csv",
            "observation/en/2021-01-11.html",
            "observation/en/archive.html",
            "observation/en/index.html",
            "observation/index.html",
            "observation/ja/2021-01-11.html",
            "observation/ja/archive.html",
            "observation/ja/index.html",
            "observation/style.css",
        ]);
        let (ja, en) = (&all["observation/ja/index.html"], &all["observation/en/index.html"]);
        assert!(ja.contains("<html lang=\"ja\">") && ja.contains("2021年1月4日 — 2021年1月10日") && ja.contains("国内 3 台のセンサー") && ja.contains("microsoft-ds"), "{ja}");
        assert!(en.contains("<html lang=\"en\">") && en.contains("4 January 2021 — 10 January 2021") && en.contains("3 sensors at home"), "{en}");
        for page in [ja, en] {
            assert_eq!(page.matches("<figure").count(), 6, "two graphs of the quarter's ports and one of its countries, and so of the year");
            assert!(page.contains("4,800.0") && page.contains("445/TCP") && page.contains("https://noroshi.example.jp/compare"));
        }
        let csv = &all["observation/data/2021-01-11/ports.csv"];
        assert!(csv.contains("week,2021-01-03T15:00:00Z,2021-01-10T15:00:00Z,3,1,tcp/445,microsoft-ds,4800,"), "{csv}");
        assert_eq!(all["observation/data/2021-01-11/series.csv"].lines().count(), 1 + 10 * (91 + 52));
        let json: serde_json::Value = serde_json::from_str(&all["observation/data/2021-01-11/observation.json"]).expect("JSON");
        assert_eq!((json["spans"]["week"]["ranks"][0]["port"].as_str(), json["unit"].as_str()), (Some("tcp/445"), Some("packets per sensor and day")));
        let audited = Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE action = 'site.publish'");
        assert_eq!(world.bench.ledger.number(audited).await.expect("a number"), 1);
    }

    async fn countries_of_sources_are_ranked(bench) {
        let world = world(bench).await;
        let monday = gather(world.ground(), world.monday()).await.expect("gathered");
        let told: Vec<_> = monday.week.regions.ranks.iter().map(|rank| (rank.rank, rank.key.as_str(), rank.average, rank.earlier_rank)).collect();
        // Twelve services of unknown origin, 870 an hour; what sensors abroad saw from elsewhere is not told.
        assert_eq!(told, [(1, "unknown", 20_880.0, Some(1)), (2, "US", 4_800.0, None)]);
        let quarter = monday.quarter.as_ref().expect("a quarter");
        assert_eq!((quarter.regions.lines.len(), quarter.regions.lines[0].points.len()), (2, 91));
        let out = world.bench.folder.path().join("public");
        publish(world.ground(), &ROOT, &world.publisher(), &out, world.monday()).await.expect("published");
        let all = files(&out);
        for (page, country, unknown) in [("observation/ja/index.html", "米国", "不明"), ("observation/en/index.html", "United States", "unknown")] {
            assert!(all[page].contains(country) && all[page].contains(unknown), "{page}: {}", all[page]);
            assert_eq!(all[page].matches("<summary>").count(), 4, "the values of each graph are there: {page}");
        }
        assert!(all["observation/data/2021-01-11/regions.csv"].contains(",2,US,United States,4800,"), "{}", all["observation/data/2021-01-11/regions.csv"]);
        assert_eq!(all["observation/data/2021-01-11/region-series.csv"].lines().count(), 1 + 2 * (91 + 52));
    }

    async fn rises_that_were_published_are_told(bench) {
        let world = world(bench).await;
        for (number, (service, state, days, said)) in (1_i64..).zip([
            ("tcp/445", "published", 20, "a worm"),
            ("tcp/1000", "explained", 20, "not yet for everybody"),
            ("tcp/1001", "published", 20, "scans of 198.51.100[.]9"),
            ("tcp/1002", "published", 200, "in summer"),
            ("tcp/1003", "published", 370, "long ago"),
        ]) {
            world.rise(number, service, state, days, said).await;
        }
        let out = world.bench.folder.path().join("public");
        publish(world.ground(), &ROOT, &world.publisher(), &out, world.monday()).await.expect("published");
        let all = files(&out);
        let page = &all["observation/en/index.html"];
        assert!(page.contains("What became more") && page.contains("Rose suddenly from 22 December 2020 on. It lasted until 22 December 2020. a worm"), "{page}");
        let japanese = &all["observation/ja/index.html"];
        assert!(japanese.contains("2020年12月22日から急に増加しました。 2020年12月22日まで続きました。"), "{japanese}");
        for (name, text) in &all {
            assert!(["not yet for everybody", "198.51.100", "long ago"].iter().all(|hidden| !text.contains(hidden)), "{name}: {text}");
        }
        let json: serde_json::Value = serde_json::from_str(&all["observation/data/2021-01-11/observation.json"]).expect("JSON");
        assert_eq!((json["rises"].as_array().map(Vec::len), json["rises"][0]["port"].as_str()), (Some(2), Some("tcp/445")));
        assert_eq!((json["rises"][0]["last_day"].as_str(), json["rises"][0]["goes_on"].as_bool()), (json["rises"][0]["from"].as_str(), Some(false)));
    }

    async fn a_week_that_is_not_over_is_not_published(bench) {
        let world = world(bench).await;
        let next = world.monday().checked_add(jiff::Span::new().weeks(1)).expect("a day");
        let out = world.bench.folder.path().join("public");
        let refused = publish(world.ground(), &ROOT, &world.publisher(), &out, next).await;
        assert!(matches!(&refused, Err(SiteError::Refused(why)) if why.to_string().contains("is not over yet")), "{refused:?}");
        assert!(!out.exists());
    }

    async fn earlier_mondays_stay(bench) {
        let world = world(bench).await;
        let out = world.bench.folder.path().join("public");
        let last = world.monday();
        let before = last.checked_sub(jiff::Span::new().weeks(1)).expect("a day");
        publish(world.ground(), &ROOT, &world.publisher(), &out, before).await.expect("published");
        let first = files(&out);
        publish(world.ground(), &ROOT, &world.publisher(), &out, last).await.expect("published");
        let second = files(&out);
        assert_eq!(second["observation/ja/2021-01-04.html"], first["observation/ja/2021-01-04.html"]);
        assert!(second["observation/ja/index.html"].contains("2021年1月4日 — 2021年1月10日"));
        let archive = &second["observation/en/archive.html"];
        assert!(archive.find("2021-01-11.html") < archive.find("2021-01-04.html"), "the latest first: {archive}");
        // An earlier one, published again, is not what readers come for.
        publish(world.ground(), &ROOT, &world.publisher(), &out, before).await.expect("published");
        assert_eq!(files(&out)["observation/ja/index.html"], second["observation/ja/index.html"]);
        assert_eq!(files(&out)["observation/en/archive.html"], *archive);
    }

    async fn too_few_sensors_publish_nothing_and_leave_what_was(bench) {
        let mut world = world(bench).await;
        let out = world.bench.folder.path().join("public");
        publish(world.ground(), &ROOT, &world.publisher(), &out, world.monday()).await.expect("published");
        let before = files(&out);
        world.rule.least_sensors = 4;
        let refused = publish(world.ground(), &ROOT, &world.publisher(), &out, world.monday()).await;
        assert!(matches!(&refused, Err(SiteError::Refused(why)) if why.to_string().contains("only 3 sensors at home")), "{refused:?}");
        assert_eq!(files(&out), before);
        let handler = Actor::Account { id: AccountId(5), name: "handler".into(), roles: vec![Role::Handler] };
        world.rule.least_sensors = 3;
        assert!(matches!(publish(world.ground(), &handler, &world.publisher(), &out, world.monday()).await, Err(SiteError::Forbidden(_))));
        let tuesday = world.monday().tomorrow().expect("a day");
        assert!(matches!(publish(world.ground(), &ROOT, &world.publisher(), &out, tuesday).await, Err(SiteError::Refused(_))));
    }

    async fn days_on_which_too_few_watched_are_gaps(bench) {
        // The third sensor watches on eight days of ten: on the other two there are two.
        let mut sensors: Vec<Made> = (0..3).map(|number| Made::at("JP", number)).collect();
        sensors[2].days_of_ten = 8;
        let world = World::of(bench, &sensors, &seen(), 400).await;
        let monday = gather(world.ground(), world.monday()).await.expect("gathered");
        assert_eq!(monday.week.sensors, 3, "it watched for more than half of the week");
        let points = &monday.quarter.as_ref().expect("a quarter").ports.lines[0].points;
        let gaps: Vec<String> = points.iter().filter(|point| point.per_sensor_day.is_none()).map(|point| day(point.at, &world.zone)).collect();
        assert!((16..=20).contains(&gaps.len()), "{gaps:?}");
        assert!(points.iter().filter_map(|point| point.per_sensor_day).all(|average| (average - 2_400.0).abs() < 1e-9));
        assert!(monday.year.expect("a year").ports.lines[0].points.iter().all(|point| point.per_sensor_day.is_some()), "a week is what its days come to");
    }

    async fn what_was_not_watched_long_enough_is_left_out(bench) {
        let sensors: Vec<Made> = (0..3).map(|number| Made::at("JP", number)).collect();
        let world = World::of(bench, &sensors, &seen(), 30).await;
        let monday = gather(world.ground(), world.monday()).await.expect("gathered");
        assert!(monday.quarter.is_none() && monday.year.is_none());
        let out = world.bench.folder.path().join("public");
        publish(world.ground(), &ROOT, &world.publisher(), &out, world.monday()).await.expect("published");
        assert!(files(&out)["observation/en/index.html"].contains("The last 52 weeks are not published"));
    }
}

#[tokio::test]
async fn pages_are_strict_and_work_from_a_folder() {
    let world = world(Bench::sqlite(&migrations()).await).await;
    let out = world.bench.folder.path().join("public");
    publish(world.ground(), &ROOT, &world.publisher(), &out, world.monday()).await.expect("published");
    let all = files(&out);
    for (name, text) in all.iter().filter(|(name, _)| name.ends_with(".html")) {
        for word in ["<script", "style=\"", "onclick", "javascript:", "<iframe", "@import", "\u{27e6}", "Unknown localization"] {
            assert!(!text.contains(word), "{name} holds {word}");
        }
        for attribute in ["href=\"", "src=\""] {
            for address in text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                if address.starts_with("https://noroshi.example.jp/") || address.starts_with('#') {
                    continue;
                }
                let target = Path::new(name).parent().expect("a folder").join(address);
                let mut parts: Vec<&str> = Vec::new();
                for part in target.to_str().expect("a path").split('/') {
                    if part == ".." { parts.pop().map(drop).expect("it stays within") } else { parts.push(part) }
                }
                assert!(all.contains_key(&parts.join("/")), "{name} leads to {address}, which is not there");
            }
        }
    }
    let style = &all["observation/style.css"];
    assert!(!style.contains("url(") && !style.contains("http"), "the style asks for nothing");
}
