//! A newer schema file of Shadowserver's: what it knows beyond us counts, and what we know stays.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use noroshi_feeds::{
    finding::Finding,
    shadowserver::{ReportType, Schema, ShadowserverReader},
};
use noroshi_kernel::{moment::Moment, observable::Protocol, rsit::Rsit};
use proptest::prelude::*;
use std::sync::Arc;

const FILE: &str = r#"{
  "_meta": {"date_created": "2030-01-01T00:00:00Z", "change_log": ["Added beacon_seen."]},
  "beacon_seen": {
    "constant_fields": {"classification.identifier": "beacon", "classification.taxonomy": "malicious-code", "classification.type": "c2-server"},
    "feed_name": "Beacon", "file_name": "beacon_seen",
    "required_fields": [["time.source", "seen_at", "add_UTC_to_timestamp"], ["source.ip", "beacon_ip", "validate_ip"]],
    "optional_fields": [["source.port", "beacon_port", "convert_int"], ["protocol.transport", "transport"], ["extra.", "severity", "validate_to_none"], [false, "x"]]
  },
  "beacon_name": {
    "constant_fields": {}, "required_fields": [["time.source", "timestamp"]], "optional_fields": [["source.fqdn", "beacon_name"]]
  },
  "scan_new": {"constant_fields": {"classification.taxonomy": "vulnerable", "classification.type": "weak-crypto"}, "required_fields": [["source.ip", "other"]]},
  "scan_dns": {"constant_fields": {"classification.taxonomy": "vulnerable", "classification.type": "vulnerable-system"}, "required_fields": [["source.ip", "other"]]},
  "event4_odd": {"constant_fields": {"classification.taxonomy": "other", "classification.type": "undetermined"}}
}"#;

fn read(by_schema: bool, kind: &str, report: &str) -> Result<Vec<Finding>, String> {
    let schema = by_schema.then(|| Arc::new(Schema::read(FILE.as_bytes()).expect("a schema")));
    let rows = ShadowserverReader::by(schema, report.as_bytes(), ReportType::named(kind), Moment(i64::MAX));
    rows.map(|row| row.expect("no read fails").content.map_err(|problem| problem.reason.key.to_string())).collect()
}

#[test]
fn types_and_columns_beyond_ours_are_read() {
    let report = "seen_at,beacon_ip,beacon_port,transport,severity\n2024-01-15 00:00:07,192.0.2.7,8443,tcp,high\n";
    assert_eq!(read(false, "beacon_seen", report), Err("header-columns".to_owned()), "without it nobody knows");
    let findings = read(true, "beacon_seen", report).unwrap();
    let finding = &findings[0];
    assert_eq!((finding.rsit, finding.addresses[0].to_string().as_str()), (Rsit::C2Server, "192.0.2.7"));
    assert_eq!(finding.port.map(|port| (port.protocol, port.number)), Some((Protocol::Tcp, 8443)));
    assert_eq!(finding.at, Some(Moment(1_705_276_807_000_000)));
    assert_eq!(finding.details, [("severity".to_owned(), "high".to_owned())]);
    let named = read(true, "beacon_name", "timestamp,beacon_name\n2024-01-15 00:00:07,beacon.example.jp\n").unwrap();
    assert_eq!(named[0].host.as_ref().map(|host| host.as_str()), Some("beacon.example.jp"));
}

#[test]
fn ours_stays_what_counts_first() {
    let report = "timestamp,ip,port,protocol,other\n2024-01-15 00:00:07,192.0.2.7,53,udp,198.51.100.1\n";
    let kinds: Vec<(Rsit, Rsit)> = ["scan_dns", "scan_new", "event4_odd", "scan_of_nobody"]
        .iter()
        .map(|kind| {
            let (without, with) = (read(false, kind, report).unwrap(), read(true, kind, report).unwrap());
            assert_eq!((&without[0].addresses, &without[0].port), (&with[0].addresses, &with[0].port), "{kind}");
            (without[0].rsit, with[0].rsit)
        })
        .collect();
    let open = Rsit::PotentiallyUnwantedAccessible;
    let expected = [(Rsit::DdosAmplifier, Rsit::DdosAmplifier), (open, Rsit::WeakCrypto), (Rsit::Scanner, Rsit::Scanner), (open, open)];
    assert_eq!(kinds, expected, "what is known here by its name stays; what only its kind's name told does not");
}

#[test]
fn a_wrong_file_is_refused_with_its_place() {
    for (file, says) in [
        ("", "EOF"),
        ("[]", "line 1 column"),
        ("{}", "no column"),
        ("{\"_meta\": {}, \"a_b\": {}}", "no column"),
        ("{\"a_b\": {\"required_fields\": 1}}", "a_b: invalid type"),
        ("{\"a-b\": {\"required_fields\": [[\"source.ip\", \"ip\"]]}}", "\"a-b\" is no name"),
    ] {
        let reason = Schema::read(file.as_bytes()).expect_err(file);
        assert!(reason.key == "shadowserver-schema" && reason.text.en.contains(says) && !reason.text.ja.is_empty(), "{file}: {}", reason.text.en);
    }
    let large = vec![b' '; (32 << 20) + 1];
    assert!(Schema::read(&large).expect_err("too large").text.en.contains("32 MiB"));
}

proptest! {
    #[test]
    fn nothing_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        key in prop::sample::select(vec!["source.ip", "source.network", "time.source", "source.url", "source.fqdn", "source.port", "protocol.transport"]),
        row in "[ -~]{0,20}(,[ -~]{0,20}){0,4}",
    ) {
        let _ = Schema::read(&bytes);
        let file = format!(r#"{{"a_b": {{"required_fields": [["{key}", "named"], ["time.source", "timestamp"]]}}}}"#);
        let schema = Arc::new(Schema::read(file.as_bytes()).unwrap());
        let report = format!("timestamp,named,other\n{row}\n2024-01-15 00:00:07,{row}\n");
        for row in ShadowserverReader::by(Some(schema), report.as_bytes(), ReportType::named("a_b"), Moment(i64::MAX)) {
            let _ = row.unwrap();
        }
    }
}
