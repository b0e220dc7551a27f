use super::{Account, password, store};
use noroshi_kernel::{access::Actor, moment::Moment};
use noroshi_ledger::{Ledger, LedgerError, audit};
use serde_json::json;
use sha2::{Digest, Sha256};

/// A session ends this long after it began: a working day with its night shift.
const LIFE_US: i64 = 12 * 3_600_000_000;
/// Failures before an account waits.
const FREE_FAILURES: i64 = 5;
/// The longest wait after a failure.
const LONGEST_WAIT_US: i64 = 15 * 60_000_000;

/// A begun session. The token is told to the browser once and stored only as a hash.
#[derive(Clone)]
pub struct Session {
    /// 32 random bytes in hexadecimal.
    pub token: String,
    /// Whose it is.
    pub account: Account,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("account", &self.account.name).finish_non_exhaustive()
    }
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The name or the password is wrong; it is not said which.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many failures.
    #[error("too many failures; try again in {wait_s} s")]
    Wait {
        /// Seconds until the next try.
        wait_s: i64,
    },
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

const fn waits(row: &store::Row, now: Moment) -> SignInError {
    SignInError::Wait { wait_s: (row.locked_until - now.0) / 1_000_000 + 1 }
}

fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Signs somebody in. Takes as long for a name that does not exist as for a wrong password.
///
/// # Errors
/// [`SignInError::Wrong`]; [`SignInError::Wait`] after five failures, doubling to 15 minutes.
pub async fn sign_in(ledger: &Ledger, name: &str, password: &str) -> Result<Session, SignInError> {
    let row = store::by_name(ledger, name).await?;
    let now = ledger.now();
    if let Some(locked) = row.as_ref().filter(|row| row.locked_until > now.0) {
        return Err(waits(locked, now));
    }
    let right = password::verify(password, row.as_ref().map(|row| row.password_hash.clone())).await;
    let Some(row) = row.filter(|row| !row.account().disabled) else { return Err(SignInError::Wrong) };
    let account = row.account();
    let work = ledger.begin().await?;
    if !right {
        let failures = store::add_failure(&work, account.id).await?;
        let wait_us = if failures < FREE_FAILURES { 0 } else { (1_000_000_i64 << (failures - FREE_FAILURES).min(20)).min(LONGEST_WAIT_US) };
        store::lock_until(&work, account.id, now.0 + wait_us).await?;
        let detail = json!({ "failures": failures });
        work.record(&Actor::Anonymous, audit::Entry { action: "account.sign_in_failed", subject_kind: "account", subject_id: account.id.0, detail: &detail })
            .await?;
        work.commit().await?;
        return Err(SignInError::Wrong);
    }
    // Many tries at once all found the account unlocked; those that come after the lock do not get in by it.
    if let Some(locked) = store::by_name(&work, name).await?.filter(|row| row.locked_until > now.0) {
        return Err(waits(&locked, now));
    }
    let token: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    store::forget_failures(&work, account.id).await?;
    store::end_sessions_begun_before(&work, now.0 - LIFE_US).await?;
    store::begin_session(&work, token_hash(&token), account.id).await?;
    work.record(&account.actor(), audit::Entry { action: "account.sign_in", subject_kind: "account", subject_id: account.id.0, detail: &json!({}) }).await?;
    work.commit().await?;
    Ok(Session { token, account })
}

/// Whose session a token is, while it lives.
///
/// # Errors
/// When the database cannot be reached.
pub async fn whose(ledger: &Ledger, token: &str) -> Result<Option<Account>, LedgerError> {
    let Moment(now) = ledger.now();
    Ok(store::by_session(ledger, token_hash(token), now - LIFE_US).await?.map(|row| row.account()))
}

/// Ends a session.
///
/// # Errors
/// When the database cannot be reached.
pub async fn sign_out(ledger: &Ledger, account: &Account, token: &str) -> Result<(), LedgerError> {
    let work = ledger.begin().await?;
    if store::end_session(&work, token_hash(token)).await? > 0 {
        work.record(&account.actor(), audit::Entry { action: "account.sign_out", subject_kind: "account", subject_id: account.id.0, detail: &json!({}) })
            .await?;
    }
    work.commit().await
}
