//! Keys through the public interface, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::{
    DirectoryError,
    key::{self, Came, Vault, Wanted, Worth},
};
use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
    moment::Moment,
};
use noroshi_ledger::{FromQueryResult, Query, Sql, migration::Migration};
use noroshi_post::{
    openpgp::{Fingerprint, Limits, Purpose, TeamKey, decrypt, encrypt, sign_cleartext, verify_cleartext},
    sealed::Ring,
};
use noroshi_testkit::{Bench, on_both_databases};

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS].concat()
}

fn administrator() -> Actor {
    Actor::LocalAdministrator { user: "test".into() }
}

fn account(role: Role) -> Actor {
    Actor::Account { id: AccountId(1), name: "hanako".into(), roles: vec![role] }
}

fn vault() -> Vault {
    Vault::new(&[7; 32])
}

async fn made(bench: &Bench, user_id: &str, serves: &str, expires: Option<Moment>) -> Fingerprint {
    let work = bench.ledger.begin().await.unwrap();
    let fingerprint = key::make(&work, &administrator(), &vault(), user_id, serves, expires).await.expect("made");
    work.commit().await.unwrap();
    fingerprint
}

async fn imported(bench: &Bench, file: &[u8]) -> Result<Vec<Came>, DirectoryError> {
    let work = bench.ledger.begin().await?;
    let came = key::import(&work, &account(Role::Handler), file).await?;
    work.commit().await?;
    Ok(came)
}

fn opens(ring: &Ring, message: &str, at: Moment) -> bool {
    decrypt(message.as_bytes(), &ring.team(), &[], at, &Limits::default()).is_ok()
}

/// The key of a refusal.
fn refused<T: std::fmt::Debug>(result: Result<T, DirectoryError>) -> String {
    match result {
        Err(DirectoryError::Refused(reason)) => reason.key.to_string(),
        Err(DirectoryError::Forbidden(_)) => "forbidden".into(),
        other => panic!("{other:?}"),
    }
}

on_both_databases! {
    migrations = migrations();

    async fn a_copied_database_opens_nothing(bench) {
        let fingerprint = made(&bench, "Example CSIRT <csirt@example.jp>", "", None).await;
        let now = bench.ledger.now();
        let certificate = key::certificate(&bench.ledger, &fingerprint).await.unwrap();
        let message = encrypt(b"secret", &[&certificate], None, now).unwrap();
        let ring = key::ring(&bench.ledger, &administrator(), &vault()).await.unwrap();
        assert!(opens(&ring, &message, now));
        let other = key::ring(&bench.ledger, &administrator(), &Vault::new(&[8; 32])).await.unwrap();
        assert!(!opens(&other, &message, now));
        assert_eq!(other.locked(), std::slice::from_ref(&fingerprint), "it is said, and letters come in all the same");
        assert_eq!(refused(key::signing(&bench.ledger, &administrator(), &Vault::new(&[8; 32]), Wanted::default(), now).await), "key-locked");

        #[derive(FromQueryResult)]
        struct Row { secret: Vec<u8> }
        let row = bench.ledger.one::<Row>(Sql::new("SELECT secret FROM directory_team_key")).await.unwrap().unwrap();
        assert!(!row.secret.windows(11).any(|found| found == b"BEGIN PGP P") && TeamKey::import(&row.secret, None).is_err());
        // Nor can a secret be put in another key's place.
        let second = made(&bench, "Other <other@example.jp>", "", None).await;
        let work = bench.ledger.begin().await.unwrap();
        work.execute(Sql::new("UPDATE directory_team_key SET secret = ").bind(row.secret).push(" WHERE fingerprint = ").bind(second.as_str())).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(key::ring(&bench.ledger, &administrator(), &vault()).await.unwrap().locked(), [second]);
    }

    async fn the_newest_key_of_the_desk_signs_and_a_retired_one_opens(bench) {
        let now = bench.ledger.now();
        assert_eq!(refused(key::signing(&bench.ledger, &administrator(), &vault(), Wanted::by("incident"), now).await), "key-none");
        let whole = made(&bench, "Team <csirt@example.jp>", "", None).await;
        let desk = made(&bench, "Desk <desk@example.jp>", "incident", Some(now.plus_days(10))).await;
        let signs = async |serves: &str, at: Moment| key::signing(&bench.ledger, &account(Role::Editor), &vault(), Wanted::by(serves), at).await.unwrap();
        let signer = signs("incident", now).await;
        assert_eq!(signer.certificate().fingerprint(), desk);
        let signed = sign_cleartext(b"text", &signer, now).unwrap();
        assert!(verify_cleartext(&signed, &[key::certificate(&bench.ledger, &desk).await.unwrap()], now).signatures[0].is_good());
        assert_eq!(signs("press", now).await.certificate().fingerprint(), whole);
        assert_eq!(signs("incident", now.plus_days(11)).await.certificate().fingerprint(), whole, "the desk's has expired");
        let retire = async |fingerprint: &Fingerprint| {
            let work = bench.ledger.begin().await.unwrap();
            let retired = key::retire(&work, &administrator(), fingerprint).await;
            work.commit().await.unwrap();
            retired
        };
        retire(&desk).await.unwrap();
        assert_eq!(refused(retire(&desk).await), "key-retired");
        assert_eq!(signs("incident", now).await.certificate().fingerprint(), whole);
        let message = encrypt(b"old", &[&key::certificate(&bench.ledger, &desk).await.unwrap()], None, now).unwrap();
        assert!(opens(&key::ring(&bench.ledger, &administrator(), &vault()).await.unwrap(), &message, now));
        assert_eq!(key::team(&bench.ledger).await.unwrap().iter().map(|own| own.retired_at.is_some()).collect::<Vec<_>>(), [false, true]);
    }

    async fn only_those_who_may_do_so(bench) {
        let fingerprint = made(&bench, "Team <csirt@example.jp>", "", None).await;
        let work = bench.ledger.begin().await.unwrap();
        let (handler, analyst) = (account(Role::Handler), account(Role::Analyst));
        assert_eq!(refused(key::make(&work, &handler, &vault(), "x <x@example.jp>", "", None).await), "forbidden");
        assert_eq!(refused(key::import_secret(&work, &handler, &vault(), b"", None, "").await), "forbidden");
        assert_eq!(refused(key::retire(&work, &handler, &fingerprint).await), "forbidden");
        assert_eq!(refused(key::import(&work, &analyst, b"").await), "forbidden");
        assert_eq!(refused(key::verify(&work, &analyst, &fingerprint, "x").await), "forbidden");
        assert_eq!(refused(key::remove(&work, &analyst, &fingerprint).await), "forbidden");
        assert_eq!(refused(key::signing(&work, &analyst, &vault(), Wanted::default(), work.now()).await), "forbidden");
        assert_eq!(refused(key::ring(&work, &analyst, &vault()).await), "forbidden");
        assert_eq!(refused(key::remove(&work, &handler, &fingerprint).await), "key-own");
        assert_eq!(refused(key::import(&work, &handler, b"nothing").await), "pgp-no-certificate");
    }

    async fn keys_of_contacts_come_in_merge_and_are_found(bench) {
        let now = bench.ledger.now();
        let at = now.plus_days(-100);
        let short = TeamKey::generate_until("Hanako <Hanako@Example.net>", at, Some(now.plus_days(5))).unwrap();
        let other = TeamKey::generate("Hanako <hanako@example.net>", at).unwrap();
        let armoured = |key: &TeamKey| key.certificate().armoured().unwrap();
        let own = made(&bench, "Team <csirt@example.jp>", "", None).await;
        let file = format!("some words\n{}\nmore\n{}-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n{}", armoured(&short), armoured(&other), key::certificate(&bench.ledger, &own).await.unwrap().armoured().unwrap());
        let came = imported(&bench, file.as_bytes()).await.unwrap();
        assert_eq!(came[..2], [Came::New(short.certificate().fingerprint()), Came::New(other.certificate().fingerprint())]);
        assert!(matches!(&came[2..], [Came::SetAside(_), Came::SetAside(own)] if own.key == "key-own"), "{came:?}");
        assert_eq!(imported(&bench, armoured(&short).as_bytes()).await.unwrap(), [Came::Known(short.certificate().fingerprint())]);
        assert!(matches!(&imported(&bench, short.export(None).unwrap().as_bytes()).await.unwrap()[..], [Came::SetAside(reason)] if reason.key == "pgp-secret-key"));

        let found = async |at: Moment| -> Vec<Fingerprint> {
            key::for_address(&bench.ledger, "hanako@EXAMPLE.net", at).await.unwrap().iter().map(|key| key.certificate.fingerprint()).collect()
        };
        assert_eq!(found(now).await, [other.certificate().fingerprint(), short.certificate().fingerprint()]);
        let work = bench.ledger.begin().await.unwrap();
        assert_eq!(refused(key::verify(&work, &account(Role::Handler), &short.certificate().fingerprint(), " ").await), "key-how");
        key::verify(&work, &account(Role::Handler), &short.certificate().fingerprint(), "by telephone").await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(found(now).await, [short.certificate().fingerprint(), other.certificate().fingerprint()], "verified first");
        assert_eq!(found(now.plus_days(6)).await, [other.certificate().fingerprint()], "an expired key is not encrypted to");
        let verified = key::contacts(&bench.ledger).await.unwrap()[0].verified.clone().unwrap();
        assert_eq!((verified.by.as_str(), verified.how.as_str()), ("hanako", "by telephone"));

        let work = bench.ledger.begin().await.unwrap();
        key::remove(&work, &account(Role::Handler), &other.certificate().fingerprint()).await.unwrap();
        assert_eq!(refused(key::remove(&work, &account(Role::Handler), &other.certificate().fingerprint()).await), "key-unknown");
        work.commit().await.unwrap();
        assert_eq!(found(now).await, [short.certificate().fingerprint()]);
        let actions: Vec<String> = audit_actions(&bench).await;
        assert_eq!(actions, ["team_key.make", "contact_key.import", "contact_key.import", "contact_key.verify", "contact_key.remove"]);
    }

    async fn the_chosen_key_is_used_while_it_can_be(bench) {
        let now = bench.ledger.now();
        let (old, new) = (made(&bench, "Old <csirt@example.jp>", "", Some(now.plus_days(10))).await, made(&bench, "New <csirt@example.jp>", "", None).await);
        let ics = made(&bench, "Ics <ics@example.jp>", "ics", None).await;
        let used = async |desk: &str, chosen: Option<&Fingerprint>, at: Moment| {
            let own = key::in_use(&bench.ledger, Wanted { desk, chosen }, Purpose::Encryption, at).await.unwrap();
            own.map(|own| own.certificate.fingerprint())
        };
        assert_eq!((used("office", None, now).await, used("ics", None, now).await), (Some(new.clone()), Some(ics.clone())));
        assert_eq!((used("office", Some(&old), now).await, used("ics", Some(&old), now).await), (Some(old.clone()), Some(old.clone())));
        assert_eq!(used("office", Some(&old), now.plus_days(11)).await, Some(new.clone()), "it has expired");
        assert_eq!(used("office", Some(&ics), now).await, Some(new.clone()), "another desk's is none to choose");
        let work = bench.ledger.begin().await.unwrap();
        for fingerprint in [&old, &new] {
            key::retire(&work, &administrator(), fingerprint).await.unwrap();
        }
        work.commit().await.unwrap();
        assert_eq!((used("office", Some(&old), now).await, used("ics", Some(&old), now).await), (None, Some(ics)));
    }

    async fn keys_of_contacts_are_looked_up_by_what_people_have_of_them(bench) {
        let now = bench.ledger.now();
        let keys: Vec<TeamKey> = ["Hanako <Hanako_1@Example.net>", "Taro <taro@example.net>"].map(|id| TeamKey::generate(id, now).unwrap()).into();
        for key in &keys {
            imported(&bench, key.certificate().armoured().unwrap().as_bytes()).await.unwrap();
        }
        let found = async |words: &str| key::contacts_found(&bench.ledger, words, 0, 10).await.unwrap();
        let hanako = keys[0].certificate().fingerprint();
        let subkey = keys[0].certificate().key_ids().pop().unwrap();
        let spaced: String = hanako.grouped().to_lowercase().chars().skip(5).take(19).collect();
        for words in ["HANAKO_1@", &spaced, &format!("0x{}", hanako.as_str()), &subkey.to_string()] {
            let (some, count) = found(words).await;
            assert_eq!((some.iter().map(|one| one.certificate.fingerprint()).collect::<Vec<_>>(), count), (vec![hanako.clone()], 1), "{words}");
        }
        for (words, count) in [("", 2), (" ", 2), ("example.net", 2), ("%", 0), ("hanakoX1", 0), ("nobody", 0)] {
            assert_eq!(found(words).await.1, count, "{words}");
        }
        let (page, count) = key::contacts_found(&bench.ledger, "", 1, 1).await.unwrap();
        assert_eq!((page[0].certificate.fingerprint(), count), (hanako.clone(), 2), "the latest first");
        assert!(matches!(key::known(&bench.ledger, &hanako).await.unwrap(), Some(key::Known::Contact(_))));
        let worth = |key: &TeamKey, at: Moment| Worth::of(key.certificate(), at).key();
        let short = TeamKey::generate_until("Short <s@example.net>", now, Some(now.plus_days(1))).unwrap();
        assert_eq!((worth(&short, now), worth(&short, now.plus_days(2)), worth(&short, now.plus_days(-1))), ("usable", "expired", "unusable"));
    }

    async fn a_secret_key_comes_in_by_its_passphrase(bench) {
        let now = bench.ledger.now();
        let key = TeamKey::generate("Team <csirt@example.jp>", now).unwrap();
        let exported = key.export(Some("correct horse")).unwrap();
        let import = async |secret: &[u8], passphrase| {
            let work = bench.ledger.begin().await.unwrap();
            let imported = key::import_secret(&work, &administrator(), &vault(), secret, passphrase, "").await;
            work.commit().await.unwrap();
            imported
        };
        assert_eq!(refused(import(exported.as_bytes(), None).await), "pgp-passphrase");
        assert_eq!(refused(import(exported.as_bytes(), Some("wrong")).await), "pgp-passphrase");
        assert_eq!(refused(import(key.certificate().armoured().unwrap().as_bytes(), None).await), "pgp-no-secret-key");
        assert_eq!(import(exported.as_bytes(), Some("correct horse")).await.unwrap(), key.certificate().fingerprint());
        assert_eq!(import(exported.as_bytes(), Some("correct horse")).await.unwrap(), key.certificate().fingerprint(), "the same again is the same key");
        assert_eq!(key::team(&bench.ledger).await.unwrap().len(), 1);
        assert_eq!(audit_actions(&bench).await, ["team_key.import", "team_key.renew"]);
    }
}

async fn audit_actions(bench: &Bench) -> Vec<String> {
    #[derive(FromQueryResult)]
    struct Row {
        action: String,
        detail: String,
    }
    let rows = bench.ledger.all::<Row>(Sql::new("SELECT action, detail FROM ledger_audit ORDER BY id")).await.unwrap();
    assert!(rows.iter().all(|row| !row.detail.contains("BEGIN PGP")), "no secrets in the audit");
    rows.into_iter().map(|row| row.action).collect()
}
