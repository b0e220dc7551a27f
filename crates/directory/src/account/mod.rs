//! Accounts of the staff, their passwords and sessions.

mod password;
mod session;
mod store;

pub use session::{Device, Session, SignInError, sign_in, sign_in_from, sign_out, whose};
pub use store::all;

use crate::DirectoryError;
use noroshi_kernel::{
    access::{Action, Actor, Role},
    id::AccountId,
    reason::Reason,
    setaside::printable,
};
use noroshi_ledger::{UnitOfWork, audit};
use serde_json::json;

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What is typed to sign in.
    pub name: String,
    /// What others see.
    pub display_name: String,
    /// What the person is there for.
    pub roles: Vec<Role>,
    /// Whether it may no longer sign in.
    pub disabled: bool,
}

impl Account {
    /// The account as an actor.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Account { id: self.id, name: self.name.clone(), roles: self.roles.clone() }
    }
}

/// Makes an account.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when the name is taken or wrong or the password is shorter than
/// 12 characters.
pub async fn add(work: &UnitOfWork, actor: &Actor, name: &str, display_name: &str, roles: &[Role], password: &str) -> Result<AccountId, DirectoryError> {
    actor.must_can(Action::ChangeAccounts)?;
    let refuse = |key, ja: String, en: String| Err(DirectoryError::Refused(Reason::new(key, ja, en)));
    let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || "-_.".contains(character);
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        return refuse(
            "account-name",
            format!("アカウント名「{}」は a-z、0-9、「-」「_」「.」の 1～64 文字にしてください。", printable(name, 64)),
            format!("the account name {:?} must be 1 to 64 of a-z, 0-9, '-', '_' and '.'", printable(name, 64)),
        );
    }
    if roles.is_empty() {
        return refuse(
            "account-roles",
            "アカウントには役割が 1 つ以上必要です（handler、analyst、coordinator、editor、administrator）。".into(),
            "an account needs at least one role: handler, analyst, coordinator, editor or administrator".into(),
        );
    }
    work.lock("directory.account").await?;
    if store::by_name(work, name).await?.is_some() {
        return refuse("account-taken", format!("アカウント「{name}」はすでにあります。"), format!("there is an account {name:?} already"));
    }
    let hash = password::hash(password).await?;
    let account =
        Account { id: AccountId(work.take_id().await?), name: name.into(), display_name: display_name.into(), roles: roles.to_vec(), disabled: false };
    store::insert(work, &account, &hash).await?;
    let detail = json!({ "name": name, "roles": roles });
    work.record(actor, audit::Entry { action: "account.add", subject_kind: "account", subject_id: account.id.0, detail: &detail }).await?;
    Ok(account.id)
}

/// Keeps somebody from signing in, or lets them again. Whoever is kept out is signed out everywhere.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Unknown`] when there is no such account.
pub async fn set_disabled(work: &UnitOfWork, actor: &Actor, name: &str, disabled: bool) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeAccounts)?;
    let id = named(work, name).await?;
    store::set_disabled(work, id, disabled).await?;
    if disabled {
        store::end_sessions_of(work, id).await?;
    }
    let action = if disabled { "account.disable" } else { "account.enable" };
    work.record(actor, audit::Entry { action, subject_kind: "account", subject_id: id.0, detail: &json!({ "name": name }) }).await?;
    Ok(())
}

/// Lets somebody try again at once who has to wait after failures, from known devices and from others.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Unknown`] when there is no such account.
pub async fn unlock(work: &UnitOfWork, actor: &Actor, name: &str) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeAccounts)?;
    let id = named(work, name).await?;
    for device in Device::ALL {
        store::forget_tries(work, &store::counted_as(name, device)).await?;
    }
    work.record(actor, audit::Entry { action: "account.unlock", subject_kind: "account", subject_id: id.0, detail: &json!({ "name": name }) }).await?;
    Ok(())
}

/// Gives an account another password and signs it out everywhere.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Unknown`]; [`DirectoryError::Refused`] when the password is too short.
pub async fn set_password(work: &UnitOfWork, actor: &Actor, name: &str, password: &str) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeAccounts)?;
    let id = named(work, name).await?;
    store::set_password(work, id, &password::hash(password).await?).await?;
    store::end_sessions_of(work, id).await?;
    work.record(actor, audit::Entry { action: "account.password", subject_kind: "account", subject_id: id.0, detail: &json!({ "name": name }) }).await?;
    Ok(())
}

async fn named(work: &UnitOfWork, name: &str) -> Result<AccountId, DirectoryError> {
    let row = store::by_name(work, name).await?;
    row.map(|row| row.account().id).ok_or_else(|| DirectoryError::Unknown { kind: "account", name: name.into() })
}
