//! `IN` and `EXISTS` ask whether there is another side: each of its values is asked for once. A join would look at every copy of it, and a busy source has a
//! hundred thousand.

use datafusion::{
    common::{Column, Result, tree_node::Transformed},
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
        let mut keys: Vec<Expr> = Vec::new();
        for (_, right) in &join.on {
            if !keys.contains(right) {
                keys.push(right.clone());
            }
        }
        if !only_asks || keys.is_empty() || has_each_once(&join.right, &keys) {
            return Ok(Transformed::no(LogicalPlan::Join(join)));
        }
        // What is reckoned of a row becomes a column, by a name of its own: that of a cast is its column's.
        let named = |(place, key): (usize, &Expr)| if matches!(key, Expr::Column(_)) { key.clone() } else { key.clone().alias(format!("once {place}")) };
        let groups: Vec<Expr> = keys.iter().enumerate().map(named).collect();
        let once = LogicalPlanBuilder::from(Arc::unwrap_or_clone(join.right)).aggregate(groups, Vec::<Expr>::new())?.build()?;
        let columns: Vec<Expr> = once.schema().iter().map(|field| Expr::Column(Column::from(field))).collect();
        for (_, right) in &mut join.on {
            let column = keys.iter().position(|key| key == right).and_then(|place| columns.get(place));
            column.into_iter().for_each(|column| *right = column.clone());
        }
        join.right = Arc::new(once);
        Ok(Transformed::yes(LogicalPlan::Join(join)))
    }
}

/// Whether its rows are different in these columns.
fn has_each_once(plan: &LogicalPlan, keys: &[Expr]) -> bool {
    match plan {
        LogicalPlan::Aggregate(grouped) => {
            let columns: Vec<Expr> = grouped.schema.iter().take(grouped.group_expr.len()).map(|field| Expr::Column(Column::from(field))).collect();
            !columns.is_empty() && columns.iter().all(|column| keys.contains(column))
        }
        LogicalPlan::Filter(filter) => has_each_once(&filter.input, keys),
        _ => false,
    }
}
