use crate::{
    LedgerError, Query, Sql,
    audit::Entry,
    outbox,
    queue::{self, Enqueued, Order, bell::Bell},
};
use noroshi_kernel::{access::Actor, moment::Moment};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};

/// One transaction: records, their audit rows and their events are kept together or not at all.
///
/// Dropped without [`commit`](Self::commit), it is undone.
#[derive(Debug)]
pub struct UnitOfWork {
    transaction: DatabaseTransaction,
    now: Moment,
    bell: Bell,
}

/// Fresh ids, one after another.
#[derive(Debug)]
pub struct Ids(std::vec::IntoIter<i64>);

impl Ids {
    /// The next id.
    ///
    /// # Errors
    /// When more are taken than were asked for, which is a defect of the caller.
    pub fn take(&mut self) -> Result<i64, LedgerError> {
        self.0.next().ok_or_else(|| LedgerError::Damaged("more ids were taken than were asked for".into()))
    }
}

impl UnitOfWork {
    pub(crate) const fn new(transaction: DatabaseTransaction, now: Moment, bell: Bell) -> Self {
        Self { transaction, now, bell }
    }

    /// The moment at which the work began; everything in it bears this time.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// Runs a statement and gives the number of rows that it touched.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(&self, sql: Sql) -> Result<u64, LedgerError> {
        Ok(self.transaction.execute_raw(sql.statement(self.backend())).await?.rows_affected())
    }

    /// Takes `count` ids that nothing else has or will have, in rising order.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn take_ids(&self, count: usize) -> Result<Ids, LedgerError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let ids = match self.backend() {
            DbBackend::Postgres => {
                let sql = Sql::new("SELECT nextval('ledger_id') AS id FROM generate_series(1, ").bind(count).push(")");
                let rows = self.transaction.query_all_raw(sql.statement(DbBackend::Postgres)).await?;
                rows.iter().map(|row| row.try_get("", "id")).collect::<Result<Vec<i64>, _>>()?
            }
            _ => {
                let end = self.number(Sql::new("UPDATE ledger_sequence SET next = next + ").bind(count).push(" RETURNING next AS n")).await?;
                (end - count..end).collect()
            }
        };
        Ok(Ids(ids.into_iter()))
    }

    /// Takes one id.
    ///
    /// # Errors
    /// As [`take_ids`](Self::take_ids).
    pub async fn take_id(&self) -> Result<i64, LedgerError> {
        self.take_ids(1).await?.take()
    }

    /// Holds others who ask for the same lock until this work ends. On SQLite there is one writer in any case.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lock(&self, name: &str) -> Result<(), LedgerError> {
        if self.backend() == DbBackend::Postgres {
            self.execute(Sql::new("SELECT pg_advisory_xact_lock(hashtext(").bind(name).push("))")).await?;
        }
        Ok(())
    }

    /// Writes an audit row.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn record(&self, actor: &Actor, entry: Entry<'_>) -> Result<(), LedgerError> {
        crate::audit::write(self, actor, entry).await
    }

    /// Tells an event: it is delivered at least once after this work is committed, by [`outbox::deliver`].
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn tell(&self, kind: &'static str, payload: &impl serde::Serialize) -> Result<(), LedgerError> {
        outbox::tell(self, kind, payload).await
    }

    /// Puts a job into the [queue]: it is there when this work is committed, or never was.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn enqueue(&self, order: Order<'_, impl serde::Serialize>) -> Result<Enqueued, LedgerError> {
        queue::enqueue::put(self, order).await
    }

    /// Wakes the runners of this program when this work is committed.
    pub(crate) fn wake(&self) {
        self.bell.pull();
    }

    /// Keeps everything. When this returns, it is durable.
    ///
    /// # Errors
    /// When the database cannot keep it; then nothing was kept.
    pub async fn commit(self) -> Result<(), LedgerError> {
        self.transaction.commit().await?;
        self.bell.ring();
        Ok(())
    }

    /// Undoes everything.
    ///
    /// # Errors
    /// When the database cannot be reached; then, too, nothing was kept.
    pub async fn undo(self) -> Result<(), LedgerError> {
        Ok(self.transaction.rollback().await?)
    }
}

impl Query for UnitOfWork {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.transaction
    }
}
