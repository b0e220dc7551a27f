//! `GET /periodic-reports/{period}/{incident,observation}.{txt,json,html,pdf}`

use super::{Kind, document};
use crate::{
    failure::Failure,
    query::{Parameters, parsed},
    reader::Person,
    web::Shared,
};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use noroshi_document::{json, model::Document, press, text};
use noroshi_kernel::period::Period;

/// `GET /periodic-reports/{period}/{file}`
pub(crate) async fn get(
    State(web): State<Shared>,
    person: Person,
    Path((period, file)): Path<(String, String)>,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let (about, form) = file.split_once('.').ok_or(Failure::Missing)?;
    let about: Kind = about.parse().map_err(|()| Failure::Missing)?;
    let kind = match form {
        "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "html" => "text/html; charset=utf-8",
        "pdf" => "application/pdf",
        _ => return Err(Failure::Missing),
    };
    let period: Period = parsed("period", &period)?;
    parameters.only(&["scheme", "lang"])?;
    let language = parameters.parsed("lang")?.unwrap_or(person.reader.language);
    let made = document(&web, &person.actor, about, period, parameters.get("scheme"), language).await?;
    let body = match form {
        "txt" => text::plain(&made).into_bytes(),
        "json" => format!("{:#}\n", json::value(&made)).into_bytes(),
        "pdf" => printed(web, made).await?,
        _ => noroshi_reporting::page::standalone(&made, Some(&web.base)).into_bytes(),
    };
    let name = format!("attachment; filename=\"{}-{}-{language}.{form}\"", period.to_string().replace('@', "-"), about.key());
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

/// The document as PDF, made beside the threads that answer.
async fn printed(web: Shared, document: Document) -> Result<Vec<u8>, Failure> {
    let made = tokio::task::spawn_blocking(move || web.press.pdf(press::sheets(&document, Some(&web.base)))).await;
    made.map_err(|error| Failure::Internal(Box::new(error)))?.map_err(Failure::Refused)
}
