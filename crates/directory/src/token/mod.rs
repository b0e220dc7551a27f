//! Tokens by which programs speak to the platform: each has a name, one thing that it may do, and is told once.

mod store;

pub use store::all;

use crate::DirectoryError;
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    reason::Reason,
    setaside::printable,
};
use noroshi_ledger::{Ledger, LedgerError, UnitOfWork, audit};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// What every token begins with, so that a leaked one is known for what it is.
const HEAD: &str = "noroshi_";
/// How exactly it is kept when a token was used last: one minute.
const USED_EVERY_US: i64 = 60_000_000;

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// To report, and to ask how one's own reports stand.
    Report,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 1] = [Self::Report];

    /// The key, as stored and typed.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Report => "report",
        }
    }
}

/// A text that is no scope.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no scope; write report")]
pub struct NoScope(String);

impl std::str::FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        Self::ALL.into_iter().find(|scope| scope.key() == text).ok_or_else(|| NoScope(text.into()))
    }
}

/// A token, without its secret: that is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it may be used for; none when this program does not know its scope.
    pub scope: Option<Scope>,
    /// The desk for which it is, by its key; empty when it may name any.
    pub desk: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it was used last, to the minute.
    pub used_at: Option<Moment>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Makes a token; gives its secret, which is told only now.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when the name is wrong or taken.
pub async fn make(work: &UnitOfWork, actor: &Actor, name: &str, scope: Scope, desk: &str) -> Result<String, DirectoryError> {
    actor.must_can(Action::ChangeAccounts)?;
    let refuse = |key, ja: String, en: String| Err(DirectoryError::Refused(Reason::new(key, ja, en)));
    let plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || "-_.".contains(one);
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        let shown = printable(name, 64);
        let ja = format!("トークン名「{shown}」は a-z、0-9、「-」「_」「.」の 1～64 文字にしてください。");
        return refuse("token-name", ja, format!("the token's name {shown:?} must be 1 to 64 of a-z, 0-9, '-', '_' and '.'"));
    }
    work.lock("directory.token").await?;
    if all(work).await?.iter().any(|token| token.name == name) {
        let ja = format!("トークン「{name}」はすでにあります。別の名前にしてください。");
        return refuse("token-taken", ja, format!("there is a token {name:?} already; choose another name"));
    }
    let secret: String = HEAD.chars().chain(rand::random::<[u8; 32]>().iter().flat_map(|byte| format!("{byte:02x}").chars().collect::<Vec<_>>())).collect();
    let id = work.take_id().await?;
    store::insert(work, id, name, hash(&secret), scope, desk).await?;
    let detail = json!({ "name": name, "scope": scope.key(), "desk": desk });
    work.record(actor, audit::Entry { action: "token.make", subject_kind: "token", subject_id: id, detail: &detail }).await?;
    Ok(secret)
}

/// Revokes a token: from now on it opens nothing.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Unknown`] when there is no such token, or it is revoked already.
pub async fn revoke(work: &UnitOfWork, actor: &Actor, name: &str) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeAccounts)?;
    let unknown = || DirectoryError::Unknown { kind: "token", name: printable(name, 64) };
    let token = all(work).await?.into_iter().find(|token| token.name == name && token.revoked_at.is_none()).ok_or_else(unknown)?;
    store::revoke(work, token.id).await?;
    work.record(actor, audit::Entry { action: "token.revoke", subject_kind: "token", subject_id: token.id, detail: &json!({ "name": name }) }).await?;
    Ok(())
}

/// The token of a secret, unless it is revoked. That it was used is noted.
///
/// # Errors
/// When the database cannot be reached.
pub async fn of_secret(ledger: &Ledger, secret: &str) -> Result<Option<Token>, LedgerError> {
    if !secret.starts_with(HEAD) || secret.len() > 200 {
        return Ok(None);
    }
    // What is looked up is a digest, so that the time it takes tells nothing of the secret.
    let Some(token) = store::by_hash(ledger, hash(secret)).await?.filter(|token| token.revoked_at.is_none()) else { return Ok(None) };
    let now = ledger.now();
    if token.used_at.is_none_or(|used| now.0 - used.0 >= USED_EVERY_US) {
        let work = ledger.begin().await?;
        store::used(&work, token.id).await?;
        work.commit().await?;
    }
    Ok(Some(token))
}
