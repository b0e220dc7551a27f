//! `GET /periodic-reports/{period}/incident.{txt,json,html}`

use super::document;
use crate::{
    assets,
    failure::Failure,
    query::{Parameters, parsed},
    reader::Person,
    web::Shared,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use noroshi_document::{html, json, text};
use noroshi_kernel::{language::Language, period::Period};

/// A report as a file of its own. It carries its style within itself, since it is read where our files are not.
#[derive(Template)]
#[template(path = "report_file.html")]
pub(crate) struct ReportFile {
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) style: &'static str,
    pub(crate) report: String,
}

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
        _ => return Err(Failure::Missing),
    };
    let period: Period = parsed("period", &period)?;
    let language = parameters.parsed("lang")?.unwrap_or(person.reader.language);
    let made = document(&web, period, parameters.get("scheme"), language).await?;
    let body = match file.as_str() {
        "incident.txt" => text::plain(&made),
        "incident.json" => format!("{:#}\n", json::value(&made)),
        _ => ReportFile { language, title: made.title.clone(), style: assets::STYLE, report: html::fragment(&made) }.render()?,
    };
    let name = format!("attachment; filename=\"{}-incident-{language}.{}\"", period.to_string().replace('@', "-"), file.rsplit('.').next().unwrap_or_default());
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
}
