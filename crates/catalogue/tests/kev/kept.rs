//! What is brought in, on both databases.

use crate::example::{catalogue, entry, three, with};
use noroshi_catalogue::{
    CatalogueError,
    imported::Imported,
    kev::{self, Stored},
};
use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
};
use noroshi_ledger::{Ledger, Query as _, Sql, migration::Migration};
use noroshi_testkit::{Bench, on_both_databases};
use serde_json::json;

pub(crate) fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_catalogue::migrations::MIGRATIONS].concat()
}

pub(crate) const ROOT: Actor = Actor::Platform;

pub(crate) async fn import(bench: &Bench, name: &str, bytes: &[u8]) -> Imported {
    kev::import(&bench.ledger, &ROOT, &bench.file(name, bytes)).await.expect("imported")
}

fn counts(imported: &Imported) -> [u64; 6] {
    assert_eq!(imported.read, imported.stored + imported.unchanged + imported.updated + imported.set_aside, "{imported:?}");
    [imported.read, imported.stored, imported.unchanged, imported.updated, imported.set_aside, imported.withdrawn]
}

async fn of(ledger: &Ledger, cve: &str) -> Stored {
    kev::find(ledger, &cve.parse().expect("an id")).await.expect("asked").expect("an entry")
}

on_both_databases! {
    migrations = migrations();

    async fn the_same_file_again_changes_nothing(bench) {
        let file = catalogue("2024-03-01T00:00:00Z", &three());
        assert_eq!(counts(&import(&bench, "kev.json", &file).await), [3, 3, 0, 0, 0, 0]);
        let before = kev::all(&bench.ledger).await.expect("entries");
        assert_eq!(counts(&import(&bench, "kev.json", &file).await), [3, 0, 3, 0, 0, 0]);
        assert_eq!(kev::all(&bench.ledger).await.expect("entries"), before);
        let history = kev::history(&bench.ledger, 10).await.expect("the files");
        assert_eq!((history.len(), history[0].provenance.version.as_str()), (2, "2024-03-01"));
        let kept = bench.ledger.blobs().read_part(&history[0].provenance.sha256, 0, 1 << 20).expect("the bytes");
        assert_eq!(kept, file, "the bytes are kept as they came");
    }

    async fn where_an_entry_is_from_is_kept(bench) {
        import(&bench, "kev.json", &catalogue("2024-03-01T12:00:00Z", &three())).await;
        let one = of(&bench.ledger, "CVE-2024-0001").await;
        assert!(one.provenance.file.ends_with("kev.json"));
        assert_eq!(one.provenance.as_of.map(|at| at.rfc3339()).as_deref(), Some("2024-03-01T12:00:00Z"));
        assert_eq!(one.provenance.imported_at, Some(bench.ledger.now()));
        assert_eq!(one.entry.references().len(), 2);
    }

    async fn what_changed_is_updated_and_audited(bench) {
        import(&bench, "a.json", &catalogue("2024-03-01T00:00:00Z", &three())).await;
        let mut entries = three();
        entries[1] = with(entries[1].clone(), "knownRansomwareCampaignUse", json!("Known"));
        entries.push(entry("CVE-2024-0004", "Example", "Ash", "2024-03-02", "It lies."));
        assert_eq!(counts(&import(&bench, "b.json", &catalogue("2024-03-03T00:00:00Z", &entries)).await), [4, 1, 2, 1, 0, 0]);
        let changed = of(&bench.ledger, "CVE-2024-0002").await;
        assert!(changed.entry.ransomware && changed.provenance.file.ends_with("b.json"));
        assert!(of(&bench.ledger, "CVE-2024-0001").await.provenance.file.ends_with("a.json"), "what stayed is from where it was");
        let audited = Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE action = 'kev.import' AND detail LIKE ").bind("%CVE-2024-0002%ransomware\":false%");
        assert_eq!(bench.ledger.number(audited).await.expect("a number"), 1);
    }

    async fn an_older_catalogue_changes_nothing_that_is_newer(bench) {
        let mut newer = three();
        newer[0] = with(newer[0].clone(), "dueDate", json!("2026-01-01"));
        import(&bench, "new.json", &catalogue("2024-05-01T00:00:00Z", &newer[..2])).await;
        // The third is new to us all the same.
        assert_eq!(counts(&import(&bench, "old.json", &catalogue("2024-03-01T00:00:00Z", &three())).await), [3, 1, 2, 0, 0, 0]);
        assert_eq!(of(&bench.ledger, "CVE-2024-0001").await.entry.due_on.to_string(), "2026-01-01");
    }

    async fn what_vanished_stays_and_is_marked(bench) {
        import(&bench, "a.json", &catalogue("2024-03-01T00:00:00Z", &three())).await;
        let two = &three()[..2];
        // One that does not have as many entries as it says withdraws nothing.
        let cut = with(serde_json::from_slice(&catalogue("2024-03-02T00:00:00Z", two)).expect("JSON"), "count", json!(3));
        assert_eq!(import(&bench, "cut.json", cut.to_string().as_bytes()).await.withdrawn, 0);
        // One in which an entry is broken withdraws that one only when it does not name it.
        let broken = with(three()[2].clone(), "product", json!(""));
        assert_eq!(counts(&import(&bench, "broken.json", &catalogue("2024-03-03T00:00:00Z", &[two, &[broken]].concat())).await), [3, 0, 2, 0, 1, 0]);
        assert_eq!(counts(&import(&bench, "b.json", &catalogue("2024-03-04T00:00:00Z", two)).await), [2, 0, 2, 0, 0, 1]);
        let gone = of(&bench.ledger, "CVE-2023-0003").await;
        assert!(gone.withdrawn && gone.entry.product == "Beacon", "it stays");
        assert_eq!(import(&bench, "b2.json", &catalogue("2024-03-05T00:00:00Z", two)).await.withdrawn, 0, "once");
        assert_eq!(counts(&import(&bench, "c.json", &catalogue("2024-03-06T00:00:00Z", &three())).await), [3, 0, 2, 1, 0, 0]);
        assert!(!of(&bench.ledger, "CVE-2023-0003").await.withdrawn, "it came back");
    }

    async fn what_is_broken_is_set_aside_with_its_place(bench) {
        let mut entries = three();
        entries[1] = with(entries[1].clone(), "dateAdded", json!("soon"));
        let imported = import(&bench, "kev.json", &catalogue("2024-03-01T00:00:00Z", &entries)).await;
        assert_eq!(counts(&imported), [3, 2, 0, 0, 1, 0]);
        let aside = &imported.reasons[0];
        assert_eq!(aside.r#where, "entry 2 (CVE-2024-0002)");
        assert!(aside.input.ends_with("kev.json") && aside.reason.contains("dateAdded"), "{aside:?}");
        let history = kev::history(&bench.ledger, 1).await.expect("the files");
        assert_eq!(history[0].outcome["reasons"][0]["where"], "entry 2 (CVE-2024-0002)", "it is told later, too");
    }

    async fn who_may_not_brings_nothing_in(bench) {
        let file = bench.file("kev.json", &catalogue("2024-03-01T00:00:00Z", &three()));
        let handler = Actor::Account { id: AccountId(5), name: "handler".into(), roles: vec![Role::Handler] };
        assert!(matches!(kev::import(&bench.ledger, &handler, &file).await, Err(CatalogueError::Forbidden(_))));
        assert!(matches!(kev::import(&bench.ledger, &ROOT, &bench.folder.path().join("none")).await, Err(CatalogueError::File { .. })));
        assert!(kev::all(&bench.ledger).await.expect("entries").is_empty());
    }

    async fn a_file_that_is_too_long_is_not_read(bench) {
        let path = bench.folder.path().join("long.json");
        let file = std::fs::File::create(&path).expect("made");
        file.set_len(kev::MOST_BYTES + 1).expect("a length");
        let imported = kev::import(&bench.ledger, &ROOT, &path).await.expect("an answer");
        assert_eq!(counts(&imported), [1, 0, 0, 0, 1, 0]);
        assert!(imported.reasons[0].reason.contains("32 MiB"), "{:?}", imported.reasons);
    }
}
