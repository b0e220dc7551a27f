use super::{Category, Format, Told, url_target};
use noroshi_feeds::{
    digest,
    phishurl::{PhishUrl, PhishUrlReader},
};
use noroshi_kernel::{
    language::Bilingual,
    moment::{Moment, Zone},
    reason::Reason,
};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{self, BufReader},
};
use tokio::sync::mpsc;

/// Rows that are taken in one unit of work: enough that its commit does not count, few enough that others get their turn.
const ROWS_PER_PART: usize = 4_000;

/// A row that was read.
pub(super) struct Read {
    /// The line at which it begins, from 1.
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) length: u64,
    /// Tells the same row again: the format, the bytes, and which copy of them in its file it is.
    pub(super) key: [u8; 16],
    /// What it tells, or the place and the reason why that cannot be known.
    pub(super) content: Result<Told, (Bilingual, Reason)>,
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

/// Reads rows in a thread of their own, a few parts ahead.
pub(super) fn start(format: Format, source: File, latest: Moment) -> mpsc::Receiver<io::Result<Vec<Read>>> {
    let (sender, receiver) = mpsc::channel(2);
    let source = BufReader::with_capacity(256 * 1024, source);
    // The list is published in Japan time, whatever the team's own zone is.
    let japan = Zone::named("Asia/Tokyo");
    tokio::task::spawn_blocking(move || {
        let mut rows = match (format, japan) {
            (Format::PhishUrl, Ok(japan)) => phishurl(PhishUrlReader::new(source, &japan, latest)),
            (Format::PhishUrl, Err(error)) => {
                let _ = sender.blocking_send(Err(io::Error::other(error)));
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

fn phishurl(reader: PhishUrlReader<BufReader<File>>) -> impl Iterator<Item = io::Result<Read>> {
    let mut copies = Copies::default();
    reader.map(move |row| {
        let row = row?;
        let mut key = b"phishurl".to_vec();
        key.extend(row.raw_hash);
        key.extend(copies.number(row.raw_hash).to_be_bytes());
        let content = row.content.map(phishing).map_err(|problem| (problem.place(), problem.reason));
        Ok(Read { line: row.line, offset: row.offset, length: row.length, key: digest::of(&key), content })
    })
}

fn phishing(row: PhishUrl) -> Told {
    let site = row.canonical.host.as_ref().map(ToString::to_string);
    Told {
        at: row.at,
        category: Category::Phishing,
        addresses: row.canonical.address.iter().map(ToString::to_string).collect(),
        target: url_target(row.canonical.url),
        brand: row.brand,
        site,
    }
}
