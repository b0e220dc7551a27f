//! `/api/v1/observations`: what partner teams and researchers are given, by the key of a share. Errors are problem details (RFC 9457); each use is
//! noted in the audit.

use super::api::{Problem, Wrong, bearer, waits};
use crate::{
    query::Parameters,
    rate::{Limit, Rates},
    web::{Shared as SharedWeb, Web},
};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use hyper::body::{Bytes, Frame, SizeHint};
use noroshi_kernel::{
    moment::{Moment, Zone},
    setaside::printable,
};
use noroshi_observation::{
    ObservationError,
    ask::{Selection, Standpoint},
    series::{self, Bucket},
    service::share::{self, Share},
    shared::{Format, View},
    top::{self, By},
};
use serde_json::Value;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    fs::File,
    io::{AsyncRead as _, ReadBuf},
    sync::Semaphore,
};

/// The rows of a ranking, unless said otherwise, and at most.
const ROWS: usize = 100;
const MOST_ROWS: usize = 10_000;
/// How many days of packets are written at once: each holds some hundred megabytes.
static WRITING: Semaphore = Semaphore::const_new(2);
/// The bytes that are read of a file at once.
const CHUNK_BYTES: usize = 64 << 10;

/// The media type of Parquet.
const PARQUET: &str = "application/vnd.apache.parquet";
const CSV: &str = "text/csv; charset=utf-8";

fn wrong(status: StatusCode, key: &'static str, detail: impl Into<String>) -> Wrong {
    Wrong::Problem(Problem::new(status, key, detail))
}

fn parameter(name: &str, detail: &str) -> Wrong {
    wrong(StatusCode::BAD_REQUEST, "parameter", format!("{name}: {detail}"))
}

/// What an observation refuses is the program's to put right.
fn refused(error: ObservationError) -> Wrong {
    match error {
        ObservationError::Refused(why) if why.key.strip_prefix("share-").is_some() => wrong(StatusCode::FORBIDDEN, "share", why.text.en),
        ObservationError::Refused(why) => wrong(StatusCode::UNPROCESSABLE_ENTITY, "question", why.text.en),
        other => Wrong::Failure(other.into()),
    }
}

/// The share whose key a request bears, held against a limit.
async fn share_of(web: &Web, rates: &Rates, limit: &Limit<i64>, request: &Parts) -> Result<Share, Wrong> {
    let found = match bearer(&request.headers) {
        Some(secret) => share::of_secret(&web.ledger, secret).await?,
        None => None,
    };
    let Some(found) = found else {
        let network = web.client_address.network(&request.headers, &request.extensions);
        rates.strangers.count(network, web.ledger.now()).map_err(waits)?;
        return Err(wrong(StatusCode::UNAUTHORIZED, "key", "send the key of a share: Authorization: Bearer noroshi_share_..."));
    };
    limit.count(Some(found.id), web.ledger.now()).map_err(waits)?;
    Ok(found)
}

/// The parameters of a request, none of which nobody reads.
fn parameters(request: &Parts, known: &[&str]) -> Result<Parameters, Wrong> {
    let read = Parameters::read(request.uri.query().unwrap_or_default());
    match read.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(parameter(&printable(name, 40), &format!("there is no such parameter; there are {}", known.join(", ")))),
        None => match known.iter().find(|name| read.0.iter().filter(|(given, _)| given == *name).count() > 1) {
            Some(name) => Err(parameter(name, "is given twice")),
            None => Ok(read),
        },
    }
}

/// A time with its offset, or a day or time of the team's zone.
fn time(parameters: &Parameters, name: &'static str, zone: &Zone) -> Result<Moment, Wrong> {
    let text = parameters.get(name).ok_or_else(|| parameter(name, "is missing"))?;
    let instant = text.parse::<jiff::Timestamp>().ok().map(Moment::from);
    let wall = || text.parse::<jiff::civil::DateTime>().ok().and_then(|wall| zone.moment(wall));
    instant.or_else(wall).ok_or_else(|| parameter(name, "write it like 2024-03-01, 2024-03-01T09:00 or 2024-03-01T00:00:00Z"))
}

/// From when until when.
fn window(parameters: &Parameters, zone: &Zone) -> Result<(Moment, Moment), Wrong> {
    let (from, to) = (time(parameters, "from", zone)?, time(parameters, "to", zone)?);
    if from < to { Ok((from, to)) } else { Err(parameter("to", "must be later than from")) }
}

/// Which packets are asked for.
fn selection(parameters: &Parameters) -> Result<Selection, Wrong> {
    let mut selection = Selection::default();
    for name in ["port", "country", "tool", "network"] {
        if let Some(text) = parameters.get(name) {
            selection.take(name, text).map_err(|why| parameter(name, &why.0.text.en))?;
        }
    }
    Ok(selection)
}

/// Whether a table of text is asked for, by `format` or else by what is accepted.
fn wants_csv(parameters: &Parameters, headers: &HeaderMap, other: &'static str) -> Result<bool, Wrong> {
    match parameters.get("format") {
        Some("csv") => Ok(true),
        Some(format) if format == other => Ok(false),
        Some(_) => Err(parameter("format", &format!("write csv or {other}"))),
        None => Ok(headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|accept| accept.split(',').any(|kind| kind.trim().starts_with("text/csv")))),
    }
}

fn view<'a>(web: &'a Web, share: &'a Share) -> View<'a> {
    let standpoint = Standpoint { zone: &web.reckoning.zone, home: &web.reckoning.home };
    View { place: &web.observatory, standpoint, share, team_key: &web.team_key }
}

/// What was asked, for the audit.
fn asked(parameters: &Parameters) -> Value {
    parameters.0.iter().map(|(name, value)| (name.clone(), Value::String(printable(value, 100)))).collect::<serde_json::Map<_, _>>().into()
}

fn json_or_csv(is_csv: bool, value: &Value, columns: &[&str]) -> Response {
    if !is_csv {
        return ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], value.to_string()).into_response();
    }
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if text.contains([',', '"', '\n', '\r']) => format!("\"{}\"", text.replace('"', "\"\"")),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let rows = value.get("rows").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let lines = rows.iter().map(|row| columns.iter().map(|column| cell(row.get(*column))).collect::<Vec<_>>().join(","));
    let text: String = std::iter::once(columns.join(",")).chain(lines).map(|line| line + "\r\n").collect();
    ([(header::CONTENT_TYPE, CSV), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// `GET /api/v1/observations/top`
pub(crate) async fn top(State(web): State<SharedWeb>, Extension(rates): Extension<Arc<Rates>>, request: Request) -> Result<Response, Wrong> {
    let (request, _) = request.into_parts();
    let share = share_of(&web, &rates, &rates.shares, &request).await?;
    let parameters = parameters(&request, &["by", "from", "to", "limit", "port", "country", "tool", "network", "format"])?;
    let is_csv = wants_csv(&parameters, &request.headers, "json")?;
    let by = parameters.get("by").unwrap_or("port");
    let by = By::ALL.into_iter().find(|known| known.key() == by).ok_or_else(|| parameter("by", "write port, country, source, network, sensor or tool"))?;
    let limit = match parameters.get("limit") {
        None => ROWS,
        Some(text) => text.parse().ok().filter(|limit| (1..=MOST_ROWS).contains(limit)).ok_or_else(|| parameter("limit", "write a number from 1 to 10000"))?,
    };
    let (from, to) = window(&parameters, &web.reckoning.zone)?;
    let question = top::Question { by, selection: selection(&parameters)?, from, to, limit };
    share::used(&web.ledger, &share, "top", asked(&parameters)).await?;
    let ranking = view(&web, &share).top(&question).await.map_err(refused)?;
    let value = serde_json::to_value(&ranking).unwrap_or_default();
    Ok(json_or_csv(is_csv, &value, &["key", "packets", "sources", "share", "average_per_sensor", "per_sensor_day"]))
}

/// `GET /api/v1/observations/series`
pub(crate) async fn series(State(web): State<SharedWeb>, Extension(rates): Extension<Arc<Rates>>, request: Request) -> Result<Response, Wrong> {
    let (request, _) = request.into_parts();
    let share = share_of(&web, &rates, &rates.shares, &request).await?;
    let parameters = parameters(&request, &["from", "to", "bucket", "port", "country", "tool", "network", "format"])?;
    let is_csv = wants_csv(&parameters, &request.headers, "json")?;
    let bucket = parameters.get("bucket").unwrap_or("day");
    let bucket = Bucket::ALL.into_iter().find(|known| known.key() == bucket).ok_or_else(|| parameter("bucket", "write hour, day, week or month"))?;
    let (from, to) = window(&parameters, &web.reckoning.zone)?;
    let question = series::Question { selection: selection(&parameters)?, from, to, bucket };
    share::used(&web.ledger, &share, "series", asked(&parameters)).await?;
    let series = view(&web, &share).series(&question).await.map_err(refused)?;
    let value = serde_json::to_value(&series).unwrap_or_default();
    Ok(json_or_csv(is_csv, &value, &["at", "packets", "sources", "sensors_watching", "average_per_sensor", "per_sensor_day", "is_over"]))
}

/// `GET /api/v1/observations/packets`: those of a day, UTC.
pub(crate) async fn packets(State(web): State<SharedWeb>, Extension(rates): Extension<Arc<Rates>>, request: Request) -> Result<Response, Wrong> {
    let (request, _) = request.into_parts();
    let share = share_of(&web, &rates, &rates.packets, &request).await?;
    let parameters = parameters(&request, &["day", "format"])?;
    let is_csv = wants_csv(&parameters, &request.headers, "parquet")?;
    let text = parameters.get("day").ok_or_else(|| parameter("day", "is missing"))?;
    let day: jiff::civil::Date = text.parse().map_err(|_| parameter("day", "write it like 2024-03-01"))?;
    let _turn = WRITING.acquire().await.map_err(|_| waits(10))?;
    share::used(&web.ledger, &share, "packets", asked(&parameters)).await?;
    let file = tempfile::NamedTempFile::new().map_err(|error| Wrong::Failure(crate::failure::Failure::Internal(Box::new(error))))?;
    let opened = file.reopen().and_then(|writing| Ok((writing, file.reopen()?)));
    let (writing, reading) = opened.map_err(|error| Wrong::Failure(crate::failure::Failure::Internal(Box::new(error))))?;
    let format = if is_csv { Format::Csv } else { Format::Parquet };
    let count = view(&web, &share).packets(day, format, writing, file.path().to_owned()).await.map_err(refused)?;
    let length = reading.metadata().map(|metadata| metadata.len()).unwrap_or_default();
    // Whoever reads has it open; its name is gone with the guard.
    let body = Body::new(FileBody { file: File::from_std(reading), left: length });
    let ending = if is_csv { "csv" } else { "parquet" };
    let headers = [
        (header::CONTENT_TYPE, if is_csv { CSV } else { PARQUET }.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"packets-{day}.{ending}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    tracing::debug!(share = share.id, count, "a day of packets is given");
    Ok((headers, body).into_response())
}

/// A file as the body of an answer, piece by piece.
struct FileBody {
    file: File,
    /// The bytes that are left.
    left: u64,
}

impl hyper::body::Body for FileBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut buffer = ReadBuf::new(&mut chunk);
        match Pin::new(&mut self.file).poll_read(context, &mut buffer) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error))),
            Poll::Ready(Ok(())) => {
                let read = buffer.filled().len();
                chunk.truncate(read);
                self.left = if read == 0 { 0 } else { self.left.saturating_sub(read as u64) };
                Poll::Ready((read > 0).then(|| Ok(Frame::data(Bytes::from(chunk)))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
