//! Enrolment, right and wrong.

use crate::{
    authority::{Authority, USUAL},
    book::{Book, SENSOR},
    centre::Centre,
    program::{enrol, enrolled, program, said, status},
};
use noroshi_telescope::protocol::Token;
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

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
