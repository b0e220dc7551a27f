//! The team key: a file of its own, made once, whole or not at all.

use anyhow::Context as _;
use noroshi_directory::{account, key::team};
use noroshi_ledger::Ledger;
use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Where it is in a data directory.
pub(crate) fn path(data: &Path) -> PathBuf {
    data.join("team.key")
}

/// Reads the team key, or makes one that only its owner may read. Of several that make it at once one wins, and all read its key.
pub(crate) async fn of(data: &Path, ledger: &Ledger) -> anyhow::Result<[u8; 32]> {
    let path = path(data);
    let Some(written) = read(&path)? else {
        keep(data, &path, false)?;
        return parsed(&path);
    };
    if !written.trim().is_empty() {
        return parsed(&path);
    }
    // An empty file is what a full disk left behind. Nothing hangs on its key as long as nobody has an account and there is no
    // OpenPGP key.
    let work = ledger.begin().await?;
    work.lock("noroshi.team_key").await?;
    if read(&path)?.is_some_and(|written| written.trim().is_empty()) {
        anyhow::ensure!(account::all(&work).await?.is_empty(), "{} is empty and the team has accounts; restore it from a backup", path.display());
        anyhow::ensure!(
            team(&work).await?.is_empty(),
            "{} is empty and the team has OpenPGP keys that only it opens; restore it from a backup",
            path.display()
        );
        keep(data, &path, true)?;
    }
    work.undo().await?;
    parsed(&path)
}

fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(written) => Ok(Some(written)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes a new key beside its place and puts it there when it is durable: linked, so that a key that is there stays, or renamed
/// over an empty file.
fn keep(data: &Path, path: &Path, replaces: bool) -> anyhow::Result<()> {
    let beside = data.join(format!(".team.key-{:016x}", rand::random::<u64>()));
    let key: [u8; 32] = rand::random();
    let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let kept = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(digits.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| if replaces { fs::rename(&beside, path) } else { fs::hard_link(&beside, path) });
    let kept = match kept {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && !replaces => Ok(()),
        // A file system without links.
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) && beside.exists() && !path.exists() => {
            fs::rename(&beside, path)
        }
        other => other,
    };
    let _ = fs::remove_file(&beside);
    kept.and_then(|()| File::open(data)?.sync_all()).with_context(|| format!("cannot write {}", path.display()))
}

fn parsed(path: &Path) -> anyhow::Result<[u8; 32]> {
    let written = read(path)?.with_context(|| format!("{} is gone", path.display()))?;
    let digits = written.trim();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(|at| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .with_context(|| format!("{} holds no team key (64 hexadecimal digits); restore it from a backup", path.display()))
}
