use crate::{LedgerError, Query, UnitOfWork, blob::BlobStore, migration, queue::bell};
use noroshi_kernel::moment::{Clock, Moment};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, TransactionOptions, TransactionTrait};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// Where the records are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// One file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by its URL. The URL may hold a password: it is never logged.
    Postgres {
        /// `postgres://user:password@host/database`
        url: String,
        /// The schema that holds the tables, made when it is not there.
        schema: String,
    },
}

/// An open database with its blob store and clock.
#[derive(Clone)]
pub struct Ledger {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    blobs: BlobStore,
    clock: Arc<dyn Clock>,
    tower: bell::Tower,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("backend", &self.writer.get_database_backend()).finish_non_exhaustive()
    }
}

/// A path as a part of a URL: spaces and brackets are none of it as they are.
fn in_url(path: &Path) -> String {
    let encoded = |byte: u8| if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.as_os_str().as_encoded_bytes().iter().copied().map(encoded).collect()
}

impl Ledger {
    /// Opens the database (making it when it is new) and brings its tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached, was written by a newer noroshi, or a migration fails.
    pub async fn open(place: &Place, blobs: BlobStore, clock: Arc<dyn Clock>, migrations: &[migration::Migration]) -> Result<Self, LedgerError> {
        let (writer, reader) = match place {
            Place::Sqlite(path) => {
                let url = format!("sqlite://{}?mode=rwc", in_url(path));
                // One connection writes: SQLite has one writer in any case, and waiting in our own queue is fair. A larger cache
                // makes imports of a few 100,000 rows no faster (docs/src/performance.md), and their memory grows by it.
                let writer = connect_in_turn(sqlite_options(&url, 1, 8_192)).await?;
                (writer, Database::connect(sqlite_options(&url, 8, 16_384)).await?)
            }
            Place::Postgres { url, schema } => {
                let mut options = ConnectOptions::new(url.clone());
                options.max_connections(8).acquire_timeout(Duration::from_secs(30)).sqlx_logging(false).set_schema_search_path(schema.clone());
                let pool = Database::connect(options).await?;
                let schema = format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", schema.replace('"', ""));
                // Two servers that make it at once would both find it missing; they take turns.
                let turn = pool.begin_with_options(TransactionOptions::default()).await?;
                for statement in ["SELECT pg_advisory_xact_lock(hashtext('noroshi.migrate'))", &schema] {
                    sea_orm::ConnectionTrait::execute_unprepared(&turn, statement).await?;
                }
                turn.commit().await?;
                (pool.clone(), pool)
            }
        };
        let ledger = Self { writer, reader, blobs, clock, tower: bell::Tower::default() };
        let transaction = ledger.transaction().await?;
        migration::migrate(&transaction, migrations, ledger.now().0).await?;
        transaction.commit().await?;
        Ok(ledger)
    }

    /// Begins a unit of work. Nothing of it is seen or kept before its [`commit`](UnitOfWork::commit).
    ///
    /// # Errors
    /// When the database cannot be reached or stays locked for 30 s.
    pub async fn begin(&self) -> Result<UnitOfWork, LedgerError> {
        Ok(UnitOfWork::new(self.transaction().await?, self.now(), self.tower.bell()))
    }

    /// One state of the database, held still while others write: figures that are counted one after another in it agree.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn snapshot(&self) -> Result<Snapshot, LedgerError> {
        let mut options = TransactionOptions::default();
        if self.reader.get_database_backend() == DbBackend::Postgres {
            options.isolation_level = Some(sea_orm::IsolationLevel::RepeatableRead);
            options.access_mode = Some(sea_orm::AccessMode::ReadOnly);
        }
        Ok(Snapshot(self.reader.begin_with_options(options).await?))
    }

    async fn transaction(&self) -> Result<DatabaseTransaction, DbErr> {
        let mut options = TransactionOptions::default();
        if self.writer.get_database_backend() == DbBackend::Sqlite {
            options.sqlite_transaction_mode = Some(sea_orm::SqliteTransactionMode::Immediate);
        }
        self.writer.begin_with_options(options).await
    }

    /// The raw bytes of what came in.
    #[must_use]
    pub const fn blobs(&self) -> &BlobStore {
        &self.blobs
    }

    /// The present moment by the ledger's clock.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The same database by another clock: what is written through it bears that clock's times.
    #[must_use]
    pub fn by_clock(&self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self.clone() }
    }

    /// Where runners listen for jobs that this program enqueues.
    pub(crate) const fn tower(&self) -> &bell::Tower {
        &self.tower
    }

    /// Closes every connection; on SQLite this also folds the write-ahead log into the file.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn close(self) -> Result<(), LedgerError> {
        self.reader.close_by_ref().await?;
        if self.writer.get_database_backend() == DbBackend::Sqlite {
            // Another program may hold the log; then that one folds it. Everything is durable in either case.
            for statement in ["PRAGMA busy_timeout = 1000", "PRAGMA wal_checkpoint(TRUNCATE)"] {
                if let Err(error) = sea_orm::ConnectionTrait::execute_unprepared(&self.writer, statement).await {
                    tracing::debug!(%error, "the write-ahead log stays as it is");
                }
            }
        }
        Ok(self.writer.close_by_ref().await?)
    }
}

impl Query for Ledger {
    type Connection = DatabaseConnection;

    fn connection(&self) -> &DatabaseConnection {
        &self.reader
    }
}

/// One state of the database. It only reads; dropped, it is over.
#[derive(Debug)]
pub struct Snapshot(DatabaseTransaction);

impl Query for Snapshot {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.0
    }
}

/// How long a program waits for another that sets the file up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connects to a file that another program may be setting up. Taking up WAL turns reading into writing, for which SQLite does not
/// wait by itself: whoever comes second is told at once that the file is locked.
async fn connect_in_turn(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    let until = Instant::now() + PATIENCE;
    loop {
        match Database::connect(options.clone()).await {
            Err(error) if is_locked(&error) && Instant::now() < until => tokio::time::sleep(Duration::from_millis(50)).await,
            ended => return ended,
        }
    }
}

/// SQLITE_BUSY.
fn is_locked(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error)) | DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return false;
    };
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "5")
}

fn sqlite_options(url: &str, connections: u32, cache_kib: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).min_connections(1).acquire_timeout(Duration::from_secs(60)).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            // Not as a pragma: those run in an order of their own, and taking up WAL already waits for who sets the file up.
            .busy_timeout(PATIENCE)
            .pragma("journal_mode", "WAL")
            // FULL: what was acknowledged survives the power cut, not only the kill.
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            .pragma("cache_size", format!("-{cache_kib}"))
            .pragma("wal_autocheckpoint", "8192")
            .statement_cache_capacity(64)
            // Rows come from a thread of the connection's: with room for few it stops and is woken again for each handful.
            .row_buffer_size(4_096)
    });
    options
}
