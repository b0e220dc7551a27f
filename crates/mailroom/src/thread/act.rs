use super::{Case, State, Thread, label, listing, store};
use crate::{MailroomError, desk, error::refused};
use noroshi_kernel::{
    access::{Action, Actor, Label},
    id::{AccountId, ThreadId},
    setaside::printable,
};
use noroshi_ledger::{Sql, UnitOfWork, audit};
use serde_json::json;

/// The longest note, in characters.
const NOTE_MOST_CHARS: usize = 2_000;

/// The thread, when the actor may change it. One that he may not see is not there.
pub(crate) async fn load(work: &UnitOfWork, actor: &Actor, thread: ThreadId) -> Result<Thread, MailroomError> {
    actor.must_can(Action::WriteLetters)?;
    work.lock("mailroom.threads").await?;
    let found = listing::open(work, actor, thread).await?;
    actor.must(Action::WriteLetters, &found.label)?;
    Ok(found)
}

async fn record(work: &UnitOfWork, actor: &Actor, action: &'static str, thread: ThreadId, detail: serde_json::Value) -> Result<(), MailroomError> {
    Ok(work.record(actor, audit::Entry { action, subject_kind: "thread", subject_id: thread.0, detail: &detail }).await?)
}

/// Gives a thread to a person, or back to the desk.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`].
pub async fn assign(work: &UnitOfWork, actor: &Actor, thread: ThreadId, owner: Option<AccountId>) -> Result<(), MailroomError> {
    let before = load(work, actor, thread).await?;
    let state = if owner.is_some() && before.state == State::New { State::Open } else { before.state };
    store::update(work, thread, Sql::new("owner_id = ").bind(owner.map(|owner| owner.0)).push(", state = ").bind(state.key())).await?;
    record(work, actor, "mailroom.assign", thread, json!({ "owner": owner })).await
}

/// Ends a thread: nothing is left to do. A later letter opens it again.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`].
pub async fn end(work: &UnitOfWork, actor: &Actor, thread: ThreadId) -> Result<(), MailroomError> {
    load(work, actor, thread).await?;
    store::update(work, thread, Sql::new("state = ").bind(State::Done.key())).await?;
    work.execute(Sql::new("UPDATE mailroom_letter SET state = 'done' WHERE state = 'new' AND thread_id = ").bind(thread.0)).await?;
    record(work, actor, "mailroom.end", thread, json!({})).await
}

/// Takes a thread up again.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`].
pub async fn reopen(work: &UnitOfWork, actor: &Actor, thread: ThreadId) -> Result<(), MailroomError> {
    load(work, actor, thread).await?;
    store::update(work, thread, Sql::new("state = ").bind(State::Open.key())).await?;
    record(work, actor, "mailroom.reopen", thread, json!({})).await
}

/// Sends a thread on to another desk. Its way stays: see [`listing::routings`]. A thread that is about no case takes the label of
/// its new desk when that is stricter; it never becomes more open by being sent on.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`]; [`MailroomError::Refused`] when it stands there already.
pub async fn route(work: &UnitOfWork, actor: &Actor, thread: ThreadId, to: &str, note: &str) -> Result<(), MailroomError> {
    let before = load(work, actor, thread).await?;
    let desks = desk::all(work).await?;
    let to = desks.get(to).ok_or_else(|| MailroomError::Unknown { kind: "desk", name: printable(to, 40) })?;
    if to.key == before.desk {
        return refused("thread-desk", "すでにその窓口にあります。ほかの窓口を選んでください。", "it stands at that desk already; choose another one");
    }
    if note.chars().count() > NOTE_MOST_CHARS {
        return refused("thread-note", "メモは 2,000 文字以内で書いてください。", "a note may hold 2,000 characters at most");
    }
    store::insert_routing(work, thread, &actor.name(), (&before.desk, &to.key), note.trim()).await?;
    // Nobody of the new desk has it yet.
    store::update(work, thread, Sql::new("desk = ").bind(to.key.clone()).push(", owner_id = NULL, state = ").bind(State::New.key())).await?;
    label::narrow(work, thread, &to.label()).await?;
    record(work, actor, "mailroom.route", thread, json!({ "from": before.desk, "to": to.key })).await
}

/// Says which case a thread is about. The thread is as strict as the case from then on.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`]; [`MailroomError::Refused`] when it is about another one.
pub async fn attach(work: &UnitOfWork, actor: &Actor, thread: ThreadId, case: &Case, case_label: &Label) -> Result<(), MailroomError> {
    let before = load(work, actor, thread).await?;
    if let Some(other) = before.case.filter(|other| other.id != case.id) {
        let number = other.number;
        return refused("thread-case", format!("このやり取りはすでに {number} のものです。"), format!("this thread is about {number} already"));
    }
    label::begin_case(work, thread, case, case_label).await?;
    record(work, actor, "mailroom.attach", thread, json!({ "case": case.number })).await
}

/// Puts the letters of a thread into another one: a person saw that they belong together.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`]; [`MailroomError::Refused`] when both are one, or about different cases.
pub async fn merge(work: &UnitOfWork, actor: &Actor, from: ThreadId, into: ThreadId) -> Result<(), MailroomError> {
    let (one, other) = (load(work, actor, from).await?, load(work, actor, into).await?);
    if one.id == other.id {
        return refused("thread-same", "同じやり取りです。", "both are the same thread");
    }
    if let (Some(one), Some(other)) = (&one.case, &other.case)
        && one.id != other.id
    {
        let (one, other) = (&one.number, &other.number);
        return refused("thread-cases", format!("{one} と {other} は別の件です。"), format!("{one} and {other} are different cases"));
    }
    store::pour(work, from, into).await?;
    // What was confidential stays so.
    label::narrow(work, into, &one.label).await?;
    let last_at = one.last_at.max(other.last_at);
    let state = if one.state == State::New { State::New } else { other.state };
    store::update(work, into, Sql::new("last_at = ").bind(last_at.0).push(", state = ").bind(state.key())).await?;
    store::update(work, from, Sql::new("state = ").bind(State::Done.key())).await?;
    record(work, actor, "mailroom.merge", from, json!({ "into": into })).await?;
    record(work, actor, "mailroom.merged", into, json!({ "from": from, "code": one.code })).await
}
