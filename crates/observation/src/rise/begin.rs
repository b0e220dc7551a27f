//! When a rise began: where its packets change from what was expected to what there is.

use super::{DAY, series::Packets};

/// So many days before the window a rise may have begun: whoever looks late finds it then.
const MOST_DAYS: usize = 28;
/// A day with this part of what was seen when something was found belongs to it.
const GOOD_PART: f64 = 0.1;
/// Packets with so many hours between them at most come one after another.
const PAUSE: usize = 6;

/// The hour in which a rise began of which `seen` packets came in the 24 hours that end at `end`, where `expected` were to be. Where only days are told
/// apart it is the begin of one.
pub(super) fn of(packets: &Packets, end: usize, expected: f64, seen: f64) -> usize {
    let halfway = f64::midpoint(expected, seen);
    let mut from = end.saturating_sub(DAY);
    // Whole days before that had it, too.
    let earliest = from.saturating_sub(MOST_DAYS * DAY);
    while from >= earliest + DAY && packets.sum(from - DAY, from) > halfway {
        from -= DAY;
    }
    if packets.step() >= DAY {
        return from;
    }
    // The hour from which on most is above the middle between both levels (a change of the mean; Page, 1954).
    #[expect(clippy::cast_precision_loss, reason = "hours of a day")]
    let hourly = halfway / DAY as f64;
    let until = (from + DAY).min(end);
    let (mut begin, mut most, mut sum) = (until, 0.0, 0.0);
    for hour in (from.saturating_sub(DAY)..until).rev() {
        sum += packets.sum(hour, hour + 1) - hourly;
        if sum >= most {
            (begin, most) = (hour, sum);
        }
    }
    begin.min(end.saturating_sub(1))
}

/// The hour of the first packet of what nobody asked for before, of which `seen` came in the 24 hours that end at `end`. Whole days before that had a good
/// part of as much belong to it; a packet now and then does not.
pub(super) fn first(packets: &Packets, end: usize, seen: f64) -> usize {
    let mut from = end.saturating_sub(DAY);
    let earliest = from.saturating_sub(MOST_DAYS * DAY);
    while from >= earliest + DAY && packets.sum(from - DAY, from) >= seen * GOOD_PART {
        from -= DAY;
    }
    if packets.step() >= DAY {
        return from;
    }
    let some = |hours: std::ops::Range<usize>| hours.into_iter().find(|hour| packets.sum(*hour, hour + 1) > 0.0);
    let mut begin = some(from..end).unwrap_or(from);
    while let Some(earlier) = some(begin.saturating_sub(PAUSE).max(earliest)..begin) {
        begin = earlier;
    }
    begin
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten an hour, and from an hour on more.
    fn risen(hours: usize, from: usize, packets: u32) -> Packets {
        Packets::by_hour(&(0..hours).map(|hour| if hour >= from { packets } else { 10 + u32::try_from(hour % 3).unwrap() }).collect::<Vec<_>>())
    }

    #[test]
    fn a_rise_begins_with_its_first_hour_whenever_one_looks() {
        let seen = |packets: &Packets, end: usize| packets.sum(end - DAY, end);
        for from in [400, 401, 415, 423] {
            let packets = risen(500, from, 60);
            for end in [from + 6, from + 12, from + 24, from + 30, from + 24 * 3 + 5] {
                if end <= 500 {
                    assert_eq!(of(&packets, end, 264.0, seen(&packets, end)), from, "from {from}, at {end}");
                }
            }
        }
        // What has been there for months began no later than a month ago.
        let old = risen(2_000, 100, 60);
        assert_eq!(of(&old, 2_000, 264.0, seen(&old, 2_000)), 2_000 - 29 * DAY - DAY);
    }

    #[test]
    fn by_days_it_begins_with_a_day() {
        let days: Vec<u32> = (0..20).map(|day| if day >= 17 { 500 } else { 20 }).collect();
        assert_eq!(of(&Packets::by_day(&days), 480, 20.0, 500.0), 17 * DAY);
    }

    #[test]
    fn a_first_sight_begins_with_its_first_packet() {
        let mut hours = vec![0; 100];
        hours[83] = 4;
        hours[90] = 9;
        assert_eq!(first(&Packets::by_hour(&hours), 100, 13.0), 83);
        assert_eq!(first(&Packets::by_day(&[0, 0, 0, 7]), 96, 7.0), 72);
        // Found a day later; and somebody had tried the port once before.
        hours.resize(130, 6);
        hours[30] = 1;
        assert_eq!(first(&Packets::by_hour(&hours), 130, 144.0), 83, "what came long before was hardly anything");
        hours[80..100].fill(5);
        assert_eq!(first(&Packets::by_hour(&hours), 130, 144.0), 80);
        assert_eq!(first(&Packets::by_day(&[0, 0, 300, 479]), 96, 479.0), 48);
    }
}
