//! How a rise went on: what is asked of it, and until when it lasted.

use super::rises::Rise;
use crate::{
    ObservationError, Observatory,
    ask::{Selection, Sensors, Standpoint},
    ranks::of_key,
    rise,
    series::{self, Bucket, Question},
    top::By,
};
use jiff::Timestamp;
use noroshi_kernel::{
    access::Actor,
    moment::{Moment, Zone},
};

/// Until when a rise lasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasted {
    /// The begin of its last day, in the team's zone.
    pub last: Moment,
    /// Whether it went on at the end of the time that was looked at.
    pub goes_on: bool,
}

impl Rise {
    /// Which packets rose; none when the service or the country of an earlier time is none any more.
    #[must_use]
    pub fn selection(&self) -> Option<Selection> {
        let at = &self.evidence.at_sensors;
        let sensors = if at.is_empty() { Sensors::All } else { Sensors::Numbered(at.iter().copied().collect()) };
        let service = of_key(By::Port, &Selection { sensors, ..Selection::default() }, &self.service)?;
        match &self.country {
            Some(country) => of_key(By::Country, &service, country),
            None => Some(service),
        }
    }
}

/// Until when a rise lasted, by all its days that were over at `until`; none when they cannot be asked any more.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when packets or records cannot be read.
pub async fn lasted(place: &Observatory, actor: &Actor, standpoint: Standpoint<'_>, rise: &Rise, until: Moment) -> Result<Option<Lasted>, ObservationError> {
    let Some(selection) = rise.selection() else { return Ok(None) };
    let first = day(standpoint.zone, Moment(rise.from));
    let end = day(standpoint.zone, until.min(place.ledger.now()));
    if end <= first {
        return Ok(Some(Lasted { last: first, goes_on: true }));
    }
    let question = Question { selection, from: first, to: end, bucket: Bucket::Day };
    let days = match series::packets(place, actor, standpoint, &question).await {
        Ok(series) => series.rows,
        // Packets that are gone, or too many to be asked one by one.
        Err(ObservationError::Refused(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let (last, goes_on) = rise::lasted(&rise.evidence, days.iter().map(|day| day.packets));
    let begin = days.get(last).and_then(|day| day.at.parse::<Timestamp>().ok()).map(Moment::from);
    Ok(Some(Lasted { last: begin.unwrap_or(first), goes_on }))
}

/// When the day begins in which a moment is.
pub(crate) fn day(zone: &Zone, at: Moment) -> Moment {
    zone.moment(zone.wall(at).date().at(0, 0, 0, 0)).unwrap_or(at)
}
