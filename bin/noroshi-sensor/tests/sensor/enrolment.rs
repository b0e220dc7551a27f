//! Enrolment, right and wrong.

use crate::{
    authority::{Authority, USUAL},
    book::{Book, SENSOR},
    capture::{self, BEGAN_S},
    centre::Centre,
    program::{Running, enrol, enrolled, program, said, status},
    until,
};
use noroshi_telescope::{
    batch::{Gap, GapReason, SensorId},
    protocol::Token,
};
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

/// A second, in microseconds.
const S: i64 = 1_000_000;

fn refused(state: &Path, centre: &str, token: &Token, because: &str) {
    let done = enrol(state, centre, token, &[]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(said(&done).contains(because), "{}", said(&done));
    assert!(!state.join("identity.json").exists(), "nothing is kept");
    assert!(!said(&done).contains(&token.reveal()), "the token is not logged");
}

#[test]
fn a_sensor_enrols_once_and_again_when_it_is_asked_for() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    for entry in fs::read_dir(state.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
    }
    assert_eq!(fs::metadata(state.path()).unwrap().permissions().mode() & 0o777, 0o700);
    let known = status(state.path());
    assert_eq!((known["sensor"].as_str(), known["name"].as_str()), (Some(SENSOR.to_string().as_str()), Some("example-1")));
    assert_eq!((known["certificate_valid"].as_bool(), known["centre"].as_str()), (Some(true), Some(centre.url().as_str())));

    let identity = fs::read(state.path().join("identity.json")).unwrap();
    let second = enrol(state.path(), &centre.url(), &centre.token(), &[]);
    assert_eq!(second.status.code(), Some(1));
    assert!(said(&second).contains("--again"), "{}", said(&second));
    assert_eq!(fs::read(state.path().join("identity.json")).unwrap(), identity);

    let again = enrol(state.path(), &centre.url(), &centre.token(), &["--again"]);
    assert!(again.status.success(), "{}", said(&again));
    assert_ne!(fs::read(state.path().join("identity.json")).unwrap(), identity);
    let keys = fs::read_dir(state.path()).unwrap().filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "key"));
    assert_eq!(keys.count(), 2, "the keys of before are gone");
}

/// Kept while the centre was down, by a ring that ran over: 8 batches of a hundred packets and a gap of 1,200.
fn waiting(centre: &mut Centre, state: &Path) {
    centre.down();
    let path = capture::syns(state, 2_000);
    let sensor = Running::over(state, &[&path], &["--batch-packets", "100", "--ring-bytes", &(8 * 4_096).to_string()]);
    until("a ring that ran over", || status(state)["ring"]["head"]["sequence"] == 19);
    sensor.kill();
    centre.up();
}

#[test]
fn what_waits_when_a_sensor_enrols_again_is_told_as_refused() {
    let mut centre = Centre::start();
    let state = enrolled(&centre);
    waiting(&mut centre, state.path());
    centre.book().sensor = SensorId([8; 16]);
    assert!(enrol(state.path(), &centre.url(), &centre.token(), &["--again"]).status.success());
    assert_eq!(status(state.path())["older"]["waiting"], 8);
    let path = state.path().join("next.pcap");
    capture::write(&path, (5_000..5_010).map(capture::syn));
    let (well, text) = Running::over(state.path(), &[&path], &[]).end();
    assert!(well && text.contains("8 batches of an identity before cannot be sent"), "{text}");
    let known = status(state.path());
    assert_eq!((known["older"]["waiting"].as_u64(), known["older"]["abandoned"].as_u64()), (Some(0), Some(8)));
    assert_eq!(known["ring"]["untold"].as_array().map(Vec::len), Some(0), "{known}");
    let shown = program(state.path(), ["status"]).output().unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains("abandoned      8 batches"));
    let folders = |end: &str| fs::read_dir(state.path()).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(end)).count();
    assert_eq!((folders(&SENSOR.to_string()), folders(&format!("{SENSOR}.abandoned"))), (0, 1));
    let told = |centre: &Centre, reason| centre.book().gaps().into_iter().filter(|gap| gap.reason == reason).collect::<Vec<Gap>>();
    let refused = told(&centre, GapReason::Refused);
    // The first batch was perhaps on its way while those after it were dropped: then a hole lies between.
    assert!(refused.len() <= 2, "{refused:?}");
    let batches: u64 = refused.iter().filter_map(|gap| gap.batches).map(|(_, first, last)| last + 1 - first).sum();
    let missing = |gaps: &[Gap]| gaps.iter().filter_map(|gap| gap.packets).sum::<u64>();
    assert_eq!((missing(&refused), batches, missing(&told(&centre, GapReason::RingFull))), (800, 8, 1_200));
    let last_us = refused.iter().map(|gap| gap.to_us).max().unwrap();
    assert!((i64::from(BEGAN_S + 19) * S..=i64::from(BEGAN_S + 20) * S).contains(&last_us), "{refused:?}");
    // It is told once.
    assert!(Running::over(state.path(), &[&path], &[]).end().0);
    assert_eq!(told(&centre, GapReason::Refused), refused);
    centre.book().check();
}

#[test]
fn a_token_is_good_once_and_only_as_it_is() {
    let centre = Centre::start();
    let token = centre.token();
    let first = tempfile::tempdir().unwrap();
    assert!(enrol(first.path(), &centre.url(), &token, &[]).status.success());
    let state = tempfile::tempdir().unwrap();
    refused(state.path(), &centre.url(), &token, "ask the centre for a new one");
    refused(state.path(), &centre.url(), &Token { secret: [1; 16], ..centre.token() }, "ask the centre for a new one");
}

#[test]
fn another_authority_is_not_believed() {
    let centre = Centre::start();
    let state = tempfile::tempdir().unwrap();
    refused(state.path(), &centre.url(), &Token { authority: Authority::new().sha256(), ..centre.token() }, "is not the centre of this token");
    // One that sends the right authority's certificate along, and was not signed by it.
    let book = Book::new();
    let (leaf, key) = Authority::new().server("127.0.0.1", USUAL);
    let liar = Centre::start_with(book, leaf, key);
    refused(state.path(), &liar.url(), &liar.token(), "is not the centre");
}

#[test]
fn an_authority_that_is_swapped_in_the_answer_is_not_kept() {
    let centre = Centre::start();
    centre.book().named = Some(Authority::new().pem);
    let state = tempfile::tempdir().unwrap();
    refused(state.path(), &centre.url(), &centre.token(), "another authority than the token");
}

#[test]
fn a_clock_that_is_wrong_is_named() {
    for (span, because) in [((86_400, 2 * 86_400), "not valid yet by the clock"), ((-2 * 86_400, -86_400), "has expired by the clock")] {
        let book = Book::new();
        let (leaf, key) = book.authority.server("127.0.0.1", span);
        let centre = Centre::start_with(book, leaf, key);
        let state = tempfile::tempdir().unwrap();
        refused(state.path(), &centre.url(), &centre.token(), because);
    }
}

#[test]
fn a_certificate_for_another_name_and_a_centre_that_is_not_there_are_named() {
    let book = Book::new();
    let (leaf, key) = book.authority.server("192.0.2.1", USUAL);
    let mut centre = Centre::start_with(book, leaf, key);
    let state = tempfile::tempdir().unwrap();
    let token = centre.token();
    refused(state.path(), &centre.url(), &token, "is for another name");
    centre.down();
    refused(state.path(), &centre.url(), &token, "cannot be reached");
}

#[test]
fn who_is_not_enrolled_is_told_so() {
    let state = tempfile::tempdir().unwrap();
    for arguments in [&["status"][..], &["run", "--capture", "x.pcap"]] {
        let done = program(state.path(), arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(1));
        assert!(said(&done).contains("enrol first"), "{}", said(&done));
    }
    let done = program(state.path(), ["enroll", "--centre", "https://centre.example.jp", "--token", "nrs1-x"]).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(said(&done).contains("this is no enrolment token"), "{}", said(&done));
}
