//! The same facts as a table and as JSON, and what is wrong with both.

use super::*;
use crate::row::Row;
use noroshi_kernel::moment::Moment;
use proptest::prelude::*;

const LATEST: Moment = Moment(1_900_000_000_000_000);

fn mapping() -> Mapping {
    let mut mapping = Mapping::suggest(&["First Seen", "IP", "port", "proto", "url", "category", "brand", "note"]);
    mapping.time = Some(TimeField { field: "First Seen".into(), form: TimeForm::Usual, zone: Some("Asia/Tokyo".into()) });
    mapping.kind.table = BTreeMap::from([("Phish".into(), Rsit::Phishing), ("c2".into(), Rsit::C2Server)]);
    mapping
}

fn csv(mapping: &Mapping, bytes: &[u8]) -> Vec<Row> {
    CsvReader::new(bytes, mapping, LATEST).expect("a mapping").map(|row| row.expect("no read fails")).collect()
}

fn json(mapping: &Mapping, bytes: &[u8]) -> Vec<Row> {
    JsonReader::new(bytes, mapping, LATEST).expect("a mapping").map(|row| row.expect("no read fails")).collect()
}

fn keys(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.content.as_ref().map_or_else(|problem| problem.reason.key.as_ref(), |_| "good")).collect()
}

#[test]
fn tables_and_json_give_the_same() {
    let table = "First Seen,IP,port,proto,url,category,brand,note\n2024-01-15 09:00:07,192.0.2.7,443,tcp,hxxps://login[.]example.test/,PHISH,Bank,\"a, b\"\n,2001:db8::7,,,,other,,\n";
    let lines = "[{\"First Seen\":\"2024-01-15 09:00:07\",\"IP\":[\"192.0.2.7\"],\"port\":443,\"proto\":\"tcp\",\"url\":\"hxxps://login[.]example.test/\",\"category\":\"PHISH\",\"brand\":\"Bank\",\"note\":\"a, b\"},\n{\"IP\":\"2001:db8::7\",\"category\":\"other\",\"First Seen\":null}]";
    let mapping = mapping();
    let (table, lines) = (csv(&mapping, table.as_bytes()), json(&mapping, lines.as_bytes()));
    for (row, value) in table.iter().zip(&lines) {
        assert_eq!(row.content, value.content);
    }
    let finding = table[0].content.as_ref().expect("a good row");
    assert_eq!(finding.at.expect("a time").rfc3339(), "2024-01-15T00:00:07Z");
    assert_eq!((finding.rsit, finding.port.expect("a port").to_string().as_str()), (Rsit::Phishing, "tcp/443"));
    assert_eq!((finding.brand.as_deref(), finding.url.as_ref().expect("a URL").url.as_str()), (Some("Bank"), "https://login.example.test/"));
    assert_eq!(finding.details, [("note".into(), "a, b".into())]);
    assert_eq!((table.len(), lines.len(), (lines[1].line, lines[1].offset)), (2, 2, (2, 169)));
}

#[test]
fn pointers_patterns_and_ports_behind_addresses() {
    let mapping = Mapping {
        time: Some(TimeField { field: "/seen/at".into(), form: TimeForm::Pattern("%d.%m.%Y %H:%M".into()), zone: None }),
        addresses: vec!["/source/address".into()],
        ..Mapping::default()
    };
    let rows = json(&mapping, b"{\"seen\":{\"at\":\"15.01.2024 00:07\"},\"source\":{\"address\":\"192.0.2.7:8080, 192.0.2.8\",\"as\":64496}}\n");
    let finding = rows[0].content.as_ref().expect("a good value");
    assert_eq!((finding.at.expect("a time").rfc3339().as_str(), finding.addresses.len()), ("2024-01-15T00:07:00Z", 2));
    assert_eq!(finding.port.expect("a port").to_string(), "tcp/8080");
    assert_eq!(finding.details, [("source.as".into(), "64496".into())]);
    let old = json(&mapping, b"{\"seen\":{\"at\":\"15.01.0024 00:07\"},\"source\":{\"address\":\"192.0.2.7\"}}\n");
    assert_eq!(keys(&old), ["time-shape"]);
    let bad = json(&mapping, b"{\"seen\":{\"at\":\"2024\"},\"source\":{\"address\":\"192.0.2.7\"}}");
    assert!(bad[0].content.as_ref().expect_err("no time").reason.text.en.starts_with("/seen/at: \"2024\" does not follow"));
}

#[test]
fn tables_of_every_shape() {
    let mut mapping =
        Mapping { addresses: vec!["2".into()], time: Some(TimeField { field: "1".into(), form: TimeForm::EpochSeconds, zone: None }), ..Mapping::default() };
    mapping.table = TableShape { separator: Separator::Tab, header: false };
    let rows = csv(&mapping, b"1705276807\t192.0.2.7\t\"x\ty\"\n1705276808\t192.0.2.8\n");
    assert_eq!(keys(&rows), ["good", "good"]);
    assert_eq!(rows[0].content.as_ref().expect("a good row").details, [("3".into(), "x\ty".into())]);
    for (row, separator) in [("a;b;c", Separator::Semicolon), ("a\tb,c\td", Separator::Tab), ("a,b", Separator::Comma), ("a", Separator::Comma)] {
        assert_eq!(Separator::of_first_row(row), separator);
    }
}

#[test]
fn broken_rows_tell_their_place() {
    let table = "first seen,ip,port,proto,url,category,brand\nx,192.0.2.7\n,192.0.2\n,192.0.2.7,70000\n,,,,http://\n,,,,,\n2200-01-01,192.0.2.7\n,192.0.2.7,1,tcp,,,,8\n";
    let rows = csv(&mapping(), table.as_bytes());
    let places: Vec<_> = rows.iter().map(|row| row.content.as_ref().expect_err("broken").place().en).collect();
    assert_eq!(keys(&rows), ["time-shape", "address-shape", "port-shape", "url-host-missing", "target-missing", "time-future", "columns-surplus"]);
    assert_eq!(places, ["line 2, column 1", "line 3, column 2", "line 4, column 3", "line 5, column 5", "line 6", "line 7, column 1", "line 8, column 8"]);
    assert_eq!(keys(&csv(&mapping(), b"a,b\n1,2\n")), ["mapping-column", "mapping-column"]);
    assert_eq!(keys(&csv(&mapping(), b"\xff\xfea\0\n\0")), ["file-utf-16", "file-utf-16"]);
    assert_eq!(keys(&json(&mapping(), b"{\"IP\":\"192.0.2.7\"}\n{\"IP\":\n7\n{\"IP\":\"192.0.2.8\"}\n")), ["good", "json-broken", "good"]);
    assert_eq!(keys(&json(&mapping(), b"[7,null]")), ["json-object", "json-object"]);
}

#[test]
fn hostile_values_are_refused() {
    let long = format!("{{\"IP\":\"{}\"}}\n{{\"IP\":\"192.0.2.7\"}}", "x".repeat(10 << 20));
    assert_eq!(keys(&json(&mapping(), long.as_bytes())), ["json-length", "good"]);
    let deep = format!("{{\"IP\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(keys(&json(&mapping(), deep.as_bytes())), ["json-depth"]);
    assert_eq!(keys(&json(&mapping(), b"{\"IP\":\"\x8a\x79\"}")), ["not-utf-8"]);
}

#[test]
fn mappings_are_checked_and_read_back() {
    let text = serde_json::to_string(&mapping()).expect("JSON");
    assert_eq!(serde_json::from_str::<Mapping>(&text).expect("a mapping"), mapping());
    assert!(serde_json::from_str::<Mapping>("{\"adresses\":[]}").is_err());
    assert_eq!(Mapping::default().check().expect_err("no target").key, "mapping-target");
    let with = |form: TimeForm, zone: &str| {
        let time = Some(TimeField { field: "t".into(), form, zone: Some(zone.into()) });
        Mapping { time, ..mapping() }.check().map_err(|reason| reason.key.into_owned())
    };
    assert_eq!(with(TimeForm::Usual, "Asia/Nowhere"), Err("mapping-zone".into()));
    assert_eq!(with(TimeForm::Pattern("%d.%m.%Y %H:%M:%S%.f %z".into()), "UTC"), Ok(()));
    for pattern in ["%H:%M", "%s", "%Y-%m-%d %", "%T", ""] {
        assert_eq!(with(TimeForm::Pattern(pattern.into()), "UTC"), Err("mapping-time".into()), "{pattern}");
    }
    let many = (0..MOST_FIELDS + 1).map(|number| number.to_string()).collect();
    assert_eq!(Mapping { addresses: many, ..Mapping::default() }.check().expect_err("too many").key, "mapping-length");
}

#[test]
fn suggestions_follow_the_names() {
    let mapping = Mapping::suggest(&["# 検知日時", "IPアドレス", "ドメイン名", "種別"]);
    assert_eq!(mapping.time.expect("a time").field, "# 検知日時");
    assert_eq!((mapping.addresses, mapping.host.as_deref(), mapping.kind.field.as_deref()), (vec!["IPアドレス".to_owned()], Some("ドメイン名"), Some("種別")));
    assert_eq!(Mapping::suggest(&["a", "b"]).check().expect_err("nothing").key, "mapping-target");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let table = [b"first seen,ip,port,proto,url,category,brand\n".as_slice(), &bytes].concat();
        let _ = (csv(&mapping(), &table), csv(&mapping(), &bytes), json(&mapping(), &bytes));
    }

    #[test]
    fn every_value_is_a_row(addresses in prop::collection::vec("[0-9.:a-f]{0,12}", 0..20)) {
        let lines: String = addresses.iter().map(|address| format!("{{\"IP\":\"{address}\"}}\n")).collect();
        prop_assert_eq!(json(&mapping(), lines.as_bytes()).len(), addresses.len());
    }

    #[test]
    fn patterns_never_panic(text in "\\PC{0,30}", pattern in "(%[YmdHMSzpbBaAe]|[-/. :]){1,12}") {
        let field = TimeField { field: "t".into(), form: TimeForm::Pattern(pattern), zone: None };
        if let Ok(times) = moment::Times::new(&field) {
            let _ = times.read(&text);
        }
    }
}
