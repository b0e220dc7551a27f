//! Batches come in: verified, kept durably, then acknowledged.

use crate::{
    ObservationError,
    service::{bounds, ingest::INGEST},
    store::{
        admission::Admitted,
        batches::{self, Fresh, Link, New, Raw},
    },
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use noroshi_ledger::{Ledger, LedgerError, UnitOfWork, queue::Order};
use noroshi_telescope::{
    batch::{Hash, Header, Limits, Unverified},
    protocol::Receipt,
};
use std::time::Duration;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

/// A batch whose signature and packets were looked at, and that is not kept yet.
#[derive(Debug)]
pub struct Arrived {
    sensor: Admitted,
    header: Header,
    hash: Hash,
    bytes: Vec<u8>,
}

/// Verifies a batch that came from a sensor now, who is known by its certificate. Nothing is kept.
///
/// # Errors
/// The reason, when it is none, is another sensor's, was signed by another key, does not hold what it says, or says what cannot be.
pub fn verify(sensor: Admitted, bytes: Vec<u8>, limits: Limits, now: Moment) -> Result<Arrived, Reason> {
    let claimed = Unverified::read(&bytes, limits)?;
    if claimed.claims().sensor != sensor.identity {
        return Err(Reason::new(
            "batch-sensor",
            "ほかのセンサーの名前が書かれたバッチです。証明書のセンサーのものだけを受け取ります。",
            "this batch names another sensor; only those of the certificate's sensor are taken",
        ));
    }
    let batch = claimed.verify(&sensor.key)?;
    let mut header = batch.header().clone();
    bounds::check(&header, &batch.packets()?, now)?;
    header.gaps.iter_mut().for_each(|gap| *gap = bounds::possible(gap, now));
    let hash = batch.hash();
    Ok(Arrived { sensor, header, hash, bytes })
}

/// Keeps batches durably, all of them or none, and says of each what became of it. The same one again changes nothing.
///
/// # Errors
/// When nothing can be kept: then nobody may be told that anything was.
pub async fn keep(ledger: &Ledger, arrived: Vec<Arrived>) -> Result<Vec<Result<Receipt, Reason>>, ObservationError> {
    // Together in one file: one sync for all of them.
    let blobs = ledger.blobs().clone();
    let (arrived, sha256) = tokio::task::spawn_blocking(move || {
        let all: Vec<u8> = arrived.iter().flat_map(|one| &one.bytes).copied().collect();
        blobs.put(&mut all.as_slice()).map(|blob| (arrived, blob.sha256))
    })
    .await
    .map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let work = ledger.begin().await?;
    // Two that tell of the same place in a chain take turns.
    work.lock("observation.batch").await?;
    let (mut fresh, mut new, mut told) = (Fresh::default(), Vec::new(), Vec::with_capacity(arrived.len()));
    let mut offset = 0;
    for one in &arrived {
        let length = u64::try_from(one.bytes.len()).unwrap_or(u64::MAX);
        let raw = Raw { sha256: sha256.clone(), offset, length };
        offset += length;
        let place = placed(&work, &fresh, one).await?;
        if place == Ok(false) {
            fresh.put(one.sensor.id, &one.header, one.hash);
            let id = work.take_id().await?;
            batches::insert_gaps(&work, one.sensor.id, id, &one.header.gaps).await?;
            new.push(New { id, sensor: one.sensor.id, header: &one.header, hash: one.hash, raw });
        }
        told.push(place.map(|known| Receipt { hash: one.hash, known, at_us: work.now().0 }));
    }
    batches::insert(&work, &new).await?;
    if !new.is_empty() {
        // Many come in a moment: their packets go to the lake together.
        let soon = Moment(work.now().0 + i64::try_from(GATHERING.as_micros()).unwrap_or(0));
        work.enqueue(Order::new(&INGEST, &()).keyed("all").not_before(soon)).await?;
    }
    work.commit().await?;
    Ok(told)
}

/// Notes that something was refused, for the page of what came in.
///
/// # Errors
/// When the database cannot be reached.
pub async fn refused(ledger: &Ledger, sensor: Option<i64>, reason: &Reason, peer: &str) -> Result<(), ObservationError> {
    let work = ledger.begin().await?;
    batches::insert_refusal(&work, sensor, reason, peer).await?;
    Ok(work.commit().await?)
}

/// Keeps batches of many sensors together: what comes while the disk syncs goes with the next.
#[derive(Clone, Debug)]
pub struct Receiver(mpsc::Sender<(Arrived, oneshot::Sender<Result<Receipt, Reason>>)>);

impl Receiver {
    /// The most batches that are kept together.
    const MOST: usize = 512;

    /// Begins to keep batches. It ends when the last clone is gone and all that came was kept.
    #[must_use]
    pub fn start(ledger: Ledger) -> (Self, JoinHandle<()>) {
        let (sender, mut receiver) = mpsc::channel::<(Arrived, oneshot::Sender<_>)>(Self::MOST);
        let task = tokio::spawn(async move {
            let mut part = Vec::new();
            while receiver.recv_many(&mut part, Self::MOST).await > 0 {
                let (arrived, told): (Vec<_>, Vec<_>) = part.drain(..).unzip();
                match keep(&ledger, arrived).await {
                    // One that hung up comes again.
                    Ok(outcomes) => told.into_iter().zip(outcomes).for_each(|(told, outcome)| drop(told.send(outcome))),
                    // Nobody is told anything: they try again.
                    Err(error) => tracing::error!(%error, "batches cannot be kept"),
                }
            }
        });
        (Self(sender), task)
    }

    /// Keeps a batch; `None` when it could not be kept.
    pub async fn take(&self, arrived: Arrived) -> Option<Result<Receipt, Reason>> {
        let (tell, told) = oneshot::channel();
        self.0.send((arrived, tell)).await.ok()?;
        told.await.ok()
    }
}

/// How long packets wait for others before they go to the lake.
const GATHERING: Duration = Duration::from_secs(5);

/// Whether a batch is there already, or the reason why it does not fit into its sensor's chain.
async fn placed(work: &UnitOfWork, fresh: &Fresh, one: &Arrived) -> Result<Result<bool, Reason>, LedgerError> {
    let Arrived { sensor, header, hash, .. } = one;
    let at = async |sequence: u64| -> Result<Option<Link>, LedgerError> {
        match fresh.get(sensor.id, header.boot, sequence) {
            Some(link) => Ok(Some(link.clone())),
            None => batches::link(work, sensor.id, header.boot, sequence).await,
        }
    };
    if let Some(known) = at(header.sequence).await? {
        return Ok(if known.hash == hash.to_string() { Ok(true) } else { Err(forked()) });
    }
    let previous = header.previous.map(|previous| previous.to_string());
    let before = match header.sequence.checked_sub(1) {
        Some(sequence) => at(sequence).await?,
        None => None,
    };
    // Its neighbours may be missing: dropped from a full ring, which the sensor tells, or still under way. Those that are there must fit.
    let fits = before.is_none_or(|before| previous.as_ref() == Some(&before.hash));
    let after = match header.sequence.checked_add(1) {
        Some(sequence) => at(sequence).await?,
        None => None,
    };
    let fits = fits && after.is_none_or(|after| after.previous.as_deref() == Some(hash.to_string().as_str()));
    // Without one before it, it is the first that the sensor ever sent.
    let fits = fits && (previous.is_some() || (header.sequence == 0 && !fresh.holds(sensor.id) && !batches::has_any(work, sensor.id).await?));
    Ok(if fits { Ok(false) } else { Err(broken_chain()) })
}

fn forked() -> Reason {
    Reason::new(
        "batch-fork",
        "同じ起動・同じ通し番号の、内容の違うバッチがすでにあります。センサーの状態が巻き戻された可能性があります。登録し直してください。",
        "there is another batch of this run and number: the sensor's state may have been put back; enrol it again",
    )
}

fn broken_chain() -> Reason {
    Reason::new(
        "batch-chain",
        "前後のバッチと鎖がつながりません。並べ替えられたか、抜き取られたか、偽造されたものです。",
        "it does not fit between the batches before and after it: some were put in another order, taken out, or forged",
    )
}
