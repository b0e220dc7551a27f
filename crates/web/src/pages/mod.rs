//! The pages, one file for each; a page that one can act on is a folder with one file for each action.

pub(crate) mod api;
pub(crate) mod brands;
pub(crate) mod compare;
pub(crate) mod desks;
pub(crate) mod health;
pub(crate) mod help;
pub(crate) mod home;
pub(crate) mod host;
pub(crate) mod inbox;
pub(crate) mod incident;
pub(crate) mod intake;
pub(crate) mod keys;
pub(crate) mod letter;
pub(crate) mod mappings;
pub(crate) mod observe;
pub(crate) mod outgoing;
pub(crate) mod periodic_report;
pub(crate) mod queue;
pub(crate) mod raw;
pub(crate) mod report;
pub(crate) mod rises;
pub(crate) mod sensors;
pub(crate) mod shared;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod statistics;
pub(crate) mod status;
pub(crate) mod thread;
pub(crate) mod tray;

use crate::{cookies, done::Done, web::Web};
use axum::{
    http::header,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

/// Goes on to a page that says what was done.
fn onward(web: &Web, to: &str, done: Done) -> Response {
    let cookie = cookies::set(cookies::DONE, &done.signed(&web.team_key), Some(60), web.behind_tls);
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(to)).into_response()
}
