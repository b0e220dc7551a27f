//! What stands in a file of packets, column by column.
//!
//! Types were chosen so that DuckDB, pandas (PyArrow) and ClickHouse read them without a word of explanation: numbers are unsigned as they are
//! on the wire; what a packet has not is null; names are text under a dictionary, which costs as little as a number would.

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};

/// The version of this schema, in every file's metadata under [`VERSION_KEY`].
pub const VERSION: &str = "1";
/// Where a file's metadata tells [`VERSION`].
pub const VERSION_KEY: &str = "noroshi.packets";

/// A column of stored packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// When it was captured.
    At,
    /// Who captured it.
    Sensor,
    /// Source, of IPv4.
    SourceV4,
    /// Source, of IPv6.
    SourceV6,
    /// Destination, of IPv4.
    DestinationV4,
    /// Destination, of IPv6.
    DestinationV6,
    /// What is above IP.
    Protocol,
    /// Source port.
    SourcePort,
    /// Destination port.
    DestinationPort,
    /// ICMP's type.
    IcmpType,
    /// ICMP's code.
    IcmpCode,
    /// Time to live.
    Ttl,
    /// IPv4's identification.
    IpId,
    /// Which part of a datagram.
    Fragment,
    /// TCP's flags.
    TcpFlags,
    /// TCP's window.
    TcpWindow,
    /// TCP's sequence number.
    TcpSequence,
    /// TCP's acknowledgment number.
    TcpAcknowledgment,
    /// TCP's options.
    TcpOptions,
    /// Length on the wire.
    WireBytes,
    /// The beginning of what it carried.
    Payload,
    /// The source's country.
    Country,
    /// What told the country.
    CountryEdition,
    /// The source's autonomous system.
    Asn,
    /// The tool that sent it.
    Tool,
    /// Why it may have come.
    Kind,
}

/// A sensor as queries know it; what is not known of it is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sensor {
    /// The number that its packets bear.
    pub number: u32,
    /// What it is called.
    pub name: String,
    /// The organisation that hosts it.
    pub organisation: String,
    /// The region in which it stands.
    pub region: String,
    /// Its country (ISO 3166-1 alpha-2).
    pub country: String,
    /// How many addresses it watches.
    pub addresses: u32,
}

/// Columns of the table `sensors`, which stands beside the packets in queries: name, and what its values are. No name is a column of packets but the
/// one by which both are joined.
pub const SENSOR_COLUMNS: [(&str, Kind); 6] = [
    ("sensor", Kind::Number),
    ("name", Kind::Text),
    ("organisation", Kind::Text),
    ("region", Kind::Text),
    ("sensor_country", Kind::Text),
    ("addresses", Kind::Number),
];

/// What the values of a column are to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Numbers, which stand under each other by their digits.
    Number,
    /// `true` or `false`.
    Truth,
    /// Anything else.
    Text,
}

impl Kind {
    /// What values of an Arrow type are.
    #[must_use]
    pub fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Truth,
            number if number.is_numeric() => Self::Number,
            _ => Self::Text,
        }
    }
}

/// A column, described for people.
#[derive(Clone, Debug)]
pub struct Description {
    /// Which.
    pub column: Column,
    /// Its name in files and queries.
    pub name: &'static str,
    /// Its Arrow type.
    pub data_type: DataType,
    /// Whether a packet may lack it.
    pub nullable: bool,
    /// Unit or range of values.
    pub unit: &'static str,
    /// Where the value comes from.
    pub source: &'static str,
}

impl Column {
    /// Every column, in the order in which they stand in files.
    pub const ALL: [Self; 26] = [
        Self::At,
        Self::Sensor,
        Self::SourceV4,
        Self::SourceV6,
        Self::DestinationV4,
        Self::DestinationV6,
        Self::Protocol,
        Self::SourcePort,
        Self::DestinationPort,
        Self::IcmpType,
        Self::IcmpCode,
        Self::Ttl,
        Self::IpId,
        Self::Fragment,
        Self::TcpFlags,
        Self::TcpWindow,
        Self::TcpSequence,
        Self::TcpAcknowledgment,
        Self::TcpOptions,
        Self::WireBytes,
        Self::Payload,
        Self::Country,
        Self::CountryEdition,
        Self::Asn,
        Self::Tool,
        Self::Kind,
    ];

    /// Its place in a whole batch.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name in files and queries.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.describe().name
    }

    /// All that is to be said of it.
    #[must_use]
    #[rustfmt::skip]
    pub fn describe(self) -> Description {
        use DataType::{Binary, FixedSizeBinary, Timestamp, UInt8, UInt16, UInt32};
        let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let instant = || Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
        let (name, data_type, nullable, unit, source) = match self {
            // Not `at`: a word of SQL.
            Self::At => ("captured_at", instant(), false, "nanoseconds since 1970-01-01T00:00:00Z", "the sensor's clock, at capture"),
            Self::Sensor => ("sensor", UInt32, false, "number of the sensor", "the centre's registry of sensors; a number stays when a sensor is renamed"),
            Self::SourceV4 => ("source_v4", UInt32, true, "IPv4 address as a number, first octet highest", "IP header; null with IPv6"),
            Self::SourceV6 => ("source_v6", FixedSizeBinary(16), true, "IPv6 address, 16 bytes as on the wire", "IP header; null with IPv4"),
            Self::DestinationV4 => ("destination_v4", UInt32, true, "as source_v4", "IP header; both are null when the sensor masks its own address"),
            Self::DestinationV6 => ("destination_v6", FixedSizeBinary(16), true, "as source_v6", "IP header"),
            Self::Protocol => ("protocol", UInt8, false, "IANA's number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6", "IP header, behind IPv6's extension headers"),
            Self::SourcePort => ("source_port", UInt16, true, "port", "TCP or UDP header; null of other protocols and of later fragments"),
            Self::DestinationPort => ("destination_port", UInt16, true, "port", "TCP or UDP header; null of other protocols and of later fragments"),
            Self::IcmpType => ("icmp_type", UInt8, true, "type", "ICMP or ICMPv6 header"),
            Self::IcmpCode => ("icmp_code", UInt8, true, "code", "ICMP or ICMPv6 header"),
            Self::Ttl => ("ttl", UInt8, false, "hops left", "IP header: time to live, or hop limit"),
            Self::IpId => ("ip_id", UInt16, true, "identification", "IPv4 header; null with IPv6"),
            Self::Fragment => ("fragment", text(), true, "first or later", "IP header; null of whole packets"),
            Self::TcpFlags => ("tcp_flags", UInt16, true, "bits: 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK, 32 URG, 64 ECE, 128 CWR, 256 AE, then the reserved ones", "TCP header"),
            Self::TcpWindow => ("tcp_window", UInt16, true, "bytes, unscaled", "TCP header"),
            Self::TcpSequence => ("tcp_sequence", UInt32, true, "number", "TCP header"),
            Self::TcpAcknowledgment => ("tcp_acknowledgment", UInt32, true, "number, whether its flag is set or not", "TCP header"),
            Self::TcpOptions => ("tcp_options", text(), true, "options in their order, as Nmap abbreviates them: M1460STNW7; empty when there are none", "TCP header"),
            Self::WireBytes => ("wire_bytes", UInt32, false, "bytes, with the link layer's header", "capture"),
            Self::Payload => ("payload", Binary, true, "first bytes, as many as the sensor keeps", "UDP, ICMP and ICMPv6; null when none is kept"),
            Self::Country => ("country", text(), true, "ISO 3166-1 alpha-2", "the centre, by source; null when not known"),
            Self::CountryEdition => ("country_edition", text(), true, "name of the database", "the centre: which database and version told country and asn"),
            Self::Asn => ("asn", UInt32, true, "number of the autonomous system", "the centre, by source; null when not known or not configured"),
            Self::Tool => ("tool", text(), false, "unknown, zmap, masscan, mirai", "the centre, by marks in the headers: a lower bound"),
            Self::Kind => ("kind", text(), false, "scan, backscatter, other", "the centre, by headers"),
        };
        Description { column: self, name, data_type, nullable, unit, source }
    }
}

/// The Arrow schema of whole batches.
#[must_use]
pub fn packets() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let field = |column: Column| {
            let described = column.describe();
            Field::new(described.name, described.data_type, described.nullable)
        };
        Arc::new(Schema::new(Column::ALL.map(field).to_vec()))
    });
    Arc::clone(&SCHEMA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_order_agree() {
        for (place, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column.index(), place);
            assert_eq!(packets().field(place).name(), column.name());
        }
    }

    #[test]
    fn the_manual_tells_every_column() {
        let manual = include_str!("../../../docs/src/packets.md");
        for column in Column::ALL {
            let Description { name, nullable, unit, source, .. } = column.describe();
            let line = manual.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap_or_else(|| panic!("{name} is not in the manual"));
            assert!(line.contains(unit) && line.contains(source) && line.contains(if nullable { "yes" } else { "no" }), "{name}: {line}");
        }
    }
}
