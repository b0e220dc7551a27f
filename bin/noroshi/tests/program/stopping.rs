//! An import that is stopped, or fails, says what is in.

use crate::{
    kill::{one, rows},
    place::Home,
};
use std::{
    process::{Command, Output, Stdio},
    time::Duration,
};

const ROWS: usize = 60_000;

/// Holds what an import that did not reach its end said against what is in.
async fn says_what_is_in(home: &Home, output: &Output, import: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    let ledger = home.ledger().await;
    let kept = one(&ledger, "SELECT count(*) AS n FROM incident_report").await;
    assert!(kept > 0 && kept < i64::try_from(ROWS).unwrap(), "it was in the middle of it: {kept}: {said}");
    assert!(said.contains(&format!("{kept} inputs are in; import the file again: what is in is not counted twice")), "{kept}: {said}");
    let partial: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(partial["read"].as_i64(), Some(kept), "{partial}");
    assert_eq!(partial["stored"].as_i64().unwrap() + partial["duplicates"].as_i64().unwrap(), kept, "{partial}");
    assert!(!partial["stopped"].as_str().unwrap().is_empty());
    ledger.close().await.unwrap();
    let again = home.run(import).json();
    assert_eq!((again["already_seen"].as_i64(), again["read"].as_i64()), (Some(kept), i64::try_from(ROWS).ok()), "{again}");
    assert!(again["stopped"].is_null());
}

async fn stops(home: Home, signal: &str, code: i32) {
    let file = home.file("list.csv", rows(ROWS).as_bytes());
    let import = ["intake", "import", "--format", "phishurl", "--json", file.to_str().unwrap()];
    assert_eq!(home.run(&["init"]).code(), 0);
    let ledger = home.ledger().await;
    let child = home.start(&import);
    while one(&ledger, "SELECT count(*) AS n FROM incident_report").await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ledger.close().await.unwrap();
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    says_what_is_in(&home, &output, &import).await;
}

#[tokio::test]
async fn an_import_on_sqlite_is_stopped_between_two_units_of_work() {
    stops(Home::sqlite(), "-INT", 130).await;
}

#[tokio::test]
async fn an_import_on_postgres_is_stopped_between_two_units_of_work() {
    if let Some(home) = Home::postgres() {
        stops(home, "-TERM", 143).await;
    }
}

#[tokio::test]
async fn an_import_that_fails_in_the_middle_says_what_is_in() {
    let home = Home::sqlite();
    let file = home.file("list.csv", rows(ROWS).as_bytes());
    let import = ["intake", "import", "--format", "phishurl", "--json", file.to_str().unwrap()];
    assert_eq!(home.run(&["init"]).code(), 0);
    // No file may become longer than this, as if the disk were full.
    let program = home.program(&import);
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 36000; exec \"$@\"", "sh"])
        .arg(program.get_program())
        .args(program.get_args())
        .env_remove("NOROSHI_DATABASE_URL")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.lines().find(|line| line.starts_with("noroshi: ")).unwrap_or_else(|| panic!("{said}"));
    let parts: Vec<_> = line.split(": ").collect();
    assert!(parts.iter().enumerate().all(|(at, part)| !parts[..at].contains(part)), "each cause is told once: {line}");
    says_what_is_in(&home, &output, &import).await;
}
