use super::{Desk, store};
use crate::{MailroomError, error::refused};
use noroshi_directory::key::{self, Known};
use noroshi_kernel::{
    access::{Action, Actor},
    id::AccountId,
    language::Bilingual,
    setaside::printable,
    tlp::Tlp,
};
use noroshi_ledger::{UnitOfWork, audit};
use noroshi_post::{openpgp::Fingerprint, threading};
use serde_json::json;

/// What an administrator says of a desk; `None` leaves what is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What it is called.
    pub name: Option<Bilingual>,
    /// Its address; empty takes it away.
    pub address: Option<String>,
    /// Whether it acknowledges by itself.
    pub acknowledges: Option<bool>,
    /// Whether the public form offers it.
    pub has_form: Option<bool>,
    /// The label of its new threads.
    pub tlp: Option<Tlp>,
    /// The key of the team that it uses; `Some(None)` leaves the choice to the team's rule.
    pub team_key: Option<Option<Fingerprint>>,
}

/// Changes a desk.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`] when there is no such desk; [`MailroomError::Refused`] when the address
/// is none or another desk's, when a desk without address is to acknowledge, or when the key is none of the team's that the desk may use.
pub async fn change(work: &UnitOfWork, actor: &Actor, key: &str, change: Change) -> Result<Desk, MailroomError> {
    actor.must_can(Action::ChangeDesks)?;
    work.lock("mailroom.desks").await?;
    let desks = store::all(work).await?;
    let before = desks.get(key).ok_or_else(|| MailroomError::Unknown { kind: "desk", name: printable(key, 40) })?;
    let mut desk = before.clone();
    if let Some(name) = change.name {
        if [&name.ja, &name.en].into_iter().any(|name| name.trim().is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control)) {
            return refused("desk-name", "窓口の名前は 1～100 文字で書いてください。", "a desk's name must hold 1 to 100 characters");
        }
        desk.name = name;
    }
    if let Some(address) = change.address {
        address.trim().clone_into(&mut desk.address);
        check_address(&desk)?;
        let folded = threading::address(&desk.address);
        if let Some(other) = desks.iter().find(|other| other.key != key && !folded.is_empty() && threading::address(&other.address) == folded) {
            let (ja, en) = (&other.name.ja, &other.name.en);
            return refused("desk-address-taken", format!("そのアドレスは窓口「{ja}」のものです。"), format!("that address is the desk's {en:?}"));
        }
    }
    desk.acknowledges = change.acknowledges.unwrap_or(desk.acknowledges);
    desk.has_form = change.has_form.unwrap_or(desk.has_form);
    desk.tlp = change.tlp.unwrap_or(desk.tlp);
    if desk.acknowledges && desk.address.is_empty() {
        return refused(
            "desk-acknowledges",
            "受け取りを自動で知らせるには、先に窓口のメールアドレスを設定してください。",
            "to acknowledge by itself, the desk needs a mail address first",
        );
    }
    if let Some(team_key) = change.team_key.filter(|team_key| *team_key != before.team_key) {
        if let Some(fingerprint) = &team_key {
            check_key(work, &desk, fingerprint).await?;
        }
        desk.team_key = team_key;
    }
    store::save(work, &desk).await?;
    let detail = json!({
        "desk": desk.key,
        "address": desk.address,
        "acknowledges": desk.acknowledges,
        "form": desk.has_form,
        "tlp": desk.tlp,
        "key": desk.team_key.as_ref().map(Fingerprint::as_str),
    });
    work.record(actor, audit::Entry { action: "mailroom.change_desk", subject_kind: "desk", subject_id: 0, detail: &detail }).await?;
    Ok(desk)
}

/// An address that letters can be sent from: ASCII, no plus part, room for a reply token.
fn check_address(desk: &Desk) -> Result<(), MailroomError> {
    let address = &desk.address;
    if address.is_empty() {
        return Ok(());
    }
    let plain = |one: char| one.is_ascii_alphanumeric() || "._-".contains(one);
    let right = address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && local.len() <= 30 && local.chars().all(plain) && domain.contains('.') && domain.len() <= 200 && domain.chars().all(plain)
    });
    if right {
        return Ok(());
    }
    let shown = printable(address, 100);
    refused(
        "desk-address",
        format!("窓口のメールアドレス「{shown}」は ir@example.jp のような形（@ の前は英数字と . _ - で 30 文字以内）で書いてください。"),
        format!("the desk's address {shown:?} must look like ir@example.jp, with at most 30 of letters, digits, . _ - before the @"),
    )
}

/// A key that the desk may use: one of the team's that is not retired and serves no other desk.
async fn check_key(work: &UnitOfWork, desk: &Desk, fingerprint: &Fingerprint) -> Result<(), MailroomError> {
    let known = key::known(work, fingerprint).await?;
    if matches!(known, Some(Known::Own(own)) if own.retired_at.is_none() && own.serves_desk(&desk.key)) {
        return Ok(());
    }
    let shown = fingerprint.grouped();
    refused(
        "desk-key",
        format!("鍵 {shown} は、この窓口で使えるチームの鍵ではありません。引退していない、チーム全体かこの窓口の鍵を選んでください。"),
        format!("the key {shown} is none of the team's that this desk may use; choose one that is not retired and serves the whole team or this desk"),
    )
}

/// Says who works at a desk. Threads that begin later are read by them when the desk's label is RED.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`].
pub async fn set_staff(work: &UnitOfWork, actor: &Actor, key: &str, staff: &[AccountId]) -> Result<(), MailroomError> {
    actor.must_can(Action::ChangeDesks)?;
    work.lock("mailroom.desks").await?;
    if store::all(work).await?.get(key).is_none() {
        return Err(MailroomError::Unknown { kind: "desk", name: printable(key, 40) });
    }
    let mut staff = staff.to_vec();
    staff.sort_unstable();
    staff.dedup();
    store::save_staff(work, key, &staff).await?;
    let detail = json!({ "desk": key, "staff": staff });
    work.record(actor, audit::Entry { action: "mailroom.set_desk_staff", subject_kind: "desk", subject_id: 0, detail: &detail }).await?;
    Ok(())
}
