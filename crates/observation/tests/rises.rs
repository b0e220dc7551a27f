//! Rises as years of observation told of them, replayed in a generated darknet; and what is none.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

#[path = "../examples/measure_rises/chance.rs"]
mod chance;
#[path = "../examples/measure_rises/world.rs"]
mod world;

use chance::Chance;
use noroshi_observation::rise::{self, Evidence, Kind, OVER_AFTER, Origin, Others, Profile, Rise};
use std::collections::{BTreeMap, BTreeSet};
use world::{Hit, World, recent, series};

const SENSORS: usize = 40;
const WEEK: usize = 168;
const CHINA: u16 = 2 * 26 + 13;

/// Judges the world's first service and its countries every fourth hour from `from` on; gives each event once, with when it was told, and when there was
/// something left of it for the last time.
fn told(world: &World, from: usize) -> Vec<(usize, usize, Rise)> {
    let watching = world.watching();
    let mut countries: BTreeMap<u16, Vec<Hit>> = BTreeMap::new();
    world.hits[0].iter().for_each(|hit| countries.entry(hit.country).or_default().push(*hit));
    let of_country = |(country, hits): (u16, Vec<Hit>)| (Origin::Country(Some(World::country(usize::from(country)))), hits);
    let mut all: Vec<_> = std::iter::once((Origin::Anywhere, world.hits[0].clone()))
        .chain(countries.into_iter().map(of_country))
        .map(|(origin, hits)| (series(World::service(0), origin, &hits, world), hits, None))
        .collect();
    let mut events: Vec<(usize, usize, Rise)> = Vec::new();
    for end in (from..world.hours).step_by(4) {
        for (series, hits, profile) in &mut all {
            series.recent = recent(series.key.origin, hits, end, SENSORS);
            if profile.is_none() || end % 24 == 0 {
                *profile = Some(Profile::of(series, &watching, end));
            }
        }
        let known = all.iter().filter_map(|(series, _, profile)| Some((series, profile.as_ref()?)));
        let judgement = rise::judge(&watching, end, known, Others { services: 3_000, countries: 15_000 });
        let open = |events: &[(usize, usize, Rise)]| events.last().is_some_and(|(_, last, _)| end - last <= OVER_AFTER);
        let is_left = |found: &Rise| {
            let evidence = Evidence::of(found, (0, 0));
            all.iter().any(|(series, _, _)| series.key == found.key && evidence.is_left(series.last_day(end, &evidence.at_sensors)))
        };
        if events.last().is_some_and(|(_, _, found)| is_left(found)) && open(&events) {
            events.last_mut().into_iter().for_each(|(_, last, _)| *last = end);
        }
        if let Some(found) = judgement.rises.into_iter().next() {
            if open(&events) { events.last_mut().into_iter().for_each(|(_, last, _)| *last = end) } else { events.push((end, end, found)) }
        }
    }
    events
}

/// A world of one service with `base` packets for each day and sensor.
fn world(base: f64, weeks: usize) -> World {
    World::quiet(7, SENSORS, vec![base], weeks)
}

/// Puts in what comes beside the background: `base` packets for each day and sensor.
fn comes(world: &mut World, from: usize, length: usize, base: f64, sensors: usize, country: Option<u16>) {
    let before = std::mem::replace(&mut world.base[0], base);
    for day in (from..from + length).step_by(24) {
        let hits = world.rise(&mut Chance::of(7, from as u64), 0, day, 24.min(from + length - day), 2.0, sensors, country);
        world.hits[0].extend(hits);
    }
    world.base[0] = before;
    world.hits[0].sort_by_key(|hit| hit.hour);
}

/// December 2006: nobody had asked for tcp/2967, and then it stayed.
#[test]
fn tcp_2967_of_december_2006_that_begins_and_stays_is_one_first_sight() {
    let mut world = world(0.0, 15);
    comes(&mut world, 10 * WEEK, 5 * WEEK, 4.0, 30, None);
    let events = told(&world, 9 * WEEK);
    let [(at, last, found)] = events.as_slice() else { panic!("{events:?}") };
    assert!(found.kind == Kind::FirstSeen && *at > 10 * WEEK && *at <= 10 * WEEK + 24, "{at} {found:?}");
    assert!(*last > 13 * WEEK, "it lasts until it is usual: {last}");
}

/// tcp/5900: on and off, and again from the middle of March.
#[test]
fn tcp_5900_that_comes_again_after_weeks_is_told_again() {
    let mut world = world(10.0, 17);
    comes(&mut world, 10 * WEEK, 96, 60.0, 25, None);
    comes(&mut world, 14 * WEEK + 40, 3 * WEEK - 40, 60.0, 25, None);
    let events = told(&world, 9 * WEEK);
    let at: Vec<usize> = events.iter().map(|(at, _, _)| *at).collect();
    assert!(at.len() == 2 && at[0] < 10 * WEEK + 24 && at[0] > 10 * WEEK && at[1] > 14 * WEEK + 40 && at[1] < 14 * WEEK + 64, "{events:?}");
    assert!(events[0].1 < 12 * WEEK, "the first ended: {events:?}");
}

/// Late August 2007: tcp/5168 is seen for the first time, at a few sensors; now and then one source had tried every port.
#[test]
fn tcp_5168_of_late_august_2007_is_first_seen() {
    let mut world = world(0.0, 11);
    let mut chance = Chance::of(7, 1);
    (0..11).for_each(|week| world.lone_source(&mut chance, 0, week * WEEK + 50, 1, 20.0, 10));
    comes(&mut world, 10 * WEEK + 30, 60, 10.0, 8, None);
    let events = told(&world, 9 * WEEK);
    let [(at, _, found)] = events.as_slice() else { panic!("{events:?}") };
    assert!(found.kind == Kind::FirstSeen && *at <= 10 * WEEK + 54 && found.sources > 5.0 && found.sensors_rose >= 4, "{at} {found:?}");
}

/// November 2006: four times as much ICMP as before, and it stayed.
#[test]
fn icmp_fourfold_that_stays_is_one_rise() {
    let mut world = world(100.0, 16);
    comes(&mut world, 10 * WEEK, 6 * WEEK, 300.0, SENSORS, None);
    let events = told(&world, 9 * WEEK);
    let [(at, last, found)] = events.as_slice() else { panic!("{events:?}") };
    assert!(found.kind == Kind::Sudden && *at <= 10 * WEEK + 24 && found.sensors_rose > 20, "{at} {found:?}");
    assert!(*last > 13 * WEEK, "{last}");
}

/// 2005: tcp/1433 rises suddenly, most of it from one country.
#[test]
fn tcp_1433_sudden_from_one_country_says_which() {
    let mut world = world(30.0, 11);
    comes(&mut world, 10 * WEEK + 24, 24, 90.0, SENSORS, Some(CHINA % 60));
    let watching = world.watching();
    let end = 10 * WEEK + 48;
    let mut countries: BTreeMap<u16, Vec<Hit>> = BTreeMap::new();
    world.hits[0].iter().for_each(|hit| countries.entry(hit.country).or_default().push(*hit));
    let with_profile = |origin, hits: &[Hit]| {
        let mut series = series(World::service(0), origin, hits, &world);
        series.recent = recent(origin, hits, end, SENSORS);
        let profile = Profile::of(&series, &watching, end);
        (series, profile)
    };
    let mut all = vec![with_profile(Origin::Anywhere, &world.hits[0])];
    all.extend(countries.iter().map(|(country, hits)| with_profile(Origin::Country(Some(World::country(usize::from(*country)))), hits)));
    let judged = rise::judge(&watching, end, all.iter().map(|(series, profile)| (series, profile)), Others { services: 3_000, countries: 15_000 });
    let mut origins: Vec<Origin> = judged.rises.iter().map(|rise| rise.key.origin).collect();
    origins.sort();
    assert_eq!(origins, [Origin::Anywhere, Origin::Country(Some(World::country(usize::from(CHINA % 60))))], "{judged:?}");
}

/// A level that grows by a twentieth each day, at all sensors.
#[test]
fn what_grows_over_days_is_a_slow_rise() {
    let mut world = world(60.0, 13);
    for day in 0..14_u32 {
        comes(&mut world, 10 * WEEK + day as usize * 24, 24, 60.0 * (1.05_f64.powi(i32::try_from(day).unwrap()) - 1.0), SENSORS, None);
    }
    comes(&mut world, 12 * WEEK, WEEK, 60.0, SENSORS, None);
    let events = told(&world, 9 * WEEK);
    assert!(matches!(events.as_slice(), [(at, _, found)] if found.kind == Kind::Slow && *at > 10 * WEEK + 96), "{events:?}");
}

#[test]
fn one_loud_source_alone_is_no_rise() {
    for (sensors, rate) in [(1, 500.0), (8, 2_000.0), (SENSORS, 1_000.0), (SENSORS, 10_000.0)] {
        let mut world = world(40.0, 11);
        world.lone_source(&mut Chance::of(7, 2), 0, 10 * WEEK, 48, rate, sensors);
        let events = told(&world, 9 * WEEK);
        assert!(events.is_empty(), "{sensors} {rate}: {events:?}");
    }
}

/// What one source sends to three of the sensors, far beyond all the rest, neither makes a rise nor hides one.
#[test]
fn one_loud_source_hides_no_rise() {
    let mut world = world(40.0, 11);
    world.lone_source(&mut Chance::of(7, 2), 0, 10 * WEEK, 48, 2_000.0, 3);
    assert!(told(&world, 9 * WEEK).is_empty());
    comes(&mut world, 10 * WEEK, 48, 80.0, SENSORS, None);
    let events = told(&world, 9 * WEEK);
    assert!(matches!(events.as_slice(), [(at, _, found)] if (10 * WEEK..10 * WEEK + 30).contains(at) && found.sensors_rose > SENSORS / 2), "{events:?}");
}

#[test]
fn one_odd_sensor_alone_is_no_rise() {
    let keys = |world: &World| told(world, 9 * WEEK).into_iter().map(|(_, _, found)| (found.key, found.kind)).collect::<BTreeSet<_>>();
    // In some weeks of any darknet chance alone has something told.
    let without = keys(&world(40.0, 11));
    assert!(without.len() < 2, "{without:?}");
    for base in [400.0, 4_000.0] {
        let mut world = world(40.0, 11);
        comes(&mut world, 10 * WEEK, 72, base, 1, None);
        assert_eq!(keys(&world), without);
    }
}

/// Sensors that are off for days, and come back, change no level; nor does it when all are.
#[test]
fn gaps_are_not_zero() {
    let mut world = world(40.0, 12);
    let off = |sensor: usize, hour: usize| {
        let half = sensor.is_multiple_of(2) && (WEEK..9 * WEEK + 100).contains(&hour);
        half || (10 * WEEK..10 * WEEK + 40).contains(&hour) || (7 * WEEK..8 * WEEK).contains(&hour)
    };
    for (sensor, hours) in world.watches.iter_mut().enumerate() {
        hours.iter_mut().enumerate().filter(|(hour, _)| off(sensor, *hour)).for_each(|(_, part)| *part = 0.0);
    }
    let watches = world.watches.clone();
    world.hits[0].retain(|hit| watches[usize::from(hit.sensor)][hit.hour as usize] > 0.0);
    let events = told(&world, 9 * WEEK);
    assert!(events.is_empty(), "{events:?}");
}

/// Ten times as much by day as by night, and half of it at the end of a week.
#[test]
fn rhythms_are_no_rise() {
    let mut world = world(4.0, 12);
    for day in 0..12 * 7 {
        let size = if day % 7 < 5 { 80.0 } else { 40.0 };
        comes(&mut world, day * 24 + 9, 9, size * 24.0 / 9.0, SENSORS, None);
    }
    let events = told(&world, 9 * WEEK);
    assert!(events.is_empty(), "{events:?}");
}

/// With two weeks behind it nothing is judged, and that is said.
#[test]
fn a_young_series_is_warming_up() {
    let mut world = world(40.0, 4);
    comes(&mut world, 2 * WEEK + 30, 48, 400.0, SENSORS, None);
    let watching = world.watching();
    let judged = |end: usize| {
        let mut series = series(World::service(0), Origin::Anywhere, &world.hits[0], &world);
        series.recent = recent(Origin::Anywhere, &world.hits[0], end, SENSORS);
        let profile = Profile::of(&series, &watching, end);
        rise::judge(&watching, end, [(&series, &profile)], Others::default())
    };
    let (young, later) = (judged(2 * WEEK + 60), judged(3 * WEEK + 60));
    assert!(young.rises.is_empty() && young.warming_up == 1 && young.looked_at == 1, "{young:?}");
    assert_eq!((later.warming_up, later.looked_at), (0, 1));
}
