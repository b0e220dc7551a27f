//! The team's own keys.

use super::{Vault, Wanted, choice, store, unknown};
use crate::DirectoryError;
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    reason::Reason,
    setaside::printable,
};
use noroshi_ledger::{LedgerError, Query, UnitOfWork, audit::Entry};
use noroshi_post::openpgp::{Certificate, Fingerprint, Purpose, TeamKey};
use serde_json::json;
use zeroize::Zeroizing;

/// Makes a key for a user id such as `Example CSIRT <csirt@example.jp>`: Ed25519 to sign, X25519 to open. `serves` is the key of a desk, or
/// empty for the whole team.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when the user id, the desk or the expiry is none.
pub async fn make(
    work: &UnitOfWork,
    actor: &Actor,
    vault: &Vault,
    user_id: &str,
    serves: &str,
    expires: Option<Moment>,
) -> Result<Fingerprint, DirectoryError> {
    actor.must_can(Action::ChangeTeamKeys)?;
    let key = TeamKey::generate_until(user_id, work.now(), expires).map_err(DirectoryError::Refused)?;
    work.lock("directory.key").await?;
    keep(work, actor, vault, &key, serves, "team_key.make").await
}

/// Brings in a secret key, armoured or not, as another program exported it, unlocked by its passphrase. A newer copy of a key that is there
/// takes its place.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when it is no secret key, the passphrase is wrong, it can neither sign nor be
/// encrypted to, or it lacks a subkey that the copy that is there has.
pub async fn import_secret(
    work: &UnitOfWork,
    actor: &Actor,
    vault: &Vault,
    secret: &[u8],
    passphrase: Option<&str>,
    serves: &str,
) -> Result<Fingerprint, DirectoryError> {
    actor.must_can(Action::ChangeTeamKeys)?;
    let key = TeamKey::import(secret, passphrase).map_err(DirectoryError::Refused)?;
    work.lock("directory.key").await?;
    let fingerprint = key.certificate().fingerprint();
    let Some(old) = store::own(work, &fingerprint).await? else { return keep(work, actor, vault, &key, serves, "team_key.import").await };
    let has = key.certificate().key_ids();
    if let Some(missing) = old.certificate.key_ids().into_iter().find(|id| !has.contains(id)) {
        return Err(DirectoryError::Refused(Reason::new(
            "key-subkey-missing",
            format!("この鍵はすでにあり、そこにある副鍵 {missing} がこのファイルにはありません。その副鍵宛てのメールが読めなくなるので、取り込みません。"),
            format!("this key is there already, with a subkey {missing} that this copy lacks; letters to it could no longer be opened, so it was not taken"),
        )));
    }
    let (certificate, locked) = locked(vault, &key)?;
    store::replace_own(work, old.id, certificate, locked).await?;
    audit(work, actor, "team_key.renew", old.id, &fingerprint, &old.serves).await?;
    Ok(fingerprint)
}

async fn keep(work: &UnitOfWork, actor: &Actor, vault: &Vault, key: &TeamKey, serves: &str, action: &'static str) -> Result<Fingerprint, DirectoryError> {
    if serves.chars().count() > 64 || serves.chars().any(char::is_control) {
        let shown = printable(serves, 64);
        return Err(DirectoryError::Refused(Reason::new(
            "key-desk",
            format!("窓口「{shown}」は 64 文字以内で書いてください。"),
            format!("the desk {shown:?} must have 64 characters at most"),
        )));
    }
    let fingerprint = key.certificate().fingerprint();
    let (certificate, locked) = locked(vault, key)?;
    let id = work.take_id().await?;
    store::insert_own(work, id, key.certificate(), certificate, locked, serves).await?;
    audit(work, actor, action, id, &fingerprint, serves).await?;
    Ok(fingerprint)
}

/// The certificate's bytes, and the secret under the vault.
fn locked(vault: &Vault, key: &TeamKey) -> Result<(Vec<u8>, Vec<u8>), DirectoryError> {
    let secret = Zeroizing::new(key.export(None).map_err(DirectoryError::Refused)?);
    let locked = vault.lock(&purpose(key.certificate().fingerprint().as_str()), secret.as_bytes());
    let locked = locked.ok_or_else(|| LedgerError::Damaged("a secret key could not be encrypted".into()))?;
    Ok((key.certificate().to_bytes().map_err(DirectoryError::Refused)?, locked))
}

/// What the vault holds a secret for.
fn purpose(fingerprint: &str) -> String {
    format!("openpgp/{fingerprint}")
}

/// Opens the secret of a key; `None` when it was locked by another `team.key`.
pub(super) fn open(vault: &Vault, fingerprint: &str, locked: &[u8]) -> Option<TeamKey> {
    vault.open(&purpose(fingerprint), locked).and_then(|secret| TeamKey::import(&secret, None).ok())
}

/// Retires a key: it no longer signs, and letters to it can still be opened.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when there is no such key of the team, or it is retired.
pub async fn retire(work: &UnitOfWork, actor: &Actor, fingerprint: &Fingerprint) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeTeamKeys)?;
    work.lock("directory.key").await?;
    let own = store::own(work, fingerprint).await?.ok_or_else(|| unknown(fingerprint))?;
    if let Some(since) = own.retired_at {
        let since = since.rfc3339();
        return Err(DirectoryError::Refused(Reason::new(
            "key-retired",
            format!("この鍵は {since} に引退しています。"),
            format!("this key was retired on {since} already"),
        )));
    }
    store::retire(work, own.id).await?;
    audit(work, actor, "team_key.retire", own.id, fingerprint, &own.serves).await
}

/// The key that signs for a desk now; see [`in_use`](super::in_use).
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when there is none that can sign at `at`, or the `team.key` is another one.
pub async fn signing(query: &impl Query, actor: &Actor, vault: &Vault, wanted: Wanted<'_>, at: Moment) -> Result<TeamKey, DirectoryError> {
    actor.must_can(Action::SignForTeam)?;
    let chosen = choice::choose(store::team(query).await?, wanted, Purpose::Signing, at);
    let chosen = chosen.map_err(|why| DirectoryError::Refused(why.unwrap_or_else(no_key)))?;
    let fingerprint = chosen.certificate.fingerprint();
    let secrets = store::secrets(query).await?;
    let locked = secrets.iter().find(|(of, _)| of == fingerprint.as_str()).map(|(_, secret)| secret.as_slice()).unwrap_or_default();
    open(vault, fingerprint.as_str(), locked).ok_or_else(|| DirectoryError::Refused(other_team_key(&fingerprint)))
}

/// Notes in the audit log that a key of the team signed `what`, such as a report of a period.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when it is no key of the team.
pub async fn note_signing(work: &UnitOfWork, actor: &Actor, key: &TeamKey, what: &str) -> Result<(), DirectoryError> {
    actor.must_can(Action::SignForTeam)?;
    let fingerprint = key.certificate().fingerprint();
    let own = store::own(work, &fingerprint).await?.ok_or_else(|| unknown(&fingerprint))?;
    let detail = json!({ "fingerprint": fingerprint.as_str(), "what": printable(what, 200) });
    Ok(work.record(actor, Entry { action: "team_key.sign", subject_kind: "team_key", subject_id: own.id, detail: &detail }).await?)
}

async fn audit(work: &UnitOfWork, actor: &Actor, action: &'static str, id: i64, fingerprint: &Fingerprint, serves: &str) -> Result<(), DirectoryError> {
    let detail = json!({ "fingerprint": fingerprint.as_str(), "serves": serves });
    Ok(work.record(actor, Entry { action, subject_kind: "team_key", subject_id: id, detail: &detail }).await?)
}

fn no_key() -> Reason {
    Reason::new(
        "key-none",
        "署名に使えるチームの鍵がありません。`noroshi key make` で作るか、`noroshi key import --secret` で取り込んでください。",
        "the team has no key that signs; make one with `noroshi key make`, or bring one in with `noroshi key import --secret`",
    )
}

/// The secret does not open: the data directory has another `team.key` than when it was locked.
fn other_team_key(fingerprint: &Fingerprint) -> Reason {
    let key = fingerprint.grouped();
    Reason::new(
        "key-locked",
        format!(
            "鍵 {key} の秘密鍵は、このデータディレクトリの team.key では開きません。元の team.key をバックアップから戻すか、秘密鍵をもう一度取り込んでください。"
        ),
        format!(
            "the secret of the key {key} does not open with this data directory's team.key; restore the team.key that belongs to it from a backup, or import the secret key again"
        ),
    )
}

/// Whether a certificate is that of a key of the team.
pub(super) async fn is_own(query: &impl Query, certificate: &Certificate) -> Result<bool, DirectoryError> {
    Ok(store::own(query, &certificate.fingerprint()).await?.is_some())
}
