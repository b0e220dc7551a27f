//! `GET /observe/graph.{csv,json,svg,png}`: the same question, for programs and for files.

use super::{
    asked::{Asked, Show},
    shown::{self, Picture},
};
use crate::{failure::Failure, query::Parameters, reader::Person, web::Shared, words::Words};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use noroshi_document::svg;
use noroshi_observation::{
    series::{Row, Series},
    sources::Source,
};
use noroshi_reporting::graph::Sides;
use serde::Serialize;

/// The rows of a ranking for programs.
const MOST_ROWS: usize = 1_000;

/// `GET /observe/{file}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(file): Path<String>, parameters: Parameters) -> Result<Response, Failure> {
    let asked = Asked::read(&parameters, &web)?;
    if let Some(wrong) = &asked.wrong {
        return Err(Failure::Refused(wrong.reason.clone()));
    }
    let (actor, view) = (&person.actor, &asked.view);
    let words = Words::of(person.reader.language);
    let (kind, body) = match file.as_str() {
        "graph.svg" => match shown::chart(&web, actor, words, &asked).await?.ok_or(Failure::Missing)? {
            Picture::Chart(chart) => ("image/svg+xml", svg::standalone(&*chart, words.language).into_bytes()),
            Picture::Heat(heat) => ("image/svg+xml", svg::standalone(&*heat, words.language).into_bytes()),
        },
        "graph.png" => {
            let picture = match shown::chart(&web, actor, words, &asked).await?.ok_or(Failure::Missing)? {
                Picture::Chart(chart) => svg::printed(&*chart, words.language),
                Picture::Heat(heat) => svg::printed(&*heat, words.language),
            };
            ("image/png", painted(web, picture).await?)
        }
        "graph.json" => ("application/json", json(&web, &person, &asked).await?.into_bytes()),
        "graph.csv" => {
            let rows = match asked.show {
                Show::Ranks => flat(shown::ranking(&web, actor, view, MOST_ROWS).await?.rows.iter())?,
                Show::Series | Show::Distinct => flat(shown::asked_series(&web, actor, view).await?.rows.iter())?,
                Show::Weeks => {
                    flat(shown::asked_weeks(&web, actor, view).await?.rows.iter().filter_map(|ranked| ranked.series.as_ref()).flat_map(FlatPoint::all))?
                }
                Show::Origins => flat(shown::asked_sides(&web, actor, view, Sides::Sources).await?.iter().flat_map(FlatPoint::all))?,
                Show::Sides => flat(shown::asked_sides(&web, actor, view, Sides::Sensors).await?.iter().flat_map(FlatPoint::all))?,
                Show::Sources => flat(shown::asked_sources(&web, actor, view, MOST_ROWS).await?.rows.iter().map(FlatSource::of))?,
            };
            ("text/csv; charset=utf-8", rows.into_bytes())
        }
        _ => return Err(Failure::Missing),
    };
    let name = format!("attachment; filename=\"observation-{}.{}\"", asked.show.key(), file.rsplit('.').next().unwrap_or_default());
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

/// The picture as PNG, made beside the threads that answer.
async fn painted(web: Shared, picture: String) -> Result<Vec<u8>, Failure> {
    let made = tokio::task::spawn_blocking(move || web.press.png(&picture)).await;
    made.map_err(|error| Failure::Internal(Box::new(error)))?.map_err(Failure::Refused)
}

async fn json(web: &Shared, person: &Person, asked: &Asked) -> Result<String, Failure> {
    let (actor, view) = (&person.actor, &asked.view);
    match asked.show {
        Show::Ranks => written(&shown::ranking(web, actor, view, MOST_ROWS).await?),
        Show::Series | Show::Distinct => written(&shown::asked_series(web, actor, view).await?),
        Show::Weeks => written(&shown::asked_weeks(web, actor, view).await?),
        Show::Origins => written(&shown::asked_sides(web, actor, view, Sides::Sources).await?),
        Show::Sides => written(&shown::asked_sides(web, actor, view, Sides::Sensors).await?),
        Show::Sources => written(&shown::asked_sources(web, actor, view, MOST_ROWS).await?),
    }
}

fn written(answer: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(answer).map(|text| text + "\n").map_err(|error| Failure::Internal(Box::new(error)))
}

/// Rows as CSV (RFC 4180), one column for each of their fields.
fn flat<T: Serialize>(rows: impl Iterator<Item = T>) -> Result<String, Failure> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for row in rows {
        out.serialize(row).map_err(|error| Failure::Internal(Box::new(error)))?;
    }
    let bytes = out.into_inner().map_err(|error| Failure::Internal(error.to_string().into()))?;
    String::from_utf8(bytes).map_err(|error| Failure::Internal(Box::new(error)))
}

/// A point of one of several lines.
#[derive(Serialize)]
struct FlatPoint<'a> {
    key: &'a str,
    at: &'a str,
    packets: Option<u64>,
    sources: Option<u64>,
    sensors_watching: f64,
    average_per_sensor: Option<f64>,
    per_sensor_day: Option<f64>,
}

impl<'a> FlatPoint<'a> {
    fn all(series: &'a Series) -> impl Iterator<Item = Self> {
        let point = |row: &'a Row| Self {
            key: &series.key,
            at: &row.at,
            packets: row.packets,
            sources: row.sources,
            sensors_watching: row.sensors_watching,
            average_per_sensor: row.average_per_sensor,
            per_sensor_day: row.per_sensor_day,
        };
        series.rows.iter().map(point)
    }
}

/// A source whose lists are one cell each.
#[derive(Serialize)]
struct FlatSource<'a> {
    address: &'a str,
    country: Option<&'a str>,
    network: &'a str,
    packets: u64,
    services: u64,
    most: String,
    sensors: u64,
    tools: String,
    first: &'a str,
    last: &'a str,
}

impl<'a> FlatSource<'a> {
    fn of(source: &'a Source) -> Self {
        Self {
            address: &source.address,
            country: source.country.as_deref(),
            network: &source.network,
            packets: source.packets,
            services: source.services,
            most: source.most.join(" "),
            sensors: source.sensors,
            tools: source.tools.join(" "),
            first: &source.first,
            last: &source.last,
        }
    }
}
