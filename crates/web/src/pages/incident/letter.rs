//! `GET /incidents/{number}/letter` and `POST /incidents/{number}/letters`: a first letter about an incident, which begins a thread.

use super::number;
use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    pages::{
        onward,
        thread::reply::{LetterForm, ReplyPage, writing},
    },
    query::Parameters,
    reader::Person,
    upload::Upload,
    web::Shared,
    words::Words,
};
use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use noroshi_incident::service;
use noroshi_kernel::access::Action;
use noroshi_mailroom::{
    desk, outgoing,
    thread::{self, Case},
};

/// `GET /incidents/{number}/letter`, or `?to=` one of the addresses that come into question
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(text): Path<String>, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["to"])?;
    let to: String = parameters.get("to").unwrap_or_default().chars().take(320).collect();
    let detail = service::view(&web.ledger, &person.actor, number(&text)?).await?;
    let incident = &detail.incident;
    let title = super::title(&detail, words);
    let desks = desk::all(&web.ledger).await?;
    let from: Vec<_> = desks.iter().filter(|desk| !desk.address.is_empty()).collect();
    let offered = |(place, desk): (usize, &&desk::Desk)| (desk.key.clone(), format!("{} <{}>", words.pick(&desk.name), desk.address), place == 0);
    let page = Page::of(&web, &person, Desk::Incidents, words.about("incident-write-title", &title))
        .await?
        .step_to(format!("#{}", incident.number), format!("/incidents/{}", incident.number))
        .step(words.say("incident-write"));
    let form = LetterForm {
        action: format!("/incidents/{}/letters", incident.number),
        back: format!("/incidents/{}", incident.number),
        from: String::new(),
        to,
        cc: String::new(),
        subject: title,
        body: String::new(),
        answers: None,
        others: String::new(),
        jis: false,
        in_secret: false,
        tlp: incident.label.tlp.marking(),
        desks: from.iter().enumerate().map(offered).collect(),
    };
    let suggestions = Some(super::contacts::suggestions(&web, &person, &detail, words).await?);
    page::show(&ReplyPage { page, no_address: form.desks.is_empty(), form, suggestions })
}

/// `POST /incidents/{number}/letters`
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(text): Path<String>, request: Request) -> Result<Response, Failure> {
    let sent = Upload::of_person(&web, &person, request).await?;
    let chosen = sent.get("desk").to_owned();
    let writing = writing(sent)?;
    let work = web.ledger.begin().await?;
    let detail = service::view(&work, &person.actor, number(&text)?).await?;
    let label = &detail.incident.label;
    if !person.actor.may(Action::WriteLetters, label) {
        return Err(Failure::Forbidden);
    }
    let case = Case { id: detail.incident.id.0, number: detail.incident.number.to_string() };
    let desks = desk::all(&work).await?;
    let desk = Some(chosen.as_str()).filter(|desk| !desk.is_empty()).or_else(|| desks.first().map(|desk| desk.key.as_str())).unwrap_or_default();
    let thread = thread::begin(&work, &person.actor, &web.marks, desk, &writing.subject, Some((&case, label))).await?;
    outgoing::write(&web.ledger, &work, &person.actor, &web.house(), thread, writing).await?;
    work.commit().await?;
    Ok(onward(&web, &format!("/threads/{thread}"), Done::Written))
}
