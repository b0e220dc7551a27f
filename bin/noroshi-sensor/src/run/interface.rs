//! An interface that is recorded.

use super::{Options, Post, RunError};
use crate::{
    centre::LEFT_OUT_AFTER,
    clock::Clock,
    recording::{Passed, Watch},
};
use noroshi_telescope::capture::live::{self, LeftOut, Link, Live, OpenError, ReadError, Reading};
use std::{
    net::SocketAddr,
    sync::PoisonError,
    time::{Duration, Instant},
};

/// How often at least it is looked at the clock, at signals, and where the centre is.
const LOOK: Duration = Duration::from_millis(200);
const _: () = assert!(LOOK.as_millis() < LEFT_OUT_AFTER.as_millis());
/// How often the kernel is asked what it dropped, and whether the interface is up.
const ASK: Duration = Duration::from_secs(1);

/// An interface that was opened.
#[derive(Debug)]
pub struct Interface {
    live: Live,
    managed: Vec<LeftOut>,
    centre: Vec<SocketAddr>,
    passed: Passed,
    asked: Instant,
}

impl Interface {
    /// Begins to receive; needs CAP_NET_RAW now, and nothing later.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub fn open(name: &str, snap_bytes: usize, promiscuous: bool, managed: Vec<LeftOut>) -> Result<Self, OpenError> {
        let options = live::Options { snap_bytes, promiscuous, left_out: managed.clone(), ..live::Options::default() };
        let live = Live::open(name, &options)?;
        Ok(Self { live, managed, centre: Vec::new(), passed: Passed::default(), asked: Instant::now() })
    }

    /// Records until it is asked to end, or something ended that it needs.
    pub(super) fn record(mut self, options: &Options, post: &Post<'_>, clock: &dyn Clock, sending_ended: &dyn Fn() -> bool) -> Result<(), RunError> {
        let mut watch = Watch::begin(options.recording, options.closing, clock.now());
        let ended = self.watch(&mut watch, post, clock, sending_ended);
        // What was recorded before is kept, whatever ended it.
        let _ = self.ask();
        if let Some(span) = watch.finish(clock.now(), self.passed)? {
            post.hand_over(span)?;
        }
        ended
    }

    fn watch(&mut self, watch: &mut Watch, post: &Post<'_>, clock: &dyn Clock, sending_ended: &dyn Fn() -> bool) -> Result<(), RunError> {
        while !post.is_over() {
            self.leave_out_the_centre(post);
            let now = clock.now();
            if let Some(span) = watch.look(now, self.passed)? {
                post.hand_over(span)?;
            }
            let mut quiet = false;
            match self.live.read(watch.due_in(now).clamp(Duration::from_millis(1), LOOK)).map_err(|error| broken(&error))? {
                Reading::Frames(frames) => {
                    for frame in frames {
                        if watch.frame(&frame) {
                            // What the kernel counted since it was asked belongs to the next span.
                            post.hand_over(watch.close(clock.now(), self.passed)?)?;
                        }
                    }
                }
                Reading::Quiet => quiet = true,
                Reading::Down => {
                    self.ask().map_err(|error| broken(&error))?;
                    self.down(watch, post, clock)?;
                }
                Reading::Up => {}
            }
            self.passed.left_out = self.live.counts().left_out;
            if self.asked.elapsed() >= ASK {
                self.ask().map_err(|error| broken(&error))?;
                if quiet || watch.is_down() {
                    self.look_at_the_link(watch, post, clock)?;
                }
                if sending_ended() {
                    return Err(RunError::Thread("sends batches"));
                }
            }
        }
        Ok(())
    }

    /// Without a carrier nothing comes, and nothing but this says so.
    fn look_at_the_link(&mut self, watch: &mut Watch, post: &Post<'_>, clock: &dyn Clock) -> Result<(), RunError> {
        match self.live.link().map_err(|error| broken(&error))? {
            Link::Up if watch.is_down() => {
                tracing::info!("the interface is up");
                watch.up(clock.now(), self.passed);
                Ok(())
            }
            Link::NoCarrier | Link::Down if !watch.is_down() => self.down(watch, post, clock),
            _ => Ok(()),
        }
    }

    fn down(&self, watch: &mut Watch, post: &Post<'_>, clock: &dyn Clock) -> Result<(), RunError> {
        tracing::warn!("the interface is down: nothing is recorded until it is up");
        watch.down(clock.now(), self.passed)?.map_or(Ok(()), |span| post.hand_over(span))
    }

    fn ask(&mut self) -> Result<(), ReadError> {
        self.asked = Instant::now();
        self.passed = Passed { left_out: self.live.counts().left_out, kernel_drops: self.live.drops()?.kernel };
        Ok(())
    }

    fn leave_out_the_centre(&mut self, post: &Post<'_>) {
        let centre = post.centre.lock().unwrap_or_else(PoisonError::into_inner);
        if *centre == self.centre {
            return;
        }
        // What still comes from where the centre was is left out, too.
        let known = centre.iter().chain(&self.centre).map(|at| LeftOut::host(at.ip()).at_port(at.port()));
        self.live.leave_out(self.managed.iter().copied().chain(known).collect());
        self.centre.clone_from(&centre);
    }
}

fn broken(error: &ReadError) -> RunError {
    RunError::Source(error.reason().clone())
}
