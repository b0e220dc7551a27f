//! The reader on what is broken, and on anything at all.

use crate::example::{catalogue, entry, three, with};
use noroshi_catalogue::{cve::CveId, kev::read::read};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn a_broken_entry_is_named_and_the_others_are_read() {
    let good = || entry("CVE-2024-0001", "Example", "Fire", "2024-01-02", "It burns.");
    let long = "x".repeat(501);
    let cases: [(Value, &str); 16] = [
        (with(good(), "cveID", json!("CVE-24-1")), "is no CVE id"),
        (with(good(), "cveID", Value::Null), "cveID is missing"),
        (with(good(), "product", json!("  ")), "product is missing"),
        (with(good(), "vendorProject", json!(7)), "vendorProject is missing, empty or no text"),
        (with(good(), "vendorProject", json!({ "a": ["b"] })), "vendorProject is missing"),
        (with(good(), "vulnerabilityName", json!(long)), "more than the 500 characters"),
        (with(good(), "dateAdded", json!("2024-02-30")), "is no day"),
        (with(good(), "dateAdded", json!("20240102")), "is no day"),
        (with(good(), "dueDate", json!("9999-01-01")), "is no day"),
        (with(good(), "knownRansomwareCampaignUse", json!("Perhaps")), "neither Known nor Unknown"),
        (with(good(), "cwes", json!(["CWE-79", "79"])), "is not written CWE-NNN"),
        (with(good(), "cwes", json!([["CWE-79"]])), "is not written CWE-NNN"),
        (with(good(), "cwes", json!(vec!["CWE-79"; 65])), "more than 64 cwes"),
        (with(good(), "shortDescription", json!("a\u{1b}[31m")), "control characters"),
        (json!(["CVE-2024-0001"]), "no object"),
        (Value::Null, "no object"),
    ];
    for (broken, reason) in cases {
        let file = catalogue("2024-03-01T00:00:00Z", &[three()[1].clone(), broken.clone(), three()[2].clone()]);
        let read = read(&file);
        assert_eq!((read.entries.len(), read.broken_count), (2, 1), "{broken}");
        assert!(read.broken[0].place.starts_with("entry 2"), "{}", read.broken[0].place);
        assert!(read.broken[0].reason.to_string().contains(reason), "{broken}: {}", read.broken[0].reason);
        let is_named = broken["cveID"] == "CVE-2024-0001";
        assert_eq!(read.is_whole, is_named, "{broken}");
    }
}

#[test]
fn what_is_said_twice_is_taken_once() {
    let read = read(&catalogue("2024-03-01T00:00:00Z", &[three()[0].clone(), with(three()[0].clone(), "product", json!("Other"))]));
    assert_eq!((read.entries.len(), read.entries[0].product.as_str()), (1, "Fire Server"));
    assert!(read.broken[0].reason.to_string().contains("stands twice"));
}

#[test]
fn what_stands_before_a_break_is_read() {
    let whole = catalogue("2024-03-01T00:00:00Z", &three());
    let end = whole.windows(13).position(|part| part == b"CVE-2023-0003").expect("the third");
    let read = read(&whole[..end]);
    assert_eq!((read.entries.len(), read.broken_count, read.is_whole), (2, 1, false));
    assert!(read.broken[0].place.starts_with("line "), "{}", read.broken[0].place);
    for (bytes, reason) in
        [(&b""[..], "empty"), (b"{}", "no list"), (b"[]", "no list"), (b"<html>", "no column cveID"), (b"{\"vulnerabilities\": 7}", "no JSON")]
    {
        let read = noroshi_catalogue::kev::read::read(bytes);
        assert_eq!((read.entries.len(), read.broken_count, read.is_whole), (0, 1, false), "{}", String::from_utf8_lossy(bytes));
        assert!(read.broken[0].reason.to_string().contains(reason), "{}", read.broken[0].reason);
    }
}

#[test]
fn bytes_that_are_no_text_break_their_entry_alone() {
    let mut file = catalogue("2024-03-01T00:00:00Z", &three());
    let at = file.windows(5).position(|part| part == b"Smoke").expect("the second");
    file[at] = 0xff;
    let read = read(&file);
    assert_eq!((read.entries.len(), read.broken_count), (2, 1));
    assert!(read.broken[0].place.contains("CVE-2024-0002") && read.broken[0].reason.to_string().contains("not UTF-8"), "{:?}", read.broken[0]);
    assert_eq!(read.broken_ids.first().map(CveId::as_str), Some("CVE-2024-0002"));
}

#[test]
fn the_table_says_what_the_list_says() {
    let csv = "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes\r\n\
               CVE-2024-0001,Example,\"Fire, Server\",Example Fire,2024-01-02,\"It \"\"burns\"\".\",Apply.,2024-02-01,Known,https://www.example.jp/,\"CWE-79, CWE-89\"\r\n\
               CVE-2024-0002,Example,Smoke,Example Smoke,yesterday,It smokes.,Apply.,2024-02-01,Unknown,,\r\n\
               \"CVE-2024-0003,Example,broken quote\r\n\
               CVE-2024-0004,Example,Ash,Example Ash,2024-01-03,It lies.,Apply.,2024-02-01\r\n";
    let read = read(csv.as_bytes());
    assert_eq!(read.entries.iter().map(|entry| entry.cve.as_str()).collect::<Vec<_>>(), ["CVE-2024-0001", "CVE-2024-0004"]);
    let first = &read.entries[0];
    assert_eq!((first.product.as_str(), first.description.as_str(), first.ransomware), ("Fire, Server", "It \"burns\".", true));
    assert_eq!(first.cwes.iter().copied().collect::<Vec<_>>(), [79, 89]);
    assert_eq!(read.broken.iter().map(|broken| broken.place.as_str()).collect::<Vec<_>>(), ["line 3 (CVE-2024-0002)", "line 4"]);
    assert!(!read.is_whole && read.as_of.is_some_and(|day| day.rfc3339() == "2024-01-03T00:00:00Z"), "as old as its latest entry");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_read_to_its_end(bytes in prop::collection::vec(any::<u8>(), 0..4_000)) {
        let read = read(&bytes);
        prop_assert!(read.broken_count >= read.broken.len() as u64);
        prop_assert!(!read.entries.is_empty() || read.broken_count > 0, "what holds nothing says why");
    }

    #[test]
    fn a_catalogue_with_a_few_bytes_changed_loses_nothing_untold(places in prop::collection::vec((0_usize..2_400, any::<u8>()), 1..6)) {
        let mut file = catalogue("2024-03-01T00:00:00Z", &three());
        let length = file.len();
        for (place, byte) in places {
            file[place % length] = byte;
        }
        let read = read(&file);
        // Fewer entries without a word would be a loss; a file that breaks says so once for all behind it.
        prop_assert!(read.entries.len() == 3 || read.broken_count > 0, "{} entries", read.entries.len());
    }

    #[test]
    fn an_entry_of_any_texts_is_whole_or_named(texts in prop::collection::vec(".{0,40}", 9), added in "2[0-9]{3}-[01][0-9]-[0-3][0-9]|.{0,12}") {
        let value = json!({ "cveID": "CVE-2024-0001", "vendorProject": texts[0], "product": texts[1], "vulnerabilityName": texts[2], "dateAdded": added,
            "shortDescription": texts[3], "requiredAction": texts[4], "dueDate": added, "notes": texts[5], "cwes": ["CWE-1"] });
        let read = read(&catalogue("2024-03-01T00:00:00Z", &[value]));
        prop_assert_eq!(read.entries.len() as u64 + read.broken_count, 1);
        for entry in &read.entries {
            prop_assert!(!entry.product.contains(|one: char| one.is_control()) && !entry.product.trim().is_empty());
        }
    }
}
