//! `IN` and `EXISTS` ask whether there is another side: each of its values is asked for once. A join would look at every copy of it, and a busy source has a
//! hundred thousand.

use datafusion::{
    common::{Result, tree_node::Transformed},
    logical_expr::{JoinType, LogicalPlan, LogicalPlanBuilder},
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
    prelude::Expr,
};
use std::sync::Arc;

/// Leaves copies out of the side that is only asked for.
#[derive(Debug)]
pub(super) struct Once;

impl OptimizerRule for Once {
    fn name(&self) -> &'static str {
        "once"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Join(mut join) = plan else { return Ok(Transformed::no(plan)) };
        let only_asks = matches!(join.join_type, JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark) && join.filter.is_none();
        let keys: Vec<Expr> = join.on.iter().map(|(_, right)| right.clone()).collect();
        let are_columns = !keys.is_empty() && keys.iter().all(|key| matches!(key, Expr::Column(_)));
        if !only_asks || !are_columns || is_grouped(&join.right) {
            return Ok(Transformed::no(LogicalPlan::Join(join)));
        }
        let once = LogicalPlanBuilder::from(Arc::unwrap_or_clone(join.right)).aggregate(keys, Vec::<Expr>::new())?.build()?;
        join.right = Arc::new(once);
        Ok(Transformed::yes(LogicalPlan::Join(join)))
    }
}

/// Whether it has few copies already, or none.
fn is_grouped(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_) => true,
        LogicalPlan::Projection(_) | LogicalPlan::Filter(_) | LogicalPlan::SubqueryAlias(_) => plan.inputs().into_iter().all(is_grouped),
        _ => false,
    }
}
