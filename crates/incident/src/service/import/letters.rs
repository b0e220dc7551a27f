//! Bringing in mail from files: each letter is kept durably, then read, then placed, some hundreds to a unit of work.

use super::{
    Format, Intake, Outcome, Progress, Told,
    reading::{Fault, Read, Row},
    taking::Taking,
    told,
};
use crate::{IncidentError, model::joining};
use noroshi_directory::key;
use noroshi_kernel::{id::CorrespondenceId, language::Bilingual, moment::Moment, reason::Reason, setaside::printable};
use noroshi_mailroom::{
    correspondence::{Channel, Kind},
    gist,
    letters::{self, Incoming, Kept, State},
    reading::{self, Context, Reading},
};
use noroshi_post::mbox;
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::mpsc;

/// Letters that are kept and placed together: enough that syncing does not count, few enough that others get their turn.
const LETTERS_PER_PART: usize = 256;
/// How deep folders within folders are looked through.
const MOST_DEPTH: usize = 20;
/// The bytes of letters that are held at once.
const BYTES_PER_PART: usize = 8 << 20;

/// Imports the letters of a file or a folder.
pub(super) async fn import(intake: &Intake, format: Format, path: &Path, progress: &mut dyn Progress) -> Result<Outcome, IncidentError> {
    let cannot = |source| IncidentError::File { path: path.to_owned(), source };
    let files = files(format, path).map_err(cannot)?;
    let size = files.iter().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
    progress.begins(&printable(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(), 200), size);
    let (sender, mut parts) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        if let Err((file, error)) = gather(format, &files, &sender) {
            let _ = sender.blocking_send(Err((file, error)));
        }
    });
    let mut outcome = Outcome::default();
    let mut reached = 0;
    while let Some(part) = parts.recv().await {
        let part: Vec<Incoming> = part.map_err(|(path, source)| IncidentError::File { path, source })?;
        reached += part.iter().map(|letter| letter.bytes.len() as u64).sum::<u64>();
        outcome.add(receive(intake, part, progress).await?);
        progress.reached(reached, &outcome);
    }
    Ok(outcome)
}

/// Keeps letters durably, reads them and places what they report.
async fn receive(intake: &Intake, part: Vec<Incoming>, progress: &mut dyn Progress) -> Result<Outcome, IncidentError> {
    let kept = intake.keep_letters(&part).await?;
    place(intake, kept.into_iter().zip(part).collect(), progress).await
}

/// Reads letters that are kept, and places what they report. One that was read before stays as it is.
pub(super) async fn place(intake: &Intake, part: Vec<(Kept, Incoming)>, progress: &mut dyn Progress) -> Result<Outcome, IncidentError> {
    let (new, before): (Vec<_>, Vec<_>) = part.into_iter().partition(|(kept, _)| kept.must_be_read);
    let before = Outcome { read: before.len() as u64, already_seen: before.len() as u64, ..Outcome::default() };
    let Some((first, _)) = new.first() else { return Ok(before) };
    let mut taking = Taking::new(intake, first.id, String::new(), joining::WINDOW_DAYS);
    let now = intake.ledger.now();
    let context = context(intake).await?;
    let read = tokio::task::spawn_blocking(move || read_all(&new, &context, now)).await;
    let (rows, told) = read.map_err(|error| noroshi_ledger::LedgerError::Damaged(error.to_string()))?;
    taking.take(rows, told, progress).await?;
    let mut outcome = taking.outcome;
    outcome.add(before);
    Ok(outcome)
}

/// What must be known to read letters.
pub(super) async fn context(intake: &Intake) -> Result<Context, IncidentError> {
    let brands = intake.lookout.brands(&intake.ledger).await?;
    let keys = Arc::new(key::ring(&intake.ledger, &intake.actor, &intake.vault).await?);
    let now = intake.ledger.now();
    Ok(Context { marks: intake.marks.clone(), latest: now.plus_days(1), at: now, brands, schema: intake.lookout.schema(), keys })
}

/// Reads letters on every core.
fn read_all(letters: &[(Kept, Incoming)], context: &Context, now: Moment) -> (Vec<Read>, Vec<letters::Told>) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = letters.len().div_ceil(threads).max(1);
    let one = |(kept, letter): &(Kept, Incoming)| read_one(*kept, letter, context, now);
    std::thread::scope(|scope| {
        let workers: Vec<_> = letters.chunks(share).map(|some| scope.spawn(move || some.iter().map(one).collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).unzip()
    })
}

pub(super) fn read_one(kept: Kept, letter: &Incoming, context: &Context, now: Moment) -> (Read, letters::Told) {
    // A defect of ours must not keep the letters beside it from being read: this one goes to a person.
    let reading =
        std::panic::catch_unwind(|| reading::read(&letter.bytes, letter.recipient.as_deref(), letter.channel, context)).unwrap_or_else(|_| Err(failed()));
    // Nothing of it may keep the letter from being taken either.
    let gist = std::panic::catch_unwind(|| {
        let findings = reading.as_ref().map_or(&[][..], |reading| &reading.findings);
        gist::of(&letter.bytes, letter.channel, &context.keys, context.at, findings)
    });
    let gist = gist.unwrap_or_default();
    // Who sends a live letter does not choose when it came.
    let ours = letter.arrived.filter(|at| *at <= context.latest).or_else(|| letter.live.then_some(now));
    let told = heading(kept.id, letter, &reading, context);
    let arrived = ours.or(told.arrived);
    let told = letters::Told { arrived, words: gist.words, asked: gist.asked, ..told };
    let at = arrived.unwrap_or(now);
    let is_of_parts = reading.as_ref().is_ok_and(|reading| reading.is_of_parts);
    let (content, beside) = match reading {
        Ok(reading) => telling(reading, at),
        Err(reason) => (Err((whole(), reason)), Vec::new()),
    };
    let row = Row {
        letter: Some(kept.id),
        name: Some(letter.name.clone()),
        line: None,
        offset: 0,
        length: letter.bytes.len() as u64,
        key: letter.key(),
        reporter_tld: told.sender_tld.clone(),
    };
    let reports = matches!(&content, Ok(told) if !told.is_empty());
    // What a program wrote and we understood leaves nothing to do. What a person wrote waits for a person, whatever it reports; so does what
    // a person filled in, since it says what the reporter wants of us, and what lies in the tray.
    let by_a_program = (is_of_parts || told.automatic.is_some_and(|why| why.is_by_a_program() || why.goes_to_many())) && !letter.channel.is_filled_in()
        || letter.channel == Channel::Api;
    let state = if reports && beside.is_empty() && by_a_program { State::Done } else { State::New };
    (Read { row, content, beside }, letters::Told { kind: if reports { Kind::Report } else { Kind::Inquiry }, state, ..told })
}

/// What a letter tells, and what of it could not be read. One that claims to report and of which nothing can be read goes to a
/// person as a whole.
fn telling(reading: Reading, at: Moment) -> (Result<Vec<Told>, Fault>, Vec<Fault>) {
    let mut faults = reading.problems;
    let mut found = Vec::new();
    for finding in reading.findings {
        match told(finding, at) {
            Ok(told) => found.push(told),
            Err(reason) => faults.push((whole(), reason)),
        }
    }
    faults = grouped(faults);
    if found.is_empty() && !faults.is_empty() {
        let first = faults.remove(0);
        return (Err(first), faults);
    }
    (Ok(found), faults)
}

/// Faults with one reason are one: each of them is for the same person to do the same about. How many places have it is said, and the first
/// of them are named.
fn grouped(faults: Vec<Fault>) -> Vec<Fault> {
    /// So many places are named.
    const NAMED: usize = 3;
    let mut groups: Vec<(Vec<Bilingual>, Reason)> = Vec::new();
    for (place, reason) in faults {
        match groups.iter_mut().find(|(_, known)| known.key == reason.key) {
            Some((places, _)) if places.contains(&place) => {}
            Some((places, _)) => places.push(place),
            None => groups.push((vec![place], reason)),
        }
    }
    let one = |(places, reason): (Vec<Bilingual>, Reason)| {
        let named = |of: fn(&Bilingual) -> &str, between: &str| places.iter().take(NAMED).map(of).collect::<Vec<_>>().join(between);
        let (ja, en) = (named(|place| &place.ja, "、"), named(|place| &place.en, "; "));
        let place = match places.len().saturating_sub(NAMED) {
            0 => Bilingual::new(ja, en),
            others => {
                let all = places.len();
                Bilingual::new(format!("{all} か所: {ja}、ほか {others} か所"), format!("{all} places: {en}; and {others} more"))
            }
        };
        (place, reason)
    };
    groups.into_iter().map(one).collect()
}

fn failed() -> Reason {
    Reason::new(
        "letter-failed",
        "プログラムの不具合でこのメールを読めませんでした。原本は保存してあります。不具合として報告してください。",
        "the program failed on this letter; its bytes are kept; please report the failure",
    )
}

fn whole() -> Bilingual {
    Bilingual::new("メール全体", "the whole letter")
}

/// What a letter tells besides what it reports; of one that cannot be read, what its head tells.
fn heading(id: CorrespondenceId, letter: &Incoming, reading: &Result<Reading, Reason>, context: &Context) -> letters::Told {
    let head = reading.is_err().then(|| reading::head(&letter.bytes, letter.recipient.as_deref(), context));
    let nothing = letters::Told { id, live: letter.live, channel: letter.channel, bound: letter.bound, ..letters::Told::default() };
    let Some(reading) = reading.as_ref().ok().or(head.as_ref()) else { return nothing };
    letters::Told {
        subject: reading.subject.clone(),
        from_name: reading.from.name.clone(),
        from_address: reading.from.address.clone(),
        sender_tld: reading.sender_tld.clone(),
        message_id: reading.message_id.clone(),
        automatic: reading.automatic,
        arrived: reading.arrived,
        signs: reading.signs.clone(),
        delivery: reading.delivery.clone(),
        seal: letters::Sealed::from(&reading.seal),
        ..nothing
    }
}

/// The files that hold letters, in the order of their names.
fn files(format: Format, path: &Path) -> io::Result<Vec<PathBuf>> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !metadata.is_dir() {
        return Err(io::Error::other("this is no file and no folder"));
    }
    if format == Format::Mbox {
        return Err(io::Error::other("this is a folder; name mailboxes, or import it with --format maildir"));
    }
    // A maildir keeps what came in new/ and what was looked at in cur/; tmp/ is not delivered yet.
    let halves: Vec<PathBuf> = ["cur", "new"].iter().map(|half| path.join(half)).filter(|half| half.is_dir()).collect();
    let folders = if halves.is_empty() { vec![path.to_owned()] } else { halves };
    let mut files = Vec::new();
    let mut folders: Vec<(PathBuf, usize)> = folders.into_iter().map(|folder| (folder, 0)).collect();
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            // Links are not followed, so that the walk ends.
            match entry.file_type()? {
                kind if kind.is_file() => files.push(entry.path()),
                kind if kind.is_dir() && depth < MOST_DEPTH => folders.push((entry.path(), depth + 1)),
                _ => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

type Sender = mpsc::Sender<Result<Vec<Incoming>, (PathBuf, io::Error)>>;

/// Reads the files and sends their letters in parts.
fn gather(format: Format, files: &[PathBuf], sender: &Sender) -> Result<(), (PathBuf, io::Error)> {
    let mut part = Vec::new();
    let mut bytes_held = 0;
    let mut push = |name: String, bytes: Vec<u8>| {
        bytes_held += bytes.len();
        part.push(Incoming::from_file(name, bytes));
        if part.len() >= LETTERS_PER_PART || bytes_held >= BYTES_PER_PART {
            bytes_held = 0;
            // Whoever reads has gone when this fails, so nobody waits for the rest.
            let _ = sender.blocking_send(Ok(std::mem::take(&mut part)));
        }
    };
    for file in files {
        let cannot = |error| (file.clone(), error);
        let name = printable(&file.file_name().unwrap_or_default().to_string_lossy(), 200);
        if format == Format::Mbox {
            let source = std::fs::File::open(file).map_err(cannot)?;
            for letter in mbox::Letters::new(io::BufReader::with_capacity(256 * 1024, source)) {
                push(name.clone(), letter.map_err(cannot)?);
            }
        } else {
            push(name, std::fs::read(file).map_err(cannot)?);
        }
    }
    if !part.is_empty() {
        let _ = sender.blocking_send(Ok(part));
    }
    Ok(())
}
