//! Frames become batches: what is recorded, what is counted, and when a batch is closed. Asks no clock and no disk.

use crate::clock::{jumped, unset};
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use noroshi_telescope::{
    batch::{Clocks, Counts, Gap, GapReason, Recorder, Recording},
    capture::Frame,
    packet::{NoRecord, decode},
};
use std::time::Duration;

/// The most packets of a batch.
pub const MOST_PACKETS: usize = 16_384;

/// When a batch is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// With so many packets.
    pub packets: usize,
    /// After so long, when it holds packets.
    pub after: Duration,
    /// After so long, when it holds none.
    pub heartbeat: Duration,
}

impl Default for Closing {
    fn default() -> Self {
        Self { packets: MOST_PACKETS, after: Duration::from_secs(10), heartbeat: Duration::from_secs(60) }
    }
}

/// A span of watching that is over: all of a batch but what the ring adds.
#[derive(Debug)]
pub struct Span {
    /// When it was begun.
    pub opened: Clocks,
    /// When it ended.
    pub closed: Clocks,
    /// What became of its frames.
    pub counts: Counts,
    /// What was not watched before it.
    pub gaps: Vec<Gap>,
    /// Its packets.
    pub packets: RecordBatch,
}

/// What the system counted since it was first asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Frames that were left out.
    pub left_out: u64,
    /// Frames that the kernel dropped.
    pub kernel_drops: u64,
}

/// Records what one interface sees.
#[derive(Debug)]
pub struct Watch {
    recorder: Recorder,
    closing: Closing,
    opened: Clocks,
    looked: Clocks,
    counts: Counts,
    /// What the system had counted when this span was begun.
    passed: Passed,
    gaps: Vec<Gap>,
    /// Nothing is watched since then: the interface is down.
    down: Option<Clocks>,
}

impl Watch {
    /// Begins to watch.
    #[must_use]
    pub fn begin(recording: Recording, closing: Closing, now: Clocks) -> Self {
        let recorder = Recorder::new(recording, closing.packets);
        Self { recorder, closing, opened: now, looked: now, counts: Counts::default(), passed: Passed::default(), gaps: Vec::new(), down: None }
    }

    /// Records or counts a frame. Whether the batch is full: then it is [closed](Self::close) before the next.
    #[must_use = "a full batch takes no more packets"]
    pub fn frame(&mut self, frame: &Frame<'_>) -> bool {
        match decode(frame) {
            Ok(packet) => {
                if self.recorder.push(&packet).is_ok() {
                    self.counts.kept += 1;
                }
            }
            Err(NoRecord::NotIp) => self.counts.not_ip += 1,
            Err(NoRecord::Truncated) => self.counts.truncated += 1,
            Err(NoRecord::Malformed(why)) => *self.counts.malformed.entry(why.reason().key.into_owned()).or_default() += 1,
        }
        self.recorder.len() >= self.closing.packets
    }

    /// Looks at the clocks; gives the span that is over, for its time has come or because the clock was set.
    ///
    /// # Errors
    /// When the packets cannot be put together, which is a defect.
    pub fn look(&mut self, now: Clocks, passed: Passed) -> Result<Option<Span>, ArrowError> {
        if self.down.is_some() {
            self.looked = now;
            return Ok(None);
        }
        if jumped(self.looked, now) {
            // The old span ends by its own clock; the new one begins by the new.
            let span = self.end(unset(self.opened, now), passed)?;
            self.open(now, passed);
            return Ok(Some(span));
        }
        self.looked = now;
        let most = if self.recorder.is_empty() { self.closing.heartbeat } else { self.closing.after };
        let lasted = Duration::from_micros(now.monotonic_us.saturating_sub(self.opened.monotonic_us));
        if lasted >= most { self.close(now, passed).map(Some) } else { Ok(None) }
    }

    /// Ends the span; the next begins at once.
    ///
    /// # Errors
    /// As [`look`](Self::look).
    pub fn close(&mut self, now: Clocks, passed: Passed) -> Result<Span, ArrowError> {
        // What still came after the interface went down was seen before.
        let now = self.down.unwrap_or(now);
        let closed = if jumped(self.looked, now) { unset(self.opened, now) } else { self.forward(now) };
        let span = self.end(closed, passed)?;
        self.open(now, passed);
        Ok(span)
    }

    /// Ends watching; gives the last span, unless nothing was watched.
    ///
    /// # Errors
    /// As [`look`](Self::look).
    pub fn finish(&mut self, now: Clocks, passed: Passed) -> Result<Option<Span>, ArrowError> {
        let no_time = self.opened.monotonic_us == now.monotonic_us && self.counts == Counts::default() && self.gaps.is_empty();
        if self.recorder.is_empty() && (self.down.is_some() || no_time) { Ok(None) } else { self.close(now, passed).map(Some) }
    }

    /// The interface went down: the span is over, and the next begins when it is back.
    ///
    /// # Errors
    /// As [`look`](Self::look).
    pub fn down(&mut self, now: Clocks, passed: Passed) -> Result<Option<Span>, ArrowError> {
        if self.down.is_some() {
            return Ok(None);
        }
        let span = self.close(now, passed)?;
        self.down = Some(now);
        Ok(Some(span))
    }

    /// The interface is back.
    pub fn up(&mut self, now: Clocks, passed: Passed) {
        if let Some(since) = self.down.take() {
            // By the clock of when it went down, so that a clock that was set meanwhile does not turn the gap around.
            let from_us = since.wall_us.min(now.wall_us);
            self.open(now, passed);
            self.gaps.push(Gap { reason: GapReason::InterfaceDown, from_us, to_us: now.wall_us, packets: None, batches: None });
        }
    }

    /// Whether the interface is down.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.down.is_some()
    }

    /// How long nothing will be due.
    #[must_use]
    pub fn due_in(&self, now: Clocks) -> Duration {
        let most = if self.recorder.is_empty() { self.closing.heartbeat } else { self.closing.after };
        most.saturating_sub(Duration::from_micros(now.monotonic_us.saturating_sub(self.opened.monotonic_us)))
    }

    /// A clock that is slewed may show a little less than before; a span does not end before it begins.
    fn forward(&self, now: Clocks) -> Clocks {
        Clocks { wall_us: now.wall_us.max(self.opened.wall_us), monotonic_us: now.monotonic_us.max(self.opened.monotonic_us) }
    }

    fn open(&mut self, now: Clocks, passed: Passed) {
        self.opened = now;
        self.looked = now;
        self.passed = passed;
    }

    fn end(&mut self, closed: Clocks, passed: Passed) -> Result<Span, ArrowError> {
        let mut counts = std::mem::take(&mut self.counts);
        counts.left_out = passed.left_out.saturating_sub(self.passed.left_out);
        counts.kernel_drops = passed.kernel_drops.saturating_sub(self.passed.kernel_drops);
        Ok(Span { opened: self.opened, closed, counts, gaps: std::mem::take(&mut self.gaps), packets: self.recorder.take()? })
    }
}
