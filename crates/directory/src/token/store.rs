use super::{Scope, Token};
use noroshi_kernel::moment::Moment;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    scope: String,
    desk: String,
    created_at: i64,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl From<Row> for Token {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scope: row.scope.parse().ok(),
            desk: row.desk,
            created_at: Moment(row.created_at),
            used_at: row.used_at.map(Moment),
            revoked_at: row.revoked_at.map(Moment),
        }
    }
}

const COLUMNS: &str = "SELECT id, name, scope, desk, created_at, used_at, revoked_at FROM directory_token";

/// Every token, by name.
///
/// # Errors
/// When the database cannot be reached.
pub async fn all(query: &impl Query) -> Result<Vec<Token>, LedgerError> {
    Ok(query.all::<Row>(Sql::new(COLUMNS).push(" ORDER BY name")).await?.into_iter().map(Token::from).collect())
}

pub(super) async fn by_hash(query: &impl Query, hash: Vec<u8>) -> Result<Option<Token>, LedgerError> {
    Ok(query.one::<Row>(Sql::new(COLUMNS).push(" WHERE token_hash = ").bind(hash)).await?.map(Token::from))
}

pub(super) async fn insert(work: &UnitOfWork, id: i64, name: &str, hash: Vec<u8>, scope: Scope, desk: &str) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO directory_token (id, name, token_hash, scope, desk, created_at) VALUES (")
        .bind(id)
        .push(", ")
        .bind(name)
        .push(", ")
        .bind(hash)
        .push(", ")
        .bind(scope.key())
        .push(", ")
        .bind(desk)
        .push(", ")
        .bind(work.now().0)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

pub(super) async fn revoke(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE directory_token SET revoked_at = ").bind(work.now().0).push(" WHERE id = ").bind(id)).await.map(|_| ())
}

pub(super) async fn used(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE directory_token SET used_at = ").bind(work.now().0).push(" WHERE id = ").bind(id)).await.map(|_| ())
}
