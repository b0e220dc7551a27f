//! Which joins are answered. A join of packets with packets has as many rows as both sides multiplied, and nested loops give the time limit no turn; a join with
//! a figure, with a short list as sensors are, or that asks only whether there is another side, has not.

use super::refused::{self, Refused};
use datafusion::{
    common::{JoinType, stats::Precision, tree_node::TreeNodeRecursion},
    logical_expr::LogicalPlan,
    physical_plan::{
        ExecutionPlan,
        joins::HashJoinExec,
        statistics::{StatisticsArgs, StatisticsContext},
    },
};

/// By how much all joins together may multiply rows.
const MOST_ROWS: usize = 1000;
/// Parts of a plan that give each row on once at most.
const LEAVES_OUT: [&str; 5] = ["FilterExec", "ProjectionExec", "RepartitionExec", "CoalesceBatchesExec", "CoalescePartitionsExec"];

/// Walks a plan as it was written: what asks for the left side from the right would not have each value asked for once, and nobody has to write it so.
pub(super) fn check_written(plan: &LogicalPlan) -> Result<(), Refused> {
    let is_turned = |plan: &LogicalPlan| matches!(plan, LogicalPlan::Join(join) if matches!(join.join_type, JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark));
    let mut is_refused = false;
    plan.apply_with_subqueries(|plan| {
        is_refused |= is_turned(plan);
        Ok(if is_refused { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })
    .map_err(refused::by)?;
    if is_refused { Err(refused::join(MOST_ROWS)) } else { Ok(()) }
}

/// Walks a plan as it will be run.
pub(super) fn check(plan: &dyn ExecutionPlan) -> Result<(), Refused> {
    walk(plan, &mut { MOST_ROWS })
}

fn walk(plan: &dyn ExecutionPlan, room: &mut usize) -> Result<(), Refused> {
    if plan.name().contains("Join") && !only_asks(plan) {
        let shortest = plan.children().into_iter().filter_map(|side| rows(side.as_ref())).min();
        *room /= shortest.unwrap_or(usize::MAX).max(1);
        if *room == 0 {
            return Err(refused::join(MOST_ROWS));
        }
    }
    plan.children().into_iter().try_for_each(|child| walk(child.as_ref(), room))
}

/// `IN`, `EXISTS` and their opposites by equality: no row comes out more often than it goes in.
fn only_asks(plan: &dyn ExecutionPlan) -> bool {
    use JoinType::{LeftAnti, LeftMark, LeftSemi, RightAnti, RightMark, RightSemi};
    let by_equality = plan.downcast_ref::<HashJoinExec>();
    by_equality.is_some_and(|join| matches!(join.join_type(), LeftSemi | RightSemi | LeftAnti | RightAnti | LeftMark | RightMark) && join.filter().is_none())
}

/// How many rows there are at most, when that is sure.
fn rows(plan: &dyn ExecutionPlan) -> Option<usize> {
    match StatisticsContext::new().compute(plan, &StatisticsArgs::new()).ok()?.num_rows {
        Precision::Exact(rows) => Some(rows),
        // What only leaves rows out has no more than there are.
        Precision::Inexact(_) | Precision::Absent if LEAVES_OUT.contains(&plan.name()) => match plan.children().as_slice() {
            [child] => rows(child.as_ref()),
            _ => None,
        },
        Precision::Inexact(_) | Precision::Absent => None,
    }
}
