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

/// From where somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A browser in which the account's person signed in before, and that proves it.
    Known,
    /// Any other.
    Strange,
}

impl Device {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Known, Self::Strange];
}

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

fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Signs somebody in from a device of which nothing is known; as [`sign_in_from`].
///
/// # Errors
/// As [`sign_in_from`].
pub async fn sign_in(ledger: &Ledger, name: &str, password: &str) -> Result<Session, SignInError> {
    sign_in_from(ledger, name, password, Device::Strange).await
}

/// Signs somebody in. A try counts before its password is looked at, so that many at once gain nothing; it counts for the name
/// that was typed, so that a name that does not exist answers, takes as long and waits as one that does. Tries from known devices
/// are counted apart: a stranger who keeps failing makes strangers wait, and the person goes on working.
///
/// # Errors
/// [`SignInError::Wrong`]; [`SignInError::Wait`] after five failures, doubling to 15 minutes.
pub async fn sign_in_from(ledger: &Ledger, name: &str, password: &str, device: Device) -> Result<Session, SignInError> {
    let (row, now, counted_as) = (store::by_name(ledger, name).await?, ledger.now(), store::counted_as(name, device));
    let subject_id = row.as_ref().map_or(0, |row| row.account().id.0);
    let work = ledger.begin().await?;
    let tried = store::add_try(&work, &counted_as).await?;
    if tried.locked_until > now.0 {
        return Err(SignInError::Wait { wait_s: (tried.locked_until - now.0) / 1_000_000 + 1 });
    }
    // Locked already while the password is looked at: it opens again when that was right.
    let wait_us = if tried.failures < FREE_FAILURES { 0 } else { (1_000_000_i64 << (tried.failures - FREE_FAILURES).min(20)).min(LONGEST_WAIT_US) };
    store::lock_until(&work, &counted_as, now.0 + wait_us).await?;
    work.commit().await?;

    let right = password::verify(password, row.as_ref().map(|row| row.password_hash.clone())).await;
    let work = ledger.begin().await?;
    let Some(account) = row.filter(|_| right).map(|row| row.account()).filter(|account| !account.disabled) else {
        let detail = json!({ "failures": tried.failures, "known_device": device == Device::Known });
        work.record(&Actor::Anonymous, audit::Entry { action: "account.sign_in_failed", subject_kind: "account", subject_id, detail: &detail }).await?;
        work.commit().await?;
        return Err(SignInError::Wrong);
    };
    let token: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    store::forget_tries(&work, &counted_as).await?;
    store::forget_tries_before(&work, now.0 - LIFE_US).await?;
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
