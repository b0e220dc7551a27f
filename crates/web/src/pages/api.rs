//! `/api/v1`: reports of programs. Errors are problem details (RFC 9457).

use super::report::keep;
use crate::{
    failure::{Failure, PROBLEM},
    rate::Rates,
    reader::Reader,
    web::{Shared, Web},
};
use axum::{
    Extension, body,
    extract::{Path, Request, State},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use noroshi_directory::token::{self, Scope, Token};
use noroshi_feeds::xarf;
use noroshi_kernel::{access::Actor, language::Language, reason::Reason, setaside::printable};
use noroshi_mailroom::{
    correspondence::Channel,
    desk,
    form::{self, Attachment, Entry, MOST_FILE_BYTES, Standing, Submission, To},
    thread,
};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// The document that describes the interface (OpenAPI 3.1).
const OPENAPI: &str = include_str!("../../assets/openapi.json");
/// The most bytes of a request: files grow by a third in base64.
pub(crate) const MOST_BYTES: usize = MOST_FILE_BYTES / 3 * 4 + (2 << 20);
/// The longest idempotency key, in bytes.
const KEY_MOST_BYTES: usize = 200;

/// A report as a program sends it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sent {
    desk: String,
    language: Language,
    what: String,
    at: String,
    zone: String,
    targets: Vec<String>,
    ports: Vec<String>,
    description: String,
    organisation: String,
    name: String,
    address: String,
    may_name: bool,
    mediate: bool,
    tlp: String,
    encrypted: String,
    files: Vec<SentFile>,
}

/// A file of a report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentFile {
    name: String,
    #[serde(default)]
    media_type: String,
    /// In base64.
    content: String,
}

/// Why a request is refused.
pub(crate) struct Problem {
    status: StatusCode,
    key: &'static str,
    detail: String,
    errors: Vec<Value>,
    wait_s: Option<i64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, key: &'static str, detail: impl Into<String>) -> Self {
        Self { status, key, detail: detail.into(), errors: Vec::new(), wait_s: None }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let mut body = json!({ "type": format!("urn:noroshi:problem:{}", self.key), "title": title, "status": self.status.as_u16(), "detail": self.detail });
        if let (false, Some(body)) = (self.errors.is_empty(), body.as_object_mut()) {
            body.insert("errors".into(), self.errors.into());
        }
        let mut response = (self.status, [(header::CONTENT_TYPE, PROBLEM)], body.to_string()).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait_s) = self.wait_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s.max(1).cast_unsigned()));
        }
        response
    }
}

/// What went wrong on the way to an answer.
pub(crate) enum Wrong {
    /// The program's request.
    Problem(Problem),
    /// Something of ours, or what every page has.
    Failure(Failure),
}

impl From<Problem> for Wrong {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl<E: Into<Failure>> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Failure(failure) => failure.into_response(),
        }
    }
}

pub(crate) fn waits(wait_s: i64) -> Problem {
    Problem { wait_s: Some(wait_s), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate", format!("too many requests; try again in {wait_s} s")) }
}

/// The secret that a request bears (RFC 6750).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer")).map(|(_, secret)| secret.trim())
}

/// The token of a request, when it may report.
async fn token(web: &Web, rates: &Rates, headers: &HeaderMap, extensions: &Extensions) -> Result<Token, Wrong> {
    let found = match bearer(headers) {
        Some(secret) => token::of_secret(&web.ledger, secret).await?,
        None => None,
    };
    let Some(found) = found.filter(|token| token.scope == Some(Scope::Report)) else {
        rates.strangers.count(web.client_address.network(headers, extensions), web.ledger.now()).map_err(waits)?;
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "token", "send a token of the scope report: Authorization: Bearer noroshi_...").into());
    };
    rates.programs.count(Some(found.id), web.ledger.now()).map_err(waits)?;
    Ok(found)
}

/// `GET /api/v1/openapi.json`
pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// `POST /api/v1/reports`
pub(crate) async fn post(State(web): State<Shared>, Extension(rates): Extension<Arc<Rates>>, reader: Reader, request: Request) -> Result<Response, Wrong> {
    let token = token(&web, &rates, request.headers(), request.extensions()).await?;
    let headers = request.headers().clone();
    let json = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|kind| kind.split(';').next() == Some("application/json"));
    if !json {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "send application/json: a report, or one in X-ARF version 4").into());
    }
    let once = once(&token, &headers)?;
    let large = |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "size", format!("a report with its files may hold {} MiB", MOST_BYTES >> 20));
    let bytes = body::to_bytes(request.into_body(), MOST_BYTES).await.map_err(large)?;
    let (mut submission, files) = read(&bytes)?;
    if !token.desk.is_empty() && !submission.desk.is_empty() && submission.desk != token.desk {
        return Err(Problem::new(StatusCode::FORBIDDEN, "desk", format!("this token reports to the desk {} only; leave desk out", token.desk)).into());
    }
    let wanted = if token.desk.is_empty() { submission.desk.clone() } else { token.desk.clone() };
    let desks = desk::all(&web.ledger).await?;
    let desk = if wanted.is_empty() { desks.first() } else { desks.get(&wanted) };
    let unknown = || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "desk", format!("there is no desk {:?}", printable(&wanted, 40)));
    let desk = desk.cloned().ok_or_else(unknown)?;
    desk.key.clone_into(&mut submission.desk);
    if submission.zone.is_empty() {
        submission.zone = "UTC".into();
    }
    let mut problems = submission.problems(files.len(), web.ledger.now());
    problems.extend(submission.label(&desk, &Actor::Anonymous).err());
    if !problems.is_empty() {
        let errors = problems.iter().map(|problem| json!({ "field": problem.field, "key": problem.reason.key, "detail": problem.reason.get(reader.language) }));
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "fields", "some fields must be put right; see errors");
        return Err(Problem { errors: errors.collect(), ..problem }.into());
    }
    let entry = Entry { channel: Channel::Api, submission, files, to: To::Desk(desk), once, token: Some(token.id) };
    let receipt = keep(&web, &Actor::Anonymous, entry).await?;
    if receipt.differs {
        let detail = "another report was sent with this Idempotency-Key; use a new one for each report";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key", detail).into());
    }
    let standing = form::standing(&web.ledger, &web.marks, receipt.thread).await?.ok_or_else(|| Failure::defect("a report that was kept has no standing"))?;
    let status = if receipt.kept.must_be_read { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/api/v1/reports/{}", standing.number);
    Ok((status, [(header::LOCATION, location), (header::CONTENT_TYPE, "application/json".to_owned())], shown(&web, &standing).to_string()).into_response())
}

/// `GET /api/v1/reports/{receipt}`: those that the same token sent.
pub(crate) async fn get(
    State(web): State<Shared>,
    Extension(rates): Extension<Arc<Rates>>,
    Path(number): Path<String>,
    request: Request,
) -> Result<Response, Wrong> {
    let token = token(&web, &rates, request.headers(), request.extensions()).await?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, "receipt", "this token sent no report of this number");
    let thread = form::by_token(&web.ledger, token.id, &number.to_ascii_uppercase()).await?.ok_or_else(missing)?;
    let standing = form::standing(&web.ledger, &web.marks, thread).await?.ok_or_else(missing)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], shown(&web, &standing).to_string()).into_response())
}

fn shown(web: &Web, standing: &Standing) -> Value {
    let state = match standing.state {
        thread::State::New => "received",
        thread::State::Open => "open",
        thread::State::Answered => "answered",
        thread::State::Done => "closed",
    };
    json!({
        "receipt": standing.number,
        "received_at": standing.received_at.rfc3339(),
        "state": state,
        "answers": standing.answers.len(),
        "status_url": format!("{}status/{}", web.base, web.marks.status_token(standing.thread.0)),
    })
}

/// What tells the same sending again (draft-ietf-httpapi-idempotency-key-header), for each token apart.
fn once(token: &Token, headers: &HeaderMap) -> Result<Option<[u8; 32]>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    if key.is_empty() || key.len() > KEY_MOST_BYTES {
        let detail = format!("an Idempotency-Key holds 1 to {KEY_MOST_BYTES} bytes");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency-key", detail));
    }
    Ok(Some(Sha256::new().chain_update(token.id.to_be_bytes()).chain_update(key.as_bytes()).finalize().into()))
}

fn read(bytes: &[u8]) -> Result<(Submission, Vec<Attachment>), Problem> {
    let unreadable = |detail: String| Problem::new(StatusCode::BAD_REQUEST, "json", detail);
    let value: Value = serde_json::from_slice(bytes).map_err(|error| unreadable(format!("this is no JSON: {error}")))?;
    if !value.is_object() {
        return Err(unreadable("send one JSON object: one report".into()));
    }
    if value.get("xarf_version").is_some() {
        let wrong = |reason: Reason| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "xarf", reason.to_string());
        xarf::read(bytes).map_err(wrong)?;
        let file = Attachment { name: "xarf.json".into(), media_type: "application/json".into(), bytes: bytes.to_vec() };
        let submission = Submission { what: "other".into(), description: "X-ARF".into(), language: Language::En, ..Submission::default() };
        return Ok((submission, vec![file]));
    }
    let sent: Sent = serde_json::from_value(value).map_err(|error| unreadable(error.to_string()))?;
    let mut files = Vec::new();
    for (place, file) in sent.files.into_iter().enumerate() {
        let no_base64 = |_| unreadable(format!("files[{place}].content is no base64 (RFC 4648, section 4)"));
        files.push(Attachment {
            name: printable(&file.name, 200),
            media_type: file.media_type,
            bytes: BASE64_STANDARD.decode(file.content).map_err(no_base64)?,
        });
    }
    let submission = Submission {
        desk: sent.desk,
        language: sent.language,
        what: sent.what,
        at: sent.at,
        zone: sent.zone,
        targets: sent.targets.join("\n"),
        ports: sent.ports.join(" "),
        description: sent.description,
        organisation: sent.organisation,
        name: sent.name,
        address: sent.address,
        may_name: sent.may_name,
        mediate: sent.mediate,
        tlp: sent.tlp,
        encrypted: sent.encrypted,
        ..Submission::default()
    };
    Ok((submission, files))
}
