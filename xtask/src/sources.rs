//! What source files may name, and how long they are.

use crate::Findings;
use anyhow::Result;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every file below a folder with one of the endings.
pub(crate) fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                open.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|one| ending == *one)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn rust(root: &Path) -> Result<Vec<PathBuf>> {
    Ok(["crates", "bin"].iter().map(|folder| files(&root.join(folder), &["rs"])).collect::<Result<Vec<_>>>()?.concat())
}

pub(crate) fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// SQL libraries stay in `store` modules, the ledger and tests; SQL text, too.
pub(crate) fn check(root: &Path) -> Result<Findings> {
    const MAY: [&str; 5] = ["store", "ledger", "migrations", "testkit", "tests"];
    let mut findings = Findings::new();
    for path in rust(root)? {
        let place = shown(root, &path);
        if place.split(['/', '.']).any(|part| MAY.contains(&part)) {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        // What stands below the first test module is a test.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for library in ["sea_orm::", "sqlx::", "sea_query::"] {
            if code.contains(library) {
                findings.push(format!("{place} names {library} outside a store"));
            }
        }
    }
    Ok(findings)
}

/// The ten longest files, to ask of each whether it is one idea.
pub(crate) fn longest(root: &Path) -> Result<Vec<(usize, String)>> {
    let mut all = Vec::new();
    for path in rust(root)? {
        all.push((fs::read_to_string(&path)?.lines().count(), shown(root, &path)));
    }
    all.sort_by(|a, b| b.cmp(a));
    all.truncate(10);
    Ok(all)
}
