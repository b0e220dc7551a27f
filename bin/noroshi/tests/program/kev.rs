//! `noroshi kev`: the catalogue comes in by the command line, and is searched by it.

use crate::place::Home;
use serde_json::{Value, json};

fn entry(cve: &str, name: &str, added: &str) -> Value {
    json!({ "cveID": cve, "vendorProject": "Example", "product": "Fire", "vulnerabilityName": name, "dateAdded": added, "shortDescription": "It burns.",
        "requiredAction": "Apply updates.", "dueDate": "2025-12-31" })
}

fn catalogue(entries: &[Value]) -> Vec<u8> {
    let whole = json!({ "catalogVersion": "2024.03.01", "dateReleased": "2024-03-01T00:00:00.0000Z", "count": entries.len(), "vulnerabilities": entries });
    serde_json::to_vec(&whole).unwrap()
}

#[test]
fn a_catalogue_is_brought_in_and_searched() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        let entries = [
            entry("CVE-2024-0001", "Example SMB Vulnerability", "2024-01-02"),
            entry("CVE-2024-0002", "Example VNC Vulnerability", "2024-01-03"),
            entry("CVE-1", "x", "y"),
        ];
        let file = home.file("kev.json", &catalogue(&entries));
        let import = ["kev", "import", "--json", file.to_str().unwrap()];
        let ran = home.run(&import);
        assert_eq!(ran.code(), 3, "{}", ran.err());
        let json = ran.json();
        for (key, value) in [("read", 3), ("stored", 2), ("unchanged", 0), ("updated", 0), ("set_aside", 1)] {
            assert_eq!(json[key], value, "{key}: {json}");
        }
        assert_eq!(json["reasons"][0]["where"], "entry 3", "{json}");
        assert!(ran.err().contains("is no CVE id"), "{}", ran.err());
        assert_eq!(home.run(&import).json()["unchanged"], 2);
        let found = home.run(&["kev", "list", "--port", "tcp/445", "--json"]).json();
        assert_eq!((found.as_array().unwrap().len(), found[0]["cve"].as_str()), (1, Some("CVE-2024-0001")), "{found}");
        assert_eq!(found[0]["provenance"]["version"], "2024.03.01");
        let all = home.run(&["kev", "list", "--limit", "1"]);
        assert!(all.out().starts_with("CVE-2024-0002"), "the latest first: {}", all.out());
        assert_eq!(home.run(&["kev", "history", "--json"]).json().as_array().unwrap().len(), 2);
        assert_eq!(home.run(&["kev", "list", "--port", "445"]).code(), 2);
        // The bytes are kept, and the doctor looks at them.
        assert_eq!(home.run(&["doctor", "--deep", "--json"]).json()["blobs"], 1);
        let sha256 = home.run(&["kev", "history", "--json"]).json()[0]["sha256"].as_str().unwrap().to_owned();
        std::fs::remove_file(home.path().join("data/blobs").join(&sha256[..2]).join(&sha256)).unwrap();
        let harmed = home.run(&["doctor"]);
        assert!(harmed.code() == 1 && harmed.err().contains(&sha256), "{}", harmed.err());
    }
}

#[test]
fn the_real_catalogue_comes_in_whole() {
    let Some(folder) = std::env::var_os("NOROSHI_FIELD_DATA").map(|folder| std::path::PathBuf::from(folder).join("kev")).filter(|folder| folder.is_dir())
    else {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA names no folder that holds kev/");
        return;
    };
    let home = Home::sqlite();
    let file = folder.join("known_exploited_vulnerabilities.json");
    let ran = home.run(&["kev", "import", "--json", file.to_str().unwrap()]);
    assert_eq!((ran.code(), ran.json()["set_aside"].as_u64()), (0, Some(0)), "{}", ran.err());
    assert!(ran.json()["stored"].as_u64() > Some(1_000));
    assert!(!home.run(&["kev", "list", "--port", "tcp/3389", "--json"]).json().as_array().unwrap().is_empty());
}
