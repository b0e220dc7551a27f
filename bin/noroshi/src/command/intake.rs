use super::{print, print_json};
use crate::{Done, arguments::Intake, platform::Platform, progress::Bar, wiring::Worker};
use anyhow::Context as _;
use noroshi_incident::service::import::{self, Outcome};

pub(super) async fn run(platform: Platform, command: Intake) -> anyhow::Result<Done> {
    let Intake::Import { format, json, paths } = command;
    let actor = Platform::local_administrator();
    let worker = Worker::start(platform.ledger.clone());
    // All of them are looked at first: a mistyped name should not be found after an hour.
    for path in &paths {
        std::fs::File::open(path).with_context(|| path.display().to_string())?;
    }
    let mut bar = Bar::new();
    let mut outcome = Outcome::default();
    for path in &paths {
        outcome.add(import::file(&platform.ledger, &actor, &platform.reckoning, format, path, &mut bar).await?);
    }
    bar.finish();
    worker.finish().await?;
    platform.ledger.close().await?;
    if json.json {
        print_json(&outcome)?;
    } else {
        let Outcome { read, stored, duplicates, already_seen, set_aside, .. } = outcome;
        print(&format!("{read} rows read: {stored} opened an incident, {duplicates} joined one, {already_seen} were imported before, {set_aside} set aside"))?;
    }
    if outcome.set_aside == 0 {
        return Ok(Done::Whole);
    }
    eprintln!("{} rows lie in the tray, each with its reason; the page /tray shows them", outcome.set_aside);
    Ok(Done::SomeSetAside)
}
