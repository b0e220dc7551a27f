//! Material from the field, when `NOROSHI_FIELD_DATA` names its folder: every row is accounted for.

use crate::place::Home;
use noroshi_ledger::{FromQueryResult, Query as _, Sql};
use std::{collections::BTreeMap, fs, path::PathBuf};

#[tokio::test]
async fn two_years_of_phishing_urls() {
    let Some(folder) = std::env::var_os("NOROSHI_FIELD_DATA").map(|folder| PathBuf::from(folder).join("phishurl")) else {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA is not set");
        return;
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().flat_map(|year| fs::read_dir(year.unwrap().path()).unwrap()).map(|file| file.unwrap().path()).collect();
    files.sort();
    // Counted here by lines, without our reader: these lists have no line break within a field.
    let mut months: BTreeMap<String, i64> = BTreeMap::new();
    for file in &files {
        for line in fs::read_to_string(file).unwrap().lines().filter(|line| line.starts_with("20")) {
            *months.entry(line[..7].replace('/', "-")).or_default() += 1;
        }
    }
    let rows: i64 = months.values().sum();
    assert!(rows > 18_000, "{rows} rows");
    let home = Home::sqlite();
    let mut arguments = vec!["intake", "import", "--format", "phishurl", "--json"];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let outcome = home.run(&arguments).json();
    assert_eq!((outcome["read"].as_i64(), outcome["set_aside"].as_i64()), (Some(rows), Some(0)), "{outcome}");
    for quarter in ["2019Q1", "2019Q2", "2019Q3", "2019Q4", "2020Q1", "2020Q2", "2020Q3", "2020Q4"] {
        let stats = home.run(&["incident", "stats", "--period", quarter, "--json"]).json();
        for month in stats["by_month"].as_array().unwrap() {
            assert_eq!(month["reports"].as_i64(), months.get(month["month"].as_str().unwrap()).copied(), "{month}");
        }
        for language in ["ja", "en"] {
            assert_eq!(home.run(&["report", "--period", quarter, "--kind", "incident", "--lang", language, "--format", "text"]).code(), 0);
        }
    }
    let ledger = home.ledger().await;
    let unmapped = ledger.number(Sql::new("SELECT count(*) AS n FROM incident_told t JOIN incident i ON i.id = t.incident_id LEFT JOIN directory_brand_name n ON n.id = i.brand_name_id WHERE n.brand_id IS NULL")).await.unwrap();
    assert!(unmapped * 20 < rows, "{unmapped} of {rows} rows name no brand of the table: the goal is under 5 %");
    eprintln!("{rows} rows, {unmapped} of them without a known brand");
    let again = home.run(&arguments).json();
    assert_eq!(again["already_seen"].as_i64(), Some(rows));
}

/// What became of a folder's inputs: how many were read, became reports and were set aside; of letters, what each was filed as; and why
/// things lie in the tray.
#[derive(Debug, Default, PartialEq, Eq)]
struct Became {
    read: i64,
    already_seen: i64,
    set_aside: i64,
    partly_set_aside: i64,
    reports: i64,
    kinds: BTreeMap<String, i64>,
    reasons: BTreeMap<String, i64>,
}

#[derive(FromQueryResult)]
struct Counted {
    name: String,
    n: i64,
}

async fn became(format: &str, files: &[PathBuf]) -> Became {
    let home = Home::sqlite();
    let mut arguments = vec!["intake", "import", "--format", format, "--json"];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let outcome = home.run(&arguments).json();
    let count = |name: &str| outcome[name].as_i64().unwrap_or_default();
    assert_eq!(count("read"), count("stored") + count("duplicates") + count("already_seen") + count("set_aside"), "{outcome}");
    let ledger = home.ledger().await;
    let table =
        async |sql: &str| -> BTreeMap<String, i64> { ledger.all::<Counted>(Sql::new(sql)).await.unwrap().into_iter().map(|row| (row.name, row.n)).collect() };
    Became {
        read: count("read"),
        already_seen: count("already_seen"),
        set_aside: count("set_aside"),
        partly_set_aside: count("partly_set_aside"),
        reports: ledger.number(Sql::new("SELECT count(*) AS n FROM incident_report")).await.unwrap(),
        kinds: table("SELECT kind AS name, count(*) AS n FROM mailroom_correspondence WHERE channel = 'mail' GROUP BY kind").await,
        reasons: table("SELECT reason_key AS name, count(*) AS n FROM mailroom_tray GROUP BY reason_key").await,
    }
}

fn of(kinds: &[(&str, i64)]) -> BTreeMap<String, i64> {
    kinds.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// The figures of the table in `docs/src/importing.md`.
#[tokio::test]
async fn every_input_of_the_field_is_accounted_for() {
    let Some(data) = std::env::var_os("NOROSHI_FIELD_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA is not set");
        return;
    };
    let files = |folder: PathBuf, ending: &str| {
        let all = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<PathBuf> = all.filter(|file| file.extension().is_some_and(|own| own == ending)).collect();
        files.sort();
        files
    };
    // The type of a report is told by its file's name, which these samples lack.
    let named = tempfile::tempdir().unwrap();
    for file in files(data.join("shadowserver"), "csv") {
        fs::copy(&file, named.path().join(format!("2024-01-15-{}-sample.csv", file.file_stem().unwrap().to_str().unwrap()))).unwrap();
    }
    let mut found = Vec::new();
    for folder in ["abuse-mail", "mail", "mail-broken"] {
        found.push((folder, became("eml", &[data.join(folder)]).await));
    }
    found.push(("xarf", became("xarf", &files(data.join("xarf/samples/v4"), "json")).await));
    found.push(("shadowserver", became("shadowserver", &files(named.path().to_owned(), "csv")).await));
    let nothing = Became::default;
    let expected = [
        // One table of two tells the day and the time of day in two columns.
        ("abuse-mail", Became { read: 49, partly_set_aside: 1, reports: 49, kinds: of(&[("report", 49)]), reasons: of(&[("time-shape", 1)]), ..nothing() }),
        // Two of them are the same bytes.
        ("mail", Became { read: 26, already_seen: 1, kinds: of(&[("automatic", 5), ("inquiry", 20)]), ..nothing() }),
        ("mail-broken", Became { read: 28, kinds: of(&[("automatic", 2), ("inquiry", 26)]), ..nothing() }),
        ("xarf", Became { read: 24, reports: 24, ..nothing() }),
        ("shadowserver", Became { read: 136, reports: 136, ..nothing() }),
    ];
    assert_eq!(found, expected, "{found:#?}");
}
