//! A data directory with everything in it, opened.

use crate::configuration::Configuration;
use anyhow::Context as _;
use noroshi_incident::selection::Reckoning;
use noroshi_kernel::{access::Actor, moment::SystemClock};
use noroshi_ledger::{Ledger, blob::BlobStore, migration::Migration};
use std::{
    fs,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The tables of every crate, in the order in which they are made.
pub(crate) fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, noroshi_mailroom::migrations::MIGRATIONS, noroshi_incident::MIGRATIONS]
        .concat()
}

/// An open data directory.
pub(crate) struct Platform {
    pub(crate) data: PathBuf,
    pub(crate) configuration: Configuration,
    pub(crate) ledger: Ledger,
    pub(crate) reckoning: Reckoning,
    /// The team's secret, from which the keys of sessions are derived.
    pub(crate) team_key: [u8; 32],
}

impl Platform {
    /// Opens a data directory. A fresh one is made, migrated, and given a team key and the shipped brands.
    pub(crate) async fn open(data: &Path, configuration: Option<&Path>) -> anyhow::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(data).with_context(|| format!("cannot make the data directory {}", data.display()))?;
        let configuration = Configuration::read(configuration, data)?;
        let reckoning = configuration.reckoning()?;
        let team_key = team_key(&data.join("team.key"))?;
        let blobs = BlobStore::open(data.join("blobs"))?;
        let ledger = Ledger::open(&configuration.place(data), blobs, Arc::new(SystemClock), &migrations()).await.context("cannot open the database")?;
        let platform = Self { data: data.to_owned(), configuration, ledger, reckoning, team_key };
        platform.bring_brands().await?;
        Ok(platform)
    }

    /// Brings the shipped brands into a brand table that is empty. Later they come with `noroshi brand import`.
    async fn bring_brands(&self) -> anyhow::Result<()> {
        if !noroshi_directory::brand::all(&self.ledger).await?.is_empty() {
            return Ok(());
        }
        let work = self.ledger.begin().await?;
        work.lock("directory.brand_name").await?;
        noroshi_directory::brand::import_table(&work, &Actor::Platform, &noroshi_directory::brand::shipped()?).await?;
        Ok(work.commit().await?)
    }

    /// Who acts: the command line is the local administrator, audited by the operating system's user.
    pub(crate) fn local_administrator() -> Actor {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".into());
        Actor::LocalAdministrator { user }
    }
}

/// Reads the team key, or makes one that only its owner may read.
fn team_key(path: &Path) -> anyhow::Result<[u8; 32]> {
    let written = match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let key: [u8; 32] = rand::random();
            file.write_all(key.iter().map(|byte| format!("{byte:02x}")).collect::<String>().as_bytes())
                .and_then(|()| file.sync_all())
                .with_context(|| format!("cannot write {}", path.display()))?;
            return Ok(key);
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        }
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
    };
    let digits = written.trim();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(|at| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .with_context(|| format!("{} holds no team key (64 hexadecimal digits); restore it from a backup", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_migration_is_named_once_after_its_crate() {
        let mut names = HashSet::new();
        for migration in migrations() {
            assert!(names.insert(migration.name), "{} stands twice", migration.name);
            let (owner, rest) = migration.name.split_once("_m").expect("named crate_mNNNN_what");
            assert!(["ledger", "directory", "mailroom", "incident"].contains(&owner), "{owner}");
            assert!(rest.chars().take(4).all(|digit| digit.is_ascii_digit()), "{}", migration.name);
            for statement in migration.both.iter().chain(migration.sqlite).chain(migration.postgres) {
                let table = statement.split_whitespace().skip_while(|word| !["TABLE", "INDEX", "SEQUENCE", "INTO"].contains(word)).nth(1).unwrap_or_default();
                assert!(table.starts_with(owner), "{}: {statement}", migration.name);
            }
        }
    }
}
