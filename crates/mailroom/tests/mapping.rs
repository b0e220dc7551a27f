//! Mappings saved by name, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
    language::Bilingual,
};
use noroshi_ledger::{Ledger, Query as _, Sql, audit, migration::Migration};
use noroshi_mailroom::{
    MailroomError,
    mapping::{self, Change, Format, Mapping},
};
use noroshi_testkit::on_both_databases;
use proptest::prelude::*;

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_mailroom::migrations::MIGRATIONS].concat()
}

fn administrator() -> Actor {
    Actor::LocalAdministrator { user: "test".into() }
}

fn change(name: &str, address: &str) -> Change {
    let definition = Mapping { addresses: vec![address.into()], ..Mapping::default() };
    Change { name: name.into(), format: Format::Csv, definition, about: Bilingual::new("1 行が 1 件の走査", "a row is one scan") }
}

async fn save(ledger: &Ledger, actor: &Actor, change: &Change) -> Result<i64, MailroomError> {
    let work = ledger.begin().await.expect("begun");
    let saved = mapping::save(&work, actor, change).await;
    work.commit().await.expect("committed");
    saved
}

fn refused(error: MailroomError) -> String {
    match error {
        MailroomError::Refused(reason) => reason.key.into_owned(),
        other => format!("{other:?}"),
    }
}

on_both_databases! {
    migrations = migrations();

    async fn a_changed_mapping_is_a_new_version(bench) {
        let ledger = &bench.ledger;
        assert_eq!(save(ledger, &administrator(), &change("scans", "ip")).await.expect("saved"), 1);
        assert_eq!(save(ledger, &administrator(), &change("scans", "ip")).await.expect("saved"), 1, "nothing changed");
        assert_eq!(save(ledger, &administrator(), &change("scans", "src_ip")).await.expect("saved"), 2);
        let now = mapping::find(ledger, "scans").await.expect("read").expect("there");
        assert_eq!((now.version, now.definition.addresses[0].as_str(), now.changed_by.as_str()), (2, "src_ip", "local:test"));
        let versions: Vec<_> = mapping::history(ledger, "scans").await.expect("read").into_iter().map(|one| (one.version, one.definition.addresses[0].clone())).collect();
        assert_eq!(versions, [(2, "src_ip".to_owned()), (1, "ip".to_owned())]);
        let rows = audit::of_subject(ledger, now.id, 10).await.expect("read");
        assert_eq!(rows.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["mapping.save", "mapping.save"]);
        assert!(rows[1].detail.contains("\"version\":2") && rows[1].detail.contains("src_ip"), "{}", rows[1].detail);
    }

    async fn a_removed_name_keeps_its_versions(bench) {
        let ledger = &bench.ledger;
        save(ledger, &administrator(), &change("scans", "ip")).await.expect("saved");
        let work = ledger.begin().await.expect("begun");
        mapping::remove(&work, &administrator(), "scans").await.expect("removed");
        assert!(matches!(mapping::remove(&work, &administrator(), "scans").await, Err(MailroomError::Unknown { .. })));
        work.commit().await.expect("committed");
        assert!(mapping::all(ledger).await.expect("read").is_empty() && mapping::find(ledger, "scans").await.expect("read").is_none());
        assert_eq!(mapping::history(ledger, "scans").await.expect("read").len(), 1);
        assert_eq!(save(ledger, &administrator(), &change("scans", "ip")).await.expect("saved"), 2, "it goes on");
        assert_eq!(mapping::all(ledger).await.expect("read").len(), 1);
    }

    async fn what_is_wrong_with_a_mapping_is_told(bench) {
        let ledger = &bench.ledger;
        save(ledger, &administrator(), &change("scans", "ip")).await.expect("saved");
        for (name, key) in [("", "mapping-name"), ("Scans", "mapping-name"), ("a b", "mapping-name"), ("new", "mapping-name"), (&"x".repeat(65), "mapping-name"), ("../x", "mapping-name")] {
            assert_eq!(refused(save(ledger, &administrator(), &change(name, "ip")).await.expect_err(name)), key, "{name}");
        }
        let nothing = Change { definition: Mapping::default(), ..change("none", "") };
        assert_eq!(refused(save(ledger, &administrator(), &nothing).await.expect_err("no target")), "mapping-target");
        let long = Change { definition: Mapping { addresses: vec!["x".repeat(mapping::DEFINITION_MOST_BYTES)], ..Mapping::default() }, ..change("long", "") };
        assert_eq!(refused(save(ledger, &administrator(), &long).await.expect_err("too long")), "mapping-length");
        let about = Change { about: Bilingual::new("\u{1b}", ""), ..change("about", "ip") };
        assert_eq!(refused(save(ledger, &administrator(), &about).await.expect_err("a control character")), "mapping-about");
        let work = ledger.begin().await.expect("begun");
        assert_eq!(refused(mapping::add(&work, &administrator(), &change("scans", "ip")).await.expect_err("taken")), "mapping-taken");
        drop(work);
        assert!(mapping::find(ledger, "a\0b").await.expect("no error").is_none());
    }

    async fn only_who_may_import_may_change_mappings(bench) {
        let ledger = &bench.ledger;
        for (role, may) in [(Role::Handler, true), (Role::Analyst, false), (Role::Coordinator, false), (Role::Editor, false), (Role::Administrator, true)] {
            let actor = Actor::Account { id: AccountId(7), name: role.key().into(), roles: vec![role] };
            let saved = save(ledger, &actor, &change(role.key(), "ip")).await;
            assert_eq!(saved.is_ok(), may, "{role:?}");
            let work = ledger.begin().await.expect("begun");
            let removed = mapping::remove(&work, &actor, "handler").await;
            assert_eq!(matches!(removed, Err(MailroomError::Forbidden(_))), !may, "{role:?}");
            drop(work);
        }
        let count = ledger.number(Sql::new("SELECT count(*) AS n FROM mailroom_mapping")).await.expect("counted");
        assert_eq!(count, 2);
    }
}

#[test]
fn a_definition_is_read_or_said_to_be_none() {
    for (definition, key) in [
        (&br#"{"addresses":["ip"],"kind":{"field":"type","table":{"phish":"rsit:fraud=\"phishing\""},"otherwise":"rsit:other=\"undetermined\""}}"#[..], "good"),
        (br#"{"url":"u","time":{"field":"t","form":{"pattern":"%d.%m.%Y"},"zone":"Asia/Tokyo"}}"#, "good"),
        (b"", "mapping-definition"),
        (b"[]", "mapping-definition"),
        (br#"{"adresses":["ip"]}"#, "mapping-definition"),
        (br#"{"addresses":["ip"],"kind":{"table":{"a":"phishing"}}}"#, "mapping-kind"),
        (br#"{"addresses":["ip"],"kind":{"otherwise":"nonsense"}}"#, "mapping-kind"),
        (br#"{"addresses":["ip"],"time":{"field":"t","zone":"Mars/Olympus"}}"#, "mapping-zone"),
        (br#"{"addresses":["ip"],"time":{"field":"t","form":{"pattern":"%H:%M"}}}"#, "mapping-time"),
        (b"{}", "mapping-target"),
    ] {
        let read = mapping::read(definition).map_or_else(|reason| reason.key.into_owned(), |_| "good".into());
        assert_eq!(read, key, "{}", String::from_utf8_lossy(definition));
    }
    let deep = [b"[".repeat(60_000), b"]".repeat(5_000)].concat();
    assert_eq!(mapping::read(&deep).expect_err("deep").key, "mapping-definition");
    assert_eq!(mapping::read(&b" ".repeat(70_000)).expect_err("long").key, "mapping-length");
}

proptest! {
    #[test]
    fn no_definition_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = mapping::read(&bytes);
        let (_, _, format) = (Mapping::of_table(&bytes), Mapping::of_json(&bytes), Format::of_sample(&bytes));
        prop_assert!(Format::ALL.contains(&format));
    }

    #[test]
    fn what_is_written_is_read_back(fields in proptest::collection::vec("[a-z]{1,8}", 1..5), header in any::<bool>()) {
        let mut mapping = Mapping { addresses: fields, ..Mapping::default() };
        mapping.table.header = header;
        prop_assert_eq!(mapping::read(&serde_json::to_vec(&mapping).unwrap()).unwrap(), mapping);
    }
}
