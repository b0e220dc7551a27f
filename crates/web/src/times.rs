//! A moment as a page shows it.

use crate::words::Words;
use noroshi_kernel::moment::{Moment, Zone};

/// A moment in the team's zone, with how long ago it was.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    /// For machines: RFC 3339.
    pub(crate) machine: String,
    /// `2013-10-01`
    pub(crate) day: String,
    /// `09:12`
    pub(crate) minute: String,
    /// `3 日前`
    pub(crate) ago: String,
}

impl Time {
    pub(crate) fn of(at: Moment, now: Moment, zone: &Zone, words: Words) -> Self {
        let shown = zone.minute(at);
        let (day, minute) = shown.split_once(' ').unwrap_or((&shown, ""));
        Self { machine: at.rfc3339(), day: day.into(), minute: minute.into(), ago: words.ago(now, at) }
    }

    /// `2013-10-01 09:12`
    pub(crate) fn shown(&self) -> String {
        format!("{} {}", self.day, self.minute)
    }
}
