//! The post office: letters that mail servers hand over, letters that are fetched from mailboxes, and letters that go out.

use crate::{configuration::Imap, platform::Platform, wiring::READ_LETTERS};
use anyhow::Context as _;
use noroshi_incident::service::import::Intake;
use noroshi_kernel::{access::Actor, reason::Reason};
use noroshi_ledger::{
    Ledger, LedgerError,
    queue::{Done, Failure, Job, Kind, Order, Rhythm, Runner, Schedule},
};
use noroshi_mailroom::{
    MailroomError,
    desk::{self, Desks},
    letters::Incoming,
    outgoing::{self, acknowledgement},
    wire::{
        imap::{self, Mailbox},
        lmtp::{Delivery, Limits, Listener, Reply},
        smtp::Transport,
    },
};
use std::{
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

/// Emptying the mailboxes.
const FETCH: Kind = Kind::named("mailroom.fetch");

/// The parts of letters that a mailbox gives at once, before a person's turn would come too late.
const MOST_PARTS: usize = 200;

/// Adds the jobs of the post to a runner.
pub(crate) fn jobs(platform: &Platform, runner: Runner) -> anyhow::Result<Runner> {
    let house = platform.house();
    let ledger = platform.ledger.clone();
    let mut runner = runner.inside(acknowledgement::ACKNOWLEDGE, move |job: Job, work| {
        let (ledger, house) = (ledger.clone(), house.clone());
        async move {
            let due: acknowledgement::Due = job.told()?;
            match acknowledgement::acknowledge(&ledger, &work, &house, due).await {
                Ok(()) => Ok(Done::With(work)),
                Err(error) => Err(Failure::retry(unwritten(&error))),
            }
        }
    });
    if let Some(relay) = &platform.configuration.mail.relay {
        let transport: Arc<Transport> = Arc::new(relay.open()?);
        let ledger = platform.ledger.clone();
        runner = runner.outside(outgoing::SEND, move |job: Job| {
            let (ledger, transport) = (ledger.clone(), transport.clone());
            async move { outgoing::send(&ledger, &transport, &job).await }
        });
    }
    let mailboxes: Vec<(Mailbox, Option<String>)> = platform
        .configuration
        .mail
        .imap
        .iter()
        .map(|one: &Imap| Ok((one.mailbox().context("mail.imap")?, one.recipient.clone())))
        .collect::<anyhow::Result<_>>()?;
    if !mailboxes.is_empty() {
        let (intake, mailboxes) = (platform.intake(Actor::Platform), Arc::new(mailboxes));
        let fetch = move |_: Job| {
            let (intake, mailboxes) = (intake.clone(), mailboxes.clone());
            async move {
                let mut failed = None;
                for (mailbox, recipient) in mailboxes.iter() {
                    // One that cannot be reached does not keep the others full.
                    failed = empty(&intake, mailbox, recipient.as_ref()).await.err().or(failed);
                }
                failed.map_or(Ok(Done::Alone), |why| Err(Failure::retry(why)))
            }
        };
        runner = runner.outside(FETCH, fetch).schedule(Schedule::new("mailroom.fetch", FETCH, Rhythm::Every(Duration::from_secs(60))));
    }
    Ok(runner)
}

fn unwritten(error: &MailroomError) -> Reason {
    Reason::new("acknowledgement", format!("受け取りの知らせを書けませんでした: {error}"), format!("an acknowledgement could not be written: {error}"))
}

fn unkept(error: &impl std::fmt::Display) -> Reason {
    Reason::new("letters-unkept", format!("届いたメールを保存できませんでした: {error}"), format!("letters that came in could not be kept: {error}"))
}

/// Takes what is in a mailbox.
async fn empty(intake: &Intake, mailbox: &Mailbox, recipient: Option<&String>) -> Result<(), Reason> {
    for _ in 0..MOST_PARTS {
        let polled = imap::poll(mailbox, |letters| async move {
            let letters: Vec<Incoming> =
                letters.into_iter().map(|letter| Incoming { arrived: letter.arrived, ..Incoming::delivered(letter.bytes, recipient.cloned()) }).collect();
            intake.keep_letters(&letters).await.map_err(|error| unkept(&error))?;
            read_soon(&intake.ledger).await.map_err(|error| unkept(&error))
        })
        .await?;
        for left in &polled.left {
            tracing::warn!(host = mailbox.host, folder = mailbox.folder, uid = left.uid, bytes = left.bytes, "a letter is too large and stays in its mailbox");
        }
        if !polled.more {
            return Ok(());
        }
    }
    Ok(())
}

/// Has letters that are kept read at once.
async fn read_soon(ledger: &Ledger) -> Result<(), LedgerError> {
    let work = ledger.begin().await?;
    // By the key of its schedule: one at a time reads, whoever asked for it.
    work.enqueue(Order::new(&READ_LETTERS, &()).keyed(READ_LETTERS.name)).await?;
    work.commit().await
}

/// Takes letters by LMTP beside whatever else the program does.
pub(crate) struct Door {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Door {
    /// Opens it, when the configuration names an address.
    pub(crate) async fn open(platform: &Platform) -> anyhow::Result<Option<Self>> {
        let Some(address) = platform.configuration.mail.lmtp else { return Ok(None) };
        let listener = Listener::bind(address, Limits::default()).await.map_err(|why| anyhow::anyhow!("mail.lmtp: {why}"))?;
        eprintln!("noroshi takes letters by LMTP on {}", listener.address()?);
        let desks = Arc::new(RwLock::new(desk::all(&platform.ledger).await?));
        let (stop, stopped) = watch::channel(false);
        let known = tokio::spawn(keep_known(platform.ledger.clone(), desks.clone(), stopped.clone()));
        let accept = move |recipient: &str| desks.read().is_ok_and(|desks| desks.takes(recipient));
        let (counter, letters) = mpsc::channel(MOST_TOGETHER);
        let keeping = tokio::spawn(keep_together(platform.intake(Actor::Platform), letters));
        let deliver = move |delivery: Delivery| {
            let counter = counter.clone();
            async move { take(&counter, delivery).await }
        };
        let served = tokio::spawn(listener.serve(accept, deliver, stopped));
        Ok(Some(Self { stop, tasks: vec![known, served, keeping] }))
    }

    /// Takes no more letters; those that are under way are kept and answered.
    pub(crate) async fn close(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// The letters that are kept by one commit.
const MOST_TOGETHER: usize = 256;

/// A letter, and who waits to hear whether it is kept.
type Handed = (Incoming, oneshot::Sender<bool>);

/// Hands a letter over to be kept; only when it is, it is answered for.
async fn take(counter: &mpsc::Sender<Handed>, delivery: Delivery) -> Vec<Reply> {
    let recipients = delivery.recipients.len();
    let letter = Incoming::delivered(delivery.bytes, delivery.recipients.into_iter().next());
    let (tell, told) = oneshot::channel();
    let kept = counter.send((letter, tell)).await.is_ok() && told.await.unwrap_or(false);
    vec![if kept { Reply::Kept } else { Reply::Later("it cannot be kept now, come again".into()) }; recipients]
}

/// Keeps letters as they come. Those that came while others were written to the disk are written together: many connections then
/// wait for one commit, not each for its own.
async fn keep_together(intake: Intake, mut letters: mpsc::Receiver<Handed>) {
    let mut asked = None;
    while let Some(first) = letters.recv().await {
        let mut together = vec![first];
        while together.len() < MOST_TOGETHER
            && let Ok(next) = letters.try_recv()
        {
            together.push(next);
        }
        let (bytes, waiting): (Vec<Incoming>, Vec<_>) = together.into_iter().unzip();
        let kept = intake.keep_letters(&bytes).await;
        if let Err(error) = &kept {
            tracing::error!(%error, "letters could not be kept; their server comes again with them");
        }
        for one in waiting {
            // Who hung up comes again; the same bytes are the same letter.
            let _ = one.send(kept.is_ok());
        }
        // A reader that was called a moment ago finds what came since, or the next call does.
        if kept.is_ok() && asked.is_none_or(|at: Instant| at.elapsed() > Duration::from_millis(500)) {
            asked = Some(Instant::now());
            if let Err(error) = read_soon(&intake.ledger).await {
                tracing::warn!(%error, "letters are kept and will be read later");
            }
        }
    }
}

/// Looks from time to time which desks there are: an administrator may change them while letters come in.
async fn keep_known(ledger: Ledger, desks: Arc<RwLock<Desks>>, mut stopped: watch::Receiver<bool>) {
    const EVERY: Duration = Duration::from_secs(5);
    while tokio::time::timeout(EVERY, stopped.wait_for(|stop| *stop)).await.is_err() {
        match desk::all(&ledger).await {
            Ok(now) => {
                if let Ok(mut desks) = desks.write() {
                    *desks = now;
                }
            }
            Err(error) => tracing::warn!(%error, "the desks cannot be read; letters are taken for those that were there"),
        }
    }
}
