//! The door of every route: holds the table's row against who asks, and a form's token against its reader.

use crate::{
    csrf,
    failure::Failure,
    links, query,
    reader::Reader,
    routes::{Access, Guard},
    sent::Fields,
    web::Shared,
};
use axum::{
    body::{self, Body},
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use noroshi_kernel::access::Action;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The most bytes of a form.
const MOST_BYTES: usize = 1 << 20;

/// So many pages that look through records are made at once; others wait their turn, at most as long as a request may take. Fewer
/// than the database has readers, so that signing in and single records always find one.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Lets a request through to its handler, or not; one that changes something needs its form's token.
pub(crate) async fn gate(State((web, access, guard)): State<(Shared, Access, Guard)>, request: Request, next: Next) -> Response {
    // What is open to everybody and changes nothing (assets among it) needs no reader; a program has no session to be abused.
    if access == Access::Public && matches!(guard, Guard::Nothing | Guard::Program) {
        return next.run(request).await;
    }
    let Some(reader) = request.extensions().get::<Arc<Reader>>().cloned() else {
        return Failure::defect("a request came to the gate without its reader").into_response();
    };
    match (access, &reader.account) {
        (Access::Public, _) | (Access::SignedIn, Some(_)) => {}
        (Access::Action(action), Some(account)) if account.actor().can(action) => {}
        (Access::Action(_), Some(_)) => return Failure::Forbidden.into_response(),
        (_, None) => return to_sign_in(&request, &reader),
    }
    let _turn = if matches!(access, Access::Action(Action::ViewRecords | Action::ViewFigures)) { TURNS.acquire().await.ok() } else { None };
    if guard == Guard::Upload && csrf::comes_from_elsewhere(request.headers()) {
        return Failure::Stale.into_response();
    }
    if guard == Guard::Token {
        return match checked(&web, &reader, request).await {
            Ok(request) => next.run(request).await,
            Err(failure) => failure.into_response(),
        };
    }
    next.run(request).await
}

fn to_sign_in(request: &Request, reader: &Reader) -> Response {
    let to = (request.method() == Method::GET && reader.here != "/").then(|| links::with("/sign-in", "to", &reader.here));
    Redirect::to(&to.unwrap_or_else(|| "/sign-in".into())).into_response()
}

/// The request, when its form bears this reader's token.
async fn checked(web: &Shared, reader: &Reader, request: Request) -> Result<Request, Failure> {
    if csrf::comes_from_elsewhere(request.headers()) {
        return Err(Failure::Stale);
    }
    let (mut parts, body) = request.into_parts();
    let bytes = body::to_bytes(body, MOST_BYTES).await.map_err(|_| Failure::Status(StatusCode::PAYLOAD_TOO_LARGE))?;
    let sent = Fields::read(&parts.headers, &bytes)?;
    if let Some((name, character)) = sent.fields.iter().find_map(|(name, value)| Some((name, query::unprintable(value)?))) {
        return Err(Failure::Character { name: name.clone(), character });
    }
    if !sent.fields.iter().find(|(name, _)| name == "csrf").is_some_and(|(_, given)| csrf::is_of(&web.team_key, &reader.bound_to, given)) {
        return Err(Failure::Stale);
    }
    parts.extensions.insert(Arc::new(sent));
    Ok(Request::from_parts(parts, Body::from(bytes)))
}
