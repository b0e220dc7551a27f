//! Enrolment: a sensor makes its keys, and the centre that its token names gets to know them.

use crate::{
    centre::{Address, CallError, Connection, pinned},
    certificate,
    identity::{Identity, Keys},
    spool::SOFTWARE,
};
use noroshi_telescope::{
    batch::SigningKey,
    protocol::{ENROL, ENROL_CONTEXT, Enrol, Enrolled, Token},
};
use ring::digest::{SHA256, digest};
use std::{
    io,
    path::{Path, PathBuf},
};

/// A sensor could not enrol.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// It did before.
    #[error("{0} holds the identity of a sensor already: name another folder by --state, or replace it by --again (with a new token)")]
    Already(PathBuf),
    /// The centre did not do it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The centre does not know the token.
    #[error("the centre does not take this token ({0}): a token is good once and for a short time; ask the centre for a new one")]
    Token(String),
    /// What it answered is not what was asked for.
    #[error("the answer is not the centre's ({0}): nothing was kept; tell the centre, for somebody may be in between")]
    Answer(String),
    /// The disk, or the system.
    #[error("{0}: {1}")]
    System(&'static str, io::Error),
}

/// Makes keys, has the centre sign them, and keeps who this sensor is from now on.
///
/// # Errors
/// [`EnrolError`]; nothing is kept then.
pub async fn enrol(state: &Path, centre: &Address, token: &Token, again: bool) -> Result<Identity, EnrolError> {
    let system = |what| move |error| EnrolError::System(what, error);
    if !again && Identity::is_in(state).map_err(system("the folder of state cannot be read"))? {
        return Err(EnrolError::Already(state.to_owned()));
    }
    let (tls_key, request) = certificate::request().map_err(system("no key can be made"))?;
    let (batch_key, batch_key_bytes) = SigningKey::generate().map_err(|error| EnrolError::System("no key can be made", io::Error::other(error)))?;
    let asked = Enrol {
        secret: data_encoding::HEXLOWER.encode(&token.secret),
        proof: data_encoding::HEXLOWER.encode(&batch_key.sign(ENROL_CONTEXT, request.as_bytes())),
        request,
        batch_key: batch_key.public().to_string(),
        software: SOFTWARE.to_owned(),
    };
    let body = serde_json::to_vec(&asked).map_err(|error| EnrolError::System("no request can be made", error.into()))?;
    let mut connection = Connection::to(centre.clone(), pinned(token.authority).map_err(system("TLS"))?);
    let Enrolled { sensor, name, certificate, authority } = match connection.post(ENROL, "application/json", body).await {
        Err(CallError::Refused(problem)) if (400..500).contains(&problem.status) => return Err(EnrolError::Token(problem.title)),
        answer => answer?,
    };
    let wrong = |error: io::Error| EnrolError::Answer(error.to_string());
    let signer = certificate::read(&authority).map_err(wrong)?;
    if digest(&SHA256, &signer).as_ref() != token.authority {
        return Err(EnrolError::Answer("it names another authority than the token".to_owned()));
    }
    let own = certificate::read(&certificate).map_err(wrong)?;
    certificate::validity(&own, Some(&tls_key)).map_err(wrong)?;
    let identity = Identity {
        sensor,
        name,
        centre: centre.to_string(),
        authority,
        certificate,
        tls_key: Identity::file_of("tls", tls_key.public_key_raw()),
        batch_key: Identity::file_of("batch", &batch_key.public().0),
    };
    let pem = tls_key.serialize_pem();
    identity.keep(state, &Keys { tls: &pem, batch: &batch_key_bytes }).map_err(system("the identity cannot be written"))?;
    Ok(identity)
}
