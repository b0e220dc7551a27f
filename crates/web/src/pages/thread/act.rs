//! What is done to a thread as a whole: `POST /threads/{id}/…`.

use crate::{done::Done, failure::Failure, links, pages::onward, reader::Person, sent::Fields, web::Shared};
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_incident::service;
use noroshi_kernel::{
    access::{Action, Actor},
    id::ThreadId,
    reason::Reason,
};
use noroshi_ledger::UnitOfWork;
use noroshi_mailroom::thread::{self, Case};

use super::{id, number};

/// Where an action leads back to: the list from which it was asked, or the thread.
fn back(sent: &Fields, thread: ThreadId) -> String {
    let asked = links::local(sent.field("to")).filter(|to| *to == "/inbox" || to.starts_with("/inbox?") || to.starts_with("/inbox/"));
    asked.map_or_else(|| format!("/threads/{thread}"), str::to_owned)
}

/// Does something to a thread within one unit of work, and goes on.
async fn done(
    web: &Shared,
    text: &str,
    sent: &Fields,
    done: Done,
    act: impl AsyncFnOnce(&UnitOfWork, ThreadId) -> Result<Option<ThreadId>, Failure>,
) -> Result<Response, Failure> {
    let thread = id(text)?;
    let work = web.ledger.begin().await?;
    let onto = act(&work, thread).await?;
    work.commit().await?;
    Ok(onward(web, &back(sent, onto.unwrap_or(thread)), done))
}

/// `POST /threads/{id}/take`: it is the reader's.
pub(crate) async fn take(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let Actor::Account { id: own, .. } = &person.actor else { return Err(Failure::Forbidden) };
    done(&web, &text, &sent, Done::Taken, async |work, thread| Ok(thread::assign(work, &person.actor, thread, Some(*own)).await.map(|()| None)?)).await
}

/// `POST /threads/{id}/give-back`: it is the desk's again.
pub(crate) async fn give_back(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    done(&web, &text, &sent, Done::GivenBack, async |work, thread| Ok(thread::assign(work, &person.actor, thread, None).await.map(|()| None)?)).await
}

/// `POST /threads/{id}/end`
pub(crate) async fn end(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    done(&web, &text, &sent, Done::Ended, async |work, thread| Ok(thread::end(work, &person.actor, thread).await.map(|()| None)?)).await
}

/// `POST /threads/{id}/reopen`
pub(crate) async fn reopen(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    done(&web, &text, &sent, Done::TakenUp, async |work, thread| Ok(thread::reopen(work, &person.actor, thread).await.map(|()| None)?)).await
}

/// `POST /threads/{id}/route`: on to another desk, with a note.
pub(crate) async fn route(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let note = sent.field("note").replace("\r\n", "\n");
    let thread = id(&text)?;
    let work = web.ledger.begin().await?;
    thread::route(&work, &person.actor, thread, sent.field("desk"), &note).await?;
    // Whoever sends a thread to a desk whose threads are confidential may no longer read it himself.
    let still = thread::open(&work, &person.actor, thread).await.is_ok();
    work.commit().await?;
    Ok(onward(&web, if still { back(&sent, thread) } else { "/inbox".into() }.as_str(), Done::SentOn))
}

/// `POST /threads/{id}/attach`: it is about this incident.
pub(crate) async fn attach(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let wanted = number(sent.field("number"))?;
    done(&web, &text, &sent, Done::Attached, async |work, thread| {
        // A case that the person may not see gets the same answer as one that is not there.
        let detail = match service::view(work, &person.actor, wanted).await {
            Ok(detail) => detail,
            Err(noroshi_incident::IncidentError::Unknown(_)) => return Err(no_incident(&wanted.to_string())),
            Err(error) => return Err(error.into()),
        };
        if !person.actor.may(Action::WriteLetters, &detail.incident.label) {
            return Err(Failure::Forbidden);
        }
        let case = Case { id: detail.incident.id.0, number: detail.incident.number.to_string() };
        // Belonging to a case never opens a thread up.
        let before = thread::open(work, &person.actor, thread).await?.label;
        let label = if before.tlp > detail.incident.label.tlp { &before } else { &detail.incident.label };
        thread::attach(work, &person.actor, thread, &case, label).await?;
        Ok(None)
    })
    .await
}

fn no_incident(number: &str) -> Failure {
    Failure::Refused(Reason::new(
        "thread-no-case",
        format!("インシデント {number} はないか、表示する権限がありません。番号を確かめてください。"),
        format!("there is no incident {number}, or you may not see it; check the number"),
    ))
}

/// `POST /threads/{id}/merge`: its letters go into another thread.
pub(crate) async fn merge(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let wanted = sent.field("into").trim().trim_start_matches('#').to_owned();
    done(&web, &text, &sent, Done::Merged, async |work, thread| {
        let into = match wanted.parse() {
            // Our own form names the thread by its id, a person by what stands in its subject.
            Ok(id) if sent.field("by") == "id" => ThreadId(id),
            _ => named(work, &person.actor, &wanted).await?,
        };
        thread::merge(work, &person.actor, thread, into).await?;
        Ok(Some(into))
    })
    .await
}

/// The thread of a code or a case's number, as people read it in a subject.
async fn named(work: &UnitOfWork, actor: &Actor, name: &str) -> Result<ThreadId, Failure> {
    let found = thread::named(work, actor, name).await?;
    found.ok_or_else(|| {
        let shown = noroshi_kernel::setaside::printable(name, 40);
        Failure::Refused(Reason::new(
            "thread-unknown",
            format!("「{shown}」のやり取りはないか、表示する権限がありません。件名の番号を確かめてください。"),
            format!("there is no thread {shown:?}, or you may not see it; check the number in its subject"),
        ))
    })
}
