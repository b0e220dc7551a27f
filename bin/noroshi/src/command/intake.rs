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
use noroshi_incident::{
    IncidentError,
    service::import::{self, Format, Outcome},
};
use noroshi_kernel::setaside::printable;
use noroshi_mailroom::{
    letters::{self, Incoming},
    mapping::{self, Saved},
};
use serde::Serialize;
use std::{
    cell::Cell,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a stopped import goes on delivering events; the rest waits for the next start.
const MOST_DELIVERING: Duration = Duration::from_secs(10);

/// The longest letter that is taken from standard input, in bytes.
const LETTER_MOST_BYTES: u64 = 512 << 20;

/// Takes one letter from standard input. Once it is kept, nothing may make the mail server send it again or back: what cannot be
/// read of it is for a person, not for the sender.
async fn mail(platform: &Platform, recipient: Option<String>, sender: Option<String>) -> anyhow::Result<Done> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LETTER_MOST_BYTES + 1).read_to_end(&mut bytes).context("standard input")?;
    if bytes.is_empty() {
        // Trying again brings nothing either, so that this is final; no letter is lost by it.
        eprintln!("noroshi: no letter came on standard input; pipe one in: noroshi intake mail < letter.eml");
        return Ok(Done::NoInput);
    }
    if bytes.len() as u64 > LETTER_MOST_BYTES {
        anyhow::bail!("the letter is longer than the {} MiB that are taken; let the mail server refuse such letters", LETTER_MOST_BYTES >> 20);
    }
    let bytes = sender.map_or_else(Vec::new, |sender| letters::return_path(Some(sender.trim()))).into_iter().chain(bytes).collect::<Vec<u8>>();
    let letter = Incoming::delivered(bytes, recipient);
    let intake = platform.intake(Platform::local_administrator());
    let kept = intake.keep_letters(std::slice::from_ref(&letter)).await?;
    let worker = Worker::start(platform.ledger.clone());
    let mut bar = Bar::new();
    if let Err(error) = intake.read_letters(kept.into_iter().zip([letter]).collect(), &mut bar).await {
        eprintln!("noroshi: the letter is kept and will be read later: {}", crate::told(&error.into()));
    }
    bar.finish();
    if let Err(error) = worker.finish().await {
        eprintln!("noroshi: {}", crate::told(&error));
    }
    Ok(Done::Whole)
}

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
    let (format, mapping, json, paths) = match command {
        Intake::Import { format, mapping, json, paths } => (format, mapping, json, paths),
        Intake::Mail { recipient, sender } => return mail(platform, recipient, sender).await,
    };
    let Some(way) = way(platform, format, mapping).await? else { return Ok(Done::WrongUsage) };
    // All of them are looked at first: a mistyped name should not be found after an hour.
    for path in &paths {
        let folder = matches!(format, Format::Eml | Format::Maildir) && path.is_dir();
        if folder {
            continue;
        }
        regular(path)?;
        File::open(path).with_context(|| path.display().to_string())?;
    }
    let worker = Worker::start(platform.ledger.clone());
    let mut outcome = Outcome::default();
    let stopped = all(platform, &way, &paths, &mut outcome).await?;
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
    eprintln!("{} in; import the file again: what is in is not counted twice", counted(outcome.read, "input is", "inputs are"));
    Ok(done)
}

/// How the files are read.
enum Way {
    Known(Format),
    Mapped(Box<Saved>),
}

/// How the files are read; `None` when what was typed does not say it, which was said then.
async fn way(platform: &Platform, format: Format, mapping: Option<String>) -> anyhow::Result<Option<Way>> {
    let needs = matches!(format, Format::Csv | Format::Json);
    let wrong = match (needs, &mapping) {
        (false, None) => return Ok(Some(Way::Known(format))),
        (false, Some(_)) => format!("--format {} needs no mapping; leave --mapping away", format.key()),
        (true, None) => format!("--format {} needs --mapping NAME", format.key()),
        (true, Some(name)) => match mapping::find(&platform.ledger, name).await? {
            Some(saved) if Format::of(saved.format) == format => return Ok(Some(Way::Mapped(Box::new(saved)))),
            Some(saved) => format!("the mapping {} reads {}, not {}", saved.name, saved.format.key(), format.key()),
            None => format!("there is no mapping {:?}", printable(name, mapping::NAME_MOST_CHARS)),
        },
    };
    let saved: Vec<String> = mapping::all(&platform.ledger).await?.into_iter().map(|saved| format!("{} ({})", saved.name, saved.format.key())).collect();
    let there = if saved.is_empty() {
        "none is saved yet: begin with noroshi mapping suggest FILE > definition.json".to_owned()
    } else {
        format!("saved are: {}", saved.join(", "))
    };
    eprintln!("noroshi: {wrong}{}", if needs { format!("; {there}") } else { String::new() });
    Ok(None)
}

async fn one(intake: &import::Intake, way: &Way, path: &Path, bar: &mut Bar) -> Result<Outcome, IncidentError> {
    match way {
        Way::Known(format) => intake.file(*format, path, bar).await,
        Way::Mapped(saved) => intake.mapped(saved.as_ref().clone(), path, bar).await,
    }
}

/// Imports file after file; gives why it stopped, when it did. `outcome` then holds what is in.
async fn all(platform: &Platform, way: &Way, paths: &[PathBuf], outcome: &mut Outcome) -> anyhow::Result<Option<Stopped>> {
    let intake = platform.intake(Platform::local_administrator());
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
                ended = one(&intake, way, path, &mut bar) => match ended {
                    Ok(one) => {
                        outcome.add(one);
                        continue;
                    }
                    Err(error) => Stopped::Failed(error.into()),
                },
            }
        };
        bar.finish();
        outcome.add(bar.so_far());
        return Ok(Some(stopped));
    }
    bar.finish();
    Ok(None)
}

/// Says what became of the rows.
fn said(outcome: &Outcome, as_json: bool) -> anyhow::Result<Done> {
    if as_json {
        print_json(outcome)?;
    } else {
        let Outcome { read, stored, duplicates, already_seen, set_aside, .. } = *outcome;
        let (read, seen) = (counted(read, "input", "inputs"), counted(already_seen, "was imported before", "were imported before"));
        print(&format!("{read} read: {stored} made something new, {duplicates} joined an incident, {seen}, {set_aside} set aside"))?;
    }
    if outcome.set_aside + outcome.partly_set_aside == 0 {
        return Ok(Done::Whole);
    }
    let (one, many) = ("input lies in the tray, with its reason", "inputs lie in the tray, each with its reason");
    if outcome.set_aside > 0 {
        eprintln!("{}; see the page /tray", counted(outcome.set_aside, one, many));
    }
    if outcome.partly_set_aside > 0 {
        eprintln!("of {} a part lies in the tray", counted(outcome.partly_set_aside, "letter more", "letters more"));
    }
    Ok(Done::SomeSetAside)
}
