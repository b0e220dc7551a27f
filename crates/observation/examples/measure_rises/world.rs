//! A darknet as it is: heavy-tailed services, rhythms of day and week, levels that wander, campaigns of sources that hit one sensor or many, loud
//! sources, and sensors that are off for hours. It has no rises but those that are put into it.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "numbers that are made here")]

use super::chance::Chance;
use noroshi_lake::packets::{Country, Service};
use noroshi_observation::rise::{Day, Key, Origin, Packets, Recent, Series, Watching};

/// Packets for each second and address.
const RATE: f64 = 0.08;
const COUNTRIES: usize = 60;
/// Packets of a campaign that hits one sensor; sensors that a sweep hits; how many campaigns are sweeps.
const BATCH: f64 = 2.5;
const SWEEP: f64 = 8.0;
const SWEEPS: f64 = 0.25;

/// Packets of one source to one sensor in one hour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) hour: u32,
    pub(crate) sensor: u16,
    pub(crate) country: u16,
    pub(crate) packets: u32,
    /// Whether its source is met here for the first time.
    pub(crate) is_new: bool,
}

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) sensors: usize,
    pub(crate) hours: usize,
    /// Packets that are expected of each service for each day and sensor.
    pub(crate) base: Vec<f64>,
    /// By service, in the order of time.
    pub(crate) hits: Vec<Vec<Hit>>,
    /// By sensor and hour: whether it watches.
    pub(crate) watches: Vec<Vec<f64>>,
}

#[allow(dead_code, reason = "tests use a part of it")]
impl World {
    /// A world of so many services, the first of which is asked for most, with its loud sources.
    #[expect(clippy::cast_precision_loss, reason = "numbers of services")]
    pub(crate) fn new(seed: u64, sensors: usize, services: usize, weeks: usize) -> Self {
        let shares: Vec<f64> = (0..services).map(|rank| 1.0 / ((rank + 1) as f64).powf(1.1)).collect();
        let all: f64 = shares.iter().sum();
        let mut world = Self::quiet(seed, sensors, shares.iter().map(|share| share / all * RATE * 86_400.0).collect(), weeks);
        world.loud(weeks);
        world
    }

    /// A world without loud sources: `base` are the packets of each service for each day and sensor.
    pub(crate) fn quiet(seed: u64, sensors: usize, base: Vec<f64>, weeks: usize) -> Self {
        let hours = weeks * 168;
        let mut world = Self { seed, sensors, hours, hits: Vec::with_capacity(base.len()), base, watches: watches(seed, sensors, hours) };
        for service in 0..world.base.len() {
            let hits = world.background(service);
            world.hits.push(hits);
        }
        world
    }

    /// What a service is called.
    pub(crate) fn service(rank: usize) -> Service {
        let port = u16::try_from(rank / 2 + 1).unwrap_or(u16::MAX);
        Service::Port { protocol: if rank.is_multiple_of(2) { 6 } else { 17 }, port }
    }

    pub(crate) fn country(number: usize) -> Country {
        let letter = |at: usize| b'A' + u8::try_from(at % 26).unwrap_or_default();
        Country::new([letter(number / 26), letter(number)]).expect("two letters")
    }

    #[expect(clippy::cast_precision_loss, reason = "hours")]
    fn background(&self, service: usize) -> Vec<Hit> {
        let mut chance = Chance::of(self.seed, service as u64 + 1);
        let base = self.base[service] * self.sensors as f64 / 24.0;
        let weights = self.weights(&mut chance);
        let (phase, daily, weekend) = (chance.normal() * 3.0, 0.35 * chance.unit(), 0.8 + 0.4 * chance.unit());
        let first_country = self.first_country(service);
        let per_campaign = SWEEP.min(self.sensors as f64 / 2.0).max(1.0).mul_add(SWEEPS, BATCH * (1.0 - SWEEPS));
        let (mut hits, mut wander, mut of_day) = (Vec::new(), chance.normal() * 0.15, Vec::new());
        for hour in 0..self.hours {
            if hour % 24 == 0 {
                // Neighbouring days are alike: an autoregressive process whose deviation is 0.15.
                wander = 0.7 * wander + 0.51f64.sqrt() * 0.15 * chance.normal();
                of_day = weights
                    .iter()
                    .scan(0.0, |sum, weight| {
                        *sum += weight * (chance.normal() * 0.15).exp();
                        Some(*sum)
                    })
                    .collect();
            }
            let rhythm = 1.0 + daily * (std::f64::consts::TAU * ((hour % 24) as f64 + phase) / 24.0).cos();
            let week = if hour % 168 >= 120 { weekend } else { 1.0 };
            let mean = base * rhythm * week * wander.exp() * chance.gamma(12.0);
            for _ in 0..chance.poisson(mean / per_campaign) {
                self.campaign(&mut chance, hour, &of_day, first_country, &mut hits);
            }
        }
        hits
    }

    fn campaign(&self, chance: &mut Chance, hour: usize, weights: &[f64], first_country: usize, hits: &mut Vec<Hit>) {
        let country = country_of(chance, first_country);
        let (hour_number, mut is_new) = (u32::try_from(hour).expect("hours"), true);
        let mut hit = |sensor: usize, packets: usize| {
            if self.watches[sensor][hour] > 0.0 {
                hits.push(Hit {
                    hour: hour_number,
                    sensor: u16::try_from(sensor).expect("sensors"),
                    country,
                    packets: u32::try_from(packets).expect("packets"),
                    is_new,
                });
                is_new = false;
            }
        };
        let any = |chance: &mut Chance| {
            let at = chance.unit() * weights.last().copied().unwrap_or_default();
            weights.partition_point(|sum| *sum < at).min(self.sensors - 1)
        };
        if chance.unit() < SWEEPS {
            for _ in 0..chance.geometric(SWEEP.min(f64::from(u32::try_from(self.sensors).expect("sensors")) / 2.0)) {
                hit(any(chance), 1);
            }
        } else {
            hit(any(chance), chance.geometric(BATCH));
        }
    }

    /// Loud sources: a dozen a week.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
    fn loud(&mut self, weeks: usize) {
        let mut chance = Chance::of(self.seed, 0);
        for _ in 0..weeks * 12 {
            let service = if chance.unit() < 0.5 { chance.below(self.base.len().min(300)) } else { chance.between(1.0, self.base.len() as f64) as usize - 1 };
            let (from, length) = (chance.below(self.hours), chance.between(1.0, 72.0) as usize);
            let rate = chance.between(20.0, 2_000.0);
            let sensors = match chance.below(10) {
                0..4 => 1,
                4..7 => 2 + chance.below(9),
                _ => self.sensors,
            };
            self.lone_source(&mut chance, service, from, length, rate, sensors.min(self.sensors));
        }
    }

    /// One source that sends `rate` packets an hour to so many sensors.
    #[expect(clippy::cast_precision_loss, reason = "sensors")]
    pub(crate) fn lone_source(&mut self, chance: &mut Chance, service: usize, from: usize, length: usize, rate: f64, sensors: usize) {
        let (first, country) = (chance.below(self.sensors), u16::try_from(chance.below(COUNTRIES)).expect("countries"));
        let mut is_new = true;
        for hour in from..(from + length).min(self.hours) {
            for sensor in (0..sensors).map(|place| (first + place * 7) % self.sensors) {
                let packets = u32::try_from(chance.poisson(rate / sensors as f64)).expect("packets");
                if packets > 0 && self.watches[sensor][hour] > 0.0 {
                    self.hits[service].push(Hit {
                        hour: u32::try_from(hour).expect("hours"),
                        sensor: u16::try_from(sensor).expect("sensors"),
                        country,
                        packets,
                        is_new,
                    });
                    is_new = false;
                }
            }
        }
        self.hits[service].sort_by_key(|hit| hit.hour);
    }

    /// A rise: of the sensors that watch for most of it so many see a service so many times as often as they do in the mean, in campaigns of their own, from
    /// everywhere or from one country.
    #[expect(clippy::too_many_arguments, reason = "what there is to say of a rise")]
    pub(crate) fn rise(&self, chance: &mut Chance, service: usize, from: usize, length: usize, size: f64, sensors: usize, country: Option<u16>) -> Vec<Hit> {
        let (weights, to) = (self.weights(&mut Chance::of(self.seed, service as u64 + 1)), (from + length).min(self.hours));
        let watched = |sensor: &usize| self.watches[*sensor][from..to].iter().sum::<f64>() >= 0.8 * f64::from(u32::try_from(to - from).expect("hours"));
        let mut there: Vec<usize> = (0..self.sensors).filter(watched).collect();
        let first_country = self.first_country(service);
        let mut hits = Vec::new();
        while there.len() > sensors {
            there.swap_remove(chance.below(there.len()));
        }
        for hour in from..to {
            for sensor in there.iter().filter(|sensor| self.watches[**sensor][hour] > 0.0) {
                for _ in 0..chance.poisson(self.base[service] / 24.0 * weights[*sensor] * (size - 1.0) / BATCH) {
                    hits.push(Hit {
                        hour: u32::try_from(hour).expect("hours"),
                        sensor: u16::try_from(*sensor).expect("sensors"),
                        country: country.unwrap_or_else(|| country_of(chance, first_country)),
                        packets: u32::try_from(chance.geometric(BATCH)).expect("packets"),
                        is_new: true,
                    });
                }
            }
        }
        hits
    }

    /// Where most of a service's packets come from.
    fn first_country(&self, service: usize) -> usize {
        Chance::of(self.seed, 5_000_000 + service as u64).below(COUNTRIES)
    }

    /// What each sensor sees of a service, in what all see on average.
    #[expect(clippy::cast_precision_loss, reason = "sensors")]
    fn weights(&self, chance: &mut Chance) -> Vec<f64> {
        let weights: Vec<f64> = (0..self.sensors).map(|_| (chance.normal() * 0.3).exp()).collect();
        let mean = weights.iter().sum::<f64>() / self.sensors as f64;
        weights.into_iter().map(|weight| weight / mean).collect()
    }

    /// Who watched when.
    pub(crate) fn watching(&self) -> Watching {
        let sensors: Vec<(u32, Vec<f64>)> = (1..).zip(self.watches.iter().cloned()).collect();
        Watching::new(&sensors)
    }
}

fn country_of(chance: &mut Chance, first: usize) -> u16 {
    // A third of a service's packets come from its first country, a ninth from the next but one or so.
    u16::try_from((first + chance.geometric(3.0) * 7) % COUNTRIES).expect("countries")
}

/// Every sensor is off about once a week, for 2 to 36 hours; one came in the middle.
fn watches(seed: u64, sensors: usize, hours: usize) -> Vec<Vec<f64>> {
    let sensor = |sensor: usize| {
        let mut chance = Chance::of(seed, 1_000_000 + sensor as u64);
        let mut watches = vec![1.0; hours];
        if sensor == 1 {
            watches[..hours / 2].fill(0.0);
        }
        for _ in 0..chance.poisson(f64::from(u32::try_from(hours / 168).expect("weeks"))) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "hours")]
            let (from, length) = (chance.below(hours), chance.between(2.0, 36.0) as usize);
            watches[from..(from + length).min(hours)].fill(0.0);
        }
        watches
    };
    (0..sensors).map(sensor).collect()
}

/// Packets, days and sources of a service, or of one of its countries; what is recent is not in it yet.
pub(crate) fn series(service: Service, origin: Origin, hits: &[Hit], world: &World) -> Series {
    let mut hours = vec![0_u32; world.hours];
    let mut days: Vec<(Vec<(u32, u32)>, u32)> = vec![Default::default(); world.hours / 24];
    for hit in hits {
        hours[hit.hour as usize] += hit.packets;
        let (sensors, sources) = &mut days[hit.hour as usize / 24];
        *sources += u32::from(hit.is_new);
        let number = u32::from(hit.sensor) + 1;
        match sensors.iter_mut().find(|(known, _)| *known == number) {
            Some((_, packets)) => *packets += hit.packets,
            None => sensors.push((number, hit.packets)),
        }
    }
    let day = |(day, (sensors, sources)): (usize, (Vec<(u32, u32)>, u32))| Day { from: day * 24, to: (day + 1) * 24, sensors, sources };
    Series { key: Key { service, origin }, packets: Packets::by_hour(&hours), days: days.into_iter().enumerate().map(day).collect(), recent: Recent::default() }
}

/// What is recent at an hour. Of a country only days are told apart by sensor.
pub(crate) fn recent(origin: Origin, hits: &[Hit], end: usize, sensors: usize) -> Recent {
    let span = if origin == Origin::Anywhere { 24 } else { 24 + end % 24 };
    let from = end - span;
    let hits = &hits[hits.partition_point(|hit| (hit.hour as usize) < from)..];
    let (mut by_sensor, mut sources) = (vec![0; sensors], [0, 0]);
    for hit in hits.iter().take_while(|hit| (hit.hour as usize) < end) {
        by_sensor[usize::from(hit.sensor)] += hit.packets;
        sources[usize::from(span > 24 && hit.hour as usize >= end - end % 24)] += u32::from(hit.is_new);
    }
    Recent { from, sensors: (1..).zip(by_sensor).filter(|(_, packets)| *packets > 0).collect(), sources: sources[0].max(sources[1]) }
}
