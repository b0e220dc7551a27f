//! The addresses from which tries to sign in fail. Kept in memory and bounded: a restart forgets them.

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName},
};
use noroshi_kernel::moment::Moment;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};

/// Where the address of who asks is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAddress {
    /// It is the connection's other end.
    Peer,
    /// A proxy tells it in this header (`X-Forwarded-For`), its own finding last. Nothing but the proxy may reach the platform then.
    Header(HeaderName),
    /// It is not known: a proxy stands before the platform and tells nothing. Then it is not counted, since everybody would be one.
    Unknown,
}

impl ClientAddress {
    /// The network of who asks: an IPv4 address, or the /64 of an IPv6 address, which is as much as one person is given.
    pub(crate) fn network(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        let address = match self {
            Self::Peer => extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip(),
            Self::Header(name) => headers.get_all(name).into_iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()?,
            Self::Unknown => return None,
        };
        Some(match address.to_canonical() {
            IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() & (u128::MAX << 64))),
            short @ IpAddr::V4(Ipv4Addr { .. }) => short,
        })
    }
}

/// Failures that a network has within [`WINDOW_US`] before it waits.
const FREE_FAILURES: u32 = 20;
/// Ten minutes.
const WINDOW_US: i64 = 600_000_000;
/// The networks that are remembered.
const MOST_NETWORKS: usize = 10_000;

#[derive(Clone, Copy)]
struct Tried {
    since: Moment,
    failures: u32,
}

/// How often each network failed.
#[derive(Default)]
pub(crate) struct Failures(Mutex<HashMap<IpAddr, Tried>>);

impl Failures {
    /// Counts a try before it is looked at, or gives the seconds to wait.
    pub(crate) fn begin(&self, network: IpAddr, now: Moment) -> Result<(), i64> {
        let mut networks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |tried: &Tried| now.0 - tried.since.0 >= WINDOW_US;
        if networks.len() >= MOST_NETWORKS && !networks.contains_key(&network) {
            networks.retain(|_, tried| !over(tried));
            // Still full: whoever began first has waited longest.
            if let Some(oldest) = networks.iter().min_by_key(|(_, tried)| tried.since).map(|(network, _)| *network).filter(|_| networks.len() >= MOST_NETWORKS)
            {
                networks.remove(&oldest);
            }
        }
        let tried = networks.entry(network).or_insert(Tried { since: now, failures: 0 });
        if over(tried) {
            *tried = Tried { since: now, failures: 0 };
        }
        if tried.failures >= FREE_FAILURES {
            return Err((tried.since.0 + WINDOW_US - now.0) / 1_000_000 + 1);
        }
        tried.failures += 1;
        Ok(())
    }

    /// The try was no failure.
    pub(crate) fn succeeded(&self, network: IpAddr) {
        if let Some(tried) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&network) {
            tried.failures = tried.failures.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_that_fails_waits_and_others_do_not() {
        let (failures, now) = (Failures::default(), Moment(0));
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        for _ in 0..50 {
            assert_eq!(failures.begin(one, now), Ok(()));
            failures.succeeded(one);
        }
        for _ in 0..FREE_FAILURES {
            assert_eq!(failures.begin(one, now), Ok(()));
        }
        assert_eq!(failures.begin(one, now), Err(601));
        assert_eq!(failures.begin(other, now), Ok(()));
        assert_eq!(failures.begin(one, Moment(WINDOW_US)), Ok(()), "ten minutes later");
    }

    #[test]
    fn only_so_many_networks_are_remembered() {
        let failures = Failures::default();
        for number in 0..u32::try_from(MOST_NETWORKS).expect("small") + 500 {
            assert_eq!(failures.begin(IpAddr::V4(Ipv4Addr::from_bits(number)), Moment(i64::from(number))), Ok(()));
        }
        assert_eq!(failures.0.lock().expect("the map").len(), MOST_NETWORKS);
    }

    #[test]
    fn the_address_is_the_peers_or_the_last_that_the_proxy_tells() {
        let header = ClientAddress::Header(HeaderName::from_static("x-forwarded-for"));
        let mut headers = HeaderMap::new();
        let mut extensions = Extensions::new();
        assert_eq!(header.network(&headers, &extensions), None);
        assert_eq!(ClientAddress::Peer.network(&headers, &extensions), None);
        headers.append("x-forwarded-for", HeaderValue::from_static("198.51.100.9, 203.0.113.7"));
        extensions.insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1))));
        assert_eq!(header.network(&headers, &extensions), Some(address("203.0.113.7")), "what a client writes itself stands before");
        assert_eq!(ClientAddress::Peer.network(&headers, &extensions), Some(address("192.0.2.1")));
        assert_eq!(ClientAddress::Unknown.network(&headers, &extensions), None);
        headers.append("x-forwarded-for", HeaderValue::from_static("2001:db8:1:2:3:4:5:6"));
        assert_eq!(header.network(&headers, &extensions), Some(address("2001:db8:1:2::")), "a /64 is one");
        headers.append("x-forwarded-for", HeaderValue::from_static("::ffff:203.0.113.7"));
        assert_eq!(header.network(&headers, &extensions), Some(address("203.0.113.7")));
    }
}
