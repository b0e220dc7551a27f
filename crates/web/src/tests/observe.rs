//! What sensors saw, on pages: every question is a link, its graph has its figures beside it, and what is not known is no zero; on both databases.

use super::{
    browser::{Browser, on_both},
    filled::Filled,
    pages::check,
    tongues::speaks_one,
};
use axum::http::StatusCode;
use noroshi_kernel::{
    access::{Actor, Role},
    moment::Moment,
};
use noroshi_lake::packets::{Country, Kind, Service, Tool};
use noroshi_observation::{
    service::{
        history::{Group, History, take_over},
        registry::{self, Site},
    },
    watch::Watch,
};

const ROOT: Actor = Actor::Platform;

/// Sixty days of two sensors: port 22 more and more, 445 as ever, and on the fortieth day nobody watched.
async fn fill(filled: &Filled) -> Moment {
    let zone = filled.web.reckoning.zone.clone();
    let today = zone.moment(zone.wall(filled.web.ledger.now()).date().at(0, 0, 0, 0)).expect("a day");
    let day = |day: i64| Moment(today.0 + (day - 60) * Moment::DAY_US);
    let mut watched = Vec::new();
    for (name, country, region) in [("north", "JP", "Hokkaido"), ("far", "US", "Oregon")] {
        let site = Site { country: country.into(), region: region.into(), ..Site::default() };
        let sensor = registry::enter(&filled.web.ledger, &ROOT, name, &site).await.expect("entered").id;
        watched.extend([Watch { sensor, from: day(0).0, to: day(40).0 }, Watch { sensor, from: day(41).0, to: day(60).0 }]);
    }
    let group = |at: i64, source: u8, port: u16, country: &[u8; 2], packets: u64| Group {
        at: Moment(day(at).0 + 3_600_000_000),
        source: [192, 0, 2, source].into(),
        service: Service::Port { protocol: 6, port },
        country: Country::new(*country),
        tool: Tool::Unknown,
        kind: Kind::Scan,
        sensors: vec![(1, packets), (2, packets)],
    };
    let days = (0..60_i64).filter(|day| *day != 40).map(move |day| {
        let growing = u64::try_from(day).expect("small") + 1;
        vec![group(day, 1, 22, b"JP", growing), group(day, 2, 22, b"US", growing), group(day, 3, 445, b"CN", 10)]
    });
    let days: Vec<Vec<Group>> = days.collect();
    take_over(&filled.web.ledger, &ROOT, &zone, History { until: today, watched, days: days.into_iter() }).await.expect("taken over");
    today
}

fn text(page: &str) -> String {
    let mut text = String::new();
    let mut within = false;
    for character in page.chars() {
        match character {
            '<' => within = true,
            '>' => {
                within = false;
                text.push(' ');
            }
            _ if !within => text.push(character),
            _ => {}
        }
    }
    text.replace("&#160;", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_question_is_a_link_with_its_graph_and_figures() {
    on_both(async |filled: Filled| {
        let today = fill(&filled).await;
        let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
        let zone = &filled.web.reckoning.zone;
        let date = |days: i64| zone.wall(Moment(today.0 + days * Moment::DAY_US)).date().to_string();
        let window = format!("from={}&to={}", date(-10), date(0));

        let page = analyst.get(&format!("/observe?{window}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        check("/observe", "en", &page.body);
        // 2 × 2 sources × (51 + … + 60) packets on port 22; ranks with the ten days before.
        let said = text(&page.body);
        assert!(said.contains("22/TCP ssh 1 1 111.0 +21 % 2,220 91.7 % 2"), "{said}");
        assert!(said.contains("445/TCP microsoft-ds 2 2 10.0 0 % 200 8.3 % 1"), "{said}");
        assert!(page.body.contains("class=\"chart broad\"") && page.body.contains("ln l1"), "{}", page.body);

        // What is selected stands in the title, which a wall shows without its address.
        let of_port = text(&analyst.get(&format!("/observe?show=ranks&by=country&port=tcp/22&sensors=home&{window}")).await.body);
        assert!(of_port.contains("ranks 1–5 (22/TCP (ssh) Sensors at home)"), "{of_port}");

        // The row leads to the port alone, which tells regions and sensors.
        let link = "/observe?show=series&amp;by=port&amp;port=tcp/22&amp;";
        let from = page.body.find(link).expect("a link to the port");
        let href = page.body[from..].split('"').next().expect("an address").replace("&amp;", "&");
        let port = analyst.get(&href).await;
        check(&href, "en", &port.body);
        let said = text(&port.body);
        assert!(said.contains("Japan 1 55.5 1,110 50.0 %") && said.contains("far 2 "), "{said}");

        // A day that nobody watched is a dash, and a gap of the line.
        let gap = analyst.get(&format!("/observe?show=series&port=tcp/22&from={}&to={}&bucket=day", date(-25), date(-15))).await;
        let said = text(&gap.body);
        assert!(said.contains(&format!("{} – – – 0", date(-20))), "{said}");
        assert_eq!(gap.body.matches("class=\"ln l1\"").count(), 4, "two stretches, in the broad picture and the slim one: {}", gap.body);

        // Home beside abroad, by sensors at home alone.
        let origins = analyst.get(&format!("/observe?show=origins&sensors=home&{window}")).await;
        let said = text(&origins.body);
        assert!(said.contains("at home") && said.contains(&format!("{} 60.0 70.0", date(-1))), "{said}");
        let weeks = analyst.get(&format!("/observe?show=weeks&from={}&to={}", date(-60), date(0))).await;
        assert!(weeks.body.contains("class=\"heat") || weeks.body.contains("chart broad"), "{}", weeks.body);
        check("/observe?show=weeks", "en", &weeks.body);

        // Of a week that is not over sources stand in the table: the line ends before, for it is no fall.
        let weeks = |to: i64| format!("/observe?show=distinct&port=tcp/22&bucket=week&from={}&to={}", date(-35), date(to));
        for beyond in [0, 1, 40] {
            let said = text(&analyst.get(&weeks(beyond)).await.body);
            let (note, table) = (said.find("This week is not over yet"), said.find("As a table"));
            assert!(note.is_some() && note < table, "{beyond}: told beside the graph: {said}");
        }
        assert!(!text(&analyst.get(&weeks(-8)).await.body).contains("not over yet"));
        let until_now = analyst.get(&weeks(0)).await;
        speaks_one(&until_now.body, "en", "distinct");

        for (language, path) in [
            ("ja", weeks(0)),
            ("ja", format!("/observe?{window}")),
            ("ja", format!("/observe?show=series&port=icmp&{window}")),
            ("en", format!("/observe?show=sources&{window}")),
        ] {
            let page = Browser::of(&filled, Role::Analyst).await.speaking(language).get(&path).await;
            check(&path, language, &page.body);
            speaks_one(&page.body, language, &path);
        }

        // The same for programs.
        let csv = analyst.get(&format!("/observe/graph.csv?{window}")).await;
        assert!(csv.body.contains("key,packets,sources,share,average_per_sensor,per_sensor_day\ntcp/22,2220,2,"), "{}", csv.body);
        let json = analyst.get(&format!("/observe/graph.json?show=series&port=tcp/445&bucket=week&{window}")).await;
        let told: serde_json::Value = serde_json::from_str(&json.body).expect("JSON");
        assert_eq!(told["key"], "tcp/445");
        assert_eq!(told["rows"].as_array().expect("rows").iter().map(|row| row["packets"].as_u64().unwrap_or(0)).sum::<u64>() % 20, 0);
        let svg = analyst.get(&format!("/observe/graph.svg?{window}")).await;
        assert!(svg.body.starts_with("<svg xmlns="), "{}", svg.body);
        // The press of these tests gives back what came to it: the colours of print.
        let png = analyst.get(&format!("/observe/graph.png?{window}")).await;
        assert_eq!(png.header(axum::http::header::CONTENT_TYPE), "image/png");
        assert!(png.body.starts_with("<svg xmlns=") && png.body.contains("stroke-dasharray:8 3") && !png.body.contains("var("), "{}", png.body);
    })
    .await;
}

#[tokio::test]
async fn questions_that_cannot_be_answered_say_why() {
    on_both(async |filled: Filled| {
        fill(&filled).await;
        let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
        for (path, status, said) in [
            ("/observe?port=445", StatusCode::UNPROCESSABLE_ENTITY, "is no service"),
            ("/observe?sensors=nowhere", StatusCode::UNPROCESSABLE_ENTITY, "there is no sensor or region"),
            ("/observe?country=Japan", StatusCode::UNPROCESSABLE_ENTITY, "is no country"),
            ("/observe?show=all", StatusCode::BAD_REQUEST, "show"),
            ("/observe?port=tcp%2F22&port=tcp%2F23", StatusCode::BAD_REQUEST, "port"),
            ("/observe?show=origins&country=JP", StatusCode::UNPROCESSABLE_ENTITY, "name no country"),
            ("/observe/graph.svg?show=sides&sensors=home", StatusCode::UNPROCESSABLE_ENTITY, "are all sensors; name none"),
            ("/observe?from=yesterday", StatusCode::UNPROCESSABLE_ENTITY, "write both times as"),
            ("/observe/graph.csv?from=yesterday", StatusCode::UNPROCESSABLE_ENTITY, "write both times as"),
            ("/observe?from=2019-03-02&to=2019-03-01", StatusCode::UNPROCESSABLE_ENTITY, "must be later than"),
            ("/observe?colour=red", StatusCode::BAD_REQUEST, "colour"),
            ("/observe?show=series&bucket=hour&from=2010-01-01&to=2019-01-01", StatusCode::UNPROCESSABLE_ENTITY, "more than"),
            ("/observe?show=series&bucket=hour&from=2018-12-01&to=2019-03-01", StatusCode::UNPROCESSABLE_ENTITY, "can be seen in one picture"),
            ("/observe?show=ranks&bucket=hour&from=2018-12-01&to=2019-03-01", StatusCode::UNPROCESSABLE_ENTITY, "can be seen in one picture"),
            ("/observe/graph.png?show=series&bucket=hour&from=2018-12-01&to=2019-03-01", StatusCode::UNPROCESSABLE_ENTITY, "can be seen in one picture"),
            ("/observe/graph.exe", StatusCode::NOT_FOUND, ""),
            ("/observe/graph.svg?show=sources", StatusCode::NOT_FOUND, ""),
        ] {
            let page = analyst.get(path).await;
            assert_eq!(page.status, status, "{path}: {}", page.body);
            assert!(text(&page.body).contains(said) && !page.body.contains("Not saved"), "{path}: {}", page.body);
        }
        // A time without packets says so.
        let nothing = analyst.get("/observe?from=2015-01-01&to=2015-02-01").await;
        assert!(text(&nothing.body).contains("No packets came in this time"), "{}", nothing.body);
        let nobody = Browser::stranger(&filled).get("/observe").await;
        assert_ne!(nobody.status, StatusCode::OK);
    })
    .await;
}
