//! `POST /keys/{fingerprint}/verify`, `/retire` and `/remove`.

use super::{Problem, onward, view};
use crate::{done::Done, failure::Failure, reader::Person, sent::Fields, web::Shared};
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_directory::{DirectoryError, key};

/// Notes that somebody made sure whose a key is.
pub(crate) async fn verify(State(web): State<Shared>, person: Person, Path(text): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let fingerprint = view::find(&web, &text).await?.certificate().fingerprint();
    let how = sent.field("how").trim();
    let work = web.ledger.begin().await?;
    match key::verify(&work, &person.actor, &fingerprint, how).await {
        Ok(()) => work.commit().await?,
        // How it was made sure is all that was typed.
        Err(DirectoryError::Refused(why)) if why.key == "key-how" => {
            work.undo().await?;
            let problem = Problem { field: "how", text: why.get(person.reader.language).to_owned() };
            return view::show(&web, &person, &text, how.to_owned(), vec![problem]).await;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(onward(&web, &format!("/keys/{fingerprint}"), Done::KeyVerified))
}

/// Retires a key of the team.
pub(crate) async fn retire(State(web): State<Shared>, person: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    let fingerprint = view::find(&web, &text).await?.certificate().fingerprint();
    let work = web.ledger.begin().await?;
    key::retire(&work, &person.actor, &fingerprint).await?;
    work.commit().await?;
    Ok(onward(&web, &format!("/keys/{fingerprint}"), Done::KeyRetired))
}

/// Removes somebody else's key.
pub(crate) async fn remove(State(web): State<Shared>, person: Person, Path(text): Path<String>) -> Result<Response, Failure> {
    let fingerprint = view::find(&web, &text).await?.certificate().fingerprint();
    let work = web.ledger.begin().await?;
    key::remove(&work, &person.actor, &fingerprint).await?;
    work.commit().await?;
    Ok(onward(&web, "/keys", Done::KeyRemoved))
}
