//! `GET /periodic-reports/{period}/incident.{txt,json,html,pdf}`

use super::document;
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
    let kind = match file.as_str() {
        "incident.txt" => "text/plain; charset=utf-8",
        "incident.json" => "application/json",
        "incident.html" => "text/html; charset=utf-8",
        "incident.pdf" => "application/pdf",
        _ => return Err(Failure::Missing),
    };
    let period: Period = parsed("period", &period)?;
    parameters.only(&["scheme", "lang"])?;
    let language = parameters.parsed("lang")?.unwrap_or(person.reader.language);
    let made = document(&web, period, parameters.get("scheme"), language).await?;
    let body = match file.as_str() {
        "incident.txt" => text::plain(&made).into_bytes(),
        "incident.json" => format!("{:#}\n", json::value(&made)).into_bytes(),
        "incident.pdf" => printed(web, made).await?,
        _ => noroshi_reporting::page::standalone(&made, Some(&web.base)).into_bytes(),
    };
    let name = format!("attachment; filename=\"{}-incident-{language}.{}\"", period.to_string().replace('@', "-"), file.rsplit('.').next().unwrap_or_default());
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

/// The document as PDF, made beside the threads that answer.
async fn printed(web: Shared, document: Document) -> Result<Vec<u8>, Failure> {
    let made = tokio::task::spawn_blocking(move || web.press.pdf(press::sheets(&document, Some(&web.base)))).await;
    made.map_err(|error| Failure::Internal(Box::new(error)))?.map_err(Failure::Refused)
}
