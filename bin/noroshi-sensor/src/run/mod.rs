//! A run: frames are recorded on this thread, sealed and kept on a second, sent on a third.

mod captures;
mod interface;

pub use interface::Interface;

use crate::{
    clock::Clock,
    identity::{Identity, IdentityError},
    recording::{Closing, Span},
    ring::{self, OpenError, Ring},
    spool::{self, Sealer, Spool},
    upload::{Ending, Uploader},
};
use arrow_schema::ArrowError;
use noroshi_kernel::reason::Reason;
use noroshi_telescope::batch::{Recording, SigningKey};
use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Who was asked to end tries for so long to send what waits.
const LAST_TRY: Duration = Duration::from_secs(5);

/// Where frames come from.
#[derive(Debug)]
pub enum Source {
    /// An interface that is open already.
    Interface(Box<Interface>),
    /// Captures, one after the other.
    Captures(Vec<PathBuf>),
}

/// How a run is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the identity and the ring.
    pub state: PathBuf,
    /// What is recorded.
    pub recording: Recording,
    /// When batches are closed.
    pub closing: Closing,
    /// How much waits.
    pub ring: ring::Limits,
}

/// A run that ended otherwise than it should.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The identity.
    #[error("{0}")]
    Identity(#[from] IdentityError),
    /// The ring.
    #[error("{0}")]
    Ring(#[from] OpenError),
    /// The interface, or a capture.
    #[error("{0}")]
    Source(Reason),
    /// A capture cannot be opened.
    #[error("{0} cannot be read: {1}")]
    File(PathBuf, io::Error),
    /// The system.
    #[error("{0}: {1}")]
    System(&'static str, io::Error),
    /// A defect.
    #[error("packets do not fit together: {0}")]
    Packets(#[from] ArrowError),
    /// Captures are over, and the centre does not have all of it.
    #[error("the centre does not have everything: {batches} batches wait, {gaps} gaps are not told; the next run sends them (see `noroshi-sensor status`)")]
    Left {
        /// Batches that wait.
        batches: usize,
        /// What is missing and not told.
        gaps: usize,
    },
    /// A thread ended.
    #[error("the thread that {0} ended: see the messages before")]
    Thread(&'static str),
}

/// What the recording thread hands on to, and looks at.
#[derive(Debug)]
struct Post<'a> {
    spans: SyncSender<Span>,
    asked_to_end: &'a AtomicBool,
    centre: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Post<'_> {
    fn hand_over(&self, span: Span) -> Result<(), RunError> {
        self.spans.send(span).map_err(|_| RunError::Thread("keeps batches"))
    }

    fn is_over(&self) -> bool {
        self.asked_to_end.load(Ordering::Relaxed)
    }
}

/// The identity and its keys: read before privileges are given up.
#[derive(Debug)]
pub struct Who {
    identity: Identity,
    key: SigningKey,
}

impl Who {
    /// Reads them.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn read(options: &Options) -> Result<Self, IdentityError> {
        let identity = Identity::read(&options.state)?;
        let (key, _) = identity.signing_key(&options.state)?;
        Ok(Self { identity, key })
    }
}

/// Records until the captures are over and all is acknowledged, or until SIGTERM or SIGINT.
///
/// # Errors
/// [`RunError`]; what was recorded before is kept.
pub fn run(options: &Options, who: Who, source: Source, clock: &dyn Clock) -> Result<(), RunError> {
    let Who { identity, key } = who;
    let mut ring = Ring::open(&identity.ring(&options.state), options.ring)?;
    ring.take_over_older()?;
    let spool = Spool::new(ring);
    tracing::info!("{} ({}) records for {}; {} batches wait", identity.name, identity.sensor, identity.centre, spool.ring().len());
    let offline = matches!(source, Source::Captures(_));
    // The times of captures are not the machine's.
    let machine = if offline { None } else { clock.machine() };
    let this = spool::Run { masked: options.recording.mask, machine, held: options.closing.after };
    let sealer = Sealer::begin(&spool, &key, identity.sensor, this).map_err(|error| RunError::System("a run cannot begin", error))?;
    let uploader = Uploader::new(&spool, clock, &options.state, identity)?;
    let sealer = Mutex::new(sealer);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| RunError::System("a thread", error))?;
    let asked_to_end = AtomicBool::new(false);
    let (end, ending) = watch::channel(Ending::NotYet);
    let (spans, kept) = sync_channel(1);
    let post = Post { spans, asked_to_end: &asked_to_end, centre: uploader.found() };
    thread::scope(|threads| {
        let sealer = &sealer;
        let sealing = threads.spawn(move || {
            for span in kept {
                sealer.lock().unwrap_or_else(PoisonError::into_inner).keep(span)?;
            }
            io::Result::Ok(())
        });
        let (asked, end_now) = (&asked_to_end, end.clone());
        let sending = threads.spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = uploader.run(sealer, ending) => {}
                    () = wait_for_signals(asked, &end_now) => {}
                }
            });
            // A name that is being looked up does not keep the process from ending.
            runtime.shutdown_background();
        });
        let recorded = match source {
            Source::Interface(interface) => interface.record(options, &post, clock, &|| sending.is_finished()),
            Source::Captures(files) => captures::record(&files, options, &post),
        };
        drop(post);
        let sealed = sealing.join().map_err(|_| RunError::Thread("keeps batches"));
        let wait = if offline { Ending::WhenEmpty } else { Ending::Within(LAST_TRY) };
        end.send_if_modified(|ending| ending.settle(wait));
        if asked_to_end.load(Ordering::Relaxed) {
            end.send_if_modified(Ending::hasten);
        }
        let sent = sending.join().map_err(|_| RunError::Thread("sends batches"));
        recorded?;
        sealed?.map_err(|error| RunError::System("a batch cannot be sealed", error))?;
        sent
    })?;
    let ring = spool.ring();
    let (batches, gaps) = (ring.len(), ring.untold().len());
    if offline && !asked_to_end.load(Ordering::Relaxed) && batches + gaps > 0 {
        return Err(RunError::Left { batches, gaps });
    }
    Ok(())
}

impl Ending {
    /// The last batch was handed over.
    fn settle(&mut self, wait: Self) -> bool {
        let first = *self == Self::NotYet;
        if first {
            *self = wait;
        }
        first
    }

    /// What waits is sent now or later.
    fn hasten(&mut self) -> bool {
        let waits = *self == Self::WhenEmpty;
        if waits {
            *self = Self::Within(LAST_TRY);
        }
        waits
    }
}

/// The first signal ends the recording, and the sending soon after; a second ends everything at once.
async fn wait_for_signals(asked_to_end: &AtomicBool, end: &watch::Sender<Ending>) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        tracing::error!("signals cannot be received");
        return std::future::pending().await;
    };
    for _ in 0..2 {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("asked to end");
        asked_to_end.store(true, Ordering::Relaxed);
        // While it still records, the last batch is yet to come; captures may be over already.
        end.send_if_modified(Ending::hasten);
    }
}
