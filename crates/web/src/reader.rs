//! Who asks, and in which language: found out once for each request, before anything else looks at it.

use crate::{
    cookies, csrf,
    done::Done,
    failure::{self, Failure},
    language, page, upload,
    web::{Shared, Web},
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use noroshi_directory::account::{self, Account};
use noroshi_kernel::{access::Actor, language::Language};
use std::{sync::Arc, time::Duration};

/// How long a request may take.
const MOST_TIME: Duration = Duration::from_secs(30);

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) language: Language,
    /// The account, when somebody is signed in.
    pub(crate) account: Option<Account>,
    /// What forms are bound to: the session's token, or a visitor's.
    pub(crate) bound_to: String,
    /// Path and query of the request.
    pub(crate) here: String,
    /// Whether the request changes nothing by its method.
    pub(crate) only_reads: bool,
    /// What was just done.
    pub(crate) done: Option<Done>,
    /// The visitor's token, when it is new and must be set.
    fresh: bool,
}

impl Reader {
    async fn of(web: &Web, headers: &HeaderMap, uri: &Uri, method: &Method) -> Result<Self, Failure> {
        let token = cookies::get(headers, cookies::SESSION);
        let account = match token {
            Some(token) => account::whose(&web.ledger, token).await?,
            None => None,
        };
        let visitor = cookies::get(headers, cookies::VISITOR).filter(|token| token.len() == 64);
        let known = token.filter(|_| account.is_some()).or(visitor);
        Ok(Self {
            language: language::of(headers),
            account,
            bound_to: known.map_or_else(cookies::random, str::to_owned),
            here: uri.path_and_query().map_or_else(|| "/".into(), ToString::to_string),
            only_reads: method.is_safe(),
            done: cookies::get(headers, cookies::DONE).and_then(|value| Done::read(&web.team_key, value)),
            fresh: known.is_none(),
        })
    }

    /// A reader of whom nothing is known but the language.
    pub(crate) fn stranger(headers: &HeaderMap, uri: &Uri, method: &Method) -> Self {
        let here = uri.path_and_query().map_or_else(|| "/".into(), ToString::to_string);
        Self { language: language::of(headers), account: None, bound_to: cookies::random(), here, only_reads: method.is_safe(), done: None, fresh: false }
    }

    /// A fresh token for a form of this reader.
    pub(crate) fn form_token(&self, web: &Web) -> String {
        csrf::token(&web.team_key, &self.bound_to)
    }
}

/// A reader who is signed in. The gate lets nobody else through to a handler that asks for one.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) reader: Reader,
    pub(crate) account: Account,
    pub(crate) actor: Actor,
}

impl<S: Sync> FromRequestParts<S> for Person {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let reader = Reader::from_request_parts(parts, state).await?;
        let account = reader.account.clone().ok_or(Failure::Forbidden)?;
        Ok(Self { actor: account.actor(), account, reader })
    }
}

/// Finds out who asks, runs the rest, and makes a page of what went wrong.
pub(crate) async fn prepare(State(web): State<Shared>, mut request: Request, next: Next) -> Response {
    let (headers, uri, method) = (request.headers().clone(), request.uri().clone(), request.method().clone());
    // Neither needs to know who asks; a watcher must get its answer also when everything else waits.
    if request.uri().path().starts_with("/assets/") || request.uri().path() == "/healthz" {
        return next.run(request).await;
    }
    let most_time = if upload::is_one(&headers) { upload::MOST_TIME } else { MOST_TIME };
    let answer = async {
        let reader = Arc::new(Reader::of(&web, &headers, &uri, &method).await?);
        request.extensions_mut().insert(reader.clone());
        Ok::<_, Failure>((next.run(request).await, reader))
    };
    let (mut response, reader) = match tokio::time::timeout(most_time, answer).await {
        Ok(Ok(both)) => both,
        Ok(Err(failure)) => (failure.into_response(), Arc::new(Reader::stranger(&headers, &uri, &method))),
        Err(_) => (Failure::Slow.into_response(), Arc::new(Reader::stranger(&headers, &uri, &method))),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = failure::page(&web, &reader, response);
    }
    let shown = method == Method::GET && response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| *kind == page::HTML);
    if shown && reader.fresh {
        response.headers_mut().append(header::SET_COOKIE, cookies::set(cookies::VISITOR, &reader.bound_to, None, web.behind_tls));
    }
    if shown && reader.done.is_some() && response.status().is_success() {
        response.headers_mut().append(header::SET_COOKIE, cookies::set(cookies::DONE, "", Some(0), web.behind_tls));
    }
    response
}
