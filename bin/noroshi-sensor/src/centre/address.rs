//! Where the centre is.

use hyper::Uri;
use std::{fmt, str::FromStr};
use tokio_rustls::rustls::pki_types::ServerName;

/// The address of a centre: `https://HOST` or `https://HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A name, or an address without brackets.
    pub host: String,
    /// 443 unless it is said.
    pub port: u16,
    /// As whom it must prove itself.
    pub(super) name: ServerName<'static>,
    /// As HTTP names it.
    pub(super) authority: String,
}

/// What is no address of a centre.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no centre's address: write https://HOST or https://HOST:PORT, without a path")]
pub struct NoAddress(String);

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let no = || NoAddress(text.to_owned());
        let uri: Uri = text.trim().parse().map_err(|_| no())?;
        let authority = uri.authority().ok_or_else(no)?;
        let plain = uri.scheme_str() == Some("https") && matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if !plain || host.is_empty() {
            return Err(no());
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| no())?;
        let port = match authority.as_str().strip_prefix(authority.host()).ok_or_else(no)? {
            "" => 443,
            port => port.strip_prefix(':').and_then(|port| port.parse().ok()).ok_or_else(no)?,
        };
        Ok(Self { host: host.to_owned(), port, name, authority: authority.as_str().to_owned() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_hosts_with_or_without_a_port() {
        for (text, host, port) in [
            ("https://centre.example.jp", "centre.example.jp", 443),
            ("https://centre.example.jp:8443/", "centre.example.jp", 8443),
            ("https://192.0.2.1", "192.0.2.1", 443),
            (" https://[2001:db8::1]:8443", "2001:db8::1", 8443),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port));
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        for wrong in [
            "",
            "centre.example.jp",
            "http://centre.example.jp",
            "https://",
            "https://centre.example.jp/x",
            "https://a@b.example.jp",
            "https://x:99999",
            "https://x:",
        ] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
