//! Somebody looks for a service at some of the sensors: what the year is made of.

use super::{
    Volume,
    hosts::Host,
    sources,
    streams::{From, Probe, STREAMS, Stream, To},
    year::{Day, HOUR_US, Year},
};
use crate::dice::{Chance, roll};
use noroshi_kernel::moment::Moment;
use noroshi_lake::packets::{Country, Kind, Tool};
use noroshi_observation::service::history::Group;
use std::{net::IpAddr, sync::Arc};

/// A source looks for a service: at some sensors, at each of their addresses some times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan {
    /// When it begins, in microseconds.
    pub(super) at: i64,
    pub(super) source: IpAddr,
    pub(super) country: Country,
    pub(super) probe: Probe,
    /// The port, where the probe's own is not all.
    pub(super) port: u16,
    pub(super) tool: Tool,
    /// A bit for each host.
    pub(super) to: u64,
    /// How often each address is asked.
    pub(super) times: u64,
    /// What looks like chance in its packets.
    pub(super) seed: u64,
}

/// It is over after so long.
pub(super) const SCAN_US: i64 = 20_000_000;

/// Scans of the year.
#[derive(Clone)]
pub(super) struct Scans {
    pub(super) year: Arc<Year>,
    pub(super) hosts: Arc<[Host]>,
    volume: Volume,
    /// A bit for each host that is reached by IPv6.
    with_v6: u64,
}

/// How much there is in each hour of a day, in thousandths: machines at work are on.
const RHYTHM: [u64; 24] =
    [860, 820, 800, 790, 800, 830, 880, 950, 1_020, 1_090, 1_140, 1_160, 1_150, 1_160, 1_170, 1_170, 1_150, 1_120, 1_090, 1_070, 1_050, 1_020, 980, 910];
const WEEKEND: u64 = 930;

impl Scans {
    pub(super) fn new(year: Arc<Year>, hosts: Arc<[Host]>, volume: Volume) -> Self {
        let with_v6 = hosts.iter().enumerate().filter(|(_, host)| host.has_v6).fold(0, |bits, (place, _)| bits | 1 << place);
        Self { year, hosts, volume, with_v6 }
    }

    /// Those of an hour of a day, not in the order of time.
    pub(super) fn of_hour(&self, day: Day, begin: i64) -> Vec<Scan> {
        let hour = usize::try_from((begin - day.begin) / HOUR_US).unwrap_or_default();
        let rhythm = RHYTHM.get(hour % RHYTHM.len()).copied().unwrap_or(1_000) * if day.is_weekend { WEEKEND } else { 1_000 } / 1_000;
        let number = begin.div_euclid(HOUR_US).unsigned_abs();
        let mut scans = Vec::new();
        for (place, stream) in (0_u64..).zip(STREAMS) {
            let mut chance = Chance::new(10, number * 64 + place);
            // In millionths, as each factor is in thousandths; some hours are busier than others.
            let many = stream.per_hour * stream.factor(day.ago) / 1_000 * rhythm * (850 + chance.below(301)) / 1_000 / self.volume.one_in.max(1);
            let count = many / 1_000_000 + u64::from(chance.below(1_000_000) < many % 1_000_000);
            scans.extend((0..count).filter_map(|_| self.scan(stream, place, begin, &mut chance)));
        }
        scans
    }

    fn scan(&self, stream: &Stream, place: u64, begin: i64, chance: &mut Chance) -> Option<Scan> {
        let day = begin.div_euclid(Moment::DAY_US).unsigned_abs();
        let room = (HOUR_US - SCAN_US).unsigned_abs() / 1_000;
        let at = begin + i64::try_from(chance.below(room) * 1_000 + chance.below(1_000)).unwrap_or_default();
        let (source, country) = match stream.from {
            From::One(source, letters) => (IpAddr::V4(source), Country::new(letters)?),
            From::Countries(countries, sources) => {
                let country = Country::new(chance.weighted(countries)?)?;
                // A few send much, and each is there for some days.
                let slot = chance.below(sources).min(chance.below(sources));
                let number = roll(place, slot + (day + slot) / 9 * 1_000);
                (if stream.probe.is_v6() { sources::v6(country, number).into() } else { sources::v4(country, number).into() }, country)
            }
        };
        // Who uses a tool uses it always.
        let own = source_number(source);
        let tool = Chance::new(12, own + place).weighted(stream.tools)?;
        let fast = matches!(tool, Tool::Zmap | Tool::Masscan);
        let all = !0 >> (64 - self.hosts.len().clamp(1, 64));
        let to = match stream.to {
            To::All => all,
            To::Only(place) => 1 << place,
            To::Some if stream.probe.is_v6() => self.with_v6,
            To::Some => chance.next() & chance.next() & if fast { !0 } else { chance.next() },
        };
        let to_port = match stream.probe {
            Probe::Tcp(port) | Probe::Udp(port) | Probe::TcpV6(port) => port,
            Probe::TcpAnywhere | Probe::UdpAnywhere => port(10_240, roll(13, chance.below(400).min(chance.below(400))) % 55_000),
            // From where systems begin their connections.
            Probe::Answer(_) => port(32_768, chance.below(28_232)),
            Probe::Icmp(_) | Probe::EchoV6 | Probe::Protocol(_) => 0,
        };
        Some(Scan { at, source, country, probe: stream.probe, port: to_port, tool, to: to & all, times: 1 + chance.below(7), seed: chance.next() })
    }

    /// A day as figures.
    pub(super) fn groups(&self, day: usize) -> Vec<Group> {
        let Some(day) = self.year.days.get(day).copied() else { return Vec::new() };
        day.hours().flat_map(|begin| self.of_hour(day, begin)).filter_map(|scan| self.group(&scan)).collect()
    }

    pub(super) fn group(&self, scan: &Scan) -> Option<Group> {
        let sensors: Vec<_> = self.reached(scan).map(|(_, host)| (host.number, host.addresses(scan.probe.is_v6()) * scan.times)).collect();
        if sensors.is_empty() {
            return None;
        }
        Some(Group {
            at: Moment(scan.at),
            source: scan.source,
            service: scan.probe.service(scan.port),
            country: Some(scan.country),
            tool: scan.tool,
            kind: match scan.probe {
                Probe::Answer(_) | Probe::Icmp(3) => Kind::Backscatter,
                Probe::Protocol(_) => Kind::Other,
                _ => Kind::Scan,
            },
            sensors,
        })
    }

    /// The hosts that watch when a scan reaches them.
    pub(super) fn reached(&self, scan: &Scan) -> impl Iterator<Item = (usize, &Host)> {
        let (to, at) = (scan.to, scan.at);
        self.hosts.iter().enumerate().filter(move |(place, host)| to >> place & 1 == 1 && host.watches(at))
    }
}

fn port(first: u64, place: u64) -> u16 {
    u16::try_from(first + place).unwrap_or(u16::MAX)
}

fn source_number(source: IpAddr) -> u64 {
    match source {
        IpAddr::V4(v4) => u64::from(u32::from(v4)),
        IpAddr::V6(v6) => u64::try_from(u128::from(v6) & u128::from(u64::MAX)).unwrap_or_default(),
    }
}
