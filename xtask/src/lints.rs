//! Lints: every crate has the workspace's. One may allow unsafe code in a file of its own, and differs in nothing else.

use crate::{Findings, sources};
use anyhow::{Context as _, Result};
use std::{fs, path::Path};
use toml::{Table, Value};

/// Where `unsafe_code` is denied instead of forbidden, because one file has to allow it.
const MAY_ALLOW_UNSAFE: &str = "crates/telescope/Cargo.toml";

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let workspace = read(&root.join("Cargo.toml"))?;
    let all = workspace.get("workspace").and_then(|workspace| workspace.get("lints")).context("workspace.lints")?;
    let mut findings = Findings::new();
    for folder in ["crates", "bin", "xtask"] {
        for path in sources::files(&root.join(folder), &["toml"])?.iter().filter(|path| path.ends_with("Cargo.toml")) {
            let place = sources::shown(root, path);
            let manifest = read(path)?;
            let inherited = manifest.get("lints").and_then(|lints| lints.get("workspace")) == Some(&Value::Boolean(true));
            let excepted = place == MAY_ALLOW_UNSAFE && differs_in_unsafe_alone(all, manifest.get("lints"));
            if !inherited && !excepted {
                findings.push(format!("{place} has other lints than the workspace"));
            }
        }
    }
    Ok(findings)
}

fn read(path: &Path) -> Result<Table> {
    fs::read_to_string(path)?.parse().with_context(|| path.display().to_string())
}

fn differs_in_unsafe_alone(all: &Value, own: Option<&Value>) -> bool {
    let mut expected = all.clone();
    if let Some(level) = expected.get_mut("rust").and_then(|rust| rust.get_mut("unsafe_code")) {
        *level = Value::from("deny");
    }
    own == Some(&expected)
}
