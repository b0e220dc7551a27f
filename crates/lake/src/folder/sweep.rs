//! After a crash: what the manifest says becomes what the folder holds.

use super::{FileName, Folder};
use crate::LakeError;
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, DirEntry},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// What the manifest says of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Those that count.
    pub committed: BTreeSet<FileName>,
    /// Those that counted once and may go: merged into others, or kept long enough.
    pub retired: BTreeSet<FileName>,
}

/// What a sweep did and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Committed files that were still staged, and are published now.
    pub published: Vec<FileName>,
    /// Retired files that were still there, and are gone now.
    pub retired: Vec<FileName>,
    /// Staged files that nobody named and that were older than the grace, gone now.
    pub discarded: Vec<PathBuf>,
    /// Committed files that are not there: packets were lost, or the folder is another one.
    pub missing: Vec<FileName>,
    /// Published files that the manifest does not know. They are left alone, for a manifest may be older than the folder (a backup was restored).
    pub unknown: Vec<PathBuf>,
}

impl Folder {
    /// Publishes what is committed, removes what is retired, and staged files that nobody named and that were not touched for `grace` (somebody
    /// may be writing younger ones). It can be repeated, and interrupted at any point.
    ///
    /// # Errors
    /// At the first file or folder that cannot be read, renamed or removed.
    pub fn sweep(&self, manifest: &Manifest, now: SystemTime, grace: Duration) -> Result<Swept, LakeError> {
        let mut swept = Swept::default();
        for name in &manifest.retired {
            if self.published(name).exists() || self.staged(name).exists() {
                self.retire(name)?;
                swept.retired.push(name.clone());
            }
        }
        for name in &manifest.committed {
            if self.published(name).exists() {
                continue;
            }
            if self.staged(name).exists() {
                self.publish(name)?;
                swept.published.push(name.clone());
            } else {
                swept.missing.push(name.clone());
            }
        }
        for (day, file) in self.files()? {
            let path = file.path();
            let Some(text) = file.file_name().to_str().map(|file| format!("{day}/{file}")) else { continue };
            if let Some(staged) = text.strip_suffix(".staged") {
                let named = staged.parse().is_ok_and(|name| manifest.committed.contains(&name));
                if !named && is_older(&file, now, grace) {
                    self.remove(&path)?;
                    swept.discarded.push(path);
                }
            } else if path.extension() == Some(OsStr::new("parquet")) && !text.parse().is_ok_and(|name| manifest.committed.contains(&name)) {
                swept.unknown.push(path);
            }
        }
        Ok(swept)
    }

    /// Every file in a folder of a day, with that folder's name.
    fn files(&self) -> Result<Vec<(String, DirEntry)>, LakeError> {
        let mut files = Vec::new();
        for day in entries(self.root())? {
            let Some(name) = day.file_name().to_str().map(str::to_owned) else { continue };
            if name.starts_with("day=") && day.path().is_dir() {
                files.extend(entries(&day.path())?.into_iter().map(|file| (name.clone(), file)));
            }
        }
        Ok(files)
    }
}

fn entries(folder: &Path) -> Result<Vec<DirEntry>, LakeError> {
    fs::read_dir(folder).and_then(Iterator::collect).map_err(|error| LakeError::io(folder, &error))
}

/// A time that cannot be told, or lies ahead, is none to delete by.
fn is_older(file: &DirEntry, now: SystemTime, grace: Duration) -> bool {
    file.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|changed| now.duration_since(changed).is_ok_and(|age| age >= grace))
}
