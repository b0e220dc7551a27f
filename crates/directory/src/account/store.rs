use super::{Account, Device};
use noroshi_kernel::id::AccountId;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};
use sha2::{Digest, Sha256};

#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    id: i64,
    name: String,
    display_name: String,
    pub(super) password_hash: String,
    roles: String,
    disabled: bool,
}

impl Row {
    pub(super) fn account(&self) -> Account {
        // A role that this program does not know gives no rights.
        let roles = self.roles.split(' ').filter_map(|role| role.parse().ok()).collect();
        Account { id: AccountId(self.id), name: self.name.clone(), display_name: self.display_name.clone(), roles, disabled: self.disabled }
    }
}

const COLUMNS: &str = "SELECT a.id, a.name, a.display_name, a.password_hash, a.roles, a.disabled FROM directory_account a";

/// Every account, by name.
///
/// # Errors
/// When the database cannot be reached.
pub async fn all(query: &impl Query) -> Result<Vec<Account>, LedgerError> {
    Ok(query.all::<Row>(Sql::new(COLUMNS).push(" ORDER BY a.name")).await?.iter().map(Row::account).collect())
}

pub(super) async fn by_name(query: &impl Query, name: &str) -> Result<Option<Row>, LedgerError> {
    query.one(Sql::new(COLUMNS).push(" WHERE a.name = ").bind(name)).await
}

pub(super) async fn insert(work: &UnitOfWork, account: &Account, password_hash: &str) -> Result<(), LedgerError> {
    let roles: Vec<_> = account.roles.iter().map(|role| role.key()).collect();
    let sql = Sql::new("INSERT INTO directory_account (id, name, display_name, password_hash, roles, disabled, created_at) VALUES (")
        .bind(account.id.0)
        .push(", ")
        .bind(account.name.clone())
        .push(", ")
        .bind(account.display_name.clone())
        .push(", ")
        .bind(password_hash)
        .push(", ")
        .bind(roles.join(" "))
        .push(", ")
        .bind(account.disabled)
        .push(", ")
        .bind(work.now().0)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

/// How often a name was tried without success, this try included, and until when it waits.
#[derive(Debug, FromQueryResult)]
pub(super) struct Tried {
    pub(super) failures: i64,
    pub(super) locked_until: i64,
}

/// Whose tries are counted together: those for a name from anywhere, or those from browsers in which its person signed in before.
/// Names are kept as digests: people type passwords into the wrong field.
pub(super) fn counted_as(name: &str, device: Device) -> Vec<u8> {
    let strange = Sha256::digest(name.as_bytes());
    match device {
        Device::Strange => strange.to_vec(),
        Device::Known => Sha256::digest([strange.as_slice(), b"known device"].concat()).to_vec(),
    }
}

/// Counts a try. While its kind waits, a try does not count.
pub(super) async fn add_try(work: &UnitOfWork, counted_as: &[u8]) -> Result<Tried, LedgerError> {
    let now = work.now().0;
    let sql = Sql::new("INSERT INTO directory_sign_in_try (name_hash, failures, locked_until, tried_at) VALUES (")
        .bind(counted_as.to_vec())
        .push(", 1, 0, ")
        .bind(now)
        .push(") ON CONFLICT (name_hash) DO UPDATE SET tried_at = excluded.tried_at, failures = directory_sign_in_try.failures + CASE WHEN directory_sign_in_try.locked_until > excluded.tried_at THEN 0 ELSE 1 END RETURNING failures, locked_until");
    work.one(sql).await?.ok_or_else(|| LedgerError::Damaged("a try was not counted".into()))
}

pub(super) async fn lock_until(work: &UnitOfWork, counted_as: &[u8], until: i64) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE directory_sign_in_try SET locked_until = ").bind(until).push(" WHERE name_hash = ").bind(counted_as.to_vec());
    work.execute(sql).await.map(|_| ())
}

/// Forgets these tries.
pub(super) async fn forget_tries(work: &UnitOfWork, counted_as: &[u8]) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM directory_sign_in_try WHERE name_hash = ").bind(counted_as.to_vec())).await.map(|_| ())
}

/// Forgets all tries that were last repeated before `old`.
pub(super) async fn forget_tries_before(work: &UnitOfWork, old: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM directory_sign_in_try WHERE tried_at < ").bind(old)).await.map(|_| ())
}

pub(super) async fn begin_session(work: &UnitOfWork, token_hash: Vec<u8>, account: AccountId) -> Result<(), LedgerError> {
    let now = work.now().0;
    let sql = Sql::new("INSERT INTO directory_session (token_hash, account_id, begun_at) VALUES (")
        .bind(token_hash)
        .push(", ")
        .bind(account.0)
        .push(", ")
        .bind(now)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

pub(super) async fn end_session(work: &UnitOfWork, token_hash: Vec<u8>) -> Result<u64, LedgerError> {
    work.execute(Sql::new("DELETE FROM directory_session WHERE token_hash = ").bind(token_hash)).await
}

pub(super) async fn end_sessions_begun_before(work: &UnitOfWork, begun_before: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM directory_session WHERE begun_at < ").bind(begun_before)).await.map(|_| ())
}

pub(super) async fn by_session(query: &impl Query, token_hash: Vec<u8>, begun_after: i64) -> Result<Option<Row>, LedgerError> {
    let sql = Sql::new(COLUMNS)
        .push(" JOIN directory_session s ON s.account_id = a.id WHERE s.token_hash = ")
        .bind(token_hash)
        .push(" AND s.begun_at >= ")
        .bind(begun_after)
        .push(" AND NOT a.disabled");
    query.one(sql).await
}

pub(super) async fn set_disabled(work: &UnitOfWork, account: AccountId, disabled: bool) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE directory_account SET disabled = ").bind(disabled).push(" WHERE id = ").bind(account.0)).await.map(|_| ())
}

pub(super) async fn set_password(work: &UnitOfWork, account: AccountId, password_hash: &str) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE directory_account SET password_hash = ").bind(password_hash).push(" WHERE id = ").bind(account.0);
    work.execute(sql).await.map(|_| ())
}

pub(super) async fn end_sessions_of(work: &UnitOfWork, account: AccountId) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM directory_session WHERE account_id = ").bind(account.0)).await.map(|_| ())
}
