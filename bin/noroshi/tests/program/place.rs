//! A data directory for a test, on either database, and the program run on it.

use noroshi_kernel::moment::SystemClock;
use noroshi_ledger::{Ledger, Place, blob::BlobStore};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
};

/// The tables of every crate.
pub(crate) fn migrations() -> Vec<noroshi_ledger::migration::Migration> {
    [
        noroshi_ledger::migration::MIGRATIONS,
        noroshi_directory::migrations::MIGRATIONS,
        noroshi_catalogue::migrations::MIGRATIONS,
        noroshi_mailroom::migrations::MIGRATIONS,
        noroshi_incident::MIGRATIONS,
        noroshi_observation::MIGRATIONS,
    ]
    .concat()
}

/// A data directory, and where its records are.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    postgres: Option<(String, String)>,
}

impl Home {
    pub(crate) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), postgres: None }
    }

    pub(crate) fn postgres() -> Option<Self> {
        let url = noroshi_testkit::postgres_url()?;
        Some(Self { folder: tempfile::tempdir().unwrap(), postgres: Some((url, noroshi_testkit::fresh_schema())) })
    }

    pub(crate) const fn is_on_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The program, about to run with these arguments on this directory.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_noroshi"));
        command
            .args(arguments)
            .arg("--data")
            .arg(self.folder.path().join("data"))
            .env_remove("NOROSHI_DATABASE_URL")
            .env_remove("NOROSHI_DATA")
            .stdin(Stdio::null());
        if let Some((url, schema)) = &self.postgres {
            command.env("NOROSHI_DATABASE_URL", url).env("NOROSHI_DATABASE_SCHEMA", schema);
        }
        command
    }

    /// Makes the data directory, which mail that is piped in does not.
    pub(crate) fn set_up(&self) {
        if !self.folder.path().join("data").exists() {
            assert_eq!(self.run(&["init"]).code(), 0);
        }
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran(self.program(arguments).output().unwrap())
    }

    /// Starts the program and lets it run.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.program(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The ledger below, to count what is really there.
    pub(crate) async fn ledger(&self) -> Ledger {
        let data = self.folder.path().join("data");
        let place = self.postgres.clone().map_or_else(|| Place::Sqlite(data.join("noroshi.db")), |(url, schema)| Place::Postgres { url, schema });
        Ledger::open(&place, BlobStore::open(data.join("blobs")).unwrap(), Arc::new(SystemClock), &migrations()).await.unwrap()
    }
}

/// What a run of the program gave.
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) const fn of(output: Output) -> Self {
        Self(output)
    }

    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// What it printed as JSON; its exit code must be one of done.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert!([0, 3].contains(&self.code()), "exit {}: {}", self.code(), self.err());
        serde_json::from_slice(&self.0.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.out()))
    }
}
