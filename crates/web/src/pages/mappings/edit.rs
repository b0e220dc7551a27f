//! `GET` and `POST /mappings/{name}`: one mapping, to change, with a preview of what it makes of a sample.

use super::{MappingForm, MappingPage, form::preview, onward, sent::Sent, show, version};
use crate::{
    done::Done,
    failure::Failure,
    page::{Desk, Page},
    reader::Person,
    web::{Shared, Web},
    words::Words,
};
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use noroshi_kernel::reason::Reason;
use noroshi_mailroom::{
    MailroomError,
    mapping::{self, Saved},
};

/// `GET /mappings/{name}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(name): Path<String>) -> Result<Response, Failure> {
    let saved = mapping::find(&web.ledger, &name).await?.ok_or(Failure::Missing)?;
    let sent = Sent { format: saved.format.key().into(), about_ja: saved.about.ja.clone(), about_en: saved.about.en.clone(), ..Sent::of(&saved.definition) };
    page(&web, &person, &saved, sent, None).await
}

/// `POST /mappings/{name}`
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(name): Path<String>, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let saved = mapping::find(&web.ledger, &name).await?.ok_or(Failure::Missing)?;
    match sent.act.as_str() {
        "preview" => page(&web, &person, &saved, sent, None).await,
        "suggest" => match sent.suggested() {
            Ok(suggested) => page(&web, &person, &saved, suggested, None).await,
            Err(reason) => page(&web, &person, &saved, sent, Some(reason)).await,
        },
        _ => {
            let change = match sent.change(&saved.name) {
                Ok(change) => change,
                Err(reason) => return page(&web, &person, &saved, sent, Some(reason)).await,
            };
            let work = web.ledger.begin().await?;
            match mapping::save(&work, &person.actor, &change).await {
                Ok(_) => {
                    work.commit().await?;
                    Ok(onward(&web, &format!("/mappings/{}", saved.name), Done::MappingSaved))
                }
                Err(MailroomError::Refused(reason)) => {
                    work.undo().await?;
                    page(&web, &person, &saved, sent, Some(reason)).await
                }
                Err(error) => Err(error.into()),
            }
        }
    }
}

async fn page(web: &Web, person: &Person, saved: &Saved, sent: Sent, problem: Option<Reason>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let mut problem = problem;
    let preview = preview(&sent, web, words).unwrap_or_else(|reason| {
        problem.get_or_insert(reason);
        None
    });
    let versions = mapping::history(&web.ledger, &saved.name).await?;
    show(&MappingPage {
        page: Page::of(web, person, Desk::Mappings, saved.name.clone()).await?.step(saved.name.clone()),
        form: MappingForm::of(sent, words),
        action: format!("/mappings/{}", saved.name),
        is_new: false,
        problem: problem.map(|reason| reason.get(words.language).to_owned()),
        preview,
        versions: versions.iter().map(|one| version(one, web, words)).collect(),
    })
}
