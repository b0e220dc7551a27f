//! A centre on a port of this machine.

use crate::{
    authority::{Authority, USUAL},
    book::{Book, Mood, problem},
};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use nix::sched::{CloneFlags, setns};
use noroshi_telescope::protocol::{BATCH, BATCH_TYPE, ENROL, Problem, RENEW, Token};
use serde::Serialize;
use std::{
    fs::File,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};
use tokio::{net::TcpListener, sync::oneshot};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer},
        server::WebPkiClientVerifier,
        version::TLS13,
    },
};

pub(crate) struct Centre {
    book: Arc<Mutex<Book>>,
    address: SocketAddr,
    /// Its certificate and the key.
    proof: (CertificateDer<'static>, PrivateKeyDer<'static>),
    config: Arc<ServerConfig>,
    /// The network namespace in which it listens.
    namespace: Option<PathBuf>,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Centre {
    /// On a port of the loopback.
    pub(crate) fn start() -> Self {
        Self::start_at("127.0.0.1:0", None)
    }

    pub(crate) fn start_at(address: &str, namespace: Option<PathBuf>) -> Self {
        let (book, address) = (Book::new(), address.parse::<SocketAddr>().unwrap());
        let (leaf, key) = book.authority.server(&address.ip().to_string(), USUAL);
        Self::start_on(address, namespace, book, leaf, key)
    }

    /// With another certificate than it should have.
    pub(crate) fn start_with(book: Book, leaf: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Self {
        Self::start_on("127.0.0.1:0".parse().unwrap(), None, book, leaf, key)
    }

    fn start_on(address: SocketAddr, namespace: Option<PathBuf>, book: Book, leaf: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Self {
        let config = config(&book.authority, &book.authority, leaf.clone(), key.clone_key());
        let mut centre = Self { book: Arc::new(Mutex::new(book)), address, proof: (leaf, key), config: Arc::new(config), namespace, running: None };
        centre.up();
        centre
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// A new token.
    pub(crate) fn token(&self) -> Token {
        let mut secret = [0; 16];
        ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut secret).unwrap();
        let mut book = self.book();
        book.secrets.insert(data_encoding::HEXLOWER.encode(&secret));
        Token { secret, authority: book.authority.sha256() }
    }

    /// Takes connections again, at the address of before.
    pub(crate) fn up(&mut self) {
        let (end, ended) = oneshot::channel();
        let (book, config, address) = (Arc::clone(&self.book), Arc::clone(&self.config), self.address);
        let (told, listens) = std::sync::mpsc::channel();
        let namespace = self.namespace.as_ref().map(|path| File::open(path).unwrap());
        let thread = std::thread::spawn(move || {
            if let Some(namespace) = namespace {
                setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let socket = tokio::net::TcpSocket::new_v4().unwrap();
                socket.set_reuseaddr(true).unwrap();
                socket.bind(address).unwrap();
                let listener = socket.listen(16).unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    () = serve(&listener, &book, &config) => {}
                    _ = ended => {}
                }
            });
        });
        self.address = listens.recv().unwrap();
        self.running = Some((end, thread));
    }

    /// Believes no certificate any more that it signed.
    pub(crate) fn forget(&mut self) {
        self.down();
        let (leaf, key) = &self.proof;
        let next = config(&self.book().authority, &Authority::new(), leaf.clone(), key.clone_key());
        self.config = Arc::new(next);
        self.up();
    }

    /// Ends at once, with all its connections.
    pub(crate) fn down(&mut self) {
        if let Some((end, thread)) = self.running.take() {
            end.send(()).unwrap();
            thread.join().unwrap();
        }
    }
}

fn config(own: &Authority, of_sensors: &Authority, leaf: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> ServerConfig {
    let mut roots = RootCertStore::empty();
    roots.add(of_sensors.certificate.clone()).unwrap();
    let provider = Arc::new(default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).allow_unauthenticated().build().unwrap();
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![leaf, own.certificate.clone()], key)
        .unwrap()
}

impl Drop for Centre {
    fn drop(&mut self) {
        if let Some((end, _)) = self.running.take() {
            let _ = end.send(());
        }
    }
}

async fn serve(listener: &TcpListener, book: &Arc<Mutex<Book>>, config: &Arc<ServerConfig>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (book, acceptor) = (Arc::clone(book), TlsAcceptor::from(Arc::clone(config)));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let by: Option<Vec<u8>> = stream.get_ref().1.peer_certificates().and_then(|all| all.first()).map(|first| first.to_vec());
            let answer = service_fn(move |request| answer(Arc::clone(&book), by.clone(), request));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Dead;

impl std::fmt::Display for Dead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dead")
    }
}

impl std::error::Error for Dead {}

async fn answer(book: Arc<Mutex<Book>>, by: Option<Vec<u8>>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dead> {
    let (parts, body) = request.into_parts();
    let book = || book.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(Mood::TooLarge(bytes)) = book().moods.pop_front_if(|mood| matches!(mood, Mood::TooLarge(_))) {
        // A proxy answers at once, and throws away what still comes.
        tokio::spawn(body.collect());
        return Ok(Response::builder().status(413).body(Full::new(Bytes::from(vec![b'<'; bytes]))).unwrap());
    }
    let body = body.collect().await.map_err(|_| Dead)?.to_bytes();
    assert_eq!(parts.method, "POST");
    match parts.uri.path() {
        ENROL => Ok(said(book().enrol(&body))),
        RENEW => Ok(said(book().renew(by.as_deref(), &body))),
        BATCH => {
            assert_eq!(parts.headers["content-type"], BATCH_TYPE);
            let (mood, receipt) = {
                let mut book = book();
                let mood = book.moods.pop_front();
                (mood, book.receive(by.as_deref(), &body, mood))
            };
            match mood {
                Some(Mood::Late(time)) => tokio::time::sleep(time).await,
                Some(Mood::DieBefore | Mood::DieAfter) => return Err(Dead),
                _ => {}
            }
            Ok(said(receipt))
        }
        _ => Ok(said::<()>(Err(problem(404, "no-page", "there is nothing here", false)))),
    }
}

fn said<T: Serialize>(answer: Result<T, Problem>) -> Response<Full<Bytes>> {
    let (status, body) = match answer {
        Ok(answer) => (200, serde_json::to_vec(&answer).unwrap()),
        Err(problem) => (problem.status, serde_json::to_vec(&problem).unwrap()),
    };
    Response::builder().status(status).body(Full::new(Bytes::from(body))).unwrap()
}
