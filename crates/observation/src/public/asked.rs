//! The questions behind what is public: those of staff, asked of the sensors at home alone.

use super::{Ground, Of, Window};
use crate::{
    ObservationError,
    ask::{Selection, Sensors, Standpoint},
    parse_service,
    ranks::of_key,
    series::{self, Bucket},
    top,
};
use jiff::Timestamp;
use noroshi_kernel::{access::Actor, moment::Moment};

fn standpoint(ground: Ground<'_>) -> Standpoint<'_> {
    Standpoint { zone: ground.zone, home: ground.home }
}

/// All packets of a window, and those of the rows that had most.
pub(super) async fn ranked(ground: Ground<'_>, of: Of, window: Window, limit: usize) -> Result<(u64, Vec<(String, u64)>), ObservationError> {
    let selection = Selection { sensors: Sensors::Home, ..Selection::default() };
    let question = top::Question { by: by(of), selection, from: window.from, to: window.to, limit };
    let ranking = top::ranking(ground.place, &Actor::Platform, standpoint(ground), &question, false).await?;
    // A fragment's remainder and the like have no port, and no name that everybody writes.
    let is_told = |row: &top::Row| of != Of::Services || parse_service(&row.key).is_ok();
    Ok((ranking.packets, ranking.rows.into_iter().filter(is_told).map(|row| (row.key, row.packets)).collect()))
}

const fn by(of: Of) -> top::By {
    match of {
        Of::Services => top::By::Port,
        Of::Countries => top::By::Country,
    }
}

/// The packets of a row on each day of a window; none where they are not known.
pub(super) async fn days(ground: Ground<'_>, of: Of, key: &str, window: Window) -> Result<Vec<(Window, Option<u64>)>, ObservationError> {
    let all = Selection { sensors: Sensors::Home, ..Selection::default() };
    let Some(selection) = of_key(by(of), &all, key) else { return Ok(Vec::new()) };
    let question = series::Question { selection, from: window.from, to: window.to, bucket: Bucket::Day };
    let rows = series::series(ground.place, &Actor::Platform, standpoint(ground), &question).await?.rows;
    let begins: Vec<Moment> = rows.iter().filter_map(|row| row.at.parse::<Timestamp>().ok()).map(Moment::from).collect();
    let ends = begins.iter().copied().skip(1).chain([window.to]);
    Ok(begins.iter().copied().zip(ends).zip(rows).map(|((from, to), row)| (Window { from, to }, row.packets)).collect())
}
