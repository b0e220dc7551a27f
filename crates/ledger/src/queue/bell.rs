//! Wakes the runners of this program as soon as a job is committed; those of other servers find it by looking.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::watch;

/// Where bells hang and runners listen; one per ledger.
#[derive(Clone, Debug)]
pub(crate) struct Tower(Arc<watch::Sender<()>>);

impl Default for Tower {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(())))
    }
}

impl Tower {
    pub(crate) fn bell(&self) -> Bell {
        Bell { tower: self.clone(), pulled: AtomicBool::new(false) }
    }

    pub(crate) fn listen(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}

/// One unit of work's bell: pulled while it works, heard when it is committed.
#[derive(Debug)]
pub(crate) struct Bell {
    tower: Tower,
    pulled: AtomicBool,
}

impl Bell {
    pub(crate) fn pull(&self) {
        self.pulled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn ring(&self) {
        if self.pulled.load(Ordering::Relaxed) {
            self.tower.0.send_replace(());
        }
    }
}
