//! Sending: the oldest batch first, one at a time, until the centre says that it has it.

mod backoff;
mod renew;

use crate::{
    centre::{CallError, Connection},
    clock::{Clock, jumped},
    identity::{Identity, IdentityError},
    ring::InFlight,
    spool::Spool,
};
use backoff::Backoff;
use noroshi_telescope::{
    batch::Clocks,
    protocol::{BATCH, BATCH_TYPE, Receipt},
};
use renew::Renewal;
use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::watch;

/// An answer that took longer says too little about the centre's clock, in microseconds.
const PROMPT_US: u64 = 5_000_000;

/// Whether there is still something to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// More batches will come.
    NotYet,
    /// No more; what waits is sent first.
    WhenEmpty,
    /// At once, or as soon as nothing waits.
    Within(Duration),
}

/// Sends what a spool keeps.
pub struct Uploader<'a> {
    spool: &'a Spool,
    clock: &'a dyn Clock,
    connection: Connection,
    renewal: Renewal<'a>,
}

impl std::fmt::Debug for Uploader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Uploader").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl<'a> Uploader<'a> {
    /// For the sensor whose identity lies in a folder; reads its keys.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn new(spool: &'a Spool, clock: &'a dyn Clock, state: &'a Path, identity: Identity) -> Result<Self, IdentityError> {
        let config = identity.tls(state)?;
        let failed = |error| IdentityError::Unreadable(state.to_owned(), error);
        let connection = Connection::to(identity.address().map_err(failed)?, config);
        let renewal = Renewal::new(identity, state).map_err(failed)?;
        Ok(Self { spool, clock, connection, renewal })
    }

    /// Where the centre was found last.
    #[must_use]
    pub fn found(&self) -> Arc<Mutex<Vec<SocketAddr>>> {
        self.connection.found()
    }

    /// Sends until it is told to end.
    pub async fn run(mut self, mut ending: watch::Receiver<Ending>) {
        let mut signal = ending.clone();
        let out_of_time = async {
            // Whoever tells is gone: then nobody waits any more.
            let told = signal.wait_for(|ending| matches!(ending, Ending::Within(_))).await.map(|ending| *ending);
            if let Ok(Ending::Within(time)) = told {
                tokio::time::sleep(time).await;
            }
        };
        tokio::select! {
            () = self.send_all(&mut ending) => {}
            () = out_of_time => tracing::info!("what the centre does not have yet waits in the ring"),
        }
    }

    async fn send_all(&mut self, ending: &mut watch::Receiver<Ending>) {
        let mut backoff = Backoff::default();
        loop {
            self.renewal.look(&mut self.connection, self.clock).await;
            let next = self.spool.ring().take();
            let Some(batch) = next else {
                if *ending.borrow_and_update() != Ending::NotYet {
                    return;
                }
                tokio::select! {
                    () = self.spool.came.notified() => {}
                    _ = ending.changed() => {}
                    () = tokio::time::sleep(self.renewal.due_in(self.clock)) => {}
                }
                continue;
            };
            if self.send(batch).await {
                backoff.reset();
            } else {
                self.spool.ring().put_back();
                tokio::select! {
                    () = tokio::time::sleep(backoff.next()) => {}
                    _ = ending.changed() => {}
                }
            }
        }
    }

    /// Whether the batch is settled.
    async fn send(&mut self, batch: InFlight) -> bool {
        let InFlight { index, hash, bytes } = batch;
        let before = self.clock.now();
        match self.connection.post::<Receipt>(BATCH, BATCH_TYPE, bytes).await {
            Ok(receipt) if receipt.hash == hash => {
                self.set_against(before, self.clock.now(), receipt.at_us);
                self.spool.ring().acknowledge(index, receipt.at_us);
                tracing::debug!(%hash, known = receipt.known, "acknowledged");
                true
            }
            Ok(receipt) => {
                tracing::error!("the centre acknowledged {} and was given {hash}: it is sent again", receipt.hash);
                false
            }
            Err(CallError::Refused(problem)) if problem.for_good => {
                tracing::error!(
                    "the centre refuses a batch for good: {} ({}); it is moved aside, and the centre is told of the gap",
                    problem.title,
                    problem.r#type
                );
                let refused = self.spool.ring().refuse(index);
                refused.map_err(|error| tracing::error!("it cannot be moved aside: {error}")).is_ok()
            }
            Err(error) => {
                tracing::warn!("{error}; {} batches wait", self.spool.ring().len());
                false
            }
        }
    }

    /// Sets the two clocks against each other: the centre looked at its own between the request and the answer.
    fn set_against(&self, before: Clocks, after: Clocks, at_us: i64) {
        let took = after.monotonic_us.saturating_sub(before.monotonic_us);
        if took <= PROMPT_US && !jumped(before, after) {
            let between = after.wall_us.saturating_sub(i64::try_from(took / 2).unwrap_or(0));
            self.spool.clock_is_ahead(between.saturating_sub(at_us));
        }
    }
}
