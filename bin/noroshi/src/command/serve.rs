use crate::{Done, platform::Platform, wiring::Worker};
use anyhow::Context as _;
use noroshi_web::{Web, router};
use std::net::SocketAddr;
use tokio::net::TcpListener;

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
    let worker = Worker::start(platform.ledger.clone());
    let web = Web {
        ledger: platform.ledger.clone(),
        reckoning: platform.reckoning.clone(),
        team: platform.configuration.team_name(),
        team_key: platform.team_key,
        base: platform.configuration.base(),
        behind_tls: platform.configuration.serve.behind_tls,
    };
    axum::serve(listener, router(web)).with_graceful_shutdown(stopped()).await?;
    worker.finish().await?;
    platform.ledger.close().await?;
    Ok(Done::Whole)
}

/// Ends when the program is asked to: Ctrl-C or SIGTERM.
async fn stopped() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
