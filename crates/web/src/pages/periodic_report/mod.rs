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
use noroshi_kernel::{access::Actor, language::Language, period::Period};
use noroshi_observation::ask::Standpoint;
use noroshi_reporting::{incident, observation};
use std::str::FromStr;

/// A preview of a report.
#[derive(Template)]
#[template(path = "periodic_report.html")]
pub(crate) struct PeriodicReportPage {
    pub(crate) page: Page,
    pub(crate) picker: Picker,
    /// Tag, name, chosen.
    pub(crate) languages: Vec<(&'static str, &'static str, bool)>,
    /// Key, name, chosen.
    pub(crate) kinds: Vec<(&'static str, String, bool)>,
    /// The forms in which it can be taken along: name and address.
    pub(crate) downloads: Vec<(String, String)>,
    /// The report, as the document crate writes it.
    pub(crate) report: String,
}

/// On what a report reports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Incident,
    Observation,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Incident, Self::Observation];

    const fn key(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Observation => "observation",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.key() == text).ok_or(())
    }
}

/// The report of a period.
async fn document(web: &Web, actor: &Actor, kind: Kind, period: Period, scheme: Option<&str>, language: Language) -> Result<Document, Failure> {
    Ok(match kind {
        Kind::Incident => incident::document(&web.ledger, &web.reckoning, &web.team, period, scheme, language).await?,
        Kind::Observation => {
            let standpoint = Standpoint { zone: &web.reckoning.zone, home: &web.reckoning.home };
            let asking = observation::Asking { place: &web.observatory, actor, standpoint };
            observation::document(asking, &web.team, period, language).await?
        }
    })
}

/// `GET /periodic-reports`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["period", "scheme", "lang", "kind"])?;
    let kind = parameters.parsed("kind")?.unwrap_or(Kind::Incident);
    let (period, scheme) = asked(&parameters, current_quarter(&web).previous())?;
    let language = parameters.parsed("lang")?.unwrap_or(words.language);
    let document = document(&web, &person.actor, kind, period, scheme.as_deref(), language).await?;
    let download = |extension: &str| {
        let href = links::with(&format!("/periodic-reports/{}/{}.{extension}", links::encoded(&period.to_string()), kind.key()), "lang", language.tag());
        let href = scheme.as_ref().map_or_else(|| href.clone(), |scheme| links::with(&href, "scheme", scheme));
        (words.say(&format!("download-{extension}")), href)
    };
    let page = Page::of(&web, &person, Desk::PeriodicReports, document.title.clone()).await?.step(period.to_string());
    page::show(&PeriodicReportPage {
        page,
        picker: Picker::of(&links::with("/periodic-reports", "kind", kind.key()), period, scheme.as_deref()),
        languages: Language::ALL.map(|one| (one.tag(), one.own_name(), one == language)).into(),
        kinds: Kind::ALL.map(|one| (one.key(), words.say(&format!("report-kind-{}", one.key())), one == kind)).into(),
        downloads: ["html", "pdf", "txt", "json"].map(download).into(),
        report: html::fragment(&document),
    })
}
