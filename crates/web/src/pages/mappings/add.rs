//! `GET` and `POST /mappings/new`: a new mapping, proposed from a sample when one is pasted.

use super::{MappingForm, MappingPage, form::preview, onward, sent::Sent, show};
use crate::{
    done::Done,
    failure::Failure,
    page::{Desk, Page},
    reader::Person,
    web::Shared,
    words::Words,
};
use axum::{Form, extract::State, response::Response};
use noroshi_kernel::reason::Reason;
use noroshi_mailroom::{
    MailroomError,
    mapping::{self, Mapping},
};

/// `GET /mappings/new`
pub(crate) async fn get(State(web): State<Shared>, person: Person) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let page = Page::of(&web, &person, Desk::Mappings, words.say("mapping-new")).await?;
    let sent = Sent { time_zone: web.reckoning.zone.name().into(), ..Sent::of(&Mapping::default()) };
    show(&MappingPage {
        page,
        form: MappingForm::of(sent, words),
        action: "/mappings/new".into(),
        is_new: true,
        problem: None,
        preview: None,
        versions: Vec::new(),
    })
}

/// `POST /mappings/new`
pub(crate) async fn post(State(web): State<Shared>, person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let (mut sent, mut problem) = (sent, None::<Reason>);
    match sent.act.as_str() {
        "suggest" => match sent.suggested() {
            Ok(suggested) => sent = Sent { time_zone: web.reckoning.zone.name().into(), ..suggested },
            Err(reason) => problem = Some(reason),
        },
        "preview" => {}
        _ => match sent.change(sent.name.trim()) {
            Ok(change) => {
                let work = web.ledger.begin().await?;
                match mapping::add(&work, &person.actor, &change).await {
                    Ok(_) => {
                        work.commit().await?;
                        return Ok(onward(&web, &format!("/mappings/{}", change.name), Done::MappingSaved));
                    }
                    Err(MailroomError::Refused(reason)) => problem = Some(reason),
                    Err(error) => return Err(error.into()),
                }
            }
            Err(reason) => problem = Some(reason),
        },
    }
    // What is proposed may lack a target: that is told, and the form keeps what there is.
    let preview = preview(&sent, &web, words).unwrap_or_else(|reason| {
        problem.get_or_insert(reason);
        None
    });
    let problem = problem.map(|reason| reason.get(words.language).to_owned());
    let page = Page::of(&web, &person, Desk::Mappings, words.say("mapping-new")).await?;
    show(&MappingPage { page, form: MappingForm::of(sent, words), action: "/mappings/new".into(), is_new: true, problem, preview, versions: Vec::new() })
}
