//! A reader's packets beside ours: what is answered, what is refused, and that nothing is kept; on both databases.

use super::{
    browser::{Browser, on_both},
    filled::{Filled, ROOT},
    pages::check,
};
use axum::http::StatusCode;
use noroshi_kernel::moment::Moment;
use noroshi_ledger::{Backend, FromQueryResult, Query as _, Sql};
use noroshi_observation::{
    parse_service,
    service::{
        history::{self, Group, History},
        registry::{self, Site},
    },
    watch::Watch,
};
use noroshi_testkit::capture;
use serde_json::Value;
use std::{collections::BTreeMap, net::Ipv4Addr, path::Path};

/// Knocks at a firewall: as Linux logs them.
const LOG: &str = "IN=eth0 OUT= SRC=198.51.100.77 DST=192.0.2.99 LEN=40 PROTO=TCP SPT=40000 DPT=23 SYN URGP=0\n\
                   IN=eth0 OUT= SRC=198.51.100.77 DST=192.0.2.99 LEN=40 PROTO=TCP SPT=40000 DPT=23 SYN URGP=0\n\
                   IN=eth0 OUT= SRC=198.51.100.77 DST=192.0.2.99 LEN=40 PROTO=TCP SPT=40000 DPT=8081 SYN URGP=0\n\
                   secret-of-the-reader\n";

/// Enters sensors by their countries, and takes over what each of them saw each day of three weeks: of tcp/445 four, of tcp/23 two and of tcp/22 one
/// in an hour; the ones abroad see nothing but udp/53.
pub(super) async fn world(filled: &Filled, countries: &[&str]) {
    let zone = filled.web.reckoning.zone.clone();
    let today = zone.wall(filled.web.ledger.now()).date();
    let until = zone.moment(today.at(0, 0, 0, 0)).expect("a midnight");
    let from = until.plus_days(-21);
    let (mut watched, mut home, mut abroad) = (Vec::new(), Vec::new(), Vec::new());
    for (place, country) in countries.iter().enumerate() {
        let site = Site { organisation: "Host of the sensor".into(), region: "Kanto".into(), country: (*country).into(), addresses: 1 };
        let sensor = registry::add(&filled.web.ledger, &ROOT, &format!("watchtower-{place}"), &site).await.expect("entered");
        watched.push(Watch { sensor: sensor.id, from: from.0, to: until.0 });
        let of = if *country == "JP" { &mut home } else { &mut abroad };
        of.push(u32::try_from(sensor.number).expect("small"));
    }
    let group = move |at: Moment, service: &str, sensors: &[u32], count: u64| Group {
        at,
        source: "198.51.100.9".parse().expect("an address"),
        service: parse_service(service).expect("a service"),
        country: None,
        tool: noroshi_lake::packets::Tool::Unknown,
        kind: noroshi_lake::packets::Kind::Scan,
        sensors: sensors.iter().map(|number| (*number, count)).collect(),
    };
    let days = (0..21).map(move |day| {
        let at = from.plus_days(day);
        let mut groups = vec![group(at, "tcp/445", &home, 96), group(at, "tcp/23", &home, 48), group(at, "tcp/22", &home, 24)];
        if !abroad.is_empty() {
            groups.push(group(at, "udp/53", &abroad, 10_000));
        }
        groups
    });
    history::take_over(&filled.web.ledger, &ROOT, &zone, History { until, watched, days }).await.expect("taken over");
}

/// Everything on the disk and in the database.
async fn everything(filled: &Filled) -> BTreeMap<String, String> {
    #[derive(FromQueryResult)]
    struct Name {
        name: String,
    }
    #[derive(FromQueryResult)]
    struct Content {
        content: Option<String>,
    }
    let mut all = BTreeMap::new();
    files(filled.folder.path(), &mut all);
    if filled.web.ledger.backend() == Backend::Postgres {
        let names = Sql::new("SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()");
        for Name { name } in filled.web.ledger.all::<Name>(names).await.expect("tables") {
            let content = Sql::new(&format!("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS content FROM {name} t"));
            let content = filled.web.ledger.one::<Content>(content).await.expect("a table").and_then(|row| row.content);
            all.insert(name, content.unwrap_or_default());
        }
        assert!(all.len() > 30, "the tables were read");
    }
    all
}

/// The bytes of every file; of SQLite's shared memory, which readers write too, not.
fn files(folder: &Path, into: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files(&entry, into);
        } else if entry.extension().is_none_or(|ending| ending != "sqlite-shm") {
            let mut file = std::fs::File::open(&entry).expect("a file");
            into.insert(entry.display().to_string(), noroshi_ledger::blob::digest(&mut file).expect("its bytes"));
        }
    }
}

async fn as_program(reader: &Browser, parts: &[(&str, &str)]) -> (StatusCode, Value) {
    let mut body = String::new();
    for (name, value) in parts {
        body += &format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--limit--\r\n";
    let headers = [("accept", "application/json"), ("content-type", "multipart/form-data; boundary=limit")];
    let answer = reader.program("POST", "/compare", &headers, body).await;
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body)))
}

#[tokio::test]
async fn a_log_is_compared_and_nothing_is_kept() {
    on_both(async |filled: Filled| {
        world(&filled, &["JP", "JP", "JP", "DE"]).await;
        let reader = Browser::stranger(&filled);
        reader.get("/compare").await;
        let before = everything(&filled).await;
        for language in ["ja", "en"] {
            let answer = Browser::stranger(&filled).speaking(language).upload("/compare", &[("log", None, LOG.as_bytes()), ("span", None, b"week")]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            check("/compare", language, &answer.body);
            assert!(answer.body.contains("8081/TCP") && answer.body.contains("microsoft-ds") && answer.body.contains("96"), "{}", answer.body);
            for own in ["198.51.100", "192.0.2.99", "secret-of-the-reader", "watchtower", "Host of the sensor", "Kanto"] {
                assert!(!answer.body.contains(own), "{own} is told: {}", answer.body);
            }
        }
        let (status, json) = as_program(&reader, &[("log", LOG), ("span", "month")]).await;
        assert_eq!(status, StatusCode::OK, "{json}");
        assert_eq!((json["theirs"]["packets"].as_u64(), json["theirs"]["reading"]["first_unread_line"].as_u64()), (Some(3), Some(4)));
        assert_eq!(everything(&filled).await, before, "nothing on the disk or in the database changed");
    })
    .await;
}

#[tokio::test]
async fn both_sides_are_told_in_numbers() {
    on_both(async |filled: Filled| {
        world(&filled, &["JP", "JP", "JP", "JP", "DE"]).await;
        // Of three packets nothing is said.
        let (_, few) = as_program(&Browser::stranger(&filled), &[("log", LOG)]).await;
        assert_eq!((few["likeness"].as_str(), few["only_ours"].as_array().map(Vec::len)), (Some("few"), Some(0)), "{few}");
        let (_, json) = as_program(&Browser::stranger(&filled), &[("log", &LOG.repeat(7))]).await;
        assert_eq!(json["ours"], serde_json::json!({ "from": "2019-03-10T15:00:00Z", "to": "2019-03-17T15:00:00Z", "sensors": 4 }));
        let row = |service: &str| json["rows"].as_array().expect("rows").iter().find(|row| row["service"] == service).cloned().unwrap_or_default();
        assert_eq!(row("tcp/23")["theirs"], serde_json::json!({ "rank": 1, "packets": 14, "percent": 66.7 }));
        assert_eq!(row("tcp/23")["ours"], serde_json::json!({ "rank": 2, "per_sensor_day": 48.0, "percent": 28.6 }), "{json}");
        assert_eq!((row("tcp/445")["theirs"].is_null(), row("tcp/445")["ours"]["rank"].as_u64()), (true, Some(1)));
        assert_eq!(json["only_theirs"], serde_json::json!(["tcp/8081"]));
        assert_eq!(json["only_ours"], serde_json::json!(["tcp/445", "tcp/22"]));
        assert!(row("udp/53").is_null(), "what was seen abroad is not public: {json}");
        assert!(json["meaning"].as_str().is_some_and(|meaning| !meaning.is_empty()));
    })
    .await;
}

/// A capture of packets of a protocol, to a port, with flags.
fn captured(packets: &[(u8, u16, u8)]) -> Vec<u8> {
    let (source, destination) = (Ipv4Addr::new(198, 51, 100, 9), Ipv4Addr::new(192, 0, 2, 7));
    capture::pcap(packets.iter().map(|(protocol, port, flags)| match protocol {
        6 => (1_710_028_800_000_000, capture::tcp(source, destination, *port, *flags)),
        _ => (1_710_028_800_000_000, capture::udp(source, destination, *port, b"")),
    }))
}

#[tokio::test]
async fn of_a_capture_what_begins_something_counts() {
    let filled = Filled::empty().await;
    world(&filled, &["JP", "JP", "JP"]).await;
    let reader = Browser::stranger(&filled).speaking("en");
    // Two SYNs, an answer, an acknowledgment, a datagram.
    let file = captured(&[(6, 445, 2), (6, 445, 2), (6, 50_000, 0x12), (6, 443, 0x10), (17, 5_060, 0)]);
    let page = reader.upload("/compare", &[("file", Some("a.pcap"), &file), ("span", None, b"week")]).await;
    assert!(page.body.contains("Of 5 packets of captures, 2 begin no connection"), "{}", page.body);
    assert!(page.body.contains("5060/UDP") && page.body.contains("66.7%") && !page.body.contains("50000/TCP"), "{}", page.body);
    let cut = reader.upload("/compare", &[("file", Some("a.pcap"), &file[..file.len() - 3])]).await;
    assert!(cut.status.is_success() && cut.body.contains("breaks off"), "{}", cut.body);
    let broken = reader.upload("/compare", &[("file", Some("a.pcap.gz"), b"\x1f\x8b\x08 nothing")]).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(broken.body.contains("No answer") && !broken.body.contains("Not saved"), "{}", broken.body);
}

#[tokio::test]
async fn what_cannot_be_compared_is_said() {
    let filled = Filled::empty().await;
    world(&filled, &["JP", "JP", "DE"]).await;
    let reader = Browser::stranger(&filled).speaking("en");
    // Two sensors at home are too few: nothing of ours is told.
    let (_, json) = as_program(&reader, &[("log", LOG)]).await;
    assert!(json["ours"].is_null() && json["likeness"] == "unknown" && !json.to_string().contains("tcp/445"), "{json}");
    assert!(reader.upload("/compare", &[("log", None, LOG.as_bytes())]).await.body.contains("not public"));
    let (status, json) = as_program(&reader, &[("log", "  \n")]).await;
    assert_eq!((status, json["status"].as_u64()), (StatusCode::UNPROCESSABLE_ENTITY, Some(422)), "{json}");
    assert!(json["detail"].as_str().is_some_and(|detail| detail.contains("paste a log")), "{json}");
    let (status, json) = as_program(&reader, &[("log", LOG), ("span", "decade")]).await;
    assert!(status.is_client_error() && json["detail"].as_str().is_some_and(|detail| detail.contains("span") && detail.contains("decade")), "{json}");
    assert_eq!(as_program(&reader, &[("log", LOG), ("span", "for ever")]).await.0, StatusCode::BAD_REQUEST);
    let much = vec![b'x'; (16 << 20) + 1];
    let large = reader.upload("/compare", &[("file", Some("log.txt"), &much)]).await;
    assert!(large.status == StatusCode::PAYLOAD_TOO_LARGE && large.body.contains("16 MiB"), "{}", large.body);
    let fits = reader.upload("/compare", &[("file", Some("log.txt"), &much[1..])]).await;
    assert!(fits.status.is_success() && fits.body.contains("1 line could not be read; the first is line 1"), "{}", fits.body);
    let elsewhere = reader.program("POST", "/compare", &[("origin", "https://evil.example"), ("content-type", "text/plain")], "x").await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    assert_eq!(reader.get("/compare?x=1").await.status, StatusCode::BAD_REQUEST);
    let mut closed = Filled::empty().await;
    closed.web.public = None;
    let stranger = Browser::stranger(&closed);
    assert_eq!(stranger.get("/compare").await.status, StatusCode::NOT_FOUND, "a team that publishes nothing compares nothing");
    assert_eq!(stranger.upload("/compare", &[("log", None, LOG.as_bytes())]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn while_ours_is_added_up_readers_are_told_to_come_later() {
    on_both(async |filled: Filled| {
        world(&filled, &["JP", "JP", "JP"]).await;
        let work = filled.web.ledger.begin().await.expect("work");
        let at = filled.web.ledger.now().plus_days(-9).0;
        let name = noroshi_lake::folder::FileName::new(jiff::civil::date(2019, 2, 20), "a").expect("a name").to_string();
        let file = Sql::new("INSERT INTO observation_file (name, packets, size_bytes, from_at, to_at) VALUES (").bind(name).push(", 1000000, 1, ");
        work.execute(file.bind(at).push(", ").bind(at + 1).push(")")).await.expect("kept");
        work.commit().await.expect("kept");
        let reader = Browser::stranger(&filled).speaking("en");
        let page = reader.upload("/compare", &[("log", None, LOG.as_bytes()), ("span", None, b"month")]).await;
        let says = page.body.contains("No answer") && page.body.contains("being added up; try again in a while");
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && says && !page.body.contains("noroshi observe"), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn one_compares_so_often_and_then_waits() {
    let filled = Filled::empty().await;
    let reader = Browser::stranger(&filled);
    let one = reader.at([203, 0, 113, 7]);
    for _ in 0..20 {
        assert!(one.upload("/compare", &[("log", None, LOG.as_bytes())]).await.status.is_success());
    }
    assert_eq!(one.upload("/compare", &[("log", None, LOG.as_bytes())]).await.status, StatusCode::TOO_MANY_REQUESTS);
    let another = reader.at([198, 51, 100, 7]);
    assert!(another.upload("/compare", &[("log", None, LOG.as_bytes())]).await.status.is_success(), "others compare on");
}
