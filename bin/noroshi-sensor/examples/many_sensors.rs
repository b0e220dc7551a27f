//! Many sensors at once, each with its own keys and connection, against a real centre; what they send is made up.
//!
//! `many_sensors CENTRE TOKENS SECONDS PACKETS_PER_SECOND`: TOKENS is a file with one enrolment token a line, PACKETS_PER_SECOND what all of them see
//! together. Each sends a batch every ten seconds. Prints batches, packets, and how long acknowledgements took.
#![allow(clippy::print_stdout, reason = "it is for measuring")]

use anyhow::Context as _;
use noroshi_sensor::{
    centre::{Address, Connection},
    enrol::enrol,
};
use noroshi_telescope::{
    batch::{BootId, Clocks, Counts, Hash, Header, Recorder, Recording, SensorId, SigningKey, hash_of, seal},
    packet::{Fragment, Packet, Tcp, TcpFlags, TcpOptions, Transport},
    protocol::{BATCH, BATCH_TYPE, Receipt, Token},
};
use std::{
    net::Ipv4Addr,
    time::{Duration, Instant, SystemTime},
};
use tokio::time::{interval_at, sleep};

/// How often each sends.
const EVERY: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("usage: many_sensors CENTRE TOKENS SECONDS PACKETS_PER_SECOND");
    let (centre, tokens): (Address, _) = (next()?.parse()?, std::fs::read_to_string(next()?)?);
    let (seconds, rate): (u64, u64) = (next()?.parse()?, next()?.parse()?);
    let folder = tempfile::tempdir()?;
    let mut sensors = Vec::new();
    for (number, line) in tokens.lines().filter(|line| !line.is_empty()).enumerate() {
        let state = folder.path().join(number.to_string());
        let token: Token = line.parse()?;
        let identity = enrol(&state, &centre, &token, false).await?;
        let connection = Connection::to(identity.address()?, identity.tls(&state)?);
        let key = identity.signing_key(&state)?.0;
        sensors.push(Sensor {
            identity: identity.sensor,
            key,
            connection,
            sequence: 0,
            previous: None,
            boot: BootId(*number.to_be_bytes().repeat(2).first_chunk().context("a number")?),
        });
    }
    let count = sensors.len();
    println!("{count} sensors enrolled");
    let packets = usize::try_from(rate * EVERY.as_secs())? / count.max(1);
    let began = Instant::now();
    let mut running = Vec::new();
    for (number, sensor) in sensors.into_iter().enumerate() {
        let wait = EVERY.mul_f64(f64::from(u32::try_from(number)?) / f64::from(u32::try_from(count)?));
        running.push(tokio::spawn(send(sensor, wait, Duration::from_secs(seconds), packets, began)));
    }
    let mut took: Vec<Duration> = Vec::new();
    for one in running {
        took.extend(one.await??);
    }
    took.sort_unstable();
    let at = |part: usize| took.get(took.len().saturating_sub(1) * part / 100).copied().unwrap_or_default();
    println!(
        "{} batches of {packets} packets, {} packets in {:.1} s; acknowledged after {:.0?} (median), {:.0?} (95 %), {:.0?} (longest)",
        took.len(),
        took.len() * packets,
        began.elapsed().as_secs_f64(),
        at(50),
        at(95),
        at(100)
    );
    Ok(())
}

struct Sensor {
    identity: SensorId,
    key: SigningKey,
    connection: Connection,
    boot: BootId,
    sequence: u64,
    previous: Option<Hash>,
}

async fn send(mut sensor: Sensor, wait: Duration, during: Duration, packets: usize, began: Instant) -> anyhow::Result<Vec<Duration>> {
    sleep(wait).await;
    let mut due = interval_at(tokio::time::Instant::now(), EVERY);
    let mut took = Vec::new();
    while began.elapsed() < during {
        due.tick().await;
        let bytes = sensor.batch(packets)?;
        let hash = hash_of(&bytes);
        let sent = Instant::now();
        let receipt: Receipt = sensor.connection.post(BATCH, BATCH_TYPE, bytes).await?;
        took.push(sent.elapsed());
        anyhow::ensure!(receipt.hash == hash && !receipt.known, "another batch was acknowledged");
    }
    Ok(took)
}

impl Sensor {
    fn batch(&mut self, packets: usize) -> anyhow::Result<Vec<u8>> {
        #[expect(clippy::disallowed_methods, reason = "packets of now")]
        let now = i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_micros())?;
        let span = i64::try_from(EVERY.as_micros())?;
        let mut recorder = Recorder::new(Recording::default(), packets);
        let mut drawn = now.unsigned_abs() ^ u64::from_be_bytes(*self.boot.0.first_chunk().context("sixteen bytes")?);
        for number in 0..packets {
            // SplitMix64: nothing to compress, ports of a few services and many others.
            drawn = drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let [a, b, c, d, e, f, g, h] = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb).to_be_bytes();
            let port =
                if a < 160 { [22, 23, 80, 445, 1433, 3389, 5060, 8080].get(usize::from(b % 8)).copied().unwrap_or(22) } else { u16::from_be_bytes([b, c]) };
            recorder.push(&Packet {
                at_ns: (now - span + span * i64::try_from(number)? / i64::try_from(packets)?) * 1_000,
                wire_bytes: 54,
                source: Ipv4Addr::new(d, e, f, g).into(),
                destination: Ipv4Addr::new(198, 51, 100, h).into(),
                protocol: 6,
                ttl: 64 - (h & 31),
                ip_id: Some(u16::from_be_bytes([g, a])),
                fragment: Fragment::Whole,
                transport: Transport::Tcp(Tcp {
                    source_port: u16::from_be_bytes([e, h]),
                    destination_port: port,
                    sequence: u32::from_be_bytes([h, g, f, e]),
                    acknowledgment: 0,
                    flags: TcpFlags::SYN,
                    window: 1024,
                    options: TcpOptions::default(),
                }),
            })?;
        }
        let clocks = |wall_us: i64| Clocks { wall_us, monotonic_us: wall_us.unsigned_abs() };
        let header = Header {
            sensor: self.identity,
            boot: self.boot,
            sequence: self.sequence,
            previous: self.previous,
            opened: clocks(now - span),
            closed: clocks(now),
            clock_offset_us: None,
            counts: Counts { kept: u64::try_from(packets)?, ..Counts::default() },
            gaps: Vec::new(),
            masked: false,
            software: "many_sensors".into(),
        };
        let bytes = seal(&header, &recorder.take()?, &self.key)?;
        self.previous = Some(hash_of(&bytes));
        self.sequence += 1;
        Ok(bytes)
    }
}
