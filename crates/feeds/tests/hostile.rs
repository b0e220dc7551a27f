//! Lists that are broken on purpose or by accident: every row is accounted for, and none hurts the next.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use noroshi_feeds::phishurl::{PhishUrlReader, Row};
use noroshi_kernel::moment::{Moment, Zone};
use std::io::Read;

const GOOD: &str = "2019/01/04 10:12:00,http://login.example.test/ib/,Example Bank\n";

fn rows(source: impl Read) -> Vec<Row> {
    let zone = Zone::named("Asia/Tokyo").expect("a zone");
    PhishUrlReader::new(source, &zone, Moment(1_900_000_000_000_000)).map(|row| row.expect("no read fails")).collect()
}

/// Reads `broken` between two good rows; gives the rows between, as place and reason.
fn between(broken: impl Read) -> Vec<(String, String)> {
    let head = format!("date,URL,description\n{GOOD}");
    let tail = format!("\n{GOOD}");
    let mut rows = rows(head.as_bytes().chain(broken).chain(tail.as_bytes()));
    assert!(rows.pop().expect("a last row").content.is_ok());
    assert!(rows.remove(0).content.is_ok());
    rows.into_iter()
        .map(|row| {
            let problem = row.content.expect_err("broken");
            (problem.place().en, problem.reason.text.en)
        })
        .collect()
}

#[test]
fn a_row_of_ten_megabytes() {
    let found = between(std::io::repeat(b'x').take(10 << 20));
    assert_eq!(
        found,
        [(
            "line 3, column 1".into(),
            "the row has 10485760 bytes and goes beyond the 65536 that are read in this column; check its quotes and line ends".into()
        )]
    );
}

#[test]
fn a_row_of_ten_million_columns() {
    let found = between(std::io::repeat(b',').take(10_000_000));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "line 3, column 65");
    assert!(found[0].1.starts_with("at least 65537 columns, where at most 64 are read"), "{}", found[0].1);
    let found = between(&[b','; 60_000][..]);
    assert_eq!(found[0].0, "line 3, column 65");
    assert!(found[0].1.starts_with("at least 65 columns, where at most 64 are read"));
}

#[test]
fn years_at_the_ends_of_the_calendar() {
    let found = between(&b"0000/01/01 00:00:00,a.test,\n9999/12/31 23:59:59,a.test,\n10000/01/01,a.test,\n-001/01/01,a.test,"[..]);
    let reasons: Vec<_> = found.iter().map(|(place, reason)| (place.as_str(), reason.contains("before 1990"), reason.contains("in the future"))).collect();
    assert_eq!(
        reasons,
        [("line 3, column 1", true, false), ("line 4, column 1", false, true), ("line 5, column 1", false, false), ("line 6, column 1", false, false)]
    );
}

#[test]
fn a_quote_that_is_never_closed() {
    let found = between(&b"2019/01/04,\"http://a.test/,A"[..]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "line 3, column 2");
    assert!(found[0].1.starts_with("the quote that begins this field is not closed"));

    let many = GOOD.repeat(1000);
    let text = format!("{GOOD}2019/01/04,\"http://a.test/,A\n{many}");
    let rows = rows(text.as_bytes());
    assert_eq!((rows.len(), rows.iter().filter(|row| row.content.is_ok()).count()), (1002, 1001));
}

#[test]
fn a_broken_quote_before_a_row_with_good_quotes() {
    let text = "2019/01/04,\"http://a.test/,A\n2019/01/04,\"http://b.test/?a,b\",\"B, Bank\"\n";
    let rows = rows(text.as_bytes());
    assert_eq!(rows.len(), 2);
    assert!(rows[0].content.is_err());
    assert_eq!(rows[1].content.as_ref().expect("a good row").canonical.url, "http://b.test/?a,b");
}

#[test]
fn the_wrong_character_set() {
    let found = between(&b"2019/01/04,http://a.test/,\x8eO\x95H UFJ"[..]);
    assert_eq!(found[0].0, "line 3, column 3");
    assert!(found[0].1.contains("iconv -f SHIFT_JIS -t UTF-8"), "{}", found[0].1);
    assert!(rows(&b"\xff\xfed\0a\0t\0e\0\n\0"[..]).iter().all(|row| row.content.is_err()));
}

#[test]
fn a_source_that_fails_is_told() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let zone = Zone::named("Asia/Tokyo").expect("a zone");
    let mut reader = PhishUrlReader::new(GOOD.as_bytes().chain(Fails), &zone, Moment(i64::MAX));
    assert!(reader.any(|row| row.is_err()));
}
