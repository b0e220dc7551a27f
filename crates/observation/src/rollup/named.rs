//! The services that are told apart below a day: those that somebody listens on, or looks for.
//!
//! The list only grows at the price of a recount; what it lacks is told apart by day all the same.

use noroshi_lake::packets::Service;

/// Ports from 1024 on that have a name here: IANA's registrations of what is attacked, what appliances and worms use, and what the seeds of
/// this desk tell of. In order.
const PORTS: [u16; 198] = [
    1025, 1026, 1027, 1028, 1029, 1080, 1099, 1234, 1433, 1434, 1521, 1604, 1723, 1755, 1883, 1900, 1911, 1962, 2000, 2049, 2082, 2083, 2086, 2087, 2121, 2181,
    2222, 2323, 2375, 2376, 2379, 2380, 2404, 2483, 2484, 2601, 2745, 2967, 3000, 3001, 3031, 3127, 3128, 3268, 3269, 3283, 3306, 3310, 3333, 3389, 3410, 3478,
    3689, 3690, 3702, 3780, 4000, 4040, 4070, 4145, 4282, 4369, 4443, 4444, 4500, 4505, 4506, 4567, 4662, 4672, 4786, 4840, 4848, 4899, 5000, 5001, 5006, 5007,
    5038, 5060, 5061, 5094, 5168, 5222, 5269, 5351, 5353, 5357, 5358, 5432, 5500, 5554, 5555, 5601, 5632, 5672, 5683, 5800, 5801, 5900, 5901, 5902, 5903, 5938,
    5984, 5985, 5986, 6000, 6001, 6129, 6346, 6379, 6443, 6588, 6660, 6666, 6667, 6668, 6697, 6881, 7001, 7070, 7474, 7547, 7574, 7777, 8000, 8008, 8009, 8010,
    8080, 8081, 8082, 8083, 8086, 8087, 8088, 8089, 8090, 8118, 8123, 8140, 8161, 8181, 8222, 8291, 8333, 8443, 8545, 8728, 8834, 8883, 8888, 8983, 9000, 9001,
    9042, 9090, 9092, 9100, 9160, 9200, 9300, 9418, 9443, 9530, 9600, 9898, 9999, 10000, 10250, 11211, 12345, 15672, 16992, 17300, 18080, 20000, 20547, 22222,
    23023, 25565, 26379, 27015, 27017, 27374, 28017, 30005, 32764, 37215, 37777, 44818, 47808, 49152, 50000, 52869, 53413, 61616,
];

/// Whether a service is told apart below a day: well-known ports (RFC 6335: below 1024), those of the list, types of ICMP, protocols.
#[must_use]
pub fn is(service: Service) -> bool {
    match service {
        Service::Port { port, .. } => port < 1024 || PORTS.binary_search(&port).is_ok(),
        Service::Icmp { .. } | Service::Protocol(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(PORTS.is_sorted_by(|a, b| a < b) && PORTS[0] >= 1024);
        let tcp = |port| Service::Port { protocol: 6, port };
        // Ports of the seeds: 2006 to 2013.
        for port in [22, 445, 1433, 2967, 5168, 5900] {
            assert!(is(tcp(port)), "{port}");
        }
        assert!(!is(tcp(40_001)) && is(Service::Icmp { protocol: 1, kind: 8 }) && is(Service::Protocol(47)));
    }
}
