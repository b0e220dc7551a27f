//! The floors of `ARCHITECTURE.md`: a crate may use crates of lower floors, never of its own or above.

use crate::Findings;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::{collections::HashMap, path::Path, process::Command};

/// From the ground up. `testkit` and `xtask` stand beside the house: nothing but tests may use the former.
const FLOORS: [&str; 9] = [
    "kernel",
    "ledger post feeds telescope egress press lake",
    "directory catalogue document",
    "mailroom publication",
    "incident observation vulnerability artifact",
    "warning phishing decision readiness partners",
    "reporting",
    "web site demo",
    "noroshi fetcher sensor",
];
const BESIDE: [&str; 2] = ["testkit", "xtask"];
/// What the kernel must never learn.
const NOT_IN_KERNEL: [&str; 8] = ["tokio", "axum", "hyper", "reqwest", "sea-orm", "sqlx", "sqlx-core", "rusqlite"];

pub(crate) fn metadata(root: &Path) -> Result<Value> {
    let ran = Command::new("cargo").args(["metadata", "--format-version", "1", "--locked"]).current_dir(root).output().context("cargo metadata")?;
    ensure!(ran.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&ran.stderr));
    Ok(serde_json::from_slice(&ran.stdout)?)
}

fn short(name: &str) -> &str {
    name.strip_prefix("noroshi-").unwrap_or(name)
}

pub(crate) fn check(metadata: &Value) -> Result<Findings> {
    let floor: HashMap<&str, usize> = FLOORS.iter().enumerate().flat_map(|(number, names)| names.split(' ').map(move |name| (name, number))).collect();
    let members: Vec<&str> = metadata["workspace_members"].as_array().context("members")?.iter().filter_map(Value::as_str).collect();
    let packages: Vec<&Value> =
        metadata["packages"].as_array().context("packages")?.iter().filter(|package| package["id"].as_str().is_some_and(|id| members.contains(&id))).collect();
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).map(short).collect();
    let mut findings = Findings::new();
    for package in &packages {
        let me = short(package["name"].as_str().unwrap_or_default());
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let (name, dev) = (dependency["name"].as_str().unwrap_or_default(), dependency["kind"] == "dev");
            let other = short(name);
            if me == "kernel" && !dev && NOT_IN_KERNEL.contains(&name) {
                findings.push(format!("kernel uses {name}"));
            }
            if dev || !ours.contains(&other) || BESIDE.contains(&me) {
                continue;
            }
            match (floor.get(me), floor.get(other)) {
                (Some(mine), Some(below)) if below < mine => {}
                (Some(mine), Some(theirs)) => findings.push(format!("{me} (floor {mine}) uses {other} (floor {theirs})")),
                _ => findings.push(format!("{me} uses {other}, and one of them has no floor")),
            }
        }
        if !floor.contains_key(me) && !BESIDE.contains(&me) {
            findings.push(format!("{me} has no floor"));
        }
    }
    Ok(findings)
}
