//! What can be seen on the network: hosts, addresses, ports and URLs, each in one canonical text.

use serde::{Deserialize, Serialize};
use std::{
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

/// The longest host name in bytes (RFC 1035, section 2.3.4, without the root).
const HOST_MOST_BYTES: usize = 253;

/// The longest label of a host name in bytes (RFC 1035, section 2.3.4).
const LABEL_MOST_BYTES: usize = 63;

macro_rules! text_in_serde {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

text_in_serde!(Host, Address, Port, Url);

/// An IP address; an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) is the IPv4 address that it maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(IpAddr);

impl Address {
    /// The address as the standard library knows it.
    #[must_use]
    pub const fn ip(self) -> IpAddr {
        self.0
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self(ip.to_canonical())
    }
}

impl std::fmt::Display for Address {
    /// IPv6 as in RFC 5952, without brackets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no IP address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no IP address; write for example 192.0.2.7 or 2001:db8::7")]
pub struct NoAddress(String);

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        text.parse::<IpAddr>().map(Self::from).map_err(|_| NoAddress(text.into()))
    }
}

/// A host name in lower-case ASCII (punycode where needed) without the dot of the root, or an IP address without brackets.
///
/// Labels may hold `_`, which the field's host names do although RFC 952 forbids it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(String);

impl Host {
    /// The host's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, when the host is one.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        self.0.ends_with(|last: char| last.is_ascii_hexdigit() || last == ':').then(|| self.0.parse().ok()).flatten()
    }

    /// The top level domain with its dot, for example `.jp`; `None` for addresses and for names of one label.
    #[must_use]
    pub fn top_level_domain(&self) -> Option<&str> {
        if self.address().is_some() {
            return None;
        }
        self.0.rfind('.').and_then(|dot| self.0.get(dot..))
    }
}

impl From<Address> for Host {
    fn from(address: Address) -> Self {
        Self(address.to_string())
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no host.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no host; write a name in ASCII letters, digits, hyphens and dots (xn--… for others), or an IP address")]
pub struct NoHost(String);

impl FromStr for Host {
    type Err = NoHost;

    fn from_str(text: &str) -> Result<Self, NoHost> {
        if let Some(inner) = text.strip_prefix('[').and_then(|open| open.strip_suffix(']')) {
            return inner.parse::<Ipv6Addr>().map(|ip| Address::from(IpAddr::V6(ip)).into()).map_err(|_| NoHost(text.into()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let last = name.rsplit('.').next().unwrap_or(name);
        // RFC 1123, section 2.1: a name whose last label is a number would be taken for an address.
        if name.contains(':') || last.bytes().all(|byte| byte.is_ascii_digit()) {
            return name.parse().map(|address: Address| address.into()).map_err(|_| NoHost(text.into()));
        }
        let label = |label: &str| {
            (1..=LABEL_MOST_BYTES).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let well = name.len() <= HOST_MOST_BYTES && name.split('.').all(label);
        well.then(|| Self(name.to_ascii_lowercase())).ok_or_else(|| NoHost(text.into()))
    }
}

/// A transport, or ICMP, whose types count as ports here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Transmission Control Protocol.
    Tcp,
    /// User Datagram Protocol.
    Udp,
    /// Internet Control Message Protocol, of IPv4 and of IPv6.
    Icmp,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Icmp];

    /// The protocol's key, as stored and typed: `tcp` and so on.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
        }
    }

    /// The greatest number that it knows: a port, or a type of ICMP.
    #[must_use]
    pub const fn greatest(self) -> u16 {
        match self {
            Self::Tcp | Self::Udp => u16::MAX,
            Self::Icmp => 255,
        }
    }
}

/// What packets are sent to: `tcp/22`, `udp/53`, or for ICMP its type, `icmp/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Port {
    /// The protocol.
    pub protocol: Protocol,
    /// The port, or the type of ICMP.
    pub number: u16,
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.protocol.key(), self.number)
    }
}

/// A text that is no port.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no port; write for example tcp/22, udp/53 or icmp/8")]
pub struct NoPort(String);

impl FromStr for Port {
    type Err = NoPort;

    fn from_str(text: &str) -> Result<Self, NoPort> {
        let read = || {
            let (key, digits) = text.split_once('/')?;
            let protocol = Protocol::ALL.into_iter().find(|protocol| protocol.key().eq_ignore_ascii_case(key))?;
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = plain.then(|| digits.parse().ok()).flatten().filter(|number| *number <= protocol.greatest())?;
            Some(Self { protocol, number })
        };
        read().ok_or_else(|| NoPort(text.into()))
    }
}

/// A URL's canonical text, `scheme://…`, as `noroshi_feeds::canonical` makes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Url(String);

impl Url {
    /// The URL's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host within the text: without user, port and the brackets of IPv6; `None` when it is empty.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let (_, rest) = self.0.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        let host = match place.strip_prefix('[') {
            Some(open) => open.split(']').next()?,
            None => place.rsplit_once(':').map_or(place, |(host, _)| host),
        };
        (!host.is_empty()).then_some(host)
    }
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no URL; write for example https://login.example.test/ib/ without spaces")]
pub struct NoUrl(String);

impl FromStr for Url {
    type Err = NoUrl;

    /// Looks at the shape only; nothing is rewritten.
    fn from_str(text: &str) -> Result<Self, NoUrl> {
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        let named = scheme.starts_with(|first: char| first.is_ascii_lowercase())
            && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'));
        let spaced = text.contains(|character: char| character.is_whitespace() || character.is_control());
        let url = Self(text.into());
        if named && !spaced && url.host().is_some() { Ok(url) } else { Err(NoUrl(text.into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hosts_have_one_text() {
        for (text, canonical, top) in [
            ("WWW.Example.JP.", "www.example.jp", Some(".jp")),
            ("xn--wgv71a.xn--q9jyb4c", "xn--wgv71a.xn--q9jyb4c", Some(".xn--q9jyb4c")),
            ("_dmarc.example.test", "_dmarc.example.test", Some(".test")),
            ("localhost", "localhost", None),
            ("192.0.2.7", "192.0.2.7", None),
            ("[2001:DB8:0::7]", "2001:db8::7", None),
            ("2001:db8::7", "2001:db8::7", None),
            ("::ffff:192.0.2.7", "192.0.2.7", None),
        ] {
            let host: Host = text.parse().expect("a host");
            assert_eq!((host.as_str(), host.top_level_domain()), (canonical, top));
            assert_eq!(host.address().is_some(), canonical.parse::<IpAddr>().is_ok(), "{text}");
        }
        assert!("cafe.beef".parse::<Host>().expect("a name").address().is_none());
    }

    #[test]
    fn what_is_no_host_is_refused() {
        let long_label = format!("{}.jp", "a".repeat(64));
        let long_name = format!("{}jp", "a.".repeat(126));
        for text in [
            "",
            ".",
            "..",
            "a..jp",
            ".jp",
            "a b.jp",
            "日本.jp",
            "a.jp/",
            "1.2.3",
            "1.2.3.256",
            "[192.0.2.7]",
            "[::1",
            "a:80",
            long_label.as_str(),
            long_name.as_str(),
        ] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }

    #[test]
    fn mapped_addresses_are_the_address_that_they_map() {
        let address: Address = "::FFFF:192.0.2.7".parse().expect("an address");
        assert_eq!(address.to_string(), "192.0.2.7");
        assert_eq!("2001:DB8:0:0::7".parse::<Address>().expect("an address").to_string(), "2001:db8::7");
        assert!("192.0.2".parse::<Address>().is_err());
    }

    #[test]
    fn ports_read_back() {
        for text in ["tcp/22", "udp/53", "icmp/8", "tcp/0", "udp/65535"] {
            assert_eq!(text.parse::<Port>().expect("a port").to_string(), text);
        }
        for text in ["", "tcp", "tcp/", "tcp/65536", "tcp/+22", "icmp/256", "sctp/1", "22/tcp", "tcp/22/"] {
            assert!(text.parse::<Port>().is_err(), "{text}");
        }
    }

    #[test]
    fn urls_know_their_host() {
        for (text, host) in [
            ("http://login.example.test/ib/?a=b://c", "login.example.test"),
            ("https://user:word@example.test:8443", "example.test"),
            ("http://[2001:db8::7]:81/", "2001:db8::7"),
            ("http://192.0.2.7?x", "192.0.2.7"),
        ] {
            assert_eq!(text.parse::<Url>().expect("a URL").host(), Some(host));
        }
        for text in ["", "http://", "http:///x", "example.test", "HTTP://example.test/", "://x", "http://a b/", "http://a/\n", "http://:80/"] {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
    }

    #[test]
    fn json_is_the_text() {
        let port = Port { protocol: Protocol::Tcp, number: 22 };
        assert_eq!(serde_json::to_string(&port).expect("JSON"), "\"tcp/22\"");
        assert_eq!(serde_json::from_str::<Port>("\"tcp/22\"").expect("a port"), port);
        assert!(serde_json::from_str::<Host>("\"a b\"").is_err());
        assert_eq!(serde_json::from_str::<Address>("\"::ffff:192.0.2.7\"").expect("an address").to_string(), "192.0.2.7");
    }

    proptest! {
        #[test]
        fn texts_read_back_and_nothing_panics(text in "\\PC{0,24}") {
            if let Ok(host) = text.parse::<Host>() {
                prop_assert_eq!(host.as_str().parse::<Host>().expect("canonical"), host);
            }
            if let Ok(url) = text.parse::<Url>() {
                prop_assert_eq!(url.as_str(), text.as_str());
            }
            let _ = (text.parse::<Address>(), text.parse::<Port>());
        }

        #[test]
        fn every_address_reads_back(bits: u128, small: u32) {
            for ip in [IpAddr::V6(bits.into()), IpAddr::V4(small.into())] {
                let address = Address::from(ip);
                prop_assert_eq!(address.to_string().parse(), Ok(address));
                prop_assert_eq!(Host::from(address).address(), Some(address));
            }
        }
    }
}
