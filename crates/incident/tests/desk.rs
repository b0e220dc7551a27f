//! The incident desk through its public interface, on both databases: import, joining, counting, sight.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::{account, brand, key::Vault, organisation::Home};
use noroshi_incident::{
    IncidentError, asked_organisations, coordinations, incidents,
    model::{Category, Number, State},
    open_count, reports,
    selection::{Reckoning, Records, Selection},
    service::{self, import},
    stats,
};
use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
    moment::Zone,
    period::Period,
    setaside::SetAside,
    tlp::Tlp,
};
use noroshi_ledger::{Ledger, LedgerError, Query, Sql, migration::Migration, outbox};
use noroshi_mailroom::tray;
use noroshi_post::threading::Marks;
use noroshi_testkit::{Bench, on_both_databases};

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, noroshi_mailroom::migrations::MIGRATIONS, noroshi_incident::MIGRATIONS]
        .concat()
}

fn reckoning() -> Reckoning {
    Reckoning { zone: Zone::named("Asia/Tokyo").expect("a zone"), home: Home::default() }
}

fn administrator() -> Actor {
    Actor::LocalAdministrator { user: "test".into() }
}

fn intake(bench: &Bench) -> import::Intake {
    let marks = Marks::new("EXAMPLE-CSIRT", &[7; 32]);
    import::Intake {
        ledger: bench.ledger.clone(),
        actor: administrator(),
        reckoning: reckoning(),
        marks,
        vault: Vault::new(&[7; 32]),
        lookout: import::Lookout::default(),
    }
}

fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

async fn import(bench: &Bench, name: &str, csv: &str) -> import::Outcome {
    let path = bench.file(name, csv.as_bytes());
    let outcome = intake(bench).file(import::Format::PhishUrl, &path, &mut import::Silent).await.expect("imported");
    assert_eq!(outcome.read, outcome.stored + outcome.duplicates + outcome.already_seen + outcome.set_aside, "every row ends in one count");
    deliver(&bench.ledger).await;
    outcome
}

async fn deliver(ledger: &Ledger) {
    let call = |event: outbox::Event, work| async move {
        let damaged = |error: serde_json::Error| LedgerError::Damaged(error.to_string());
        if event.kind == brand::Renamed::KIND {
            service::rename(&work, &serde_json::from_str::<brand::Renamed>(&event.payload).map_err(damaged)?.names).await?;
        } else {
            service::index(&work, &serde_json::from_str::<service::Changed>(&event.payload).map_err(damaged)?.incidents).await?;
        }
        Ok::<_, IncidentError>(work)
    };
    while outbox::deliver(ledger, call).await.expect("delivered") {}
    assert_eq!(outbox::waiting(ledger).await.expect("counted"), 0);
}

async fn staff(ledger: &Ledger, name: &str, role: Role) -> Actor {
    let work = ledger.begin().await.expect("begun");
    let id: AccountId = account::add(&work, &administrator(), name, name, &[role], "correct horse battery").await.expect("added");
    work.commit().await.expect("committed");
    Actor::Account { id, name: name.into(), roles: vec![role] }
}

async fn figures(ledger: &Ledger, text: &str) -> stats::Figures {
    stats::count(ledger, &reckoning(), period(text), None).await.expect("counted")
}

async fn counts(ledger: &Ledger, table: &str) -> i64 {
    ledger.number(Sql::new("SELECT count(*) AS n FROM ").push(table)).await.expect("counted")
}

const THREE: &str = "date,URL,description\n\
    2020/01/31 23:59:00,http://login.example.jp/a,Example Bank\n\
    2020/02/01 00:01:00,http://login.example.jp/a,Example Bank\n\
    2020/02/02 10:00:00,https://192.0.2.7/b,Ｅｘａｍｐｌｅ bank\n";

on_both_databases! {
    migrations = migrations();

    async fn rows_become_reports_and_equal_targets_one_incident(bench) {
        let outcome = import(&bench, "a.csv", THREE).await;
        assert_eq!((outcome.read, outcome.stored, outcome.duplicates, outcome.incidents_opened), (3, 2, 1, 2));
        let quarter = figures(&bench.ledger, "2020Q1").await;
        assert_eq!((quarter.reports, quarter.incidents, quarter.addresses, quarter.scheme.as_str()), (3, 2, 1, "2013"));
        let by_month: Vec<_> = quarter.by_month.iter().map(|month| (month.reports, month.incidents)).collect();
        assert_eq!(by_month, [(1, 1), (2, 1), (0, 0)], "months turn at midnight in Tokyo; an incident counts in the month of its first report");
        assert_eq!(quarter.phishing_brand.unknown, 2, "an unmapped name counts as unknown");
    }

    async fn importing_again_changes_nothing(bench) {
        import(&bench, "a.csv", THREE).await;
        let before = (figures(&bench.ledger, "2020").await, counts(&bench.ledger, "incident_report").await, counts(&bench.ledger, "incident").await);
        let again = import(&bench, "other-name.csv", THREE).await;
        assert_eq!((again.already_seen, again.stored, again.duplicates), (3, 0, 0));
        let grown = import(&bench, "a.csv", &format!("{THREE}2020/02/03 10:00:00,http://new.example.jp/,X\n")).await;
        assert_eq!((grown.already_seen, grown.stored), (3, 1), "a file that grew brings in what is new");
        let after = (figures(&bench.ledger, "2020-01").await, counts(&bench.ledger, "incident_report").await, counts(&bench.ledger, "incident").await);
        assert_eq!((after.1, after.2), (before.1 + 1, before.2 + 1));
    }

    async fn equal_rows_of_one_file_are_as_many_reports(bench) {
        let row = "2020/02/02 10:00:00,https://a.example.jp/,B\n";
        let outcome = import(&bench, "a.csv", &row.repeat(3)).await;
        assert_eq!((outcome.stored, outcome.duplicates), (1, 2));
        assert_eq!(import(&bench, "b.csv", &row.repeat(3)).await.already_seen, 3);
        let more = import(&bench, "c.csv", &row.repeat(4)).await;
        assert_eq!((more.already_seen, more.duplicates), (3, 1));
        assert_eq!(figures(&bench.ledger, "2020-02").await.reports, 4);
    }

    async fn thirty_quiet_days_open_a_new_incident_linked_to_the_old(bench) {
        let csv = "2020/01/01 00:00:00,http://a.example.jp/,B\n2020/01/31 00:00:00,http://a.example.jp/,B\n2020/03/01 00:00:01,http://a.example.jp/,B\n";
        let outcome = import(&bench, "a.csv", csv).await;
        assert_eq!((outcome.stored, outcome.duplicates), (2, 1));
        let page = incidents(&bench.ledger, &reckoning(), &Selection::default(), administrator().sight(), 0, 10).await.expect("listed");
        let numbers: Vec<_> = page.items.iter().map(|item| item.number.to_string()).collect();
        assert_eq!(numbers, ["2020-00002", "2020-00001"]);
        let new = service::view(&bench.ledger, &administrator(), page.items[0].number).await.expect("seen");
        let old = service::view(&bench.ledger, &administrator(), page.items[1].number).await.expect("seen");
        assert_eq!((new.incident.previous, old.report_count), (Some(old.incident.id), 2));
    }

    async fn the_order_of_files_does_not_matter(bench) {
        let early = "2020/01/20 00:00:00,http://a.example.jp/,B\n";
        let late = "2020/02/10 00:00:00,http://a.example.jp/,B\n2020/02/11 00:00:00,http://a.example.jp/,B\n";
        import(&bench, "late.csv", late).await;
        assert_eq!(import(&bench, "early.csv", early).await.duplicates, 1);
        let quarter = figures(&bench.ledger, "2020Q1").await;
        assert_eq!(quarter.by_month.iter().map(|month| month.incidents).collect::<Vec<_>>(), [1, 0, 0]);
    }

    async fn a_report_that_closes_a_gap_makes_one_incident_of_two(bench) {
        import(&bench, "a.csv", "2020/01/01 00:00:00,http://a.example.jp/,\n2020/02/10 00:00:00,http://a.example.jp/,Later\n").await;
        let later = service::view(&bench.ledger, &administrator(), "2020-00002".parse().expect("a number")).await.expect("seen");
        let between = import(&bench, "b.csv", "2020/01/21 00:00:00,http://a.example.jp/,Between\n").await;
        assert_eq!((between.duplicates, between.incidents_merged), (1, 1));
        let page = incidents(&bench.ledger, &reckoning(), &Selection::default(), administrator().sight(), 0, 10).await.expect("listed");
        let told: Vec<_> = page.items.iter().map(|item| (item.number.to_string(), item.reports, item.brand.as_ref().map(|brand| brand.en.clone()))).collect();
        assert_eq!(told, [("2020-00001".to_owned(), 3, Some("Between".to_owned()))], "the earliest report that names a brand names it");
        let followed = service::view(&bench.ledger, &administrator(), later.incident.number).await.expect("its number leads on");
        assert_eq!(followed.incident.number, page.items[0].number);
        let kin = service::kin(&bench.ledger, &administrator(), &followed).await.expect("looked");
        assert_eq!(kin.merged, [later.incident.number]);
        let found = |words: &str| Selection { q: Some(words.into()), ..Selection::default() };
        let found = incidents(&bench.ledger, &reckoning(), &found("a.example.jp"), administrator().sight(), 0, 10).await.expect("listed");
        assert_eq!(found.items.len(), 1, "what was merged is found no more");
        let by_number = Selection { q: Some("2020-00002".into()), ..Selection::default() };
        let by_number = incidents(&bench.ledger, &reckoning(), &by_number, administrator().sight(), 0, 10).await.expect("listed");
        assert_eq!(by_number.items.iter().map(|item| item.number).collect::<Vec<_>>(), [page.items[0].number], "its number finds the one that took it");
        let handler = staff(&bench.ledger, "hanako", Role::Handler).await;
        let work = bench.ledger.begin().await.expect("begun");
        service::annotate(&work, &handler, later.incident.number, "phoned the provider").await.expect("what is sent to the old number is not lost");
        service::relabel(&work, &handler, page.items[0].number, Tlp::Red).await.expect("labelled");
        work.commit().await.expect("committed");
        assert_eq!(noroshi_incident::notes_of(&bench.ledger, followed.incident.id).await.expect("listed").len(), 1);
        let other = staff(&bench.ledger, "taro", Role::Handler).await;
        for number in [page.items[0].number, later.incident.number] {
            assert!(service::view(&bench.ledger, &handler, number).await.is_ok());
            assert!(matches!(service::view(&bench.ledger, &other, number).await, Err(IncidentError::Unknown(_))), "{number}: RED is not there by any number");
            let work = bench.ledger.begin().await.expect("begun");
            assert!(matches!(service::annotate(&work, &other, number, "x").await, Err(IncidentError::Unknown(_))));
        }
        assert_eq!(open_count(&bench.ledger, administrator().sight()).await.expect("counted"), 1);
    }

    async fn what_was_done_and_undone_is_work_as_well(bench) {
        import(&bench, "a.csv", "2020/01/01 00:00:00,http://a.example.jp/,B\n2020/02/10 00:00:00,http://a.example.jp/,B\n").await;
        let handler = staff(&bench.ledger, "hanako", Role::Handler).await;
        let later: Number = "2020-00002".parse().expect("a number");
        let work = bench.ledger.begin().await.expect("begun");
        service::close(&work, &handler, later).await.expect("closed");
        service::reopen(&work, &handler, later).await.expect("open again");
        work.commit().await.expect("committed");
        import(&bench, "b.csv", "2020/01/21 00:00:00,http://a.example.jp/,B\n").await;
        let page = incidents(&bench.ledger, &reckoning(), &Selection::default(), administrator().sight(), 0, 10).await.expect("listed");
        assert_eq!(page.items.iter().map(|item| item.number).collect::<Vec<_>>(), [later]);
    }

    async fn whoever_works_on_an_incident_while_it_is_taken_loses_nothing(bench) {
        let handler = staff(&bench.ledger, "hanako", Role::Handler).await;
        for round in 0..12 {
            let row = |day: &str| format!("2020/{day} 00:00:00,http://t{round}.example.jp/,B\n");
            import(&bench, &format!("a{round}.csv"), &(row("01/01") + &row("02/10"))).await;
            let page = incidents(&bench.ledger, &reckoning(), &Selection { q: Some(format!("t{round}.example.jp")), ..Selection::default() }, administrator().sight(), 0, 10).await.expect("listed");
            let later = page.items.iter().max_by_key(|item| item.number).expect("two").number;
            let note = async {
                let work = bench.ledger.begin().await.expect("begun");
                service::annotate(&work, &handler, later, "phoned the provider").await.expect("noted");
                tokio::time::sleep(std::time::Duration::from_millis(5 * (round % 4))).await;
                work.commit().await.expect("committed");
            };
            let between = bench.file(&format!("b{round}.csv"), row("01/21").as_bytes());
            let mut silent = import::Silent;
            let intake = intake(&bench);
            let closing = intake.file(import::Format::PhishUrl, &between, &mut silent);
            let ((), closed) = tokio::join!(note, closing);
            closed.expect("imported");
        }
        let lost = "SELECT count(*) AS n FROM incident_note n JOIN incident i ON i.id = n.incident_id WHERE i.merged_into_id IS NOT NULL";
        assert_eq!(bench.ledger.number(Sql::new(lost)).await.expect("counted"), 0, "no note hangs on an incident that was taken");
        assert_eq!(counts(&bench.ledger, "incident_note").await, 12);
        deliver(&bench.ledger).await;
    }

    async fn an_incident_that_somebody_worked_on_is_never_taken_away(bench) {
        import(&bench, "a.csv", "2020/01/01 00:00:00,http://a.example.jp/,B\n2020/02/10 00:00:00,http://a.example.jp/,B\n").await;
        let handler = staff(&bench.ledger, "hanako", Role::Handler).await;
        let work = bench.ledger.begin().await.expect("begun");
        service::annotate(&work, &handler, "2020-00002".parse().expect("a number"), "called the provider").await.expect("noted");
        work.commit().await.expect("committed");
        import(&bench, "b.csv", "2020/01/21 00:00:00,http://a.example.jp/,B\n").await;
        let page = incidents(&bench.ledger, &reckoning(), &Selection::default(), administrator().sight(), 0, 10).await.expect("listed");
        assert_eq!(page.items.iter().map(|item| (item.number.to_string(), item.reports)).collect::<Vec<_>>(), [("2020-00002".to_owned(), 3)]);
    }

    async fn a_late_report_of_before_is_linked(bench) {
        import(&bench, "a.csv", "2020/06/01 00:00:00,http://a.example.jp/,B\n").await;
        import(&bench, "b.csv", "2020/01/01 00:00:00,http://a.example.jp/,B\n").await;
        let [newer, older] = ["2020-00001", "2020-00002"].map(|number| number.parse::<Number>().expect("a number"));
        let newer = service::view(&bench.ledger, &administrator(), newer).await.expect("seen");
        let older = service::view(&bench.ledger, &administrator(), older).await.expect("seen");
        assert_eq!((newer.incident.previous, older.incident.previous), (Some(older.incident.id), None));
        let kin = service::kin(&bench.ledger, &administrator(), &older).await.expect("looked");
        assert_eq!((kin.previous, kin.next), (None, Some(newer.incident.number)));
    }

    async fn a_flood_of_broken_rows_is_few_entries(bench) {
        let outcome = import(&bench, "a.csv", &format!("2020/01/01,http://a.example.jp/,B\n{}2020/01/02,http://b.example.jp/,B\n,,\n", "broken\n".repeat(5_000))).await;
        assert_eq!((outcome.read, outcome.set_aside, outcome.stored), (5_003, 5_001, 2));
        let items = tray::list(&bench.ledger, &Actor::Platform, 0, 100).await.expect("listed");
        // One for each unit of work in which they came, and one for what has another reason.
        assert_eq!(items.len(), 3, "{items:?}");
        assert_eq!(items.iter().map(|item| item.rows).sum::<i64>(), 5_001);
        assert!(items.iter().any(|item| item.place.en.starts_with("lines 2 to ")), "{items:?}");
        assert_eq!(outcome.reasons.iter().map(|reason| reason.rows).sum::<u64>(), 5_001);
        let again = import(&bench, "a.csv", &"broken\n".repeat(5_000)).await;
        assert_eq!(again.set_aside, 5_000);
    }

    async fn a_closed_incident_that_is_reported_again_is_new_again(bench) {
        import(&bench, "a.csv", "2020/01/20 00:00:00,http://a.example.jp/,B\n").await;
        let number = Number { year: 2020, sequence: 1 };
        let work = bench.ledger.begin().await.expect("begun");
        service::close(&work, &administrator(), number).await.expect("closed");
        work.commit().await.expect("committed");
        import(&bench, "b.csv", "2020/01/19 00:00:00,http://a.example.jp/,B\n").await;
        assert_eq!(service::view(&bench.ledger, &administrator(), number).await.expect("seen").incident.state, State::Closed, "an older report does not open it");
        import(&bench, "c.csv", "2020/01/25 00:00:00,http://a.example.jp/,B\n").await;
        assert_eq!(service::view(&bench.ledger, &administrator(), number).await.expect("seen").incident.state, State::New);
    }

    async fn a_reminder_is_kept_and_a_case_that_was_coordinated_is_so_again(bench) {
        import(&bench, "a.csv", "2020/01/20 00:00:00,http://a.example.jp/,B\n").await;
        let number = Number { year: 2020, sequence: 1 };
        for (country, note) in [("", "first"), ("JP", "reminded by telephone")] {
            let work = bench.ledger.begin().await.expect("begun");
            service::coordinate(&work, &administrator(), number, "Example Hosting", country, note).await.expect("asked");
            service::close(&work, &administrator(), number).await.expect("closed");
            work.commit().await.expect("committed");
        }
        let id = service::view(&bench.ledger, &administrator(), number).await.expect("seen").incident.id;
        let notes = noroshi_incident::notes_of(&bench.ledger, id).await.expect("read");
        assert_eq!(notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["Example Hosting: reminded by telephone"]);
        assert_eq!(figures(&bench.ledger, "2021Q1").await.coordination_destination.domestic, 1, "a country that was not known is filled in");
        import(&bench, "b.csv", "2020/01/25 00:00:00,http://a.example.jp/,B\n").await;
        assert_eq!(service::view(&bench.ledger, &administrator(), number).await.expect("seen").incident.state, State::Coordinating);
        let audit = noroshi_ledger::audit::of_subject(&bench.ledger, id.0, 100).await.expect("read");
        assert!(audit.iter().any(|row| row.action == "incident.reopen" && row.detail.contains("report")), "{audit:?}");
    }

    async fn a_query_without_a_word_finds_nothing(bench) {
        import(&bench, "a.csv", THREE).await;
        let selection = Selection { q: Some("!!".into()), ..Selection::default() };
        assert_eq!(incidents(&bench.ledger, &reckoning(), &selection, administrator().sight(), 0, 10).await.expect("listed").count, 0);
    }

    async fn saying_whose_a_name_is_maps_what_was_reported(bench) {
        import(&bench, "a.csv", THREE).await;
        let unmapped = brand::unmapped(&bench.ledger, 10).await.expect("read");
        assert_eq!(unmapped.len(), 1, "spellings that differ in width and case are one name");
        let change = brand::Change {
            key: "example-bank".into(),
            name: noroshi_kernel::language::Bilingual::new("例示銀行", "Example Savings"),
            origin: noroshi_directory::Origin::Domestic,
            country: "JP".into(),
            sector: "bank".into(),
            aliases: vec!["EXAMPLE BANK".into()],
        };
        let work = bench.ledger.begin().await.expect("begun");
        brand::save(&work, &administrator(), &change).await.expect("saved");
        work.commit().await.expect("committed");
        deliver(&bench.ledger).await;
        let found = Selection { q: Some("例示銀行".into()), ..Selection::default() };
        assert_eq!(incidents(&bench.ledger, &reckoning(), &found, administrator().sight(), 0, 10).await.expect("listed").count, 2, "and they are found by its name");
        let quarter = figures(&bench.ledger, "2020Q1").await;
        assert_eq!((quarter.phishing_brand.domestic, quarter.phishing_brand.unknown), (2, 0));
        assert_eq!(quarter.phishing_brands.iter().map(|one| (one.brand.as_str(), one.count)).collect::<Vec<_>>(), [("例示銀行", 2)]);
    }

    async fn bad_rows_go_to_the_tray_and_the_rest_goes_on(bench) {
        let csv = "date,URL,description\n2020/02/30 00:00:00,http://a.example.jp/,B\n0000/01/01 00:00:00,http://b.example.jp/,B\n9999/01/01 00:00:00,http://c.example.jp/,B\n2020/02/01 00:00:00,,B\n2020/02/01 00:00:00,http://d.example.jp/,\"open\n2020/02/02 00:00:00,http://e.example.jp/,B\n";
        let outcome = import(&bench, "bad\u{1b}[31m.csv", csv).await;
        assert_eq!((outcome.read, outcome.stored, outcome.set_aside), (6, 1, 5), "{:?}", outcome.reasons);
        let places: Vec<_> = outcome.reasons.iter().map(|why| why.r#where.as_str()).collect();
        assert_eq!(places[0], "line 2, column 1");
        assert_eq!(places[3], "line 5, column 2");
        assert!(outcome.reasons.iter().all(|SetAside { input, .. }| !input.contains('\u{1b}')), "a hostile file name does not reach the terminal");
        assert_eq!(tray::count(&bench.ledger, &Actor::Platform).await.expect("counted"), 5);
        let again = import(&bench, "again.csv", csv).await;
        assert_eq!((again.set_aside, again.already_seen), (5, 1));
        assert_eq!(tray::count(&bench.ledger, &Actor::Platform).await.expect("counted"), 5, "a row lies in the tray once");
        let item = tray::list(&bench.ledger, &Actor::Platform, 0, 10).await.expect("listed").into_iter().find(|item| item.place.en == "line 2, column 1").expect("there");
        let raw = bench.ledger.blobs().read_part(&item.raw_sha256, item.raw_offset, item.raw_length).expect("read");
        assert_eq!(raw, "2020/02/30 00:00:00,http://a.example.jp/,B".as_bytes(), "the raw row is there to look at");
    }

    async fn one_organisation_counts_once_on_an_incident(bench) {
        import(&bench, "a.csv", THREE).await;
        let handler = staff(&bench.ledger, "handler", Role::Handler).await;
        let number = Number { year: 2020, sequence: 1 };
        for (name, country, first) in [("Example Hosting", "JP", true), ("ＥＸＡＭＰＬＥ hosting", "", false), ("Example Cloud", "US", true), ("Example Elsewhere", "", true)] {
            let work = bench.ledger.begin().await.expect("begun");
            assert_eq!(service::coordinate(&work, &handler, number, name, country, "please look").await.expect("asked"), first, "{name}");
            work.commit().await.expect("committed");
        }
        let now = figures(&bench.ledger, "2021Q1").await;
        assert_eq!((now.coordinations, now.coordination_destination.domestic, now.coordination_destination.foreign, now.coordination_destination.unknown), (3, 1, 1, 1));
        assert_eq!(now.phishing_coordination_destination.total(), 3);
        assert_eq!(service::view(&bench.ledger, &handler, number).await.expect("seen").incident.state, State::Coordinating);
        let selection = Selection { records: Records::Coordinations, period: Some(period("2021Q1")), destination: Some(noroshi_directory::Origin::Foreign), ..Selection::default() };
        assert_eq!(coordinations(&bench.ledger, &reckoning(), &selection, handler.sight(), 0, 10).await.expect("listed").count, 1);
    }

    async fn roles_and_labels_decide_who_changes_and_sees(bench) {
        import(&bench, "a.csv", THREE).await;
        let (handler, other, analyst) = (staff(&bench.ledger, "handler", Role::Handler).await, staff(&bench.ledger, "other", Role::Handler).await, staff(&bench.ledger, "analyst", Role::Analyst).await);
        let number = Number { year: 2020, sequence: 1 };
        let work = bench.ledger.begin().await.expect("begun");
        assert!(matches!(service::close(&work, &analyst, number).await, Err(IncidentError::Forbidden(_))));
        assert!(matches!(service::close(&work, &Actor::Anonymous, number).await, Err(IncidentError::Forbidden(_))));
        service::coordinate(&work, &handler, number, "Example Victim", "JP", "").await.expect("asked");
        service::relabel(&work, &handler, number, Tlp::Red).await.expect("relabelled");
        work.commit().await.expect("committed");
        let found = async |actor: &Actor, q: Option<&str>| {
            let selection = Selection { q: q.map(Into::into), period: Some(period("2020Q1")), ..Selection::default() };
            let page = incidents(&bench.ledger, &reckoning(), &selection, actor.sight(), 0, 10).await.expect("listed");
            (page.items.len(), page.count, page.hidden)
        };
        // Before the event is delivered, nobody finds it by words; after it, who may.
        assert_eq!(found(&handler, Some("login")).await.0, 0);
        deliver(&bench.ledger).await;
        assert_eq!(found(&handler, Some("login")).await.0, 1);
        assert_eq!(found(&handler, None).await, (2, 2, 0));
        for actor in [&other, &analyst] {
            assert_eq!(found(actor, Some("login")).await, (0, 0, 0), "search does not even tell that there is one");
            assert_eq!(found(actor, None).await, (1, 2, 1), "a list says how many it may not show, so that it agrees with its figure");
            assert!(matches!(service::view(&bench.ledger, actor, number).await, Err(IncidentError::Unknown(_))));
            assert_eq!(open_count(&bench.ledger, actor.sight()).await.expect("counted"), 1);
            assert!(asked_organisations(&bench.ledger, actor.sight(), 10).await.expect("read").is_empty());
            let reported = reports(&bench.ledger, &reckoning(), &Selection { records: Records::Reports, period: Some(period("2020Q1")), ..Selection::default() }, actor.sight(), 0, 10).await.expect("listed");
            assert_eq!((reported.items.len(), reported.count, reported.hidden), (1, 3, 2));
        }
        let work = bench.ledger.begin().await.expect("begun");
        assert!(matches!(service::annotate(&work, &other, number, "x").await, Err(IncidentError::Unknown(_))), "what one may not know of is not there");
    }

    async fn changing_the_category_moves_one_cell_to_another(bench) {
        import(&bench, "a.csv", THREE).await;
        let before = figures(&bench.ledger, "2020Q1").await;
        let work = bench.ledger.begin().await.expect("begun");
        service::reclassify(&work, &administrator(), Number { year: 2020, sequence: 1 }, Category::MalwareSite).await.expect("changed");
        work.commit().await.expect("committed");
        let after = figures(&bench.ledger, "2020Q1").await;
        let mut expected = before.clone();
        expected.by_category.insert(Category::Phishing, 1);
        expected.by_category.insert(Category::MalwareSite, 1);
        expected.by_month[0].by_category.insert(Category::Phishing, 0);
        expected.by_month[0].by_category.insert(Category::MalwareSite, 1);
        expected.by_month[0].phishing_brand.unknown = 0;
        expected.phishing_brand.unknown = 1;
        assert_eq!(after, expected);
    }

    async fn a_scheme_that_counts_addresses_counts_each_once(bench) {
        let csv = "2008/01/01 00:00:00,http://192.0.2.1/a,B\n2008/01/02 00:00:00,http://192.0.2.1/b,B\n2008/02/02 00:00:00,http://192.0.2.2/,B\n2008/02/02 00:00:00,http://named.example.jp/,B\n";
        import(&bench, "a.csv", csv).await;
        let quarter = figures(&bench.ledger, "2008Q1").await;
        assert_eq!((quarter.scheme.as_str(), quarter.incidents, quarter.addresses, quarter.reports), ("2007Q3", 3, 2, 4));
        assert_eq!(quarter.by_month.iter().map(|month| month.incidents).collect::<Vec<_>>(), [1, 2, 0]);
        let by_incident = stats::count(&bench.ledger, &reckoning(), period("2008Q1"), Some("2013")).await.expect("counted");
        assert_eq!(by_incident.incidents, 4);
        let by_site = stats::count(&bench.ledger, &reckoning(), period("2008Q1"), Some("2009")).await.expect("counted");
        assert_eq!((by_site.reports, by_site.incidents), (3, 3), "one report for each site");
    }

    async fn every_figure_links_to_as_many_records(bench) {
        import(&bench, "a.csv", THREE).await;
        let (reckoning, sight) = (reckoning(), administrator().sight());
        let quarter = figures(&bench.ledger, "2020Q1").await;
        for month in &quarter.by_month {
            for (category, count) in &month.by_category {
                let selection = Selection { period: Some(period("2020Q1")), month: Some(month.month), category: Some(*category), ..Selection::default() };
                assert_eq!(incidents(&bench.ledger, &reckoning, &selection, sight, 0, 1).await.expect("listed").count, *count, "{}", selection.href());
            }
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, ..Default::default() })]

    /// However rows are spread over files, in whatever order of rows: all are counted, and a second import changes nothing.
    #[test]
    fn however_rows_are_cut_into_files_they_count_once(days in proptest::collection::vec((0_u32..150, 0_u8..4), 1..60), cut in 0_usize..60) {
        let rows: Vec<String> = days.iter().map(|(day, target)| {
            let date = jiff::civil::date(2020, 1, 1).checked_add(jiff::Span::new().days(i64::from(*day))).expect("a date");
            format!("{} 10:00:00,http://t{target}.example.jp/,B\n", date.strftime("%Y/%m/%d"))
        }).collect();
        tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
            let bench = Bench::sqlite(&migrations()).await;
            let (first, second) = rows.split_at(cut.min(rows.len()));
            let once = import(&bench, "1.csv", &first.concat()).await;
            let twice = import(&bench, "2.csv", &second.concat()).await;
            // The same row in both files is the same row.
            assert_eq!(once.stored + once.duplicates + twice.stored + twice.duplicates + twice.already_seen, rows.len() as u64);
            let year = figures(&bench.ledger, "2020").await;
            assert_eq!(year.reports.cast_unsigned(), rows.len() as u64 - twice.already_seen);
            assert_eq!(year.incidents.cast_unsigned(), once.incidents_opened + twice.incidents_opened - once.incidents_merged - twice.incidents_merged);
            assert_eq!(counts(&bench.ledger, "incident_told").await, year.reports);
            let wrong = "SELECT count(*) AS n FROM incident i WHERE i.first_report_at <> (SELECT min(r.received_at) FROM incident_report r JOIN incident_told t ON t.report_id = r.id WHERE t.incident_id = i.id) OR i.last_report_at <> (SELECT max(r.received_at) FROM incident_report r JOIN incident_told t ON t.report_id = r.id WHERE t.incident_id = i.id)";
            assert_eq!(bench.ledger.number(Sql::new(wrong)).await.expect("counted"), 0, "spans agree with the reports");
            let again = import(&bench, "3.csv", &first.concat()).await;
            assert_eq!(again.already_seen, first.len() as u64);
        });
    }
}

/// Everything that figures hang on, of every incident.
async fn outcome_of(bench: &Bench) -> Vec<(String, i64, i64, Option<String>, i64, Option<i64>)> {
    #[derive(noroshi_ledger::FromQueryResult)]
    struct Row {
        target: String,
        first_report_at: i64,
        last_report_at: i64,
        written: Option<String>,
        reports: i64,
        before: Option<i64>,
    }
    let sql = "SELECT i.target, i.first_report_at, i.last_report_at, b.written, (SELECT count(*) FROM incident_told t WHERE t.incident_id = i.id) AS reports, p.first_report_at AS before FROM incident i LEFT JOIN directory_brand_name b ON b.id = i.brand_name_id LEFT JOIN incident p ON p.id = i.previous_id WHERE i.merged_into_id IS NULL ORDER BY i.target, i.first_report_at";
    let rows: Vec<Row> = bench.ledger.all(Sql::new(sql)).await.expect("listed");
    rows.into_iter().map(|row| (row.target, row.first_report_at, row.last_report_at, row.written, row.reports, row.before)).collect()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 48, ..Default::default() })]

    /// The same rows give the same incidents, in whatever order they come and however they are cut into files.
    #[test]
    fn the_order_of_rows_changes_nothing(
        rows in proptest::collection::vec((0_u32..200, 0_u8..3, 0_u8..3), 1..40),
        keys in proptest::collection::vec(proptest::prelude::any::<u32>(), 40),
        cuts in proptest::collection::vec(0_usize..40, 0..4),
    ) {
        let line = |(day, target, brand): &(u32, u8, u8)| {
            let date = jiff::civil::date(2020, 1, 1).checked_add(jiff::Span::new().days(i64::from(*day))).expect("a date");
            format!("{} 10:00:00,http://t{target}.example.jp/,{}\n", date.strftime("%Y/%m/%d"), ["", "Bank", "Shop"][usize::from(*brand)])
        };
        let mut distinct = rows.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let mut shuffled: Vec<_> = distinct.iter().zip(&keys).collect();
        shuffled.sort_by_key(|(_, key)| **key);
        let shuffled: Vec<String> = shuffled.into_iter().map(|(row, _)| line(row)).collect();
        tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
            let in_order = Bench::sqlite(&migrations()).await;
            import(&in_order, "all.csv", &distinct.iter().map(line).collect::<String>()).await;
            let bench = Bench::sqlite(&migrations()).await;
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (shuffled.len() + 1)).chain([shuffled.len()]).collect();
            cuts.sort_unstable();
            let mut begin = 0;
            for (place, cut) in cuts.into_iter().enumerate() {
                if cut > begin {
                    import(&bench, &format!("{place}.csv"), &shuffled[begin..cut].concat()).await;
                }
                begin = cut;
            }
            assert_eq!(outcome_of(&bench).await, outcome_of(&in_order).await);
        });
    }
}
