//! How far hourly work has come.

use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

/// What is done hour by hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Rises were judged; hold the lock `observation.detect` to set it.
    Judged,
    /// Scanning sources were sought; hold the lock `observation.scanner` to set it.
    Sought,
}

impl Mark {
    const fn select(self) -> &'static str {
        match self {
            Self::Judged => "SELECT until_at FROM observation_detected",
            Self::Sought => "SELECT until_at FROM observation_sought",
        }
    }

    const fn update(self) -> &'static str {
        match self {
            Self::Judged => "UPDATE observation_detected SET until_at = ",
            Self::Sought => "UPDATE observation_sought SET until_at = ",
        }
    }

    const fn insert(self) -> &'static str {
        match self {
            Self::Judged => "INSERT INTO observation_detected (until_at) VALUES (",
            Self::Sought => "INSERT INTO observation_sought (until_at) VALUES (",
        }
    }
}

/// The hour until which it is done; none when it never was.
pub(crate) async fn until(query: &impl Query, mark: Mark) -> Result<Option<i64>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Until {
        until_at: i64,
    }
    Ok(query.one::<Until>(Sql::new(mark.select())).await?.map(|row| row.until_at))
}

/// Says so; it never goes back.
pub(crate) async fn set_until(work: &UnitOfWork, mark: Mark, at: i64) -> Result<(), LedgerError> {
    match until(work, mark).await? {
        Some(known) if known >= at => Ok(()),
        Some(_) => work.execute(Sql::new(mark.update()).bind(at)).await.map(|_| ()),
        None => work.execute(Sql::new(mark.insert()).bind(at).push(")")).await.map(|_| ()),
    }
}
