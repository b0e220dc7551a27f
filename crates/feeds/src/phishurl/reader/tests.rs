//! Rows of the list, good and broken.

use super::*;
use proptest::prelude::*;

const LATEST: Moment = Moment(1_900_000_000_000_000);

fn rows(bytes: &[u8]) -> Vec<Row> {
    let zone = Zone::named("Asia/Tokyo").expect("a zone");
    PhishUrlReader::new(bytes, &zone, LATEST).map(|row| row.expect("no read fails")).collect()
}

fn good(bytes: &[u8]) -> PhishUrl {
    rows(bytes).remove(0).content.expect("a good row")
}

/// The place and the reason of the only row.
fn fault(bytes: &[u8]) -> (String, String) {
    let mut rows = rows(bytes);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let problem = rows.remove(0).content.expect_err("a broken row");
    (problem.place().en, problem.reason.text.en)
}

#[test]
fn a_row_is_read_with_and_without_header_and_mark() {
    let row = b"2019/01/04 10:12:00, HTTP://Login.example.test/ib ,\"Bank, Example\"\r\n";
    for head in [&b""[..], b"date,URL,description\r\n", b"\xef\xbb\xbfdate,url,Description\n", b"\xef\xbb\xbf"] {
        let found = good(&[head, row].concat());
        assert_eq!(found.at.rfc3339(), "2019-01-04T01:12:00Z");
        assert_eq!((found.url.as_str(), found.canonical.url.as_str()), ("HTTP://Login.example.test/ib", "http://login.example.test/ib"));
        assert_eq!(found.brand, "Bank, Example");
    }
}

#[test]
fn the_header_orders_the_columns() {
    let found = good(b"comment,description,DATE,URL\nx,Bank,2019/01/04,example.test\n");
    assert_eq!((found.brand.as_str(), found.canonical.url.as_str()), ("Bank", "http://example.test/"));
    assert_eq!(good(b"date,URL\n2019/01/04,example.test,\n").brand, "");
    assert_eq!(
        fault(b"when,URL,description\n"),
        ("line 1".into(), "the header does not name both a date and a URL column; name the columns date,URL,description".into())
    );
}

#[test]
fn places_and_digests_are_those_of_the_file() {
    let text = b"date,URL,description\n\n2019/01/04,example.test,A\r\nbroken\n";
    let rows = rows(text);
    let told: Vec<_> = rows.iter().map(|row| (row.line, row.offset, row.length, row.content.is_ok())).collect();
    assert_eq!(told, [(3, 22, 25, true), (4, 49, 6, false)]);
    assert_eq!(rows[0].raw_hash, digest::of(b"2019/01/04,example.test,A"));
    assert_eq!(rows[1].raw_hash, digest::of(b"broken"));
}

#[test]
fn missing_and_surplus_columns() {
    assert_eq!(good(b"2019/01/04,example.test").brand, "");
    assert_eq!(good(b"2019/01/04,example.test,A,").brand, "A");
    assert_eq!(good(b"2019/01/04,example.test,A, ,").brand, "A");
    assert_eq!(fault(b"2019/01/04,example.test,A,B"), ("line 1, column 4".into(), "4 columns where 3 are expected; quote a field that holds a comma".into()));
    assert_eq!(fault(b"2019/01/04").0, "line 1, column 2");
    assert!(fault(b"2019/01/04,,A").1.starts_with("the URL is empty; write"));
    assert!(fault(b",example.test,A").1.starts_with("the date is empty; write"));
    assert!(fault(&[b','; 100]).1.starts_with("at least 65 columns"));
}

#[test]
fn wrong_character_sets_are_named() {
    // 楽天カード
    let (place, reason) = fault(b"2019/01/04,example.test,\x8a\x79\x93\x56\x83\x4a\x81\x5b\x83\x68");
    assert_eq!(place, "line 1, column 3");
    assert_eq!(reason, "byte 1 of the field (0x8A) is not UTF-8; looks like Shift_JIS; convert it with: iconv -f SHIFT_JIS -t UTF-8");
    assert!(fault(b"2019/01/04,example.test,\xb3\xda\xc5\xb7\xa5\xab\xa1\xbc\xa5\xc9").1.contains("looks like EUC-JP"));
    assert!(fault(b"2019/01/04,example.test,\"caf\xe9 \"\"x\"\"\"").1.ends_with("byte 4 of the field (0xE9) is not UTF-8; save the file as UTF-8"));
    assert!(fault(b"2019/01/04,exa\0mple.test,A").1.starts_with("a NUL byte is in the field; take it out"));
    assert!(fault(b"2\x000\x001\x009\x00,\x00x\x00").1.contains("looks like UTF-16"));
}

#[test]
fn files_that_are_no_text_say_so_once() {
    for (head, part) in [(&b"\xff\xfe"[..], "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip")] {
        let rows = rows(&[head, b"d\0a\0t\0e\0,\0\n\0x\n2019/01/04,example.test,A\n"].concat());
        assert_eq!(rows.len(), 1, "one message for the file, not one for each line");
        let problem = rows[0].content.as_ref().expect_err("no text");
        assert!(problem.place().en == "line 1, column 1" && problem.reason.text.en.contains(part), "{problem}");
        assert!(rows[0].offset == 0 && rows[0].length > 30, "{:?}", rows[0]);
    }
}

#[test]
fn brands_have_a_limit() {
    let fits = "楽".repeat(BRAND_MOST_CHARS);
    assert_eq!(good(format!("2019/01/04,example.test,{fits}").as_bytes()).brand, fits);
    assert_eq!(fault(format!("2019/01/04,example.test,{fits}x").as_bytes()).0, "line 1, column 3");
}

/// How many records there are that are not blank, found the slow way.
fn records(bytes: &[u8]) -> usize {
    let mut reader = RowReader::new(bytes);
    let mut count = 0;
    while reader.next().expect("no read fails").is_some() {
        count += 1;
    }
    count
}

proptest! {
    #[test]
    fn every_record_is_a_row(bytes in prop::collection::vec(prop::sample::select(b"2019/01/04,a.jp,\"\"\n\n\r \x83\x00\xff".to_vec()), 0..300)) {
        prop_assert_eq!(rows(&bytes).len(), records(&bytes));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(rows(&bytes).len(), records(&bytes));
    }

    #[test]
    fn brands_read_back(brand in "[a-z楽,\"\n ]{0,20}") {
        let quoted = brand.replace('"', "\"\"");
        let text = format!("date,URL,description\n2019/01/04 10:12:00,http://example.test/,\"{quoted}\"\n");
        prop_assert_eq!(good(text.as_bytes()).brand, brand.trim());
    }
}
