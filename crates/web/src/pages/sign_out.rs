//! `POST /sign-out`

use super::onward;
use crate::{cookies, done::Done, failure::Failure, reader::Person, web::Shared};
use axum::{extract::State, http::header, response::Response};
use noroshi_directory::account;

/// Ends the session.
pub(crate) async fn post(State(web): State<Shared>, person: Person) -> Result<Response, Failure> {
    account::sign_out(&web.ledger, &person.account, &person.reader.bound_to).await?;
    let mut response = onward(&web, "/sign-in", Done::SignedOut);
    response.headers_mut().append(header::SET_COOKIE, cookies::set(cookies::SESSION, "", Some(0), web.behind_tls));
    Ok(response)
}
