//! `noroshi doctor` finds what is harmed.

use crate::place::Home;
use std::{fs, path::PathBuf};

/// The files below a folder.
fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn harmed_raw_bytes_are_named() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        for (name, host) in [("a.csv", "a"), ("b.csv", "b"), ("c.csv", "c")] {
            let list = format!("date,URL,description\n2020/01/04 10:12:00,http://{host}.example.jp/,B\n");
            let file = home.file(name, list.as_bytes());
            assert_eq!(home.run(&["intake", "import", "--format", "phishurl", file.to_str().unwrap()]).code(), 0);
        }
        let whole = home.run(&["doctor", "--deep", "--json"]);
        assert_eq!((whole.code(), whole.json()["blobs"].as_i64(), whole.json()["blobs_harmed"].as_i64()), (0, Some(3), Some(0)));

        let blobs = files(&home.path().join("data/blobs"));
        let name = |at: usize| blobs[at].file_name().unwrap().to_str().unwrap().to_owned();
        let mut bytes = fs::read(&blobs[0]).unwrap();
        bytes[30] ^= 1;
        fs::write(&blobs[0], &bytes).unwrap();
        assert_eq!(home.run(&["doctor"]).code(), 0, "its length is right");
        let deep = home.run(&["doctor", "--deep"]);
        assert_eq!(deep.code(), 1);
        assert!(deep.err().contains(&format!("raw bytes {}: the bytes are not those that were stored", name(0))), "{}", deep.err());

        fs::write(&blobs[1], b"short").unwrap();
        fs::remove_file(&blobs[2]).unwrap();
        let ran = home.run(&["doctor", "--json"]);
        assert_eq!(ran.code(), 1);
        let found: serde_json::Value = serde_json::from_str(&ran.out()).unwrap();
        assert_eq!((found["blobs_harmed"].as_i64(), found["harmed"].as_array().map(Vec::len)), (Some(2), Some(2)));
        for says in [
            format!("raw bytes {}: the file has 5 of at least", name(1)),
            format!("raw bytes {}: the file is missing", name(2)),
            "2 files of raw bytes are harmed; restore the folder".to_owned(),
        ] {
            assert!(ran.err().contains(&says), "{says}: {}", ran.err());
        }
    }
}

#[test]
fn incidents_that_became_one_are_in_order() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        for (name, day) in [("a.csv", "01/01"), ("b.csv", "02/10"), ("c.csv", "01/21")] {
            let file = home.file(name, format!("date,URL,description\n2020/{day} 10:12:00,http://a.example.jp/,B\n").as_bytes());
            assert_eq!(home.run(&["intake", "import", "--format", "phishurl", file.to_str().unwrap()]).code(), 0);
        }
        let doctor = home.run(&["doctor"]);
        assert_eq!(doctor.code(), 0, "{}", doctor.err());
        let shown = home.run(&["incident", "show", "2020-00002"]);
        assert!(shown.err().contains("#2020-00002 turned out to be one with #2020-00001"), "{}", shown.err());
        assert!(shown.out().contains("merged into this one: #2020-00002"), "{}", shown.out());
    }
}
