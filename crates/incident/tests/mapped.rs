//! CSV and JSON by a saved mapping, and the tray: mend the mapping and read again.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::key::Vault;
use noroshi_directory::organisation::Home;
use noroshi_incident::{
    IncidentError, incidents,
    selection::{Reckoning, Selection},
    service::import::{self, Again, Outcome},
};
use noroshi_kernel::{
    access::{Actor, Role},
    id::{AccountId, TrayItemId},
    language::Bilingual,
    moment::{Moment, Zone},
};
use noroshi_ledger::{Ledger, Query, Sql, audit, migration::Migration};
use noroshi_mailroom::{
    mapping::{self, Change, Format, Mapping},
    tray::{self, Ending, Which},
};
use noroshi_testkit::{Bench, on_both_databases};

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, noroshi_mailroom::migrations::MIGRATIONS, noroshi_incident::MIGRATIONS]
        .concat()
}

fn reckoning() -> Reckoning {
    Reckoning { zone: Zone::named("Asia/Tokyo").expect("a zone"), home: Home::default() }
}

fn intake(bench: &Bench, actor: Actor) -> import::Intake {
    let marks = noroshi_post::threading::Marks::new("EXAMPLE-CSIRT", &[7; 32]);
    import::Intake { ledger: bench.ledger.clone(), actor, reckoning: reckoning(), marks, vault: Vault::new(&[7; 32]), lookout: import::Lookout::default() }
}

fn administrator() -> Actor {
    Actor::LocalAdministrator { user: "test".into() }
}

async fn set(bench: &Bench, format: Format, definition: &str) {
    let definition = mapping::read(definition.as_bytes()).expect("a definition");
    let work = bench.ledger.begin().await.expect("begun");
    let change = Change { name: "feed".into(), format, definition, about: Bilingual::default() };
    mapping::save(&work, &administrator(), &change).await.expect("saved");
    work.commit().await.expect("committed");
}

async fn import(bench: &Bench, name: &str, content: &[u8]) -> Outcome {
    let saved = mapping::find(&bench.ledger, "feed").await.expect("read").expect("there");
    let path = bench.file(name, content);
    let outcome = intake(bench, administrator()).mapped(saved, &path, &mut import::Silent).await.expect("imported");
    assert_eq!(outcome.read, outcome.stored + outcome.duplicates + outcome.already_seen + outcome.set_aside, "every row ends in one count");
    outcome
}

async fn again(bench: &Bench, which: Which) -> Again {
    let again = import::again(&intake(bench, administrator()), &which, &mut import::Silent).await.expect("read again");
    let outcome = &again.outcome;
    assert_eq!(outcome.read, outcome.stored + outcome.duplicates + outcome.already_seen + outcome.set_aside, "every row ends in one count");
    again
}

fn numbers(outcome: &Outcome) -> [u64; 5] {
    [outcome.read, outcome.stored, outcome.duplicates, outcome.already_seen, outcome.set_aside]
}

/// Everything that counts: reports, incidents, what waits, and all of the tray.
async fn state(ledger: &Ledger) -> [i64; 4] {
    let count = async |table: &str| ledger.number(Sql::new("SELECT count(*) AS n FROM ").push(table)).await.expect("counted");
    [count("incident_report").await, count("incident").await, tray::count(ledger, &Actor::Platform).await.expect("counted"), count("mailroom_tray").await]
}

async fn items(ledger: &Ledger) -> Vec<tray::Item> {
    let mut items = tray::list(ledger, &Actor::Platform, 0, 1_000).await.expect("listed");
    items.reverse();
    items
}

const BY_ADDRESS: &str = r#"{"time":{"field":"seen","zone":"Asia/Tokyo"},"addresses":["ip"],"port":"port","kind":{"field":"type","table":{"scan":"rsit:information-gathering=\"scanner\""},"otherwise":"rsit:vulnerable=\"vulnerable-system\""}}"#;

on_both_databases! {
    migrations = migrations();

    async fn rows_become_reports_and_nothing_counts_twice(bench) {
        set(&bench, Format::Csv, BY_ADDRESS).await;
        let csv = "seen,ip,port,type,note\n2020-01-15 08:00:00,192.0.2.1,22,scan,kept\n2020-01-16 08:00:00,192.0.2.1,23,SCAN,\nnever,192.0.2.2,,,\n2020-01-15 08:00:00,192.0.2.3,,other\n";
        let outcome = import(&bench, "a.csv", csv.as_bytes()).await;
        assert_eq!(numbers(&outcome), [4, 2, 1, 0, 1]);
        assert_eq!((outcome.reasons[0].r#where.as_str(), outcome.reasons.len()), ("line 4, column 1", 1));
        let list = incidents(&bench.ledger, &reckoning(), &Selection::default(), administrator().sight(), 0, 10).await.expect("listed");
        let told: Vec<_> = list.items.iter().map(|item| (item.target.clone(), item.category.key())).collect();
        assert!(told.contains(&("192.0.2.1".into(), "scan")) && told.contains(&("192.0.2.3".into(), "other")), "{told:?}");
        let first = list.items.iter().find(|item| item.target == "192.0.2.1").expect("there");
        assert_eq!(first.first_report_at.rfc3339(), "2020-01-14T23:00:00Z", "in the mapping's zone");
        let before = state(&bench.ledger).await;
        assert_eq!(numbers(&import(&bench, "b.csv", csv.as_bytes()).await), [4, 0, 0, 3, 1], "the same bytes under another name");
        assert_eq!(state(&bench.ledger).await, before);
        let delivery = items(&bench.ledger).await[0].correspondence;
        let rows = audit::of_subject(&bench.ledger, delivery.0, 10).await.expect("read");
        for action in ["mailroom.receive", "incident.import"] {
            let row = rows.iter().find(|row| row.action == action).expect(action);
            assert!(row.detail.contains(r#""mapping":{"name":"feed","version":1}"#), "{}", row.detail);
        }
        let item = &items(&bench.ledger).await[0];
        let read_as = item.read_as.clone().expect("noted");
        assert_eq!((read_as.format.as_str(), read_as.mapping.as_deref()), ("csv", Some("feed")));
    }

    async fn json_is_read_by_pointers(bench) {
        set(&bench, Format::Json, r#"{"time":{"field":"/seen/at","form":"epoch_seconds"},"url":"/site/url","brand":"brand","kind":{"otherwise":"rsit:fraud=\"phishing\""}}"#).await;
        let json = br#"[{"seen":{"at":1579046400},"site":{"url":"hxxps://login[.]example[.]test/a"},"brand":"Example Bank"},{"site":{"url":7}},{"site":{"url":"http://b.example.test/"}}]"#;
        let outcome = import(&bench, "a.json", json).await;
        assert_eq!(numbers(&outcome), [3, 2, 0, 0, 1]);
        let list = incidents(&bench.ledger, &reckoning(), &Selection::default(), administrator().sight(), 0, 10).await.expect("listed");
        let dated = list.items.iter().find(|item| item.target == "https://login.example.test/a").expect("there");
        assert_eq!((dated.category.key(), dated.first_report_at.rfc3339().as_str()), ("phishing", "2020-01-15T00:00:00Z"));
        let undated = list.items.iter().find(|item| item.target == "http://b.example.test/").expect("there");
        assert_eq!(undated.first_report_at, bench.ledger.now(), "what tells no time was reported when it came in");
    }

    async fn a_mended_mapping_reads_what_lay_in_the_tray(bench) {
        set(&bench, Format::Csv, r#"{"addresses":["address"]}"#).await;
        let rows: String = (1..=50).map(|row| format!("2020-01-15 08:00:00,192.0.2.{row},22,scan\n")).collect();
        let csv = format!("seen,ip,port,type\n{rows}");
        let outcome = import(&bench, "a.csv", csv.as_bytes()).await;
        assert_eq!(numbers(&outcome), [51, 0, 0, 0, 51], "the header, too, cannot be read");
        assert_eq!(state(&bench.ledger).await, [0, 0, 1, 1]);
        let before = items(&bench.ledger).await;
        let still = again(&bench, Which::All).await;
        assert_eq!((still.closed, still.waiting, still.outcome.set_aside), (0, 1, 51));
        assert_eq!(items(&bench.ledger).await, before, "nothing changes while nothing is mended");
        bench.clock.advance_us(30 * Moment::DAY_US);
        set(&bench, Format::Csv, r#"{"addresses":["ip"],"port":"port"}"#).await;
        let first = again(&bench, Which::All).await;
        assert_eq!((first.closed, first.waiting, numbers(&first.outcome)), (1, 0, [50, 50, 0, 0, 0]));
        let after = state(&bench.ledger).await;
        assert_eq!(after, [50, 50, 0, 1]);
        let received = bench.ledger.number(Sql::new("SELECT max(received_at) AS n FROM incident_report")).await.expect("read");
        assert_eq!(received, bench.ledger.now().0 - 30 * Moment::DAY_US, "as an import would have made it when the file came in");
        let closed = tray::load(&bench.ledger, &Actor::Platform, before[0].id).await.expect("read").expect("never deleted").closed.expect("closed");
        assert_eq!((closed.by.as_str(), closed.ending, closed.at), ("local:test", Ending::Read, bench.ledger.now()));
        assert_eq!(again(&bench, Which::All).await, Again::default(), "nothing is left");
        assert_eq!(numbers(&import(&bench, "a.csv", csv.as_bytes()).await), [50, 0, 0, 50, 0]);
        // And when the mapping breaks again, what was read stays read.
        set(&bench, Format::Csv, r#"{"addresses":["address"]}"#).await;
        assert_eq!(numbers(&import(&bench, "a.csv", csv.as_bytes()).await), [51, 0, 0, 51, 0]);
        assert_eq!(state(&bench.ledger).await, after);
    }

    async fn one_entry_is_read_alone(bench) {
        set(&bench, Format::Csv, r#"{"addresses":["ip"],"time":{"field":"seen"}}"#).await;
        let csv = "seen,ip\n15.01.2020 08:00,192.0.2.1\n2020-01-15 08:00:00,192.0.2.9\n16.01.2020 08:00,192.0.2.2\n2020-01-15 08:00:00,192.0.2.9\nnever,192.0.2.3\n";
        assert_eq!(numbers(&import(&bench, "a.csv", csv.as_bytes()).await), [5, 1, 1, 0, 3]);
        set(&bench, Format::Csv, r#"{"addresses":["ip"],"time":{"field":"seen","form":{"pattern":"%d.%m.%Y %H:%M"}}}"#).await;
        let waiting = items(&bench.ledger).await;
        let one = again(&bench, Which::Ids(vec![waiting[1].id])).await;
        assert_eq!((one.closed, one.waiting, numbers(&one.outcome)), (1, 0, [1, 1, 0, 0, 0]));
        assert_eq!(items(&bench.ledger).await, [waiting[0].clone(), waiting[2].clone()]);
        let refused = import::again(&intake(&bench, administrator()), &Which::Ids(vec![waiting[1].id]), &mut import::Silent).await;
        assert!(matches!(refused, Err(IncidentError::Refused(reason)) if reason.key == "tray-closed"));
        let unknown = import::again(&intake(&bench, administrator()), &Which::Ids(vec![TrayItemId(99_999)]), &mut import::Silent).await;
        assert!(matches!(unknown, Err(IncidentError::Refused(reason)) if reason.key == "tray-unknown"));
        let rest = again(&bench, Which::Delivery(waiting[0].correspondence)).await;
        assert_eq!((rest.closed, rest.waiting), (1, 1));
        let left = items(&bench.ledger).await;
        assert_eq!((left.len(), left[0].id), (1, waiting[2].id));
        assert!(left[0].reason.text.en.contains("pattern"), "the reason is the one of now: {}", left[0].reason);
        let by_reason = again(&bench, Which::Reason(left[0].reason.key.to_string())).await;
        assert_eq!((by_reason.closed, by_reason.waiting), (0, 1));
        assert_eq!(again(&bench, Which::Reason("nothing-like-it".into())).await, Again::default());
    }

    async fn part_of_a_flood_that_is_mended_stays_one_entry(bench) {
        set(&bench, Format::Csv, r#"{"addresses":["ip"],"time":{"field":"seen"}}"#).await;
        let rows: String = (1..=30).map(|row| if row % 10 == 0 { format!("never,192.0.2.{row}\n") } else { format!("15.01.2020 08:00,192.0.2.{row}\n") }).collect();
        let csv = format!("seen,ip\n{rows}");
        assert_eq!(numbers(&import(&bench, "a.csv", csv.as_bytes()).await), [30, 0, 0, 0, 30]);
        assert_eq!(state(&bench.ledger).await, [0, 0, 1, 1]);
        set(&bench, Format::Csv, r#"{"addresses":["ip"],"time":{"field":"seen","form":{"pattern":"%d.%m.%Y %H:%M"}}}"#).await;
        let mended = again(&bench, Which::All).await;
        assert_eq!((mended.closed, mended.waiting, numbers(&mended.outcome)), (0, 1, [30, 27, 0, 0, 3]));
        let after = state(&bench.ledger).await;
        let twice = again(&bench, Which::All).await;
        assert_eq!((twice.closed, twice.waiting, twice.outcome.stored), (0, 1, 0));
        assert_eq!(state(&bench.ledger).await, after);
        let imported = import(&bench, "a.csv", csv.as_bytes()).await;
        assert_eq!(numbers(&imported), [30, 0, 0, 27, 3], "and the file again finds it all there");
        assert_eq!(state(&bench.ledger).await, after);
    }

    async fn what_a_person_closed_stays_closed(bench) {
        set(&bench, Format::Csv, r#"{"addresses":["ip"]}"#).await;
        let csv = "ip\nnothing\n192.0.2.1\n";
        import(&bench, "a.csv", csv.as_bytes()).await;
        let item = items(&bench.ledger).await.remove(0);
        let analyst = Actor::Account { id: AccountId(7), name: "a".into(), roles: vec![Role::Analyst] };
        let close = async |actor: &Actor, note: &str| {
            let work = bench.ledger.begin().await.expect("begun");
            let closed = tray::close(&work, actor, item.id, note).await;
            work.commit().await.expect("committed");
            closed
        };
        assert!(close(&analyst, "test data").await.is_err() && close(&administrator(), " ").await.is_err());
        assert!(close(&administrator(), &"x".repeat(tray::NOTE_MOST_CHARS + 1)).await.is_err());
        close(&administrator(), "test data").await.expect("closed");
        assert!(close(&administrator(), "again").await.is_err(), "once is enough");
        assert_eq!(tray::count(&bench.ledger, &Actor::Platform).await.expect("counted"), 0);
        let closed = tray::load(&bench.ledger, &Actor::Platform, item.id).await.expect("read").expect("never deleted").closed.expect("closed");
        assert_eq!((closed.by.as_str(), closed.note.as_str(), closed.ending), ("local:test", "test data", Ending::Nothing));
        assert_eq!(numbers(&import(&bench, "a.csv", csv.as_bytes()).await), [2, 0, 0, 2, 0], "a person has decided on it");
        assert_eq!(again(&bench, Which::All).await, Again::default());
        let rows = audit::of_subject(&bench.ledger, item.id.0, 10).await.expect("read");
        assert!(rows.len() == 1 && rows[0].action == "tray.close" && rows[0].detail.contains("test data"), "{rows:?}");
        let forbidden = import::again(&intake(&bench, analyst), &Which::All, &mut import::Silent).await;
        assert!(matches!(forbidden, Err(IncidentError::Forbidden(_))));
    }

    async fn what_cannot_be_read_again_says_why_and_stays(bench) {
        set(&bench, Format::Csv, r#"{"addresses":["{ip"]}"#).await;
        import(&bench, "a.csv", b"{ip\n192.0.2.1\nnothing\n").await;
        let before = items(&bench.ledger).await;
        // Read as JSON, no value begins where the row does: nobody may take that for "read".
        set(&bench, Format::Json, r#"{"addresses":["{ip"]}"#).await;
        let gone = again(&bench, Which::All).await;
        assert_eq!((gone.closed, gone.waiting, numbers(&gone.outcome)), (0, 1, [1, 0, 0, 0, 1]));
        assert!(gone.outcome.reasons[0].reason.contains("no row begins"), "{:?}", gone.outcome.reasons);
        let work = bench.ledger.begin().await.expect("begun");
        mapping::remove(&work, &administrator(), "feed").await.expect("removed");
        work.commit().await.expect("committed");
        let gone = again(&bench, Which::All).await;
        assert!(gone.outcome.reasons[0].reason.contains("\"feed\" was removed"), "{:?}", gone.outcome.reasons);
        let work = bench.ledger.begin().await.expect("begun");
        work.execute(Sql::new("UPDATE mailroom_tray SET format = NULL, mapping = NULL, first_line = NULL, last_line = NULL")).await.expect("made old");
        work.commit().await.expect("committed");
        let old = again(&bench, Which::All).await;
        assert_eq!((old.closed, old.waiting), (0, 1));
        assert!(old.outcome.reasons[0].reason.contains("import its file again"), "{:?}", old.outcome.reasons);
        let after = items(&bench.ledger).await;
        assert_eq!((after[0].id, after[0].reason.key.as_ref(), after.len()), (before[0].id, "tray-row", 1), "the reason is the one of the last reading");
    }

    async fn an_entry_of_a_fixed_format_is_read_again(bench) {
        let path = bench.file("list.csv", b"date,URL,description\n2020/01/04 10:12:00,,B\n2020/01/05 10:12:00,http://a.example.jp/,B\n");
        let file = async || intake(&bench, administrator()).file(import::Format::PhishUrl, &path, &mut import::Silent).await.expect("imported");
        file().await;
        let before = state(&bench.ledger).await;
        let read = again(&bench, Which::All).await;
        assert_eq!((read.closed, read.waiting, numbers(&read.outcome)), (0, 1, [1, 0, 0, 0, 1]));
        assert_eq!(state(&bench.ledger).await, before);
        let missing = intake(&bench, administrator()).file(import::Format::Csv, &path, &mut import::Silent).await;
        assert!(matches!(missing, Err(IncidentError::Refused(reason)) if reason.key == "mapping-missing"));
    }

    async fn a_letter_is_read_again_and_stays_one_report(bench) {
        let table = "timestamp,ip,port\n2020-01-15 00:00:00,192.0.2.7,22\nnever,192.0.2.8,22\n";
        let letter = format!("From: feed@example.jp\nSubject: scan report\nDate: Wed, 15 Jan 2020 09:00:00 +0900\nMIME-Version: 1.0\nContent-Type: text/csv; name=\"scan.csv\"\nContent-Disposition: attachment; filename=\"scan.csv\"\n\n{table}");
        let path = bench.file("a.eml", letter.as_bytes());
        let outcome = intake(&bench, administrator()).file(import::Format::Eml, &path, &mut import::Silent).await.expect("imported");
        assert_eq!((outcome.stored, outcome.partly_set_aside), (1, 1), "{outcome:?}");
        let before = state(&bench.ledger).await;
        let waiting = items(&bench.ledger).await;
        let read = again(&bench, Which::All).await;
        assert_eq!((read.closed, read.waiting, numbers(&read.outcome)), (0, 1, [1, 0, 0, 1, 0]));
        assert_eq!((state(&bench.ledger).await, items(&bench.ledger).await), (before, waiting.clone()));
        // As if the reader of an older program had failed on the whole of it.
        let work = bench.ledger.begin().await.expect("begun");
        for statement in ["DELETE FROM incident_told", "DELETE FROM incident_report", "DELETE FROM incident_address", "DELETE FROM incident_port", "DELETE FROM incident"] {
            work.execute(Sql::new(statement)).await.expect("undone");
        }
        work.execute(Sql::new("UPDATE mailroom_tray SET place_en = 'the whole letter', place_ja = 'メール全体', reason_key = 'letter-failed'")).await.expect("made old");
        work.commit().await.expect("committed");
        let read = again(&bench, Which::All).await;
        assert_eq!((read.closed, numbers(&read.outcome)), (1, [1, 1, 0, 0, 0]));
        let [reports, incidents, open, all] = state(&bench.ledger).await;
        assert_eq!((reports, incidents, open, all), (1, 1, 1, 2), "what is wrong with its part is told anew");
        let twice = again(&bench, Which::All).await;
        assert_eq!((twice.closed, numbers(&twice.outcome)), (0, [1, 0, 0, 1, 0]));
        assert_eq!(state(&bench.ledger).await, [reports, incidents, open, all]);
    }

    async fn hostile_files_are_set_aside_and_the_rest_goes_on(bench) {
        set(&bench, Format::Csv, r#"{"addresses":["ip"]}"#).await;
        let huge = "x".repeat(300_000);
        let csv = format!("ip,note\n192.0.2.1,a,b,c,d\n192.0.2.2,{huge}\n192.0.2.3\n\"192.0.2.4,open\n192.0.2.5,\0\n192.0.2.6,\n{}\n192.0.2.7,ok\n", ",".repeat(100_000));
        let outcome = import(&bench, "hostile.csv", csv.as_bytes()).await;
        assert_eq!(outcome.stored, 3, "{:?}", outcome.reasons);
        assert_eq!(outcome.read, outcome.stored + outcome.set_aside);
        let before = state(&bench.ledger).await;
        again(&bench, Which::All).await;
        assert_eq!(state(&bench.ledger).await, before);
        set(&bench, Format::Json, r#"{"addresses":["ip"]}"#).await;
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        let json = format!("{{\"ip\":{deep}}}\n{{\"ip\":\"192.0.2.20\"}}\n{{\"ip\":\"192.0.2.21\",\"x\":\"{huge}\"}}\n17\n{{\"ip\":\n{{\"ip\":\"192.0.2.22\"}}\n");
        let outcome = import(&bench, "hostile.json", json.as_bytes()).await;
        assert_eq!(outcome.stored, 3, "{:?}", outcome.reasons);
        let before = state(&bench.ledger).await;
        again(&bench, Which::All).await;
        assert_eq!(state(&bench.ledger).await, before);
    }
}

#[test]
fn a_preview_says_what_would_be_reported() {
    let mapping = Mapping::of_table(b"seen,ip,url,brand\n").expect("a header");
    let mut mapping = Mapping { brand: Some("brand".into()), ..mapping };
    mapping.time = Some(mapping::read(br#"{"url":"u","time":{"field":"seen"}}"#).expect("a definition").time.expect("a time"));
    let sample = b"seen,ip,url,brand\n2020-01-15 08:00:00,192.0.2.1,hxxp://a[.]example.jp/,Bank\nnever,192.0.2.2,,\x1b[31m\n";
    let rows = import::preview(Format::Csv, &mapping, sample, Moment(1_700_000_000_000_000)).expect("a mapping");
    assert_eq!((rows.len(), rows[1].line), (2, 3));
    let first = rows[0].content.as_ref().expect("a good row");
    assert_eq!((first.target.as_str(), first.addresses.len(), first.brand.as_str()), ("http://a.example.jp/", 1, "Bank"));
    assert_eq!(rows[1].content.as_ref().expect_err("no time").1.key, "time-shape");
    assert!(!rows[1].raw.contains('\u{1b}') && rows[1].raw.starts_with("never,192.0.2.2"));
    let many = format!("ip\n{}", "192.0.2.1\n".repeat(1_000));
    let by_ip = Mapping { addresses: vec!["ip".into()], ..Mapping::default() };
    assert_eq!(import::preview(Format::Csv, &by_ip, many.as_bytes(), Moment(0)).expect("a mapping").len(), import::PREVIEW_ROWS);
    assert_eq!(import::preview(Format::Csv, &Mapping::default(), sample, Moment(0)).expect_err("no target").key, "mapping-target");
}
