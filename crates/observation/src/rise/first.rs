//! Services that nobody asked for before.

use super::{REACH, guard, profile::Profile, series::Series, tail, watching::Watching};

/// A service is new where days had fewer sources than this, on average: now and then somebody tries every port.
const HARDLY_ANY: f64 = 0.5;
/// Weeks of watching behind which "never before" says something.
const LEAST_HOURS: f64 = 24.0 * 28.0;
/// So many sources, at least.
const LEAST_SOURCES: u32 = 5;
/// Who tries one port brings others along: the spread of numbers of sources.
const SPREAD: f64 = 2.0;

/// How improbable a service's sources are where there were hardly any; none where it is not new or too little was watched.
#[expect(clippy::cast_precision_loss, reason = "numbers of days")]
pub(super) fn probability(series: &Series, profile: &Profile, watching: &Watching, end: usize) -> Option<f64> {
    let from = series.recent.from;
    let hours = watching.each(end.saturating_sub(REACH), from).fold(0.0, f64::max);
    if hours < LEAST_HOURS || series.recent.sources < LEAST_SOURCES {
        return None;
    }
    // Days on which there were none may not be told at all.
    let days = (profile.sources.len() as f64).max(hours / 24.0);
    let mean = profile.sources.iter().sum::<f64>() / days;
    let watched = watching.each(from, end).filter(|hours| *hours > 0.0).count();
    let hit = series.recent.sensors.iter().filter(|(_, packets)| *packets > 0).count();
    (mean < HARDLY_ANY && hit >= guard::several(watched)).then(|| tail::count(f64::from(series.recent.sources), mean + 1.0 / days, SPREAD))
}
