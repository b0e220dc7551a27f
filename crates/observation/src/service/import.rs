//! Bringing in a capture that was made elsewhere. All of it counts, or nothing: its packets are written to staged files first, which the
//! database names together with the capture and the span that its sensor watched.

use super::{
    registry::checked_name,
    staging::{Staging, each},
    stored::stored,
};
use crate::{
    ObservationError, Observatory, Sensor,
    geography::Geography,
    store::{captures, files, sensors},
    watch::Watch,
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    reason::Reason,
    setaside::{SetAside, printable},
};
use noroshi_lake::{
    folder::{FileName, Folder},
    packets::Written,
};
use noroshi_ledger::{LedgerError, audit::Entry};
use noroshi_telescope::{
    capture::{Broken, CaptureFile, Limits},
    packet::{self, Malformed, NoRecord},
    tally::Tally,
};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// After so many frames somebody is told how far it is.
const FRAMES_PER_STEP: u64 = 1 << 16;
/// Staged files that nobody named and that are older are left-overs of a program that ended.
const GRACE: Duration = Duration::from_secs(24 * 3_600);

/// What became of a capture's packets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// All of them: the sum of the four that follow.
    pub packets: u64,
    /// Packets over IP, which are kept.
    pub stored: u64,
    /// Of other protocols.
    pub not_ip: u64,
    /// Whose headers were not captured to their end.
    pub truncated: u64,
    /// Whose headers contradict themselves.
    pub malformed: u64,
    /// Their lengths on the wire, in bytes.
    pub bytes: u64,
    /// The time of the first, in RFC 3339.
    pub first: Option<String>,
    /// The time of the last.
    pub last: Option<String>,
    /// Why packets were malformed: each reason with their number.
    pub malformed_reasons: BTreeMap<String, u64>,
    /// Captures whose bytes were imported for this sensor before; nothing of them is counted again.
    pub already_seen: u64,
    /// Captures that break off, with the place; what came before it is kept.
    pub reasons: Vec<SetAside>,
    /// Times of the first and the last packet.
    #[serde(skip)]
    span: Option<(Moment, Moment)>,
}

impl Outcome {
    fn of(tally: &Tally) -> Self {
        let us = |at_ns: i64| Moment(at_ns.div_euclid(1_000));
        let mut outcome = Self {
            packets: tally.frames(),
            stored: tally.stored,
            not_ip: tally.not_ip,
            truncated: tally.truncated,
            malformed: tally.malformed(),
            bytes: tally.wire_bytes,
            malformed_reasons: tally.reasons().map(|(reason, count)| (reason.reason().text.en, count)).collect(),
            ..Self::default()
        };
        outcome.spans(tally.span_ns.map(|(first, last)| (us(first), us(last))));
        outcome
    }

    fn spans(&mut self, span: Option<(Moment, Moment)>) {
        self.span = span;
        self.first = span.map(|(first, _)| first.rfc3339());
        self.last = span.map(|(_, last)| last.rfc3339());
    }

    /// Adds what became of another capture.
    pub fn add(&mut self, other: Self) {
        self.packets += other.packets;
        self.stored += other.stored;
        self.not_ip += other.not_ip;
        self.truncated += other.truncated;
        self.malformed += other.malformed;
        self.bytes += other.bytes;
        self.already_seen += other.already_seen;
        for (reason, count) in other.malformed_reasons {
            *self.malformed_reasons.entry(reason).or_default() += count;
        }
        self.reasons.extend(other.reasons);
        let both = match (self.span, other.span) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
        self.spans(both);
    }
}

/// Is told how far an import is.
pub trait Progress: Send {
    /// A file of so many bytes begins.
    fn begins(&mut self, name: &str, size_bytes: u64);
    /// So many of its bytes were read.
    fn reached(&mut self, bytes: u64);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begins(&mut self, _: &str, _: u64) {}
    fn reached(&mut self, _: u64) {}
}

/// Imports the capture at `path` as what the sensor `name` saw; an unknown sensor is registered. The sensor watched from the first packet
/// to the last. The same bytes for the same sensor again change nothing.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when the file is no capture, or the name is none; [`ObservationError::File`] when
/// it cannot be read; when packets or records cannot be kept. Then nothing of the capture is.
pub async fn import(place: &Observatory, actor: &Actor, name: &str, path: &Path, progress: Box<dyn Progress>) -> Result<Outcome, ObservationError> {
    actor.must_can(Action::ImportPackets)?;
    let sensor = sensor(place, actor, name).await?;
    let manifest = files::manifest(&place.ledger, i64::MIN).await?;
    let (folder, file, number, geography) = (place.folder.clone(), path.to_owned(), u32::try_from(sensor.number).unwrap_or(u32::MAX), place.geography.clone());
    #[expect(clippy::disallowed_methods, reason = "compared with the times of files, which the machine's clock gave them")]
    let now = SystemTime::now();
    let read = tokio::task::spawn_blocking(move || {
        folder.sweep(&manifest, now, GRACE)?;
        Reading::new(folder, number, geography, latest_ns(now)).all(&file, progress)
    });
    let read = read.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    keep(place, actor, &sensor, path, read).await
}

/// The sensor of a name, registered when it is new.
async fn sensor(place: &Observatory, actor: &Actor, name: &str) -> Result<Sensor, ObservationError> {
    let name = checked_name(name)?;
    let work = place.ledger.begin().await?;
    work.lock("observation.sensor").await?;
    if let Some(known) = sensors::named(&work, name).await? {
        return Ok(known);
    }
    let sensor = sensors::insert(&work, name).await?;
    let entry = Entry { action: "observation.register", subject_kind: "sensor", subject_id: sensor.id, detail: &json!({ "name": name }) };
    work.record(actor, entry).await?;
    work.commit().await?;
    Ok(sensor)
}

/// Names what was read in the database, and publishes its files.
async fn keep(place: &Observatory, actor: &Actor, sensor: &Sensor, path: &Path, read: Staged) -> Result<Outcome, ObservationError> {
    let Staged { outcome, files: written, sha256 } = read;
    let shown = printable(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(), 200);
    let work = place.ledger.begin().await?;
    work.lock("observation.capture").await?;
    if captures::is_known(&work, sensor.id, &sha256).await? {
        work.undo().await?;
        each(place, written, Folder::discard).await?;
        return Ok(Outcome { already_seen: 1, ..Outcome::default() });
    }
    let id = work.take_id().await?;
    captures::insert(&work, id, sensor.id, &shown, &sha256, &outcome).await?;
    if let Some((first, last)) = outcome.span {
        sensors::insert_watch(&work, Watch { sensor: sensor.id, from: first.0, to: last.0 + 1 }).await?;
    }
    files::insert(&work, id, &written).await?;
    let detail = json!({ "sensor": sensor.name, "name": shown, "sha256": sha256, "packets": outcome.packets, "stored": outcome.stored });
    work.record(actor, Entry { action: "observation.import", subject_kind: "capture", subject_id: id, detail: &detail }).await?;
    work.commit().await?;
    // What counts is read where it lies until it is published; after a crash the next sweep does it.
    each(place, written, Folder::publish).await?;
    Ok(outcome)
}

/// What reading a capture gave: its packets lie in staged files.
struct Staged {
    outcome: Outcome,
    files: Vec<(FileName, Written)>,
    sha256: String,
}

/// A capture that is being read.
struct Reading {
    staging: Staging,
    sensor: u32,
    geography: Arc<Geography>,
    tally: Tally,
    /// What is later than this was not seen yet.
    latest_ns: i64,
}

/// A day from now: so far a clock may be ahead that wrote a capture.
fn latest_ns(now: SystemTime) -> i64 {
    const AHEAD: Duration = Duration::from_secs(86_400);
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from((since + AHEAD).as_nanos()).unwrap_or(i64::MAX)
}

impl Reading {
    fn new(folder: Folder, sensor: u32, geography: Arc<Geography>, latest_ns: i64) -> Self {
        Self { staging: Staging::new(folder, geography.edition()), sensor, geography, tally: Tally::default(), latest_ns }
    }

    fn all(mut self, path: &Path, mut progress: Box<dyn Progress>) -> Result<Staged, ObservationError> {
        let cannot = |source| ObservationError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(cannot)?;
        let size = file.metadata().map_err(cannot)?.len();
        let shown = printable(&path.to_string_lossy(), 300);
        progress.begins(&shown, size);
        let mut source = Hashing { source: file, hash: Sha256::new() };
        let broken = match self.frames(&mut source, progress.as_mut()) {
            Ok(()) => None,
            // Nothing at all could be read: then it is no capture, and the file stays the person's.
            Err(Stop::Broken(broken)) if self.tally.frames() == 0 => return Err(ObservationError::Refused(refused(&shown, &broken))),
            Err(Stop::Broken(broken)) => Some(broken),
            Err(Stop::Failed(error)) => return self.give_up(error),
        };
        // Of what stands behind a break the digest is taken, too: the file is told again by all its bytes.
        if let Err(error) = io::copy(&mut source, &mut io::sink()) {
            return self.give_up(cannot(error));
        }
        let mut outcome = Outcome::of(&self.tally);
        outcome.reasons.extend(broken.map(|broken| SetAside { input: shown, r#where: broken.place().en, reason: broken.reason.text.en, rows: 1 }));
        Ok(Staged { outcome, files: self.staging.finish()?, sha256: hex::encode(source.hash.finalize()) })
    }

    fn frames(&mut self, source: &mut Hashing, progress: &mut dyn Progress) -> Result<(), Stop> {
        let mut capture = CaptureFile::open(source, Limits::default()).map_err(Stop::Broken)?;
        loop {
            let read = capture.source_bytes();
            let Some(frame) = capture.next_frame().map_err(Stop::Broken)? else { return Ok(()) };
            let is_ahead = frame.at_ns.is_some_and(|at| at > self.latest_ns);
            let outcome = if is_ahead { Err(NoRecord::Malformed(Malformed::Time)) } else { packet::decode(&frame) };
            self.tally.add(&frame, &outcome);
            if let Ok(packet) = outcome {
                self.staging.take(&stored(&packet.into(), self.sensor, &self.geography)).map_err(Stop::Failed)?;
            }
            if self.tally.frames().is_multiple_of(FRAMES_PER_STEP) {
                progress.reached(read);
            }
        }
    }

    /// Takes away what was staged.
    fn give_up<T>(mut self, error: ObservationError) -> Result<T, ObservationError> {
        self.staging.give_up();
        Err(error)
    }
}

enum Stop {
    Broken(Broken),
    Failed(ObservationError),
}

/// Takes the digest of what passes.
struct Hashing {
    source: File,
    hash: Sha256,
}

impl Read for Hashing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        self.hash.update(into.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn refused(input: &str, broken: &Broken) -> Reason {
    let (at, why) = (broken.place(), &broken.reason.text);
    Reason::new("capture-broken", format!("{input}（{}）: {}", at.ja, why.ja), format!("{input}: {}: {}", at.en, why.en))
}
