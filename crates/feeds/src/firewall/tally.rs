//! A log, counted line by line.

use super::{Format, Line, Reader, Target};
use std::collections::{BTreeSet, HashMap};

/// The longest line that is read, in bytes.
pub const MOST_LINE_BYTES: usize = 16 << 10;
/// So many lines are read before it is asked whether to go on.
const LINES_AT_ONCE: u64 = 4_096;
/// The most packets that one line may tell of: more is no count.
const MOST_TIMES: u64 = 1_000_000_000;

/// How much of a log is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most lines.
    pub lines: u64,
}

impl Default for Limits {
    /// More than what 16 MiB of the shortest lines hold.
    fn default() -> Self {
        Self { lines: 1_000_000 }
    }
}

/// Why reading ended before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// There are more lines than are read.
    Lines,
    /// It took too long.
    Time,
}

/// What a log tells. Every line that is not empty is in exactly one of the numbers of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets by where they were sent.
    pub targets: HashMap<Target, u64>,
    /// Lines that tell of packets that came unasked.
    pub counted: u64,
    /// Lines of packets that were let through, or went out.
    pub passed: u64,
    /// Lines of TCP packets that begin no connection.
    pub answers: u64,
    /// Lines that tell of no packet: heads, remarks, other messages.
    pub remarks: u64,
    /// Lines that cannot be read, and lines of no format.
    pub unread: u64,
    /// The number of the first of them, from 1.
    pub first_unread: Option<u64>,
    /// The formats in which lines were counted.
    pub formats: BTreeSet<Format>,
    /// Why there is more that was not read.
    pub stopped: Option<Stopped>,
}

impl Tally {
    /// All packets that came unasked.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.targets.values().sum()
    }
}

/// Counts a log; `goes_on` is asked now and then whether there is time left.
///
/// ```
/// use noroshi_feeds::firewall::{Limits, Target, read};
/// let log = "Mar  1 09:00:00 fw kernel: DROP IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 PROTO=TCP SPT=40000 DPT=445 SYN URGP=0\nhello\n";
/// let tally = read(log.as_bytes(), Limits::default(), &mut || true);
/// assert_eq!(tally.targets[&Target { protocol: 6, number: Some(445) }], 1);
/// assert_eq!((tally.unread, tally.first_unread), (1, Some(2)));
/// ```
pub fn read(log: &[u8], limits: Limits, goes_on: &mut dyn FnMut() -> bool) -> Tally {
    let mut tally = Tally::default();
    let mut reader = Reader::default();
    let log = log.strip_prefix(b"\xef\xbb\xbf").unwrap_or(log);
    for (number, line) in (1_u64..).zip(log.split(|byte| *byte == b'\n')) {
        if number > limits.lines {
            tally.stopped = (!line.is_empty()).then_some(Stopped::Lines);
            return tally;
        }
        if number % LINES_AT_ONCE == 0 && !goes_on() {
            tally.stopped = Some(Stopped::Time);
            return tally;
        }
        let line = line.trim_ascii();
        if !line.is_empty() {
            tally.add(number, &mut reader, line);
        }
    }
    tally
}

impl Tally {
    fn add(&mut self, number: u64, reader: &mut Reader, line: &[u8]) {
        let text = if line.len() > MOST_LINE_BYTES { None } else { Some(String::from_utf8_lossy(line)) };
        let read = text.as_deref().and_then(|text| reader.line(text));
        match read {
            Some((format, Line::Came(target, times))) if times <= MOST_TIMES => {
                let count = self.targets.entry(target).or_default();
                *count = count.saturating_add(times);
                self.counted += 1;
                self.formats.insert(format);
            }
            Some((_, Line::Passed)) => self.passed += 1,
            Some((_, Line::Answer)) => self.answers += 1,
            Some((_, Line::Nothing)) => self.remarks += 1,
            // A line that begins with a number sign is a remark everywhere.
            None if line.first() == Some(&b'#') => self.remarks += 1,
            Some((_, Line::Came(..) | Line::Broken)) | None => {
                self.unread += 1;
                self.first_unread.get_or_insert(number);
            }
        }
    }
}
