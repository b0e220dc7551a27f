//! A data directory as it is made, by one program or several at once, and as it is left.

use crate::place::Home;
use std::fs;

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
