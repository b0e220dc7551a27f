use crate::{LedgerError, Sql};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};
use std::future::Future;

/// Something that answers questions: the [`Ledger`](crate::Ledger) itself (from its readers) or a
/// [`UnitOfWork`](crate::UnitOfWork) (which sees its own changes).
pub trait Query: Sync {
    /// What carries the statement to the database.
    type Connection: ConnectionTrait;

    /// What carries the statement to the database.
    fn connection(&self) -> &Self::Connection;

    /// Which database stands below.
    fn backend(&self) -> DbBackend {
        self.connection().get_database_backend()
    }

    /// Every row of an answer.
    fn all<T: FromQueryResult + Send>(&self, sql: Sql) -> impl Future<Output = Result<Vec<T>, LedgerError>> + Send {
        async move {
            let rows = self.connection().query_all_raw(sql.statement(self.backend())).await?;
            Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
        }
    }

    /// The first row of an answer.
    fn one<T: FromQueryResult + Send>(&self, sql: Sql) -> impl Future<Output = Result<Option<T>, LedgerError>> + Send {
        async move {
            let row = self.connection().query_one_raw(sql.statement(self.backend())).await?;
            Ok(row.map(|row| T::from_query_result(&row, "")).transpose()?)
        }
    }

    /// The integer in the column `n` of the first row, 0 when there is none or it is NULL.
    fn number(&self, sql: Sql) -> impl Future<Output = Result<i64, LedgerError>> + Send {
        async move {
            let row = self.connection().query_one_raw(sql.statement(self.backend())).await?;
            Ok(row.map(|row| row.try_get::<Option<i64>>("", "n")).transpose()?.flatten().unwrap_or(0))
        }
    }
}
