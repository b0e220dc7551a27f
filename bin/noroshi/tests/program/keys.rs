//! OpenPGP keys, and letters that are signed or encrypted, with GnuPG as the other side.

use crate::place::{Home, Ran};
use noroshi_ledger::{FromQueryResult, Query as _, Sql};
use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

/// GnuPG in a home of its own.
struct Gpg(tempfile::TempDir);

impl Gpg {
    fn new() -> Option<Self> {
        if Command::new("gpg").arg("--version").stdout(Stdio::null()).status().is_err() {
            let ci = std::env::var_os("CI").is_some() || std::env::var_os("NOROSHI_TEST_POSTGRES").is_some();
            assert!(!ci, "gpg is missing: install gnupg");
            eprintln!("SKIPPED: gpg is missing");
            return None;
        }
        Some(Self(tempfile::Builder::new().prefix("pgp").tempdir().unwrap()))
    }

    fn try_run(&self, args: &[&str], input: &[u8]) -> Output {
        let mut command = Command::new("timeout");
        command.args(["60", "gpg", "--homedir"]).arg(self.0.path()).args(["--batch", "--yes", "--no-tty", "--quiet", "--pinentry-mode", "loopback"]);
        if !args.contains(&"--passphrase") {
            command.args(["--passphrase", ""]);
        }
        command.args(["--trust-model", "always", "--no-auto-check-trustdb"]).args(args).env("LC_ALL", "C.UTF-8");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let done = child.wait_with_output().unwrap();
        writer.join().unwrap();
        done
    }

    fn run(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let done = self.try_run(args, input);
        assert!(done.status.success(), "gpg {args:?}: {}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }

    /// Makes a key that signs and opens, and gives its fingerprint.
    fn key(&self, name: &str, passphrase: &str) -> String {
        self.run(&["--passphrase", passphrase, "--quick-generate-key", name, "ed25519", "cert,sign", "1y"], b"");
        let listed = String::from_utf8(self.run(&["--with-colons", "--list-keys", name], b"")).unwrap();
        let fingerprint = listed.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).unwrap().trim_end_matches(':').to_owned();
        self.run(&["--passphrase", passphrase, "--quick-add-key", &fingerprint, "cv25519", "encr", "1y"], b"");
        fingerprint
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.0.path()).args(["--kill", "all"]).stderr(Stdio::null()).status();
    }
}

fn homes() -> impl Iterator<Item = Home> {
    [Some(Home::sqlite()), Home::postgres()].into_iter().flatten()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn piped(home: &Home, arguments: &[&str], input: &[u8]) -> Ran {
    home.set_up();
    let mut child = home.program(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

fn made(home: &Home) -> String {
    let ran = home.run(&["key", "make", "--name", "Example CSIRT", "--address", "csirt@example.jp", "--expires", "2y"]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    ran.out().trim().to_owned()
}

/// A part: a report by hand in ISO-2022-JP that names an address with 報告.
fn report(address: &str) -> Vec<u8> {
    let head = b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$BJs9p\x1b(B\r\n\r\nWe found a phishing site.\r\n\r\n";
    [head, format!("Source-IP: {address}\r\nhttp://{address}/login/\r\n").as_bytes()].concat()
}

/// The same as a feedback report in a multipart.
fn feedback(address: &str) -> Vec<u8> {
    format!("Content-Type: multipart/report; report-type=feedback-report; boundary=in\r\n\r\n--in\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$BJs9p\x1b(B\r\n--in\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\nSource-IP: {address}\r\n\r\n--in--\r\n").into_bytes()
}

fn head(from: &str, kind: &str) -> Vec<u8> {
    format!("From: {from}\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n").into_bytes()
}

fn signed(from: &str, part: &[u8], signature: &[u8]) -> Vec<u8> {
    let head = head(from, "multipart/signed; micalg=pgp-sha512; protocol=\"application/pgp-signature\"; boundary=out");
    [&head, b"--out\r\n".as_slice(), part, b"\r\n--out\r\nContent-Type: application/pgp-signature\r\n\r\n", signature, b"\r\n--out--\r\n"].concat()
}

fn encrypted(from: &str, message: &[u8]) -> Vec<u8> {
    let head = head(from, "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=out");
    [
        &head,
        b"--out\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--out\r\nContent-Type: application/octet-stream\r\n\r\n".as_slice(),
        message,
        b"\r\n--out--\r\n",
    ]
    .concat()
}

#[derive(FromQueryResult, Debug, PartialEq)]
struct Row {
    kind: String,
    state: String,
    seal: String,
    signature: Option<String>,
    signer: Option<String>,
}

/// The letter that came in last.
async fn last(home: &Home) -> Row {
    let ledger = home.ledger().await;
    let sql = "SELECT c.kind, l.state, l.seal, l.signature, l.signer FROM mailroom_letter l JOIN mailroom_correspondence c ON c.id = l.id ORDER BY l.id DESC";
    let row = ledger.one::<Row>(Sql::new(sql)).await.unwrap().unwrap();
    ledger.close().await.unwrap();
    row
}

fn row(kind: &str, state: &str, seal: &str, signature: Option<&str>, signer: Option<&str>) -> Row {
    Row { kind: kind.into(), state: state.into(), seal: seal.into(), signature: signature.map(Into::into), signer: signer.map(Into::into) }
}

#[test]
fn keys_go_out_to_gnupg_and_come_in_from_it() {
    for home in homes() {
        let Some(gpg) = Gpg::new() else { return };
        assert!(home.run(&["key", "export"]).err().contains("noroshi key make"));
        let ours = made(&home);
        let file = home.path().join("team.asc");
        assert_eq!(home.run(&["key", "export", "--out", path(&file)]).code(), 0);
        assert_eq!(home.run(&["key", "export", &ours.to_lowercase()]).out(), std::fs::read_to_string(&file).unwrap().trim_end().to_owned() + "\n");
        gpg.run(&["--import", path(&file)], b"");
        gpg.run(&["-r", &ours, "--encrypt"], b"gnupg encrypts to it");

        let hanako = gpg.key("Hanako <hanako@example.net>", "");
        let all = home.file("all.asc", &gpg.run(&["--armor", "--export"], b""));
        let ran = home.run(&["key", "import", path(&all)]);
        assert_eq!((ran.code(), ran.out()), (3, format!("{hanako}\n")), "{}", ran.err());
        assert!(ran.err().contains("is the team's own") && ran.err().contains("1 key is new, 0 were renewed, 0 were there"), "{}", ran.err());
        assert!(home.run(&["key", "import", path(&all)]).err().contains("1 was there"));
        assert_eq!(home.run(&["key", "verify", &hanako, "--how", "by telephone"]).code(), 0);
        let listed = home.run(&["key", "list", "--json"]).json();
        assert_eq!((listed["team"][0]["fingerprint"].as_str(), listed["team"][0]["state"].as_str()), (Some(&*ours), Some("in_use")));
        assert!(listed["team"][0]["expires"].is_string() && listed["team"][0]["worth"] == "usable");
        assert_eq!(
            (listed["contacts"][0]["user_ids"][0].as_str(), listed["contacts"][0]["verified"]["how"].as_str()),
            (Some("Hanako <hanako@example.net>"), Some("by telephone"))
        );
        assert!(home.run(&["key", "list"]).out().contains(&hanako));
        let desk = || home.run(&["desk", "list", "--json"]).json()[0]["openpgp"].as_str().map(str::to_owned);
        assert_eq!((home.run(&["desk", "set", "incident", "--openpgp", &ours]).code(), desk()), (0, Some(ours.clone())));
        let refused = home.run(&["desk", "set", "incident", "--openpgp", &hanako]);
        assert!(refused.code() == 1 && refused.err().contains("none of the team's that this desk may use"), "{}", refused.err());
        assert_eq!((home.run(&["desk", "set", "incident", "--openpgp", "none"]).code(), desk()), (0, None));
        assert_eq!(home.run(&["key", "retire", &ours]).code(), 0);
        assert_eq!(home.run(&["key", "remove", &hanako]).code(), 0);
        for (arguments, says) in [
            (vec!["key", "remove", &ours], "is the team's own"),
            (vec!["key", "remove", &hanako], "there is no key with the fingerprint"),
            (vec!["key", "verify", "12", "--how", "x"], "is no fingerprint of a key"),
            (vec!["key", "import", path(home.path())], "this is no file but a directory"),
            (vec!["key", "make", "--name", "x", "--address", "no address"], "--address csirt@example.jp"),
        ] {
            let ran = home.run(&arguments);
            assert!(ran.code() == 1 && ran.err().contains(says), "{arguments:?}: {}", ran.err());
        }
        assert_eq!(home.run(&["key", "make", "--name", "x", "--address", "a@example.jp", "--expires", "2 weeks"]).code(), 2);
    }
}

#[tokio::test]
async fn another_team_key_is_said_and_letters_come_in_all_the_same() {
    let Some(gpg) = Gpg::new() else { return };
    let home = Home::sqlite();
    let ours = made(&home);
    gpg.run(&["--import"], home.run(&["key", "export"]).out().as_bytes());
    let message = gpg.run(&["-r", &ours, "--armor", "--encrypt"], &feedback("192.0.2.7"));
    let key = home.path().join("data/team.key");
    let right = std::fs::read(&key).unwrap();
    std::fs::write(&key, "07".repeat(32)).unwrap();
    let report = ["report", "--period", "2021Q1", "--kind", "incident", "--format", "text", "--sign"];
    let ran = home.run(&report);
    assert!(ran.code() == 1 && ran.err().contains("does not open with this data directory's team.key"), "{}", ran.err());
    let ran = piped(&home, &["intake", "mail"], &encrypted("a@example.net", &message));
    assert_eq!(ran.code(), 0, "{}", ran.err());
    assert!(ran.err().contains("team.key"), "{}", ran.err());
    assert_eq!(last(&home).await, row("inquiry", "new", "unopened", None, None));
    std::fs::write(&key, right).unwrap();
    assert_eq!(home.run(&report).code(), 0);
}

#[tokio::test]
async fn sealed_letters_become_reports_and_their_seals_are_kept() {
    for home in homes() {
        let Some(gpg) = Gpg::new() else { return };
        let ours = made(&home);
        gpg.run(&["--import"], home.run(&["key", "export"]).out().as_bytes());
        let hanako = gpg.key("Hanako <hanako@example.net>", "");
        let certificate = home.file("hanako.asc", &gpg.run(&["--armor", "--export", &hanako], b""));
        let from = "Hanako <hanako@example.net>";
        let sign = |part: &[u8]| signed(from, part, &gpg.run(&["-u", &hanako, "--armor", "--detach-sign"], part));
        let seal = |part: &[u8], more: &[&str]| gpg.run(&[&["-r", &ours, "--armor", "--encrypt"], more].concat(), part);
        let both = ["-u", &*hanako, "--sign"];
        assert_eq!(piped(&home, &["intake", "mail"], &sign(&feedback("192.0.2.1"))).code(), 0);
        assert_eq!(last(&home).await, row("report", "done", "none", Some("unknown-key"), None));
        assert_eq!(home.run(&["key", "import", path(&certificate)]).code(), 0);
        let tampered = String::from_utf8(sign(&feedback("192.0.2.3"))).unwrap().replace("192.0.2.3", "192.0.2.4");
        let clear = gpg.run(&["-u", &hanako, "--clearsign"], b"\x1b$BJs9p\x1b(B\r\nno report\r\n");
        let inline = seal(b"\x1b$BJs9p\x1b(B\r\n\r\nWe found a phishing site.\r\n\r\nSource-IP: 192.0.2.7\r\nhttp://192.0.2.7/login/\r\n", &both);
        let plain = head(from, "text/plain; charset=iso-2022-jp");
        let cases = [
            ("signed", sign(&feedback("192.0.2.2")), row("report", "done", "none", Some("good"), Some(&hanako))),
            ("tampered", tampered.into_bytes(), row("report", "done", "none", Some("bad"), Some(&hanako))),
            ("encrypted", encrypted(from, &seal(&feedback("192.0.2.5"), &[])), row("report", "done", "encrypted", None, None)),
            ("both", encrypted(from, &seal(&feedback("192.0.2.6"), &both)), row("report", "done", "encrypted", Some("good"), Some(&hanako))),
            (
                "other",
                encrypted("mallory@example.org", &seal(&report("192.0.2.9"), &both)),
                row("report", "new", "encrypted", Some("other-address"), Some(&hanako)),
            ),
            ("clear", [&plain[..], &clear].concat(), row("inquiry", "new", "none", Some("good"), Some(&hanako))),
            ("inline", [&plain[..], &inline].concat(), row("report", "new", "encrypted", Some("good"), Some(&hanako))),
        ];
        for (name, letter, expected) in cases {
            let ran = piped(&home, &["intake", "mail"], &letter);
            assert_eq!(ran.code(), 0, "{name}: {}", ran.err());
            assert_eq!(last(&home).await, expected, "{name}: {}", ran.err());
        }
        let list = home.run(&["incident", "list", "--json"]).json();
        let targets: Vec<_> = list["items"].as_array().unwrap().iter().filter_map(|item| item["target"].as_str()).collect();
        for target in ["192.0.2.1", "192.0.2.2", "192.0.2.5", "192.0.2.6"] {
            assert!(targets.contains(&target), "{target}: {targets:?}");
        }
        assert!(targets.iter().any(|target| target.contains("192.0.2.7")), "{targets:?}");
    }
}

#[tokio::test]
async fn letters_that_could_not_be_opened_are_read_when_the_key_comes() {
    for home in homes() {
        let Some(gpg) = Gpg::new() else { return };
        let team = gpg.key("Example CSIRT <csirt@example.jp>", "correct horse");
        let letter = encrypted("a@example.net", &gpg.run(&["-r", &team, "--armor", "--encrypt"], &feedback("192.0.2.7")));
        let ran = piped(&home, &["intake", "mail"], &letter);
        assert_eq!(ran.code(), 0, "{}", ran.err());
        assert_eq!(last(&home).await, row("inquiry", "new", "unopened", None, None));
        let tray = async || {
            let ledger = home.ledger().await;
            let count =
                ledger.number(Sql::new("SELECT count(*) AS n FROM mailroom_tray WHERE closed_at IS NULL AND reason_key LIKE 'sealed-%'")).await.unwrap();
            ledger.close().await.unwrap();
            count
        };
        assert_eq!(tray().await, 1);
        let secret = home.file("secret.asc", &gpg.run(&["--passphrase", "correct horse", "--armor", "--export-secret-keys", &team], b""));
        let refused = piped(&home, &["key", "import", "--secret", "--passphrase-stdin", path(&secret)], b"wrong\n");
        assert!(refused.code() == 1 && refused.err().contains("the passphrase is missing or wrong"), "{}", refused.err());
        let public = home.run(&["key", "import", path(&secret)]);
        assert!(public.code() == 3 && public.err().contains("secret key"), "{}", public.err());
        let phrase = home.file("phrase", b"correct horse\n");
        let ran = home.run(&["key", "import", "--secret", "--passphrase-file", path(&phrase), path(&secret)]);
        assert_eq!((ran.code(), ran.out()), (0, format!("{team}\n")), "{}", ran.err());
        assert!(ran.err().contains("1 letter was read again"), "{}", ran.err());
        assert_eq!(last(&home).await, row("report", "done", "encrypted", None, None));
        assert_eq!(tray().await, 0);
        assert_eq!(home.run(&["incident", "list", "--json"]).json()["items"][0]["target"], "192.0.2.7");
    }
}

#[test]
fn gnupg_believes_a_signed_report() {
    let Some(gpg) = Gpg::new() else { return };
    let home = Home::sqlite();
    let report = |more: &[&str]| home.run(&[&["report", "--period", "2021Q1", "--kind", "incident", "--sign"], more].concat());
    assert!(report(&["--format", "text"]).err().contains("the team has no key that signs"));
    let ours = made(&home);
    gpg.run(&["--import"], home.run(&["key", "export"]).out().as_bytes());
    assert!(report(&[]).err().contains("--format text"));
    for language in ["ja", "en"] {
        let ran = report(&["--format", "text", "--lang", language]);
        assert_eq!(ran.code(), 0, "{}", ran.err());
        let verified = gpg.try_run(&["--status-fd", "2", "--verify"], ran.out().as_bytes());
        assert!(verified.status.success() && String::from_utf8_lossy(&verified.stderr).contains(&format!("VALIDSIG {ours}")), "{}", ran.out());
        assert!(!gpg.try_run(&["--verify"], ran.out().replace("2021", "2022").as_bytes()).status.success());
        let out = home.path().join("out");
        let written = report(&["--format", "text", "--lang", language, "--out", path(&out)]);
        gpg.run(&["--verify", written.out().trim()], b"");
    }
    assert_eq!(home.run(&["key", "retire", &ours]).code(), 0);
    assert!(report(&["--format", "text"]).err().contains("the team has no key that signs"));
}
