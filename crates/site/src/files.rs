//! Files in a directory, all of them or none, as far as a file system lets one.

use crate::SiteError;
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write as _,
    path::{Component, Path, PathBuf},
};
use tempfile::NamedTempFile;

/// A file that is to be put into a directory.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    /// Where, relative to the directory, with slashes.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").field("path", &self.path).field("size_bytes", &self.bytes.len()).finish()
    }
}

impl Made {
    /// A file of a text.
    pub fn text(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), bytes: text.into().into_bytes() }
    }
}

/// Puts files into a directory, which is made when it is not there. All of them are written and synced beside their names first; then each takes
/// its name, in their order: what leads to others stands behind them. When anything fails before, nothing has changed; where it stops between,
/// every file is either the old or the new one.
///
/// # Errors
/// [`SiteError::File`] names the file; [`SiteError::Page`] when a path leads out of the directory.
pub fn put(directory: &Path, files: &[Made]) -> Result<(), SiteError> {
    staged(directory, files)?.into_iter().try_for_each(|(file, path)| {
        file.persist(&path).map_err(|error| SiteError::File { path: path.clone(), source: error.error })?;
        sync(path.parent().unwrap_or(directory))
    })
}

/// The files, written beside their names. What is dropped is gone.
fn staged(directory: &Path, files: &[Made]) -> Result<Vec<(NamedTempFile, PathBuf)>, SiteError> {
    let mut folders = BTreeSet::new();
    let mut staged = Vec::with_capacity(files.len());
    for made in files {
        let relative = Path::new(&made.path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) || made.path.is_empty() {
            return Err(SiteError::Page(format!("{:?} is no path within the site", made.path)));
        }
        let path = directory.join(relative);
        let failed = |source| SiteError::File { path: path.clone(), source };
        let folder = path.parent().unwrap_or(directory);
        if folders.insert(folder.to_owned()) {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = tempfile::Builder::new().prefix(".staged-").tempfile_in(folder).map_err(failed)?;
        file.write_all(&made.bytes).map_err(failed)?;
        readable(file.as_file()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        staged.push((file, path));
    }
    Ok(staged)
}

/// A web server that is another user must read it; temporary files are for their owner alone.
#[cfg(unix)]
fn readable(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &File) -> std::io::Result<()> {
    Ok(())
}

fn sync(folder: &Path) -> Result<(), SiteError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| SiteError::File { path: folder.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else {
                    names.push(entry.strip_prefix(folder).unwrap().display().to_string());
                }
            }
        }
        names.sort();
        names
    }

    #[test]
    fn files_come_with_their_folders_and_take_the_place_of_others() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &[Made::text("a/b/c.html", "one"), Made::text("index.html", "two")]).unwrap();
        put(folder.path(), &[Made::text("a/b/c.html", "three")]).unwrap();
        assert_eq!(names(folder.path()), ["a/b/c.html", "index.html"]);
        assert_eq!(fs::read_to_string(folder.path().join("a/b/c.html")).unwrap(), "three");
    }

    #[test]
    fn what_stops_before_the_first_name_leaves_everything() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &[Made::text("index.html", "old")]).unwrap();
        // A file stands where a folder must be: the last cannot be staged.
        let files = [Made::text("index.html", "new"), Made::text("index.html/more.html", "new")];
        assert!(matches!(put(folder.path(), &files), Err(SiteError::File { .. })));
        assert_eq!(fs::read_to_string(folder.path().join("index.html")).unwrap(), "old");
        // Nor does one that is killed between staging and naming.
        let waiting = staged(folder.path(), &files[..1]).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("index.html")).unwrap(), "old");
        drop(waiting);
        assert_eq!(names(folder.path()), ["index.html"], "nothing staged stays");
    }

    #[test]
    fn no_path_leads_out() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["", "../x", "/x", "a/../../x", "."] {
            assert!(matches!(put(folder.path(), &[Made::text(path, "x")]), Err(SiteError::Page(_))), "{path}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_web_server_may_read_them() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &[Made::text("index.html", "x")]).unwrap();
        assert_eq!(fs::metadata(folder.path().join("index.html")).unwrap().permissions().mode() & 0o777, 0o644);
    }
}
