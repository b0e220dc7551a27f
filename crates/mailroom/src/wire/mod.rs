//! How letters travel: out through a relay ([`smtp`]), in from a mail server ([`lmtp`]) or out of a mailbox ([`imap`]).
//!
//! Nothing here knows the database: what makes a letter durable is given in, and nobody is told that a letter was taken
//! before that has ended well.
//!
//! **Architecture invariant:** a letter that was handed to us is acknowledged, flagged, moved or deleted only after it is
//! durable. Whoever dies in between is given the same bytes again, never none.

pub mod imap;
pub mod lmtp;
pub mod smtp;

mod guard;
mod notification;
mod tls;

use noroshi_kernel::reason::Reason;
use serde::Deserialize;
use std::{fmt, time::Duration};
use tokio::net::TcpStream;

/// A password. It is shown nowhere: not in `Debug`, not in errors.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a password.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password itself, for the one place that sends it.
    fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// How a connection is kept from being read and changed on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Not at all: for a server on the same machine.
    None,
    /// `STARTTLS` before anything else; without it nothing is said (RFC 3207, RFC 9051 6.2.1).
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
}

/// How long somebody is waited for has run out.
struct Elapsed;

/// Waits for something, but not for ever.
async fn within<T>(patience: Duration, what: impl Future<Output = T>) -> Result<T, Elapsed> {
    tokio::time::timeout(patience, what).await.map_err(|_| Elapsed)
}

/// Opens a connection to the first address of a name that answers.
async fn connect(host: &str, port: u16, patience: Duration) -> Result<TcpStream, Reason> {
    let failed = |why: &str| {
        Reason::new(
            "wire-connect",
            format!("{host}:{port} に接続できません（{why}）。サーバの状態、ホスト名、ポート番号、途中のファイアウォールを確認してください。"),
            format!("cannot connect to {host}:{port} ({why}); check that the server runs, its name and port, and firewalls on the way"),
        )
    };
    let stream = match within(patience, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(failed(&error.kind().to_string())),
        Err(Elapsed) => return Err(failed(&format!("{} s", patience.as_secs()))),
    };
    // Commands are short and wait for their answers; latency matters, packets do not.
    stream.set_nodelay(true).map_err(|error| failed(&error.kind().to_string()))?;
    Ok(stream)
}

/// True when the other side is on this machine, so that nobody else reads along.
fn is_here(stream: &TcpStream) -> bool {
    stream.peer_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("fire")), "(secret)");
    }
}
