//! The questions behind what is public: those of staff, asked of the sensors at home alone.

use super::{Ground, Window};
use crate::{
    ObservationError,
    ask::{Selection, Sensors, Standpoint},
    parse_service,
    series::{self, Bucket},
    top,
};
use jiff::Timestamp;
use noroshi_kernel::{access::Actor, moment::Moment};
use noroshi_lake::packets::Service;

fn standpoint(ground: Ground<'_>) -> Standpoint<'_> {
    Standpoint { zone: ground.zone, home: ground.home }
}

/// All packets of a window, and those of the services that were asked for most.
pub(super) async fn services(ground: Ground<'_>, window: Window, limit: usize) -> Result<(u64, Vec<(Service, String, u64)>), ObservationError> {
    let selection = Selection { sensors: Sensors::Home, ..Selection::default() };
    let question = top::Question { by: top::By::Port, selection, from: window.from, to: window.to, limit };
    let ranking = top::top(ground.place, &Actor::Platform, standpoint(ground), &question).await?;
    // A fragment's remainder and the like have no port, and no name that everybody writes.
    let read = |row: top::Row| Some((parse_service(&row.key).ok()?, row.key, row.packets));
    Ok((ranking.packets, ranking.rows.into_iter().filter_map(read).collect()))
}

/// The packets of a service on each day of a window; none where they are not known.
pub(super) async fn days(ground: Ground<'_>, service: Service, window: Window) -> Result<Vec<(Window, Option<u64>)>, ObservationError> {
    let selection = Selection { sensors: Sensors::Home, ..Selection::of(service) };
    let question = series::Question { selection, from: window.from, to: window.to, bucket: Bucket::Day };
    let rows = series::series(ground.place, &Actor::Platform, standpoint(ground), &question).await?.rows;
    let begins: Vec<Moment> = rows.iter().filter_map(|row| row.at.parse::<Timestamp>().ok()).map(Moment::from).collect();
    let ends = begins.iter().copied().skip(1).chain([window.to]);
    Ok(begins.iter().copied().zip(ends).zip(rows).map(|((from, to), row)| (Window { from, to }, row.packets)).collect())
}
