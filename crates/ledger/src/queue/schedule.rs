//! Jobs that come again and again: one per due time over all servers, and one, not many, after nobody was there.

use super::{Kind, Order, Rhythm};
use crate::{Ledger, LedgerError, Query, Sql};
use noroshi_kernel::moment::Moment;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};

/// A job that comes again and again.
#[derive(Clone, Debug)]
pub struct Schedule {
    name: String,
    kind: Kind,
    rhythm: Rhythm,
    each: bool,
}

impl Schedule {
    /// A schedule by a name that no other has. Its job bears the name as its key: while one waits or runs, a due time passes
    /// without another.
    pub fn new(name: impl Into<String>, kind: Kind, rhythm: Rhythm) -> Self {
        Self { name: name.into(), kind, rhythm, each: false }
    }

    /// Every due time gets a job of its own, even while the one before is not done: for periodic reports.
    #[must_use]
    pub const fn each(mut self) -> Self {
        self.each = true;
        self
    }
}

/// What a scheduled job is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The schedule's name.
    pub schedule: String,
    /// The time for which it runs. It may run later; of several missed times this is the latest.
    pub at: Moment,
}

/// A schedule as it stands, for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Its name.
    pub name: String,
    /// When it is due, in words of the program: `Monday 09:00:00 Asia/Tokyo`.
    pub rhythm: String,
    /// When it is due next. A schedule that no server has any more stays in the past.
    pub next_at: Moment,
    /// The due time for which it last enqueued its job.
    pub last_at: Option<Moment>,
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    rhythm: String,
    next_at: i64,
    last_at: Option<i64>,
}

/// Every schedule that was ever begun, by name.
///
/// # Errors
/// When the database cannot be reached.
pub async fn schedules(query: &impl Query) -> Result<Vec<Scheduled>, LedgerError> {
    let rows: Vec<Row> = query.all(Sql::new("SELECT name, rhythm, next_at, last_at FROM ledger_schedule ORDER BY name")).await?;
    let scheduled = |row: Row| Scheduled { name: row.name, rhythm: row.rhythm, next_at: Moment(row.next_at), last_at: row.last_at.map(Moment) };
    Ok(rows.into_iter().map(scheduled).collect())
}

/// Begins schedules that are new or have another rhythm than before. A due time that others know already stays.
///
/// # Errors
/// When the database cannot be reached.
pub async fn begin_schedules(ledger: &Ledger, schedules: &[Schedule]) -> Result<(), LedgerError> {
    if schedules.is_empty() {
        return Ok(());
    }
    let work = ledger.begin().await?;
    // In one order, so that two servers that start together do not wait for each other in a ring.
    let mut sorted: Vec<_> = schedules.iter().collect();
    sorted.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    for schedule in sorted {
        let sql = Sql::new("INSERT INTO ledger_schedule (name, rhythm, next_at) VALUES (")
            .bind(schedule.name.as_str())
            .push(", ")
            .bind(schedule.rhythm.to_string())
            .push(", ")
            .bind(schedule.rhythm.first(work.now()).0)
            .push(") ON CONFLICT (name) DO UPDATE SET rhythm = excluded.rhythm, next_at = excluded.next_at WHERE ledger_schedule.rhythm <> excluded.rhythm");
        work.execute(sql).await?;
    }
    work.commit().await
}

/// Enqueues the jobs of those schedules that are due; says how many due times were this server's.
///
/// # Errors
/// When the database cannot be reached.
pub async fn tick(ledger: &Ledger, schedules: &[Schedule]) -> Result<usize, LedgerError> {
    if schedules.is_empty() {
        return Ok(0);
    }
    let sql = Sql::new("SELECT name, rhythm, next_at, last_at FROM ledger_schedule WHERE next_at <= ").bind(ledger.now().0);
    let due: Vec<Row> = ledger.all(sql).await?;
    let mut enqueued = 0;
    for row in due {
        if let Some(schedule) = schedules.iter().find(|schedule| schedule.name == row.name) {
            enqueued += usize::from(fire(ledger, schedule, Moment(row.next_at)).await?);
        }
    }
    Ok(enqueued)
}

/// Of all servers that saw this due time, the one that moves it on enqueues the job, in the same unit of work.
async fn fire(ledger: &Ledger, schedule: &Schedule, due: Moment) -> Result<bool, LedgerError> {
    let work = ledger.begin().await?;
    let at = schedule.rhythm.latest(due, work.now());
    let sql = Sql::new("UPDATE ledger_schedule SET next_at = ")
        .bind(schedule.rhythm.after(at).0)
        .push(", last_at = ")
        .bind(at.0)
        .push(" WHERE name = ")
        .bind(schedule.name.as_str())
        .push(" AND next_at = ")
        .bind(due.0);
    if work.execute(sql).await? == 0 {
        work.undo().await?;
        return Ok(false);
    }
    let key = if schedule.each { format!("{} {}", schedule.name, at.0) } else { schedule.name.clone() };
    work.enqueue(Order::new(&schedule.kind, &Due { schedule: schedule.name.clone(), at }).keyed(&key)).await?;
    work.commit().await?;
    Ok(true)
}
