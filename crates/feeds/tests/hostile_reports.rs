//! Reports that are broken on purpose: every reader refuses them with a reason, in bounded time and memory.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use noroshi_feeds::{
    arf, iodef,
    mapping::{CsvReader, JsonReader, Mapping},
    shadowserver::ShadowserverReader,
    xarf,
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use std::io::Read;

const LATEST: Moment = Moment(1_900_000_000_000_000);

fn mapping() -> Mapping {
    Mapping::suggest(&["timestamp", "ip"])
}

/// What every reader of rows says of a source: the keys of its reasons, `good` for a good row.
fn rows(source: impl Fn() -> Box<dyn Read>) -> Vec<(&'static str, Vec<String>)> {
    let key = |content: Result<_, noroshi_feeds::problem::Problem>| content.map_or_else(|problem| problem.reason.key.into_owned(), |_| "good".to_owned());
    let csv = CsvReader::new(source(), &mapping(), LATEST).expect("a mapping");
    let json = JsonReader::new(source(), &mapping(), LATEST).expect("a mapping");
    vec![
        ("shadowserver", ShadowserverReader::new(source(), None, LATEST).map(|row| key(row.expect("no read fails").content)).collect()),
        ("csv", csv.map(|row| key(row.expect("no read fails").content)).collect()),
        ("json", json.map(|row| key(row.expect("no read fails").content)).collect()),
        (
            "xarf",
            xarf::Reports::new(source()).expect("a source").map(|entry| key(entry.expect("no read fails").content.map(|report| report.finding))).collect(),
        ),
    ]
}

/// What every reader of whole reports says.
fn reports(bytes: &[u8]) -> Vec<Option<Reason>> {
    let text = String::from_utf8_lossy(bytes);
    vec![xarf::read(bytes).err(), xarf::legacy::read(&text).err(), arf::read(bytes).err(), iodef::read(bytes).err()]
}

#[test]
fn ten_megabytes_of_one_byte() {
    for byte in *b"x[{\"<,\n\0 " {
        for (reader, keys) in rows(|| Box::new(std::io::repeat(byte).take(10 << 20))) {
            // Elements of an array that is nothing but commas or brackets may be many; none of them is good.
            assert!(keys.iter().all(|key| key != "good"), "{reader} {byte}");
            assert!(keys.len() <= 2, "{reader} {byte}: {}", keys.len());
        }
        assert!(reports(&vec![byte; 10 << 20]).iter().all(Option::is_some), "{byte}");
    }
}

#[test]
fn nesting_without_end() {
    let json = format!("{{\"ip\":{}", "[".repeat(1 << 16));
    let xml = format!("<IODEF-Document>{}", "<Incident>".repeat(1 << 20));
    for text in [json, xml] {
        assert!(reports(text.as_bytes()).iter().all(Option::is_some));
    }
    let keys = rows(|| Box::new(std::io::repeat(b'[').take(4096)));
    assert_eq!(keys[2], ("json", vec!["json-depth".to_owned()]));
}

#[test]
fn files_that_are_no_text() {
    for first in [&b"\xff\xfe"[..], b"\x1f\x8b", b"PK\x03\x04"] {
        let bytes = [first, b"\x08\0timestamp,ip\n2024-01-15 00:00:07,192.0.2.7\n{\"ip\":\"192.0.2.7\"}\n"].concat();
        for (reader, keys) in rows(|| Box::new(std::io::Cursor::new(bytes.clone()))) {
            assert!(!keys.is_empty() && keys.iter().all(|key| key.starts_with("file-")), "{reader}: {keys:?}");
        }
        assert!(reports(&bytes).iter().all(Option::is_some));
    }
}

#[test]
fn the_wrong_character_set_is_named() {
    let keys = rows(|| Box::new(&b"timestamp,ip\n2024-01-15 00:00:07,\x8a\x79\x93\x56\n"[..]));
    assert_eq!((keys[0].1.as_slice(), keys[1].1.as_slice()), (&["not-utf-8".to_owned()][..], &["not-utf-8".to_owned()][..]));
    let told = xarf::read(b"{\"a\":\"\x8a\x79\x93\x56\x83\x4a\"}").expect_err("no UTF-8");
    assert!(told.text.en.contains("iconv -f SHIFT_JIS -t UTF-8"), "{told}");
    assert!(iodef::read(b"<IODEF-Document>\xb3\xda\xc5\xb7</IODEF-Document>").expect_err("no UTF-8").text.en.contains("EUC-JP"));
}

#[test]
fn a_source_that_fails_is_told() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    assert!(ShadowserverReader::new(Fails, None, LATEST).any(|row| row.is_err()));
    assert!(CsvReader::new(Fails, &mapping(), LATEST).expect("a mapping").any(|row| row.is_err()));
    assert!(JsonReader::new((&b"{\"ip\":\"192.0.2.7\"}\n"[..]).chain(Fails), &mapping(), LATEST).expect("a mapping").any(|row| row.is_err()));
    assert!(xarf::Reports::new(Fails).is_err());
}
