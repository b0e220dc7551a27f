//! Captures in place of an interface: packets keep their times, and the clock is theirs.

use super::{Options, Post, RunError};
use crate::recording::{Passed, Watch};
use noroshi_telescope::{
    batch::Clocks,
    capture::{CaptureFile, Limits},
};
use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// The time of a capture: that of its latest packet.
#[derive(Default)]
struct Told {
    first_us: Option<i64>,
    last_us: i64,
}

impl Told {
    fn hear(&mut self, at_ns: Option<i64>) {
        let Some(at_ns) = at_ns else { return };
        // No packet is later than the end of its batch.
        let at_us = at_ns.div_euclid(1_000).saturating_add(1);
        self.last_us = if self.first_us.is_some() { self.last_us.max(at_us) } else { at_us };
        self.first_us.get_or_insert(at_ns.div_euclid(1_000));
    }

    fn begin(&self) -> Clocks {
        Clocks { wall_us: self.first_us.unwrap_or_default(), monotonic_us: 0 }
    }

    fn now(&self) -> Clocks {
        let elapsed = self.last_us.saturating_sub(self.first_us.unwrap_or(self.last_us));
        Clocks { wall_us: self.last_us, monotonic_us: u64::try_from(elapsed).unwrap_or(0) }
    }
}

pub(super) fn record(files: &[PathBuf], options: &Options, post: &Post<'_>) -> Result<(), RunError> {
    files.iter().try_for_each(|file| one(file, options, post))
}

/// Each capture was watched by itself: between two nobody watched.
fn one(path: &Path, options: &Options, post: &Post<'_>) -> Result<(), RunError> {
    let file = File::open(path).map_err(|error| RunError::File(path.to_owned(), error))?;
    let mut capture = CaptureFile::open(file, Limits::default()).map_err(|broken| RunError::Source(broken.reason))?;
    let mut told = Told::default();
    let mut watch: Option<Watch> = None;
    let passed = Passed::default();
    let broken = loop {
        if post.is_over() {
            break None;
        }
        match capture.next_frame() {
            Ok(Some(frame)) => {
                told.hear(frame.at_ns);
                let watch = watch.get_or_insert_with(|| Watch::begin(options.recording, options.closing, told.begin()));
                if watch.frame(&frame) {
                    post.hand_over(watch.close(told.now(), passed)?)?;
                }
            }
            Ok(None) => break None,
            Err(broken) => break Some(broken),
        }
    };
    if let Some(span) = watch.map(|mut watch| watch.finish(told.now(), passed)).transpose()?.flatten() {
        post.hand_over(span)?;
    }
    broken.map_or(Ok(()), |broken| Err(RunError::Source(broken.reason)))
}
