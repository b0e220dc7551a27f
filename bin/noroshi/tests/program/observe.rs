//! `noroshi observe`: captures come in by the command line, survive kill -9, and are counted as the contract says.

use crate::place::Home;
use noroshi_testkit::capture;
use std::time::Duration;

fn homes() -> impl Iterator<Item = Home> {
    [Some(Home::sqlite()), Home::postgres()].into_iter().flatten()
}

/// Raw IP: so many SYNs to ports 0 to 99, one a millisecond from 2024-03-10T00:00:00Z on.
pub(crate) fn captured(packets: u32) -> Vec<u8> {
    capture::pcap((0..packets).map(|number| {
        let [.., high, low] = number.to_be_bytes();
        let port = u16::try_from(number % 100).unwrap();
        (1_710_028_800_000_000 + i64::from(number) * 1_000, capture::syn([198, 18, high, low].into(), [198, 51, 100, 7].into(), port))
    }))
}

const WINDOW: [&str; 4] = ["--from", "2024-03-01", "--to", "2024-04-01"];

#[test]
fn captures_are_brought_in_and_counted() {
    for home in homes() {
        let file = home.file("a.pcap", &captured(1_000));
        let import = ["observe", "import", "--sensor", "north", "--json", file.to_str().unwrap()];
        let ran = home.run(&import);
        assert_eq!(ran.code(), 0, "{}", ran.err());
        let json = ran.json();
        for (key, value) in [("packets", 1_000), ("stored", 1_000), ("not_ip", 0), ("truncated", 0), ("malformed", 0), ("bytes", 40_000)] {
            assert_eq!(json[key], value, "{key}");
        }
        assert_eq!((json["first"].as_str(), json["last"].as_str()), (Some("2024-03-10T00:00:00Z"), Some("2024-03-10T00:00:00Z")));
        assert_eq!(home.run(&import).json()["already_seen"], 1);
        let top = home.run(&[&["observe", "top", "--by", "port", "--limit", "3", "--json"][..], &WINDOW].concat()).json();
        assert_eq!(top["rows"].as_array().unwrap().len(), 3);
        assert_eq!((top["rows"][0]["key"].as_str(), top["rows"][0]["packets"].as_u64()), (Some("tcp/0"), Some(10)));
        assert_eq!((top["by"].as_str(), top["sensors_watching"].as_f64()), (Some("port"), Some(1.0)));
        let series = home.run(&[&["observe", "series", "--port", "tcp/7", "--json"][..], &["--from", "2024-03-10", "--to", "2024-03-12"]].concat()).json();
        assert_eq!((series["key"].as_str(), series["rows"].as_array().unwrap().len()), (Some("tcp/7"), 2));
        assert_eq!((series["rows"][0]["packets"].as_u64(), series["rows"][1]["packets"].as_u64()), (Some(10), None), "{series}");
    }
}

#[test]
fn what_came_in_is_drawn_and_reported() {
    for home in homes() {
        let file = home.file("a.pcap", &captured(1_000));
        assert_eq!(home.run(&["observe", "import", "--sensor", "north", file.to_str().unwrap()]).code(), 0);
        for (name, begins) in [("top.svg", &b"<svg "[..]), ("top.png", &b"\x89PNG"[..])] {
            let out = home.path().join(name);
            let ran = home.run(&[&["observe", "graph", "--by", "port", "--ranks", "1-5", "--out", out.to_str().unwrap()][..], &WINDOW].concat());
            assert_eq!(ran.code(), 0, "{}", ran.err());
            assert!(std::fs::read(out).unwrap().starts_with(begins), "{name}");
        }
        for show in ["distinct", "weeks", "origins", "sides"] {
            let out = home.path().join(format!("{show}.svg"));
            let ran = home.run(&[&["observe", "graph", "--show", show, "--lang", "en", "--out", out.to_str().unwrap()][..], &WINDOW].concat());
            assert_eq!(ran.code(), 0, "{show}: {}", ran.err());
            assert!(std::fs::read_to_string(out).unwrap().starts_with("<svg "), "{show}");
            let ran = home.run(&[&["observe", "graph", "--show", show, "--key", "tcp/7", "--out", "key.svg"][..], &WINDOW].concat());
            assert!(ran.code() == 2 && ran.err().contains("--key draws lines"), "{show}: {}", ran.err());
        }
        for [show, option, value] in [["weeks", "--bucket", "day"], ["distinct", "--by", "country"], ["sides", "--ranks", "1-2"]] {
            let ran = home.run(&[&["observe", "graph", "--show", show, option, value, "--out", "wrong.svg"][..], &WINDOW].concat());
            assert!(ran.code() == 2 && ran.err().contains("out") && ran.err().contains(option), "{show}: {}", ran.err());
        }
        for [show, option, value, says] in [["origins", "--country", "JP", "name no country"], ["sides", "--sensors", "north", "name none"]] {
            let ran = home.run(&[&["observe", "graph", "--show", show, option, value, "--out", "wrong.svg"][..], &WINDOW].concat());
            assert!(ran.code() == 1 && ran.err().contains(says), "{show}: {}", ran.err());
        }
        for (option, value) in [("--ranks", "1-9"), ("--port", "")] {
            let ran = home.run(&[&["observe", "graph", option, value, "--out", "wrong.svg"][..], &WINDOW].concat());
            assert_eq!(ran.code(), 2, "{option} {value:?}: {}", ran.err());
        }
        let ran = home.run(&[&["observe", "graph", "--by", "port", "--out", "top.gif"][..], &WINDOW].concat());
        assert_eq!(ran.code(), 2, "{}", ran.err());
        let report = |language: &str, format: &str| {
            let ran = home.run(&["report", "--period", "2024Q1", "--kind", "observation", "--lang", language, "--format", format]);
            assert_eq!(ran.code(), 0, "{}", ran.err());
            ran
        };
        // A second of one day of one sensor was watched: a thousand packets, ten of each of a hundred ports.
        let json = report("en", "json").json();
        let blocks = json["blocks"].as_array().unwrap();
        let ports = blocks.iter().find(|block| block["id"] == "table-ports").unwrap();
        assert_eq!((ports["rows"].as_array().unwrap().len(), ports["rows"][0]["cells"][6]["value"].as_i64()), (10, Some(10)), "{ports}");
        assert!(json["lead"]["text"].as_str().unwrap().contains("1 sensors of"), "{}", json["lead"]);
        assert!(report("ja", "text").out().contains("1,000 個"), "{}", report("ja", "text").out());
    }
}

#[test]
fn what_is_wrong_says_what_to_do() {
    let home = Home::sqlite();
    let text = home.file("list.csv", b"date,URL\n");
    let ran = home.run(&["observe", "import", "--sensor", "north", text.to_str().unwrap()]);
    assert_eq!(ran.code(), 1);
    assert!(ran.err().contains("neither pcap nor pcapng"), "{}", ran.err());
    let mut cut = captured(3);
    cut.truncate(cut.len() - 3);
    let ran = home.run(&["observe", "import", "--sensor", "north", home.file("cut.pcap", &cut).to_str().unwrap()]);
    assert_eq!(ran.code(), 3, "{}", ran.err());
    assert!(ran.out().starts_with("2 packets: 2 stored") && ran.err().contains("byte "), "{} {}", ran.out(), ran.err());
    for wrong in [
        &["observe", "top", "--by", "port", "--from", "2024-04-01", "--to", "2024-03-01"][..],
        &["observe", "series", "--port", "445", "--from", "2024-03-01", "--to", "2024-04-01"],
    ] {
        assert_eq!(home.run(wrong).code(), 2, "{wrong:?}");
    }
}

#[test]
fn a_killed_import_leaves_all_or_nothing() {
    for home in homes() {
        let file = home.file("a.pcap", &captured(400_000));
        let import = ["observe", "import", "--sensor", "north", "--json", file.to_str().unwrap()];
        assert_eq!(home.run(&["init"]).code(), 0);
        let counted = || home.run(&[&["observe", "top", "--by", "sensor", "--json"][..], &WINDOW].concat()).json()["packets"].as_u64().unwrap();
        for kill in 0..12_u64 {
            let mut child = home.start(&import);
            std::thread::sleep(Duration::from_millis(40 + kill * 130));
            child.kill().unwrap();
            child.wait().unwrap();
            let now = counted();
            assert!(now == 0 || now == 400_000, "{now} after kill {kill}");
        }
        assert_eq!(home.run(&import).code(), 0);
        assert_eq!(counted(), 400_000);
    }
}
