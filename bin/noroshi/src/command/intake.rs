use super::{print, print_json, regular};
use crate::{
    Done,
    arguments::Intake,
    grammar::counted,
    platform::Platform,
    progress::Bar,
    signals::{Signal, Signals},
    wiring::Worker,
};
use anyhow::Context as _;
use noroshi_incident::service::import::{self, Format, Outcome};
use noroshi_kernel::moment::Moment;
use noroshi_ledger::{Ledger, audit, blob};
use noroshi_mailroom::correspondence;
use serde::Serialize;
use std::{
    cell::Cell,
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a stopped import goes on delivering events; the rest waits for the next start.
const MOST_DELIVERING: Duration = Duration::from_secs(10);

/// Why an import ended before its end.
enum Stopped {
    Failed(anyhow::Error),
    Asked(Signal),
}

/// What an import that was stopped printed: the counts of what is in, and why there are no more.
#[derive(Serialize)]
struct Partial<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    stopped: &'a str,
}

pub(super) async fn run(platform: &Platform, command: Intake) -> anyhow::Result<Done> {
    let Intake::Import { format, json, paths } = command;
    // All of them are looked at first: a mistyped name should not be found after an hour.
    for path in &paths {
        regular(path)?;
        File::open(path).with_context(|| path.display().to_string())?;
    }
    let worker = Worker::start(platform.ledger.clone());
    let mut outcome = Outcome::default();
    let stopped = all(platform, format, &paths, &mut outcome).await?;
    let Some(stopped) = stopped else {
        worker.finish().await?;
        return said(&outcome, json.json);
    };
    let (why, done) = match stopped {
        Stopped::Failed(error) => (crate::told(&error), Done::Failed),
        Stopped::Asked(signal) => (format!("stopped by {}", signal.name()), Done::Stopped(signal)),
    };
    match tokio::time::timeout(MOST_DELIVERING, worker.finish()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => eprintln!("{}", crate::told(&error)),
        Err(_) => eprintln!("incidents that cannot be found by searching yet can be after the next start"),
    }
    if json.json {
        print_json(&Partial { outcome: &outcome, stopped: &why })?;
    }
    eprintln!("noroshi: {why}");
    eprintln!("{} in; import the file again: what is in is not counted twice", counted(outcome.read, "row is", "rows are"));
    Ok(done)
}

/// Imports file after file; gives why it stopped, when it did. `outcome` then holds what is in.
async fn all(platform: &Platform, format: Format, paths: &[PathBuf], outcome: &mut Outcome) -> anyhow::Result<Option<Stopped>> {
    let actor = Platform::local_administrator();
    let mut signals = Signals::listen().context("cannot listen for signals")?;
    let mut bar = Bar::new();
    let steps = bar.steps();
    let heard = Cell::new(None);
    for path in paths {
        // Asked while the last unit of work of a file was under way: that file is in.
        if let Some(signal) = heard.get() {
            bar.finish();
            return Ok(Some(Stopped::Asked(signal)));
        }
        bar.next_file();
        let begun = platform.ledger.now();
        let stopped = {
            let asked = async {
                let signal = signals.next().await;
                heard.set(Some(signal));
                eprintln!("{}: finishing what is under way; once more ends at once", signal.name());
                tokio::select! {
                    () = steps.end_of_one() => {}
                    _ = signals.next() => {}
                }
                signal
            };
            tokio::select! {
                biased;
                signal = asked => Stopped::Asked(signal),
                ended = import::file(&platform.ledger, &actor, &platform.reckoning, format, path, &mut bar) => match ended {
                    Ok(one) => {
                        outcome.add(one);
                        continue;
                    }
                    Err(error) => Stopped::Failed(error.into()),
                },
            }
        };
        bar.finish();
        match committed(&platform.ledger, path, begun).await {
            Ok(one) => outcome.add(one),
            Err(error) => eprintln!("what is in of {} cannot be counted: {}", path.display(), crate::told(&error)),
        }
        return Ok(Some(stopped));
    }
    bar.finish();
    Ok(None)
}

/// What is in of a file whose import was stopped, by the audit rows that were committed with its rows.
async fn committed(ledger: &Ledger, path: &Path, begun: Moment) -> anyhow::Result<Outcome> {
    /// A unit of work takes thousands of rows, so this is far more than any file has.
    const MOST_UNITS: u32 = 1_000_000;
    let mut outcome = Outcome::default();
    let sha256 = blob::digest(&mut File::open(path)?)?;
    let Some(delivery) = correspondence::feed_with(ledger, &sha256).await? else { return Ok(outcome) };
    for row in audit::of_subject(ledger, delivery.0, MOST_UNITS).await? {
        if row.action == "incident.import" && row.moment() >= begun {
            let detail: serde_json::Value = serde_json::from_str(&row.detail)?;
            let count = |name: &str| detail.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
            let (stored, duplicates, set_aside) = (count("opened"), count("joined"), count("set_aside"));
            outcome.add(Outcome { read: stored + duplicates + set_aside, stored, duplicates, set_aside, incidents_opened: stored, ..Outcome::default() });
        }
    }
    Ok(outcome)
}

/// Says what became of the rows.
fn said(outcome: &Outcome, as_json: bool) -> anyhow::Result<Done> {
    if as_json {
        print_json(outcome)?;
    } else {
        let Outcome { read, stored, duplicates, already_seen, set_aside, .. } = *outcome;
        let (read, seen) = (counted(read, "row", "rows"), counted(already_seen, "was imported before", "were imported before"));
        print(&format!("{read} read: {stored} opened an incident, {duplicates} joined one, {seen}, {set_aside} set aside"))?;
    }
    if outcome.set_aside == 0 {
        return Ok(Done::Whole);
    }
    let (one, many) = ("row lies in the tray, with its reason", "rows lie in the tray, each with its reason");
    eprintln!("{}; see the page /tray", counted(outcome.set_aside, one, many));
    Ok(Done::SomeSetAside)
}
