//! Where something that lasted lies on the axis of time.

use jiff::Timestamp;
use noroshi_kernel::moment::Moment;
use noroshi_observation::series::Series;
use std::ops::Range;

/// The points of a stretch of time; none when it is not on the axis.
pub(super) fn stretch(series: &Series, from: Moment, to: Moment) -> Option<Range<usize>> {
    let begins: Vec<Moment> = series.rows.iter().filter_map(|row| Some(row.at.parse::<Timestamp>().ok()?.into())).collect();
    let first = begins.partition_point(|begin| *begin <= from).saturating_sub(1);
    let end = begins.partition_point(|begin| *begin < to);
    (first < end).then_some(first..end)
}
