//! The pages on which the staff work, in Japanese and English.
//!
//! A request passes three doors: `headers::secure` puts the headers on, `reader` finds out who asks and in which language, and
//! `gate` holds the route's row of the table against that person. Only then runs a page's handler, which asks a desk, fills a
//! typed context and renders its template. Errors travel back as `Failure` and become a page in `reader`.
//!
//! # To add a page
//!
//! 1. One file in `pages` (or one per action in a folder): the context, the handler, what can go wrong, its tests.
//! 2. One template in `templates`, bound to the context; its words in both `locales` (a test compares keys and arguments).
//! 3. One row in `routes`, and the row in `authorisation.txt`.
//! 4. Its address in `tests/pages.rs`, where every template is rendered in both languages.
//!
//! **Architecture invariant:** every route is declared in `routes` and nowhere else; access and the forms' tokens are checked from
//! that table before a handler runs. No page needs a script, and nothing is inline: the Content-Security-Policy starts from
//! `default-src 'none'`. Pages ask desks and never the database.

mod address;
mod assets;
mod cookies;
mod csrf;
mod device;
mod done;
pub mod door;
mod failure;
mod gate;
mod headers;
mod language;
mod links;
mod lists;
mod page;
mod pages;
mod query;
mod rate;
mod reader;
mod routes;
mod sent;
mod stamp;
#[cfg(test)]
mod tests;
mod times;
mod upload;
mod web;
mod words;

pub use address::ClientAddress;
pub use web::{Public, Web, router};
