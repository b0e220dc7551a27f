//! The sensors' side of the program: the door through which batches come, and the job by which their packets reach the lake.

use crate::{configuration::Sensors, platform::Platform};
use anyhow::Context as _;
use noroshi_kernel::reason::Reason;
use noroshi_ledger::queue::{Done, Failure, Job, Rhythm, Runner, Schedule};
use noroshi_observation::{
    ObservationError,
    ask::Standpoint,
    authority::Authority,
    service::{
        detect::{self, DETECT},
        ingest::{self, INGEST},
        receive::Receiver,
        rollup::{self, ROLLUP},
        scanners::{self, SEEK},
        tend::{self, TEND},
    },
};
use noroshi_web::door::{Door, Listener};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// Adds the jobs of observation to a runner.
pub(crate) fn jobs(platform: &Platform, runner: Runner) -> anyhow::Result<Runner> {
    let place = platform.observatory()?;
    let ingest = move |_: Job| {
        let place = place.clone();
        async move {
            loop {
                match ingest::ingest(&place).await {
                    Ok(0) => return Ok(Done::Alone),
                    Ok(_) => {}
                    Err(error) => return Err(Failure::retry(waits(&error))),
                }
            }
        }
    };
    let (place, zone) = (platform.observatory()?, platform.reckoning.zone.clone());
    let roll = move |_: Job| {
        let (place, zone) = (place.clone(), zone.clone());
        async move { rollup::catch_up(&place, &zone).await.map(|_| Done::Alone).map_err(|error| Failure::retry(not_counted(&error))) }
    };
    let (place, keep_days) = (platform.observatory()?, platform.configuration.observation.keep_days);
    let put_in_order = move |_: Job| {
        let place = place.clone();
        async move { tend::tend(&place, keep_days).await.map(|_| Done::Alone).map_err(|error| Failure::retry(untidy(&error))) }
    };
    let (place, reckoning) = (platform.observatory()?, platform.reckoning.clone());
    let look_for_rises = move |_: Job| {
        let (place, reckoning) = (place.clone(), reckoning.clone());
        async move {
            let standpoint = Standpoint { zone: &reckoning.zone, home: &reckoning.home };
            detect::due(&place, standpoint).await.map(|_| Done::Alone).map_err(|error| Failure::retry(unjudged(&error)))
        }
    };
    let every = |name, kind, seconds| Schedule::new(name, kind, Rhythm::Every(Duration::from_secs(seconds)));
    let runner = runner
        .outside(INGEST, ingest)
        // Batches order it when they come; the rhythm is for what a server left that ended.
        .schedule(every("observation.ingest", INGEST, 60))
        .outside(ROLLUP, roll)
        .schedule(every("observation.rollup", ROLLUP, 60))
        .outside(TEND, put_in_order)
        .schedule(every("observation.tend", TEND, 3_600))
        .outside(DETECT, look_for_rises)
        // An hour is judged some minutes after it ended, once its batches are in the rollups.
        .schedule(every("observation.detect", DETECT, 600));
    let Some(threshold) = platform.configuration.observation.scanners() else { return Ok(runner) };
    let (place, reckoning) = (platform.observatory()?, platform.reckoning.clone());
    let look_for_scanners = move |_: Job| {
        let (place, reckoning) = (place.clone(), reckoning.clone());
        async move {
            let standpoint = Standpoint { zone: &reckoning.zone, home: &reckoning.home };
            scanners::due(&place, standpoint, threshold).await.map(|_| Done::Alone).map_err(|error| Failure::retry(unsought(&error)))
        }
    };
    Ok(runner.outside(SEEK, look_for_scanners).schedule(every("observation.seek_scanners", SEEK, 600)))
}

fn not_counted(error: &ObservationError) -> Reason {
    Reason::new("packets-uncounted", format!("パケットを集計できませんでした: {error}"), format!("packets could not be added to the rollups: {error}"))
}

fn untidy(error: &ObservationError) -> Reason {
    Reason::new(
        "packets-untidy",
        format!("パケットのファイルを整理できませんでした: {error}"),
        format!("the files of packets could not be put in order: {error}"),
    )
}

fn unjudged(error: &ObservationError) -> Reason {
    Reason::new("rises-unjudged", format!("増加を調べられませんでした: {error}"), format!("rises could not be looked for: {error}"))
}

fn unsought(error: &ObservationError) -> Reason {
    Reason::new("scanners-unsought", format!("スキャン元を調べられませんでした: {error}"), format!("scanning sources could not be looked for: {error}"))
}

fn waits(error: &ObservationError) -> Reason {
    Reason::new(
        "batches-wait",
        format!("センサーのバッチを取り込めませんでした: {error}"),
        format!("batches of sensors could not be taken to the lake: {error}"),
    )
}

/// The door, open.
pub(crate) struct Tower {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Tower {
    /// Opens the door, when the configuration names an address.
    pub(crate) async fn open(platform: &Platform) -> anyhow::Result<Option<Self>> {
        let Sensors { listen, .. } = &platform.configuration.sensors;
        let Some(address) = *listen else { return Ok(None) };
        let names = platform.configuration.sensors.names(address)?;
        let listener = TcpListener::bind(address).await.with_context(|| format!("sensors.listen: cannot listen on {address}"))?;
        let authority = Authority::open(&platform.ledger, &platform.vault()).await?;
        let ours = authority.centre(&names, platform.ledger.now()).context("sensors.names")?;
        let listener = Listener::new(listener, &authority, ours)?;
        eprintln!("noroshi takes batches of sensors on https://{}/", listener.address()?);
        let (receiver, keeping) = Receiver::start(platform.ledger.clone());
        let (stop, stopped) = watch::channel(false);
        let door = Door::new(platform.ledger.clone(), Arc::new(authority), receiver);
        Ok(Some(Self { stop, tasks: vec![tokio::spawn(listener.serve(door, stopped)), keeping] }))
    }

    /// Takes no more batches; those that are under way are kept and acknowledged.
    pub(crate) async fn close(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}
