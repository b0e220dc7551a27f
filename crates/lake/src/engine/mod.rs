//! SQL over packets, for analysts: read-only, within limits, by DataFusion in the process that asks it.
//!
//! An [`Engine`] knows the table `packets`, of the files that it was given, or of what they hold of a span, the table `sensors` of who recorded them, and two
//! functions of ours: `address(source_v4, source_v6)` shows an address as text, `ipv4('192.0.2.1')` makes a number of one. Whatever is not one `SELECT` over
//! those tables is refused before anything is read: no statement can name a file, write one, or change a setting. Packets are not joined with packets.
//!
//! Behind the feature `engine`, for it is many crates.

mod addresses;
mod answer;
mod joins;
mod once;
mod refused;
mod sensors;
mod shape;

pub use answer::Answer;
pub use refused::Refused;

use crate::schema::{self, Sensor};
use datafusion::{
    catalog::TableProvider,
    common::ScalarValue,
    datasource::{
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    error::DataFusionError,
    execution::{
        SessionState,
        context::SQLOptions,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::GreedyMemoryPool,
        runtime_env::RuntimeEnvBuilder,
    },
    logical_expr::LogicalPlan,
    physical_plan::execute_stream,
    prelude::{Expr, SessionConfig, SessionContext, col, lit},
    sql::{parser::Statement, sqlparser::ast},
};
use futures_util::{FutureExt as _, StreamExt as _};
use noroshi_kernel::moment::Moment;
use std::{panic::AssertUnwindSafe, path::Path, path::PathBuf, sync::Arc, time::Duration};

/// What a query may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest text of a query.
    pub sql_bytes: usize,
    /// Most memory of sorts, joins and groups. Pages that are being read are not counted: some MiB for each thread.
    pub memory_bytes: usize,
    /// Longest time.
    pub time: Duration,
    /// Most rows of an answer; what is beyond is cut off, and the answer says so.
    pub rows: usize,
    /// Most memory of an answer, as with rows.
    pub answer_bytes: usize,
    /// Parts of a query that run at once.
    pub threads: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sql_bytes: 16 << 10, memory_bytes: 512 << 20, time: Duration::from_secs(30), rows: 10_000, answer_bytes: 64 << 20, threads: 2 }
    }
}

/// Packets that can be asked, and who recorded them.
pub struct Engine {
    context: SessionContext,
    limits: Limits,
}

impl Engine {
    /// The table `packets` of these files, published or committed; at least one, and the table `sensors`. The files' existence is checked when
    /// they are asked. With a span, only packets captured from its begin on and before its end are in the table.
    ///
    /// # Errors
    /// When a path cannot be a file's, or the engine cannot be set up.
    pub fn open(files: &[PathBuf], span: Option<(Moment, Moment)>, sensors: &[Sensor], limits: Limits) -> Result<Self, Refused> {
        let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(limits.memory_bytes)))
            .with_disk_manager_builder(disk)
            .build_arc()
            .map_err(refused::failed)?;
        let config = SessionConfig::new()
            .with_information_schema(false)
            .with_target_partitions(limits.threads.max(1))
            .set_bool("datafusion.execution.enable_recursive_ctes", false)
            .set_bool("datafusion.execution.parquet.pushdown_filters", true);
        let context = SessionContext::new_with_config_rt(config, runtime);
        context.add_optimizer_rule(Arc::new(once::Once));
        let table = match span {
            None => table(files)?,
            Some(span) => context.read_table(table(files)?).and_then(|whole| whole.filter(within(span))).map_err(refused::failed)?.into_view(),
        };
        context.register_table("packets", table).map_err(refused::failed)?;
        context.register_table("sensors", Arc::new(sensors::table(sensors)?)).map_err(refused::failed)?;
        // They make texts of any length out of nothing, which no limit of memory counts. Others (`replace`, `string_agg`) can be made to, and are of
        // use: who lets strangers ask runs the engine in a process of its own.
        ["repeat", "lpad", "rpad"].into_iter().for_each(|name| context.deregister_udf(name));
        addresses::register(&context);
        Ok(Self { context, limits })
    }

    /// Answers one `SELECT`.
    ///
    /// # Errors
    /// [`Refused`] with the reason: not a `SELECT`, a mistake in it (with line and column), too long, or over a limit.
    pub async fn query(&self, sql: &str) -> Result<Answer, Refused> {
        if sql.len() > self.limits.sql_bytes {
            return Err(refused::too_long(self.limits.sql_bytes));
        }
        // A file that is broken in a way that the parquet crate asserts against.
        let answered = AssertUnwindSafe(tokio::time::timeout(self.limits.time, self.run(sql))).catch_unwind().await;
        match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Refused::time(self.limits.time)),
            Err(_) => Err(refused::failed("a file is broken")),
        }
    }

    async fn run(&self, sql: &str) -> Result<Answer, Refused> {
        let state = self.context.state();
        let plan = plan(&state, sql).await?;
        let frame = self.context.execute_logical_plan(plan).await.map_err(refused::by)?;
        let task = Arc::new(frame.task_ctx());
        let plan = frame.create_physical_plan().await.map_err(refused::by)?;
        joins::check(plan.as_ref())?;
        let mut stream = execute_stream(plan, task).map_err(refused::by)?;
        if stream.schema().fields().is_empty() {
            return Err(refused::no_select());
        }
        let mut answer = Answer::new(stream.schema());
        while let Some(batch) = stream.next().await {
            if !answer.take(&batch.map_err(refused::by)?, &self.limits) {
                break;
            }
        }
        Ok(answer)
    }
}

/// One `SELECT`, and nothing within it that changes anything.
async fn plan(state: &SessionState, sql: &str) -> Result<LogicalPlan, Refused> {
    shape::check_text(sql)?;
    let dialect = state.config().options().sql_parser.dialect;
    let statement = state.sql_to_statement(sql, &dialect).map_err(refused::by)?;
    match &statement {
        Statement::Statement(inner) if matches!(**inner, ast::Statement::Query(_)) => shape::check_tables(inner)?,
        _ => return Err(refused::no_select()),
    }
    let plan = state.statement_to_plan(statement).await.map_err(refused::by)?;
    let read_only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    read_only.verify_plan(&plan).map_err(|_| refused::no_select())?;
    joins::check_written(&plan)?;
    Ok(plan)
}

fn table(files: &[PathBuf]) -> Result<Arc<dyn TableProvider>, Refused> {
    let urls: Vec<ListingTableUrl> = files.iter().map(|file| address_of(file)).collect::<Result<_, _>>().map_err(refused::failed)?;
    // Staged files that the manifest names are asked, too.
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema::packets());
    Ok(Arc::new(ListingTable::try_new(config).map_err(refused::failed)?))
}

/// Captured in a span.
fn within((from, to): (Moment, Moment)) -> Expr {
    let at = |moment: Moment| lit(ScalarValue::TimestampNanosecond(Some(moment.0.saturating_mul(1_000)), Some("UTC".into())));
    let captured = || col(schema::Column::At.name());
    captured().gt_eq(at(from)).and(captured().lt(at(to)))
}

/// A file's URL; its name is no pattern.
fn address_of(file: &Path) -> Result<ListingTableUrl, DataFusionError> {
    // Two dots are no part of an object's name. A file that is not there is told when it is asked.
    let path = file.canonicalize().or_else(|_| std::path::absolute(file))?;
    let url = url::Url::from_file_path(&path).map_err(|()| DataFusionError::Plan(format!("{} is no path of a file", file.display())))?;
    ListingTableUrl::try_new(url, None)
}
