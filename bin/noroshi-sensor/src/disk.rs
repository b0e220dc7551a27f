//! Writing so that it stands: a file is whole or not there, whenever the process or the machine stops.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _},
    path::Path,
};

/// How a file is called that is not whole yet.
pub(crate) const UNFINISHED: &str = ".tmp";

/// Every change that a sensor makes on its disk goes through here, step by step, so that a test can stop it between any two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    pub(crate) faults: faults::Faults,
}

impl Disk {
    /// Makes a folder for its owner alone, unless it is there.
    pub(crate) fn folder(&self, folder: &Path) -> io::Result<()> {
        self.step()?;
        DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }

    /// Writes a file that its owner alone may read. It takes the place of one of the same name.
    ///
    /// # Errors
    /// Then the file is not there, or the one from before still is; or all of it is there, and the error came after.
    pub(crate) fn write(&self, folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
        let unfinished = folder.join(format!("{name}{UNFINISHED}"));
        let written = self.write_whole(&unfinished, bytes);
        if let Err(error) = written {
            // What is left of it takes room that may be the reason.
            let _ = self.remove(&unfinished);
            return Err(error);
        }
        self.step()?;
        fs::rename(&unfinished, folder.join(name))?;
        self.sync(folder)
    }

    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step()?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        self.room(bytes.len())?;
        if let Err(stopped) = self.step() {
            file.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default())?;
            return Err(stopped);
        }
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Writes over a part of a file that is there.
    pub(crate) fn write_over(&self, file: &File, place: u64, bytes: &[u8]) -> io::Result<()> {
        if let Err(stopped) = self.step() {
            file.write_all_at(bytes.get(..bytes.len() / 2).unwrap_or_default(), place)?;
            return Err(stopped);
        }
        file.write_all_at(bytes, place)?;
        file.sync_data()?;
        self.step()
    }

    /// Removes a file; whether it was there does not matter.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Moves a file.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        fs::rename(from, to)
    }

    /// Makes what was made, renamed and removed in a folder stand.
    pub(crate) fn sync(&self, folder: &Path) -> io::Result<()> {
        self.step()?;
        File::open(folder)?.sync_all()
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests stop here")]
    fn step(&self) -> io::Result<()> {
        Ok(())
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests stop here")]
    fn room(&self, _bytes: usize) -> io::Result<()> {
        Ok(())
    }

    #[cfg(test)]
    fn step(&self) -> io::Result<()> {
        self.faults.step()
    }

    #[cfg(test)]
    fn room(&self, bytes: usize) -> io::Result<()> {
        self.faults.room(bytes)
    }
}

/// Whether the disk, or what its owner may use of it, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
pub(crate) mod faults {
    use std::{
        io,
        path::PathBuf,
        sync::{Arc, Mutex},
    };

    /// What goes wrong.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Faults(Arc<Mutex<State>>);

    #[derive(Debug, Default)]
    struct State {
        /// After so many steps nothing is done any more, as if the process had been killed.
        steps: Option<u32>,
        /// The disk: a folder, and how many bytes its files may take together.
        size: Option<(PathBuf, usize)>,
    }

    impl Faults {
        pub(crate) fn kill_after(&self, steps: u32) {
            self.0.lock().unwrap().steps = Some(steps);
        }

        pub(crate) fn resize(&self, size: Option<(PathBuf, usize)>) {
            self.0.lock().unwrap().size = size;
        }

        pub(crate) fn killed(&self) -> bool {
            self.0.lock().unwrap().steps == Some(0)
        }

        pub(super) fn step(&self) -> io::Result<()> {
            match &mut self.0.lock().unwrap().steps {
                None => Ok(()),
                Some(0) => Err(io::Error::other("killed")),
                Some(left) => {
                    *left -= 1;
                    Ok(())
                }
            }
        }

        pub(super) fn room(&self, bytes: usize) -> io::Result<()> {
            let state = self.0.lock().unwrap();
            let Some((folder, size)) = &state.size else { return Ok(()) };
            let taken: u64 = std::fs::read_dir(folder)?.map(|entry| entry.and_then(|entry| entry.metadata()).map_or(0, |file| file.len())).sum();
            if usize::try_from(taken).unwrap() + bytes > *size { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        }
    }
}
