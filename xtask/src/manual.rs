//! The manual: every page is listed, every listed page is there, every link within leads somewhere.

use crate::{Findings, sources};
use anyhow::Result;
use std::{collections::BTreeSet, fs, path::Path};

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let folder = root.join("docs/src");
    let mut findings = Findings::new();
    let listed: BTreeSet<String> = links(&fs::read_to_string(folder.join("SUMMARY.md"))?).collect();
    for page in sources::files(&folder, &["md"])? {
        let name = page.strip_prefix(&folder).unwrap_or(&page).display().to_string();
        if name != "SUMMARY.md" && !listed.contains(&name) {
            findings.push(format!("docs/src/{name} is not in SUMMARY.md"));
        }
        let home = page.parent().unwrap_or(&folder);
        findings.extend(
            links(&fs::read_to_string(&page)?)
                .filter(|link| !home.join(link).exists())
                .map(|link| format!("docs/src/{name} links to {link}, which is not there")),
        );
    }
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        findings.extend(
            links(&fs::read_to_string(root.join(page))?)
                .filter(|link| !root.join(link).exists())
                .map(|link| format!("{page} links to {link}, which is not there")),
        );
    }
    Ok(findings)
}

/// The local files that a text links to.
fn links(text: &str) -> impl Iterator<Item = String> {
    text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()).filter(|link| !link.is_empty() && !link.contains("://")).map(str::to_owned)
}
