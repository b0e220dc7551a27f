//! What can go wrong with a file, where, and what to do about it.

use noroshi_kernel::reason::Reason;
use std::path::{Path, PathBuf};

/// A file or folder that could not be written, read or understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct LakeError {
    /// Which.
    pub path: PathBuf,
    /// What is wrong and what to do about it.
    pub reason: Reason,
}

impl LakeError {
    pub(crate) fn new(path: &Path, reason: Reason) -> Self {
        Self { path: path.to_owned(), reason }
    }

    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::StorageFull => Reason::new(
                "lake-full",
                "ディスクに空きがありません。空きを作るか、保存期間を短くしてください。",
                "the disk is full; make room or keep packets for a shorter time",
            ),
            _ => Reason::new("lake-io", format!("読み書きできません: {error}"), format!("it cannot be read or written: {error}")),
        };
        Self::new(path, reason)
    }

    pub(crate) fn parquet(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::new(
            path,
            Reason::new(
                "lake-parquet",
                format!("Parquet ファイルとして読み書きできません: {error}。バックアップから戻してください。"),
                format!("it cannot be used as a Parquet file: {error}; restore it from a backup"),
            ),
        )
    }

    pub(crate) fn column(path: &Path, column: &str) -> Self {
        Self::new(
            path,
            Reason::new(
                "lake-column",
                format!("列「{column}」が無いか、型が違います。noroshi が書いたファイルではありません。"),
                format!("the column {column:?} is not there or of another type; this is no file that noroshi wrote"),
            ),
        )
    }
}
