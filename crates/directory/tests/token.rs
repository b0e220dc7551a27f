//! Tokens, on both databases.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test ends where it is surprised")]

use noroshi_directory::{
    DirectoryError,
    token::{self, Scope},
};
use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
};
use noroshi_ledger::{Query as _, Sql, migration::Migration};
use noroshi_testkit::on_both_databases;

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS].concat()
}

const ROOT: Actor = Actor::Platform;

on_both_databases! {
    migrations = migrations();

    async fn a_token_opens_until_it_is_revoked(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        let secret = token::make(&work, &ROOT, "feeder", Scope::Report, "incident").await.expect("made");
        work.commit().await.expect("kept");
        assert!(secret.starts_with("noroshi_") && secret.len() == 72, "{secret}");
        let found = token::of_secret(&bench.ledger, &secret).await.expect("asked").expect("a token");
        assert_eq!((found.name.as_str(), found.scope, found.desk.as_str(), found.used_at), ("feeder", Some(Scope::Report), "incident", None));
        let used = token::all(&bench.ledger).await.expect("tokens")[0].used_at;
        bench.clock.advance_us(59_000_000);
        token::of_secret(&bench.ledger, &secret).await.expect("asked").expect("a token");
        assert_eq!(token::all(&bench.ledger).await.expect("tokens")[0].used_at, used, "not every use is a write");
        bench.clock.advance_us(1_000_000);
        token::of_secret(&bench.ledger, &secret).await.expect("asked").expect("a token");
        assert!(token::all(&bench.ledger).await.expect("tokens")[0].used_at > used);
        for wrong in ["", "noroshi_", &secret[..71], &secret.to_uppercase(), &format!("{secret}0"), &"noroshi_".repeat(100)] {
            assert_eq!(token::of_secret(&bench.ledger, wrong).await.expect("asked"), None, "{wrong}");
        }
        let kept = Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE detail LIKE ").bind(format!("%{}%", &secret[8..]));
        assert_eq!(bench.ledger.number(kept).await.expect("a number"), 0, "the secret is kept nowhere");
        let work = bench.ledger.begin().await.expect("begun");
        token::revoke(&work, &ROOT, "feeder").await.expect("revoked");
        assert!(matches!(token::revoke(&work, &ROOT, "feeder").await, Err(DirectoryError::Unknown { .. })));
        work.commit().await.expect("kept");
        assert_eq!(token::of_secret(&bench.ledger, &secret).await.expect("asked"), None);
        assert_eq!(bench.ledger.number(Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE action IN ('token.make', 'token.revoke')")).await.expect("a number"), 2);
    }

    async fn administrators_make_them_and_names_are_plain(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        let handler = Actor::Account { id: AccountId(5), name: "handler".into(), roles: vec![Role::Handler] };
        assert!(matches!(token::make(&work, &handler, "feeder", Scope::Report, "").await, Err(DirectoryError::Forbidden(_))));
        for name in ["", "Feeder", "a b", "a\nb", &"x".repeat(65)] {
            assert!(matches!(token::make(&work, &ROOT, name, Scope::Report, "").await, Err(DirectoryError::Refused(_))), "{name:?}");
        }
        token::make(&work, &ROOT, "feeder", Scope::Report, "").await.expect("made");
        assert!(matches!(token::make(&work, &ROOT, "feeder", Scope::Report, "").await, Err(DirectoryError::Refused(_))), "taken");
        assert!(matches!(token::revoke(&work, &handler, "feeder").await, Err(DirectoryError::Forbidden(_))));
    }
}
