use super::{Category, Format, Target, TargetKind, Told, nothing_named, told};
use noroshi_feeds::{
    digest,
    finding::Finding,
    iodef,
    mapping::{CsvReader, JsonReader},
    phishurl::{PhishUrl, PhishUrlReader},
    problem::Problem,
    shadowserver::{ReportType, Schema, ShadowserverReader},
    time, xarf,
};
use noroshi_kernel::{
    access::Label,
    id::CorrespondenceId,
    language::Bilingual,
    moment::{Moment, Zone},
    reason::Reason,
};
use noroshi_mailroom::mapping::{self, Saved};
use noroshi_post::archive;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    sync::Arc,
};
use tokio::sync::mpsc;

/// Rows that are taken in one unit of work: enough that its commit does not count, few enough that others get their turn.
const ROWS_PER_PART: usize = 4_000;

/// A row or a letter that was read.
pub(super) struct Read {
    pub(super) row: Row,
    /// What it tells, or the place and the reason why that cannot be known. A letter may tell nothing.
    pub(super) content: Result<Vec<Told>, Fault>,
    /// Parts of a letter that could not be read, though others could.
    pub(super) beside: Vec<Fault>,
}

/// A place, and the reason why it could not be read.
pub(super) type Fault = (Bilingual, Reason);

/// Where a row or a letter stands, and by what it is known again.
pub(super) struct Row {
    /// The correspondence that it came in, when that is not the whole delivery: a letter is one of its own.
    pub(super) letter: Option<CorrespondenceId>,
    /// What it is called, when that is not the delivery's name.
    pub(super) name: Option<String>,
    /// The line at which it begins, from 1.
    pub(super) line: Option<u64>,
    pub(super) offset: u64,
    pub(super) length: u64,
    /// Tells the same row again: the format, the bytes, and which copy of them in its file it is. A letter is told by its bytes.
    pub(super) key: [u8; 16],
    /// The reporter's top-level domain with its dot.
    pub(super) reporter_tld: Option<String>,
}

impl Row {
    /// The file of an archive that it stands in.
    pub(super) fn file(&self) -> Option<&str> {
        self.name.as_deref().filter(|_| self.letter.is_none())
    }
}

/// Counts the copies of each row in a file. A row is remembered by 64 bits of its hash: should two rows share them, one is
/// numbered as the other's next copy, this time and every time, which harms nothing.
#[derive(Default)]
struct Copies {
    once: HashSet<u64>,
    again: HashMap<u64, u32>,
}

impl Copies {
    fn number(&mut self, hash: [u8; 16]) -> u32 {
        let short = hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        if self.once.insert(short) {
            return 1;
        }
        let copies = self.again.entry(short).or_insert(1);
        *copies += 1;
        *copies
    }
}

/// How the rows of a delivery are read.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) format: Format,
    /// The mapping, which CSV and JSON cannot do without.
    pub(super) mapping: Option<Saved>,
    /// Shadowserver's own schema, if the team has one.
    pub(super) schema: Option<Arc<Schema>>,
}

/// When a delivery came in, and which time its rows may tell at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// What tells no time of its own was reported then.
    pub(super) received: Moment,
    /// A feed's clock may run ahead of ours by a zone, not by more.
    pub(super) latest: Moment,
}

/// Reads rows in a thread of their own, a few parts ahead.
pub(super) fn start(way: Way, name: String, source: File, times: Times) -> mpsc::Receiver<io::Result<Vec<Read>>> {
    let (sender, receiver) = mpsc::channel(2);
    let source = BufReader::with_capacity(256 * 1024, source);
    tokio::task::spawn_blocking(move || {
        let mut rows = match rows(&way, &name, source, times) {
            Ok(rows) => rows,
            Err(error) => {
                let _ = sender.blocking_send(Err(error));
                return;
            }
        };
        loop {
            let part = rows.by_ref().take(ROWS_PER_PART).collect::<io::Result<Vec<_>>>();
            let last = !matches!(&part, Ok(part) if !part.is_empty());
            if part.as_ref().is_ok_and(Vec::is_empty) || sender.blocking_send(part).is_err() || last {
                return;
            }
        }
    });
    receiver
}

type Rows = Box<dyn Iterator<Item = io::Result<Read>>>;

fn rows(way: &Way, name: &str, mut source: BufReader<File>, Times { received: now, latest }: Times) -> io::Result<Rows> {
    let format = way.format;
    Ok(match format {
        Format::PhishUrl => {
            // The list is published in Japan time, whatever the team's own zone is.
            let japan = Zone::named("Asia/Tokyo").map_err(io::Error::other)?;
            let mut keys = Keys::of(format);
            Box::new(PhishUrlReader::new(source, &japan, latest).map(move |row| {
                let row = row?;
                Ok(keys.read(row.line, (row.offset, row.length), row.raw_hash, row.content.map(|row| vec![phishing(row)])))
            }))
        }
        Format::Shadowserver if archive::is_zip(source.fill_buf()?) => {
            let mut bytes = Vec::new();
            source.take(archive::MOST_BYTES as u64).read_to_end(&mut bytes)?;
            zipped(&bytes, way.schema.as_ref(), latest)
        }
        Format::Shadowserver => Box::new(shadowserver(source, name, way.schema.clone(), latest)),
        Format::Xarf => {
            let mut keys = Keys::of(format);
            Box::new(xarf::Reports::new(source)?.map(move |entry| {
                let entry = entry?;
                let told = entry.content.and_then(|report| one(report.finding, latest, now, entry.line));
                Ok(keys.read(entry.line, (entry.offset, entry.length), entry.raw_hash, told))
            }))
        }
        Format::Iodef => {
            let mut bytes = Vec::new();
            source.take(IODEF_MOST_BYTES).read_to_end(&mut bytes)?;
            iodefs(&bytes, latest, now)
        }
        Format::Csv | Format::Json => way.mapping.as_ref().map_or_else(|| Box::new(std::iter::empty()) as Rows, |saved| mapped(saved, source, latest, now)),
        // Letters come another way; none of them is a table.
        Format::Eml | Format::Mbox | Format::Maildir => Box::new(std::iter::empty()),
    })
}

/// The most bytes of an IODEF document.
const IODEF_MOST_BYTES: u64 = 64 << 20;

/// Gives rows the keys by which they are known again.
struct Keys {
    /// What is read in two ways is two things.
    way: Vec<u8>,
    copies: Copies,
}

impl Keys {
    fn of(format: Format) -> Self {
        Self { way: format.key().as_bytes().to_vec(), copies: Copies::default() }
    }

    /// For rows that a mapping reads. A mapping that is mended reads the same rows.
    fn mapped(name: &str) -> Self {
        Self { way: format!("mapping {name} ").into_bytes(), copies: Copies::default() }
    }

    fn read(&mut self, line: u64, (offset, length): (u64, u64), raw_hash: [u8; 16], content: Result<Vec<Told>, Problem>) -> Read {
        let mut key = self.way.clone();
        key.extend(raw_hash);
        key.extend(self.copies.number(raw_hash).to_be_bytes());
        let content = content.map_err(|problem| (problem.place(), problem.reason));
        let row = Row { letter: None, name: None, line: Some(line), offset, length, key: digest::of(&key), reporter_tld: None };
        Read { row, content, beside: Vec::new() }
    }
}

/// A row that reports one thing at its own time.
fn one(finding: Finding, latest: Moment, now: Moment, line: u64) -> Result<Vec<Told>, Problem> {
    let at = finding.at.unwrap_or(now);
    let read = if at > latest { Err(time::in_future(&at.rfc3339())) } else { told(finding, at) };
    read.map(|told| vec![told]).map_err(|reason| Problem { line, column: None, reason })
}

fn shadowserver<R: io::Read>(source: R, name: &str, schema: Option<Arc<Schema>>, latest: Moment) -> impl Iterator<Item = io::Result<Read>> + use<R> {
    let mut keys = Keys::of(Format::Shadowserver);
    ShadowserverReader::by(schema, source, ReportType::of_file_name(name), latest).map(move |row| {
        let row = row?;
        let told = row.content.and_then(|finding| one(finding, latest, latest, row.line));
        Ok(keys.read(row.line, (row.offset, row.length), row.raw_hash, told))
    })
}

/// Rows that a mapping reads.
fn mapped(saved: &Saved, source: BufReader<File>, latest: Moment, now: Moment) -> Rows {
    type Findings = Box<dyn Iterator<Item = io::Result<noroshi_feeds::row::Row>>>;
    let mut keys = Keys::mapped(&saved.name);
    let opened = match saved.format {
        mapping::Format::Csv => CsvReader::new(source, &saved.definition, latest).map(|rows| Box::new(rows) as Findings),
        mapping::Format::Json => JsonReader::new(source, &saved.definition, latest).map(|rows| Box::new(rows) as Findings),
    };
    match opened {
        Ok(rows) => Box::new(rows.map(move |row| {
            let row = row?;
            let told = row.content.and_then(|finding| one(finding, latest, now, row.line));
            Ok(keys.read(row.line, (row.offset, row.length), row.raw_hash, told))
        })),
        // It was looked at when it was saved; the zones that this machine knows may be others.
        Err(reason) => {
            let hash = digest::of(reason.key.as_bytes());
            Box::new(std::iter::once(Ok(keys.read(1, (0, 0), hash, Err(Problem { line: 1, column: None, reason })))))
        }
    }
}

/// The tables of an archive, one behind the other. Places are those of the table; the bytes are the archive's.
fn zipped(bytes: &[u8], schema: Option<&Arc<Schema>>, latest: Moment) -> Rows {
    let schema = schema.cloned();
    let whole = bytes.len() as u64;
    let refused = move |reason: Reason| {
        let mut keys = Keys::of(Format::Shadowserver);
        keys.read(1, (0, whole), digest::of(reason.key.as_bytes()), Err(Problem { line: 1, column: None, reason }))
    };
    match archive::unpack(bytes, archive::MOST_BYTES) {
        Ok(unpacked) => {
            let left_out: Vec<_> = unpacked.left_out.into_iter().map(|reason| Ok(refused(reason))).collect();
            let tables = unpacked.files.into_iter().flat_map(move |file| {
                let rows = shadowserver(io::Cursor::new(file.bytes), &file.name, schema.clone(), latest);
                let name = file.name;
                rows.map(move |read| {
                    let read = read?;
                    Ok(Read { row: Row { offset: 0, length: whole, name: Some(name.clone()), ..read.row }, ..read })
                })
            });
            Box::new(left_out.into_iter().chain(tables))
        }
        Err(reason) => Box::new(std::iter::once(Ok(refused(reason)))),
    }
}

fn iodefs(bytes: &[u8], latest: Moment, now: Moment) -> Rows {
    let whole = (0, bytes.len() as u64);
    let mut keys = Keys::of(Format::Iodef);
    let hash = digest::of(bytes);
    let rows: Vec<_> = match iodef::read(bytes) {
        Ok(incidents) => incidents
            .into_iter()
            .map(|incident| {
                let at = incident.reported_at.unwrap_or(now);
                let told: Result<Vec<_>, _> = incident.findings.into_iter().map(|finding| told(finding, at.min(latest))).collect();
                let told = told.and_then(|told| if told.is_empty() { Err(nothing_named()) } else { Ok(told) });
                keys.read(1, whole, hash, told.map_err(|reason| Problem { line: 1, column: None, reason }))
            })
            .collect(),
        Err(reason) => vec![keys.read(1, whole, hash, Err(Problem { line: 1, column: None, reason }))],
    };
    Box::new(rows.into_iter().map(Ok))
}

fn phishing(row: PhishUrl) -> Told {
    let site = row.canonical.host.as_ref().map(ToString::to_string);
    Told {
        at: row.at,
        seen_at: None,
        category: Category::Phishing,
        rsit: Cow::Borrowed(Category::Phishing.rsit()),
        addresses: row.canonical.address.iter().map(ToString::to_string).collect(),
        ports: Vec::new(),
        target: Target { kind: TargetKind::Url, text: row.canonical.url },
        brand: row.brand,
        site,
        label: Label::default(),
    }
}
