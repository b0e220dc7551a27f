//! Which event becomes which call: the one table of it, and the worker that carries it out.

use crate::{office, platform::Platform, publishing, scan_report, watchtower};
use anyhow::Context as _;
use noroshi_directory::brand::Renamed;
use noroshi_incident::{IncidentError, service};
use noroshi_kernel::{access::Actor, reason::Reason};
use noroshi_ledger::{
    Ledger, LedgerError, UnitOfWork,
    outbox::{self, Event},
    queue::{Done, Failure, Job, Kind, Order, Rhythm, Runner, Running, Schedule},
};
use noroshi_mailroom::search;
use noroshi_observation::service::{detect::RiseFound, scanners::ScannerSeen};
use std::time::Duration;
use tokio::sync::watch;

/// | event | call |
/// |---|---|
/// | `incident.changed` | `incident::service::index`: the incident can be found as it is now |
/// | `observation.rise_found` | nobody yet: the page of rises reads them itself, and desks that warn will listen here |
/// | `observation.scanner_seen` | the job `incident.draft_scanner`, which makes a draft of it |
/// | `directory.brand_renamed` | `incident::service::rename`: incidents can be found by their brand's names as they are now |
async fn call(event: Event, work: UnitOfWork) -> Result<UnitOfWork, IncidentError> {
    match event.kind.as_str() {
        service::Changed::KIND => {
            let changed: service::Changed = told(&event)?;
            service::index(&work, &changed.incidents).await?;
        }
        Renamed::KIND => {
            let renamed: Renamed = told(&event)?;
            service::rename(&work, &renamed.names).await?;
        }
        RiseFound::KIND => tracing::debug!(told = %event.payload, "a rise was found"),
        ScannerSeen::KIND => {
            let seen: ScannerSeen = told(&event)?;
            work.enqueue(Order::new(&DRAFT_SCANNER, &seen).keyed(&seen.source.to_string())).await?;
        }
        other => return Err(LedgerError::Damaged(format!("no call is wired to the event {other:?}")).into()),
    }
    Ok(work)
}

/// What an event tells.
fn told<T: serde::de::DeserializeOwned>(event: &Event) -> Result<T, LedgerError> {
    serde_json::from_str(&event.payload).map_err(|error| LedgerError::Damaged(error.to_string()))
}

/// Letters that are kept and that nobody has read yet: those that came in while a program ended, or failed, between the two.
pub(crate) const READ_LETTERS: Kind = Kind::named("incident.read_letters");

/// A source at home that scanned becomes the draft of an incident: a report of ours, kept and read as those of others are.
pub(crate) const DRAFT_SCANNER: Kind = Kind::named("incident.draft_scanner");

/// Which job becomes which call. Of each kind one at a time runs, over all servers of a database.
///
/// | job | when | call |
/// |---|---|---|
/// | `mailroom.acknowledge` | after a letter that began a thread | `outgoing::acknowledgement::acknowledge` |
/// | `mailroom.send` | after a letter was written | `outgoing::send`, when there is a relay |
/// | `mailroom.fetch` | every minute, when there are mailboxes | `wire::imap::poll` |
/// | `mailroom.index_old` | after a start that finds letters from before they stood in the search index | `search::index_old` |
/// | `incident.read_letters` | every ten seconds, and when a letter came | `Intake::read_waiting` |
/// | `observation.ingest` | every minute, and after batches came | `ingest::ingest` |
/// | `observation.rollup` | every minute | `rollup::rollup` |
/// | `observation.tend` | every hour | `tend::tend` |
/// | `incident.draft_scanner` | after a source at home scanned | `Intake::desk` |
/// | `observation.detect` | every ten minutes | `detect::due`: the hours that nobody judged yet |
/// | `observation.seek_scanners` | every ten minutes, when there is a threshold | `scanners::due`: sources at home that scanned |
/// | `site.publish` | every Monday at 6, when there is a directory for the site | `site::observation::publish` |
pub(crate) async fn jobs(platform: &Platform) -> anyhow::Result<Running> {
    let intake = platform.intake(Actor::Platform);
    let read = move |_: Job| {
        let intake = intake.clone();
        async move {
            loop {
                match intake.read_waiting().await {
                    Ok(0) => return Ok(Done::Alone),
                    Ok(_) => {}
                    Err(error) => return Err(Failure::retry(unread(&error))),
                }
            }
        }
    };
    let (intake, marks) = (platform.intake(Actor::Platform), scan_report::Ours::of(platform));
    let draft = move |job: Job| {
        let (intake, marks) = (intake.clone(), marks.clone());
        async move {
            let seen: ScannerSeen = job.told()?;
            let report = scan_report::of(&seen, &marks);
            intake.desk(&format!("observation {}", seen.source), report).await.map(|_| Done::Alone).map_err(|error| Failure::retry(undrafted(&error)))
        }
    };
    let every = Schedule::new("incident.read_letters", READ_LETTERS, Rhythm::Every(Duration::from_secs(10)));
    let ledger = platform.ledger.clone();
    let index = move |_: Job| {
        let ledger = ledger.clone();
        async move {
            while search::index_old(&ledger).await? > 0 {}
            Ok(Done::Alone)
        }
    };
    if search::is_due(&platform.ledger).await? {
        let work = platform.ledger.begin().await?;
        work.enqueue(Order::new(&search::INDEX_OLD, &()).keyed(search::INDEX_OLD.name)).await?;
        work.commit().await?;
    }
    let worker = format!("{}-{:08x}", std::process::id(), rand::random::<u32>());
    let runner = Runner::new(platform.ledger.clone(), worker)
        .outside(READ_LETTERS, read)
        .outside(DRAFT_SCANNER, draft)
        .outside(search::INDEX_OLD, index)
        .schedule(every);
    let runner = watchtower::jobs(platform, office::jobs(platform, runner)?)?;
    Ok(publishing::jobs(platform, runner)?.start().await?)
}

fn undrafted(error: &IncidentError) -> Reason {
    Reason::new("scanner-undrafted", format!("スキャン元の下書きを作れませんでした: {error}"), format!("no draft could be made of a scanning source: {error}"))
}

fn unread(error: &IncidentError) -> Reason {
    Reason::new("letters-unread", format!("届いたメールを読めませんでした: {error}"), format!("letters that came in could not be read: {error}"))
}

/// Delivers events beside whatever else the program does.
pub(crate) struct Worker {
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<Result<(), LedgerError>>,
}

impl Worker {
    pub(crate) fn start(ledger: Ledger) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(deliver_until(ledger, stopped)) }
    }

    /// Delivers what is still waiting, then ends.
    pub(crate) async fn finish(self) -> anyhow::Result<()> {
        let _ = self.stop.send(true);
        self.task.await.context("the worker ended badly")?.context("events could not be delivered; they wait for the next start")
    }
}

async fn deliver_until(ledger: Ledger, mut stopped: watch::Receiver<bool>) -> Result<(), LedgerError> {
    /// How long an idle worker sleeps. Others may tell events too: an import beside a server, another server.
    const IDLE: Duration = Duration::from_millis(300);
    loop {
        match outbox::deliver(&ledger, call).await {
            Ok(true) => {}
            Ok(false) if *stopped.borrow() => return Ok(()),
            Ok(false) => {
                let _ = tokio::time::timeout(IDLE, stopped.changed()).await;
            }
            Err(error) if *stopped.borrow() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "events cannot be delivered; trying again");
                tokio::time::sleep(IDLE * 10).await;
            }
        }
    }
}
