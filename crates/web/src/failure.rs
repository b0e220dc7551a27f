//! What can go wrong on a page, and the page that says so: what happened and what the reader can do. Internals go to the log only.

use crate::{
    page::{self, Plain},
    reader::Reader,
    web::Web,
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use noroshi_directory::DirectoryError;
use noroshi_document::chart::NoChart;
use noroshi_incident::IncidentError;
use noroshi_kernel::{language::Bilingual, reason::Reason, setaside::printable};
use noroshi_ledger::{LedgerError, queue::dead::QueueError};
use noroshi_mailroom::MailroomError;
use noroshi_observation::ObservationError;
use noroshi_reporting::ReportingError;
use std::{error::Error, sync::Arc};

/// The content type of problem details (RFC 9457).
pub(crate) const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There is no such page, or the reader may not know of it.
    #[error("there is no such page")]
    Missing,
    /// The reader may not do this.
    #[error("the reader may not do this")]
    Forbidden,
    /// A form without its reader's token.
    #[error("the form's token is missing or old")]
    Stale,
    /// A parameter that cannot be read.
    #[error("the parameter {name} cannot be {value:?}")]
    Parameter { name: String, value: String },
    /// A field of a form that holds none of the values that the form offers.
    #[error("the field {name} cannot be {value:?}")]
    Field { name: String, value: String },
    /// A field of a form that holds a character that nobody types.
    #[error("the field {name} holds U+{:04X}", u32::from(*character))]
    Character { name: String, character: char },
    /// A desk refused what was filled in.
    #[error("refused: {0}")]
    Refused(Reason),
    /// What was sent cannot be read at all.
    #[error("unreadable: {1}")]
    Unreadable(StatusCode, Reason),
    /// Too much came from there; it may come again later.
    #[error("wait for {wait_s} s")]
    Wait { wait_s: i64 },
    /// A report whose parts do not add up.
    #[error("in {} the parts add up to {parts}, the total is {total}", place.en)]
    Sums { place: Bilingual, parts: i64, total: i64 },
    /// The answer took too long.
    #[error("the answer took too long")]
    Slow,
    /// Something that only has a status.
    #[error("{0}")]
    Status(StatusCode),
    /// Something of ours failed.
    #[error("{0}")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// A defect of this program, in words for its log.
    pub(crate) fn defect(what: &str) -> Self {
        Self::Internal(what.into())
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Stale => StatusCode::FORBIDDEN,
            Self::Parameter { .. } | Self::Field { .. } | Self::Character { .. } => StatusCode::BAD_REQUEST,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Sums { .. } => StatusCode::CONFLICT,
            Self::Slow => StatusCode::SERVICE_UNAVAILABLE,
            Self::Status(status) | Self::Unreadable(status, _) => *status,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Forbidden(_) => Self::Forbidden,
            DirectoryError::Unknown { .. } => Self::Missing,
            DirectoryError::Refused(reason) => Self::Refused(reason),
            DirectoryError::Hashing(_) => Self::Internal(Box::new(error)),
            DirectoryError::Ledger(error) => error.into(),
        }
    }
}

impl From<IncidentError> for Failure {
    fn from(error: IncidentError) -> Self {
        match error {
            IncidentError::Forbidden(_) => Self::Forbidden,
            IncidentError::Unknown(_) => Self::Missing,
            IncidentError::Refused(reason) => Self::Refused(reason),
            IncidentError::Directory(error) => error.into(),
            IncidentError::Mailroom(error) => error.into(),
            IncidentError::File { .. } => Self::Internal(Box::new(error)),
            IncidentError::Ledger(error) => error.into(),
        }
    }
}

impl From<MailroomError> for Failure {
    fn from(error: MailroomError) -> Self {
        match error {
            MailroomError::Forbidden(_) => Self::Forbidden,
            MailroomError::Unknown { .. } => Self::Missing,
            MailroomError::Refused(reason) => Self::Refused(reason),
            MailroomError::Ledger(error) => error.into(),
        }
    }
}

impl From<ObservationError> for Failure {
    fn from(error: ObservationError) -> Self {
        match error {
            ObservationError::Forbidden(_) => Self::Forbidden,
            ObservationError::Refused(reason) => Self::Refused(reason),
            ObservationError::File { .. } | ObservationError::Lake(_) => Self::Internal(Box::new(error)),
            ObservationError::Ledger(error) => error.into(),
        }
    }
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Forbidden(_) => Self::Forbidden,
            QueueError::Unknown(_) => Self::Missing,
            QueueError::Refused(reason) => Self::Refused(reason),
            QueueError::Ledger(error) => error.into(),
        }
    }
}

impl From<ReportingError> for Failure {
    fn from(error: ReportingError) -> Self {
        match error {
            ReportingError::DoesNotAddUp { place, parts, total } => Self::Sums { place, parts, total },
            ReportingError::Incident(error) => error.into(),
            ReportingError::Observation(error) => error.into(),
            // What a reader may ask for and nobody could see is no fault of ours.
            ReportingError::Chart(NoChart::TooDense { count, most, .. }) => Self::Refused(Reason::new(
                "graph-dense",
                format!("点が {count} 個になります。1 つの図に示せるのは {most} 個までです。区切りを長くするか、期間を短くしてください。"),
                format!("that would be {count} points, and {most} can be seen in one picture; take longer steps or a shorter time"),
            )),
            ReportingError::Chart(_) => Self::Internal(Box::new(error)),
        }
    }
}

/// Marks an answer to a program, which reads no page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForProgram;

/// The failure travels in the answer until `reader` knows in which language to say it.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::Wait { wait_s } = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s.max(1).cast_unsigned()));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The page that says what went wrong.
#[derive(Template)]
#[template(path = "failure.html")]
pub(crate) struct FailurePage {
    pub(crate) plain: Plain,
    pub(crate) sentence: String,
    pub(crate) advice: String,
    /// The reason that a desk gave.
    pub(crate) said: Option<String>,
    /// Whether the reader came to a page that is open to everybody.
    pub(crate) public: bool,
    pub(crate) correlation: String,
}

/// Makes the page of an answer that failed. An answer that has a body of its own (a page that was already made) stays.
pub(crate) fn page(web: &Web, reader: &Reader, response: Response) -> Response {
    let status = response.status();
    if response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html") || *kind == PROBLEM) {
        return response;
    }
    let correlation = hex::encode(rand::random::<[u8; 6]>());
    let failure = response.extensions().get::<Arc<Failure>>().cloned().unwrap_or_else(|| Arc::new(Failure::Status(status)));
    if status.is_server_error() {
        tracing::error!(correlation, %status, here = shown(&reader.here), error = failure.to_string(), "a page failed");
    }
    if reader.here.starts_with("/api/") || response.extensions().get::<ForProgram>().is_some() {
        let title = status.canonical_reason().unwrap_or_default();
        let told = context(web, reader, &failure, correlation.clone());
        let detail = told.said.unwrap_or(told.sentence);
        let body = serde_json::json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "instance": format!("urn:noroshi:correlation:{correlation}") });
        return with_body(response, body.to_string(), PROBLEM);
    }
    let context = context(web, reader, &failure, correlation);
    let body = context.render().unwrap_or_else(|error| {
        tracing::error!(%error, "the page for failures failed");
        status.to_string()
    });
    with_body(response, body, page::HTML)
}

/// Where it failed, for the log: the secret of a status page is none of its business.
fn shown(here: &str) -> &str {
    if here.starts_with("/status/") { "/status/" } else { here }
}

fn with_body(response: Response, body: String, kind: HeaderValue) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, kind);
    Response::from_parts(parts, Body::from(body))
}

fn context(web: &Web, reader: &Reader, failure: &Failure, correlation: String) -> FailurePage {
    let kind = match failure {
        // Whoever follows a status link is a member of the public and knows of no case.
        Failure::Missing if reader.here.starts_with("/status/") => "status",
        Failure::Missing => "missing",
        Failure::Forbidden => "forbidden",
        Failure::Stale => "stale",
        Failure::Parameter { .. } => "parameter",
        Failure::Field { .. } => "field",
        Failure::Character { .. } => "character",
        // Nothing was to be kept.
        Failure::Refused(_) | Failure::Unreadable(..) if reader.only_reads || reader.here.starts_with("/compare") => "unanswered",
        Failure::Refused(_) | Failure::Unreadable(..) => "refused",
        Failure::Wait { .. } => "wait",
        Failure::Sums { .. } => "sums",
        Failure::Slow => "slow",
        Failure::Status(status) if status.is_client_error() => "request",
        Failure::Status(_) | Failure::Internal(_) => "internal",
    };
    // What was done before is not news on a page about what failed.
    let mut plain = Plain::of(web, reader, &format!("failure-{kind}-title"));
    plain.done = None;
    let words = plain.words;
    let sentence = match failure {
        Failure::Parameter { name, value } => words.with("failure-parameter", &[("name", name.as_str().into()), ("value", value.as_str().into())]),
        Failure::Field { name, value } => words.with("failure-field", &[("name", label(words, name).into()), ("value", value.as_str().into())]),
        Failure::Character { name, character } => {
            let code = format!("U+{:04X}", u32::from(*character));
            words.with("failure-character", &[("name", label(words, name).into()), ("value", code.into())])
        }
        Failure::Sums { place, parts, total } => {
            words.with("failure-sums", &[("place", words.pick(place).into()), ("parts", (*parts).into()), ("total", (*total).into())])
        }
        Failure::Wait { wait_s } => words.count("failure-wait", *wait_s),
        _ => words.say(&format!("failure-{kind}")),
    };
    let said = if let Failure::Refused(reason) | Failure::Unreadable(_, reason) = failure { Some(reason.get(words.language).to_owned()) } else { None };
    let public = ["/report", "/status/", "/compare"].iter().any(|head| reader.here.starts_with(head)) && !reader.here.starts_with("/reports");
    let advice = match failure {
        Failure::Parameter { name, .. } if name != "period" => words.say("failure-filter-advice"),
        _ => words.say(&format!("failure-{kind}-advice")),
    };
    FailurePage { sentence, advice, said, correlation, public, plain }
}

/// What stands above a field of a form.
fn label(words: Words, field: &str) -> String {
    let key = match field {
        "category" => "column-category",
        "origin" => "column-origin",
        "sector" => "column-sector",
        "country" => "field-country",
        "organisation" => "field-organisation",
        "note" => "field-note",
        "text" => "event-note",
        "aliases" => "field-aliases",
        "name_ja" => "field-name-ja",
        "name_en" => "field-name-en",
        "key" | "brand" => "brand-key",
        "openpgp" => "desk-key",
        "armour" => "key-armour",
        "how" => "key-how",
        "name" => "sign-in-name",
        "password" => "sign-in-password",
        "tlp" => return "TLP".into(),
        "subject" => "field-subject",
        "body" => "field-body",
        "to" => "field-to",
        "cc" => "field-cc",
        "charset" => "field-charset",
        "desk" => "column-desk",
        "number" => "field-case-number",
        "address" => "field-desk-address",
        "why" => "field-discard-why",
        other => return printable(other, 40),
    };
    words.say(key)
}
