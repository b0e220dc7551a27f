use crate::geography::Geography;
use noroshi_kernel::reason::Reason;
use noroshi_lake::{folder::Folder, packets::Service};
use noroshi_ledger::Ledger;
use std::sync::Arc;

/// Where observations are kept: the database with its manifest, and the packets' files.
#[derive(Clone, Debug)]
pub struct Observatory {
    /// The records.
    pub ledger: Ledger,
    /// The packets.
    pub folder: Folder,
    /// Who tells where sources are.
    pub geography: Arc<Geography>,
}

/// The protocols that have names here (IANA).
const NAMED: [(u8, &str); 4] = [(1, "icmp"), (6, "tcp"), (17, "udp"), (58, "icmpv6")];

/// A service as everybody writes it: `tcp/445`, `icmp/8` (the type), `ip/47` (another protocol's number).
#[must_use]
pub fn service_key(service: Service) -> String {
    let name = |protocol: u8| NAMED.into_iter().find(|(number, _)| *number == protocol).map(|(_, name)| name);
    match service {
        Service::Port { protocol, port } => name(protocol).map_or_else(|| format!("ip/{protocol}/{port}"), |name| format!("{name}/{port}")),
        Service::Icmp { protocol, kind } => format!("{}/{kind}", name(protocol).unwrap_or("icmp")),
        // Of one that has ports or types, what came without: later fragments.
        Service::Protocol(protocol) => name(protocol).map_or_else(|| format!("ip/{protocol}"), |name| format!("{name}/-")),
    }
}

/// A text that is no service.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no service; write for example tcp/445, udp/53, icmp/8 (a type) or ip/47 (a protocol's number)")]
pub struct NoService(String);

impl From<NoService> for Reason {
    fn from(error: NoService) -> Self {
        let ja = format!("「{}」はサービスとして読めません。tcp/445、udp/53、icmp/8（型）、ip/47（プロトコル番号）のように書いてください。", error.0);
        Self::new("service", ja, error.to_string())
    }
}

/// Reads `tcp/445`, `icmp/8`, `ip/47`; a protocol's name alone is all of it.
///
/// # Errors
/// [`NoService`] when it is something else.
pub fn parse_service(text: &str) -> Result<Service, NoService> {
    let read = || {
        let (name, number) = text.split_once('/').unwrap_or((text, ""));
        let name = name.to_ascii_lowercase();
        if number.is_empty() && !text.contains('/') {
            return NAMED.into_iter().find(|(_, known)| *known == name).map(|(protocol, _)| Service::Protocol(protocol));
        }
        if name == "ip" {
            return Some(Service::Protocol(number.parse().ok()?));
        }
        let protocol = NAMED.into_iter().find(|(_, known)| *known == name)?.0;
        Some(match protocol {
            1 | 58 => Service::Icmp { protocol, kind: number.parse().ok()? },
            _ => Service::Port { protocol, port: number.parse().ok()? },
        })
    };
    read().ok_or_else(|| NoService(text.chars().take(40).collect()))
}

/// The service of a key that [`service_key`] made.
pub(crate) fn service_of_key(key: &str) -> Option<Service> {
    let (name, number) = key.split_once('/')?;
    if name == "ip" {
        return Some(match number.split_once('/') {
            Some((protocol, port)) => Service::Port { protocol: protocol.parse().ok()?, port: port.parse().ok()? },
            None => Service::Protocol(number.parse().ok()?),
        });
    }
    if number == "-" {
        return NAMED.into_iter().find(|(_, known)| *known == name).map(|(protocol, _)| Service::Protocol(protocol));
    }
    parse_service(key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_read_back() {
        for text in ["tcp/445", "udp/53", "icmp/8", "icmpv6/128", "ip/47"] {
            assert_eq!(service_key(parse_service(text).expect(text)), text);
        }
        for (text, protocol) in [("icmp", 1), ("ICMPv6", 58), ("tcp", 6)] {
            assert_eq!(parse_service(text), Ok(Service::Protocol(protocol)));
        }
        for text in ["", "ip", "sctp", "tcp/", "tcp/65536", "icmp/256", "sctp/80", "ip/256", "tcp/ 1", "445"] {
            assert_eq!(parse_service(text), Err(NoService(text.into())), "{text}");
        }
    }
}
