//! Many rows at once: `VALUES` lists on SQLite, one array per column through `unnest` on PostgreSQL.

use crate::{LedgerError, Query, UnitOfWork};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value, sea_query::ArrayType};

/// The values that one `VALUES` statement holds at most. More save little: at this size preparing is amortised.
const VALUES_PER_STATEMENT: usize = 1_200;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A 64-bit integer.
    Integer,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// True or false.
    Boolean,
}

impl Kind {
    const fn array(self) -> (ArrayType, &'static str) {
        match self {
            Self::Integer => (ArrayType::BigInt, "bigint[]"),
            Self::Text => (ArrayType::String, "text[]"),
            Self::Bytes => (ArrayType::Bytes, "bytea[]"),
            Self::Boolean => (ArrayType::Bool, "boolean[]"),
        }
    }
}

/// A table and those of its columns that are filled.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The table.
    pub table: &'static str,
    /// The columns with their types, in the order of the values.
    pub columns: &'static [(&'static str, Kind)],
}

/// Rows that wait to be inserted.
#[derive(Debug)]
pub struct Rows {
    target: Target,
    values: Vec<Value>,
}

impl Rows {
    /// No rows yet.
    #[must_use]
    pub const fn into_table(target: Target) -> Self {
        Self { target, values: Vec::new() }
    }

    /// Adds a row; its values stand in the order of the target's columns.
    pub fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.target.columns.len(), "one value per column of {}", self.target.table);
        self.values.extend(row);
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Inserts them all.
    ///
    /// # Errors
    /// When the database refuses a row; the unit of work is then of no use.
    pub async fn insert(self, work: &UnitOfWork) -> Result<(), LedgerError> {
        if self.is_empty() {
            return Ok(());
        }
        match work.backend() {
            DbBackend::Postgres => self.insert_arrays(work).await,
            _ => self.insert_values(work).await,
        }
    }

    fn head(&self) -> String {
        let names: Vec<_> = self.target.columns.iter().map(|(name, _)| *name).collect();
        format!("INSERT INTO {} ({})", self.target.table, names.join(", "))
    }

    async fn insert_values(self, work: &UnitOfWork) -> Result<(), LedgerError> {
        let width = self.target.columns.len();
        let rows_per_statement = (VALUES_PER_STATEMENT / width).max(1);
        let row = format!("({})", vec!["?"; width].join(","));
        let text = |rows: usize| format!("{} VALUES {}", self.head(), vec![row.as_str(); rows].join(","));
        // Whole statements share one text, so that it is prepared once.
        let whole = text(rows_per_statement);
        let mut values = self.values.into_iter();
        loop {
            let part: Vec<Value> = values.by_ref().take(rows_per_statement * width).collect();
            if part.is_empty() {
                return Ok(());
            }
            let rows = part.len() / width;
            let text = if rows == rows_per_statement {
                whole.clone()
            } else {
                let names: Vec<_> = self.target.columns.iter().map(|(name, _)| *name).collect();
                format!("INSERT INTO {} ({}) VALUES {}", self.target.table, names.join(", "), vec![row.as_str(); rows].join(","))
            };
            work.connection().execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, text, part)).await?;
        }
    }

    async fn insert_arrays(self, work: &UnitOfWork) -> Result<(), LedgerError> {
        let width = self.target.columns.len();
        let casts: Vec<_> = (1..).zip(self.target.columns).map(|(number, (_, kind))| format!("${number}::{}", kind.array().1)).collect();
        let text = format!("{} SELECT * FROM unnest({})", self.head(), casts.join(", "));
        let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(self.values.len() / width); width];
        let mut turn = 0;
        for value in self.values {
            if let Some(column) = columns.get_mut(turn) {
                column.push(value);
            }
            turn = (turn + 1) % width;
        }
        let arrays: Vec<Value> = columns.into_iter().zip(self.target.columns).map(|(column, (_, kind))| Value::Array(kind.array().0, Some(Box::new(column)))).collect();
        work.connection().execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, text, arrays)).await?;
        Ok(())
    }
}
