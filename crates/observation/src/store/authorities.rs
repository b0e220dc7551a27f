use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

/// The authority's certificate and its key as they are kept.
#[derive(Clone, FromQueryResult)]
pub(crate) struct Kept {
    pub(crate) certificate: Vec<u8>,
    pub(crate) locked_key: Vec<u8>,
}

pub(crate) async fn newest(query: &impl Query) -> Result<Option<Kept>, LedgerError> {
    query.one(Sql::new("SELECT certificate, locked_key FROM observation_authority ORDER BY id DESC LIMIT 1")).await
}

pub(crate) async fn insert(work: &UnitOfWork, kept: &Kept) -> Result<i64, LedgerError> {
    let id = work.take_id().await?;
    let sql = Sql::new("INSERT INTO observation_authority (id, certificate, locked_key, made_at) VALUES (")
        .bind(id)
        .push(", ")
        .bind(kept.certificate.clone())
        .push(", ")
        .bind(kept.locked_key.clone())
        .push(", ")
        .bind(work.now().0)
        .push(")");
    work.execute(sql).await?;
    Ok(id)
}
