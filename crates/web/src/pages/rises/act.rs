//! What a person makes of a rise.

use super::{
    onward,
    view::{Wrong, find, show},
};
use crate::{
    done::Done,
    failure::Failure,
    reader::Person,
    sent::Fields,
    web::{Shared, Web},
    words::Words,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_kernel::language::Bilingual;
use noroshi_observation::{ObservationError, service::rises};

/// Back to the rise; what was refused is said beside the form.
async fn back(web: &Web, person: &Person, number: &str, outcome: Result<(), ObservationError>, done: Done, typed: Wrong) -> Result<Response, Failure> {
    match outcome.map_err(Failure::from) {
        Ok(()) => Ok(onward(web, &format!("/rises/{number}"), done)),
        Err(Failure::Refused(reason)) => {
            let problem = reason.get(Words::of(person.reader.language).language).to_owned();
            show(web, person, number, Some(Wrong { problem, ..typed })).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /rises/{number}/explain`
pub(crate) async fn explain(State(web): State<Shared>, person: Person, Path(number): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let rise = find(&web, &person, &number).await?;
    let explanation = Bilingual { ja: sent.field("ja").to_owned(), en: sent.field("en").to_owned() };
    let outcome = rises::explain(&web.ledger, &person.actor, rise.number, &explanation).await;
    back(&web, &person, &number, outcome, Done::RiseExplained, Wrong { explanation: Some(explanation), ..Wrong::default() }).await
}

/// `POST /rises/{number}/publish`
pub(crate) async fn publish(State(web): State<Shared>, person: Person, Path(number): Path<String>) -> Result<Response, Failure> {
    let rise = find(&web, &person, &number).await?;
    let outcome = rises::publish(&web.ledger, &person.actor, rise.number).await;
    back(&web, &person, &number, outcome, Done::RisePublished, Wrong::default()).await
}

/// `POST /rises/{number}/dismiss`
pub(crate) async fn dismiss(State(web): State<Shared>, person: Person, Path(number): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let rise = find(&web, &person, &number).await?;
    let reason = sent.field("reason").to_owned();
    let outcome = rises::dismiss(&web.ledger, &person.actor, rise.number, &reason).await;
    back(&web, &person, &number, outcome, Done::RiseDismissed, Wrong { reason, ..Wrong::default() }).await
}

/// `POST /rises/{number}/reopen`
pub(crate) async fn reopen(State(web): State<Shared>, person: Person, Path(number): Path<String>) -> Result<Response, Failure> {
    let rise = find(&web, &person, &number).await?;
    let outcome = rises::reopen(&web.ledger, &person.actor, rise.number).await;
    back(&web, &person, &number, outcome, Done::RiseReopened, Wrong::default()).await
}
