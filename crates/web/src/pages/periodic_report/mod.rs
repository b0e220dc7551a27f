//! `GET /periodic-reports`: the report of a period as it would be issued, to read and to take along.

pub(crate) mod download;

use super::statistics::{Picker, asked, current_quarter};
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_document::{html, model::Document};
use noroshi_kernel::{language::Language, period::Period};

/// A preview of a report.
#[derive(Template)]
#[template(path = "periodic_report.html")]
pub(crate) struct PeriodicReportPage {
    pub(crate) page: Page,
    pub(crate) picker: Picker,
    /// Tag, name, chosen.
    pub(crate) languages: Vec<(&'static str, &'static str, bool)>,
    /// The forms in which it can be taken along: name and address.
    pub(crate) downloads: Vec<(String, String)>,
    /// The report, as the document crate writes it.
    pub(crate) report: String,
}

/// The report of a period.
async fn document(web: &Web, period: Period, scheme: Option<&str>, language: Language) -> Result<Document, Failure> {
    Ok(noroshi_reporting::incident::document(&web.ledger, &web.reckoning, &web.team, period, scheme, language).await?)
}

/// `GET /periodic-reports`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["period", "scheme", "lang"])?;
    let (period, scheme) = asked(&parameters, current_quarter(&web).previous())?;
    let language = parameters.parsed("lang")?.unwrap_or(words.language);
    let document = document(&web, period, scheme.as_deref(), language).await?;
    let download = |extension: &str| {
        let href = links::with(&format!("/periodic-reports/{}/incident.{extension}", links::encoded(&period.to_string())), "lang", language.tag());
        let href = scheme.as_ref().map_or_else(|| href.clone(), |scheme| links::with(&href, "scheme", scheme));
        (words.say(&format!("download-{extension}")), href)
    };
    let page = Page::of(&web, &person, Desk::PeriodicReports, document.title.clone()).await?.step(period.to_string());
    page::show(&PeriodicReportPage {
        page,
        picker: Picker::of("/periodic-reports", period, scheme.as_deref()),
        languages: Language::ALL.map(|one| (one.tag(), one.own_name(), one == language)).into(),
        downloads: ["html", "pdf", "txt", "json"].map(download).into(),
        report: html::fragment(&document),
    })
}
