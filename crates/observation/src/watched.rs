//! Which sensors watched, and how long.

use crate::{ObservationError, Sensor, store::sensors, watch};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
};
use noroshi_ledger::Ledger;

/// A sensor that watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// The sensor.
    pub sensor: Sensor,
    /// How long it watched, in days.
    pub days: f64,
}

/// The sensors that watched at any time of a window, by name.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when records cannot be read.
pub async fn watched(ledger: &Ledger, actor: &Actor, from: Moment, to: Moment) -> Result<Vec<Watched>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let snapshot = ledger.snapshot().await?;
    let watches = sensors::watches(&snapshot, from.0, to.0).await?;
    let days = |sensor: &Sensor| {
        let own: Vec<watch::Watch> = watches.iter().filter(|watch| watch.sensor == sensor.id).copied().collect();
        watch::sensor_days(&own, from.0, to.0)
    };
    let known = sensors::all(&snapshot).await?;
    Ok(known.into_iter().map(|sensor| Watched { days: days(&sensor), sensor }).filter(|watched| watched.days > 0.0).collect())
}
