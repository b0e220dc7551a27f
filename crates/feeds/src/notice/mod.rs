//! Abuse notices in prose: what programs at other teams, blocklists and rights holders write into mails, in lines of
//! `Label: value` or in lists of addresses under a heading.
//!
//! It reads by what the labels mean, not by who sent it: a sender of whom nobody here has heard is understood as well.

mod calendar;
mod draft;
mod incident;
mod label;
mod lines;
mod markup;
mod matter;
mod own;
mod passage;
mod passed_on;
mod sentence;
mod table;
mod warning;
mod when;
mod width;
mod zone;

pub use crate::words::rsit_of_text as rsit_of;
pub use own::is_answer;
pub use passed_on::{called, forwarded, forwarded_at};
pub use when::time;
pub(crate) use when::zoned as zoned_time;

use crate::{finding::Finding, words::rsit_of_text};
use lines::About;
use noroshi_kernel::moment::Moment;
use sentence::Whole;

/// What the letter around a notice tells of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent {
    /// When it was sent: logs tell no year.
    pub at: Option<Moment>,
    /// How far its sender's clock is ahead of UTC, in minutes: the zone of the letter's `Date`.
    pub ahead_minutes: Option<i32>,
    /// Whether it came in a charset in which nobody but Japan writes.
    pub in_japanese: bool,
}

/// What a notice tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What it reports, in its order, at most [`MOST_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many more there were.
    pub left_out: usize,
    /// How many lines were not read, since they are too many or too long.
    pub unread_lines: usize,
}

/// The most findings of a notice.
pub const MOST_FINDINGS: usize = 20_000;
/// The most lines of a notice that are read.
const MOST_LINES: usize = 200_000;
/// The longest line that is read, in bytes.
const LINE_MOST_BYTES: usize = 32 << 10;

/// Reads a notice: the findings that its labelled lines, tables and lists tell, in its order; where it has none, whom its sentences say
/// that something came from, when it is a report of something at all. `subject` helps to tell what kind of thing it is about; `sent` tells
/// the year and the zone of times that name none.
///
/// A text without facts gives none: nobody should guess from a conversation. Nor does what an answer quotes, or a labelled
/// address beside which nothing tells of an incident, or what a letter names that announces a test.
///
/// ```
/// use noroshi_feeds::notice::{self, Sent};
/// let text = "Offending IP: 192.0.2.7\n - Time: 2015-05-15 17:03:11-07:00\n - Port: 22\n";
/// let told = notice::read("Abuse report: SSH brute force", text, &Sent::default());
/// assert_eq!(told.findings[0].addresses[0].to_string(), "192.0.2.7");
/// assert_eq!(told.findings[0].at.map(|at| at.rfc3339()).as_deref(), Some("2015-05-16T00:03:11Z"));
/// ```
#[must_use]
pub fn read(subject: &str, text: &str, sent: &Sent) -> Told {
    let text = &width::halved(text);
    let own = own::text(subject, text);
    let mut told = lines::read(&own, &About::of(subject, &own, sent), zone::of_letter(&own, sent));
    let kind = rsit_of_text(subject).or_else(|| rsit_of_text(text));
    let whole = Whole { subject, text, zone: zone::of_letter(text, sent), sent: sent.at };
    if let Some(kind) = kind.filter(|_| told.findings.is_empty()) {
        told = whole.named(kind);
    }
    whole.complete(&mut told.findings);
    told
}

/// Reads what the labelled lines, tables and lists of a text tell, and nothing of its sentences: of files that come with a notice, and of
/// notices that somebody passed on, which may as well be what deceived him.
#[must_use]
pub fn labelled(subject: &str, text: &str, sent: &Sent) -> Told {
    let text = &width::halved(text);
    lines::read(text, &About::of(subject, text, sent), zone::of_letter(text, sent))
}

/// Whether a text begins with the names of a table's columns, of which one says whom it is about.
#[must_use]
pub fn is_table(text: &str) -> bool {
    text.lines().next().is_some_and(|line| table::Table::begin(line.trim_start_matches('\u{feff}')).is_some())
}

#[cfg(test)]
mod tests;
