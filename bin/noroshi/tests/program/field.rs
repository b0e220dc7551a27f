//! Material from the field, when `NOROSHI_FIELD_DATA` names its folder: every row is accounted for.

use crate::place::Home;
use noroshi_ledger::{Query as _, Sql};
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
