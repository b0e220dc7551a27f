//! The ledger through its public interface, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

mod queue;

use noroshi_kernel::{
    access::{Actor, Label, Sight},
    id::AccountId,
    tlp::Tlp,
};
use noroshi_ledger::{
    FromQueryResult, Ledger, LedgerError, Place, Query, Sql, UnitOfWork, Value, audit,
    blob::BlobStore,
    bulk,
    migration::{self, Migration},
    outbox, search,
};
use noroshi_testkit::on_both_databases;
use serde_json::json;
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const THING: Migration = Migration {
    name: "test_m0001_thing",
    both: &["CREATE TABLE thing (id {id}, name TEXT, bytes {bytes}, good BOOLEAN NOT NULL)"],
    sqlite: &[],
    postgres: &[],
};

fn migrations() -> Vec<Migration> {
    let mut all = migration::MIGRATIONS.to_vec();
    all.push(THING);
    all
}

#[derive(Debug, FromQueryResult)]
struct Thing {
    id: i64,
    name: Option<String>,
    bytes: Option<Vec<u8>>,
    good: bool,
}

const TARGET: bulk::Target = bulk::Target { table: "thing", columns: &["id", "name", "bytes", "good"] };

async fn insert(work: &UnitOfWork, count: usize) {
    let mut ids = work.take_ids(count).await.expect("ids");
    let mut rows = bulk::Rows::into_table(TARGET);
    for number in 0..count {
        let odd = number % 2 == 1;
        rows.push([ids.take().expect("an id").into(), odd.then(|| format!("狼煙 {number}")).into(), Value::Bytes(odd.then(|| vec![0, 255])), odd.into()]);
    }
    rows.insert(work).await.expect("inserted");
}

async fn count(query: &impl Query) -> i64 {
    query.number(Sql::new("SELECT count(*) AS n FROM thing")).await.expect("counted")
}

async fn put(ledger: &Ledger, id: i64, label: &Label, text: &str) {
    let work = ledger.begin().await.expect("begun");
    search::put(&work, &[search::Entry { id, kind: "incident", label, text: text.into() }]).await.expect("indexed");
    work.commit().await.expect("committed");
}

async fn found(ledger: &Ledger, query: &str, sight: Sight) -> Vec<i64> {
    #[derive(FromQueryResult)]
    struct Found {
        id: i64,
    }
    let Some(sql) = search::matching(ledger.backend(), "incident", query, sight) else { return Vec::new() };
    let mut ids: Vec<i64> = ledger.all::<Found>(sql).await.expect("searched").into_iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids
}

on_both_databases! {
    migrations = migrations();

    async fn what_is_written_by_another_clock_bears_its_time(bench) {
        let then = noroshi_kernel::moment::Moment(bench.ledger.now().0 - 86_400_000_000);
        let other = bench.ledger.by_clock(Arc::new(noroshi_kernel::moment::FixedClock(then)));
        let work = other.begin().await.expect("begun");
        assert_eq!((other.now(), work.now()), (then, then));
        insert(&work, 1).await;
        work.commit().await.expect("committed");
        assert_eq!(bench.ledger.number(Sql::new("SELECT count(*) AS n FROM thing")).await.expect("a count"), 1, "it is the same database");
        assert!(bench.ledger.now() > then, "and the first clock goes on");
    }

    async fn rows_in_bulk_come_back_as_they_were(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        insert(&work, 1_003).await;
        work.commit().await.expect("committed");
        let things: Vec<Thing> = bench.ledger.all(Sql::new("SELECT id, name, bytes, good FROM thing ORDER BY id")).await.expect("read");
        assert_eq!(things.len(), 1_003);
        assert_eq!(things.iter().map(|thing| thing.id).collect::<HashSet<_>>().len(), 1_003, "ids are distinct");
        assert_eq!((things[0].name.as_deref(), things[0].good), (None, false));
        assert_eq!((things[1].name.as_deref(), things[1].bytes.as_deref(), things[1].good), (Some("狼煙 1"), Some(&[0, 255][..]), true));
    }

    async fn what_is_not_committed_was_never_there(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        insert(&work, 3).await;
        work.record(&Actor::Platform, audit::Entry { action: "test", subject_kind: "thing", subject_id: 7, detail: &json!({}) }).await.expect("audited");
        work.tell("test.told", &json!({})).await.expect("told");
        assert_eq!(count(&work).await, 3, "the work sees itself");
        drop(work);
        assert_eq!(count(&bench.ledger).await, 0);
        assert!(audit::of_subject(&bench.ledger, 7, 10).await.expect("read").is_empty());
        assert_eq!(outbox::waiting(&bench.ledger).await.expect("counted"), 0);
    }

    async fn audit_rows_say_who_did_what_when(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        let actor = Actor::LocalAdministrator { user: "someone".into() };
        work.record(&actor, audit::Entry { action: "thing.paint", subject_kind: "thing", subject_id: 7, detail: &json!({ "colour": "藍" }) }).await.expect("audited");
        work.commit().await.expect("committed");
        let rows = audit::of_subject(&bench.ledger, 7, 10).await.expect("read");
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].actor.as_str(), rows[0].action.as_str(), rows[0].moment()), ("local:someone", "thing.paint", bench.ledger.now()));
        assert!(rows[0].detail.contains('藍'));
    }

    async fn opening_twice_changes_nothing_and_a_newer_database_is_refused(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        insert(&work, 2).await;
        work.execute(Sql::new("INSERT INTO ledger_migration (name, applied_at) VALUES (").bind("future_m0001").push(", 0)")).await.expect("inserted");
        work.commit().await.expect("committed");
        // Only SQLite can be opened again from here; the check itself is the same code.
        if bench.ledger.backend() == noroshi_ledger::Backend::Sqlite {
            let place = Place::Sqlite(bench.folder.path().join("test.db"));
            let blobs = BlobStore::open(bench.folder.path().join("blobs")).expect("a store");
            let error = Ledger::open(&place, blobs, Arc::new(bench.clock.clone()), &migrations()).await.expect_err("refused");
            assert!(matches!(&error, LedgerError::Newer(name) if name == "future_m0001"), "{error}");
        }
        assert_eq!(count(&bench.ledger).await, 2);
    }

    async fn an_event_is_delivered_once_when_all_goes_well(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        work.tell("test.told", &json!({ "n": 1 })).await.expect("told");
        work.commit().await.expect("committed");
        let calls = AtomicUsize::new(0);
        let call = |event: outbox::Event, work: UnitOfWork| {
            calls.fetch_add(1, Ordering::SeqCst);
            assert_eq!((event.kind.as_str(), event.payload.as_str()), ("test.told", r#"{"n":1}"#));
            async move {
                insert(&work, 1).await;
                Ok::<_, LedgerError>(work)
            }
        };
        assert!(outbox::deliver(&bench.ledger, call).await.expect("delivered"));
        assert!(!outbox::deliver(&bench.ledger, call).await.expect("nothing waits"));
        assert_eq!((calls.load(Ordering::SeqCst), count(&bench.ledger).await), (1, 1));
    }

    async fn a_failing_event_waits_undoes_its_work_and_lets_others_pass(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        work.tell("bad", &json!({})).await.expect("told");
        work.tell("good", &json!({})).await.expect("told");
        work.commit().await.expect("committed");
        let call = |event: outbox::Event, work: UnitOfWork| async move {
            insert(&work, 1).await;
            if event.kind == "bad" { Err("broken") } else { Ok(work) }
        };
        assert!(outbox::deliver(&bench.ledger, call).await.expect("tried"));
        assert_eq!(count(&bench.ledger).await, 0, "the failed call's work is undone");
        assert!(outbox::deliver(&bench.ledger, call).await.expect("delivered"));
        assert_eq!(count(&bench.ledger).await, 1);
        assert!(!outbox::deliver(&bench.ledger, call).await.expect("the bad one waits"));
        bench.clock.advance_us(2_000_000);
        assert!(outbox::deliver(&bench.ledger, call).await.expect("tried again"));
        assert_eq!(outbox::waiting(&bench.ledger).await.expect("counted"), 1, "it is not lost");
    }

    async fn japanese_words_of_two_characters_are_found(bench) {
        let label = Label::of(Tlp::Amber);
        put(&bench.ledger, 1, &label, "楽天カードを装うフィッシング詐欺 https://login.example.jp/a").await;
        put(&bench.ledger, 2, &label, "音楽配信を装う https://music.example.com/").await;
        put(&bench.ledger, 3, &label, "ＲＡＫＵＴＥＮ カード").await;
        let search = async |query: &str| found(&bench.ledger, query, Sight::Everything).await;
        assert_eq!(search("詐欺").await, [1]);
        assert_eq!(search("楽天").await, [1]);
        assert_eq!(search("楽").await, [1, 2]);
        assert_eq!(search("装う").await, [1, 2]);
        assert_eq!(search("楽天 詐欺").await, [1], "a query of two words needs both");
        assert_eq!(search("楽天 配信").await, Vec::<i64>::new());
        assert_eq!(search("天楽").await, Vec::<i64>::new());
        assert_eq!(search("カード").await, [1, 3]);
        assert_eq!(search("rakuten").await, [3]);
        assert_eq!(search("exam").await, [1, 2], "an ASCII word may be a beginning");
        assert_eq!(search("login.example.jp").await, [1]);
        for hostile in ["\"", "'", "a' OR '1'='1", "NEAR(", "* *", "\u{0}", "楽天\" OR \"", "-", "&|!<->()"] {
            let _ = search(hostile).await;
        }
    }

    async fn a_text_put_again_is_found_as_it_is_now(bench) {
        let label = Label::of(Tlp::Green);
        put(&bench.ledger, 1, &label, "楽天").await;
        put(&bench.ledger, 1, &label, "詐欺").await;
        assert_eq!(found(&bench.ledger, "楽天", Sight::Everything).await, Vec::<i64>::new());
        assert_eq!(found(&bench.ledger, "詐欺", Sight::Everything).await, [1]);
    }

    async fn search_shows_what_may_be_seen_and_nothing_else(bench) {
        let (inside, outside) = (AccountId(7), AccountId(8));
        for (id, tlp) in (1..).zip(Tlp::ALL) {
            put(&bench.ledger, id, &Label { tlp, participants: vec![inside] }, "秘密の件").await;
        }
        assert_eq!(found(&bench.ledger, "秘密", Sight::Everything).await, [1, 2, 3, 4, 5]);
        assert_eq!(found(&bench.ledger, "秘密", Sight::Staff(inside)).await, [1, 2, 3, 4, 5]);
        assert_eq!(found(&bench.ledger, "秘密", Sight::Staff(outside)).await, [1, 2, 3, 4]);
        assert_eq!(found(&bench.ledger, "秘密", Sight::Nothing).await, Vec::<i64>::new());
        put(&bench.ledger, 5, &Label { tlp: Tlp::Red, participants: vec![outside] }, "秘密の件").await;
        assert_eq!(found(&bench.ledger, "秘密", Sight::Staff(inside)).await, [1, 2, 3, 4], "who left the case finds it no more");
    }

    async fn two_writers_take_turns(bench) {
        let tasks: Vec<_> = (0..8).map(|_| {
            let ledger = bench.ledger.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    let work = ledger.begin().await.expect("begun");
                    insert(&work, 10).await;
                    work.commit().await.expect("committed");
                }
            })
        }).collect();
        for task in tasks {
            task.await.expect("ended well");
        }
        assert_eq!(count(&bench.ledger).await, 400);
    }
}

#[tokio::test]
async fn migration_names_are_unique() {
    let folder = tempfile::tempdir().expect("a folder");
    let twice = [migration::MIGRATIONS, &[THING, THING]].concat();
    let clock = noroshi_testkit::HeldClock::at(noroshi_kernel::moment::Moment(0));
    let blobs = BlobStore::open(folder.path().join("blobs")).expect("a store");
    let error = Ledger::open(&Place::Sqlite(folder.path().join("a.db")), blobs, Arc::new(clock), &twice).await.expect_err("refused");
    assert!(matches!(error, LedgerError::MigrationTwice("test_m0001_thing")), "{error}");
}

#[tokio::test]
async fn a_folder_may_have_any_name() {
    for name in ["two words", "[1] 50%", "狼煙?#&+", "a\"b'c\\d"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::create_dir(&path).expect("made");
        let clock = Arc::new(noroshi_testkit::HeldClock::at(noroshi_kernel::moment::Moment(0)));
        let blobs = BlobStore::open(path.join("blobs")).expect("a store");
        let opened = Ledger::open(&Place::Sqlite(path.join("a.db")), blobs, clock, &migrations()).await;
        opened.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(path.join("a.db").exists(), "{name}");
    }
}

#[tokio::test]
async fn a_program_that_opens_waits_for_one_that_sets_the_file_up_slowly() {
    use sea_orm::{ConnectionTrait as _, Database};
    // Who reads may come in while it is set up, or nobody.
    for held in ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let slow = Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.expect("a file");
        slow.execute_unprepared(held).await.expect("held");
        let opening = tokio::spawn({
            let (folder, path) = (folder.path().to_owned(), path.clone());
            async move {
                let clock = noroshi_testkit::HeldClock::at(noroshi_kernel::moment::Moment(0));
                Ledger::open(&Place::Sqlite(path), BlobStore::open(folder.join("blobs")).expect("a store"), Arc::new(clock), &migrations()).await
            }
        });
        // Longer than a connection waits that nobody told how long.
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        slow.execute_unprepared("COMMIT").await.expect("let go");
        opening.await.expect("ended").unwrap_or_else(|error| panic!("{held}: {error}"));
    }
}
