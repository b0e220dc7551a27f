//! Everything that is built in: its licence is on the list of `deny.toml`, and it is not banned there.

use crate::Findings;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

pub(crate) fn check(root: &Path, metadata: &Value) -> Result<Findings> {
    let listed: toml::Table = toml::from_str(&fs::read_to_string(root.join("deny.toml")).context("deny.toml")?)?;
    let allowed: BTreeSet<&str> = listed
        .get("licenses")
        .and_then(|licences| licences.get("allow")?.as_array())
        .context("licenses.allow")?
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    let banned: Vec<&str> =
        listed.get("bans").and_then(|bans| bans.get("deny")?.as_array()).into_iter().flatten().filter_map(|ban| ban.get("crate")?.as_str()).collect();
    let mut findings = Findings::new();
    for package in metadata["packages"].as_array().context("packages")? {
        let name = package["name"].as_str().unwrap_or_default();
        if banned.contains(&name) {
            findings.push(format!("{name} is banned by deny.toml"));
        }
        let Some(licence) = package["license"].as_str() else {
            findings.push(format!("{name} names no licence"));
            continue;
        };
        // Older packages write MIT/Apache-2.0.
        let expression = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX);
        let fits = expression.is_ok_and(|expression| expression.evaluate(|requirement| requirement.license.id().is_some_and(|id| allowed.contains(id.name))));
        if !fits {
            findings.push(format!("{name} is under {licence}, which is not on the list"));
        }
    }
    Ok(findings)
}
