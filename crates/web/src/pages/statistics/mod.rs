//! `GET /statistics`: the figures of a period, each a link to exactly its records.

mod tables;

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
use noroshi_document::{html, model::Document, prose::Prose};
use noroshi_incident::{model::schemes, stats};
use noroshi_kernel::period::{Kind, Month, Period};

/// The figures of a period.
#[derive(Template)]
#[template(path = "statistics.html")]
pub(crate) struct StatisticsPage {
    pub(crate) page: Page,
    pub(crate) picker: Picker,
    /// The tables, as the document crate writes them.
    pub(crate) figures: String,
}

/// Which period, by which scheme, and the periods beside it.
pub(crate) struct Picker {
    pub(crate) period: String,
    pub(crate) schemes: Vec<(String, bool)>,
    pub(crate) previous: String,
    pub(crate) next: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// The quarter in which we are.
pub(crate) fn current_quarter(web: &Web) -> Period {
    Period::holding(Kind::Quarter, Month::of(web.ledger.now(), &web.reckoning.zone))
}

/// The period and the scheme that a page was asked for; without, this period by its own scheme.
pub(crate) fn asked(parameters: &Parameters, otherwise: Period) -> Result<(Period, Option<String>), Failure> {
    let period = parameters.parsed("period")?.unwrap_or(otherwise);
    let scheme = parameters.get("scheme");
    if let Some(value) = scheme.filter(|key| schemes().iter().all(|known| known.key != *key)) {
        return Err(Failure::Parameter { name: "scheme".into(), value: value.into() });
    }
    Ok((period, scheme.map(str::to_owned)))
}

/// The period of the same kind just after.
fn following(period: Period) -> Period {
    let months = if period.kind() == Kind::TwelveMonths { 12 } else { 1 };
    Period::holding(period.kind(), period.last_month().plus(months))
}

impl Picker {
    pub(crate) fn of(path: &str, period: Period, scheme: Option<&str>) -> Self {
        let href = |period: Period| {
            let href = links::with(path, "period", &period.to_string());
            scheme.map_or_else(|| href.clone(), |scheme| links::with(&href, "scheme", scheme))
        };
        Self {
            period: period.to_string(),
            schemes: schemes().iter().map(|known| (known.key.clone(), Some(known.key.as_str()) == scheme)).collect(),
            before: period.previous().to_string(),
            after: following(period).to_string(),
            previous: href(period.previous()),
            next: href(following(period)),
        }
    }
}

/// `GET /statistics`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["period", "scheme"])?;
    let (period, scheme) = asked(&parameters, current_quarter(&web))?;
    let compared = stats::compared(&web.ledger, &web.reckoning, period, scheme.as_deref()).await?;
    let title = words.about("statistics-title", &period.to_string());
    let document = Document {
        language: words.language,
        title: title.clone(),
        lead: Some(Prose::from(words.with(
            "statistics-lead",
            &[
                ("first", period.first_month().to_string().into()),
                ("last", period.last_month().to_string().into()),
                ("scheme", compared.now.scheme.clone().into()),
            ],
        ))),
        facts: Vec::new(),
        blocks: tables::blocks(&compared, words)?,
    };
    let page = Page::of(&web, &person, Desk::Statistics, title).await?.step(period.to_string());
    page::show(&StatisticsPage { page, picker: Picker::of("/statistics", period, scheme.as_deref()), figures: html::fragment(&document) })
}

#[cfg(test)]
mod tests {
    use super::following;

    #[test]
    fn periods_follow_each_other() {
        for (period, next) in
            [("2013Q4", "2014Q1"), ("2013-12", "2014-01"), ("2013", "2014"), ("FY2013", "FY2014"), ("FY2013Q4", "FY2014Q1"), ("12m@2007-03", "12m@2008-03")]
        {
            let period = period.parse().expect("a period");
            assert_eq!(following(period).to_string(), next);
            assert_eq!(following(period).previous(), period);
        }
    }
}
