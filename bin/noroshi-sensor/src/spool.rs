//! Between who records and who sends: spans are sealed and kept in the ring, off the thread that must read the next frames.

use crate::{
    recording::Span,
    ring::{Kept, Ring},
    stopped::stopped,
};
use noroshi_telescope::batch::{BootId, Clocks, Counts, Header, Recorder, Recording, SensorId, SigningKey, seal};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// The program, as it names itself.
pub const SOFTWARE: &str = concat!("noroshi-sensor ", env!("CARGO_PKG_VERSION"));

/// What the threads of a sensor share.
#[derive(Debug)]
pub struct Spool {
    ring: Mutex<Ring>,
    clock_offset_us: Mutex<Option<i64>>,
    /// Told when a batch was kept.
    pub came: Notify,
}

impl Spool {
    /// Shares a ring.
    #[must_use]
    pub fn new(ring: Ring) -> Self {
        Self { ring: Mutex::new(ring), clock_offset_us: Mutex::new(None), came: Notify::new() }
    }

    /// The ring, for one deed.
    pub fn ring(&self) -> MutexGuard<'_, Ring> {
        // A thread that panicked in the ring left it as a kill would have: what stands on the disk is right.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the clock here is ahead of the centre's, as far as that is known.
    pub fn clock_offset_us(&self) -> Option<i64> {
        *self.clock_offset_us.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The centre told its time.
    pub fn clock_is_ahead(&self, offset_us: i64) {
        *self.clock_offset_us.lock().unwrap_or_else(PoisonError::into_inner) = Some(offset_us);
    }
}

/// What a run is like.
#[derive(Clone, Debug)]
pub struct Run {
    /// The sensor's own addresses stay with it.
    pub masked: bool,
    /// In which boot of the machine it is; `None` when that is not known, or its times are not the machine's.
    pub machine: Option<String>,
    /// For how long packets are held in memory at most.
    pub held: Duration,
}

/// Seals what one run records.
#[derive(Debug)]
pub struct Sealer<'a> {
    spool: &'a Spool,
    key: &'a SigningKey,
    sensor: SensorId,
    boot: BootId,
    sequence: u64,
    run: Run,
    /// When the last span ended.
    closed: Option<Clocks>,
}

impl<'a> Sealer<'a> {
    /// Begins a run.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn begin(spool: &'a Spool, key: &'a SigningKey, sensor: SensorId, run: Run) -> io::Result<Self> {
        let mut boot = [0; 16];
        SystemRandom::new().fill(&mut boot).map_err(|_| io::Error::other("the system has no random numbers"))?;
        spool.ring().runs_in(run.machine.clone());
        Ok(Self { spool, key, sensor, boot: BootId(boot), sequence: 0, run, closed: None })
    }

    /// Seals a span and keeps it.
    ///
    /// # Errors
    /// When it cannot be sealed, which is a defect. Whatever the disk does is told to the centre.
    pub fn keep(&mut self, span: Span) -> io::Result<Kept> {
        let Span { opened, closed, counts, gaps, packets } = span;
        self.closed = Some(closed);
        let mut ring = self.spool.ring();
        if self.sequence == 0
            && let Some(head) = ring.head()
        {
            let last = Clocks { wall_us: head.closed_us, monotonic_us: head.closed_monotonic_us };
            let same_boot = self.run.machine.is_some() && ring.kept_in() == self.run.machine.as_deref();
            stopped(last, opened, same_boot, self.run.held).into_iter().for_each(|gap| ring.note(gap));
        }
        gaps.into_iter().for_each(|gap| ring.note(gap));
        let sequence = self.sequence;
        self.sequence += 1;
        let kept = ring.append(|before| {
            let header = Header {
                sensor: self.sensor,
                boot: self.boot,
                sequence,
                previous: before.previous,
                opened,
                closed,
                clock_offset_us: self.spool.clock_offset_us(),
                counts,
                gaps: before.gaps,
                masked: self.run.masked,
                software: SOFTWARE.to_owned(),
            };
            let bytes = seal(&header, &packets, self.key)?;
            Ok((header, bytes))
        })?;
        drop(ring);
        if kept == Kept::Kept {
            self.spool.came.notify_one();
        }
        Ok(kept)
    }

    /// When something was lost and is not told yet, keeps a batch that tells it and watched nothing. Whether it did.
    ///
    /// # Errors
    /// As [`keep`](Self::keep).
    pub fn tell(&mut self, now: Clocks) -> io::Result<bool> {
        if self.spool.ring().untold().is_empty() {
            return Ok(false);
        }
        // It claims no time in which nobody watched.
        let at = self.closed.unwrap_or(now);
        let packets = Recorder::new(Recording::default(), 0).take().map_err(io::Error::other)?;
        let span = Span { opened: at, closed: at, counts: Counts::default(), gaps: Vec::new(), packets };
        Ok(self.keep(span)? == Kept::Kept)
    }
}
