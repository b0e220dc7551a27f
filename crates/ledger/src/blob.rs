//! The raw bytes of what came in, each file named by its own SHA-256, written once.

use crate::LedgerError;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// A folder of blobs: `ab/abcdef…` by the first two digits of the SHA-256.
#[derive(Clone, Debug)]
pub struct BlobStore {
    folder: Arc<Path>,
}

/// A stored blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The SHA-256 of its bytes, in 64 hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub size_bytes: u64,
}

/// What is wrong with a stored blob.
#[derive(Debug, thiserror::Error)]
pub enum Harm {
    /// Its file is not there.
    #[error("the file is missing")]
    Missing,
    /// Its file is too short.
    #[error("the file has {size_bytes} of at least {least_bytes} bytes")]
    Short {
        /// The bytes that are there.
        size_bytes: u64,
        /// The bytes that are named.
        least_bytes: u64,
    },
    /// Its bytes are not those that were stored.
    #[error("the bytes are not those that were stored: their SHA-256 is {0}")]
    Altered(String),
    /// Its file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::Error),
}

/// The SHA-256 of everything that `source` gives, in hexadecimal.
///
/// # Errors
/// When the source cannot be read.
pub fn digest(source: &mut impl Read) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    std::io::copy(source, &mut digest)?;
    Ok(hex::encode(digest.finalize()))
}

impl BlobStore {
    /// Opens a folder, making it when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, LedgerError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(LedgerError::file(&folder))?;
        Ok(Self { folder: folder.into() })
    }

    /// Stores everything that `source` gives, in one pass and bounded memory. When this returns, the bytes are durable under
    /// their name; bytes that are there already are not written again.
    ///
    /// # Errors
    /// When the source cannot be read or the folder cannot be written.
    pub fn put(&self, source: &mut impl Read) -> Result<Blob, LedgerError> {
        let failed = LedgerError::file(&*self.folder);
        let (mut file, blob) = self.spool(source).map_err(failed)?;
        let path = self.path(&blob.sha256);
        if path.exists() {
            return Ok(blob);
        }
        let parent = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent).map_err(LedgerError::file(parent))?;
        file.as_file_mut().sync_all().map_err(LedgerError::file(&path))?;
        file.persist(&path).map_err(|error| LedgerError::File { path: path.clone(), source: error.error })?;
        for folder in [parent, &self.folder] {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(LedgerError::file(folder))?;
        }
        Ok(blob)
    }

    fn spool(&self, source: &mut impl Read) -> std::io::Result<(tempfile::NamedTempFile, Blob)> {
        let mut file = tempfile::Builder::new().prefix(".incoming-").tempfile_in(&self.folder)?;
        let mut digest = Sha256::new();
        let mut size_bytes = 0_u64;
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let read = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let bytes = buffer.get(..read).unwrap_or_default();
            digest.update(bytes);
            file.write_all(bytes)?;
            size_bytes += read as u64;
        }
        let sha256 = hex::encode(digest.finalize());
        Ok((file, Blob { sha256, size_bytes }))
    }

    /// Looks whether a blob is there with `least_bytes` or more, and, when it looks `deep`, whether it still has its digest.
    #[must_use]
    pub fn check(&self, sha256: &str, least_bytes: u64, deep: bool) -> Option<Harm> {
        let looked = || {
            let path = self.path(sha256);
            let size_bytes = fs::metadata(&path)?.len();
            if size_bytes < least_bytes {
                return Ok(Some(Harm::Short { size_bytes, least_bytes }));
            }
            let now = if deep { digest(&mut File::open(&path)?)? } else { sha256.to_owned() };
            Ok((now != sha256).then_some(Harm::Altered(now)))
        };
        looked()
            .unwrap_or_else(|error: std::io::Error| Some(if error.kind() == std::io::ErrorKind::NotFound { Harm::Missing } else { Harm::Unreadable(error) }))
    }

    /// Removes a blob whose time is over. Whoever calls this knows that no record names it any more, or that those which do say that it is gone.
    /// Gives whether there was one.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn remove(&self, sha256: &str) -> Result<bool, LedgerError> {
        let path = self.path(sha256);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(LedgerError::file(path)(error)),
        }
    }

    /// Opens a stored blob for reading.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot be read.
    pub fn read(&self, sha256: &str) -> Result<File, LedgerError> {
        let path = self.path(sha256);
        File::open(&path).map_err(LedgerError::file(path))
    }

    /// Reads a part of a blob. Whoever lets somebody outside say how long it is bounds the length.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot be read.
    pub fn read_part(&self, sha256: &str, offset: u64, length: u64) -> Result<Vec<u8>, LedgerError> {
        let mut file = self.read(sha256)?;
        let mut bytes = Vec::new();
        let part = file.seek(SeekFrom::Start(offset)).and_then(|_| file.take(length).read_to_end(&mut bytes));
        part.map_err(LedgerError::file(self.path(sha256)))?;
        Ok(bytes)
    }

    fn path(&self, sha256: &str) -> PathBuf {
        let name: String = sha256.chars().filter(char::is_ascii_hexdigit).collect();
        self.folder.join(name.get(..2).unwrap_or("00")).join(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmed_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = BlobStore::open(folder.path()).expect("a store");
        let blob = store.put(&mut &b"smoke"[..]).expect("stored");
        assert!(store.check(&blob.sha256, 5, true).is_none());
        assert!(matches!(store.check(&blob.sha256, 6, false), Some(Harm::Short { size_bytes: 5, least_bytes: 6 })));
        fs::write(store.path(&blob.sha256), b"smokE").expect("written");
        assert!(store.check(&blob.sha256, 5, false).is_none());
        assert!(matches!(store.check(&blob.sha256, 5, true), Some(Harm::Altered(_))));
        fs::remove_file(store.path(&blob.sha256)).expect("removed");
        assert!(matches!(store.check(&blob.sha256, 5, false), Some(Harm::Missing)));
    }

    #[test]
    fn bytes_come_back_and_are_kept_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = BlobStore::open(folder.path()).expect("a store");
        let blob = store.put(&mut &b"smoke"[..]).expect("stored");
        assert_eq!(blob, store.put(&mut &b"smoke"[..]).expect("stored again"));
        assert_eq!(blob.size_bytes, 5);
        assert_eq!(store.read_part(&blob.sha256, 1, 3).expect("a part"), b"mok");
        assert!(!store.remove(&"0".repeat(64)).expect("nothing to remove"));
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a listing").collect();
        assert_eq!(left.len(), 1, "no temporary file stays behind: {left:?}");
        assert!(store.read("../../etc/passwd").is_err());
        assert!(store.remove(&blob.sha256).expect("removed") && store.read(&blob.sha256).is_err());
    }
}
