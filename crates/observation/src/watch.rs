//! Who watched when: what averages divide by.

/// A span in which a sensor watched, in microseconds; its end is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The sensor's id.
    pub sensor: i64,
    /// Its begin.
    pub from: i64,
    /// The first moment after it.
    pub to: i64,
}

/// The spans of each sensor without overlaps, cut to a window.
fn united(watches: &[Watch], from: i64, to: i64) -> Vec<Watch> {
    let cut = |watch: &Watch| Watch { from: watch.from.max(from), to: watch.to.min(to), ..*watch };
    let mut spans: Vec<Watch> = watches.iter().map(cut).filter(|watch| watch.from < watch.to).collect();
    spans.sort_unstable_by_key(|watch| (watch.sensor, watch.from));
    let mut united: Vec<Watch> = Vec::with_capacity(spans.len());
    for span in spans {
        match united.last_mut() {
            Some(last) if last.sensor == span.sensor && span.from <= last.to => last.to = last.to.max(span.to),
            _ => united.push(span),
        }
    }
    united
}

/// How many sensors watched in a bucket, parts of it as parts of a sensor; 0 when none did. Two captures of one sensor that overlap watch once.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "spans of some thousand years still tell milliseconds")]
pub fn in_bucket(watches: &[Watch], from: i64, to: i64) -> f64 {
    let watched: i64 = united(watches, from, to).iter().map(|watch| watch.to - watch.from).sum();
    if to > from { watched as f64 / (to - from) as f64 } else { 0.0 }
}

/// The same for each of many buckets: `edges` are where they begin, in order, and where the last ends.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "as above")]
pub fn in_buckets(watches: &[Watch], edges: &[i64]) -> Vec<f64> {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return Vec::new() };
    let mut watched = vec![0_i64; edges.len() - 1];
    for span in united(watches, *first, *last) {
        let begin = edges.partition_point(|edge| *edge <= span.from).saturating_sub(1);
        for (sum, pair) in watched.iter_mut().zip(edges.windows(2)).skip(begin) {
            let &[from, to] = pair else { break };
            if from >= span.to {
                break;
            }
            *sum += span.to.min(to) - span.from.max(from);
        }
    }
    let part = |(watched, pair): (i64, &[i64])| match pair {
        [from, to] if to > from => watched as f64 / (to - from) as f64,
        _ => 0.0,
    };
    watched.into_iter().zip(edges.windows(2)).map(part).collect()
}

/// How long sensors watched in a window, all of them together, in days.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "as above")]
pub fn sensor_days(watches: &[Watch], from: i64, to: i64) -> f64 {
    united(watches, from, to).iter().map(|watch| watch.to - watch.from).sum::<i64>() as f64 / 86_400_000_000.0
}

/// How many sensors watched in a window, on average over the time in which at least one did; 0 when none ever did. So a window that is
/// wider than what was watched changes no average.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "as above")]
pub fn while_watching(watches: &[Watch], from: i64, to: i64) -> f64 {
    let united = united(watches, from, to);
    let watched: i64 = united.iter().map(|watch| watch.to - watch.from).sum();
    let mut spans: Vec<(i64, i64)> = united.iter().map(|watch| (watch.from, watch.to)).collect();
    spans.sort_unstable();
    let (mut any, mut end) = (0, i64::MIN);
    for (from, to) in spans {
        any += (to - from.max(end)).max(0);
        end = end.max(to);
    }
    if any > 0 { watched as f64 / any as f64 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(sensor: i64, from: i64, to: i64) -> Watch {
        Watch { sensor, from, to }
    }

    #[test]
    fn averages_divide_by_who_watched() {
        let nobody: [Watch; 0] = [];
        let one = [watch(1, 10, 20)];
        let overlapping = [watch(1, 0, 10), watch(1, 5, 10), watch(1, 10, 20)];
        let two = [watch(1, 0, 10), watch(2, 5, 15)];
        for (watches, from, to, bucket, window) in [
            (&nobody[..], 0, 10, 0.0, 0.0),
            (&one, 0, 10, 0.0, 0.0),
            (&one, 10, 20, 1.0, 1.0),
            (&one, 0, 20, 0.5, 1.0),
            (&one, 15, 35, 0.25, 1.0),
            (&overlapping, 0, 20, 1.0, 1.0),
            (&two, 0, 10, 1.5, 1.5),
            (&two, 0, 20, 1.0, 20.0 / 15.0),
            (&one, 20, 20, 0.0, 0.0),
        ] {
            let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
            let middle = i64::midpoint(from, to);
            let halves = in_buckets(watches, &[from, middle, to]);
            assert!(close(halves.iter().sum::<f64>() / 2.0, bucket), "{watches:?} {from} {to}: {halves:?}");
            assert!(close(sensor_days(watches, from, to), bucket * (to - from) as f64 / 86_400_000_000.0));
            assert!(close(in_bucket(watches, from, to), bucket) && close(while_watching(watches, from, to), window), "{watches:?} {from} {to}");
        }
    }
}
