//! `GET /report/key.asc`, or `?desk=`: the public key to which what is sent through the form is encrypted.

use super::desks;
use crate::{
    failure::Failure,
    links,
    pages::keys::key_file,
    query::Parameters,
    web::{Shared, Web},
};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use noroshi_directory::key::{self, OwnKey};
use noroshi_mailroom::desk::Desk;
use noroshi_post::openpgp::Purpose;

/// How long the file may be kept: a key that was retired or renewed is to be seen on the same day.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// The key as the form tells of it.
pub(crate) struct FormKey {
    /// The digits, for a command.
    pub(crate) fingerprint: String,
    /// The digits in groups, to be compared.
    pub(crate) grouped: String,
    /// Where the file is.
    pub(crate) href: String,
}

async fn of_desk(web: &Web, desk: &Desk) -> Result<Option<OwnKey>, Failure> {
    Ok(key::in_use(&web.ledger, desk.wanted(), Purpose::Encryption, web.ledger.now()).await?)
}

impl FormKey {
    /// That of a desk; none when the team has no key to which one can encrypt.
    pub(super) async fn of(web: &Web, desk: &Desk) -> Result<Option<Self>, Failure> {
        let own = of_desk(web, desk).await?;
        Ok(own.map(|own| {
            let fingerprint = own.certificate.fingerprint();
            Self { grouped: fingerprint.grouped(), fingerprint: fingerprint.to_string(), href: links::with("/report/key.asc", "desk", &desk.key) }
        }))
    }
}

/// `GET /report/key.asc`: of the desk that is named, else of the first that has a form. Nothing about the reader is asked or kept.
pub(crate) async fn get(State(web): State<Shared>, parameters: Parameters) -> Result<Response, Failure> {
    parameters.only(&["desk"])?;
    let desks = desks(&web).await?;
    let desk = match parameters.get("desk") {
        Some(named) => desks.iter().find(|desk| desk.key == named),
        None => desks.first(),
    };
    let own = of_desk(&web, desk.ok_or(Failure::Missing)?).await?.ok_or(Failure::Missing)?;
    let mut file = key_file(&own.certificate, own.certificate.fingerprint().as_str())?.into_response();
    file.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    Ok(file)
}
