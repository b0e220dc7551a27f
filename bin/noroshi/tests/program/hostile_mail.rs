//! Letters that nobody should send: each is kept and accounted for, in bounded memory and time, and does nothing but lie there.

use crate::{
    kill::one,
    place::{Home, Ran},
    post::free_port,
    server::{Server, Visitor, account},
};
use noroshi_kernel::access::Actor;
use noroshi_ledger::{FromQueryResult, Ledger, Query as _, Sql};
use noroshi_mailroom::desk::{self, Change};
use noroshi_post::letter;
use std::{
    io::{BufRead as _, BufReader, Cursor, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Stdio},
    time::{Duration, Instant},
};
use zip::write::SimpleFileOptions;

/// No single letter may take longer to be kept and read, whatever is in it, without optimisation on a busy machine.
const MOST_TIME: Duration = Duration::from_secs(30);
/// What the program needs for itself and a letter of common size, in KiB.
const USUAL_KIB: u64 = 160 << 10;

/// The most memory that a process had, in KiB; 0 when it is gone.
fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Waits for a program's end; gives the most memory it had, in KiB.
fn watched(child: &mut Child) -> u64 {
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak_kib(child.id()).max(peak);
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

/// Pipes a letter in, as a mail server does; gives also the most memory that the program had, in KiB.
fn measured(home: &Home, recipient: Option<&str>, letter: &[u8]) -> (Ran, u64) {
    home.set_up();
    let mut arguments = vec!["intake", "mail"];
    arguments.extend(recipient.iter().flat_map(|recipient| ["--recipient", *recipient]));
    let mut child = home.program(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut into = child.stdin.take().unwrap();
    let peak = std::thread::scope(|scope| {
        scope.spawn(move || into.write_all(letter).unwrap());
        watched(&mut child)
    });
    (Ran::of(child.wait_with_output().unwrap()), peak)
}

/// Pipes a letter in that must be kept, in the time and memory that any letter has.
fn piped(home: &Home, name: &str, letter: &[u8]) {
    let begun = Instant::now();
    let (ran, peak) = measured(home, None, letter);
    assert_eq!((ran.code(), ran.out().as_str()), (0, ""), "{name}: {}", ran.err());
    assert!(begun.elapsed() < MOST_TIME, "{name} took {:?}", begun.elapsed());
    let most = USUAL_KIB + 8 * letter.len() as u64 / 1024;
    assert!(peak < most, "{name}: {peak} KiB, more than {most}");
}

/// The reasons in the tray, in the order of their letters.
async fn tray(home: &Home) -> Vec<String> {
    #[derive(FromQueryResult)]
    struct Row {
        reason_key: String,
    }
    let ledger = home.ledger().await;
    let rows: Vec<Row> = ledger.all(Sql::new("SELECT reason_key FROM mailroom_tray ORDER BY correspondence_id, id")).await.unwrap();
    ledger.close().await.unwrap();
    rows.into_iter().map(|row| row.reason_key).collect()
}

async fn counted(home: &Home, sql: &str) -> i64 {
    let ledger = home.ledger().await;
    let count = one(&ledger, sql).await;
    ledger.close().await.unwrap();
    count
}

/// Looks that every letter is kept and was looked at.
async fn all_are_read(home: &Home, letters: i64) {
    assert_eq!(counted(home, "SELECT count(*) AS n FROM mailroom_letter WHERE state <> 'waiting'").await, letters);
}

fn with_parts(head: &str, parts: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut letter = format!("From: a@else.example\r\nSubject: parts\r\nMIME-Version: 1.0\r\nContent-Type: {head}; boundary=b\r\n\r\n").into_bytes();
    for part in parts {
        letter.extend_from_slice(b"--b\r\n");
        letter.extend(part);
        letter.extend_from_slice(b"\r\n");
    }
    letter.extend_from_slice(b"--b--\r\n");
    letter
}

/// A letter's part that is a file.
fn file(name: &str, media_type: &str, bytes: &[u8]) -> Vec<u8> {
    let head =
        format!("Content-Type: {media_type}; name={name}\r\nContent-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: binary\r\n\r\n");
    [head.as_bytes(), bytes].concat()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_letter_of_a_hundred_megabytes_is_kept_whole() {
    let home = Home::sqlite();
    let line = b"All work and no play makes a letter that nobody wants to read today.\r\n";
    let mut letter = b"From: a@else.example\r\nSubject: large\r\n\r\n".to_vec();
    while letter.len() < 100 << 20 {
        letter.extend_from_slice(line);
    }
    let begun = Instant::now();
    let (ran, peak) = measured(&home, None, &letter);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    assert!(begun.elapsed() < MOST_TIME, "{:?}", begun.elapsed());
    // Its bytes are held twice while they come in, once in a buffer that grows by doubling.
    assert!(peak < 420 << 10, "{peak} KiB");
    assert_eq!(tray(&home).await, ["letter-size"], "a person is told that nothing read it");
    assert_eq!(counted(&home, "SELECT raw_length AS n FROM mailroom_correspondence").await, i64::try_from(letter.len()).unwrap());
    assert_eq!(measured(&home, None, &letter).0.code(), 0);
    assert_eq!(tray(&home).await.len(), 1, "the same bytes again are the same letter");
}

/// A conversation by LMTP that goes on whatever is answered.
struct Wire {
    from: BufReader<TcpStream>,
    to: TcpStream,
}

impl Wire {
    fn open(port: u16) -> Self {
        let begun = Instant::now();
        let to = loop {
            match TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), Duration::from_secs(1)) {
                Ok(stream) => break stream,
                Err(error) => assert!(begun.elapsed() < MOST_TIME, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        to.set_read_timeout(Some(MOST_TIME)).unwrap();
        let mut wire = Self { from: BufReader::new(to.try_clone().unwrap()), to };
        assert!(wire.hears().starts_with("220"));
        assert!(wire.says("LHLO mx.example.jp").starts_with("250"));
        wire
    }

    /// The last line of an answer; empty when the other side has hung up.
    fn hears(&mut self) -> String {
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line).unwrap_or(0) == 0 || line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    fn says(&mut self, line: &str) -> String {
        self.to.write_all(format!("{line}\r\n").as_bytes()).unwrap();
        self.hears()
    }

    fn begins(&mut self, sender: &str) {
        assert!(self.says(&format!("MAIL FROM:<{sender}>")).starts_with("250"));
        assert!(self.says("RCPT TO:<ir@example.jp>").starts_with("250"));
        assert!(self.says("DATA").starts_with("354"));
    }
}

#[tokio::test]
async fn a_letter_that_is_too_large_for_lmtp_is_refused_while_it_comes() {
    let home = Home::sqlite();
    assert_eq!(home.run(&["init"]).code(), 0);
    let port = free_port();
    std::fs::write(home.path().join("data/noroshi.toml"), format!("[mail]\nlmtp = \"127.0.0.1:{port}\"\n")).unwrap();
    let server = Server::start(&home);
    let mut wire = Wire::open(port);
    let answer = wire.says(&format!("MAIL FROM:<a@else.example> SIZE={}", 100 << 20));
    assert!(answer.starts_with("552") && answer.contains("too large"), "told at once: {answer}");
    // One that says nothing of its size is heard to its end, or cut off; either way the sender's server knows.
    wire.begins("a@else.example");
    let block = b"All work and no play makes a letter that nobody wants to read.\r\n".repeat(1024);
    let mut sent = 0;
    while sent < 100 << 20 && wire.to.write_all(&block).is_ok() {
        sent += block.len();
    }
    let _ = wire.to.write_all(b".\r\n");
    let answer = wire.hears();
    assert!(answer.starts_with("552") && answer.contains("too large"), "{answer:?} after {sent} bytes");
    // The limit of a letter, and what the program needs without one.
    let peak = peak_kib(server.process());
    assert!(peak > 0 && peak < USUAL_KIB + (110 << 10), "{peak} KiB");
    let mut wire = Wire::open(port);
    wire.begins("a@else.example");
    assert!(wire.says("From: a@else.example\r\n\r\nsmall\r\n.").starts_with("250"), "the next letter comes in");
    drop(server);
    assert_eq!(counted(&home, "SELECT count(*) AS n FROM mailroom_letter").await, 1);
}

#[tokio::test]
async fn letters_of_many_parts_say_that_they_were_not_read() {
    let home = Home::sqlite();
    let text = |number: usize| format!("Content-Type: text/plain\r\n\r\npart {number}").into_bytes();
    piped(&home, "10,000 parts", &with_parts("multipart/mixed", (0..10_000).map(text)));
    let attachment = |number: usize| file(&format!("{number}.csv"), "text/csv", b"timestamp,ip,port\r\n2016-01-19 09:00:00,192.0.2.7,53\r\n");
    piped(&home, "5,000 attachments", &with_parts("multipart/mixed", (0..5_000).map(attachment)));
    // Parts without any head are text.
    piped(&home, "10,000 bare parts", &with_parts("multipart/mixed", (0..10_000).map(|number| format!("\r\npart {number}").into_bytes())));
    assert_eq!(tray(&home).await, ["letter-parts"; 3]);
    all_are_read(&home, 3).await;
    assert_eq!(home.run(&["incident", "list", "--json"]).json()["count"], 0);
}

#[tokio::test]
async fn letters_that_are_nested_without_end_are_kept() {
    let home = Home::sqlite();
    let head = "From: a@else.example\r\nSubject: nested\r\n";
    let levels = |level: &dyn Fn(usize) -> String, count: usize| (0..count).map(level).collect::<String>();
    let multipart = |count: usize| format!("{head}{}", levels(&|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"), count));
    let letters = |count: usize| format!("{head}{}", levels(&|n| format!("Content-Type: message/rfc822\r\n\r\nSubject: {n}\r\n"), count));
    // A digest's parts are letters without saying so (RFC 2046, section 5.1.5).
    let digests =
        |count: usize| format!("{head}{}", levels(&|n| format!("Content-Type: multipart/digest; boundary=b{n}\r\n\r\n--b{n}\r\n\r\nSubject: {n}\r\n"), count));
    for (name, letter) in [
        ("multiparts", multipart(900)),
        ("more multiparts", multipart(20_000)),
        ("letters", letters(90)),
        ("more letters", letters(20_000)),
        ("digests", digests(900)),
        ("more digests", digests(20_000)),
    ] {
        piped(&home, name, letter.as_bytes());
    }
    all_are_read(&home, 6).await;
    let reasons = tray(&home).await;
    assert!(reasons.iter().all(|reason| reason == "letter-parts" || reason == "letter-depth"), "{reasons:?}");
    assert!(reasons.len() >= 3, "{reasons:?}");
}

#[tokio::test]
async fn archives_that_would_fill_the_memory_are_left_shut() {
    let home = Home::sqlite();
    let zeros = vec![0; 60 << 20];
    let bomb = zipped(&[("a.csv", &zeros), ("b.csv", &zeros), ("c.csv", &zeros)]);
    let flat = file("a.zip", "application/zip", &bomb);
    // One archive in another, ten times; the table is in the innermost.
    let mut nested = zipped(&[("2016-01-19-scan_dns-a.csv", b"timestamp,ip,port\r\n2016-01-19 09:00:00,192.0.2.7,53\r\n")]);
    for _ in 0..10 {
        nested = zipped(&[("inner.zip", &nested)]);
    }
    let many: Vec<(String, &[u8])> = (0..2_000).map(|number| (format!("{number}.zip"), &bomb[..])).collect();
    let many = zipped(&many.iter().take(60).map(|(name, bytes)| (name.as_str(), *bytes)).collect::<Vec<_>>());
    for (name, part) in
        [("bomb", flat), ("nested", file("b.zip", "application/zip", &nested)), ("bombs in an archive", file("c.zip", "application/zip", &many))]
    {
        let begun = Instant::now();
        let (ran, peak) = measured(&home, None, &with_parts("multipart/mixed", [part]));
        assert_eq!(ran.code(), 0, "{name}: {}", ran.err());
        assert!(begun.elapsed() < MOST_TIME, "{name} took {:?}", begun.elapsed());
        assert!(peak < USUAL_KIB + (200 << 10), "{name}: {peak} KiB");
    }
    all_are_read(&home, 3).await;
    let reasons = tray(&home).await;
    assert!(reasons.iter().any(|reason| reason == "zip-depth"), "{reasons:?}");
    assert!(reasons.iter().filter(|reason| *reason == "zip-bomb").count() >= 2, "{reasons:?}");
    assert_eq!(home.run(&["incident", "list", "--json"]).json()["count"], 0, "nothing that lies too deep is taken for read");
}

#[tokio::test]
async fn entities_of_xml_do_not_grow() {
    let home = Home::sqlite();
    let mut laughs = "<?xml version=\"1.0\"?>\n<!DOCTYPE IODEF-Document [\n<!ENTITY a0 \"ha\">\n".to_owned();
    for number in 1..30 {
        laughs += &format!("<!ENTITY a{number} \"{}\">\n", format!("&a{};", number - 1).repeat(10));
    }
    laughs += "<!ENTITY file SYSTEM \"file:///etc/passwd\">\n]>\n<IODEF-Document version=\"2.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident purpose=\"reporting\"><IncidentID name=\"x\">&a29;&file;</IncidentID></Incident></IODEF-Document>\n";
    for media_type in ["application/xml", "application/iodef+xml", "text/xml", "text/html"] {
        piped(&home, media_type, &with_parts("multipart/mixed", [file("x.xml", media_type, laughs.as_bytes())]));
    }
    all_are_read(&home, 4).await;
    assert_eq!(home.run(&["incident", "list", "--json"]).json()["count"], 0);
    assert_eq!(tray(&home).await, ["xml-doctype"; 4], "each waits for a person, with the reason");
}

#[tokio::test]
async fn long_texts_are_read_in_proportion() {
    let home = Home::sqlite();
    let head = "From: a@else.example\r\nSubject: Abuse report: phishing\r\nContent-Type: text/plain\r\n\r\n";
    let html = "From: a@else.example\r\nSubject: Abuse report: phishing\r\nContent-Type: text/html\r\n\r\n";
    let megabyte = |piece: &str| piece.repeat((1 << 20) / piece.len());
    for (name, letter) in [
        ("500,000 quoted lines", format!("{head}{}", ">\r\n".repeat(500_000))),
        ("deep quotes", format!("{head}{}\r\n", ">".repeat(1 << 20))),
        ("brackets", format!("{head}{}", megabyte("["))),
        ("parentheses", format!("{head}{}", megabyte("("))),
        ("defanged", format!("{head}hxxp://{}", megabyte("[.]"))),
        ("addresses", format!("{head}{}", megabyte("a@"))),
        ("urls", format!("{head}{}", megabyte("http://"))),
        ("dots", format!("{head}{}", megabyte("a."))),
        ("labels", format!("{head}{}", megabyte("IP: "))),
        ("colons", format!("{head}{}", megabyte(":::"))),
        ("digits", format!("{head}{}", megabyte("192.0.2."))),
        ("links", format!("{html}{}", megabyte("<a"))),
        ("open links", format!("{html}{}", megabyte("<a href="))),
        ("one tag", format!("{html}<a {}>", megabyte("href "))),
        ("different links", format!("{html}{}", (0..20_000).map(|n| format!("<a href=\"http://{n}.example.test/\">x</a>")).collect::<String>())),
        ("references", format!("From: a@else.example\r\nSubject: {}\r\nReferences: {}\r\n\r\nx", megabyte("[EXAMPLE-CSIRT #"), megabyte("<a@b> "))),
        ("recipients", format!("From: {}\r\nTo: {}\r\n\r\nx", megabyte("a@else.example, "), megabyte("(((a@else.example, "))),
        ("encoded words", format!("From: a@else.example\r\nSubject: {}\r\n\r\nx", megabyte("=?utf-8?q?a?= "))),
        ("parameters", format!("From: a@else.example\r\nContent-Type: text/plain; {}\r\n\r\nx", megabyte("a*0=b; "))),
        ("armour", format!("{head}{}", megabyte("-----BEGIN PGP MESSAGE-----\r\n"))),
        ("files", format!("{head}{}", megabyte("begin 644 a\r\n"))),
        ("fields", format!("{}\r\nx", megabyte("Received: from a by b; \r\n"))),
    ] {
        piped(&home, name, letter.as_bytes());
    }
    all_are_read(&home, 22).await;
}

/// A desk with an address that says by itself that letters came in.
async fn acknowledging(home: &Home, address: &str) {
    assert_eq!(home.run(&["init"]).code(), 0);
    let ledger = home.ledger().await;
    let work = ledger.begin().await.unwrap();
    let change = Change { address: Some(address.into()), acknowledges: Some(true), ..Change::default() };
    desk::change(&work, &Actor::LocalAdministrator { user: "test".into() }, "incident", change).await.unwrap();
    work.commit().await.unwrap();
    ledger.close().await.unwrap();
}

/// A letter of ours that waits to go out.
struct Written {
    message_id: String,
    envelope_from: String,
    to: String,
    bytes: Vec<u8>,
}

/// The letters of ours, the earliest first, once no more are being written.
async fn written(ledger: &Ledger) -> Vec<Written> {
    #[derive(FromQueryResult)]
    struct Row {
        message_id: String,
        envelope_from: String,
        raw_sha256: String,
        address: String,
    }
    let begun = Instant::now();
    while one(ledger, "SELECT count(*) AS n FROM ledger_job WHERE kind = 'mailroom.acknowledge'").await > 0 {
        assert!(begun.elapsed() < MOST_TIME, "acknowledgements are written");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sql = "SELECT o.message_id, o.envelope_from, o.raw_sha256, r.address FROM mailroom_outgoing o JOIN mailroom_recipient r ON r.outgoing_id = o.id ORDER BY o.id";
    let rows: Vec<Row> = ledger.all(Sql::new(sql)).await.unwrap();
    let bytes = |sha256: &str| {
        let mut bytes = Vec::new();
        ledger.blobs().read(sha256).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let written = |row: Row| Written { bytes: bytes(&row.raw_sha256), message_id: row.message_id, envelope_from: row.envelope_from, to: row.address };
    rows.into_iter().map(written).collect()
}

fn delivered(home: &Home, recipient: &str, letter: &[u8]) {
    let (ran, _) = measured(home, Some(recipient), letter);
    assert_eq!(ran.code(), 0, "{}", ran.err());
}

/// Lets two teams acknowledge each other's letters, what goes out of one coming in at the other as `passed` leaves it; gives how many
/// letters they wrote.
async fn two_teams(first: &[u8], passed: impl Fn(&Written) -> Vec<u8>) -> usize {
    const MOST_LETTERS: usize = 60;
    let homes = [("ir@a.example.jp", Home::sqlite()), ("ir@b.example.jp", Home::sqlite())];
    let mut ledgers = Vec::new();
    for (address, home) in &homes {
        acknowledging(home, address).await;
        ledgers.push(home.ledger().await);
    }
    let _servers: Vec<Server> = homes.iter().map(|(_, home)| Server::start(home)).collect();
    delivered(&homes[0].1, homes[0].0, first);
    let mut seen = [0, 0];
    loop {
        let mut quiet = true;
        for (place, ledger) in ledgers.iter().enumerate() {
            let letters = written(ledger).await;
            for letter in letters.iter().skip(seen[place]) {
                quiet = false;
                delivered(&homes[1 - place].1, &letter.to, &passed(letter));
            }
            seen[place] = letters.len();
        }
        if quiet || seen.iter().sum::<usize>() > MOST_LETTERS {
            return seen.iter().sum();
        }
    }
}

/// A letter to one team that claims to be from the other.
const SPOOFED: &[u8] =
    b"Return-Path: <ir@b.example.jp>\r\nFrom: ir@b.example.jp\r\nTo: ir@a.example.jp\r\nSubject: hello\r\nMessage-ID: <1@b.example.jp>\r\n\r\nhello\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn two_teams_do_not_answer_each_other_for_ever() {
    let as_sent = |letter: &Written| [format!("Return-Path: <{}>\r\n", letter.envelope_from).as_bytes(), &letter.bytes].concat();
    assert_eq!(two_teams(SPOOFED, as_sent).await, 1, "an automatic answer is not answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn even_a_way_that_takes_every_mark_off_comes_to_an_end() {
    // As a broken gateway would: another id, no sign of a program, another way back, no subject, from the desk's bare address.
    let numbers = std::sync::atomic::AtomicU32::new(2);
    let stripped = |letter: &Written| {
        let number = numbers.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let (from, to) = if letter.to.ends_with("@b.example.jp") { ("ir@a.example.jp", "ir@b.example.jp") } else { ("ir@b.example.jp", "ir@a.example.jp") };
        format!("Return-Path: <{from}>\r\nFrom: {from}\r\nTo: {to}\r\nSubject: hello\r\nMessage-ID: <{number}@gateway.example.jp>\r\n\r\n{number}\r\n")
            .into_bytes()
    };
    let letters = two_teams(SPOOFED, stripped).await;
    // Five a day for each of the two addresses.
    assert!((2..=10).contains(&letters), "{letters} letters");
}

fn bounce(to: &str, about: &str, recipient: &str) -> Vec<u8> {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.else.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.else.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: ir@example.jp\r\nDate: Tue, 19 Jan 2016 10:00:00 +0900\r\nMessage-ID: <{about}>\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn delivery_reports_that_somebody_made_up_change_nothing() {
    let home = Home::sqlite();
    acknowledging(&home, "ir@example.jp").await;
    let _server = Server::start(&home);
    let ledger = home.ledger().await;
    delivered(&home, "ir@example.jp", b"Return-Path: <hanako@else.example>\r\nFrom: hanako@else.example\r\nTo: ir@example.jp\r\nSubject: hello\r\nMessage-ID: <1@else.example>\r\n\r\nhello\r\n");
    let ours = written(&ledger).await;
    assert_eq!((ours.len(), ours[0].to.as_str()), (1, "hanako@else.example"));
    let id = ours[0].message_id.clone();
    let state = || async {
        let recipients = "SELECT count(*) AS n FROM mailroom_recipient WHERE state <> 'queued' OR reply <> ''";
        (one(&ledger, recipients).await, one(&ledger, "SELECT count(*) AS n FROM mailroom_outgoing WHERE state <> 'queued'").await)
    };
    assert_eq!(state().await, (0, 0));
    delivered(&home, "ir@example.jp", &bounce("ir@example.jp", "20160119.made-up@example.jp", "hanako@else.example"));
    assert_eq!(state().await, (0, 0), "it is about no letter of ours");
    delivered(&home, "ir@example.jp", &bounce("ir@example.jp", &id, "taro@else.example"));
    assert_eq!(state().await, (0, 0), "nobody of that address had the letter");
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM mailroom_recipient").await, 1, "and nobody was added");
    delivered(&home, "ir@example.jp", &bounce("ir@example.jp", &id, "hanako@else.example"));
    assert_eq!(state().await.0, 1, "the id is random: who knows it had the letter");
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM mailroom_recipient WHERE state = 'returned'").await, 1);
    assert_eq!(written(&ledger).await.len(), 1, "reports are not answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_hostile_head_gets_into_an_answer() {
    let home = Home::sqlite();
    acknowledging(&home, "ir@example.jp").await;
    let _server = Server::start(&home);
    // hello CR LF Bcc: <victim@else.example>, in Base64.
    let injected = "=?utf-8?B?aGVsbG8NCkJjYzogPHZpY3RpbUBlbHNlLmV4YW1wbGU+?=";
    for (number, head) in [
        format!("From: {injected} <a@else.example>\r\nSubject: {injected}\r\n"),
        "From: \"x\\\r\n y\" <b@else.example>\r\nSubject: a\r\n =?utf-8?Q?=0D=0ABcc:_victim@else.example?=\r\n".to_owned(),
        "From: c@else.example\0\r\nSubject: a\0b\x1b[2J\r\n".to_owned(),
        "From: =?utf-8?Q?d=40else.example=0D=0ABcc=3A_victim=40else.example?=\r\nSubject: x\r\n".to_owned(),
        "From: <e@else.example, victim@else.example>\r\nReply-To: <victim@else.example>\r\nSubject: x\r\n".to_owned(),
        format!("From: f@else.example\r\nSubject: {}\r\n", "long ".repeat(1 << 18)),
        format!("From: \"{}\" <g@else.example>\r\nSubject: x\r\n", "y".repeat(1 << 20)),
        format!("From: {}@else.example\r\nSubject: x\r\n", "z".repeat(1 << 20)),
        format!("{}: x\r\nFrom: h@else.example\r\nSubject: x\r\n", "X".repeat(1 << 20)),
        format!("From: i@else.example\r\n{}Subject: x\r\n", (0..20_000).map(|n| format!("X-{n}: y\r\n")).collect::<String>()),
    ]
    .iter()
    .enumerate()
    {
        let letter =
            format!("Return-Path: <{number}@else.example>\r\n{head}Message-ID: <{number}\r\n @else.example>\r\nMIME-Version: 1.0\r\n\r\nhello {number}\r\n");
        delivered(&home, "ir@example.jp", letter.as_bytes());
    }
    let ledger = home.ledger().await;
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM mailroom_letter WHERE state <> 'waiting'").await, 10);
    let letters = written(&ledger).await;
    assert!(letters.len() >= 5, "{}", letters.len());
    for letter in &letters {
        let text = String::from_utf8(letter.bytes.clone()).expect("ASCII");
        let (head, _) = text.split_once("\r\n\r\n").expect("a head");
        assert!(text.is_ascii() && !text.contains(['\0', '\u{1b}']) && !text.replace("\r\n", "").contains(['\r', '\n']), "{text:?}");
        assert!(text.lines().all(|line| line.len() <= 998), "{}", letter.to);
        let fields: Vec<&str> = head.lines().filter(|line| !line.starts_with([' ', '\t'])).filter_map(|line| line.split(':').next()).collect();
        assert!(!fields.iter().any(|name| name.eq_ignore_ascii_case("bcc")), "{head}");
        for name in ["From", "To", "Subject", "Message-ID", "Auto-Submitted"] {
            assert_eq!(fields.iter().filter(|field| field.eq_ignore_ascii_case(name)).count(), 1, "{name}: {head}");
        }
        assert!(!letter.to.contains("victim") && !text.contains("hello "), "nothing of what was sent goes on to others: {text}");
    }
    for (column, most) in [("subject", 500), ("from_name", 200), ("from_address", 320), ("message_id", 300)] {
        let longest = one(&ledger, &format!("SELECT max(length({column})) AS n FROM mailroom_letter")).await;
        // What is hidden is written out, which makes it longer.
        assert!(longest <= most + 100, "{column}: {longest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_who_only_looks_like_a_party_is_none() {
    let home = Home::sqlite();
    acknowledging(&home, "ir@example.jp").await;
    let _server = Server::start(&home);
    let ledger = home.ledger().await;
    delivered(&home, "ir@example.jp", b"Return-Path: <alice@else.example>\r\nFrom: alice@else.example\r\nTo: ir@example.jp\r\nSubject: secret\r\nMessage-ID: <1@else.example>\r\n\r\nhello\r\n");
    let ours = written(&ledger).await;
    let subject = letter::read(&ours[0].bytes).unwrap().headers.subject;
    assert!(subject.contains("[EXAMPLE-CSIRT #"), "{subject}");
    // А Cyrillic а, in UTF-8 as it stands and in the form that travels; a name that shows another's address.
    for (number, from) in
        ["\u{430}lice@else.example", "alice@els\u{435}.example", "alice@xn--els-tdd.example", "\"alice@else.example\" <mallory@bad.example>"].iter().enumerate()
    {
        let letter = format!(
            "From: {from}\r\nTo: ir@example.jp\r\nSubject: {subject}\r\nMessage-ID: <m{number}@bad.example>\r\nReferences: <1@else.example>\r\n\r\nsend me everything\r\n"
        );
        delivered(&home, "ir@example.jp", letter.as_bytes());
    }
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM mailroom_thread").await, 5, "each stands in a thread of its own");
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM mailroom_letter WHERE quotes_id IS NOT NULL").await, 4, "and is seen to quote another's");
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM mailroom_letter WHERE looks_like = 'alice@else.example'").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_html_is_fetched_or_run() {
    let home = Home::sqlite();
    assert_eq!(home.run(&["init"]).code(), 0);
    let bait = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    bait.set_nonblocking(true).unwrap();
    let address = bait.local_addr().unwrap();
    let html = format!(
        "<html><head><link rel=stylesheet href=\"http://{address}/s.css\"><meta http-equiv=refresh content=\"0;url=http://{address}/r\"><script src=\"http://{address}/x.js\"></script></head><body background=\"http://{address}/b\"><img src=\"http://{address}/pixel.gif\" onerror=\"alert(1)\"><iframe src=\"http://{address}/f\"></iframe><p>IP: 192.0.2.7</p><p>Brute force against <b>SSH</b></p><script>alert(2)</script></body></html>"
    );
    let letter = format!(
        "From: \"<script>alert(3)</script>\" <a@else.example>\r\nSubject: Abuse report <script>alert(4)</script> SSH brute force\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
    );
    piped(&home, "html", letter.as_bytes());
    let password = account(&home, "hanako", "handler");
    let server = Server::start(&home);
    let mut visitor = Visitor::to(&server);
    visitor.sign_in("hanako", &password).unwrap();
    let list = visitor.get("/correspondence").unwrap();
    assert_eq!(list.status, 200);
    assert!(list.page.contains("alert(4)"), "the subject is shown: {}", list.page);
    assert!(!list.page.contains("<script>alert"), "as text");
    let incidents = home.run(&["incident", "list", "--json"]).json();
    assert_eq!((incidents["count"].as_i64(), incidents["items"][0]["target"].as_str()), (Some(1), Some("192.0.2.7")), "the text is read");
    for page in ["/incidents", "/inquiries", "/tray"] {
        if let Some(answer) = visitor.get(page) {
            assert!(!answer.page.contains("<script>alert"), "{page}");
        }
    }
    assert_eq!(bait.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody asked for anything");
}
