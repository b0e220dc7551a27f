//! `POST /tray/{id}/again`: reads an entry again, or all entries of its file or with its reason.

use super::{entry::visible, onward};
use crate::{done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use noroshi_incident::service::import;
use noroshi_mailroom::tray::Which;
use serde::Deserialize;

/// What is sent.
#[derive(Deserialize)]
pub(crate) struct AgainForm {
    #[serde(default)]
    which: String,
}

/// Reads again. What becomes of it is what the entry's page says.
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(id): Path<String>, Form(sent): Form<AgainForm>) -> Result<Response, Failure> {
    let item = visible(&web, &person, &id).await?;
    let which = match sent.which.as_str() {
        "one" => Which::Ids(vec![item.id]),
        "file" => Which::Delivery(item.correspondence),
        "reason" => Which::Reason(item.reason.key.to_string()),
        other => return Err(Failure::Field { name: "which".into(), value: other.into() }),
    };
    let again = import::again(&web.intake(person.actor.clone()), &which, &mut import::Silent).await?;
    let done = match (again.closed, again.waiting) {
        (_, 0) => Done::ReadAgain,
        (0, _) => Done::StillUnread,
        _ => Done::PartlyReadAgain,
    };
    Ok(onward(&web, &format!("/tray/{}", item.id), done))
}
