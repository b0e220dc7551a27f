//! A form with files (RFC 7578), read within bounds while it comes: nothing is held before its size is known to be small enough.

use crate::{csrf, failure::Failure, query, reader::Person, web::Shared};
use axum::{
    body,
    extract::{FromRequest as _, Multipart, Request, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
};
use noroshi_kernel::{reason::Reason, setaside::printable};
use noroshi_mailroom::form::{Attachment, MOST_FILE_BYTES, MOST_FILES};
use std::time::Duration;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use url::form_urlencoded;

/// The most bytes of a form with its files.
pub(crate) const MOST_BYTES: usize = MOST_FILE_BYTES + (2 << 20);
/// How long one may take: a large file over a slow line.
pub(crate) const MOST_TIME: Duration = Duration::from_secs(180);
/// How long the next piece is waited for.
const MOST_IDLE: Duration = Duration::from_secs(20);
/// The most fields.
const MOST_FIELDS: usize = 64;
/// The most bytes of a field that is no file, and of one that somebody on the staff fills in: a letter of 500,000 characters.
const MOST_FIELD_BYTES: usize = 300 << 10;
const STAFF_MOST_FIELD_BYTES: usize = 3 << 19;

/// How much a form may hold.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// The most bytes of all of it.
    pub(crate) whole: usize,
    /// The most bytes of its files together.
    pub(crate) files: usize,
    /// The most bytes of a field that is no file.
    pub(crate) field: usize,
    /// What is said of one that holds more.
    pub(crate) too_large: fn() -> Failure,
}

/// What a report may hold.
const REPORT: Bounds = Bounds { whole: MOST_BYTES, files: MOST_FILE_BYTES, field: MOST_FIELD_BYTES, too_large };

/// So many are read at once: they are what memory is held for.
static TURNS: Semaphore = Semaphore::const_new(12);

/// Whether a request bears a form with files.
pub(crate) fn is_one(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

/// A form that was read.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    fields: Vec<(String, String)>,
    /// The files.
    pub(crate) files: Vec<Attachment>,
    /// Its turn, which it has until it is kept.
    _turn: Option<SemaphorePermit<'static>>,
}

impl Upload {
    /// The first value of a field; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A text with plain line ends.
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).replace("\r\n", "\n")
    }

    /// Reads the form of a request.
    pub(crate) async fn read(web: &Shared, request: Request) -> Result<Self, Failure> {
        Self::within(web, request, REPORT).await
    }

    /// Reads a form within bounds of its own.
    pub(crate) async fn within(web: &Shared, request: Request, bounds: Bounds) -> Result<Self, Failure> {
        let turn = TURNS.try_acquire().map_err(|_| Failure::Wait { wait_s: 10 })?;
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if length.is_some_and(|length| length > bounds.whole) {
            return Err((bounds.too_large)());
        }
        let read = if is_one(request.headers()) {
            let multipart = Multipart::from_request(request, web).await.map_err(|_| broken())?;
            Self::parts(multipart, bounds).await?
        } else {
            Self::pairs(request, bounds).await?
        };
        Ok(Self { _turn: Some(turn), ..read })
    }

    /// Reads the form of somebody who is signed in: it must bear this reader's token, and its fields no hidden characters.
    pub(crate) async fn of_person(web: &Shared, person: &Person, request: Request) -> Result<Self, Failure> {
        let read = Self::within(web, request, Bounds { field: STAFF_MOST_FIELD_BYTES, ..REPORT }).await?;
        if !csrf::is_of(&web.team_key, &person.reader.bound_to, read.get("csrf")) {
            return Err(Failure::Stale);
        }
        match read.fields.iter().find_map(|(name, value)| Some((name, query::unprintable(value)?))) {
            Some((name, character)) => Err(Failure::Character { name: name.clone(), character }),
            None => Ok(read),
        }
    }

    /// A form without files, as a browser sends one that knows of none.
    async fn pairs(request: Request, bounds: Bounds) -> Result<Self, Failure> {
        // An escaped byte takes three.
        let most = bounds.field.saturating_mul(4).min(bounds.whole);
        let bytes = timeout(MOST_IDLE, body::to_bytes(request.into_body(), most)).await.map_err(|_| Failure::Slow)?.map_err(|_| (bounds.too_large)())?;
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(&bytes) {
            form.add(&name, value.into_owned())?;
        }
        Ok(form)
    }

    async fn parts(mut multipart: Multipart, bounds: Bounds) -> Result<Self, Failure> {
        let wrong = |error: &MultipartError| if error.status() == StatusCode::PAYLOAD_TOO_LARGE { (bounds.too_large)() } else { broken() };
        let mut form = Self::default();
        let mut room = bounds.files;
        while let Some(mut part) = timeout(MOST_IDLE, multipart.next_field()).await.map_err(|_| Failure::Slow)?.map_err(|error| wrong(&error))? {
            let name = printable(part.name().unwrap_or_default(), 60);
            let file = part.file_name().map(|name| printable(name, 200));
            let kind = part.content_type().unwrap_or("application/octet-stream").to_owned();
            let most = if file.is_some() { room } else { bounds.field };
            let mut bytes = Vec::new();
            while let Some(piece) = timeout(MOST_IDLE, part.chunk()).await.map_err(|_| Failure::Slow)?.map_err(|error| wrong(&error))? {
                if bytes.len() + piece.len() > most {
                    return Err((bounds.too_large)());
                }
                bytes.extend_from_slice(&piece);
            }
            match file {
                // A field for files in which none was chosen.
                Some(name) if name.is_empty() && bytes.is_empty() => {}
                Some(name) => {
                    room -= bytes.len();
                    // One more than may be, so that the form says that there are too many.
                    if form.files.len() > MOST_FILES {
                        return Err(too_many());
                    }
                    form.files.push(Attachment { name, media_type: kind, bytes });
                }
                None => form.add(&name, String::from_utf8(bytes).map_err(|_| no_text(&name))?)?,
            }
        }
        Ok(form)
    }

    fn add(&mut self, name: &str, value: String) -> Result<(), Failure> {
        if self.fields.len() >= MOST_FIELDS {
            return Err(too_many());
        }
        if !query::printable(name) {
            return Err(broken());
        }
        self.fields.push((name.to_owned(), value));
        Ok(())
    }
}

fn too_large() -> Failure {
    let most = MOST_FILE_BYTES >> 20;
    let reason = Reason::new(
        "upload-size",
        format!("送られたものが大きすぎます。添付ファイルは合わせて {most} MiB までです。大きなファイルの渡し方は、先に報告だけ送ってご相談ください。"),
        format!("what was sent is too large; the files may hold {most} MiB together. Send the report without them and ask how to hand them over"),
    );
    Failure::Unreadable(StatusCode::PAYLOAD_TOO_LARGE, reason)
}

fn too_many() -> Failure {
    let reason = Reason::new(
        "upload-fields",
        format!("フォームの項目が多すぎます。添付ファイルは {MOST_FILES} 個までです。"),
        format!("the form has too many fields; it takes {MOST_FILES} files at most"),
    );
    Failure::Unreadable(StatusCode::BAD_REQUEST, reason)
}

fn broken() -> Failure {
    let reason = Reason::new(
        "upload-broken",
        "送信が途中で切れたか、フォームとして読めませんでした。何も保存していません。もう一度送ってください。",
        "the form was cut off on its way or cannot be read; nothing was kept. Send it again",
    );
    Failure::Unreadable(StatusCode::BAD_REQUEST, reason)
}

fn no_text(name: &str) -> Failure {
    let reason = Reason::new(
        "upload-charset",
        format!("項目「{name}」の文字コードが UTF-8 ではありません。ブラウザの文字コードの設定を直して、もう一度送ってください。"),
        format!("the field {name:?} is not in UTF-8; let the browser choose the character set and send it again"),
    );
    Failure::Unreadable(StatusCode::BAD_REQUEST, reason)
}
