//! Many rows at once: `INSERT … VALUES` with as many rows to a statement as pays.

use crate::{LedgerError, Query, UnitOfWork};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

/// The values that one statement holds at most. More save little: at this size preparing and sending are amortised.
const VALUES_PER_STATEMENT: usize = 4_000;

/// A table and those of its columns that are filled.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The table.
    pub table: &'static str,
    /// The columns, in the order of the values.
    pub columns: &'static [&'static str],
}

impl Target {
    fn statement(self, backend: DbBackend, rows: usize) -> String {
        let width = self.columns.len();
        let mut text = format!("INSERT INTO {} ({}) VALUES ", self.table, self.columns.join(", "));
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..width {
                let divider = if column == 0 { "" } else { "," };
                match backend {
                    DbBackend::Postgres => text.push_str(&format!("{divider}${}", row * width + column + 1)),
                    _ => text.push_str(&format!("{divider}?")),
                }
            }
            text.push(')');
        }
        text
    }
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

    /// Inserts them all.
    ///
    /// # Errors
    /// When the database refuses a row; the unit of work is then of no use.
    pub async fn insert(self, work: &UnitOfWork) -> Result<(), LedgerError> {
        let backend = work.backend();
        let width = self.target.columns.len();
        let rows_per_statement = (VALUES_PER_STATEMENT / width).max(1);
        // Whole statements share one text, so that it is prepared once.
        let mut whole = None;
        let mut values = self.values.into_iter();
        loop {
            let part: Vec<Value> = values.by_ref().take(rows_per_statement * width).collect();
            if part.is_empty() {
                return Ok(());
            }
            let rows = part.len() / width;
            let text = if rows == rows_per_statement {
                whole.get_or_insert_with(|| self.target.statement(backend, rows)).clone()
            } else {
                self.target.statement(backend, rows)
            };
            work.connection().execute_raw(Statement::from_sql_and_values(backend, text, part)).await?;
        }
    }
}
