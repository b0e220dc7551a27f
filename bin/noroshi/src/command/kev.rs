use super::{print, print_json, regular};
use crate::{Done, arguments::Kev, grammar::counted, platform::Platform};
use anyhow::Context as _;
use noroshi_catalogue::{imported::Imported, kev};
use noroshi_kernel::moment::Moment;
use std::{fs::File, path::PathBuf};

/// The files that are listed.
const MOST_FILES: u32 = 1_000;

pub(super) async fn run(platform: &Platform, command: Kev) -> anyhow::Result<Done> {
    match command {
        Kev::Import { json, paths } => import(platform, &paths, json.json).await,
        Kev::List { port, words, limit, json } => {
            let wanted: Vec<String> = port.iter().map(ToString::to_string).chain(words).collect();
            list(platform, &wanted.iter().map(String::as_str).collect::<Vec<_>>(), limit as usize, json.json).await
        }
        Kev::History(json) => history(platform, json.json).await,
    }
}

async fn import(platform: &Platform, paths: &[PathBuf], as_json: bool) -> anyhow::Result<Done> {
    // All of them are looked at first, so that a mistyped name changes nothing.
    for path in paths {
        regular(path)?;
        File::open(path).with_context(|| path.display().to_string())?;
    }
    let mut imported = Imported::default();
    for path in paths {
        imported.add(kev::import(&platform.ledger, &Platform::local_administrator(), path).await?);
    }
    for why in &imported.reasons {
        eprintln!("set aside: {why}");
    }
    let Imported { read, stored, unchanged, updated, set_aside, withdrawn, .. } = imported;
    if as_json {
        print_json(&imported)?;
    } else {
        let read = counted(read, "entry", "entries");
        print(&format!("{read} read: {stored} new, {unchanged} unchanged, {updated} updated, {set_aside} set aside"))?;
    }
    if withdrawn > 0 {
        eprintln!("{} withdrawn: a newer catalogue no longer holds what we keep of it", counted(withdrawn, "entry is", "entries are"));
    }
    if set_aside == 0 {
        return Ok(Done::Whole);
    }
    let untold = set_aside.saturating_sub(imported.reasons.len() as u64);
    if untold > 0 {
        eprintln!("and {untold} more");
    }
    Ok(Done::SomeSetAside)
}

async fn list(platform: &Platform, wanted: &[&str], limit: usize, as_json: bool) -> anyhow::Result<Done> {
    let ledger = &platform.ledger;
    if wanted.is_empty() {
        let all: Vec<_> = kev::all(ledger).await?.into_iter().take(limit).collect();
        if all.is_empty() {
            eprintln!("the catalogue is empty; bring it in with: noroshi kev import known_exploited_vulnerabilities.json");
        }
        if as_json {
            print_json(&all)?;
        } else {
            all.iter().try_for_each(|stored| print(&line(stored)))?;
        }
        return Ok(Done::Whole);
    }
    let found = kev::search(ledger, wanted, limit).await?;
    if found.is_empty() {
        eprintln!("no entry names {}", wanted.join(", "));
    }
    if as_json {
        print_json(&found)?;
    } else {
        found.iter().try_for_each(|found| print(&format!("{}  [{}]", line(&found.stored), found.by.join(", "))))?;
    }
    Ok(Done::Whole)
}

fn line(stored: &kev::Stored) -> String {
    let entry = &stored.entry;
    let marks =
        [(entry.ransomware, "  ransomware"), (stored.withdrawn, "  withdrawn")].into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect::<String>();
    format!("{:<16} {}  {}: {}{marks}", entry.cve.as_str(), entry.added_on, entry.vendor, entry.name)
}

async fn history(platform: &Platform, as_json: bool) -> anyhow::Result<Done> {
    let files = kev::history(&platform.ledger, MOST_FILES).await?;
    if as_json {
        print_json(&files)?;
        return Ok(Done::Whole);
    }
    let time = |at: Option<Moment>| at.map_or_else(|| "-".to_owned(), Moment::rfc3339);
    for file in files {
        let from = &file.provenance;
        let count = |key: &str| file.outcome.get(key).and_then(serde_json::Value::as_u64).unwrap_or_default();
        let counts = format!("{} new, {} updated, {} withdrawn, {} set aside", count("stored"), count("updated"), count("withdrawn"), count("set_aside"));
        // A table bears neither a version nor a date.
        let version = if from.version.is_empty() { String::new() } else { format!("  version {} of {}", from.version, time(from.as_of)) };
        print(&format!("{}  {}{version}: {counts}", time(from.imported_at), from.file))?;
    }
    Ok(Done::Whole)
}
