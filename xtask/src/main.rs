//! `cargo xtask tidy`: what the compiler does not check.
//!
//! - arrows between crates point to lower floors; the kernel knows no runtime, SQL or HTTP;
//! - SQL libraries are named in `store` modules, the ledger and tests only;
//! - Fluent texts have the same keys and arguments in both languages, and every key is used;
//! - routes are declared in the one table that the authorisation test walks, and its rows are those of `authorisation.txt`;
//! - pages of the manual are listed and links within lead somewhere;
//! - every crate has the workspace's lints (unsafe code may be allowed in `telescope` alone);
//! - licences are on the list of `deny.toml`;
//! - the longest files, as a report.

#![allow(clippy::print_stdout, reason = "a program that reports")]

mod floors;
mod fluent;
mod licences;
mod lints;
mod manual;
mod routes;
mod sources;

use anyhow::{Context as _, Result, bail};
use std::{path::PathBuf, process::ExitCode};

/// What a check found wrong, a line each.
type Findings = Vec<String>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let asked = std::env::args().nth(1);
    if asked.as_deref() != Some("tidy") {
        bail!("usage: cargo xtask tidy");
    }
    // Asked while running: two working copies may share one folder of build products.
    let home = std::env::var_os("CARGO_MANIFEST_DIR").context("run it with: cargo xtask tidy")?;
    let root = PathBuf::from(home).parent().context("xtask lies in the workspace")?.to_owned();
    let metadata = floors::metadata(&root)?;
    let checks: [(&str, Result<Findings>); 7] = [
        ("floors", floors::check(&metadata)),
        ("sources", sources::check(&root)),
        ("fluent", fluent::check(&root)),
        ("routes", routes::check(&root)),
        ("lints", lints::check(&root)),
        ("licences", licences::check(&root, &metadata)),
        ("manual", manual::check(&root)),
    ];
    let mut wrong = 0;
    for (name, findings) in checks {
        let findings = findings.with_context(|| format!("the check {name}"))?;
        println!("{name}: {}", if findings.is_empty() { "in order".to_owned() } else { format!("{} findings", findings.len()) });
        for finding in &findings {
            println!("  {finding}");
        }
        wrong += findings.len();
    }
    println!("longest files:");
    for (lines, path) in sources::longest(&root)? {
        println!("  {lines:5} {path}");
    }
    if wrong > 0 {
        bail!("{wrong} findings");
    }
    Ok(())
}
