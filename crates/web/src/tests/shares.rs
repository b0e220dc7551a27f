//! Observations for others: each kind of key with each region at each place where it is asked; keys made and ended on the page; on both databases.

use super::{
    browser::{Answer, Browser, on_both},
    filled::{Filled, ROOT},
    pages::check,
};
use axum::http::{StatusCode, header};
use noroshi_kernel::access::Role;
use noroshi_ledger::{Query as _, Sql};
use noroshi_observation::service::{
    self, Silent,
    registry::{self, Site},
    share::{self, Kind},
};
use noroshi_testkit::capture;
use std::net::Ipv4Addr;

/// A SYN and a datagram with a payload for each of so many packets, from 198.51.100.(n) to an address of the sensor's, within a minute of 18 March 2019.
fn capture(packets: u8, to: Ipv4Addr) -> Vec<u8> {
    capture::pcap((0..packets).flat_map(|number| {
        // 2019-03-18T00:00:07Z and so many milliseconds.
        let (at, source) = (1_552_867_207_000_000 + i64::from(number) * 1_000, Ipv4Addr::new(198, 51, 100, 70 + number));
        let mut syn = capture::identified(capture::syn(source, to, 445), 0x1234);
        // Mirai's: the sequence number is the destination.
        syn.splice(24..28, to.octets());
        [(at, syn), (at, capture::identified(capture::udp(source, to, 5_060, b"secret"), 0x1234))]
    }))
}

/// Two sensors in Japan that saw three and five of each, one in Hesse that saw seven.
pub(super) async fn world(filled: &Filled) {
    for (name, country, region, packets, to) in
        [("tokyo-1", "JP", "Kanto", 3, [203, 0, 113, 11]), ("osaka-1", "JP", "Kansai", 5, [203, 0, 113, 12]), ("kassel-1", "DE", "Hesse", 7, [203, 0, 113, 13])]
    {
        let site = Site { organisation: format!("Host of {name}"), region: region.into(), country: country.into(), addresses: 1 };
        registry::add(&filled.web.ledger, &ROOT, name, &site).await.expect("entered");
        let path = filled.folder.path().join(format!("{name}.pcap"));
        std::fs::write(&path, capture(packets, to.into())).expect("written");
        service::import(&filled.web.observatory, &ROOT, name, &path, Box::new(Silent)).await.expect("imported");
    }
}

async fn asked(filled: &Filled, secret: Option<&str>, path: &str) -> Answer {
    let bearer = secret.map(|secret| format!("Bearer {secret}"));
    let headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
    Browser::stranger(filled).program("GET", path, &headers, "").await
}

/// How a Parquet file begins and ends.
const MAGIC: &str = "PAR1";
const TOP: &str = "/api/v1/observations/top?from=2019-03-18T00:00:00Z&to=2019-03-19T00:00:00Z";
const SERIES: &str = "/api/v1/observations/series?from=2019-03-18T00:00:00Z&to=2019-03-19T00:00:00Z&bucket=hour&port=tcp/445";
const PACKETS: &str = "/api/v1/observations/packets?day=2019-03-18";

#[tokio::test]
async fn a_key_is_given_its_own_and_nothing_else() {
    on_both(async |filled: Filled| {
        world(&filled).await;
        let mut uses = 0;
        for (place, (kind, regions, packets)) in [
            (Kind::Partner, &["JP"][..], 8),
            (Kind::Partner, &["Hesse"][..], 7),
            (Kind::Partner, &["JP", "Hesse"][..], 15),
            (Kind::Partner, &["FR", "Kyushu"][..], 0),
            (Kind::Researcher, &[][..], 15),
            (Kind::Researcher, &["JP"][..], 8),
            (Kind::Researcher, &["FR"][..], 0),
        ]
        .into_iter()
        .enumerate()
        {
            let regions: Vec<String> = regions.iter().map(|region| (*region).to_owned()).collect();
            let secret = share::add(&filled.web.ledger, &ROOT, &format!("key-{place}"), kind, &regions).await.expect("made");
            let what = format!("{kind:?} of {regions:?}");
            let top = asked(&filled, Some(&secret), &format!("{TOP}&by=port")).await;
            let json: serde_json::Value = serde_json::from_str(&top.body).unwrap_or_else(|error| panic!("{what}: {error}: {}", top.body));
            assert_eq!((top.status, json["packets"].as_u64()), (StatusCode::OK, Some(packets * 2)), "{what}: {json}");
            let series = asked(&filled, Some(&secret), SERIES).await;
            let json: serde_json::Value = serde_json::from_str(&series.body).expect("JSON");
            let sum: u64 = json["rows"].as_array().expect("rows").iter().filter_map(|row| row["packets"].as_u64()).sum();
            assert_eq!((series.status, sum), (StatusCode::OK, packets), "{what}: {json}");
            let csv = asked(&filled, Some(&secret), &format!("{PACKETS}&format=csv")).await;
            let lines: Vec<&str> = csv.body.lines().skip(1).collect();
            assert_eq!((csv.status, lines.len() as u64), (StatusCode::OK, packets * 2), "{what}: {}", csv.body);
            assert_eq!(csv.header(header::CONTENT_LENGTH), csv.body.len().to_string());
            let parquet = asked(&filled, Some(&secret), PACKETS).await;
            assert!(parquet.status == StatusCode::OK && parquet.body.starts_with(MAGIC) && parquet.body.ends_with(MAGIC), "{what}");
            assert_eq!(parquet.header(header::CONTENT_TYPE), "application/vnd.apache.parquet");
            uses += 4;
            let of_others = |name: &str| [&top, &series, &csv, &parquet].iter().any(|answer| answer.body.contains(name));
            for (country, destination) in [("JP", "203.0.113.11"), ("JP", "203.0.113.12"), ("Hesse", "203.0.113.13")] {
                let is_told = kind == Kind::Partner && regions.iter().any(|region| region == country);
                assert_eq!(of_others(destination), is_told, "{what}: {destination}: {}", csv.body);
            }
            assert!(!of_others("Host of") && !of_others("tokyo-1"), "{what}");
            for line in lines {
                let cells: Vec<&str> = line.split(',').collect();
                let [at, sensor, source, destination] = cells[..4] else { panic!("{line}") };
                if kind == Kind::Partner {
                    assert!(at.contains("2019-03-18T00:00:07") && ["1", "2", "3"].contains(&sensor) && source.contains("198.51.100.7"), "{line}");
                    assert_eq!(cells[10], "4660", "{line}");
                } else {
                    assert!(at == "2019-03-18T00:00:00Z" && source == "198.51.100.0" && destination.is_empty() && !["1", "2", "3"].contains(&sensor), "{line}");
                    assert!(cells[10].is_empty() && cells[18].is_empty() && (cells[4] == "17" || cells[14] == "0"), "{line}");
                }
            }
        }
        let noted = Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE action = 'observation.share_used'");
        assert_eq!(filled.web.ledger.number(noted).await.expect("a number"), uses);
    })
    .await;
}

#[tokio::test]
async fn a_researcher_does_not_come_nearer_by_asking_well() {
    on_both(async |filled: Filled| {
        world(&filled).await;
        let researcher = share::add(&filled.web.ledger, &ROOT, "researcher", Kind::Researcher, &[]).await.expect("made");
        let partner = share::add(&filled.web.ledger, &ROOT, "partner", Kind::Partner, &["JP".into()]).await.expect("made");
        let near = "/api/v1/observations/top?from=2019-03-18T00:00:07Z&to=2019-03-18T00:00:08Z&by=port";
        for (path, for_partner) in [
            (format!("{TOP}&by=source"), StatusCode::OK),
            (format!("{TOP}&by=sensor"), StatusCode::OK),
            (format!("{TOP}&network=198.51.100.70"), StatusCode::OK),
            (format!("{TOP}&network=198.51.100.0/25"), StatusCode::OK),
            (near.to_owned(), StatusCode::OK),
            (format!("{TOP}&sensors=tokyo-1"), StatusCode::BAD_REQUEST),
            (format!("{TOP}&sensors=all"), StatusCode::BAD_REQUEST),
        ] {
            let answer = asked(&filled, Some(&researcher), &path).await;
            let expected = if for_partner == StatusCode::OK { StatusCode::FORBIDDEN } else { for_partner };
            assert_eq!((answer.status, answer.header(header::CONTENT_TYPE)), (expected, "application/problem+json"), "{path}: {}", answer.body);
            let answer = asked(&filled, Some(&partner), &path).await;
            assert_eq!(answer.status, for_partner, "{path}: {}", answer.body);
            assert!(!answer.body.contains("kassel-1") && !answer.body.contains("198.51.100.76"), "{path}: of another region: {}", answer.body);
        }
        for path in [format!("{TOP}&by=network"), format!("{TOP}&by=country"), format!("{TOP}&by=tool"), format!("{TOP}&network=198.51.100.0/24")] {
            assert_eq!(asked(&filled, Some(&researcher), &path).await.status, StatusCode::OK, "{path}");
        }
        // Pseudonyms are a key's own, and the same whenever it asks.
        let sensors = async |secret: &str| {
            let answer = asked(&filled, Some(secret), &format!("{PACKETS}&format=csv")).await;
            answer.body.lines().skip(1).filter_map(|line| line.split(',').nth(1).map(str::to_owned)).collect::<std::collections::BTreeSet<_>>()
        };
        let another = share::add(&filled.web.ledger, &ROOT, "another", Kind::Researcher, &[]).await.expect("made");
        assert_eq!(sensors(&researcher).await, sensors(&researcher).await);
        assert!(sensors(&researcher).await.is_disjoint(&sensors(&another).await));
        assert_eq!(sensors(&another).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_key_or_no_question_is_refused() {
    let filled = Filled::empty().await;
    let secret = share::add(&filled.web.ledger, &ROOT, "partner", Kind::Partner, &["JP".into()]).await.expect("made");
    for path in [TOP, SERIES, PACKETS] {
        for wrong in [None, Some(""), Some("noroshi_share_"), Some("noroshi_share_00"), Some(&secret[..secret.len() - 1]), Some("noroshi_report")] {
            let answer = asked(&filled, wrong, path).await;
            assert_eq!((answer.status, answer.header(header::WWW_AUTHENTICATE)), (StatusCode::UNAUTHORIZED, "Bearer"), "{path} {wrong:?}");
        }
    }
    for path in [
        "/api/v1/observations/top",
        "/api/v1/observations/top?from=2019-03-18&to=2019-03-18",
        "/api/v1/observations/top?from=yesterday&to=2019-03-18",
        &format!("{TOP}&by=colour"),
        &format!("{TOP}&limit=0"),
        &format!("{TOP}&limit=10001"),
        &format!("{TOP}&port=445"),
        &format!("{TOP}&colour=red"),
        &format!("{TOP}&format=xml"),
        &format!("{SERIES}&bucket=minute"),
        "/api/v1/observations/packets",
        "/api/v1/observations/packets?day=20190318x",
        &format!("{PACKETS}&format=json"),
    ] {
        let answer = asked(&filled, Some(&secret), path).await;
        assert_eq!((answer.status, answer.header(header::CONTENT_TYPE)), (StatusCode::BAD_REQUEST, "application/problem+json"), "{path}: {}", answer.body);
    }
    let long = "/api/v1/observations/series?from=1990-01-01T00:00:00Z&to=2019-01-01T00:00:00Z&bucket=hour";
    assert_eq!(asked(&filled, Some(&secret), long).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let csv = Browser::stranger(&filled).program("GET", TOP, &[("authorization", &format!("bearer {secret}")), ("accept", "text/csv")], "").await;
    assert!(csv.header(header::CONTENT_TYPE).starts_with("text/csv") && csv.body.contains("key,packets,"), "{}", csv.body);
}

#[tokio::test]
async fn a_key_waits_when_it_asks_too_often() {
    let filled = Filled::empty().await;
    let secret = share::add(&filled.web.ledger, &ROOT, "partner", Kind::Partner, &["JP".into()]).await.expect("made");
    let reader = Browser::stranger(&filled);
    let bearer = format!("Bearer {secret}");
    for _ in 0..20 {
        assert_eq!(reader.program("GET", PACKETS, &[("authorization", &bearer)], "").await.status, StatusCode::OK);
    }
    let waits = reader.program("GET", PACKETS, &[("authorization", &bearer)], "").await;
    assert_eq!((waits.status, waits.header(header::RETRY_AFTER).is_empty()), (StatusCode::TOO_MANY_REQUESTS, false));
    assert_eq!(reader.program("GET", TOP, &[("authorization", &bearer)], "").await.status, StatusCode::OK, "other questions have their own limit");
}

#[tokio::test]
async fn keys_are_made_told_once_and_ended_on_the_page() {
    on_both(async |filled: Filled| {
        world(&filled).await;
        let (administrator, analyst) = (Browser::of(&filled, Role::Administrator).await, Browser::of(&filled, Role::Analyst).await);
        assert_eq!(analyst.get("/sensors/shares").await.status, StatusCode::FORBIDDEN);
        assert!(!analyst.get("/sensors").await.body.contains("/sensors/shares") && administrator.get("/sensors").await.body.contains("/sensors/shares"));
        let made = administrator.post("/sensors/shares", &[("name", "Partner CSIRT"), ("kind", "partner"), ("regions", "JP\r\nHesse")]).await;
        check("/sensors/shares", "ja", &made.body);
        let from = made.body.find("noroshi_share_").expect("a key");
        let secret = made.body[from..from + 78].to_owned();
        assert_eq!(asked(&filled, Some(&secret), TOP).await.status, StatusCode::OK, "{secret}");
        let page = administrator.get("/sensors/shares").await.body;
        assert!(page.contains("Partner CSIRT") && page.contains("Hesse ・ JP") && !page.contains("noroshi_share_"), "{page}");
        let kept = Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE detail LIKE ").bind(format!("%{}%", &secret[14..]));
        assert_eq!(filled.web.ledger.number(kept).await.expect("a number"), 0, "the secret is kept nowhere");
        for (fields, reason) in [
            (&[("name", "Partner CSIRT"), ("kind", "partner"), ("regions", "JP")][..], "もうあります"),
            (&[("name", "Other"), ("kind", "partner"), ("regions", " ")][..], "1 つ以上"),
            (&[("name", " "), ("kind", "researcher"), ("regions", "")][..], "1～60 文字"),
        ] {
            let refused = administrator.post("/sensors/shares", fields).await;
            assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains(reason), "{reason}: {}", refused.body);
        }
        assert_eq!(administrator.post("/sensors/shares/end", &[("name", "Partner CSIRT")]).await.location(), "/sensors/shares");
        assert_eq!(asked(&filled, Some(&secret), TOP).await.status, StatusCode::UNAUTHORIZED, "it opens nothing any more");
        assert!(administrator.get("/sensors/shares").await.body.contains("終了"));
        assert_eq!(administrator.post("/sensors/shares/end", &[("name", "Partner CSIRT")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
