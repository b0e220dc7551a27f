//! Research scanners that are known, and sources that were told as scanning.

use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Researcher {
    pub(crate) id: i64,
    pub(crate) network: String,
    pub(crate) name: String,
    pub(crate) added_at: i64,
}

pub(crate) async fn researchers(query: &impl Query) -> Result<Vec<Researcher>, LedgerError> {
    query.all(Sql::new("SELECT id, network, name, added_at FROM observation_researcher ORDER BY name, network")).await
}

/// Keeps one, or its new name; gives its id.
pub(crate) async fn put_researcher(work: &UnitOfWork, network: &str, name: &str) -> Result<i64, LedgerError> {
    let known = researchers(work).await?.into_iter().find(|known| known.network == network);
    if let Some(known) = known {
        work.execute(Sql::new("UPDATE observation_researcher SET name = ").bind(name).push(" WHERE id = ").bind(known.id)).await?;
        return Ok(known.id);
    }
    let id = work.take_id().await?;
    let sql = Sql::new("INSERT INTO observation_researcher (id, network, name, added_at) VALUES (")
        .bind(id)
        .push(", ")
        .bind(network)
        .push(", ")
        .bind(name)
        .push(", ")
        .bind(work.now().0)
        .push(")");
    work.execute(sql).await?;
    Ok(id)
}

pub(crate) async fn remove_researcher(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM observation_researcher WHERE id = ").bind(id)).await.map(|_| ())
}

/// Until when a source that was told was seen; none when it never was.
pub(crate) async fn told_until(query: &impl Query, source: &str) -> Result<Option<i64>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Until {
        to_at: i64,
    }
    Ok(query.one::<Until>(Sql::new("SELECT to_at FROM observation_scanner WHERE source = ").bind(source)).await?.map(|row| row.to_at))
}

/// Says that a source scanned in a span: a new one, or one that goes on.
pub(crate) async fn put_scanner(work: &UnitOfWork, source: &str, (from, to): (i64, i64), is_new: bool) -> Result<(), LedgerError> {
    if is_new {
        work.execute(Sql::new("DELETE FROM observation_scanner WHERE source = ").bind(source)).await?;
        let sql = Sql::new("INSERT INTO observation_scanner (source, from_at, to_at) VALUES (").bind(source).push(", ").bind(from).push(", ").bind(to);
        return work.execute(sql.push(")")).await.map(|_| ());
    }
    let sql = Sql::new("UPDATE observation_scanner SET to_at = ").bind(to).push(" WHERE source = ").bind(source).push(" AND to_at < ").bind(to);
    work.execute(sql).await.map(|_| ())
}
