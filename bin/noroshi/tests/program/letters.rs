//! Letters on their way in: piped by a mail server, out of files, and those that wait.

use crate::{
    place::{Home, Ran},
    server::Server,
};
use noroshi_ledger::{Query as _, Sql};
use noroshi_mailroom::{
    correspondence::Channel,
    letters::{self, Incoming},
};
use std::{
    io::Write as _,
    process::Stdio,
    time::{Duration, Instant},
};

/// A feedback report about an address, in ISO-2022-JP.
fn report(address: &str) -> Vec<u8> {
    let head = format!(
        "Return-Path: <fbl@example.net>\r\nReceived: from mx.example.net ([198.51.100.9]) by mail.example.jp; Tue, 19 Jan 2016 19:32:40 +0900\r\n\
         From: =?ISO-2022-JP?B?GyRCTmM8KBsoQg==?= <fbl@example.net>\r\nMessage-ID: <{address}@example.net>\r\nSubject: =?ISO-2022-JP?B?GyRCSnM5cBsoQg==?= {address}\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
    );
    let machine = format!(
        "\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\nSource-IP: {address}\r\n\r\n--b--\r\n"
    );
    // 報告 with a label that says otherwise.
    [head.as_bytes(), b"\x1b$BJs9p\x1b(B", machine.as_bytes()].concat()
}

pub(crate) fn piped(home: &Home, letter: &[u8]) -> Ran {
    home.set_up();
    let mut child = home.program(&["intake", "mail"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(letter).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

fn homes() -> impl Iterator<Item = Home> {
    [Some(Home::sqlite()), Home::postgres()].into_iter().flatten()
}

async fn counted(home: &Home, sql: &str) -> i64 {
    let ledger = home.ledger().await;
    let count = ledger.number(Sql::new(sql)).await.unwrap();
    ledger.close().await.unwrap();
    count
}

#[tokio::test]
async fn a_letter_that_is_piped_in_becomes_a_report_once() {
    for home in homes() {
        let letter = report("192.0.2.7");
        for _ in 0..2 {
            let ran = piped(&home, &letter);
            assert_eq!((ran.code(), ran.out().as_str()), (0, ""), "{}", ran.err());
        }
        let list = home.run(&["incident", "list", "--json"]).json();
        assert_eq!((list["count"].as_i64(), list["items"][0]["target"].as_str()), (Some(1), Some("192.0.2.7")), "the same bytes again are the same letter");
        // It counts when it came, whatever its head says.
        let year = list["items"][0]["number"].as_str().unwrap()[..4].to_owned();
        assert!(year.as_str() > "2020", "{year}");
        let stats = home.run(&["incident", "stats", "--period", &year, "--json"]).json();
        assert_eq!((stats["reports"].as_i64(), stats["correspondence"].as_i64(), stats["inquiries"].as_i64()), (Some(1), Some(1), Some(0)));
        assert_eq!(stats["reporter_tld"][0]["tld"], ".net");
        let other = [&letter[..], b"\r\n"].concat();
        assert_eq!(piped(&home, &other).code(), 0);
        let stats = home.run(&["incident", "stats", "--period", &year, "--json"]).json();
        assert_eq!((stats["reports"].as_i64(), stats["incidents"].as_i64()), (Some(2), Some(1)), "other bytes with one Message-ID are another letter");
    }
}

#[tokio::test]
async fn iodef_tells_the_same_as_a_file_and_in_a_letter() {
    const DOCUMENT: &str = r#"<?xml version="1.0"?><IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0"><Incident purpose="reporting"><IncidentID name="csirt.example.test">7</IncidentID><DetectTime>2016-01-19T09:00:07+09:00</DetectTime><GenerationTime>2016-01-19T10:00:00Z</GenerationTime><ReportTime>2016-01-19T10:00:00Z</ReportTime><Assessment><IncidentCategory>phishing</IncidentCategory></Assessment><EventData><Flow><System category="source"><Node><Address category="ipv4-addr">192.0.2.7</Address></Node><Service ip-protocol="6"><Port>443</Port></Service></System></Flow></EventData><EventData><Flow><System category="source"><Node><Address category="site-uri">http://login.example.test/</Address></Node></System></Flow></EventData></Incident></IODEF-Document>"#;
    let told = |home: &Home| {
        let list = home.run(&["incident", "list", "--json"]).json();
        let one = |item: &serde_json::Value| {
            let shown = home.run(&["incident", "show", item["number"].as_str().unwrap(), "--json"]).json();
            (item["target"].clone(), item["category"].clone(), shown["rsit"].clone(), shown["addresses"].clone(), shown["ports"].clone())
        };
        let mut all: Vec<_> = list["items"].as_array().unwrap().iter().map(one).collect();
        all.sort_by_key(|one| one.0.to_string());
        all
    };
    let (file, letter) = (Home::sqlite(), Home::sqlite());
    let path = file.path().join("report.xml");
    std::fs::write(&path, DOCUMENT).unwrap();
    assert_eq!(file.run(&["intake", "import", "--format", "iodef", path.to_str().unwrap()]).code(), 0);
    let head = "From: csirt@example.net\r\nDate: Tue, 19 Jan 2016 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee the document\r\n--b\r\nContent-Type: application/xml; name=report.xml\r\nContent-Disposition: attachment\r\n\r\n";
    assert_eq!(piped(&letter, format!("{head}{DOCUMENT}\r\n--b--\r\n").as_bytes()).code(), 0);
    let expected = told(&file);
    assert_eq!(expected.len(), 2, "{expected:?}");
    assert_eq!(told(&letter), expected);
}

#[tokio::test]
async fn whatever_is_kept_is_never_sent_back() {
    for home in homes() {
        for (letter, tray) in [
            (&b"From: hanako@example.jp\nSubject: question\n\nIs 192.0.2.7 yours?\n"[..], 0),
            (b"\x00\xff no letter at all \xfe", 1),
            (b"From: fbl@example.net\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x\nVersion: 1\n\n--b--\n", 2),
        ] {
            let ran = piped(&home, letter);
            assert_eq!(ran.code(), 0, "{}", ran.err());
            assert!(!ran.err().contains(": : "), "it is named: {}", ran.err());
            assert_eq!(counted(&home, "SELECT count(*) AS n FROM mailroom_tray").await, tray, "{letter:?}: {}", ran.err());
        }
        assert_eq!(counted(&home, "SELECT count(*) AS n FROM mailroom_letter WHERE state <> 'waiting'").await, 3, "each is kept and was looked at");
        assert_eq!(home.run(&["incident", "list", "--json"]).json()["count"], 0, "a conversation opens nothing");
        let empty = piped(&home, b"");
        assert_eq!(empty.code(), 65, "a mail server does not try again: {}", empty.err());
        assert!(empty.err().contains("no letter came on standard input"), "{}", empty.err());
    }
}

#[test]
fn mailboxes_and_folders_are_read_once() {
    for home in homes() {
        let mut mailbox = Vec::new();
        for place in 0..600 {
            mailbox.extend_from_slice(b"From fbl@example.net Tue Jan 19 10:12:00 2016\n");
            mailbox.extend(report(&format!("10.0.{}.{}", place / 256, place % 256)));
            mailbox.extend_from_slice(b"\n");
        }
        let path = home.file("box", &mailbox);
        let import = |format: &str, path: &std::path::Path| home.run(&["intake", "import", "--format", format, "--json", path.to_str().unwrap()]).json();
        let once = import("mbox", &path);
        assert_eq!((once["read"].as_i64(), once["stored"].as_i64(), once["set_aside"].as_i64()), (Some(600), Some(600), Some(0)), "{once}");
        let again = import("mbox", &path);
        assert_eq!((again["read"].as_i64(), again["already_seen"].as_i64()), (Some(600), Some(600)));
        std::fs::create_dir_all(home.path().join("maildir/new")).unwrap();
        std::fs::create_dir_all(home.path().join("maildir/tmp")).unwrap();
        home.file("maildir/new/1", &report("192.0.2.1"));
        home.file("maildir/tmp/2", &report("192.0.2.2"));
        let folder = import("maildir", &home.path().join("maildir"));
        assert_eq!((folder["read"].as_i64(), folder["incidents_opened"].as_i64()), (Some(1), Some(1)), "what lies in tmp is not delivered yet");
    }
}

#[tokio::test]
async fn letters_that_wait_are_read_by_the_server() {
    for home in homes() {
        assert_eq!(home.run(&["init"]).code(), 0);
        // As when a program ended between keeping and reading.
        let ledger = home.ledger().await;
        let actor = noroshi_kernel::access::Actor::Platform;
        let waiting: Vec<Incoming> = (0..150).map(|place| Incoming::from_file(String::new(), report(&format!("192.0.2.{place}")))).collect();
        letters::keep(&ledger, &actor, Channel::Mail, &waiting).await.unwrap();
        ledger.close().await.unwrap();
        let servers = [Server::start(&home), Server::start(&home)];
        let begun = Instant::now();
        while counted(&home, "SELECT count(*) AS n FROM mailroom_letter WHERE state = 'waiting'").await > 0 {
            assert!(begun.elapsed() < Duration::from_secs(60), "letters wait for ever");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        drop(servers);
        assert_eq!(counted(&home, "SELECT count(*) AS n FROM incident_report").await, 150, "each is read once, however many servers there are");
        assert_eq!(counted(&home, "SELECT count(*) AS n FROM incident").await, 150);
    }
}

#[tokio::test]
async fn what_cannot_be_read_of_a_letter_lies_in_the_tray_beside_its_report() {
    for home in homes() {
        let table = "Content-Type: text/csv; name=2024-01-15-scan_dns-a.csv\r\nContent-Disposition: attachment\r\n\r\ntimestamp,ip,protocol,port\r\n2016-01-19 09:00:00,192.0.2.7,udp,53\r\nnever,192.0.2.8,udp,53\r\n";
        let brand =
            "Content-Type: application/json; name=x.json\r\nContent-Disposition: attachment\r\n\r\n{\"xarf_version\":\"4.2.0\",\"broken\":\"\\u0000\"}\r\n";
        let letter = format!(
            "From: a@example.net\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{table}--b\r\n{brand}--b--\r\n"
        );
        let path = home.file("a.eml", letter.as_bytes());
        let ran = home.run(&["intake", "import", "--format", "eml", "--json", path.to_str().unwrap()]);
        let outcome = ran.json();
        assert_eq!((outcome["stored"].as_i64(), outcome["set_aside"].as_i64(), outcome["partly_set_aside"].as_i64()), (Some(1), Some(0), Some(1)), "{outcome}");
        assert_eq!((ran.code(), outcome["reasons"].as_array().map(Vec::len)), (3, Some(2)), "{outcome}");
        assert_eq!(counted(&home, "SELECT count(*) AS n FROM mailroom_tray").await, 2);
        assert_eq!(home.run(&["incident", "list", "--json"]).json()["count"], 1);
    }
}

#[test]
fn hostile_names_do_not_stop_the_letters_beside_them() {
    for home in homes() {
        let mut mailbox = Vec::new();
        for (place, brand) in ["\\u0000", "\\u202e", &"楽".repeat(5_000)].into_iter().enumerate() {
            let report = format!(
                "{{\"xarf_version\":\"4.2.0\",\"report_id\":\"{place}\",\"timestamp\":\"2016-01-19T09:00:00Z\",\"reporter\":{{\"org\":\"a\",\"contact\":\"a@example.net\",\"domain\":\"example.net\"}},\"sender\":{{\"org\":\"a\",\"contact\":\"a@example.net\",\"domain\":\"example.net\"}},\"source_identifier\":\"http://t{place}.example.test/\",\"category\":\"content\",\"type\":\"brand_infringement\",\"infringement_type\":\"counterfeit\",\"url\":\"http://t{place}.example.test/\",\"legitimate_site\":\"http://real.example.test/\",\"legitimate_entity\":\"{brand}\"}}"
            );
            let head = format!(
                "From 10:12\nFrom: {}@example.{}\nMessage-ID: <{}@example.net>\nSubject: \u{0}x\nContent-Type: application/json\n\n",
                "楽".repeat(2_000),
                "y".repeat(3_000),
                "楽".repeat(3_000)
            );
            mailbox.extend_from_slice(head.as_bytes());
            mailbox.extend_from_slice(report.as_bytes());
            mailbox.extend_from_slice(b"\n\n");
        }
        let path = home.file("box", &mailbox);
        let outcome = home.run(&["intake", "import", "--format", "mbox", "--json", path.to_str().unwrap()]).json();
        assert_eq!((outcome["read"].as_i64(), outcome["stored"].as_i64()), (Some(3), Some(3)), "{outcome}");
    }
}
