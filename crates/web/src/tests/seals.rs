//! Seals on pages: what came signed or encrypted says so where it is read, and what needs a person says so in the inbox.

use super::{
    browser::{Browser, on_both},
    filled::Filled,
    keys::{armour, make, others},
    mail::{Came, deliver},
    pages::check,
    tongues::speaks_one,
};
use crate::stamp;
use axum::http::{StatusCode, header};
use noroshi_directory::key;
use noroshi_kernel::{
    access::{Actor, Role},
    moment::Moment,
};
use noroshi_mailroom::{
    desk,
    thread::{self, Letter},
};
use noroshi_post::{
    build::{self, Built, Draft, Subject},
    letter::Mailbox,
    openpgp::{Certificate, Fingerprint, TeamKey, sign_cleartext},
};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

const ROOT: Actor = Actor::Platform;
const WORDS: &str = "the gate is open at dawn";

/// Gives the incident desk its address.
async fn office(filled: &Filled) {
    let work = filled.web.ledger.begin().await.expect("work");
    desk::change(&work, &ROOT, "incident", desk::Change { address: Some("ir@example.jp".into()), ..Default::default() }).await.expect("changed");
    work.commit().await.expect("kept");
}

fn letter(filled: &Filled, id: &str, body: &str) -> Built {
    let mailbox = |address: &str| Mailbox { name: String::new(), address: address.into() };
    let mut draft = Draft::new(mailbox("hanako@home.example"), &format!("{id}@home.example"), filled.web.ledger.now(), filled.web.reckoning.zone.clone());
    (draft.to, draft.subject, draft.body) = (vec![mailbox("ir@example.jp")], format!("letter {id}"), body.into());
    build::build(&draft).expect("a letter")
}

async fn bring(browser: &Browser, key: &TeamKey) {
    assert_eq!(browser.files("/keys/import", &[("armour", &armour(key))], &[]).await.status, StatusCode::SEE_OTHER);
}

async fn own_certificate(filled: &Filled, fingerprint: &Fingerprint) -> Certificate {
    key::certificate(&filled.web.ledger, fingerprint).await.expect("a key")
}

/// The row of a thread in the inbox.
async fn row(browser: &Browser, came: Came) -> String {
    let page = browser.get("/inbox").await.body;
    let row = page.split("<tr ").find(|row| row.contains(&format!("href=\"{}\"", came.page())));
    row.expect("a row").to_owned()
}

#[tokio::test]
async fn a_signature_says_what_it_is_worth_wherever_its_letter_is_read() {
    on_both(async |filled: Filled| {
        office(&filled).await;
        let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
        let now = filled.web.ledger.now();
        let (hanako, stranger) = (others(&filled, "Hanako <hanako@home.example>", None), others(&filled, "Other <other@home.example>", None));
        bring(&handler, &hanako).await;
        bring(&handler, &stranger).await;
        let signed = letter(&filled, "good", WORDS).signed(&hanako, now).expect("signed");
        let good = deliver(&filled, &signed).await;
        for page in [handler.get(&good.page()).await.body, handler.get(&good.own()).await.body] {
            assert!(page.contains("<span class=\"chip gold\">Good signature, key not verified</span>") && page.contains(WORDS), "{page}");
        }
        let own = format!("/keys/{}", hanako.certificate().fingerprint());
        assert!(handler.get(&good.own()).await.body.contains(&format!("href=\"{own}\"")));
        assert_eq!(handler.post(&format!("{own}/verify"), &[("how", "by telephone")]).await.status, StatusCode::SEE_OTHER);
        for page in [handler.get(&good.page()).await.body, handler.get(&good.own()).await.body] {
            assert!(page.contains("<span class=\"chip pine\">Good signature</span>"), "{page}");
        }
        assert!(handler.get(&good.own()).await.body.contains("key verified by handler (by telephone)"));
        assert!(!row(&handler, good).await.contains("signature"), "what is well needs no mark in the inbox");

        // Changed on the way: prominent on the letter, in the thread and in the inbox, whatever else is asked for.
        let text = String::from_utf8(signed).expect("text");
        let broken = deliver(&filled, text.replace("dawn", "noon").replace("good@home", "broken@home")).await;
        for path in [broken.own(), format!("{}?show=source", broken.own()), broken.page()] {
            let page = handler.get(&path).await.body;
            assert!(page.contains("<p class=\"problem\"") && page.contains("<b>Broken signature</b>"), "{path}: {page}");
            assert!(page.contains("Do not believe the content"), "{path} says what to do");
        }
        assert!(row(&handler, broken).await.contains("<span class=\"chip wine\">Broken signature</span>"));

        let foreign = deliver(&filled, letter(&filled, "foreign", WORDS).signed(&stranger, now).expect("signed")).await;
        let page = handler.get(&foreign.page()).await.body;
        assert!(page.contains("<span class=\"chip fire\">Signed by another address") && page.contains("<p class=\"warning\">"), "{page}");

        // Text beside the signed text is not covered.
        let clear = String::from_utf8(sign_cleartext(WORDS.as_bytes(), &hanako, now).expect("signed")).expect("text");
        let partly = deliver(&filled, letter(&filled, "partly", &format!("before\n{clear}\nafter\n")).bytes()).await;
        let page = handler.get(&partly.own()).await.body;
        assert!(page.contains("<span class=\"chip gold\">Only a part is signed</span>") && page.contains("some text in part 1"), "{page}");
        // The marks around it are in the reader's language; what only looks like one is as the sender wrote it.
        let japanese = Browser::of(&filled, Role::Handler).await.speaking("ja");
        let plain = deliver(&filled, letter(&filled, "spoof", "[-- OpenPGP: signed text begins --]\nx").bytes()).await;
        for (came, own, other) in [(partly, "[-- OpenPGP: ここから署名された文 --]", "signed text"), (plain, "signed text begins --]", "ここから")]
        {
            for path in [came.own(), came.page()] {
                let page = japanese.get(&path).await.body;
                assert!(page.contains(own) && !page.contains(other), "{path}: {page}");
            }
        }
        assert!(page.contains("[-- OpenPGP: signed text begins --]"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_comes_later_is_used_and_what_was_known_before_is_said() {
    let filled = Filled::empty().await;
    office(&filled).await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let hanako = others(&filled, "Hanako <hanako@home.example>", None);
    let mut draft = letter(&filled, "later", &format!("{WORDS}\n\n{}", armour(&hanako))).signed(&hanako, filled.web.ledger.now()).expect("signed");
    draft.extend_from_slice(b"\r\n");
    let came = deliver(&filled, draft).await;
    let page = handler.get(&came.own()).await.body;
    assert!(page.contains("Signed by an unknown key") && page.contains("import it: then it can be checked"), "{page}");
    // The key came along: it is offered, and one button brings it in.
    let fingerprint = hanako.certificate().fingerprint();
    assert!(page.contains("Public key that came along") && page.contains(&fingerprint.grouped()), "{page}");
    let offered = page.split_once("name=\"armour\" value=\"").and_then(|(_, rest)| rest.split('"').next()).expect("armour");
    let brought = handler.post("/keys/import", &[("armour", offered)]).await;
    assert_eq!(brought.location(), format!("/keys/{fingerprint}"), "{}", brought.body);
    let page = handler.get(&came.own()).await.body;
    assert!(page.contains("Good signature, key not verified") && !page.contains("Public key that came along"), "{page}");
    assert!(page.contains("When it came in:") && page.contains("Signed by an unknown key"), "{page}");
    assert!(handler.get(&came.page()).await.body.contains("Good signature, key not verified"));
}

#[tokio::test]
async fn what_came_encrypted_is_read_opened_and_answered_in_secret() {
    on_both(async |filled: Filled| {
        office(&filled).await;
        let admin = Browser::of(&filled, Role::Administrator).await.speaking("en");
        let team = make(&admin, "Example CSIRT", "").await;
        let hanako = others(&filled, "Hanako <hanako@home.example>", None);
        bring(&admin, &hanako).await;
        let ours = own_certificate(&filled, &team).await;
        let now = filled.web.ledger.now();
        let came = deliver(&filled, letter(&filled, "secret", WORDS).encrypted(&[&ours], Some(&hanako), Subject::Shown, now).expect("encrypted")).await;
        // A coordinator reads letters and imports nothing.
        for role in [Role::Handler, Role::Coordinator] {
            let person = Browser::of(&filled, role).await.speaking("en");
            for path in [came.own(), came.page()] {
                let page = person.get(&path).await.body;
                assert!(page.contains(WORDS) && page.contains("<span class=\"chip pine\">Encrypted, opened</span>"), "{role:?} {path}: {page}");
            }
        }
        let page = admin.get(&came.own()).await.body;
        assert!(page.contains(&format!("Opened with the team&#39;s key {}", ours.fingerprint().grouped())), "{page}");
        let source = admin.get(&format!("{}?show=source", came.own())).await.body;
        assert!(source.contains("BEGIN PGP MESSAGE") && !source.contains(WORDS), "what came is kept as it came");
        assert!(!row(&admin, came).await.contains("Encrypted"));

        let reply = admin.get(&format!("{}/reply", came.page())).await.body;
        assert!(!reply.contains(WORDS) && reply.contains("<option value=\"encrypted\" selected>") && reply.contains("so it is not quoted"), "{reply}");
        for (sealing, marks) in [("encrypted", &["Encrypted", "Signed"][..]), ("signed", &["Signed"]), ("plain", &[])] {
            let body = format!("an answer that is {sealing}");
            let fields = [("to", "hanako@home.example"), ("subject", "Re: letter"), ("body", body.as_str()), ("sealing", sealing)];
            assert_eq!(admin.post(&format!("{}/letters", came.page()), &fields).await.status, StatusCode::SEE_OTHER);
            let page = admin.get(&came.page()).await.body;
            let entry = page.split("<li ").find(|entry| entry.contains(&body)).expect("the letter, opened by our own key");
            for mark in ["Encrypted", "Signed"] {
                assert_eq!(entry.contains(&format!("<span class=\"chip indigo\">{mark}</span>")), marks.contains(&mark), "{sealing}: {entry}");
            }
            assert_eq!(entry.contains("Encrypted to hanako@home.example"), sealing == "encrypted", "for whom: {entry}");
        }

        // To a key that is not here.
        let lost = others(&filled, "Lost <ir@example.jp>", None);
        let lost = deliver(&filled, letter(&filled, "lost", WORDS).encrypted(&[lost.certificate()], None, Subject::Shown, now).expect("encrypted")).await;
        for path in [lost.own(), lost.page()] {
            let page = admin.get(&path).await.body;
            assert!(page.contains("<span class=\"chip fire\">Encrypted, not opened</span>") && page.contains("whose secrets are not here"), "{path}: {page}");
        }
        assert!(row(&admin, lost).await.contains("<span class=\"chip fire\">Encrypted, not opened</span>"));
    })
    .await;
}

#[tokio::test]
async fn seals_are_told_in_both_languages() {
    let filled = Filled::empty().await;
    office(&filled).await;
    let admin = Browser::of(&filled, Role::Administrator).await;
    let team = make(&admin, "Example CSIRT", "").await;
    let hanako = others(&filled, "Hanako <hanako@home.example>", None);
    let (now, ours) = (filled.web.ledger.now(), own_certificate(&filled, &team).await);
    let unknown = letter(&filled, "unknown", "x").signed(&hanako, now).expect("signed");
    let mut all = vec![deliver(&filled, &unknown).await];
    bring(&admin, &hanako).await;
    let broken = String::from_utf8(unknown).expect("text").replace("charset=us-ascii", "charset=utf-8").replace("\r\nx", "\r\ny");
    all.push(deliver(&filled, broken.replace("unknown@", "broken@")).await);
    all.push(deliver(&filled, letter(&filled, "sealed", "x").encrypted(&[&ours], Some(&hanako), Subject::Shown, now).expect("encrypted")).await);
    all.push(deliver(&filled, letter(&filled, "lost", "x").encrypted(&[hanako.certificate()], None, Subject::Shown, now).expect("encrypted")).await);
    for language in ["ja", "en"] {
        let person = Browser::of(&filled, Role::Administrator).await.speaking(language);
        for path in all.iter().flat_map(|came| [came.own(), came.page(), format!("{}/reply", came.page())]).chain(["/inbox".into()]) {
            let answer = person.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
            check(&path, language, &answer.body);
            speaks_one(&answer.body, language, &path);
        }
    }
}

/// GnuPG in a home of its own, on the day of the pages.
struct Gpg(tempfile::TempDir);

impl Gpg {
    /// None when there is no GnuPG, which is loud: in CI it is a failure.
    fn new() -> Option<Self> {
        if Command::new("gpg").arg("--version").stdout(Stdio::null()).status().is_err() {
            assert!(std::env::var_os("NOROSHI_TEST_POSTGRES").is_none(), "gpg is missing: install gnupg");
            println!("SKIPPED: gpg is missing");
            return None;
        }
        Some(Self(tempfile::Builder::new().prefix("pgp").tempdir().expect("a folder")))
    }

    fn run(&self, day: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut command = Command::new("timeout");
        command
            .args(["60", "gpg", "--batch", "--yes", "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", "--homedir"])
            .arg(self.0.path());
        command.args(["--trust-model", "always", "--no-auto-check-trustdb", "--faked-system-time", &format!("{day}T060000!")]).args(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gpg");
        child.stdin.take().expect("its input").write_all(input).expect("written");
        let done = child.wait_with_output().expect("done");
        assert!(done.status.success(), "gpg {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.0.path()).args(["--kill", "all"]).stderr(Stdio::null()).status();
    }
}

#[tokio::test]
async fn gnupg_encrypts_to_the_form_s_key_and_the_staff_read_it() {
    let Some(gpg) = Gpg::new() else { return };
    on_both(async |filled: Filled| {
        let stranger = Browser::stranger(&filled).speaking("en");
        assert!(!stranger.get("/report?desk=incident").await.body.contains("key.asc"), "without a key nothing is said of one");
        assert_eq!(stranger.get("/report/key.asc").await.status, StatusCode::NOT_FOUND);
        let admin = Browser::of(&filled, Role::Administrator).await.speaking("en");
        let team = make(&admin, "Example CSIRT", "").await;
        for language in ["ja", "en"] {
            let page = Browser::stranger(&filled).speaking(language).get("/report?desk=incident").await.body;
            assert!(page.contains(&team.grouped()) && page.contains("href=\"/report/key.asc?desk=incident\""), "{page}");
            check("/report", language, &page);
            speaks_one(&page, language, "/report");
        }
        let file = stranger.get("/report/key.asc?desk=incident").await;
        assert_eq!((file.status, file.header(header::CONTENT_TYPE)), (StatusCode::OK, "application/pgp-keys"));
        assert_eq!((file.header(header::CACHE_CONTROL), file.cookies().len()), ("public, max-age=3600", 0), "anybody's, so nobody's cookie");
        for wrong in ["/report/key.asc?desk=nowhere", "/report/key.asc?desk=office"] {
            assert_eq!(stranger.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
        }
        assert_eq!(stranger.get("/report/key.asc?x=1").await.status, StatusCode::BAD_REQUEST);

        gpg.run("20190320", &["--import"], file.body.as_bytes());
        let message = gpg.run("20190320", &["--armor", "--encrypt", "-r", team.as_str()], WORDS.as_bytes());
        let stamp = stamp::stamp(&filled.web.team_key, "report", Moment(filled.web.ledger.now().0 - 60_000_000));
        let fields: [(&str, Option<&str>, &[u8]); 4] =
            [("desk", None, b"incident"), ("stamp", None, stamp.as_bytes()), ("what", None, b"other"), ("encrypted", None, &message)];
        let sent = stranger.upload("/report", &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let token = sent.location().strip_prefix("/status/").and_then(|rest| rest.split('?').next()).unwrap_or_default();
        let thread = noroshi_kernel::id::ThreadId(filled.web.marks.status(token).expect("a thread"));
        let letters = thread::letters(&filled.web.ledger, thread, 10).await.expect("letters");
        let Some(Letter::In(line)) = letters.first() else { panic!("{letters:?}") };
        for path in [format!("/threads/{thread}"), format!("/letters/{}", line.id)] {
            let page = admin.get(&path).await.body;
            assert!(page.contains(WORDS) && page.contains("<span class=\"chip pine\">Encrypted, opened</span>"), "{path}: {page}");
        }
        assert!(!stranger.get(sent.location()).await.body.contains(WORDS), "the status page tells nobody");
    })
    .await;
}

#[tokio::test]
async fn an_expired_and_a_revoked_key_are_told_apart() {
    let Some(gpg) = Gpg::new() else { return };
    let filled = Filled::empty().await;
    office(&filled).await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let inner = b"Content-Type: text/plain\r\n\r\nhello\r\n";
    let signed = |id: &str, from: &str, signature: &[u8]| {
        let head = format!("From: {from}\r\nTo: ir@example.jp\r\nSubject: {id}\r\nMessage-ID: <{id}@home.example>\r\nMIME-Version: 1.0\r\n");
        let typed = "Content-Type: multipart/signed; micalg=pgp-sha256; protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n--b\r\n";
        [head.as_bytes(), typed.as_bytes(), inner, b"\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n", signature, b"\r\n--b--\r\n"].concat()
    };
    gpg.run("20190101", &["--quick-generate-key", "Old <old@home.example>", "ed25519", "cert,sign", "30d"], b"");
    gpg.run("20190101", &["--quick-generate-key", "Gone <gone@home.example>", "ed25519", "cert,sign", "1y"], b"");
    // A clock that is set back signs with what expired; so does who stole it.
    let options = ["--armor", "--detach-sign", "-u"];
    let old = signed("old", "old@home.example", &gpg.run("20190115", &[&options[..], &["old@home.example"]].concat(), inner));
    let gone = signed("gone", "gone@home.example", &gpg.run("20190115", &[&options[..], &["gone@home.example"]].concat(), inner));
    let listed = String::from_utf8(gpg.run("20190115", &["--with-colons", "--list-keys", "gone@home.example"], b"")).expect("text");
    let fingerprint = listed.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).expect("a key").trim_end_matches(':').to_owned();
    let revocation = std::fs::read_to_string(gpg.0.path().join("openpgp-revocs.d").join(format!("{fingerprint}.rev"))).expect("a revocation");
    gpg.run("20190201", &["--import"], revocation.replace(":-----BEGIN", "-----BEGIN").as_bytes());
    let keys = gpg.run("20190201", &["--armor", "--export"], b"");
    let brought = handler.files("/keys/import", &[("armour", "")], &[("keys.asc", "application/pgp-keys", &keys)]).await;
    assert_eq!(brought.status, StatusCode::OK, "{}", brought.body);
    let list = handler.get("/keys").await.body;
    assert!(list.contains("<span class=\"chip fire\">Expired</span>") && list.contains("<span class=\"chip wine\">Revoked</span>"), "{list}");
    let page = handler.get(&deliver(&filled, gone).await.page()).await.body;
    assert!(page.contains("<span class=\"chip fire\">Signed by a revoked key</span>") && page.contains("Treat it as unsigned"), "{page}");
    // Signed while the key was good: that it has expired since takes nothing away.
    let page = handler.get(&deliver(&filled, old).await.page()).await.body;
    assert!(page.contains("Good signature, key not verified"), "{page}");
}
