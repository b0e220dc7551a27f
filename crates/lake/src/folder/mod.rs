//! Where files lie: a folder for each day, which a reader's glob `day=*/*.parquet` finds, and staged files beside them, which it does not.
//!
//! A file is written under a staged name and synced; its name is committed to the manifest by whoever uses this; then it is renamed. Every
//! step can be repeated. After a crash at any point [`Folder::sweep`] brings the folder to what the manifest says.

mod name;
mod sweep;
#[cfg(test)]
mod tests;

pub use name::{FileName, NoFileName};
pub use sweep::{Manifest, Swept};

use crate::LakeError;
use noroshi_kernel::reason::Reason;
use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// The folder of all days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Opens it, and makes it if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, LakeError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(|error| LakeError::io(&root, &error))?;
        Ok(Self { root })
    }

    /// Its path.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The glob that finds every published file.
    #[must_use]
    pub fn glob(&self) -> String {
        self.root.join("day=*").join("*.parquet").display().to_string()
    }

    /// Where a published file lies.
    #[must_use]
    pub fn published(&self, name: &FileName) -> PathBuf {
        self.day(name).join(format!("{}.parquet", name.id()))
    }

    /// Where a staged file lies.
    #[must_use]
    pub fn staged(&self, name: &FileName) -> PathBuf {
        self.day(name).join(format!("{}.parquet.staged", name.id()))
    }

    /// Where a file that the manifest names can be read now, published or still staged.
    ///
    /// # Errors
    /// When it is neither.
    pub fn find(&self, name: &FileName) -> Result<PathBuf, LakeError> {
        [self.published(name), self.staged(name)].into_iter().find(|path| path.is_file()).ok_or_else(|| self.missing(name))
    }

    /// Opens a staged file to write, with the folder of its day durable.
    pub(crate) fn stage(&self, name: &FileName) -> Result<(PathBuf, File), LakeError> {
        if self.published(name).exists() {
            return Err(LakeError::new(
                &self.published(name),
                Reason::new(
                    "lake-published",
                    "この名前のファイルは公開済みです。別の識別子を使ってください。",
                    "a file of this name is published already; give another id",
                ),
            ));
        }
        let day = self.day(name);
        match fs::create_dir(&day) {
            Ok(()) => sync(&self.root)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(LakeError::io(&day, &error)),
        }
        let path = self.staged(name);
        let file = File::create(&path).map_err(|error| LakeError::io(&path, &error))?;
        Ok((path, file))
    }

    /// Makes a staged file and its name durable.
    pub(crate) fn settle(&self, name: &FileName, file: &File) -> Result<(), LakeError> {
        file.sync_all().map_err(|error| LakeError::io(&self.staged(name), &error))?;
        sync(&self.day(name))
    }

    /// Gives a staged file its published name, durably. One that is published already is left as it is.
    ///
    /// # Errors
    /// When it is neither staged nor published, or cannot be renamed.
    pub fn publish(&self, name: &FileName) -> Result<(), LakeError> {
        let (staged, published) = (self.staged(name), self.published(name));
        if !published.exists() {
            match fs::rename(&staged, &published) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => return Err(self.missing(name)),
                Err(error) => return Err(LakeError::io(&staged, &error)),
            }
        }
        // Also when another one renamed it, who may have died before this.
        sync(&self.day(name))
    }

    /// Removes a staged file that was given up. That it is gone is fine.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(&self, name: &FileName) -> Result<(), LakeError> {
        self.remove(&self.staged(name))
    }

    /// Removes a file that the manifest names no more: merged into another, or kept long enough. That it is gone is fine.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn retire(&self, name: &FileName) -> Result<(), LakeError> {
        self.remove(&self.published(name))?;
        self.remove(&self.staged(name))
    }

    fn remove(&self, path: &Path) -> Result<(), LakeError> {
        match fs::remove_file(path) {
            Ok(()) => sync(path.parent().unwrap_or(&self.root)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LakeError::io(path, &error)),
        }
    }

    fn day(&self, name: &FileName) -> PathBuf {
        self.root.join(format!("day={}", name.day()))
    }

    fn missing(&self, name: &FileName) -> LakeError {
        LakeError::new(
            &self.published(name),
            Reason::new(
                "lake-missing",
                "ファイルがありません。消されたか、別のフォルダを見ています。バックアップから戻してください。",
                "the file is not there: it was removed, or this is another folder; restore it from a backup",
            ),
        )
    }
}

/// Makes a folder's names durable.
fn sync(folder: &Path) -> Result<(), LakeError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| LakeError::io(folder, &error))
}
