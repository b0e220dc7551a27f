//! Measures what a year of sensors costs to ask: `measure_year fill FOLDER PACKETS SENSORS [COUNTRIES.mmdb]`, then `measure_year ask FOLDER`.
//!
//! Filling goes the way of every capture: packets are imported, a part of the year of each sensor at a time, added up and merged. Ports are heavy-tailed: a third of
//! the packets goes to ports that hardly anybody asks for twice. Times of asking are the median of nine, the first of all left out.
#![allow(clippy::print_stdout, clippy::cast_possible_truncation, reason = "it is for measuring; numbers are below what fits")]

use noroshi_directory::organisation::Home;
use noroshi_kernel::{
    access::Actor,
    moment::{Moment, SystemClock, Zone},
};
use noroshi_lake::folder::Folder;
use noroshi_ledger::{Ledger, Place, blob::BlobStore};
use noroshi_observation::{
    MIGRATIONS, ObservationError, Observatory,
    ask::{Selection, Standpoint},
    geography::Geography,
    ranks, series,
    service::{
        Silent, import,
        registry::{self, Site},
        rollup::rollup,
        tend::tend,
    },
    sources, top,
};
use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROOT: Actor = Actor::Platform;
/// 2025-11-01 in Tokyo, in seconds.
const BEGAN: u64 = 1_761_922_800;
const DAYS: u64 = 365;
/// Sensors send in time: what is added up at once is of the same days.
const PARTS: u64 = 73;
const SPAN_US: u64 = DAYS * 86_400 * 1_000_000 / PARTS;
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

    fn below(&mut self, below: u64) -> u64 {
        ((self.next() >> 32) * below) >> 32
    }
}

/// A part of a sensor's year as a capture of raw IP.
fn capture(path: &Path, packets: u64, sensor: u64, part: u64) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 101] {
        out.write_all(&word.to_le_bytes())?;
    }
    let mut random = Random(0x9e37_79b9 + sensor * PARTS + part);
    let mut bytes = [0x45, 0, 0, 40, 0, 7, 0, 0, 57, 6, 0, 0, 0, 0, 0, 0, 198, 51, 100, 7, 0x9c, 0x40, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0x50, 2, 4, 0, 0, 0, 0, 0];
    for packet in 0..packets {
        let at = BEGAN * 1_000_000 + part * SPAN_US + packet * (SPAN_US / packets.max(1));
        // One source in four comes again and again.
        let source = if random.below(4) == 0 { random.next() as u32 & 0x3fff | 0x2d00_0000 } else { random.next() as u32 };
        let port = if random.below(3) == 0 { random.next() as u16 } else { PORTS.get(random.below(16) as usize).copied().unwrap_or(23) };
        bytes.get_mut(12..16).ok_or("a header")?.copy_from_slice(&source.to_be_bytes());
        bytes.get_mut(22..24).ok_or("a header")?.copy_from_slice(&port.to_be_bytes());
        for word in [(at / 1_000_000) as u32, (at % 1_000_000) as u32, 40, 40] {
            out.write_all(&word.to_le_bytes())?;
        }
        out.write_all(&bytes)?;
    }
    Ok(out.flush()?)
}

async fn open(folder: &Path, countries: Option<&Path>) -> Outcome<Observatory> {
    let migrations = [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, MIGRATIONS].concat();
    let blobs = BlobStore::open(folder.join("blobs"))?;
    let ledger = Ledger::open(&Place::Sqlite(folder.join("noroshi.sqlite")), blobs, Arc::new(SystemClock), &migrations).await?;
    let geography = Geography::open(countries, None).map_err(|why| why.to_string())?;
    Ok(Observatory { ledger, folder: Folder::open(folder.join("packets"))?, geography: Arc::new(geography) })
}

async fn fill(folder: &Path, packets: u64, sensors: u64, countries: Option<&Path>) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    let (place, zone) = (open(folder, countries).await?, Zone::named("Asia/Tokyo")?);
    let began = Instant::now();
    let path = folder.join("year.pcap");
    let name = |sensor: u64| format!("sensor-{sensor:03}");
    for sensor in 0..sensors {
        let (country, region) = if sensor % 10 < 6 { ("JP", "Kanto") } else { ("US", "Oregon") };
        let site = Site { country: country.into(), region: region.into(), ..Site::default() };
        registry::enter(&place.ledger, &ROOT, &name(sensor), &site).await?;
    }
    let (mut imported, mut added_up) = (0.0, 0.0);
    for part in 0..PARTS {
        let began = Instant::now();
        for sensor in 0..sensors {
            capture(&path, packets / sensors / PARTS, sensor, part)?;
            import(&place, &ROOT, &name(sensor), &path, Box::new(Silent)).await?;
        }
        imported += began.elapsed().as_secs_f64();
        while rollup(&place, &zone).await? > 0 {}
        added_up += began.elapsed().as_secs_f64();
    }
    std::fs::remove_file(&path)?;
    println!("{packets} packets of {sensors} sensors made and imported in {imported:.0} s, added up in {:.0} s", added_up - imported);
    tend(&place, None).await?;
    println!("all of it, merged, after {:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Asks nine times and prints the median.
async fn timed<F: Future<Output = Result<u64, ObservationError>>>(what: &str, ask: impl Fn() -> F) -> Outcome<()> {
    let found = ask().await?;
    let mut times = Vec::new();
    for _ in 0..9 {
        let began = Instant::now();
        assert_eq!(ask().await?, found);
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    println!("{what:<60} {:>8.1} ms   {found}", times.get(4).copied().unwrap_or_default());
    Ok(())
}

async fn ask(folder: &Path) -> Outcome<()> {
    let (place, zone, home) = (&open(folder, None).await?, &Zone::named("Asia/Tokyo")?, &Home::default());
    let here = Standpoint { zone, home };
    let day = |day: u64| Moment(((BEGAN + day * 86_400) * 1_000_000).cast_signed());
    let year = (day(0), day(DAYS));
    let select = |fields: &[(&str, &str)]| {
        let mut selection = Selection::default();
        for (field, text) in fields {
            selection.take(field, text).map_err(|why| why.to_string())?;
        }
        Ok::<Selection, Box<dyn Error>>(selection)
    };
    let home_sensors = select(&[("sensors", "home")])?;
    let one_port = select(&[("port", "tcp/3389")])?;
    let one_country = select(&[("country", "CN")])?;
    let top = async |by, selection: &Selection, (from, to)| {
        let question = top::Question { by, selection: selection.clone(), from, to, limit: 10 };
        Ok::<u64, ObservationError>(top::top(place, &ROOT, here, &question).await?.rows.first().map_or(0, |row| row.packets))
    };
    let series = async |selection: &Selection, (from, to), bucket| {
        let question = series::Question { selection: selection.clone(), from, to, bucket };
        Ok::<u64, ObservationError>(series::series(place, &ROOT, here, &question).await?.rows.iter().filter_map(|row| row.packets).sum())
    };
    let all = &Selection::default();
    timed("top ten ports of the year", || top(top::By::Port, all, year)).await?;
    timed("top ten ports of ninety days across months", || top(top::By::Port, all, (day(100), day(190)))).await?;
    timed("top ten ports of the year, sensors at home", || top(top::By::Port, &home_sensors, year)).await?;
    timed("top ten ports of the year from one country", || top(top::By::Port, &one_country, year)).await?;
    timed("top ten countries of the year", || top(top::By::Country, all, year)).await?;
    timed("top ten countries of one port of the year", || top(top::By::Country, &one_port, year)).await?;
    timed("a port's year by day", || series(&one_port, year, series::Bucket::Day)).await?;
    timed("a port's month by hour", || series(&one_port, (day(100), day(131)), series::Bucket::Hour)).await?;
    timed("everything's year by week", || series(all, year, series::Bucket::Week)).await?;
    timed("five ports with ranks of the year before, by week", async || {
        let question = ranks::Question {
            by: top::By::Port,
            selection: Selection::default(),
            from: day(180),
            to: day(DAYS),
            before: Some((day(0), day(180))),
            ranks: 1..=5,
            bucket: series::Bucket::Week,
        };
        Ok(ranks::ranks(place, &ROOT, here, &question).await?.rows.len() as u64)
    })
    .await?;
    timed("raw: sources of one port in the year, packet by packet", async || {
        let question = sources::Question { selection: one_port.clone(), from: year.0, to: year.1, limit: 10 };
        Ok(sources::sources(place, &ROOT, here, &question).await?.packets)
    })
    .await?;
    let of_tool = select(&[("port", "tcp/3389"), ("tool", "zmap")])?;
    timed("raw: countries of one port and tool in the year", || top(top::By::Country, &of_tool, year)).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = |text: &str| PathBuf::from(text);
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fill", to, packets, sensors] => fill(&folder(to), packets.parse()?, sensors.parse()?, None).await,
        ["fill", to, packets, sensors, countries] => fill(&folder(to), packets.parse()?, sensors.parse()?, Some(Path::new(countries))).await,
        ["ask", of] => ask(&folder(of)).await,
        _ => Err("usage: measure_year fill FOLDER PACKETS SENSORS [COUNTRIES.mmdb], then measure_year ask FOLDER".into()),
    }
}
