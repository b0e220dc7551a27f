//! A data directory as it is made, by one program or several at once, and as it is left.

use crate::{
    place::{Home, Ran},
    server::Server,
};
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::Stdio,
};

/// Runs the same command so many times at once; gives what failed.
fn at_once(home: &Home, times: usize, arguments: &[&str]) -> Vec<String> {
    let children: Vec<_> = (0..times).map(|_| home.start(arguments)).collect();
    let ended = children.into_iter().map(|child| child.wait_with_output().unwrap());
    ended.filter(|output| !output.status.success()).map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).collect()
}

/// The key, and nothing left beside it.
fn key(home: &Home) -> String {
    let data = home.path().join("data");
    let left: Vec<_> =
        fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).filter(|name| name.starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
    let key = fs::read_to_string(data.join("team.key")).unwrap();
    assert_eq!(key.len(), 64, "{key:?}");
    key
}

#[tokio::test]
async fn several_programs_may_set_up_one_directory_at_once() {
    for round in 0..3 {
        for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
            if home.is_on_postgres() {
                // A test's schema is new; a team's is there before its programs are.
                home.ledger().await.close().await.unwrap();
                std::fs::remove_dir_all(home.path().join("data")).unwrap();
            }
            assert_eq!(at_once(&home, 6, &["init"]), [""; 0], "round {round}");
            let first = key(&home);
            assert_eq!(at_once(&home, 4, &["doctor"]), [""; 0], "round {round}");
            assert_eq!(key(&home), first);
        }
    }
}

#[test]
fn an_empty_key_is_replaced_as_long_as_nobody_has_an_account() {
    let home = Home::sqlite();
    assert_eq!(home.run(&["init"]).code(), 0);
    let (path, first) = (home.path().join("data/team.key"), key(&home));
    fs::write(&path, "").unwrap();
    assert_eq!(at_once(&home, 4, &["init"]), [""; 0]);
    assert_ne!(key(&home), first);
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(home.run(&["account", "add", "boss", "--role", "administrator"]).code(), 0);
    fs::write(&path, "").unwrap();
    let ran = home.run(&["init"]);
    assert_eq!(ran.code(), 1);
    assert!(ran.err().contains("team.key is empty and the team has accounts; restore it from a backup"), "{}", ran.err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "", "nothing is made up");
}

#[test]
fn a_directory_that_was_not_there_is_told_of() {
    let note = "note: a new data directory was made: ";
    for arguments in [
        &["incident", "list"][..],
        &["incident", "stats", "--period", "2020Q1", "--json"],
        &["report", "--period", "2020Q1", "--kind", "incident"],
        &["brand", "list"],
        &["doctor", "--json"],
    ] {
        let home = Home::sqlite();
        let ran = home.run(arguments);
        assert!(ran.code() == 0 && ran.err().contains(note), "{arguments:?}: {}", ran.err());
        assert!(!ran.out().contains(note), "{arguments:?}");
        assert!(!home.run(arguments).err().contains(note), "{arguments:?}: the second time it is there");
    }
}

#[test]
fn mail_makes_no_directory_and_waits_for_one() {
    let letter = b"From: a@home.example\r\nSubject: question\r\n\r\nhello\r\n";
    let piped = |home: &Home| {
        let mut child = home.program(&["intake", "mail"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may end before it has read anything.
        let _ = child.stdin.take().unwrap().write_all(letter);
        Ran::of(child.wait_with_output().unwrap())
    };
    let home = Home::sqlite();
    let data = home.path().join("data");
    for empty in [false, true] {
        // A volume that is not mounted is an empty directory.
        if empty {
            fs::create_dir(&data).unwrap();
        }
        let ran = piped(&home);
        assert_eq!(ran.code(), 75, "the mail server keeps it: {}", ran.err());
        let shown = data.display().to_string();
        assert!(ran.err().contains(&shown) && ran.err().contains("noroshi init"), "{}", ran.err());
        assert_eq!(fs::read_dir(&data).map(Iterator::count).unwrap_or(0), 0, "nothing is made");
    }
    home.run(&["init"]);
    assert_eq!(piped(&home).code(), 0);
}

#[test]
fn links_begin_where_it_listens_and_it_says_when_nobody_reaches_that() {
    let home = Home::sqlite();
    home.set_up();
    let warns = |listen: &str, configuration: &str| {
        fs::write(home.path().join("data/noroshi.toml"), configuration).unwrap();
        let mut child = home.start(&["serve", "--listen", listen]);
        let said: Vec<String> = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok).take(2).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        said.iter().any(|line| line.starts_with("warning: serve.public_url is not set") && line.contains("status links that begin with http://"))
    };
    assert!(warns("0.0.0.0:0", "[mail]\nlmtp = \"127.0.0.1:0\"\n"));
    assert!(warns("127.0.0.1:0", "[serve]\nbehind_tls = true\n[mail]\nlmtp = \"127.0.0.1:0\"\n"));
    assert!(!warns("0.0.0.0:0", "[serve]\npublic_url = \"https://noroshi.example.jp/\"\n[mail]\nlmtp = \"127.0.0.1:0\"\n"));
    assert!(!warns("127.0.0.1:0", "[mail]\nlmtp = \"127.0.0.1:0\"\n"));
    fs::write(home.path().join("data/noroshi.toml"), "").unwrap();
    // A program's report is answered with a link that leads to this very server.
    let token = home.run(&["token", "make", "feed", "--scope", "report"]);
    assert_eq!(token.code(), 0, "{}", token.err());
    let server = Server::start(&home);
    let report = r#"{"what":"phishing","targets":["https://login.example.jp/"]}"#;
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let request = format!(
        "POST /api/v1/reports HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{report}",
        server.address,
        token.out().trim(),
        report.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(&format!("\"status_url\":\"http://{}/status/", server.address)), "{answer}");
}

#[test]
fn the_log_is_folded_into_the_file_at_the_end() {
    let home = Home::sqlite();
    let file = home.file("list.csv", b"date,URL,description\n2020/01/04 10:12:00,http://a.example.jp/,B\n");
    for arguments in [
        &["init"][..],
        &["intake", "import", "--format", "phishurl", file.to_str().unwrap()],
        &["account", "add", "x", "--role", "handler"],
        &["incident", "show", "2099-00001"],
    ] {
        home.run(arguments);
        let size = |name: &str| fs::metadata(home.path().join("data").join(name)).map_or(0, |file| file.len());
        assert_eq!(size("noroshi.db-wal"), 0, "{arguments:?}");
        assert!(size("noroshi.db") > 100_000, "{arguments:?}");
    }
}

#[tokio::test]
async fn the_log_is_folded_also_while_another_program_is_open() {
    let home = Home::sqlite();
    home.run(&["init"]);
    let other = home.ledger().await;
    assert_eq!(home.run(&["account", "add", "x", "--role", "handler"]).code(), 0);
    assert_eq!(fs::metadata(home.path().join("data/noroshi.db-wal")).map_or(0, |file| file.len()), 0);
    other.close().await.unwrap();
}
