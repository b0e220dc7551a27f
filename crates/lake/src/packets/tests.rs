use super::{
    made::{AT_NS, Made, any_packet, echo, syn, whole},
    *,
};
use crate::{
    folder::{FileName, Folder},
    schema::Column,
};
use ipnet::IpNet;
use jiff::civil::date;
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::IpAddr,
    path::Path,
};
use tempfile::TempDir;

fn place() -> (TempDir, Folder) {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::open(root.path().join("packets")).unwrap();
    (root, folder)
}

fn name(id: &str) -> FileName {
    FileName::new(date(2023, 11, 14), id).unwrap()
}

fn stored(folder: &Folder, id: &str, packets: &[StoredPacket<'_>], edition: Option<&str>) -> FileName {
    let mut buffer = PacketBuffer::new(1 << 16, edition);
    packets.iter().for_each(|packet| buffer.push(packet).unwrap());
    let written = write(folder, &name(id), &buffer).unwrap();
    assert_eq!(written.packets, packets.len() as u64);
    folder.publish(&name(id)).unwrap();
    name(id)
}

/// Every packet of a file, with its edition.
fn all(path: &Path, filter: &Filter) -> Vec<(Made, Option<String>)> {
    let mut packets = Vec::new();
    for batch in read(vec![path.to_owned()], &Column::ALL, filter) {
        let batch = batch.unwrap();
        let rows = Rows::new(path, &batch).unwrap();
        for row in 0..rows.len() {
            let packet = rows.get(row).unwrap();
            packets.push(((packet.without_payload(), packet.payload.map(<[u8]>::to_vec)), rows.edition(row).map(|edition| edition.to_string())));
        }
    }
    packets
}

/// Protocol, port or type, time: as a sentence of the manual has it, not as the code sorts.
fn place_of(packet: &StoredPacket<'_>) -> (u8, Option<u16>, i64) {
    let number = match packet.transport {
        Transport::Tcp(tcp) => Some(tcp.destination_port),
        Transport::TcpBegun { destination_port, .. } | Transport::Ports { destination_port, .. } => Some(destination_port),
        Transport::Icmp { kind, .. } => Some(kind.into()),
        Transport::Other => None,
    };
    (packet.protocol, number, packet.at_ns)
}

fn sorted(mut packets: Vec<Made>) -> Vec<Made> {
    packets.sort_by_key(|(packet, _)| place_of(packet));
    packets
}

fn service_of(packet: &StoredPacket<'_>) -> Service {
    let protocol = packet.protocol;
    match packet.transport {
        Transport::Icmp { kind, .. } => Service::Icmp { protocol, kind },
        _ => place_of(packet).1.map_or(Service::Protocol(protocol), |port| Service::Port { protocol, port }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is written is read back, sorted; what is equal in order stays as it came.
    #[test]
    fn what_is_written_is_read_back_sorted(mut packets in prop::collection::vec(any_packet(), 1..200), edition in prop::option::of("[a-z0-9-]{1,12}"), in_order: bool) {
        let (_root, folder) = place();
        if in_order {
            packets.sort_by_key(|(packet, _)| packet.at_ns);
        }
        let file = stored(&folder, "a", &packets.iter().map(whole).collect::<Vec<_>>(), edition.as_deref());
        let read = all(&folder.published(&file), &Filter::default());
        prop_assert!(read.iter().all(|(_, of)| *of == edition));
        prop_assert_eq!(read.into_iter().map(|(packet, _)| packet).collect::<Vec<_>>(), sorted(packets));
    }

    /// A buffer that was cleared holds nothing of what was there.
    #[test]
    fn a_cleared_buffer_is_as_new(before in prop::collection::vec(any_packet(), 0..50), packets in prop::collection::vec(any_packet(), 1..50)) {
        let (_root, folder) = place();
        let mut buffer = PacketBuffer::new(100, None);
        before.iter().for_each(|made| buffer.push(&whole(made)).unwrap());
        buffer.clear();
        packets.iter().for_each(|made| buffer.push(&whole(made)).unwrap());
        write(&folder, &name("a"), &buffer).unwrap();
        let read: Vec<Made> = all(&folder.staged(&name("a")), &Filter::default()).into_iter().map(|(packet, _)| packet).collect();
        prop_assert_eq!(read, sorted(packets));
    }

    /// Merged files hold each packet of each, sorted, with what told its country.
    #[test]
    fn merged_files_hold_all_of_each(files in prop::collection::vec(prop::collection::vec(any_packet(), 1..60), 1..5)) {
        let (_root, folder) = place();
        let mut names = Vec::new();
        let mut expected = Vec::new();
        for (number, packets) in files.iter().enumerate() {
            let edition = (number % 2 == 1).then(|| format!("edition-{number}"));
            names.push(stored(&folder, &format!("f{number}"), &packets.iter().map(whole).collect::<Vec<_>>(), edition.as_deref()));
            expected.extend(sorted(packets.clone()).into_iter().map(|packet| (packet, edition.clone())));
        }
        expected.sort_by_key(|((packet, _), _)| place_of(packet));
        let written = compact(&folder, &names, &name("merged")).unwrap();
        prop_assert_eq!(written.packets, expected.len() as u64);
        prop_assert_eq!(written.first_ns, expected.iter().map(|((packet, _), _)| packet.at_ns).min().unwrap());
        prop_assert_eq!(all(&folder.staged(&name("merged")), &Filter::default()), expected);
    }

    /// A filter gives what fits, and counts are those of a recount.
    #[test]
    fn filters_and_counts_agree_with_a_recount(packets in prop::collection::vec(any_packet(), 1..200), from in any::<prop::sample::Index>(), like in any::<prop::sample::Index>(), by_service: bool, by in 0..9_u8) {
        let (_root, folder) = place();
        let file = stored(&folder, "a", &packets.iter().map(whole).collect::<Vec<_>>(), None);
        let path = folder.published(&file);
        let model = like.get(&packets).0;
        let (from_ns, service) = (from.get(&packets).0.at_ns, service_of(&model));
        let are_wanted = by % 2 == 0;
        let filter = Filter {
            from_ns: Some(from_ns),
            to_ns: Some(from_ns + 40_000_000_000_000),
            service: by_service.then_some(service),
            countries: (by < 2).then(|| Among { values: vec![model.country], are_wanted }),
            sensors: matches!(by, 2 | 3).then(|| Among { values: vec![model.sensor], are_wanted }),
            tool: (by == 4).then_some(model.tool),
            network: (by == 5).then(|| IpNet::new(model.source, 4).unwrap().trunc()),
            sources: None,
        };
        let fits = |packet: &StoredPacket<'_>| {
            let service_fits = match service {
                _ if !by_service => true,
                Service::Protocol(protocol) => packet.protocol == protocol,
                one => service_of(packet) == one,
            };
            let among_fits = match by {
                0 | 1 => (packet.country == model.country) == are_wanted,
                2 | 3 => (packet.sensor == model.sensor) == are_wanted,
                4 => packet.tool == model.tool,
                5 => IpNet::new(model.source, 4).unwrap().contains(&packet.source),
                _ => true,
            };
            (from_ns..from_ns + 40_000_000_000_000).contains(&packet.at_ns) && service_fits && among_fits
        };
        let expected: Vec<Made> = sorted(packets).into_iter().filter(|(packet, _)| fits(packet)).collect();
        let read: Vec<Made> = all(&path, &filter).into_iter().map(|(packet, _)| packet).collect();
        prop_assert_eq!(&read, &expected);
        let mut recount: BTreeMap<IpAddr, u64> = BTreeMap::new();
        expected.iter().for_each(|(packet, _)| *recount.entry(packet.source).or_default() += 1);
        let mut greatest: Vec<(IpAddr, u64)> = recount.into_iter().collect();
        greatest.sort_by_key(|(source, packets)| (std::cmp::Reverse(*packets), *source));
        let sources = greatest.len() as u64;
        greatest.truncate(3);
        let known = greatest.iter().map(|(source, _)| *source).collect();
        let found = by_source(vec![path.clone()], &filter, 3, 1_000).unwrap();
        prop_assert_eq!(&found, &BySource { packets: expected.len() as u64, sources, greatest: greatest.clone() });
        let of_them = Filter { sources: Some(known), ..filter.clone() };
        prop_assert_eq!(all(&path, &of_them).len() as u64, greatest.iter().map(|(_, packets)| packets).sum::<u64>());
        prop_assert!(sources < 2 || by_source(vec![path.clone()], &filter, 3, 1).is_err());
        // Buckets of which the first and the last lie beyond what is filtered, and one is empty.
        let edges_ns = [from_ns - 5, from_ns + 7_000_000_000, from_ns + 7_000_000_001, from_ns + 20_000_000_000_000, from_ns + 50_000_000_000_000];
        let buckets = edges_ns.windows(2).map(|pair| {
            let within: Vec<IpAddr> = expected.iter().filter(|(packet, _)| (pair[0]..pair[1]).contains(&packet.at_ns)).map(|(packet, _)| packet.source).collect();
            InBucket { packets: within.len() as u64, sources: BTreeSet::from_iter(&within).len() as u64 }
        });
        let buckets: Vec<InBucket> = buckets.collect();
        prop_assert_eq!(&through_time(vec![path.clone()], &filter, &edges_ns, 1_000).unwrap(), &buckets);
        let pairs: u64 = buckets.iter().map(|bucket| bucket.sources).sum();
        prop_assert!(pairs < 2 || through_time(vec![path.clone()], &filter, &edges_ns, 1).is_err());
        for key in [Key::Service, Key::Country, Key::Sensor, Key::Tool, Key::Network] {
            let mut recount: BTreeMap<KeyValue, (u64, BTreeSet<IpAddr>)> = BTreeMap::new();
            for (packet, _) in &expected {
                let value = match key {
                    Key::Service => KeyValue::Service(service_of(packet)),
                    Key::Country => KeyValue::Country(packet.country),
                    Key::Sensor => KeyValue::Sensor(packet.sensor),
                    Key::Tool => KeyValue::Tool(packet.tool),
                    Key::Network => KeyValue::Network(network(packet.source)),
                };
                let (packets, sources) = recount.entry(value).or_default();
                *packets += 1;
                sources.insert(packet.source);
            }
            let counts = count(vec![path.clone()], &filter, key, Limits::default()).unwrap();
            prop_assert!(counts.sources_are_exact && counts.packets == expected.len() as u64);
            prop_assert!(counts.rows.is_sorted_by(|a, b| a.packets >= b.packets));
            let counted: BTreeMap<KeyValue, (u64, u64)> = counts.rows.iter().map(|row| (row.key, (row.packets, row.sources))).collect();
            prop_assert_eq!(counted, recount.into_iter().map(|(key, (packets, sources))| (key, (packets, sources.len() as u64))).collect());
        }
    }

    /// A file that was changed anywhere is read or refused, and never brings the program down.
    #[test]
    fn broken_files_are_refused(cut in prop::option::of(0.0..1.0_f64), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)) {
        let (root, folder) = place();
        let file = stored(&folder, "a", &[syn(AT_NS, 23), echo(AT_NS + 1), syn(AT_NS, 24)], Some("e"));
        let mut bytes = fs::read(folder.published(&file)).unwrap();
        for (place, value) in &flips {
            *place.get_mut(&mut bytes) = *value;
        }
        if let Some(cut) = cut {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short file")]
            bytes.truncate((bytes.len() as f64 * cut) as usize);
        }
        let path = root.path().join("broken.parquet");
        fs::write(&path, &bytes).unwrap();
        let filter = Filter { from_ns: Some(AT_NS), service: Some(Service::Port { protocol: 6, port: 23 }), ..Filter::default() };
        for filter in [Filter::default(), filter] {
            for batch in read(vec![path.clone()], &Column::ALL, &filter) {
                match batch {
                    Ok(batch) => (0..batch.num_rows()).for_each(|row| drop(Rows::new(&path, &batch).map(|rows| rows.get(row).is_some()))),
                    Err(error) => prop_assert_eq!(&error.path, &path),
                }
            }
        }
        if cut.is_some() {
            prop_assert!(read(vec![path.clone()], &Column::ALL, &Filter::default()).any(|batch| batch.is_err()));
        }
    }
}

#[test]
fn what_is_no_parquet_is_named() {
    let (root, folder) = place();
    let path = root.path().join("x.parquet");
    for bytes in [&b""[..], b"PAR1", b"hello, this is a text", &[0; 4096]] {
        fs::write(&path, bytes).unwrap();
        let errors: Vec<_> = read(vec![path.clone()], &[Column::At], &Filter::default()).collect();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].as_ref().unwrap_err().reason.key, "lake-parquet");
    }
    let error = count(vec![root.path().join("none.parquet")], &Filter::default(), Key::Tool, Limits::default()).unwrap_err();
    assert_eq!(error.reason.key, "lake-io");
    assert!(error.to_string().contains("none.parquet"));
    assert_eq!(compact(&folder, &[name("none")], &name("into")).unwrap_err().reason.key, "lake-missing");
    assert!(!folder.staged(&name("into")).exists());
}

#[test]
fn another_programs_file_is_refused_by_its_columns() {
    use arrow_array::{ArrayRef, RecordBatch, UInt8Array};
    let (root, _folder) = place();
    let path = root.path().join("other.parquet");
    let batch = RecordBatch::try_from_iter([("captured_at", std::sync::Arc::new(UInt8Array::from(vec![1])) as ArrayRef)]).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let error = read(vec![path], &[Column::At], &Filter::default()).next().unwrap().unwrap_err();
    assert_eq!(error.reason.key, "lake-column");
}

#[test]
fn packets_of_another_day_and_no_packets_are_refused_and_leave_nothing() {
    let (_root, folder) = place();
    let mut buffer = PacketBuffer::new(10, None);
    assert_eq!(write(&folder, &name("a"), &buffer).unwrap_err().reason.key, "lake-empty");
    buffer.push(&syn(AT_NS, 23)).unwrap();
    buffer.push(&syn(AT_NS + 86_400_000_000_000, 23)).unwrap();
    assert_eq!(write(&folder, &name("a"), &buffer).unwrap_err().reason.key, "lake-day");
    assert!(!folder.staged(&name("a")).exists());
}

#[test]
fn a_full_buffer_takes_no_more() {
    let mut buffer = PacketBuffer::new(2, None);
    buffer.push(&syn(AT_NS, 23)).unwrap();
    buffer.push(&echo(AT_NS)).unwrap();
    assert!(buffer.is_full());
    assert_eq!(buffer.push(&syn(AT_NS, 23)), Err(Full));
    assert_eq!(buffer.len(), 2);
}

#[test]
fn limits_of_a_count_are_told() {
    let (_root, folder) = place();
    let from = |last: u8, port| StoredPacket { source: [192, 0, 2, last].into(), ..syn(AT_NS, port) };
    let file = stored(&folder, "a", &[from(1, 23), from(2, 23), from(3, 23), from(1, 23), from(1, 24)], None);
    let path = vec![folder.published(&file)];
    let counts = count(path.clone(), &Filter::default(), Key::Service, Limits { keys: 2, sources: 2 }).unwrap();
    assert!(!counts.sources_are_exact);
    assert_eq!(counts.rows.iter().map(|row| (row.packets, row.sources)).collect::<Vec<_>>(), [(4, 2), (1, 0)]);
    let error = count(path, &Filter::default(), Key::Service, Limits { keys: 1, sources: 2 }).unwrap_err();
    assert_eq!(error.reason.key, "lake-keys");
}

/// A query of one port reads that port's pages alone.
#[test]
fn a_port_is_found_by_its_pages() {
    use arrow_array::RecordBatch;
    let (_root, folder) = place();
    let mut buffer = PacketBuffer::new(1 << 20, None);
    for number in 0..200_000_u32 {
        buffer.push(&syn(AT_NS + i64::from(number), u16::try_from(number % 1000).unwrap())).unwrap();
    }
    write(&folder, &name("a"), &buffer).unwrap();
    let path = folder.staged(&name("a"));
    let filter = Filter { service: Some(Service::Port { protocol: 6, port: 500 }), ..Filter::default() };
    let found: usize = read(vec![path.clone()], &[Column::SourceV4], &filter).map(|batch| batch.unwrap()).map(|batch: RecordBatch| batch.num_rows()).sum();
    assert_eq!(found, 200);
    assert!(read::selected(&path, &filter).unwrap() <= 2 << 14, "more than two pages are looked at");
    // Outside of all statistics nothing is read.
    let never = Filter { from_ns: Some(AT_NS + 86_400_000_000_000), ..Filter::default() };
    assert_eq!(read::selected(&path, &never).unwrap(), 0);
}
