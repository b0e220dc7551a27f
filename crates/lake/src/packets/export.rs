//! Packets for somebody else: those of some sensors, perhaps changed, in a file of their own; and the same as a table of text.

use super::{Filter, Fragment, PacketBuffer, Rows, StoredPacket, Transport, group::Grouped, properties::PAGE_PACKETS, properties::properties, read};
use crate::{LakeError, schema::Column};
use jiff::Timestamp;
use noroshi_kernel::reason::Reason;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// What a packet becomes before it is given away.
pub type Change<'c> = dyn for<'p> Fn(StoredPacket<'p>) -> StoredPacket<'p> + 'c;

/// How packets are given away.
pub struct Export<'c> {
    /// Which.
    pub filter: Filter,
    /// What becomes of each.
    pub change: &'c Change<'c>,
    /// Packets alike in service and time stand in an order that tells nothing of when or in which order they came.
    pub hides_order: bool,
    /// The most packets.
    pub most: u64,
}

/// Writes packets of files to a Parquet file of the same schema, row group by row group sorted as our own files are. Gives how many there are.
/// `into` is the file's name, for errors.
///
/// # Errors
/// When a file cannot be read, or the new one not written, or there are more than may be.
pub fn export(paths: Vec<PathBuf>, how: &Export<'_>, file: File, into: &Path) -> Result<u64, LakeError> {
    let wrong = |error: &dyn std::fmt::Display| LakeError::parquet(into, error);
    let mut out = Grouped::begin(file, properties().map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
    let mut buffer = PacketBuffer::new(PacketBuffer::USUAL_PACKETS, None);
    let mut edition = None;
    let mut packets = 0;
    let mut batches = read(paths, &Column::ALL, &how.filter);
    while let Some(batch) = batches.next() {
        let batch = batch?;
        let rows = Rows::new(batches.path(), &batch)?;
        for row in 0..rows.len() {
            let Some(packet) = rows.get(row) else { continue };
            packets += 1;
            if packets > how.most {
                return Err(too_many(into, how.most));
            }
            let told = rows.edition(row);
            if told != edition {
                buffer.set_edition(told.as_deref());
                edition = told;
            }
            let packet = (how.change)(packet);
            if buffer.push(&packet).is_err() {
                flush(&mut buffer, how.hides_order, &mut out).map_err(|error| wrong(&error))?;
                // There is room now.
                let _ = buffer.push(&packet);
            }
        }
    }
    flush(&mut buffer, how.hides_order, &mut out).map_err(|error| wrong(&error))?;
    out.finish().map_err(|error| wrong(&error))?;
    Ok(packets)
}

fn too_many(into: &Path, most: u64) -> LakeError {
    let reason = Reason::new(
        "export-many",
        format!("{most} パケットを超えるため渡せません。"),
        format!("there are more than the {most} packets that are given at once"),
    );
    LakeError::new(into, reason)
}

fn flush(buffer: &mut PacketBuffer, hides_order: bool, out: &mut Grouped) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    if hides_order && buffer.payload.is_empty() {
        // What came is forgotten: places of IPv6 addresses are in the order of coming, so that addresses themselves are compared.
        let wide = std::mem::take(&mut buffer.wide);
        let address = |packet: &super::buffer::Packed| {
            if packet.has & super::buffer::has::SOURCE_V6 == 0 { (packet.source, None) } else { (0, wide.get(packet.source as usize).copied()) }
        };
        buffer
            .packets
            .sort_unstable_by_key(|packet| (address(packet), packet.sensor, packet.source_port, packet.wire_bytes, packet.ttl, packet.flags, packet.window));
        buffer.wide = wide;
    }
    for places in buffer.order().chunks(PAGE_PACKETS) {
        out.batch(&buffer.batch(places)?)?;
    }
    buffer.clear();
    Ok(())
}

/// The columns of the table of text, in their order.
pub const TEXT_COLUMNS: [&str; 23] = [
    "captured_at",
    "sensor",
    "source",
    "destination",
    "protocol",
    "source_port",
    "destination_port",
    "icmp_type",
    "icmp_code",
    "ttl",
    "ip_id",
    "fragment",
    "tcp_flags",
    "tcp_window",
    "tcp_sequence",
    "tcp_acknowledgment",
    "tcp_options",
    "wire_bytes",
    "payload",
    "country",
    "asn",
    "tool",
    "kind",
];

/// Writes a file's packets as CSV (RFC 4180): addresses as they are written, payloads in hexadecimal digits, what is not there empty.
///
/// # Errors
/// When the file cannot be read, or `out` not written.
pub fn text(path: &Path, out: impl Write) -> Result<(), LakeError> {
    let mut out = BufWriter::new(out);
    let failed = |error: std::io::Error| LakeError::io(path, &error);
    writeln!(out, "{}", TEXT_COLUMNS.join(",")).map_err(failed)?;
    for batch in read(vec![path.to_owned()], &Column::ALL, &Filter::default()) {
        let batch = batch?;
        let rows = Rows::new(path, &batch)?;
        for packet in (0..rows.len()).filter_map(|row| rows.get(row)) {
            line(&mut out, &packet).map_err(failed)?;
        }
    }
    out.flush().map_err(failed)
}

fn line(out: &mut impl Write, packet: &StoredPacket<'_>) -> std::io::Result<()> {
    let text = |value: Option<String>| value.unwrap_or_default();
    let (mut ports, mut icmp, mut tcp) = (None, None, None);
    match packet.transport {
        Transport::Tcp(whole) => {
            ports = Some((whole.source_port, whole.destination_port));
            tcp = Some(whole);
        }
        Transport::TcpBegun { source_port, destination_port, .. } | Transport::Ports { source_port, destination_port } => {
            ports = Some((source_port, destination_port));
        }
        Transport::Icmp { kind, code } => icmp = Some((kind, code)),
        Transport::Other => {}
    }
    let sequence = match packet.transport {
        Transport::TcpBegun { sequence, .. } => Some(sequence),
        _ => tcp.map(|tcp| tcp.sequence),
    };
    let fragment = match packet.fragment {
        Fragment::Whole => "",
        Fragment::First => "first",
        Fragment::Later => "later",
    };
    let at = Timestamp::from_nanosecond(i128::from(packet.at_ns)).map(|at| at.to_string()).unwrap_or_default();
    let cells = [
        at,
        packet.sensor.to_string(),
        packet.source.to_string(),
        text(packet.destination.map(|address| address.to_string())),
        packet.protocol.to_string(),
        text(ports.map(|(source, _)| source.to_string())),
        text(ports.map(|(_, destination)| destination.to_string())),
        text(icmp.map(|(kind, _)| kind.to_string())),
        text(icmp.map(|(_, code)| code.to_string())),
        packet.ttl.to_string(),
        text(packet.ip_id.map(|id| id.to_string())),
        fragment.to_owned(),
        text(tcp.map(|tcp| tcp.flags.to_string())),
        text(tcp.map(|tcp| tcp.window.to_string())),
        text(sequence.map(|sequence| sequence.to_string())),
        text(tcp.map(|tcp| tcp.acknowledgment.to_string())),
        text(tcp.map(|tcp| tcp.options.to_string())),
        packet.wire_bytes.to_string(),
        text(packet.payload.map(|payload| payload.iter().map(|byte| format!("{byte:02x}")).collect())),
        text(packet.country.map(|country| country.as_str().to_owned())),
        text(packet.asn.map(|asn| asn.to_string())),
        packet.tool.key().to_owned(),
        packet.kind.key().to_owned(),
    ];
    // No cell holds a comma, a quote or a line end.
    writeln!(out, "{}", cells.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        folder::{FileName, Folder},
        packets::{Kind, made, write},
    };
    use proptest::prelude::*;

    /// A published file of packets, all of one day.
    fn file(folder: &Folder, id: &str, packets: &[StoredPacket<'_>]) -> PathBuf {
        let mut buffer = PacketBuffer::new(packets.len(), Some("Example 2024-01"));
        packets.iter().for_each(|packet| buffer.push(packet).unwrap());
        let day = jiff::Timestamp::from_nanosecond(i128::from(packets[0].at_ns)).unwrap().to_zoned(jiff::tz::TimeZone::UTC).date();
        let name = FileName::new(day, id).unwrap();
        write(folder, &name, &buffer).unwrap();
        folder.publish(&name).unwrap();
        folder.find(&name).unwrap()
    }

    fn all(path: &Path) -> Vec<String> {
        let mut out = Vec::new();
        text(path, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn what_is_given_is_what_was_asked_for() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path().join("packets")).unwrap();
        let mut packets: Vec<StoredPacket<'_>> =
            (0..100).map(|number| StoredPacket { sensor: u32::try_from(number % 4).unwrap(), ..made::syn(made::AT_NS + number, 445) }).collect();
        packets.push(StoredPacket { kind: Kind::Scan, ..made::echo(made::AT_NS) });
        let path = file(&folder, "a", &packets);
        let into = place.path().join("out.parquet");
        let how = |filter, most| Export { filter, change: &|packet| packet, hides_order: false, most };
        let of_two = Filter { sensors: Some(crate::packets::Among { values: vec![1, 2], are_wanted: true }), ..Filter::default() };
        assert_eq!(export(vec![path.clone()], &how(of_two, 1_000), File::create(&into).unwrap(), &into), Ok(50));
        assert!(all(&into).iter().all(|line| line.contains("Z,1,192.0.2.1,198.51.100.7,6,") || line.contains("Z,2,192.0.2.1,198.51.100.7,6,")));
        assert_eq!(export(vec![path.clone()], &how(Filter::default(), 1_000), File::create(&into).unwrap(), &into), Ok(101));
        assert!(all(&into)[0].contains(",1,,,8,0,") && all(&into)[0].ends_with(",616263,JP,64496,zmap,scan"), "{}", all(&into)[0]);
        assert!(
            export(vec![path.clone()], &how(Filter::default(), 100), File::create(&into).unwrap(), &into)
                .unwrap_err()
                .to_string()
                .contains("more than the 100 packets")
        );
        let nobody = Filter { sensors: Some(crate::packets::Among { values: vec![99], are_wanted: true }), ..Filter::default() };
        assert_eq!(export(vec![path], &how(nobody, 1_000), File::create(&into).unwrap(), &into), Ok(0));
        assert!(all(&into).is_empty(), "an empty file is a file");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn a_hidden_order_tells_nothing(mut order in prop::collection::vec(0_u8..40, 2..60), seed in any::<u64>()) {
            // The same packets, come in another order within their minute.
            let place = tempfile::tempdir().unwrap();
            let folder = Folder::open(place.path().join("packets")).unwrap();
            let minute = made::AT_NS / 60_000_000_000 * 60_000_000_000;
            let of = |order: &[u8]| -> Vec<StoredPacket<'static>> {
                order.iter().zip(0..).map(|(number, at)| StoredPacket { source: std::net::Ipv4Addr::new(198, 51, 100, *number).into(), ..made::syn(minute + at, 445) }).collect()
            };
            let first = file(&folder, "a", &of(&order));
            let turn = usize::try_from(seed % order.len() as u64).unwrap();
            order.rotate_left(turn);
            let second = file(&folder, "b", &of(&order));
            let given = |path: PathBuf, name: &str| {
                let into = place.path().join(name);
                let how = Export { filter: Filter::default(), change: &|packet| StoredPacket { at_ns: minute, ..packet }, hides_order: true, most: 1_000 };
                export(vec![path], &how, File::create(&into).unwrap(), &into).unwrap();
                all(&into)
            };
            prop_assert_eq!(given(first, "a.parquet"), given(second, "b.parquet"));
        }
    }
}
