//! How far a long command is, on a terminal; and what it set aside, on standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use noroshi_incident::service::import::{Outcome, Progress};
use noroshi_kernel::setaside::SetAside;
use std::{
    io::IsTerminal as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;

/// A progress bar per file, when standard error is a terminal.
pub(crate) struct Bar {
    bar: ProgressBar,
    /// What has become of the present file.
    so_far: Outcome,
    steps: Arc<Steps>,
}

/// The units of work of an import as they end, so that it can be stopped between two of them.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    reading: AtomicBool,
    ended: Notify,
}

impl Steps {
    /// Waits until the running unit of work has ended. Before the first of a file there is nothing to wait for.
    pub(crate) async fn end_of_one(&self) {
        if self.reading.load(Ordering::SeqCst) {
            self.ended.notified().await;
        }
    }
}

impl Bar {
    pub(crate) fn new() -> Self {
        let target = if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bar: ProgressBar::with_draw_target(None, target), so_far: Outcome::default(), steps: Arc::default() }
    }

    /// The units of work that it is told of.
    pub(crate) fn steps(&self) -> Arc<Steps> {
        self.steps.clone()
    }

    /// Another file comes, whose bytes are stored first.
    pub(crate) fn next_file(&mut self) {
        self.so_far = Outcome::default();
        self.steps.reading.store(false, Ordering::SeqCst);
    }

    /// What has become of the present file until now: all of it is committed.
    pub(crate) fn so_far(&mut self) -> Outcome {
        std::mem::take(&mut self.so_far)
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begins(&mut self, name: &str, size_bytes: u64) {
        self.steps.reading.store(true, Ordering::SeqCst);
        self.bar.reset();
        self.bar.set_length(size_bytes);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
            self.bar.set_style(style);
        }
        self.bar.set_message(name.to_owned());
    }

    fn reached(&mut self, bytes: u64, so_far: &Outcome) {
        self.so_far = so_far.clone();
        self.bar.set_position(bytes);
        self.steps.ended.notify_waiters();
    }

    fn set_aside(&mut self, why: &SetAside) {
        self.bar.suspend(|| eprintln!("set aside: {why}"));
    }
}
