//! What listens at a port: the name that IANA gives it, and the words by which texts speak of it.
//!
//! The table is ours and holds facts: names of the service name registry, and names of protocols and products. A service that it does
//! not know has no name; none is guessed.

use noroshi_kernel::observable::Port;
use std::{collections::BTreeMap, sync::LazyLock};

const TABLE: &str = include_str!("../data/services.csv");

/// A service that the table knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Where it listens.
    pub port: Port,
    /// Its name in IANA's registry; empty when that has none, or another than what is found there.
    pub name: &'static str,
    /// Protocols and other words that mean it wherever they stand.
    pub words: Vec<&'static str>,
    /// Products that listen there. Their names mean much else, too, so that they count as names of products only.
    pub products: Vec<&'static str>,
}

static SERVICES: LazyLock<BTreeMap<Port, Service>> = LazyLock::new(|| TABLE.lines().skip(1).filter_map(service).map(|one| (one.port, one)).collect());

fn service(line: &'static str) -> Option<Service> {
    let mut cells = line.split(',');
    let list = |cell: Option<&'static str>| cell.unwrap_or_default().split(';').filter(|word| !word.is_empty()).collect();
    let (port, name) = (cells.next()?.parse().ok()?, cells.next()?);
    Some(Service { port, name, words: list(cells.next()), products: list(cells.next()) })
}

/// The service at a port; `None` when the table does not know it.
#[must_use]
pub fn at(port: Port) -> Option<&'static Service> {
    SERVICES.get(&port)
}

/// The name of the service that is written `tcp/445`, `udp/53` or `icmp/8`.
///
/// ```
/// use noroshi_catalogue::service_name;
/// assert_eq!(service_name("tcp/445"), Some("microsoft-ds"));
/// assert_eq!(service_name("icmp/8"), Some("echo-request"));
/// assert_eq!(service_name("tcp/64999"), None);
/// ```
#[must_use]
pub fn service_name(service: &str) -> Option<&'static str> {
    at(service.parse().ok()?).map(|service| service.name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read_once() {
        let lines = TABLE.lines().skip(1).count();
        assert_eq!(SERVICES.len(), lines, "a line is broken or stands twice");
        for line in TABLE.lines() {
            assert_eq!(line.split(',').count(), 4, "{line}");
        }
        for service in SERVICES.values() {
            assert!(service.name.bytes().all(|byte| byte.is_ascii_graphic()), "{service:?}");
            for word in service.words.iter().chain(&service.products) {
                assert!(word.len() >= 2 && *word == word.trim(), "{service:?}");
            }
        }
    }
}
