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

/// What was seen of a source that scanned.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Sight {
    pub(crate) id: i64,
    /// When it was seen first and last.
    pub(crate) from_at: i64,
    pub(crate) to_at: i64,
    /// Packets of the 24 hours that the evidence tells.
    pub(crate) packets: i64,
    /// JSON.
    pub(crate) evidence: String,
}

/// What was seen of a source, the latest first: of a span (both ends are in it), so many.
pub(crate) async fn sights(query: &impl Query, source: &str, (from, to): (i64, i64), most: i64) -> Result<Vec<Sight>, LedgerError> {
    let sql = Sql::new("SELECT id, from_at, to_at, packets, evidence FROM observation_sight WHERE source = ")
        .bind(source)
        .push(" AND to_at >= ")
        .bind(from)
        .push(" AND from_at <= ")
        .bind(to)
        .push(" ORDER BY to_at DESC LIMIT ")
        .bind(most);
    query.all(sql).await
}

/// Keeps a sight: a new one, whose id is 0, or what is known of one by now.
pub(crate) async fn put_sight(work: &UnitOfWork, source: &str, sight: &Sight) -> Result<(), LedgerError> {
    let Sight { id, from_at, to_at, packets, evidence } = sight;
    let sql = if *id == 0 {
        Sql::new("INSERT INTO observation_sight (id, source, from_at, to_at, packets, evidence) VALUES (")
            .bind(work.take_id().await?)
            .push(", ")
            .bind(source)
            .push(", ")
            .bind(*from_at)
            .push(", ")
            .bind(*to_at)
            .push(", ")
            .bind(*packets)
            .push(", ")
            .bind(evidence.as_str())
            .push(")")
    } else {
        Sql::new("UPDATE observation_sight SET from_at = ")
            .bind(*from_at)
            .push(", to_at = ")
            .bind(*to_at)
            .push(", packets = ")
            .bind(*packets)
            .push(", evidence = ")
            .bind(evidence.as_str())
            .push(" WHERE id = ")
            .bind(*id)
    };
    work.execute(sql).await.map(|_| ())
}
