use crate::{
    Done,
    asking::Asking,
    office::Door,
    platform::Platform,
    printing::Printing,
    signals::Signals,
    watchtower::Tower,
    wiring::{self, Worker},
};
use anyhow::Context as _;
use noroshi_mailroom::desk;
use noroshi_web::{Web, router};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// How long running jobs may go on when the server ends; what is left then is done after the next start.
const MOST_ENDING: Duration = Duration::from_secs(10);

/// How long a question in SQL may take: with waiting for its turn less than a page may, so that the reader is told what to do.
const MOST_ASKING: Duration = Duration::from_secs(20);

pub(super) async fn run(platform: Platform, listen: Option<SocketAddr>) -> anyhow::Result<Done> {
    let address = listen.unwrap_or(platform.configuration.serve.listen);
    let listener = bind(address).await?;
    let here = listener.local_addr()?;
    eprintln!("noroshi serves http://{here}/ (Ctrl-C ends it)");
    until_stopped(platform, listener).await
}

/// Listens, and says what to do when another program does already.
pub(super) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}; choose another port with --port or --listen"))
}

/// Serves pages and delivers events until the program is told to stop; then finishes what is under way.
pub(super) async fn until_stopped(platform: Platform, listener: TcpListener) -> anyhow::Result<Done> {
    let here = listener.local_addr()?;
    if let Some(why) = platform.configuration.unreachable(here)
        && desk::all(&platform.ledger).await?.iter().any(|desk| desk.has_form)
    {
        eprintln!("warning: {why}");
    }
    let worker = Worker::start(platform.ledger.clone());
    let jobs = wiring::jobs(&platform).await?;
    let door = Door::open(&platform).await?;
    let tower = Tower::open(&platform).await?;
    let web = Web {
        ledger: platform.ledger.clone(),
        reckoning: platform.reckoning.clone(),
        team: platform.configuration.team_name(),
        marks: platform.marks(),
        team_key: platform.team_key,
        base: platform.configuration.base(here),
        behind_tls: platform.configuration.serve.behind_tls,
        sends: platform.configuration.mail.relay.is_some(),
        client_address: platform.configuration.serve.client_address()?,
        centre: platform.configuration.sensors.url()?,
        observatory: platform.observatory()?,
        lookout: platform.lookout.clone(),
        public: platform.configuration.site.directory.as_ref().map(|_| platform.configuration.site.rule()),
        press: Arc::new(Printing),
        sql: Arc::new(Asking::within(MOST_ASKING)),
    };
    let service = router(web).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped()).await?;
    if let Some(door) = door {
        door.close().await;
    }
    if let Some(tower) = tower {
        tower.close().await;
    }
    jobs.stop(MOST_ENDING).await;
    worker.finish().await?;
    Ok(Done::Whole)
}

/// Ends when the program is asked to: Ctrl-C or SIGTERM.
async fn stopped() {
    match Signals::listen() {
        Ok(mut signals) => {
            signals.next().await;
        }
        Err(_) => std::future::pending().await,
    }
}
