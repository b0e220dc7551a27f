//! A sensor as pages show it.

use crate::{links::encoded, times::Time, web::Web, words::Words};
use noroshi_directory::Origin;
use noroshi_document::number;
use noroshi_observation::{
    Sensor,
    service::health::{Day, Health, State},
};

/// A state with its colour.
#[derive(Clone, Debug)]
pub(crate) struct StateChip {
    pub(crate) class: &'static str,
    pub(crate) name: String,
}

impl StateChip {
    pub(crate) fn of(state: State, words: Words) -> Self {
        let class = match state {
            State::Watching => "pine",
            State::Silent => "fire",
            State::Registered => "gold",
            State::Captures | State::Revoked => "plain",
        };
        Self { class, name: words.say(&format!("sensor-state-{}", state.key())) }
    }
}

/// The part of each day that a sensor watched, as a strip of bars: outlines for an SVG of [`Strip::width`] by [`Strip::HEIGHT`].
#[derive(Clone, Debug)]
pub(crate) struct Strip {
    pub(crate) watched: String,
    pub(crate) missed: String,
    pub(crate) width: usize,
    /// What is to be seen, in words.
    pub(crate) label: String,
}

impl Strip {
    const HEIGHT: usize = 16;
    const BAR: usize = 3;

    pub(crate) fn of(days: &[Day], label: String) -> Self {
        let (mut watched, mut missed) = (String::new(), String::new());
        for (place, day) in days.iter().enumerate() {
            let Some(part) = day.watched else { continue };
            let (left, up) = (place * (Self::BAR + 1), Self::units(part));
            let bar = |top: usize, height: usize| if height > 0 { format!("M{left} {top}h{}v{height}h-{}z", Self::BAR, Self::BAR) } else { String::new() };
            watched += &bar(Self::HEIGHT - up, up);
            missed += &bar(0, Self::HEIGHT - up);
        }
        Self { watched, missed, width: days.len() * (Self::BAR + 1), label }
    }

    /// How high a bar is: whole only for a whole day, and never without height for a part of one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "between 0 and the height")]
    fn units(part: f64) -> usize {
        let most = Self::HEIGHT as f64;
        if part >= WHOLE {
            Self::HEIGHT
        } else if part <= 0.0 {
            0
        } else {
            (part * most).floor().clamp(1.0, most - 1.0) as usize
        }
    }
}

/// From here on a share is whole: what is missing is less than a batch's edges.
const WHOLE: f64 = 0.999_95;

/// A share as it is read: `100 %` only when it is whole.
pub(crate) fn share(part: f64, words: Words) -> String {
    let percent = if part >= WHOLE { 100.0 } else { (part * 1_000.0).floor() / 10.0 };
    words.about("sensor-share", &number::decimal(percent))
}

/// How far a clock is ahead, as it is read.
pub(crate) fn clock(offset_us: i64, words: Words) -> String {
    let sign = if offset_us < 0 { "\u{2212}" } else { "+" };
    let size = offset_us.unsigned_abs().cast_signed();
    match size {
        ..1_000 => words.about("sensor-clock-ms", "0"),
        1_000..1_000_000 => words.about("sensor-clock-ms", &format!("{sign}{}", number::grouped(size / 1_000))),
        _ => words.about("sensor-clock-s", &format!("{sign}{}", number::grouped(size / 1_000_000))),
    }
}

/// A sensor.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) number: i64,
    pub(crate) name: String,
    pub(crate) state: StateChip,
    pub(crate) organisation: String,
    pub(crate) region: String,
    pub(crate) country: String,
    pub(crate) origin: String,
    pub(crate) addresses: String,
    pub(crate) software: String,
    pub(crate) registered: Time,
    pub(crate) heard: Option<Time>,
    pub(crate) recorded: Option<Time>,
    pub(crate) certified: Option<Time>,
    pub(crate) certificate_ends: bool,
    pub(crate) clock: Option<String>,
    pub(crate) clock_is_off: bool,
    pub(crate) watched: Option<String>,
    pub(crate) strip: Strip,
    pub(crate) packets: String,
    pub(crate) gaps: i64,
    /// Packets that are known to be missing, when there are any.
    pub(crate) lost: Option<String>,
    pub(crate) dropped: i64,
    pub(crate) dropped_grouped: String,
    /// Where to ask what it saw, at any time.
    pub(crate) ask: String,
}

impl Shown {
    pub(crate) fn of(health: &Health, web: &Web, words: Words) -> Self {
        let now = web.ledger.now();
        let time = |at| Time::of(at, now, &web.reckoning.zone, words);
        let sensor: &Sensor = &health.sensor;
        let watched = health.watched().map(|part| share(part, words));
        let label = watched.as_deref().map_or_else(|| words.say("sensor-strip-none"), |share| words.about("sensor-strip", share));
        Self {
            number: sensor.number,
            name: sensor.name.clone(),
            state: StateChip::of(health.state, words),
            organisation: sensor.organisation.clone(),
            region: noroshi_catalogue::region_name(&sensor.region, words.language).into_owned(),
            country: sensor.country.clone(),
            origin: words.origin(origin(sensor, web)),
            addresses: number::grouped(sensor.addresses),
            software: sensor.software.clone(),
            registered: time(noroshi_kernel::moment::Moment(sensor.registered_at)),
            heard: health.heard_at.map(time),
            recorded: health.recorded_to.map(time),
            certified: health.certified_to.map(time),
            certificate_ends: health.certificate_ends(now),
            clock: health.clock_offset_us.map(|offset| clock(offset, words)),
            clock_is_off: health.clock_is_off(),
            strip: Strip::of(&health.days, label),
            watched,
            packets: number::grouped(health.packets),
            gaps: health.gaps,
            lost: (health.lost > 0).then(|| number::grouped(health.lost)),
            dropped: health.dropped,
            dropped_grouped: number::grouped(health.dropped),
            ask: format!("/observe?sensors={}", encoded(&sensor.name)),
        }
    }
}

/// Whether a sensor stands at home.
pub(crate) fn origin(sensor: &Sensor, web: &Web) -> Origin {
    web.reckoning.home.origin(&sensor.country)
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_kernel::{language::Language, moment::Moment};

    #[test]
    fn a_share_is_whole_when_nothing_is_missing() {
        let words = Words::of(Language::Ja);
        for (part, shown) in [(1.0, "100"), (0.999_9, "99.9"), (0.5, "50"), (0.0, "0"), (0.000_1, "0"), (0.123_4, "12.3")] {
            assert_eq!(share(part, words), words.about("sensor-share", shown), "{part}");
        }
    }

    #[test]
    fn strips_show_parts_of_days() {
        let day = |watched| Day { at: Moment(0), watched };
        let strip = Strip::of(&[day(None), day(Some(1.0)), day(Some(0.999)), day(Some(0.001)), day(Some(0.0))], String::new());
        assert_eq!(strip.watched, "M4 0h3v16h-3zM8 1h3v15h-3zM12 15h3v1h-3z");
        assert_eq!(strip.missed, "M8 0h3v1h-3zM12 0h3v15h-3zM16 0h3v16h-3z");
        assert_eq!(strip.width, 20);
    }

    #[test]
    fn clocks_tell_their_sign() {
        let words = Words::of(Language::En);
        for (offset, unit, shown) in
            [(0, "ms", "0"), (-999, "ms", "0"), (1_500, "ms", "+1"), (-250_000, "ms", "\u{2212}250"), (-3_600_000_000, "s", "\u{2212}3,600")]
        {
            assert_eq!(clock(offset, words), words.about(&format!("sensor-clock-{unit}"), shown), "{offset}");
        }
    }
}
