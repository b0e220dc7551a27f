//! `GET /correspondence/{id}/raw`: the bytes as they came in, as a file to keep and never as something that a browser runs.

use crate::{failure::Failure, query::Parameters, reader::Person, web::Shared};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use noroshi_kernel::id::CorrespondenceId;
use noroshi_mailroom::{correspondence, thread};

/// The most bytes that are given.
const MOST_BYTES: u64 = 1 << 20;

/// `GET /correspondence/{id}/raw`, or `?offset=&length=` within it.
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(id): Path<String>, parameters: Parameters) -> Result<Response, Failure> {
    let id = CorrespondenceId(id.parse().map_err(|_| Failure::Missing)?);
    let found = correspondence::load(&web.ledger, id).await?.ok_or(Failure::Missing)?;
    if !noroshi_incident::may_see_correspondence(&web.ledger, id, person.actor.sight()).await? {
        return Err(Failure::Missing);
    }
    if !thread::may_see_letter(&web.ledger, id, person.actor.sight()).await? {
        return Err(Failure::Missing);
    }
    parameters.only(&["offset", "length"])?;
    let offset: u64 = parameters.parsed("offset")?.unwrap_or(0).min(found.raw.length);
    let length = parameters.parsed("length")?.unwrap_or(u64::MAX).min(found.raw.length - offset).min(MOST_BYTES);
    let (blobs, sha256, from) = (web.ledger.blobs().clone(), found.raw.sha256, found.raw.offset + offset);
    let read = tokio::task::spawn_blocking(move || blobs.read_part(&sha256, from, length)).await;
    let bytes = read.map_err(|error| Failure::Internal(Box::new(error)))??;
    let headers = [
        (header::CONTENT_TYPE, "text/plain".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"correspondence-{id}-{offset}.txt\"")),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
