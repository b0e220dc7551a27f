//! The catalogue as CISA publishes it: `NOROSHI_FIELD_DATA` names the folder that holds `kev/`.
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use crate::kept::{ROOT, migrations};
use noroshi_catalogue::kev::{self, read};
use noroshi_testkit::Bench;
use std::path::PathBuf;

#[tokio::test]
async fn the_real_catalogue_is_read_whole() {
    let folder = std::env::var_os("NOROSHI_FIELD_DATA").map(|folder| PathBuf::from(folder).join("kev")).filter(|folder| folder.is_dir());
    let Some(folder) = folder else {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA names no folder that holds kev/, so no real catalogue was read");
        return;
    };
    let (json, csv) = (folder.join("known_exploited_vulnerabilities.json"), folder.join("known_exploited_vulnerabilities.csv"));
    let listed = read::read(&std::fs::read(&json).expect("the list"));
    let table = read::read(&std::fs::read(&csv).expect("the table"));
    assert!(listed.is_whole && listed.broken_count == 0 && listed.entries.len() > 1_000, "{:?}", listed.broken);
    assert_eq!(table.broken_count, 0, "{:?}", table.broken);
    assert_eq!(table.entries, listed.entries, "both say the same");
    let bench = Bench::sqlite(&migrations()).await;
    let first = kev::import(&bench.ledger, &ROOT, &json).await.expect("imported");
    assert_eq!((first.stored, first.set_aside), (listed.entries.len() as u64, 0));
    let again = kev::import(&bench.ledger, &ROOT, &csv).await.expect("imported");
    assert_eq!((again.unchanged, again.updated, again.withdrawn), (first.stored, 0, 0));
    for (service, first) in [("tcp/445", "SMB"), ("tcp/3389", "Remote Desktop"), ("tcp/9200", "Elasticsearch"), ("tcp/7001", "WebLogic"), ("udp/161", "SNMP")] {
        let found = kev::search(&bench.ledger, &[service], 3).await.expect("an answer");
        let named = found
            .iter()
            .filter(|found| format!("{} {} {}", found.stored.entry.product, found.stored.entry.name, found.stored.entry.description).contains(first));
        assert!(named.count() > 0, "{service}: {:?}", found.iter().map(|found| &found.stored.entry.name).collect::<Vec<_>>());
    }
}
