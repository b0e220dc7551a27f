use crate::rollup::Calendar;

/// Days that a window holds whole, and what it holds besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) window: (i64, i64),
    pub(super) whole: (i64, i64),
}

impl Split {
    /// Splits a window. One that ends in the future ends with today, of which everything is there that came.
    pub(super) fn of(calendar: &mut Calendar, (from, to): (i64, i64), horizon: i64, now: i64) -> Self {
        let mut begin = |at: i64| calendar.of(at.saturating_mul(1_000)).0;
        let (first, last) = (begin(from), begin(to));
        // What ends within a day that is gone ends with it, and so does one that ends behind the present.
        let ends_with_day = to <= horizon || to > now;
        let from = if from < horizon { first } else { from };
        let whole_from = if from == first { first } else { calendar.next_day(from) };
        let to = if ends_with_day && to != last { calendar.next_day(to) } else { to };
        let whole_to = if ends_with_day { to } else { last };
        Self { window: (from, to), whole: (whole_from.min(to), whole_to.max(whole_from).min(to)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_kernel::moment::Zone;

    #[test]
    fn windows_split_at_the_days_of_the_team() {
        const HOUR: i64 = 3_600_000_000;
        let mut calendar = Calendar::new(Zone::named("UTC").unwrap());
        let mut split = |from: i64, to: i64, horizon: i64, now: i64| {
            let split = Split::of(&mut calendar, (from * HOUR, to * HOUR), horizon * HOUR, now * HOUR);
            let hours = |(from, to): (i64, i64)| (from / HOUR, to / HOUR);
            (hours(split.window), hours(split.whole))
        };
        for (from, to, horizon, now, window, whole) in [
            // Whole days are whole; what is cut is at the edges.
            (24, 72, 0, 1_000, (24, 72), (24, 72)),
            (30, 80, 0, 1_000, (30, 80), (48, 72)),
            (30, 40, 0, 1_000, (30, 40), (40, 40)),
            // Today is whole, although it is not over.
            (24, 80, 0, 75, (24, 96), (24, 96)),
            (30, 1_000, 0, 75, (30, 1_008), (48, 1_008)),
            // Of days that are gone only the whole is known.
            (30, 80, 60, 1_000, (24, 80), (24, 72)),
            (30, 40, 60, 1_000, (24, 48), (24, 48)),
            (30, 60, 60, 1_000, (24, 72), (24, 72)),
        ] {
            assert_eq!(split(from, to, horizon, now), (window, whole), "{from} {to} {horizon} {now}");
        }
    }
}
