//! For tests only: a fresh ledger on either database, and a clock that moves when it is told to.
//!
//! A test that touches the database is written once with [`on_both_databases!`] and runs twice. PostgreSQL is the server whose
//! URL stands in `NOROSHI_TEST_POSTGRES`; `scripts/test` starts one. Without it the PostgreSQL half says loudly that it is skipped.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot set itself up has nothing better to do than to end")]

pub mod capture;
pub mod post_office;

use noroshi_kernel::{
    moment::{Clock, Moment},
    period::Month,
};
use noroshi_ledger::{Ledger, Place, blob::BlobStore, migration::Migration};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub struct HeldClock(Arc<AtomicI64>);

impl HeldClock {
    /// A clock that stands at `moment`.
    #[must_use]
    pub fn at(moment: Moment) -> Self {
        Self(Arc::new(AtomicI64::new(moment.0)))
    }

    /// Moves it forward.
    pub fn advance_us(&self, microseconds: i64) {
        self.0.fetch_add(microseconds, Ordering::SeqCst);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::SeqCst))
    }
}

/// A fresh ledger with a folder of its own.
#[derive(Debug)]
pub struct Bench {
    /// The ledger.
    pub ledger: Ledger,
    /// Its clock: noon UTC on 15 January 2021 until it is moved.
    pub clock: HeldClock,
    /// Where its records are.
    pub place: Place,
    /// A folder that is gone when the bench is.
    pub folder: tempfile::TempDir,
}

/// The URL of the PostgreSQL server for tests, or a loud word that there is none.
#[must_use]
pub fn postgres_url() -> Option<String> {
    let url = std::env::var("NOROSHI_TEST_POSTGRES").ok();
    if url.is_none() {
        eprintln!("SKIPPED on PostgreSQL: NOROSHI_TEST_POSTGRES is not set (scripts/test sets it)");
    }
    url
}

/// A schema name that nothing else uses.
#[must_use]
pub fn fresh_schema() -> String {
    format!("test_{:016x}", rand::random::<u64>())
}

impl Bench {
    /// A ledger on SQLite.
    pub async fn sqlite(migrations: &[Migration]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = Place::Sqlite(folder.path().join("test.db"));
        Self::open(folder, place, migrations).await
    }

    /// A ledger on PostgreSQL in a schema of its own, when there is a server.
    pub async fn postgres(migrations: &[Migration]) -> Option<Self> {
        let url = postgres_url()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Self::open(folder, Place::Postgres { url, schema: fresh_schema() }, migrations).await)
    }

    async fn open(folder: tempfile::TempDir, place: Place, migrations: &[Migration]) -> Self {
        let noon = Month::new(2021, 1).expect("a month").begin(&noroshi_kernel::moment::Zone::named("UTC").expect("a zone"));
        let clock = HeldClock::at(Moment(noon.0 + 14 * Moment::DAY_US + Moment::DAY_US / 2));
        let blobs = BlobStore::open(folder.path().join("blobs")).expect("a blob store");
        let ledger = Ledger::open(&place, blobs, Arc::new(clock.clone()), migrations).await.expect("a ledger");
        Self { ledger, clock, place, folder }
    }

    /// A second server on the same records, with the same clock.
    pub async fn second(&self, migrations: &[Migration]) -> Ledger {
        self.second_by(Arc::new(self.clock.clone()), migrations).await
    }

    /// A second server on the same records, with a clock of its own.
    pub async fn second_by(&self, clock: Arc<dyn Clock>, migrations: &[Migration]) -> Ledger {
        let blobs = BlobStore::open(self.folder.path().join("blobs")).expect("a blob store");
        Ledger::open(&self.place, blobs, clock, migrations).await.expect("a second ledger")
    }

    /// Writes a file into the bench's folder.
    #[must_use]
    pub fn file(&self, name: &str, content: &[u8]) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("the file is written");
        path
    }
}

/// Writes one test that runs on SQLite and on PostgreSQL.
///
/// ```ignore
/// on_both_databases! {
///     const MIGRATIONS = &migrations();
///     async fn a_row_comes_back(bench) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both_databases {
    (migrations = $migrations:expr; $($(#[$meta:meta])* async fn $name:ident($bench:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a test needs what it needs")]
            use super::*;

            async fn test($bench: $crate::Bench) $body

            #[tokio::test]
            async fn sqlite() {
                test($crate::Bench::sqlite(&$migrations).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(bench) = $crate::Bench::postgres(&$migrations).await {
                    test(bench).await;
                }
            }
        }
    )+};
}
