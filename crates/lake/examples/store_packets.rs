//! Measures how fast packets are stored and how large they get: `store_packets PACKETS FOLDER [compact]`.
//!
//! SYNs of 54 bytes from random sources to 40 sensors in one day, in files of a million; then the files of the day are merged into one. Times are this thread's
//! on the processor, so that what else runs on the machine counts little.

use noroshi_lake::{
    folder::{FileName, Folder},
    packets::{self, Country, Filter, Fragment, Key, Kind, Limits, PacketBuffer, Service, StoredPacket, Tcp, TcpOptions, Tool, Transport},
};
use std::{
    error::Error,
    fs,
    net::{IpAddr, Ipv4Addr},
};

const DAY_NS: u64 = 86_400_000_000_000;
/// 2026-11-01.
const BEGAN_NS: u64 = 1_793_491_200_000_000_000;
const COUNTRIES: [&[u8; 2]; 16] = [b"CN", b"US", b"US", b"RU", b"NL", b"DE", b"BR", b"IN", b"VN", b"KR", b"TW", b"JP", b"GB", b"FR", b"ID", b"HK"];
const PORTS: [u16; 16] = [23, 23, 22, 445, 80, 443, 8080, 2323, 3389, 1433, 5555, 6379, 8443, 3306, 5900, 81];

/// Random numbers, the same every time (Vigna's xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// The upper bits of a number below `below`, at most 2^32.
    fn below(&mut self, below: u64) -> u64 {
        ((self.next() >> 32) * below) >> 32
    }
}

/// A third of the packets goes to ports that are hardly asked for twice; a fifth is Mirai's, a tenth ZMap's, a tenth Masscan's.
#[allow(clippy::cast_possible_truncation, reason = "numbers are below what fits")]
fn packet(random: &mut Random, at_ns: u64) -> StoredPacket<'static> {
    let source = random.next() as u32;
    let sensor = random.below(40) as u32;
    let destination = u32::from(Ipv4Addr::new(198, 51, 100, 0)) + sensor * 4 + random.below(4) as u32;
    let port = if random.below(3) == 0 { random.next() as u16 } else { PORTS.get(random.below(16) as usize).copied().unwrap_or(23) };
    let (sequence, ip_id) = (random.next() as u32, random.next() as u16);
    let (tool, sequence, ip_id, window) = match random.below(10) {
        0 | 1 => (Tool::Mirai, destination, ip_id, random.next() as u16),
        2 => (Tool::Zmap, sequence, 54_321, 65_535),
        3 => (Tool::Masscan, sequence, ip_id, 1024),
        _ => (Tool::Unknown, sequence, ip_id, [1024, 65_535, 14_600, 29_200].get(random.below(4) as usize).copied().unwrap_or(1024)),
    };
    let country = COUNTRIES.get((source >> 16).wrapping_mul(2_654_435_761) as usize >> 28).and_then(|letters| Country::new(**letters));
    StoredPacket {
        at_ns: (BEGAN_NS + at_ns / 1000 * 1000) as i64,
        sensor,
        source: IpAddr::V4(source.into()),
        destination: Some(IpAddr::V4(destination.into())),
        protocol: 6,
        ttl: 235 + random.below(14) as u8,
        ip_id: Some(ip_id),
        fragment: Fragment::Whole,
        transport: Transport::Tcp(Tcp {
            source_port: 1024 + random.below(64_512) as u16,
            destination_port: port,
            flags: 2,
            window,
            sequence,
            acknowledgment: 0,
            options: TcpOptions::default(),
        }),
        wire_bytes: 54,
        payload: None,
        country,
        asn: None,
        tool,
        kind: Kind::Scan,
    }
}

/// Nanoseconds that this thread was on a processor.
fn processor_ns() -> u64 {
    fs::read_to_string("/proc/thread-self/schedstat").ok().and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or_default()
}

fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

#[allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "this is what it is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(count), Some(root)) = (arguments.next(), arguments.next()) else { return Err("usage: store_packets PACKETS FOLDER [compact]".into()) };
    let count: u64 = count.parse()?;
    let folder = Folder::open(root)?;
    let mut random = Random(20);
    let mut buffer = PacketBuffer::new(PacketBuffer::USUAL_PACKETS, Some("dbip-country-lite-2026-11"));
    let mut names = Vec::new();
    let (mut building, mut writing, mut bytes) = (0, 0, 0);
    let mut made: Vec<StoredPacket<'static>> = Vec::new();
    let mut done = 0;
    while done < count {
        made.clear();
        made.extend(
            (done..count.min(done + 4096))
                .map(|number| packet(&mut random, u64::try_from(u128::from(number) * u128::from(DAY_NS) / u128::from(count)).unwrap_or_default())),
        );
        done += made.len() as u64;
        let began = processor_ns();
        for packet in &made {
            buffer.push(packet)?;
        }
        let built = processor_ns();
        building += built - began;
        if buffer.is_full() || done == count {
            let name = FileName::new(jiff::civil::date(2026, 11, 1), format!("bench-{}", names.len()))?;
            bytes += packets::write(&folder, &name, &buffer)?.bytes;
            buffer.clear();
            folder.publish(&name)?;
            names.push(name);
            writing += processor_ns() - built;
        }
    }
    let each = |ns: u64| ns as f64 / count as f64;
    println!("{count} packets in {} files, peak {} MiB", names.len(), peak_mib());
    println!(
        "  build {:6.1} ns a packet, sort and write {:6.1} ns, together {:.2} M/s per core, {:.2} bytes a packet",
        each(building),
        each(writing),
        1e3 / each(building + writing),
        bytes as f64 / count as f64
    );
    if arguments.next().as_deref() == Some("compact") {
        let began = processor_ns();
        let into = FileName::new(jiff::civil::date(2026, 11, 1), "bench-all")?;
        let written = packets::compact(&folder, &names, &into)?;
        let took = processor_ns() - began;
        folder.publish(&into)?;
        names.iter().try_for_each(|name| folder.retire(name))?;
        names = vec![into];
        println!(
            "  compacted to one: {:6.1} ns a packet, {:.2} M/s, {:.2} bytes a packet, peak {} MiB",
            each(took),
            1e3 / each(took),
            written.bytes as f64 / count as f64,
            peak_mib()
        );
    }
    let paths = names.iter().map(|name| folder.published(name)).collect::<Vec<_>>();
    let telnet = Filter { service: Some(Service::Port { protocol: 6, port: 23 }), ..Filter::default() };
    for (what, filter, key) in [("tcp/23 by country", telnet, Key::Country), ("all by service", Filter::default(), Key::Service)] {
        let began = processor_ns();
        let counts = packets::count(paths.clone(), &filter, key, Limits::default())?;
        let took = processor_ns() - began;
        let exact = if counts.sources_are_exact { "exact" } else { "lower bounds" };
        println!("  count {what}: {} packets, {} rows, sources {exact}, {:.0} ms", counts.packets, counts.rows.len(), took as f64 / 1e6);
    }
    Ok(())
}
