use std::path::PathBuf;

/// What can go wrong below a desk. Its text is for logs; a page masks it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database refused or could not be reached.
    #[error("the database: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// A migration failed; nothing of it was kept.
    #[error("the migration {name} failed and was undone: {source}")]
    Migration {
        /// The migration's name.
        name: &'static str,
        /// What the database said.
        source: sea_orm::DbErr,
    },
    /// Two migrations bear one name.
    #[error("two migrations are named {0:?}; a migration is named after its crate, for example incident_m0001_init")]
    MigrationTwice(&'static str),
    /// The database was written by a newer noroshi.
    #[error("the database knows the migration {0:?}, which this program does not: it was written by a newer noroshi; run that one")]
    Newer(String),
    /// A file could not be read or written.
    #[error("{path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A value that was stored could not be read back.
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
}

impl LedgerError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
