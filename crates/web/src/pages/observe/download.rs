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
    top::Ranking,
};
use noroshi_reporting::graph::Sides;
use serde::Serialize;

/// The rows of a ranking for programs.
const MOST_ROWS: usize = 1_000;
/// The ranks whose lines are given.
const MOST_LINES: usize = 10;
/// The fields of a row of a ranking.
const RANKS_HEAD: [&str; 6] = ["key", "packets", "sources", "share", "average_per_sensor", "per_sensor_day"];

/// `GET /observe/{file}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(file): Path<String>, parameters: Parameters) -> Result<Response, Failure> {
    let asked = Asked::read(&parameters, &web)?;
    if let Some(wrong) = &asked.wrong {
        return Err(Failure::Refused(wrong.reason.clone()));
    }
    let (actor, view) = (&person.actor, &asked.view);
    let words = Words::of(person.reader.language);
    let mut what = asked.show.key();
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
        "points.csv" if asked.show == Show::Ranks => {
            what = "lines";
            let ranks = shown::asked_ranks(&web, actor, view, MOST_LINES).await?;
            let rows = flat(FlatPoint::HEAD, ranks.rows.iter().filter_map(|ranked| ranked.series.as_ref()).flat_map(FlatPoint::all))?;
            ("text/csv; charset=utf-8", rows.into_bytes())
        }
        "graph.csv" => {
            let rows = match asked.show {
                Show::Ranks => {
                    let ranking = shown::ranking(&web, actor, view, MOST_ROWS).await?;
                    if ranking.named_services_only {
                        // Rows have no room to say it.
                        what = "ranks-named-services-only";
                    }
                    flat(RANKS_HEAD, ranking.rows.iter())?
                }
                Show::Series | Show::Distinct => flat(FlatPoint::HEAD.get(1..).unwrap_or_default(), shown::asked_series(&web, actor, view).await?.rows.iter())?,
                Show::Weeks => flat(
                    FlatPoint::HEAD,
                    shown::asked_weeks(&web, actor, view).await?.rows.iter().filter_map(|ranked| ranked.series.as_ref()).flat_map(FlatPoint::all),
                )?,
                Show::Origins => flat(FlatPoint::HEAD, shown::asked_sides(&web, actor, view, Sides::Sources).await?.iter().flat_map(FlatPoint::all))?,
                Show::Sides => flat(FlatPoint::HEAD, shown::asked_sides(&web, actor, view, Sides::Sensors).await?.iter().flat_map(FlatPoint::all))?,
                Show::Sources => flat(FlatSource::HEAD, shown::asked_sources(&web, actor, view, MOST_ROWS).await?.rows.iter().map(FlatSource::of))?,
            };
            ("text/csv; charset=utf-8", rows.into_bytes())
        }
        _ => return Err(Failure::Missing),
    };
    let name = format!("attachment; filename=\"observation-{what}.{}\"", file.rsplit('.').next().unwrap_or_default());
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
        Show::Ranks => {
            let (ranking, lines) = (shown::ranking(web, actor, view, MOST_ROWS).await?, shown::asked_ranks(web, actor, view, MOST_LINES).await?);
            written(&RanksAndLines { ranking, series: lines.rows.into_iter().filter_map(|ranked| ranked.series).collect() })
        }
        Show::Series | Show::Distinct => written(&shown::asked_series(web, actor, view).await?),
        Show::Weeks => written(&shown::asked_weeks(web, actor, view).await?),
        Show::Origins => written(&shown::asked_sides(web, actor, view, Sides::Sources).await?),
        Show::Sides => written(&shown::asked_sides(web, actor, view, Sides::Sensors).await?),
        Show::Sources => written(&shown::asked_sources(web, actor, view, MOST_ROWS).await?),
    }
}

/// JSON, as `--json` has it.
pub(super) fn written(answer: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(answer).map(|text| text + "\n").map_err(|error| Failure::Internal(Box::new(error)))
}

/// Rows as CSV (RFC 4180), one column for each of their fields; a head without rows says that there are none.
pub(super) fn flat<H: AsRef<[u8]>, T: Serialize>(head: impl IntoIterator<Item = H>, rows: impl IntoIterator<Item = T>) -> Result<String, Failure> {
    let wrong = |error: csv::Error| Failure::Internal(Box::new(error));
    let mut out = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    out.write_record(head).map_err(wrong)?;
    for row in rows {
        out.serialize(row).map_err(wrong)?;
    }
    let bytes = out.into_inner().map_err(|error| Failure::Internal(error.to_string().into()))?;
    String::from_utf8(bytes).map_err(|error| Failure::Internal(Box::new(error)))
}

/// A ranking, and how its first rows went on.
#[derive(Serialize)]
struct RanksAndLines {
    #[serde(flatten)]
    ranking: Ranking,
    series: Vec<Series>,
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
    is_over: bool,
}

impl<'a> FlatPoint<'a> {
    /// Its fields; without the key those of a line alone.
    const HEAD: [&'static str; 8] = ["key", "at", "packets", "sources", "sensors_watching", "average_per_sensor", "per_sensor_day", "is_over"];

    fn all(series: &'a Series) -> impl Iterator<Item = Self> {
        let point = |row: &'a Row| Self {
            key: &series.key,
            at: &row.at,
            packets: row.packets,
            sources: row.sources,
            sensors_watching: row.sensors_watching,
            average_per_sensor: row.average_per_sensor,
            per_sensor_day: row.per_sensor_day,
            is_over: row.is_over,
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
    const HEAD: [&'static str; 10] = ["address", "country", "network", "packets", "services", "most", "sensors", "tools", "first", "last"];

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
