use super::{Case, State, label, store};
use crate::{MailroomError, desk, error::refused};
use noroshi_kernel::{
    access::{Action, Actor, Label},
    id::ThreadId,
    setaside::printable,
};
use noroshi_ledger::{Sql, UnitOfWork, audit};
use noroshi_post::threading::Marks;
use serde_json::json;

/// Begins a thread by a person of ours: at a desk, about a case when one is given, whose label it then bears. The first letter is
/// [written](crate::outgoing::write) after it, in the same unit of work.
///
/// # Errors
/// [`MailroomError::Forbidden`], also when the actor may not see the case; [`MailroomError::Unknown`] when there is no such desk;
/// [`MailroomError::Refused`] without a subject or with a very long one.
pub async fn begin(
    work: &UnitOfWork,
    actor: &Actor,
    marks: &Marks,
    desk: &str,
    subject: &str,
    case: Option<(&Case, &Label)>,
) -> Result<ThreadId, MailroomError> {
    actor.must_can(Action::WriteLetters)?;
    if let Some((_, label)) = case {
        actor.must(Action::WriteLetters, label)?;
    }
    work.lock("mailroom.threads").await?;
    let desks = desk::all(work).await?;
    let desk = desks.get(desk).ok_or_else(|| MailroomError::Unknown { kind: "desk", name: printable(desk, 40) })?;
    let subject = subject.trim();
    if subject.is_empty() || subject.chars().count() > 400 {
        return refused("thread-subject", "件名を 1～400 文字で書いてください。", "write a subject of 1 to 400 characters");
    }
    let id = ThreadId(work.take_id().await?);
    let mut changes = store::Changes::default();
    let code = marks.code(id.0);
    changes.opens(store::Opened { id, code, subject: printable(subject, 500), at: work.now(), state: State::Open, asked: None }, desk);
    changes.save(work).await?;
    if let Some((case, case_label)) = case {
        label::begin_case(work, id, case, case_label).await?;
    }
    if let Actor::Account { id: account, .. } = actor {
        store::update(work, id, Sql::new("owner_id = ").bind(account.0)).await?;
    }
    let detail = json!({ "desk": desk.key, "case": case.map(|(case, _)| &case.number) });
    work.record(actor, audit::Entry { action: "mailroom.begin", subject_kind: "thread", subject_id: id.0, detail: &detail }).await?;
    Ok(id)
}
