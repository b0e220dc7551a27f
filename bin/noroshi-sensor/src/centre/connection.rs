//! One connection to the centre, kept open from request to request.

use super::{Address, tls::AnotherAuthority};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use noroshi_telescope::protocol::{MOST_JSON_BYTES, Problem};
use serde::de::DeserializeOwned;
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{self, CertificateError, ClientConfig},
};

/// For a name, a connection and a handshake, each.
const CONNECTING: Duration = Duration::from_secs(15);
/// For a request and its answer: 8 MiB over a slow line.
const ANSWERING: Duration = Duration::from_secs(120);

/// Why the centre did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nobody answers there.
    #[error("{0} cannot be reached ({1}): see that the address is right, that the centre runs, and that no firewall is between")]
    Unreachable(Address, io::Error),
    /// It could not prove itself, or does not accept the sensor.
    #[error("{0}")]
    Tls(String),
    /// The connection broke, or what came is no answer.
    #[error("the connection to the centre broke: {0}")]
    Broken(String),
    /// No answer came in time.
    #[error("the centre did not answer in time")]
    Late,
    /// The centre refuses, and says why.
    #[error("the centre refuses: {} (HTTP {}, {})", .0.title, .0.status, .0.r#type)]
    Refused(Box<Problem>),
    /// The centre, or whatever is in between, takes nothing of this size.
    #[error("HTTP 413: what was sent is too large for the centre, or for a proxy in between")]
    TooLarge,
    /// The answer is none of the centre's.
    #[error("HTTP {0}, and not in the centre's words: another program answers there, or one of the two must be updated")]
    Foreign(u16),
}

impl CallError {
    /// Whether asking again with the same would be refused again.
    #[must_use]
    pub fn is_for_good(&self) -> bool {
        match self {
            Self::Refused(problem) => problem.for_good,
            Self::TooLarge => true,
            _ => false,
        }
    }
}

/// Whoever records looks at least so often where the centre is.
pub const LEFT_OUT_AFTER: Duration = Duration::from_millis(500);

/// A connection, opened when it is needed.
pub struct Connection {
    address: Address,
    config: Arc<ClientConfig>,
    open: Option<SendRequest<Full<Bytes>>>,
    /// Where the centre was found: for leaving one's own traffic out.
    found: Arc<Mutex<Vec<SocketAddr>>>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("address", &self.address).field("open", &self.open.is_some()).finish_non_exhaustive()
    }
}

impl Connection {
    /// To a centre; nothing is opened yet.
    #[must_use]
    pub fn to(address: Address, config: ClientConfig) -> Self {
        Self { address, config: Arc::new(config), open: None, found: Arc::default() }
    }

    /// Where the centre was found last.
    #[must_use]
    pub fn found(&self) -> Arc<Mutex<Vec<SocketAddr>>> {
        Arc::clone(&self.found)
    }

    /// From now on with another certificate.
    pub fn prove_by(&mut self, config: ClientConfig) {
        self.config = Arc::new(config);
        self.open = None;
    }

    /// Asks where the centre is.
    ///
    /// # Errors
    /// When its name cannot be resolved.
    pub async fn resolve(&self) -> Result<Vec<SocketAddr>, CallError> {
        let failed = |error| CallError::Unreachable(self.address.clone(), error);
        let looking = tokio::net::lookup_host((self.address.host.as_str(), self.address.port));
        let found: Vec<SocketAddr> = timeout(CONNECTING, looking).await.map_err(|_| CallError::Late)?.map_err(failed)?.collect();
        let moved = {
            let mut known = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            let moved = *known != found;
            known.clone_from(&found);
            moved
        };
        // Who leaves this traffic out must know where it goes before the first of it comes back.
        if moved && Arc::strong_count(&self.found) > 1 {
            sleep(LEFT_OUT_AFTER).await;
        }
        Ok(found)
    }

    /// Sends a request and reads the answer. After an error, the next request opens a new connection.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn post<T: DeserializeOwned>(&mut self, path: &str, media_type: &str, body: Vec<u8>) -> Result<T, CallError> {
        let body = Bytes::from(body);
        // A connection that the centre closed while it was idle costs no attempt.
        let idle = self.open.take().filter(|open| !open.is_closed());
        let reused = idle.is_some();
        let mut sender = match idle {
            Some(open) => open,
            None => self.connect().await?,
        };
        let answer = match timeout(ANSWERING, self.exchange(&mut sender, path, media_type, body.clone())).await.map_err(|_| CallError::Late)? {
            Err(CallError::Broken(_)) if reused => {
                sender = self.connect().await?;
                timeout(ANSWERING, self.exchange(&mut sender, path, media_type, body)).await.map_err(|_| CallError::Late)?
            }
            answer => answer,
        };
        let (status, bytes) = answer?;
        if status >= 400 {
            // Who is not the centre may have answered before all was sent: on this connection, the rest would be taken for the next request.
            let problem: Option<Problem> = serde_json::from_slice(&bytes).ok().filter(|problem: &Problem| problem.r#type.starts_with("urn:noroshi:reason:"));
            return Err(match problem {
                // Whoever says so, and in whatever words: the same will not become smaller.
                _ if status == 413 => CallError::TooLarge,
                Some(problem) => {
                    self.open = Some(sender);
                    CallError::Refused(Box::new(problem))
                }
                None => CallError::Foreign(status),
            });
        }
        let read = serde_json::from_slice(&bytes).map_err(|_| CallError::Foreign(status))?;
        self.open = Some(sender);
        Ok(read)
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, CallError> {
        let failed = |error| CallError::Unreachable(self.address.clone(), error);
        let mut last = io::Error::other("its name has no address");
        let mut stream = None;
        for address in self.resolve().await? {
            match timeout(CONNECTING, TcpStream::connect(address)).await {
                Ok(Ok(open)) => {
                    stream = Some(open);
                    break;
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        let stream = stream.ok_or(last).map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let handshake = TlsConnector::from(Arc::clone(&self.config)).connect(self.address.name.clone(), stream);
        let stream = timeout(CONNECTING, handshake).await.map_err(|_| CallError::Late)?.map_err(|error| self.untrusted(&error))?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| CallError::Broken(error.to_string()))?;
        tokio::spawn(async move {
            // What goes wrong is told to whoever waits for an answer.
            let _ = connection.await;
        });
        Ok(sender)
    }

    async fn exchange(&self, sender: &mut SendRequest<Full<Bytes>>, path: &str, media_type: &str, body: Bytes) -> Result<(u16, Bytes), CallError> {
        let request = Request::post(path)
            .header(HOST, &self.address.authority)
            .header(USER_AGENT, crate::spool::SOFTWARE)
            .header(CONTENT_TYPE, media_type)
            .body(Full::new(body))
            .map_err(|error| CallError::Broken(error.to_string()))?;
        sender.ready().await.map_err(|error| self.broken(&error))?;
        let answer = sender.send_request(request).await.map_err(|error| self.broken(&error))?;
        let status = answer.status().as_u16();
        match Limited::new(answer.into_body(), MOST_JSON_BYTES).collect().await {
            Ok(body) => Ok((status, body.to_bytes())),
            // A refusal that is too long or is cut is one all the same.
            Err(_) if status >= 400 => Ok((status, Bytes::new())),
            Err(error) => Err(CallError::Broken(error.to_string())),
        }
    }

    /// What broke; with TLS 1.3 a refused certificate shows only here.
    fn broken(&self, error: &hyper::Error) -> CallError {
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            if let Some(io) = inner.downcast_ref::<io::Error>()
                && io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
            {
                return self.untrusted(io);
            }
            cause = inner.source();
        }
        CallError::Broken(std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}")))
    }

    fn untrusted(&self, error: &io::Error) -> CallError {
        let centre = &self.address;
        let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
            return CallError::Tls(format!("{centre} does not speak TLS as a centre does ({error}): see that the address and the port are the centre's"));
        };
        CallError::Tls(match tls {
            rustls::Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
                format!("the certificate of {centre} is not valid yet by the clock of this machine: set the clock (see `timedatectl`), and try again")
            }
            rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => format!(
                "the certificate of {centre} has expired by the clock of this machine: set the clock (see `timedatectl`); if it is right, tell the centre"
            ),
            rustls::Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
                format!("the certificate of {centre} is for another name: use the address that the centre gave, as it stands there")
            }
            rustls::Error::InvalidCertificate(CertificateError::Other(other)) if other.0.is::<AnotherAuthority>() => format!(
                "{centre} is not the centre of this token ({}): use the address that came with the token; if it is right, somebody is in between, and the token must not be used",
                other.0
            ),
            rustls::Error::InvalidCertificate(why) => {
                format!("{centre} is not the centre at which this sensor enrolled ({why}): if the centre was set up anew, enrol anew")
            }
            rustls::Error::AlertReceived(alert) => {
                format!(
                    "{centre} does not accept this sensor's certificate ({alert:?}): it was revoked or has expired; ask the centre for a new token and enrol with --again"
                )
            }
            other => format!("{centre} does not speak TLS as a centre does ({other})"),
        })
    }
}
