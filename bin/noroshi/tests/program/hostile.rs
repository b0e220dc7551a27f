//! Files that nobody should send: a clear message with line and column, the rest goes on, exit code 3.

use crate::place::Home;
use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

const GOOD: &str = "2020/01/04 10:12:00,http://good.example.jp/,B\n";

/// Imports a good row, the bad bytes, and another good row; gives what was said of the bad ones.
fn import(bad: &[u8]) -> (i64, String) {
    let home = Home::sqlite();
    let mut content = b"date,URL,description\n".to_vec();
    content.extend(GOOD.as_bytes());
    content.extend(bad);
    content.extend(GOOD.replace("good", "also-good").as_bytes());
    let file = home.file("bad.csv", &content);
    let ran = home.run(&["intake", "import", "--format", "phishurl", "--json", file.to_str().unwrap()]);
    assert_eq!(ran.code(), 3, "{}", ran.err());
    let outcome = ran.json();
    assert_eq!(outcome["stored"], 2, "the rest goes on: {outcome}");
    let reasons = outcome["reasons"].as_array().unwrap();
    for reason in reasons {
        let said = format!("{}: {}: {}", reason["input"].as_str().unwrap(), reason["where"].as_str().unwrap(), reason["reason"].as_str().unwrap());
        assert!(ran.err().contains(&said), "each is named on standard error");
        assert!(said.chars().count() < 700, "and in few words: {said}");
        assert!(reason["where"].as_str().unwrap().starts_with("line "));
    }
    (
        outcome["set_aside"].as_i64().unwrap(),
        reasons.iter().map(|reason| format!("{}: {}\n", reason["where"].as_str().unwrap(), reason["reason"].as_str().unwrap())).collect(),
    )
}

#[test]
fn wrong_charsets_are_named() {
    // 楽天 in Shift_JIS and in EUC-JP.
    let (count, said) = import(b"2020/01/04 10:12:00,http://x.example.jp/,\x8ay\x93V\n");
    assert_eq!(count, 1);
    assert!(said.starts_with("line 3, column 3: ") && said.contains("SHIFT_JIS"), "{said}");
    let (_, said) = import(b"2020/01/04 10:12:00,http://x.example.jp/,\xb3\xda\xc5\xb7\xa4\xab\xa1\xbc\xa5\xc9\n");
    assert!(said.contains("line 3, column 3: ") && said.contains("EUC-JP"), "{said}");
}

#[test]
fn a_broken_quote_loses_its_own_row_only() {
    let (count, said) = import(b"2020/01/04 10:12:00,\"http://x.example.jp/,B\n");
    assert_eq!(count, 1, "{said}");
    assert!(said.starts_with("line 3, column 2: "), "{said}");
}

#[test]
fn a_row_of_ten_megabytes_is_passed_over() {
    let mut row = b"2020/01/04 10:12:00,http://x.example.jp/".to_vec();
    row.resize(10 * 1024 * 1024, b'a');
    row.extend(b",B\n");
    let (count, said) = import(&row);
    assert_eq!(count, 1);
    assert!(said.starts_with("line 3"), "{said}");
}

#[test]
fn ten_million_columns_are_refused() {
    let mut row = vec![b','; 10_000_000];
    row.push(b'\n');
    assert_eq!(import(&row).0, 1);
    let (count, said) = import(format!("2020/01/04 10:12:00,http://x.example.jp/,B{}\n", ",c".repeat(80)).as_bytes());
    assert_eq!(count, 1);
    assert!(said.contains("column"), "{said}");
}

#[test]
fn ragged_rows_and_impossible_dates_are_explained() {
    let (count, said) = import(b"2020/01/04 10:12:00\n0000/01/01 00:00:00,http://x.example.jp/,B\n9999/12/31 00:00:00,http://x.example.jp/,B\n2020/13/01 00:00:00,http://x.example.jp/,B\n2020/01/04 10:12:00,http://x.example.jp/,B,more,columns\n,,\n");
    assert_eq!(count, 6, "{said}");
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].starts_with("line 3, column 2: "), "{}", lines[0]);
    for (index, line) in (4..=6).zip(&lines[1..4]) {
        assert!(line.starts_with(&format!("line {index}, column 1: ")), "{line}");
    }
}

#[test]
fn hostile_names_are_printed_harmlessly() {
    let home = Home::sqlite();
    let name = OsStr::from_bytes(b"x\x1b[2J\n\xff\xe2\x80\xaegpj.csv");
    let path = home.path().join(name);
    std::fs::write(&path, "nonsense\n").unwrap();
    let ran = home.program(&["intake", "import", "--format", "phishurl", "--json"]).arg(&path).output().unwrap();
    assert_eq!(ran.status.code(), Some(3));
    for stream in [&ran.stdout, &ran.stderr] {
        assert!(!stream.contains(&0x1b), "no escape reaches the terminal");
        assert!(!String::from_utf8_lossy(stream).contains('\u{202e}'));
    }
}

#[test]
fn files_that_are_no_lists_say_so() {
    let home = Home::sqlite();
    for (name, content) in [
        ("a.csv.gz", &b"\x1f\x8b\x08\x00abcdef\n"[..]),
        ("utf16.csv", b"\xff\xfed\x00a\x00t\x00e\x00\n\x00"),
        ("zeros", &[0; 4096]),
        ("empty", b""),
        ("head", b"date,URL,description\n"),
    ] {
        let file = home.file(name, content);
        let ran = home.run(&["intake", "import", "--format", "phishurl", "--json", file.to_str().unwrap()]);
        assert!([0, 3].contains(&ran.code()), "{name}: {}", ran.err());
        assert_eq!(ran.json()["stored"], 0, "{name}");
    }
}

#[test]
fn lines_that_end_in_cr_alone_are_not_passed_over() {
    let home = Home::sqlite();
    let file = home.file("mac.csv", b"date,URL,description\r2020/01/01 10:00:00,http://a.example.jp/,B\r");
    let ran = home.run(&["intake", "import", "--format", "phishurl", "--json", file.to_str().unwrap()]);
    assert_eq!(ran.code(), 3);
    assert!(ran.json()["reasons"][0]["reason"].as_str().unwrap().contains("CR"), "{}", ran.out());
}

#[test]
fn what_was_reported_does_not_command_the_terminal() {
    let home = Home::sqlite();
    let file = home.file("list.csv", "2020/01/01 10:00:00,http://a.example.jp/,\u{1b}]0;pwn\u{7}\u{202e}evil\n".as_bytes());
    home.run(&["intake", "import", "--format", "phishurl", file.to_str().unwrap()]);
    for arguments in [&["incident", "list"][..], &["incident", "show", "2020-00001"]] {
        let ran = home.run(arguments);
        assert_eq!(ran.code(), 0, "{}", ran.err());
        assert!(ran.out().contains("evil") && !ran.out().contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", ran.out());
    }
}
