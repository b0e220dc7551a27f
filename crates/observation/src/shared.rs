//! What a key is given: the answers of [`top`] and [`series`], and packets of a day, of its sensors alone; for researchers without what tells
//! sensors and single sources.
//!
//! | | partner | researcher |
//! |---|---|---|
//! | sensors | of its regions | all, or of its regions |
//! | ranks by | everything | port, country, network, tool |
//! | source networks asked for | any | /24 and /48 or wider |
//! | times asked for | any | whole minutes |
//! | packets | whole | times cut to the minute, sources to /24 and /48, sensors as pseudonyms of the key, no destination, no payload, and no number that a scanner derives from the destination (IP identification, sequence, acknowledgment) |

use crate::{
    ObservationError, Observatory,
    ask::{Selection, Sensors, Standpoint},
    series::{self, Series},
    service::share::{Kind, Share},
    store::{files, sensors},
    top::{self, By, Ranking},
};
use hmac::{Hmac, Mac as _};
use ipnet::IpNet;
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use noroshi_kernel::{access::Actor, moment::Moment, reason::Reason};
use noroshi_lake::packets::{self, Among, Export, Filter, StoredPacket, Transport};
use noroshi_ledger::LedgerError;
use sha2::Sha256;
use std::{
    collections::BTreeSet,
    fs::File,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
};

/// The most packets of one answer.
pub const MOST_PACKETS: u64 = 10_000_000;
const MINUTE_US: i64 = 60_000_000;
const MINUTE_NS: i64 = 60_000_000_000;

/// Where a key asks.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Where observations are kept.
    pub place: &'a Observatory,
    /// From where is asked.
    pub standpoint: Standpoint<'a>,
    /// The key.
    pub share: &'a Share,
    /// The team's secret, from which pseudonyms are derived.
    pub team_key: &'a [u8; 32],
}

/// How packets are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As our own files are.
    Parquet,
    /// A table of text.
    Csv,
}

fn refused(key: &'static str, ja: &str, en: &str) -> ObservationError {
    ObservationError::Refused(Reason::new(key, ja, en))
}

impl View<'_> {
    /// The numbers of the key's sensors.
    async fn numbers(&self) -> Result<BTreeSet<u32>, LedgerError> {
        let known = sensors::all(&self.place.ledger).await?;
        Ok(known.iter().filter(|sensor| self.share.has(sensor)).filter_map(|sensor| sensor.number.try_into().ok()).collect())
    }

    /// A selection of the key's sensors, unless it asks for more than the key may know.
    async fn selection(&self, asked: &Selection, from: Moment, to: Moment) -> Result<Selection, ObservationError> {
        if asked.sensors != Sensors::All {
            return Err(refused(
                "share-sensors",
                "キーのセンサーはキーで決まっており、選べません。",
                "the key says which sensors are asked; leave sensors out",
            ));
        }
        if self.share.kind == Kind::Researcher {
            let is_narrow = |network: &IpNet| network.prefix_len() > if network.addr().is_ipv4() { 24 } else { 48 };
            if asked.network.as_ref().is_some_and(is_narrow) {
                return Err(refused(
                    "share-network",
                    "研究用のキーで指定できるネットワークは /24（IPv6 は /48）までです。",
                    "a researcher's key asks for networks of /24 (IPv6: /48) or wider",
                ));
            }
            if from.0 % MINUTE_US != 0 || to.0 % MINUTE_US != 0 {
                return Err(refused("share-minute", "研究用のキーでは、時刻を分単位で指定してください。", "a researcher's key asks for whole minutes"));
            }
        }
        Ok(Selection { sensors: Sensors::Numbered(self.numbers().await?), ..asked.clone() })
    }

    /// Ranks what the key's sensors saw.
    ///
    /// # Errors
    /// [`ObservationError::Refused`] when the key may not know it, else as [`top::top`].
    pub async fn top(&self, question: &top::Question) -> Result<Ranking, ObservationError> {
        if self.share.kind == Kind::Researcher && matches!(question.by, By::Source | By::Sensor) {
            return Err(refused(
                "share-by",
                "研究用のキーで数えられるのは、port、country、network、tool ごとです。",
                "a researcher's key ranks by port, country, network or tool",
            ));
        }
        let selection = self.selection(&question.selection, question.from, question.to).await?;
        top::top(self.place, &Actor::Platform, self.standpoint, &top::Question { selection, ..question.clone() }).await
    }

    /// Counts what the key's sensors saw, bucket by bucket.
    ///
    /// # Errors
    /// As [`top`](Self::top).
    pub async fn series(&self, question: &series::Question) -> Result<Series, ObservationError> {
        let selection = self.selection(&question.selection, question.from, question.to).await?;
        series::series(self.place, &Actor::Platform, self.standpoint, &series::Question { selection, ..question.clone() }).await
    }

    /// Writes the packets that the key's sensors saw on a day (UTC) into a file; gives how many there are. `into` is its name, for errors.
    ///
    /// # Errors
    /// [`ObservationError::Refused`] when there are more than [`MOST_PACKETS`]; when packets cannot be read or the file not written.
    pub async fn packets(&self, day: Date, format: Format, file: File, into: PathBuf) -> Result<u64, ObservationError> {
        let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|zoned| Moment::from(zoned.timestamp()));
        let window = midnight(day).zip(day.checked_add(1.day()).ok().and_then(midnight));
        let (from, to) = window.ok_or_else(|| refused("share-day", "その日付は扱えません。", "that day is beyond the calendar"))?;
        let names = files::within(&self.place.ledger, from.0, to.0).await?;
        let paths = names.iter().map(|name| self.place.folder.find(name)).collect::<Result<Vec<_>, _>>()?;
        let numbers = self.numbers().await?;
        let filter = Filter {
            from_ns: Some(from.0.saturating_mul(1_000)),
            to_ns: Some(to.0.saturating_mul(1_000)),
            sensors: Some(Among { values: numbers.iter().copied().collect(), are_wanted: true }),
            ..Filter::default()
        };
        let pseudonyms = (self.share.kind == Kind::Researcher).then(|| Pseudonyms::of(self.team_key, self.share.id));
        let writing = tokio::task::spawn_blocking(move || give(paths, filter, pseudonyms.as_ref(), format, file, &into));
        let given = writing.await.map_err(|error| LedgerError::Damaged(error.to_string()))?;
        given.map_err(|error| if error.reason.key == "export-many" { ObservationError::Refused(error.reason) } else { error.into() })
    }
}

fn give(paths: Vec<PathBuf>, filter: Filter, pseudonyms: Option<&Pseudonyms>, format: Format, file: File, into: &Path) -> Result<u64, noroshi_lake::LakeError> {
    let how = Export {
        filter,
        change: &|packet| match pseudonyms {
            Some(pseudonyms) => sanitised(packet, pseudonyms),
            None => packet,
        },
        hides_order: pseudonyms.is_some(),
        most: MOST_PACKETS,
    };
    if format == Format::Parquet {
        return packets::export(paths, &how, file, into);
    }
    // A table is made of a file, so that both hold the same in the same order.
    let whole = tempfile::NamedTempFile::new().map_err(|error| failed(into, &error))?;
    let own = whole.reopen().map_err(|error| failed(into, &error))?;
    let count = packets::export(paths, &how, own, whole.path())?;
    packets::text(whole.path(), file)?;
    Ok(count)
}

fn failed(path: &Path, error: &std::io::Error) -> noroshi_lake::LakeError {
    noroshi_lake::LakeError {
        path: path.to_owned(),
        reason: Reason::new("lake-io", format!("読み書きできません: {error}"), format!("it cannot be read or written: {error}")),
    }
}

/// The names by which a researcher's key knows sensors: of another key they are others, and none leads back without the team's secret.
#[derive(Clone)]
pub struct Pseudonyms(Hmac<Sha256>);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

impl Pseudonyms {
    /// Those of a key.
    #[must_use]
    pub fn of(team_key: &[u8; 32], share: i64) -> Self {
        // HMAC takes a key of any length (RFC 2104).
        let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(team_key).unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(b"noroshi/observation/share/pseudonym");
        mac.update(&share.to_be_bytes());
        Self(mac)
    }

    /// The pseudonym of a sensor's number.
    #[must_use]
    pub fn sensor(&self, number: u32) -> u32 {
        let mut mac = self.0.clone();
        mac.update(&number.to_be_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
    }
}

/// A packet without what tells its sensor or its single source. Whatever its sender may choose freely is cut, too, as far as it can be: who writes the
/// destination into a field, and reads it here, would know where the sensors are. Mirai's sequence *is* the destination; ZMap's sequence and masscan's
/// identification are made of it.
#[must_use]
pub fn sanitised<'p>(packet: StoredPacket<'p>, pseudonyms: &Pseudonyms) -> StoredPacket<'p> {
    let transport = match packet.transport {
        Transport::Tcp(packets::Tcp { destination_port, flags, .. }) => Transport::Tcp(packets::Tcp {
            source_port: 0,
            destination_port,
            flags: flags & FLAGS,
            window: 0,
            sequence: 0,
            acknowledgment: 0,
            options: packets::TcpOptions::default(),
        }),
        Transport::TcpBegun { destination_port, .. } => Transport::TcpBegun { source_port: 0, destination_port, sequence: 0 },
        Transport::Ports { destination_port, .. } => Transport::Ports { source_port: 0, destination_port },
        Transport::Icmp { kind, .. } => Transport::Icmp { kind, code: 0 },
        Transport::Other => Transport::Other,
    };
    StoredPacket {
        at_ns: packet.at_ns.div_euclid(MINUTE_NS) * MINUTE_NS,
        sensor: pseudonyms.sensor(packet.sensor),
        source: cut(packet.source),
        destination: None,
        ip_id: None,
        payload: None,
        ttl: BEGAN_WITH.into_iter().find(|ttl| *ttl >= packet.ttl).unwrap_or(u8::MAX),
        wire_bytes: packet.wire_bytes.checked_next_power_of_two().unwrap_or(u32::MAX),
        transport,
        ..packet
    }
}

/// The flags of TCP that mean something: FIN to CWR.
const FLAGS: u16 = 0xff;
/// What systems set as time to live.
const BEGAN_WITH: [u8; 3] = [32, 64, 128];

/// The network of an address: /24 of IPv4, /48 of IPv6.
fn cut(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4) & 0xffff_ff00).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) & !(u128::MAX >> 48)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_cut_to_their_networks() {
        for (address, network) in [("198.51.100.77", "198.51.100.0"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"), ("::ffff:198.51.100.77", "::")] {
            assert_eq!(cut(address.parse().unwrap()).to_string(), network);
        }
    }

    #[test]
    fn pseudonyms_are_a_keys_own() {
        let (one, other, team) = (Pseudonyms::of(&[7; 32], 1), Pseudonyms::of(&[7; 32], 2), Pseudonyms::of(&[8; 32], 1));
        assert_eq!(one.sensor(5), Pseudonyms::of(&[7; 32], 1).sensor(5));
        let all: BTreeSet<u32> = [one.sensor(5), one.sensor(6), other.sensor(5), team.sensor(5), 5].into();
        assert_eq!(all.len(), 5);
    }

    proptest! {
        #[test]
        fn a_sanitised_packet_tells_neither_its_sensor_nor_its_source(
            (at_ns, sensor, source, destination) in (any::<i64>(), any::<u32>(), any::<u32>(), any::<u32>()),
            (sequence, acknowledgment, ip_id, payload) in (any::<u32>(), any::<u32>(), any::<u16>(), prop::collection::vec(any::<u8>(), 0..40)),
            (source_port, window, ttl, code) in (any::<u16>(), any::<u16>(), 33_u8..=64, any::<u8>()),
        ) {
            let tcp =
                packets::Tcp { source_port: 1, destination_port: 2, flags: 2, window: 3, sequence, acknowledgment, options: packets::TcpOptions::default() };
            let packet = |source: u32, destination: u32, sequence: u32| StoredPacket {
                at_ns: at_ns / 2,
                sensor,
                source: IpAddr::V4(source.into()),
                destination: Some(IpAddr::V4(destination.into())),
                protocol: 6,
                ttl: 64,
                ip_id: Some(ip_id),
                fragment: packets::Fragment::Whole,
                transport: Transport::Tcp(packets::Tcp { sequence, ..tcp }),
                wire_bytes: 60,
                payload: Some(&payload),
                country: None,
                asn: None,
                tool: packets::Tool::Unknown,
                kind: packets::Kind::Scan,
            };
            let pseudonyms = Pseudonyms::of(&[7; 32], 1);
            let given = sanitised(packet(source, destination, sequence), &pseudonyms);
            prop_assert_eq!(given.at_ns.rem_euclid(MINUTE_NS), 0);
            prop_assert_eq!((given.destination, given.ip_id, given.payload), (None, None, None));
            // Packets that differ in nothing but what is hidden are the same.
            let other = sanitised(packet(source ^ 0x55, !destination, !sequence), &pseudonyms);
            prop_assert_eq!(given, other);
            let chosen = packets::Tcp { source_port, window, flags: 0xf02, ..tcp };
            let by_sender = StoredPacket { ttl, wire_bytes: 33 + u32::from(ttl - 33), transport: Transport::Tcp(chosen), ..packet(source, destination, sequence) };
            prop_assert_eq!(given, sanitised(by_sender, &pseudonyms));
            let icmp = |code| sanitised(StoredPacket { transport: Transport::Icmp { kind: 8, code }, ..packet(source, destination, sequence) }, &pseudonyms);
            prop_assert_eq!(icmp(0), icmp(code));
            let udp = |source_port| StoredPacket { transport: Transport::Ports { source_port, destination_port: 53 }, ..packet(source, destination, sequence) };
            prop_assert_eq!(sanitised(udp(7), &pseudonyms), sanitised(udp(source_port), &pseudonyms));
        }
    }
}
