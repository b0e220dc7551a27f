//! Routes: declared in one table, and each of its rows checked in with who may use it.

use crate::{Findings, sources};
use anyhow::{Context as _, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const TABLE: &str = "crates/web/src/routes.rs";
const CHECKED_IN: &str = "crates/web/authorisation.txt";

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let mut findings = Findings::new();
    for path in sources::files(&root.join("crates/web/src"), &["rs"])? {
        let place = sources::shown(root, &path);
        if !place.ends_with("routes.rs") && !place.contains("/tests/") && fs::read_to_string(&path)?.contains(".route(\"") {
            findings.push(format!("{place} declares a route outside routes.rs"));
        }
    }
    let read = |path: &str| fs::read_to_string(root.join(path)).with_context(|| path.to_owned());
    findings.extend(compare(&read(TABLE)?, &read(CHECKED_IN)?)?);
    Ok(findings)
}

/// Holds the table against the rows that are checked in, both ways.
fn compare(table: &str, checked_in: &str) -> Result<Findings> {
    let declared = declared(table)?;
    let listed: BTreeSet<String> = checked_in.lines().filter(|line| !line.trim().is_empty()).map(|line| words(line).join(" ")).collect();
    let missing = declared.difference(&listed).map(|row| format!("{CHECKED_IN} lacks the row: {row}"));
    let stale = listed.difference(&declared).map(|row| format!("{CHECKED_IN} has a row that {TABLE} has not: {row}"));
    Ok(missing.chain(stale).collect())
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// The rows of the table: `GET /incidents Action(ViewRecords)`.
fn declared(table: &str) -> Result<BTreeSet<String>> {
    // `const RECORDS: Access = Access::Action(Action::ViewRecords);`
    let names: BTreeMap<&str, String> = table
        .split("const ")
        .skip(1)
        .filter_map(|rest| {
            let (name, value) = rest.split(';').next()?.split_once(": Access = ")?;
            Some((name, value.replace("Access::", "").replace("Action::", "")))
        })
        .collect();
    let (_, rows) = table.split_once("vec![").with_context(|| format!("{TABLE} holds no table"))?;
    let rows = rows.split("\n    ]").next().unwrap_or_default();
    let mut declared = BTreeSet::new();
    let mut calls = 0;
    for line in words(rows).join(" ").split("), ") {
        let Some((method, rest)) = line.split_once('(') else { continue };
        calls += 1;
        let mut parts = rest.split(',').map(str::trim);
        let (path, access) = (parts.next().unwrap_or_default().trim_matches('"'), parts.next().unwrap_or_default());
        let access = names.get(access).cloned().unwrap_or_else(|| access.replace("Access::", "").replace("Action::", ""));
        // Forms with files and what programs send are declared by words of their own; both are POST.
        let method = if method.trim() == "get" { "GET" } else { "POST" };
        declared.insert(format!("{method} {path} {access}"));
    }
    anyhow::ensure!(calls > 0 && declared.len() == calls, "{TABLE}: {calls} rows of which {} differ; is the table written otherwise?", declared.len());
    Ok(declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../crates/web/src/routes.rs");
    const LISTED: &str = include_str!("../../crates/web/authorisation.txt");

    #[test]
    fn the_table_is_the_one_that_is_checked_in() {
        assert_eq!(compare(TABLE, LISTED).expect("reads"), Findings::new());
    }

    #[test]
    fn every_line_that_is_taken_away_is_missed() {
        let lines: Vec<&str> = LISTED.lines().collect();
        assert!(lines.len() >= 30);
        for gone in &lines {
            let rest: String = lines.iter().filter(|line| *line != gone).map(|line| format!("{line}\n")).collect();
            let findings = compare(TABLE, &rest).expect("reads");
            assert_eq!(findings.len(), 1, "{gone}");
            assert!(findings[0].contains(&words(gone).join(" ")), "{gone}: {findings:?}");
        }
    }

    #[test]
    fn a_route_that_widens_or_is_new_is_told() {
        let wider = TABLE.replace("get(\"/tray\", TRAY", "get(\"/tray\", Public");
        assert_eq!(compare(&wider, LISTED).expect("reads").len(), 2);
        let new = TABLE.replace(
            "        get(\"/tray\"",
            "        post(\n            \"/tray/{id}\",\n            TRAY,\n            pages::tray::post,\n        ),\n        get(\"/tray\"",
        );
        assert_eq!(compare(&new, LISTED).expect("reads"), ["crates/web/authorisation.txt lacks the row: POST /tray/{id} Action(ViewTray)"]);
    }
}
