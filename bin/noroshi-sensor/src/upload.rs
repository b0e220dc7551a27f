//! Sending: the oldest batch first, one at a time, until the centre says that it has it.

mod backoff;
mod renew;

use crate::{
    centre::Connection,
    clock::{Clock, jumped},
    identity::{Identity, IdentityError},
    ring::InFlight,
    spool::{Sealer, Spool},
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
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// An answer that took longer says too little about the centre's clock, in microseconds.
const PROMPT_US: u64 = 5_000_000;

/// At its end a run tells so often what is missing: a centre that refuses even that is told by the next run.
const LAST_WORDS: u32 = 3;

/// Whether there is still something to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// More batches will come.
    NotYet,
    /// No more; what waits is sent first, and what is missing is told.
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

    /// Sends until it is told to end. What is missing then is told by a last batch, for which it takes the sealer: nobody else seals any more.
    pub async fn run(mut self, sealer: &Mutex<Sealer<'_>>, mut ending: watch::Receiver<Ending>) {
        let mut signal = ending.clone();
        let out_of_time = async {
            // Whoever tells is gone: then nobody waits any more.
            let told = signal.wait_for(|ending| matches!(ending, Ending::Within(_))).await.map(|ending| *ending);
            if let Ok(Ending::Within(time)) = told {
                tokio::time::sleep(time).await;
            }
        };
        tokio::select! {
            () = self.send_all(sealer, &mut ending) => {}
            () = out_of_time => tracing::info!("what the centre does not have yet waits in the ring"),
        }
    }

    async fn send_all(&mut self, sealer: &Mutex<Sealer<'_>>, ending: &mut watch::Receiver<Ending>) {
        let mut backoff = Backoff::default();
        let mut last_words = LAST_WORDS;
        loop {
            self.renewal.look(&mut self.connection, self.clock).await;
            let next = self.spool.ring().take();
            let Some(batch) = next else {
                if *ending.borrow_and_update() != Ending::NotYet {
                    if last_words == 0 || !self.tell(sealer) {
                        return;
                    }
                    last_words -= 1;
                    continue;
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

    /// Whether a batch was made that tells what is missing.
    fn tell(&self, sealer: &Mutex<Sealer<'_>>) -> bool {
        let told = sealer.lock().unwrap_or_else(PoisonError::into_inner).tell(self.clock.now());
        told.unwrap_or_else(|error| {
            tracing::error!("what is missing cannot be told: {error}");
            false
        })
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
            Err(error) if error.is_for_good() => {
                tracing::error!("a batch is refused for good: {error}; it is moved aside, and the centre is told of the gap");
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
