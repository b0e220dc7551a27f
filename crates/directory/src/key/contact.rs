//! The keys of contacts.

use super::{ContactKey, own, store, unknown};
use crate::DirectoryError;
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    reason::Reason,
};
use noroshi_ledger::{LedgerError, Query, UnitOfWork, audit::Entry};
use noroshi_post::openpgp::{Certificate, Fingerprint, Purpose, parse_keyring};
use serde_json::json;

/// The most keys of contacts that are kept.
const MOST_KEYS: i64 = 20_000;

/// What became of a certificate that was brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// It is new.
    New(Fingerprint),
    /// It was there, and this copy told something more: another expiry, user id, subkey or revocation.
    Renewed(Fingerprint),
    /// It was there, and this copy told nothing more.
    Known(Fingerprint),
    /// It was set aside.
    SetAside(Reason),
}

/// Brings in the certificates of a file; see [`parse_keyring`] for what it may hold. Of a key that is there both copies become one; whether it
/// was verified stays as it is. Nothing is trusted by being brought in.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when the file holds no certificate or is too large, or there are too many keys.
pub async fn import(work: &UnitOfWork, actor: &Actor, file: &[u8]) -> Result<Vec<Came>, DirectoryError> {
    actor.must_can(Action::ChangeContactKeys)?;
    let found = parse_keyring(file).map_err(DirectoryError::Refused)?;
    work.lock("directory.key").await?;
    let mut room = MOST_KEYS - store::count_contacts(work).await?;
    let mut came = Vec::with_capacity(found.len());
    for one in found {
        let one = match one.and_then(|certificate| certificate.cleaned()) {
            Ok(certificate) if own::is_own(work, &certificate).await? => Came::SetAside(own_key(&certificate)),
            Ok(certificate) => take(work, actor, certificate, &mut room).await?,
            Err(reason) => Came::SetAside(reason),
        };
        came.push(one);
    }
    Ok(came)
}

async fn take(work: &UnitOfWork, actor: &Actor, certificate: Certificate, room: &mut i64) -> Result<Came, DirectoryError> {
    let fingerprint = certificate.fingerprint();
    let bytes = |certificate: &Certificate| certificate.to_bytes().map_err(DirectoryError::Refused);
    let Some(known) = store::contact(work, &fingerprint).await? else {
        if certificate.user_ids(work.now()).is_empty() {
            return Ok(Came::SetAside(no_user_id(&fingerprint)));
        }
        if *room <= 0 {
            return Err(DirectoryError::Refused(too_many()));
        }
        *room -= 1;
        let id = work.take_id().await?;
        store::put_contact(work, id, &certificate, bytes(&certificate)?).await?;
        audit(work, actor, "contact_key.import", id, json!({ "fingerprint": fingerprint.as_str() })).await?;
        return Ok(Came::New(fingerprint));
    };
    let merged = match known.certificate.merged(&certificate) {
        Ok(merged) => merged,
        Err(reason) => return Ok(Came::SetAside(reason)),
    };
    let merged_bytes = bytes(&merged)?;
    if merged_bytes == bytes(&known.certificate)? {
        return Ok(Came::Known(fingerprint));
    }
    store::put_contact(work, known.id, &merged, merged_bytes).await?;
    audit(work, actor, "contact_key.renew", known.id, json!({ "fingerprint": fingerprint.as_str() })).await?;
    Ok(Came::Renewed(fingerprint))
}

/// Notes that a person made sure whose a key is, and how.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when there is no such key of a contact, or `how` says nothing.
pub async fn verify(work: &UnitOfWork, actor: &Actor, fingerprint: &Fingerprint, how: &str) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeContactKeys)?;
    let how = how.trim();
    if how.is_empty() || how.chars().count() > 500 || how.chars().any(char::is_control) {
        return Err(DirectoryError::Refused(Reason::new(
            "key-how",
            "どのように確かめたかを 500 文字以内の 1 行で書いてください（例: 電話でフィンガープリントを読み合わせた）。",
            "say in one line of 500 characters at most how it was verified, for example: fingerprint compared by telephone",
        )));
    }
    work.lock("directory.key").await?;
    let known = contact(work, fingerprint).await?;
    store::verify(work, known.id, &actor.name(), how).await?;
    audit(work, actor, "contact_key.verify", known.id, json!({ "fingerprint": fingerprint.as_str(), "how": how })).await
}

/// Removes a contact's key.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; [`DirectoryError::Refused`] when there is no such key, or it is the team's own.
pub async fn remove(work: &UnitOfWork, actor: &Actor, fingerprint: &Fingerprint) -> Result<(), DirectoryError> {
    actor.must_can(Action::ChangeContactKeys)?;
    work.lock("directory.key").await?;
    let known = contact(work, fingerprint).await?;
    store::remove(work, known.id).await?;
    audit(work, actor, "contact_key.remove", known.id, json!({ "fingerprint": fingerprint.as_str() })).await
}

/// The keys of an address that can be encrypted to at `at`: verified ones first, then the newest.
///
/// # Errors
/// When the database cannot be reached.
pub async fn for_address(query: &impl Query, address: &str, at: Moment) -> Result<Vec<ContactKey>, LedgerError> {
    let mut found = store::with_address(query, address).await?;
    // A user id may have been revoked since: what the certificate says now counts.
    found.retain(|key| {
        key.certificate.usable(Purpose::Encryption, at).is_ok() && key.certificate.addresses(at).iter().any(|one| one.eq_ignore_ascii_case(address))
    });
    Ok(found)
}

async fn contact(work: &UnitOfWork, fingerprint: &Fingerprint) -> Result<ContactKey, DirectoryError> {
    if let Some(known) = store::contact(work, fingerprint).await? {
        return Ok(known);
    }
    match store::own(work, fingerprint).await? {
        Some(own) => Err(DirectoryError::Refused(own_key(&own.certificate))),
        None => Err(unknown(fingerprint)),
    }
}

async fn audit(work: &UnitOfWork, actor: &Actor, action: &'static str, id: i64, detail: serde_json::Value) -> Result<(), DirectoryError> {
    Ok(work.record(actor, Entry { action, subject_kind: "contact_key", subject_id: id, detail: &detail }).await?)
}

fn own_key(certificate: &Certificate) -> Reason {
    let key = certificate.fingerprint().grouped();
    Reason::new(
        "key-own",
        format!("鍵 {key} はチーム自身の鍵です。届いたメールを読めなくなるので削除はできません。使うのをやめるには引退させてください。"),
        format!("the key {key} is the team's own; it stays, since letters to it must remain readable; to use it no longer, retire it"),
    )
}

fn no_user_id(fingerprint: &Fingerprint) -> Reason {
    let key = fingerprint.grouped();
    Reason::new(
        "key-user-id",
        format!("鍵 {key} には、誰のものかを示す有効なユーザー ID がありません。持ち主に新しい鍵をもらってください。"),
        format!("the key {key} has no valid user id, so it does not say whose it is; ask its owner for a new copy"),
    )
}

fn too_many() -> Reason {
    Reason::new(
        "key-count",
        format!("鍵は {MOST_KEYS} 個までです。使わない鍵を削除してください。"),
        format!("{MOST_KEYS} keys at most are kept; remove those that are not used"),
    )
}
