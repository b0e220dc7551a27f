//! The door's TLS: only version 1.3, a certificate of ours, and of whoever comes one that our authority signed, or none (to enrol).

use super::{Door, Peer};
use axum::{Extension, extract::Request};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use noroshi_observation::authority::Authority;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
        server::WebPkiClientVerifier,
        version::TLS13,
    },
};
use tower::ServiceExt as _;

/// The most connections at once.
const MOST_CONNECTIONS: usize = 4_096;
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a request's header may take, and a connection may be idle.
const HEADER: Duration = Duration::from_secs(120);
/// How long one connection may last: whoever was shut out is asked anew by every request, and its certificate by every connection.
const CONNECTION: Duration = Duration::from_secs(3_600);

/// The door, open.
pub struct Listener {
    listener: TcpListener,
    tls: TlsAcceptor,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl Listener {
    /// A door at a bound address, with the centre's own certificate and key in DER.
    ///
    /// # Errors
    /// When the certificates do not fit.
    pub fn new(listener: TcpListener, authority: &Authority, (certificate, key): (Vec<u8>, Vec<u8>)) -> io::Result<Self> {
        let provider = Arc::new(default_provider());
        let ours = CertificateDer::from(authority.certificate().to_vec());
        let mut roots = RootCertStore::empty();
        roots.add(ours.clone()).map_err(io::Error::other)?;
        let clients =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).allow_unauthenticated().build().map_err(io::Error::other)?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .map_err(io::Error::other)?
            .with_client_cert_verifier(clients)
            // The authority's certificate goes along: who enrols knows its digest, and nothing else.
            .with_single_cert(vec![certificate.into(), ours], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)))
            .map_err(io::Error::other)?;
        // No session is taken up again without its certificate being verified anew.
        config.send_tls13_tickets = 0;
        Ok(Self { listener, tls: TlsAcceptor::from(Arc::new(config)) })
    }

    /// Where it is.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until it is told to stop; requests under way are answered first.
    pub async fn serve(self, door: Door, mut stopped: watch::Receiver<bool>) {
        let router = door.router();
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            let accepted = tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => break,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // No more descriptors, for example: others end meanwhile.
                    tracing::warn!(%error, "a sensor's connection cannot be accepted");
                    time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let Ok(place) = places.clone().try_acquire_owned() else { continue };
            let (tls, router, stopped) = (self.tls.clone(), router.clone(), stopped.clone());
            connections.spawn(async move {
                let _place = place;
                if let Err(error) = connection(stream, address, &tls, router, stopped).await {
                    tracing::debug!(peer = %address, %error, "a sensor's connection ended");
                }
            });
        }
        let _ = time::timeout(Duration::from_secs(10), async { while connections.join_next().await.is_some() {} }).await;
    }
}

async fn connection(stream: TcpStream, address: SocketAddr, tls: &TlsAcceptor, router: axum::Router, mut stopped: watch::Receiver<bool>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let stream = time::timeout(HANDSHAKE, tls.accept(stream)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first()).map(|certificate| Arc::from(certificate.as_ref()));
    let service =
        router.layer(Extension(Peer { address, certificate })).map_request(|request: Request<hyper::body::Incoming>| request.map(axum::body::Body::new));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(hyper_util::rt::TokioTimer::new()).header_read_timeout(HEADER);
    let mut serving = std::pin::pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
    tokio::select! {
        served = &mut serving => return served.map_err(io::Error::other),
        () = async { drop(stopped.wait_for(|stop| *stop).await) } => {}
        () = time::sleep(CONNECTION) => {}
    }
    serving.as_mut().graceful_shutdown();
    serving.await.map_err(io::Error::other)
}
