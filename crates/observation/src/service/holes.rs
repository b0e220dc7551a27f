//! Batches that are missing without anybody having told so: numbers that a run passed over, and what a run says came before it. A sensor hands
//! its batches over in order, so what does not come within a while was lost: its disk lost a file, or somebody took it out. Such a hole is a gap
//! like those that sensors tell, until what is missing comes after all.

use crate::{
    ObservationError, Observatory,
    store::holes::{self, Hole},
};
use noroshi_kernel::moment::Moment;

/// So long batches may come in another order, in microseconds.
const SETTLES_US: i64 = 10 * 60 * 1_000_000;
/// So far back is looked, in microseconds: twice as far as the time between two looks, and then some.
const BACK_US: i64 = 6 * 3_600 * 1_000_000;

/// Tells holes that are not told, and takes back those that were filled; gives how many were told.
///
/// # Errors
/// When the database fails.
pub(super) async fn tell(place: &Observatory) -> Result<usize, ObservationError> {
    let work = place.ledger.begin().await?;
    work.lock("observation.batch").await?;
    let now = work.now();
    let filled = holes::take_back(&work).await?;
    let mut told = 0;
    for behind in holes::behind_holes(&work, Moment(now.0 - BACK_US), Moment(now.0 - SETTLES_US), &filled).await? {
        let before = holes::before(&work, &behind).await?;
        for hole in untold(holes::whole(&behind, before.as_ref()), &holes::told(&work, behind.sensor_id).await?) {
            holes::insert(&work, behind.sensor_id, behind.id, &hole).await?;
            told += 1;
        }
    }
    work.commit().await?;
    Ok(told)
}

/// What of a hole no gap tells of.
fn untold(hole: Hole, told: &[(String, i64, i64)]) -> Vec<Hole> {
    let mut parts = vec![hole];
    for (boot, first, last) in told {
        parts = parts.into_iter().flat_map(|part| if part.boot == *boot { part.without(*first, *last) } else { vec![part] }).collect();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_no_hole() {
        let hole = |first, last| Hole { boot: "b".into(), first, last, from: 1, to: 9 };
        let told = |gaps: &[(&str, i64, i64)]| {
            let gaps: Vec<_> = gaps.iter().map(|(boot, first, last)| ((*boot).to_owned(), *first, *last)).collect();
            untold(hole(3, 9), &gaps).into_iter().map(|hole| (hole.first, hole.last)).collect::<Vec<_>>()
        };
        assert_eq!(told(&[]), [(3, 9)]);
        assert_eq!(told(&[("other", 3, 9)]), [(3, 9)]);
        assert_eq!(told(&[("b", 0, 2), ("b", 10, 12)]), [(3, 9)]);
        assert_eq!(told(&[("b", 3, 9)]), []);
        assert_eq!(told(&[("b", 0, 4), ("b", 9, 20)]), [(5, 8)]);
        assert_eq!(told(&[("b", 5, 6)]), [(3, 4), (7, 9)]);
    }
}
