//! The directory through its public interface, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::{
    DirectoryError, Origin,
    account::{self, SignInError},
    brand::{self, Change},
    organisation,
};
use noroshi_kernel::{
    access::{Actor, Role},
    language::Bilingual,
};
use noroshi_ledger::{Query, Sql, migration::Migration};
use noroshi_testkit::{Bench, on_both_databases};

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS].concat()
}

fn administrator() -> Actor {
    Actor::LocalAdministrator { user: "test".into() }
}

const PASSWORD: &str = "correct horse battery";

async fn add(bench: &Bench, name: &str, password: &str) -> Result<(), DirectoryError> {
    let work = bench.ledger.begin().await?;
    account::add(&work, &administrator(), name, name, &[Role::Handler], password).await?;
    Ok(work.commit().await?)
}

fn change(key: &str, aliases: &[&str]) -> Change {
    Change {
        key: key.into(),
        name: Bilingual::new(format!("{key}の名"), format!("{key} name")),
        origin: Origin::Foreign,
        country: "US".into(),
        sector: "bank".into(),
        aliases: aliases.iter().map(ToString::to_string).collect(),
    }
}

async fn save(bench: &Bench, change: &Change) -> Result<(), DirectoryError> {
    let work = bench.ledger.begin().await?;
    brand::save(&work, &administrator(), change).await?;
    Ok(work.commit().await?)
}

on_both_databases! {
    migrations = migrations();

    async fn a_session_lives_a_working_day_and_no_longer(bench) {
        add(&bench, "hanako", PASSWORD).await.expect("added");
        let session = account::sign_in(&bench.ledger, "hanako", PASSWORD).await.expect("signed in");
        assert_eq!(account::whose(&bench.ledger, &session.token).await.expect("asked").map(|one| one.name), Some("hanako".into()));
        assert!(account::whose(&bench.ledger, "not a token").await.expect("asked").is_none());
        assert!(!format!("{session:?}").contains(&session.token), "the token is not logged");
        let stored = bench.ledger.number(Sql::new("SELECT count(*) AS n FROM directory_session WHERE token_hash = ").bind(session.token.as_bytes().to_vec())).await.expect("counted");
        assert_eq!(stored, 0, "only its hash is stored");
        bench.clock.advance_us(12 * 3_600_000_000 + 1);
        assert!(account::whose(&bench.ledger, &session.token).await.expect("asked").is_none());
    }

    async fn signing_out_ends_the_session(bench) {
        add(&bench, "hanako", PASSWORD).await.expect("added");
        let session = account::sign_in(&bench.ledger, "hanako", PASSWORD).await.expect("signed in");
        account::sign_out(&bench.ledger, &session.account, &session.token).await.expect("signed out");
        assert!(account::whose(&bench.ledger, &session.token).await.expect("asked").is_none());
    }

    async fn failures_make_an_account_wait_longer_each_time(bench) {
        add(&bench, "hanako", PASSWORD).await.expect("added");
        for _ in 0..5 {
            assert!(matches!(account::sign_in(&bench.ledger, "hanako", "wrong").await, Err(SignInError::Wrong)));
        }
        assert!(matches!(account::sign_in(&bench.ledger, "hanako", PASSWORD).await, Err(SignInError::Wait { .. })), "even the right password waits");
        bench.clock.advance_us(2_000_000);
        assert!(matches!(account::sign_in(&bench.ledger, "hanako", "wrong").await, Err(SignInError::Wrong)));
        bench.clock.advance_us(1_500_000);
        assert!(matches!(account::sign_in(&bench.ledger, "hanako", PASSWORD).await, Err(SignInError::Wait { .. })));
        bench.clock.advance_us(2_000_000);
        account::sign_in(&bench.ledger, "hanako", PASSWORD).await.expect("signed in");
        for _ in 0..5 {
            assert!(matches!(account::sign_in(&bench.ledger, "nobody", PASSWORD).await, Err(SignInError::Wrong)));
        }
        assert!(matches!(account::sign_in(&bench.ledger, "nobody", PASSWORD).await, Err(SignInError::Wait { .. })), "a name that does not exist waits as one that does");
    }

    async fn a_strangers_failures_do_not_lock_the_persons_own_browser(bench) {
        use account::{Device, sign_in_from};
        add(&bench, "hanako", PASSWORD).await.expect("added");
        let from = async |device, password: &str| sign_in_from(&bench.ledger, "hanako", password, device).await;
        for _ in 0..6 {
            assert!(from(Device::Strange, "wrong").await.is_err());
        }
        assert!(matches!(from(Device::Strange, PASSWORD).await, Err(SignInError::Wait { .. })), "strangers wait");
        from(Device::Known, PASSWORD).await.expect("the own browser does not");
        assert!(matches!(from(Device::Strange, PASSWORD).await, Err(SignInError::Wait { .. })), "and strangers still do");
        for _ in 0..5 {
            assert!(matches!(from(Device::Known, "wrong").await, Err(SignInError::Wrong)));
        }
        assert!(matches!(from(Device::Known, PASSWORD).await, Err(SignInError::Wait { .. })), "a known device is not free to guess");
        let work = bench.ledger.begin().await.expect("begun");
        let handler = Actor::Account { id: noroshi_kernel::id::AccountId(1), name: "x".into(), roles: vec![Role::Handler] };
        assert!(matches!(account::unlock(&work, &handler, "hanako").await, Err(DirectoryError::Forbidden(_))));
        assert!(matches!(account::unlock(&work, &administrator(), "nobody").await, Err(DirectoryError::Unknown { .. })));
        account::unlock(&work, &administrator(), "hanako").await.expect("released");
        work.commit().await.expect("committed");
        from(Device::Strange, PASSWORD).await.expect("signed in");
        from(Device::Known, PASSWORD).await.expect("signed in");
    }

    async fn many_guesses_at_once_count_each(bench) {
        add(&bench, "hanako", PASSWORD).await.expect("added");
        let guesses: Vec<_> = (0..30).map(|_| {
            let ledger = bench.ledger.clone();
            tokio::spawn(async move { account::sign_in(&ledger, "hanako", "wrong").await })
        }).collect();
        let mut looked_at = 0;
        for guess in guesses {
            looked_at += i32::from(matches!(guess.await.expect("ended"), Err(SignInError::Wrong)));
        }
        assert_eq!(looked_at, 5, "the others waited");
    }

    async fn accounts_need_a_plain_name_and_a_long_password(bench) {
        for (name, password) in [("", PASSWORD), ("Hanako", PASSWORD), ("花子", PASSWORD), ("hanako", "short"), ("hanako", &"x".repeat(2_000))] {
            assert!(matches!(add(&bench, name, password).await, Err(DirectoryError::Refused(_))), "{name:?}");
        }
        add(&bench, "hanako", PASSWORD).await.expect("added");
        assert!(matches!(add(&bench, "hanako", PASSWORD).await, Err(DirectoryError::Refused(_))), "a name is taken once");
        let work = bench.ledger.begin().await.expect("begun");
        let handler = Actor::Account { id: noroshi_kernel::id::AccountId(1), name: "x".into(), roles: vec![Role::Handler] };
        assert!(matches!(account::add(&work, &handler, "taro", "taro", &[Role::Administrator], PASSWORD).await, Err(DirectoryError::Forbidden(_))));
    }

    async fn the_shipped_brands_come_in_once_and_stay_as_people_left_them(bench) {
        let shipped = brand::shipped().expect("the table");
        let import = async || {
            let work = bench.ledger.begin().await.expect("begun");
            let new = brand::import_table(&work, &administrator(), &shipped).await.expect("imported");
            work.commit().await.expect("committed");
            new
        };
        assert_eq!(import().await, shipped.len());
        let amazon = shipped.iter().find(|one| one.key == "amazon").expect("there").clone();
        save(&bench, &Change { sector: "logistics".into(), ..amazon }).await.expect("saved");
        assert_eq!(import().await, 0);
        let now = brand::all(&bench.ledger).await.expect("read");
        assert_eq!(now.iter().find(|one| one.key == "amazon").map(|one| one.sector.as_str()), Some("logistics"));
        let work = bench.ledger.begin().await.expect("begun");
        let names = brand::resolve_names(&work, &["アマゾン", "ＡＭＡＺＯＮ", "  ", "no such brand"]).await.expect("resolved");
        assert_eq!(names.len(), 3, "an empty name is none");
    }

    async fn a_row_that_claims_anothers_name_is_set_aside_whole(bench) {
        save(&bench, &change("one", &["shared"])).await.expect("saved");
        let csv = "key,name_ja,name_en,origin,country,sector,aliases\none,一,One again,foreign,US,bank,\ntwo,二,Two,foreign,US,bank,Ｓｈａｒｅｄ|nii\nthree,三,Three,foreign,US,bank,san\n";
        let work = bench.ledger.begin().await.expect("begun");
        let imported = brand::import(&work, &administrator(), brand::parse_table(csv.as_bytes()).expect("a table")).await.expect("imported");
        work.commit().await.expect("committed");
        assert_eq!((imported.new, imported.known, imported.set_aside.len()), (1, 1, 1));
        let wrong = &imported.set_aside[0];
        assert!(wrong.line == 3 && wrong.reason.text.en.contains("of two belongs to one"), "{wrong:?}");
        let keys: Vec<_> = brand::all(&bench.ledger).await.expect("read").into_iter().map(|brand| brand.key).collect();
        assert_eq!(keys, ["one", "three"], "the row changed nothing, not even its other names");
        assert!(brand::unmapped(&bench.ledger, 10).await.expect("read").is_empty());
    }

    async fn a_name_belongs_to_one_brand(bench) {
        save(&bench, &change("one", &["shared"])).await.expect("saved");
        assert!(matches!(save(&bench, &change("two", &["Ｓｈａｒｅｄ"])).await, Err(DirectoryError::Refused(_))));
        assert_eq!(brand::all(&bench.ledger).await.expect("read").len(), 1, "a refused brand is not half there");
        save(&bench, &change("one", &[])).await.expect("saved");
        save(&bench, &change("two", &["shared"])).await.expect("a released name can be taken");
    }

    async fn an_organisation_is_found_by_any_spelling(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        let first = organisation::find_or_add(&work, &administrator(), "Example Hosting", "JP").await.expect("added");
        let second = organisation::find_or_add(&work, &administrator(), " ｅｘａｍｐｌｅ－hosting ", "US").await.expect("found");
        assert_eq!((first.id, second.country.as_str()), (second.id, "JP"));
        for (name, country) in [("", "JP"), ("x", "Japan"), ("x", "jp"), ("...", "")] {
            assert!(organisation::find_or_add(&work, &administrator(), name, country).await.is_err(), "{name:?} {country:?}");
        }
    }
}
