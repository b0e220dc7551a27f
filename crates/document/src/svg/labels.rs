//! Finds places for labels, so that none lies on another.

use super::{
    measure,
    pen::{Anchor, Room},
};
use crate::clean;

/// A label under the axis: the middle of its lines, and the lines.
pub(super) struct Below {
    pub(super) x: f64,
    pub(super) lines: Vec<String>,
}

/// How many, as a length.
pub(super) fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Moves places apart until `least` lies between any two, each as little as can be (least squares, by pooling neighbours that would
/// collide), and all of them between `low` and `high` where the room suffices.
pub(super) fn spread(wanted: &[f64], least: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = wanted.iter().copied().enumerate().collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1).then(one.0.cmp(&other.0)));
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (rank, (_, place)) in order.iter().enumerate() {
        let mut pool = (place - count(rank) * least, 1);
        while let Some(above) = pools.pop_if(|above| above.0 > pool.0) {
            let size = above.1 + pool.1;
            pool = ((above.0 * count(above.1) + pool.0 * count(pool.1)) / count(size), size);
        }
        pools.push(pool);
    }
    let lowest = high - count(wanted.len().saturating_sub(1)) * least;
    let starts = pools.iter().flat_map(|(start, size)| std::iter::repeat_n(start.min(lowest).max(low), *size));
    for ((rank, (_, place)), start) in order.iter_mut().enumerate().zip(starts) {
        *place = start + count(rank) * least;
    }
    order.sort_by_key(|(number, _)| *number);
    order.into_iter().map(|(_, place)| place).collect()
}

/// Whether labels stand beside each other from left to right between two edges.
pub(super) fn in_a_row(rooms: &[Room], left: f64, right: f64) -> bool {
    let gap = 2.0;
    let inside = rooms.iter().all(|room| room.left >= left && room.right <= right);
    inside && rooms.iter().zip(rooms.iter().skip(1)).all(|(one, next)| one.right + gap <= next.left)
}

/// Labels under groups of bars, wrapped between words where they are too wide. Where that does not suffice, periods are thinned out like
/// points; other names may not be left out, so that there is no answer and the bars must lie.
pub(super) fn under_groups(labels: &[String], centres: &[f64], slot: f64, width: f64) -> Option<Vec<Below>> {
    let wrapped: Vec<Below> = (labels.iter().zip(centres)).map(|(label, x)| Below { x: *x, lines: measure::wrapped(label, slot - 6.0, 3) }).collect();
    let whole = |(below, label): (&Below, &String)| below.lines.join(" ") == clean::words(label).split_whitespace().collect::<Vec<_>>().join(" ");
    if wrapped.iter().zip(labels).all(whole) {
        return Some(wrapped);
    }
    let length = labels.first().map_or(0, |label| label.chars().count());
    let periods = labels.iter().all(|label| label.chars().count() == length && label.contains(|character: char| character.is_ascii_digit()));
    (periods || labels.len() > 12).then(|| under_points(labels, centres, width))
}

/// Labels under points: all that are named, or every second, third and so on, until they stand apart.
pub(super) fn under_points(labels: &[String], centres: &[f64], width: f64) -> Vec<Below> {
    let named: Vec<(&String, f64)> = labels.iter().zip(centres.iter().copied()).filter(|(label, _)| !label.trim().is_empty()).collect();
    let every = |stride: usize| -> Vec<(f64, String)> {
        (named.iter().step_by(stride))
            .map(|(label, x)| {
                let text = measure::cut(label, width * 0.6);
                let half = measure::width(&text) / 2.0;
                (x.clamp(half, (width - half).max(half)), text)
            })
            .collect()
    };
    let apart = |chosen: &Vec<(f64, String)>| {
        let rooms: Vec<Room> = chosen.iter().map(|(x, text)| Room::of(text, (*x, 0.0), Anchor::Middle)).collect();
        rooms.iter().zip(rooms.iter().skip(1)).all(|(one, next)| one.right + 6.0 <= next.left)
    };
    let chosen = (1..=named.len().max(1)).map(every).find(apart).unwrap_or_default();
    chosen.into_iter().map(|(x, text)| Below { x, lines: vec![text] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pushed_labels_stand_apart_and_inside(wanted in prop::collection::vec(0.0..200.0_f64, 0..=5)) {
            let mut places = spread(&wanted, 16.0, 0.0, 200.0);
            prop_assert!(places.iter().all(|place| (0.0..=200.0).contains(place)));
            places.sort_by(f64::total_cmp);
            prop_assert!(places.iter().zip(places.iter().skip(1)).all(|(one, next)| next - one >= 15.999));
        }
    }

    #[test]
    fn labels_that_have_room_stay() {
        assert_eq!(spread(&[100.0, 20.0], 16.0, 0.0, 200.0), [100.0, 20.0]);
        assert_eq!(spread(&[199.0, 198.0], 16.0, 0.0, 200.0), [200.0, 184.0]);
        assert_eq!(spread(&[100.0, 99.0, 101.0], 16.0, 0.0, 200.0), [100.0, 84.0, 116.0]);
    }
}
