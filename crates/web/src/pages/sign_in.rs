//! `GET` and `POST /sign-in`

use crate::{
    address::Failures,
    cookies, device,
    failure::Failure,
    links,
    page::{self, Plain},
    query::Parameters,
    reader::Reader,
    web::{Shared, Web},
};
use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    http::{Extensions, HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use noroshi_directory::account::{self, Device, SignInError};
use serde::Deserialize;
use std::sync::Arc;

/// The sign-in form.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) plain: Plain,
    pub(crate) csrf: String,
    pub(crate) to: String,
    pub(crate) name: String,
    /// Why the last try failed.
    pub(crate) problem: Option<String>,
}

/// What is sent.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct SignInForm {
    name: String,
    password: String,
    to: String,
}

fn form(web: &Web, reader: &Reader, to: &str) -> SignInPage {
    let to = links::local(to).unwrap_or("/incidents").to_owned();
    SignInPage { plain: Plain::of(web, reader, "sign-in"), csrf: reader.form_token(web), to, name: String::new(), problem: None }
}

/// `GET /sign-in`
pub(crate) async fn get(State(web): State<Shared>, reader: Reader, parameters: Parameters) -> Result<Response, Failure> {
    let page = form(&web, &reader, parameters.get("to").unwrap_or_default());
    if reader.account.is_some() {
        return Ok(Redirect::to(&page.to).into_response());
    }
    page::show(&page)
}

/// `POST /sign-in`
pub(crate) async fn post(
    State(web): State<Shared>,
    Extension(failures): Extension<Arc<Failures>>,
    extensions: Extensions,
    headers: HeaderMap,
    reader: Reader,
    Form(sent): Form<SignInForm>,
) -> Result<Response, Failure> {
    let page = form(&web, &reader, &sent.to);
    let (words, name, now) = (page.plain.words, sent.name.trim(), web.ledger.now());
    let device = device::of(&web.team_key, name, &headers, now);
    // A person's own browser does not wait for what others do, neither under this name nor from this address.
    let network = web.client_address.network(&headers, &extensions).filter(|_| device == Device::Strange);
    if let Some(Err(wait_s)) = network.map(|network| failures.begin(network, now)) {
        return again(page, StatusCode::TOO_MANY_REQUESTS, sent.name, words.count("sign-in-wait", wait_s));
    }
    match account::sign_in_from(&web.ledger, name, &sent.password, device).await {
        Ok(session) => {
            if let Some(network) = network {
                failures.succeeded(network);
            }
            let known = device::remember(&web.team_key, &session.account.name, now, web.behind_tls);
            let session = cookies::set(cookies::SESSION, &session.token, None, web.behind_tls);
            let visitor = cookies::set(cookies::VISITOR, "", Some(0), web.behind_tls);
            let cookies = [session, visitor, known].map(|cookie| (header::SET_COOKIE, cookie));
            Ok((AppendHeaders(cookies), Redirect::to(&page.to)).into_response())
        }
        Err(SignInError::Wrong) => again(page, StatusCode::UNPROCESSABLE_ENTITY, sent.name, words.say("sign-in-wrong")),
        Err(SignInError::Wait { wait_s }) => again(page, StatusCode::TOO_MANY_REQUESTS, sent.name, words.count("sign-in-wait", wait_s)),
        Err(SignInError::Ledger(error)) => Err(error.into()),
    }
}

fn again(page: SignInPage, status: StatusCode, name: String, problem: String) -> Result<Response, Failure> {
    Ok((status, page::show(&SignInPage { name, problem: Some(problem), ..page })?).into_response())
}
