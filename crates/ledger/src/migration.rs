//! The tables of every crate, brought up to date in one transaction.

use crate::{LedgerError, Sql};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use std::collections::HashSet;

/// One step that changes tables, written once for both databases.
///
/// In its statements `{id}` stands for an integer primary key, `{bytes}` for a byte column, and `{without_rowid}` for what
/// SQLite wants behind a table that is its own index. Statements that only one database knows stand in `sqlite` or `postgres`.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The name, which begins with the crate's: `incident_m0001_init`. It never changes.
    pub name: &'static str,
    /// Statements for both databases, run first.
    pub both: &'static [&'static str],
    /// Statements for SQLite alone.
    pub sqlite: &'static [&'static str],
    /// Statements for PostgreSQL alone.
    pub postgres: &'static [&'static str],
}

/// The ledger's own tables.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "ledger_m0001_init",
    both: &[
        "CREATE TABLE ledger_audit (id {id}, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject_kind TEXT NOT NULL, subject_id BIGINT NOT NULL, detail TEXT NOT NULL)",
        "CREATE INDEX ledger_audit_subject ON ledger_audit (subject_id)",
        "CREATE TABLE ledger_outbox (id {id}, kind TEXT NOT NULL, payload TEXT NOT NULL, told_at BIGINT NOT NULL, attempts BIGINT NOT NULL, not_before BIGINT NOT NULL)",
        // A job waits while it has no worker, runs while it has one, and is dead when it has died. It can be taken from `due_at`
        // on: when it waits that is its time, when it runs the end of its lease.
        "CREATE TABLE ledger_job (id {id}, kind TEXT NOT NULL, job_key TEXT, payload TEXT NOT NULL, enqueued_at BIGINT NOT NULL, due_at BIGINT NOT NULL, worker TEXT, claims BIGINT NOT NULL, attempts BIGINT NOT NULL, first_tried_at BIGINT, failed_at BIGINT, last_error TEXT, died_at BIGINT)",
        "CREATE INDEX ledger_job_due ON ledger_job (kind, due_at, id) WHERE died_at IS NULL",
        "CREATE UNIQUE INDEX ledger_job_key ON ledger_job (kind, job_key) WHERE job_key IS NOT NULL AND died_at IS NULL",
        "CREATE INDEX ledger_job_dead ON ledger_job (kind, id) WHERE died_at IS NOT NULL",
        "CREATE INDEX ledger_job_failed ON ledger_job (kind, failed_at) WHERE failed_at IS NOT NULL",
        "CREATE TABLE ledger_schedule (name TEXT PRIMARY KEY, rhythm TEXT NOT NULL, next_at BIGINT NOT NULL, last_at BIGINT)",
    ],
    sqlite: &[
        "CREATE TABLE ledger_sequence (next BIGINT NOT NULL)",
        "INSERT INTO ledger_sequence (next) VALUES (1)",
        "CREATE TABLE ledger_search (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, tlp BIGINT NOT NULL)",
        "CREATE VIRTUAL TABLE ledger_search_text USING fts5(tokens, content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 0\")",
        "CREATE TABLE ledger_search_reader (id BIGINT NOT NULL, account_id BIGINT NOT NULL, PRIMARY KEY (id, account_id)) WITHOUT ROWID",
    ],
    postgres: &[
        "CREATE SEQUENCE ledger_id",
        "CREATE TABLE ledger_search (id BIGINT PRIMARY KEY, kind TEXT NOT NULL, tlp BIGINT NOT NULL, tokens TSVECTOR NOT NULL)",
        "CREATE INDEX ledger_search_text ON ledger_search USING gin (tokens)",
        "CREATE TABLE ledger_search_reader (id BIGINT NOT NULL, account_id BIGINT NOT NULL, PRIMARY KEY (id, account_id))",
    ],
}];

/// Applies what is missing, in the order of the list, all or nothing.
pub(crate) async fn migrate(transaction: &DatabaseTransaction, migrations: &[Migration], now_us: i64) -> Result<usize, LedgerError> {
    let mut names = HashSet::new();
    if let Some(twice) = migrations.iter().find(|migration| !names.insert(migration.name)) {
        return Err(LedgerError::MigrationTwice(twice.name));
    }
    let backend = transaction.get_database_backend();
    if backend == DbBackend::Postgres {
        // Two servers that start together take turns.
        transaction.execute_unprepared("SELECT pg_advisory_xact_lock(hashtext('noroshi.migrate'))").await?;
    }
    transaction.execute_unprepared("CREATE TABLE IF NOT EXISTS ledger_migration (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)").await?;
    let mut applied = HashSet::new();
    for row in transaction.query_all_raw(Sql::new("SELECT name FROM ledger_migration").statement(backend)).await? {
        let name: String = row.try_get("", "name")?;
        if !names.contains(name.as_str()) {
            return Err(LedgerError::Newer(name));
        }
        applied.insert(name);
    }
    let missing: Vec<_> = migrations.iter().filter(|migration| !applied.contains(migration.name)).collect();
    for migration in &missing {
        apply(transaction, migration, now_us).await.map_err(|source| LedgerError::Migration { name: migration.name, source })?;
    }
    Ok(missing.len())
}

async fn apply(transaction: &DatabaseTransaction, migration: &Migration, now_us: i64) -> Result<(), sea_orm::DbErr> {
    let backend = transaction.get_database_backend();
    let (own, id, bytes, without_rowid) = match backend {
        DbBackend::Postgres => (migration.postgres, "BIGINT PRIMARY KEY", "BYTEA", ""),
        _ => (migration.sqlite, "INTEGER PRIMARY KEY", "BLOB", "WITHOUT ROWID"),
    };
    for statement in migration.both.iter().chain(own) {
        let statement = statement.replace("{id}", id).replace("{bytes}", bytes).replace("{without_rowid}", without_rowid);
        transaction.execute_unprepared(&statement).await?;
    }
    let done = Sql::new("INSERT INTO ledger_migration (name, applied_at) VALUES (").bind(migration.name).push(", ").bind(now_us).push(")");
    transaction.execute_raw(done.statement(backend)).await.map(|_| ())
}
