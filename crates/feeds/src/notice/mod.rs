//! Abuse notices in prose: what programs at other teams, blocklists and rights holders write into mails, in lines of
//! `Label: value` or in lists of addresses under a heading.
//!
//! It reads by what the labels mean, not by who sent it: a sender of whom nobody here has heard is understood as well.

mod draft;
mod label;
mod lines;
mod markup;
mod own;
mod sentence;
mod table;
mod when;
mod zone;

pub use crate::words::rsit_of_text as rsit_of;
pub use when::time;
pub(crate) use when::zoned as zoned_time;

use crate::{finding::Finding, words::rsit_of_text};
use lines::About;
use noroshi_kernel::moment::Moment;
use sentence::Whole;

/// Reads a notice: the findings that its labelled lines, tables and lists tell, in its order; where it has none, whom its sentences say
/// that something came from, when it is a report of something at all. `subject` helps to tell what kind of thing it is about; `sent` is when
/// it was sent, for logs that tell no year.
///
/// A text without facts gives none: nobody should guess from a conversation. Nor does what an answer quotes, or a labelled address in
/// a letter that speaks of no incident.
///
/// ```
/// use noroshi_feeds::notice;
/// let found = notice::read("Abuse report: SSH brute force", "Offending IP: 192.0.2.7\n - Time: 2015-05-15 17:03:11-07:00\n - Port: 22\n", None);
/// assert_eq!(found[0].addresses[0].to_string(), "192.0.2.7");
/// assert_eq!(found[0].at.map(|at| at.rfc3339()).as_deref(), Some("2015-05-16T00:03:11Z"));
/// ```
#[must_use]
pub fn read(subject: &str, text: &str, sent: Option<Moment>) -> Vec<Finding> {
    let own = own::text(subject, text);
    let mut findings = lines::read(&own, &About::of(subject, &own));
    let kind = rsit_of_text(subject).or_else(|| rsit_of_text(text));
    let whole = Whole { subject, text, zone: sentence::zone_of(text), sent };
    if let Some(kind) = kind.filter(|_| findings.is_empty()) {
        findings = whole.named(kind);
    }
    whole.complete(&mut findings);
    findings
}

/// Reads what the labelled lines, tables and lists of a text tell, and nothing of its sentences: of files that come with a notice, and of
/// notices that somebody passed on, which may as well be what deceived him.
#[must_use]
pub fn labelled(subject: &str, text: &str) -> Vec<Finding> {
    lines::read(text, &About::of(subject, text))
}

/// Whether a text begins with the names of a table's columns, of which one says whom it is about.
#[must_use]
pub fn is_table(text: &str) -> bool {
    text.lines().next().is_some_and(|line| table::Table::begin(line.trim_start_matches('\u{feff}')).is_some())
}

#[cfg(test)]
mod tests;
