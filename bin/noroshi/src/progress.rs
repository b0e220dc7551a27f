//! How far a long command is, on a terminal; and what it set aside, on standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use noroshi_incident::service::import::Progress;
use noroshi_kernel::setaside::SetAside;
use std::io::IsTerminal as _;

/// A progress bar per file, when standard error is a terminal.
pub(crate) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let target = if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bar: ProgressBar::with_draw_target(None, target) }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begins(&mut self, name: &str, size_bytes: u64) {
        self.bar.reset();
        self.bar.set_length(size_bytes);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
            self.bar.set_style(style);
        }
        self.bar.set_message(name.to_owned());
    }

    fn reached(&mut self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn set_aside(&mut self, why: &SetAside) {
        self.bar.suspend(|| eprintln!("set aside: {why}"));
    }
}
