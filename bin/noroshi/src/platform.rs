//! A data directory with everything in it, opened.

use crate::{configuration::Configuration, key};
use anyhow::Context as _;
use noroshi_directory::key::Vault;
use noroshi_incident::{
    selection::Reckoning,
    service::import::{Intake, Lookout},
};
use noroshi_kernel::{access::Actor, moment::SystemClock};
use noroshi_lake::folder::Folder;
use noroshi_ledger::{Ledger, blob::BlobStore, migration::Migration};
use noroshi_mailroom::outgoing::House;
use noroshi_observation::{Observatory, geography::Geography};
use noroshi_post::threading::Marks;
use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The tables of every crate, in the order in which they are made.
pub(crate) fn migrations() -> Vec<Migration> {
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

/// An open data directory.
pub(crate) struct Platform {
    pub(crate) data: PathBuf,
    pub(crate) configuration: Configuration,
    pub(crate) ledger: Ledger,
    pub(crate) reckoning: Reckoning,
    /// The team's secret, from which the keys of sessions are derived, and those under which OpenPGP secrets lie.
    pub(crate) team_key: [u8; 32],
    /// Whether there was nothing before.
    pub(crate) is_new: bool,
    /// What readers look for.
    pub(crate) lookout: Lookout,
    /// Who tells where sources of packets are.
    geography: Arc<Geography>,
}

impl Platform {
    /// Whether there is no data directory: nothing, or a directory without anything in it.
    pub(crate) fn is_missing(data: &Path) -> bool {
        fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none())
    }

    /// Opens a data directory. A fresh one is made, migrated, and given a team key and the shipped brands.
    pub(crate) async fn open(data: &Path, configuration: Option<&Path>) -> anyhow::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(data).with_context(|| format!("cannot make the data directory {}", data.display()))?;
        let configuration = Configuration::read(configuration, data)?;
        let reckoning = configuration.reckoning()?;
        let lookout = Lookout::new(configuration.feeds.schema()?);
        let geography = Arc::new(configuration.observation.geography()?);
        let is_new = !key::path(data).exists() && !data.join("blobs").exists();
        let blobs = BlobStore::open(data.join("blobs"))?;
        let ledger = Ledger::open(&configuration.place(data), blobs, Arc::new(SystemClock), &migrations()).await.context("cannot open the database")?;
        let team_key = key::of(data, &ledger).await?;
        let platform = Self { data: data.to_owned(), configuration, ledger, reckoning, team_key, is_new, lookout, geography };
        platform.bring_brands().await?;
        Ok(platform)
    }

    /// What opens the secrets of the team's OpenPGP keys.
    pub(crate) fn vault(&self) -> Vault {
        Vault::new(&self.team_key)
    }

    /// Brings the shipped brands into a brand table that is empty. Later they come with `noroshi brand import`.
    async fn bring_brands(&self) -> anyhow::Result<()> {
        if !noroshi_directory::brand::all(&self.ledger).await?.is_empty() {
            return Ok(());
        }
        let work = self.ledger.begin().await?;
        noroshi_directory::brand::import_table(&work, &Actor::Platform, &noroshi_directory::brand::shipped()?).await?;
        Ok(work.commit().await?)
    }

    /// What bringing things in needs.
    pub(crate) fn intake(&self, actor: Actor) -> Intake {
        Intake {
            ledger: self.ledger.clone(),
            actor,
            reckoning: self.reckoning.clone(),
            marks: self.marks(),
            vault: self.vault(),
            lookout: self.lookout.clone(),
        }
    }

    /// Where observations are kept.
    pub(crate) fn observatory(&self) -> anyhow::Result<Observatory> {
        Ok(Observatory { ledger: self.ledger.clone(), folder: Folder::open(self.data.join("packets"))?, geography: self.geography.clone() })
    }

    /// In whose name letters are written.
    pub(crate) fn house(&self) -> House {
        House { team: self.configuration.team_name(), marks: self.marks(), zone: self.reckoning.zone.clone(), vault: self.vault() }
    }

    /// What the team's letters bear.
    pub(crate) fn marks(&self) -> Marks {
        Marks::new(&self.configuration.team.tag, &self.team_key)
    }

    /// Who acts: the command line is the local administrator, audited by the operating system's user.
    pub(crate) fn local_administrator() -> Actor {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".into());
        Actor::LocalAdministrator { user }
    }
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
            assert!(["ledger", "directory", "catalogue", "mailroom", "incident", "observation"].contains(&owner), "{owner}");
            assert!(rest.chars().take(4).all(|digit| digit.is_ascii_digit()), "{}", migration.name);
            for statement in migration.both.iter().chain(migration.sqlite).chain(migration.postgres) {
                let table = statement.split_whitespace().skip_while(|word| !["TABLE", "INDEX", "SEQUENCE", "INTO"].contains(word)).nth(1).unwrap_or_default();
                assert!(table.starts_with(owner), "{}: {statement}", migration.name);
            }
        }
    }
}
