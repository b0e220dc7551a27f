//! `GET /letters/{id}/parts/{path}`: one part of a letter, as a file to keep and never as something that a browser runs.

use super::{is_sealed, open, reading};
use crate::{
    failure::Failure,
    links,
    reader::Person,
    web::{Shared, Web},
};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use noroshi_kernel::access::Actor;
use noroshi_post::letter::{MOST_BYTES, short_name};

/// `GET /letters/{id}/parts/{path}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path((text, path)): Path<(String, String)>) -> Result<Response, Failure> {
    let (found, _) = open(&web, &person, &text).await?;
    let place = reading::Place { is_sealed: is_sealed(&web, found.id).await?, raw: found.raw };
    file(&web, &person.actor, place, &path, &format!("letter-{}", found.id)).await
}

/// A part of the letter at `place`; a sender's name of it that is not ASCII stands beside `name`.
pub(super) async fn file(web: &Web, actor: &Actor, place: reading::Place, path: &str, name: &str) -> Result<Response, Failure> {
    if place.raw.length > MOST_BYTES as u64 {
        return Err(Failure::Missing);
    }
    let wanted = path.to_owned();
    let file = reading::with_letters(web, actor, vec![place], MOST_BYTES as u64, move |read, keys| {
        let letter = keys.open(read.first()?).letter.ok()?;
        let part = letter.parts.iter().find(|part| part.path == wanted)?;
        Some((part.bytes()?.to_vec(), part.name.clone()))
    })
    .await?;
    let (bytes, given) = file.ok_or(Failure::Missing)?;
    let plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '-' | '_');
    let fallback = format!("{name}-{}.bin", path.chars().filter(|one| plain(*one)).collect::<String>());
    // The name is the sender's: in ASCII it is ours, the other stands encoded beside it (RFC 6266, section 4.3).
    let named = given.filter(|name| !name.trim().is_empty()).map(|name| format!("; filename*=UTF-8''{}", links::encoded(&short_name(&name, 100))));
    let disposition = format!("attachment; filename=\"{fallback}\"{}", named.unwrap_or_default());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, bytes).into_response())
}
