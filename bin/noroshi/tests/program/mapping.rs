//! Mappings by command, imports by them, and the tray.

use crate::place::Home;

const CSV: &str = "seen;ip;port;type\n2020-01-15 08:00:00;192.0.2.1;22;scan\nnever;198.51.100.7;22;scan\n";

/// Suggests a mapping for a file and saves it; gives what was suggested.
fn saved(home: &Home, file: &str, format: &str) -> serde_json::Value {
    let suggested = home.run(&["mapping", "suggest", file]);
    assert_eq!(suggested.code(), 0, "{}", suggested.err());
    let definition = home.file("definition.json", suggested.out().as_bytes());
    let set = home.run(&["mapping", "set", "scans", "--format", format, "--about-ja", "1 行が 1 件の走査", definition.to_str().unwrap()]);
    assert_eq!((set.code(), set.out().as_str()), (0, ""), "{}", set.err());
    suggested.json()
}

#[test]
fn a_mapping_is_suggested_set_shown_and_removed() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        let file = home.file("scans.csv", CSV.as_bytes());
        let suggested = saved(&home, file.to_str().unwrap(), "csv");
        assert_eq!(
            (&suggested["table"]["separator"], &suggested["addresses"][0], &suggested["time"]["field"]),
            (&"semicolon".into(), &"ip".into(), &"seen".into())
        );
        let list = home.run(&["mapping", "list", "--json"]).json();
        assert_eq!((list[0]["name"].as_str(), list[0]["version"].as_i64(), list[0]["format"].as_str()), (Some("scans"), Some(1), Some("csv")));
        assert_eq!(list[0]["about"]["ja"], "1 行が 1 件の走査");
        let shown = home.run(&["mapping", "show", "scans"]);
        assert_eq!(shown.json(), suggested, "what is shown can be edited and set");
        let changed = home.file("changed.json", shown.out().replace("\"port\": \"port\"", "\"port\": null").as_bytes());
        assert!(home.run(&["mapping", "set", "scans", "--format", "csv", changed.to_str().unwrap()]).err().contains("version 2"));
        let all = home.run(&["mapping", "show", "scans", "--json"]).json();
        assert_eq!(
            (all["version"].as_i64(), all["versions"].as_array().map(Vec::len), all["about"]["ja"].as_str()),
            (Some(2), Some(2), Some("1 行が 1 件の走査"))
        );
        assert_eq!(home.run(&["mapping", "remove", "scans"]).code(), 0);
        assert_eq!(home.run(&["mapping", "list", "--json"]).json(), serde_json::json!([]));
        for (arguments, says) in
            [(&["mapping", "show", "scans"][..], "there is no mapping \"scans\""), (&["mapping", "remove", "scans"], "there is no mapping \"scans\"")]
        {
            let ran = home.run(arguments);
            assert_eq!(ran.code(), 1);
            assert!(ran.err().contains(says), "{}", ran.err());
        }
        let json = home.file("a.json", br#"[{"source":{"ip":"192.0.2.1","port":22},"timestamp":"2020-01-15T00:00:00Z"}]"#);
        let suggested = home.run(&["mapping", "suggest", json.to_str().unwrap()]);
        assert_eq!(suggested.json()["addresses"][0], "/source/ip", "{}", suggested.err());
        assert!(suggested.err().contains("--format json"), "{}", suggested.err());
    }
}

#[test]
fn a_suggestion_makes_no_data_directory() {
    let home = Home::sqlite();
    let file = home.file("scans.csv", CSV.as_bytes());
    let suggested = home.run(&["mapping", "suggest", file.to_str().unwrap()]);
    assert!(suggested.code() == 0 && !suggested.err().contains("data directory"), "{}", suggested.err());
    assert_eq!(suggested.json()["addresses"][0], "ip");
    assert!(!home.path().join("data").exists(), "it needs none");
    assert_eq!(home.run(&["mapping", "suggest", "nowhere.csv"]).code(), 1);
}

#[test]
fn an_import_without_its_mapping_names_those_that_are_saved() {
    let home = Home::sqlite();
    let file = home.file("scans.csv", CSV.as_bytes());
    let path = file.to_str().unwrap();
    let none = home.run(&["intake", "import", "--format", "csv", path]);
    assert_eq!((none.code(), none.out().as_str()), (2, ""));
    assert!(none.err().contains("--format csv needs --mapping NAME; none is saved yet: begin with noroshi mapping suggest"), "{}", none.err());
    saved(&home, path, "csv");
    for (arguments, says) in [
        (&["--format", "csv"][..], "--format csv needs --mapping NAME; saved are: scans (csv)"),
        (&["--format", "json", "--mapping", "scans"], "the mapping scans reads csv, not json; saved are: scans (csv)"),
        (&["--format", "csv", "--mapping", "other"], "there is no mapping \"other\"; saved are: scans (csv)"),
        (&["--format", "phishurl", "--mapping", "scans"], "--format phishurl needs no mapping"),
    ] {
        let ran = home.run(&[&["intake", "import", "--json"], arguments, &[path]].concat());
        assert_eq!((ran.code(), ran.out().as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err().contains(says), "{arguments:?}: {}", ran.err());
    }
    for arguments in [&["tray", "retry"][..], &["tray", "retry", "--all", "1"], &["tray", "close", "1"], &["mapping", "set", "x", "--format", "xml", path]] {
        assert_eq!(home.run(arguments).code(), 2, "{arguments:?}");
    }
}

#[test]
fn a_row_goes_to_the_tray_and_out_of_it() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        let file = home.file("scans.csv", CSV.as_bytes());
        let path = file.to_str().unwrap();
        saved(&home, path, "csv");
        let import = || home.run(&["intake", "import", "--format", "csv", "--mapping", "scans", "--json", path]);
        let first = import();
        assert_eq!(first.code(), 3, "{}", first.err());
        let counts = |outcome: &serde_json::Value| ["read", "stored", "duplicates", "already_seen", "set_aside"].map(|key| outcome[key].as_u64().unwrap());
        assert_eq!(counts(&first.json()), [2, 1, 0, 0, 1]);
        assert!(first.err().contains("scans.csv: line 3, column 1: ") && first.json()["reasons"][0]["where"] == "line 3, column 1", "{}", first.err());
        let list = home.run(&["tray", "list", "--json"]).json();
        assert_eq!(
            (list["count"].as_i64(), list["items"][0]["mapping"].as_str(), list["items"][0]["where"].as_str()),
            (Some(1), Some("scans"), Some("line 3, column 1"))
        );
        let id = list["items"][0]["id"].as_i64().unwrap().to_string();
        assert!(home.run(&["tray", "list"]).out().contains("scans.csv: line 3, column 1: "), "people read it, too");
        let show = home.run(&["tray", "show", &id]);
        assert!(show.out().ends_with("\n\nnever;198.51.100.7;22;scan\n") && show.out().contains("format csv, mapping scans; 1 row"), "{}", show.out());
        assert_eq!(home.run(&["tray", "show", &id, "--json"]).json()["raw"], "never;198.51.100.7;22;scan");
        let still = home.run(&["tray", "retry", &id]);
        assert_eq!(still.code(), 3);
        assert!(
            still.out().starts_with("0 entries are closed, 1 still waits") && still.err().contains("set aside: scans.csv: line 3"),
            "{}{}",
            still.out(),
            still.err()
        );
        // Mended: the time is not read.
        let definition = home.run(&["mapping", "show", "scans"]).json();
        let mended = serde_json::json!({ "table": definition["table"], "addresses": ["ip"], "port": "port", "kind": definition["kind"] });
        let mended = home.file("mended.json", mended.to_string().as_bytes());
        assert_eq!(home.run(&["mapping", "set", "scans", "--format", "csv", mended.to_str().unwrap()]).code(), 0);
        let retried = home.run(&["tray", "retry", "--all", "--json"]);
        assert_eq!((retried.code(), counts(&retried.json())), (0, [1, 1, 0, 0, 0]), "{}", retried.err());
        assert_eq!((retried.json()["closed"].as_u64(), retried.json()["waiting"].as_u64()), (Some(1), Some(0)));
        assert_eq!(home.run(&["tray", "list", "--json"]).json()["count"], 0);
        assert_eq!(home.run(&["tray", "show", &id, "--json"]).json()["closed"]["as"], "read");
        assert_eq!(home.run(&["tray", "retry", &id]).code(), 1);
        assert_eq!(counts(&home.run(&["tray", "retry", "--all", "--json"]).json()), [0; 5], "a second time changes nothing");
        let again = import();
        assert_eq!((again.code(), counts(&again.json())), (0, [2, 0, 0, 2, 0]));
        assert_eq!(home.run(&["incident", "list", "--search", "198.51.100.7", "--json"]).json()["count"], 1, "and it can be found");
    }
}

#[test]
fn nothing_to_report_is_noted_and_stays() {
    let home = Home::sqlite();
    let file = home.file("list.csv", b"date,URL,description\nnever,http://a.example.jp/,\x1b[31m\n");
    assert_eq!(home.run(&["intake", "import", "--format", "phishurl", file.to_str().unwrap()]).code(), 3);
    let id = home.run(&["tray", "list", "--json"]).json()["items"][0]["id"].as_i64().unwrap().to_string();
    assert!(!home.run(&["tray", "show", &id]).out().contains('\u{1b}'), "no escape reaches the terminal");
    assert_eq!(home.run(&["tray", "close", &id, "--note", " "]).code(), 1);
    assert_eq!(home.run(&["tray", "close", &id, "--note", "a test of theirs"]).code(), 0);
    let shown = home.run(&["tray", "show", &id, "--json"]).json();
    assert_eq!((shown["closed"]["as"].as_str(), shown["closed"]["note"].as_str()), (Some("nothing"), Some("a test of theirs")));
    let twice = home.run(&["tray", "close", &id, "--note", "again"]);
    assert_eq!(twice.code(), 1);
    assert!(twice.err().contains("closed already"), "{}", twice.err());
    let import = home.run(&["intake", "import", "--format", "phishurl", "--json", file.to_str().unwrap()]);
    assert_eq!((import.code(), import.json()["already_seen"].as_i64()), (0, Some(1)), "a person has decided on it");
    assert_eq!(home.run(&["tray", "show", "99999"]).code(), 1);
}

#[test]
fn what_is_no_definition_is_refused() {
    let home = Home::sqlite();
    for (content, says) in [
        (&b"{"[..], "this is no definition of a mapping"),
        (br#"{"addresses":["ip"],"nonsense":1}"#, "unknown field"),
        (br#"{"port":"port"}"#, "name at least one"),
        (br#"{"addresses":["ip"],"kind":{"otherwise":"phishing"}}"#, "is no kind of RSIT"),
    ] {
        let file = home.file("definition.json", content);
        let ran = home.run(&["mapping", "set", "scans", "--format", "csv", file.to_str().unwrap()]);
        assert_eq!((ran.code(), ran.out().as_str()), (1, ""));
        assert!(ran.err().contains(says) && ran.err().contains("definition.json"), "{}", ran.err());
    }
    for (name, content) in [("empty.csv", &b""[..]), ("a.csv.gz", b"\x1f\x8b\x08\x00abc\n"), ("deep.json", &b"[".repeat(100_000))] {
        let ran = home.run(&["mapping", "suggest", home.file(name, content).to_str().unwrap()]);
        assert_eq!((ran.code(), ran.out().as_str()), (1, ""), "{name}: {}", ran.err());
    }
}
