//! What a form brings: its fields, and files where its route takes them.

use crate::failure::Failure;
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Multipart, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use std::sync::Arc;
use url::form_urlencoded;

/// The most bytes of a form that brings files.
pub(crate) const FILES_MOST_BYTES: usize = 24 << 20;
/// The most parts of such a form: its fields and files.
const MOST_PARTS: usize = 100;

/// A file that a form brought.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: Bytes,
}

/// A form that was read: the gate has looked at every field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) files: Vec<File>,
}

impl Fields {
    /// Reads a form's bytes; one with files only where the route takes them.
    pub(crate) async fn read(headers: &HeaderMap, bytes: &Bytes, takes_files: bool) -> Result<Self, Failure> {
        let kind = headers.get(header::CONTENT_TYPE);
        if kind.is_none_or(|kind| !kind.as_bytes().to_ascii_lowercase().starts_with(b"multipart/form-data")) {
            let fields = form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            return Ok(Self { fields, files: Vec::new() });
        }
        let broken = || Failure::Status(StatusCode::BAD_REQUEST);
        let request = kind.filter(|_| takes_files).and_then(|kind| Request::builder().header(header::CONTENT_TYPE, kind).body(Body::from(bytes.clone())).ok());
        let request = request.ok_or_else(broken)?;
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
        let mut read = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
            if read.fields.len() + read.files.len() >= MOST_PARTS {
                return Err(broken());
            }
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                None => read.fields.push((field, part.text().await.map_err(|_| broken())?)),
                Some(name) => {
                    let media_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
                    let bytes = part.bytes().await.map_err(|_| broken())?;
                    // A field for files that was left empty comes as a file without a name.
                    if !(name.is_empty() && bytes.is_empty()) {
                        read.files.push(File { name, media_type, bytes });
                    }
                }
            }
        }
        Ok(read)
    }

    /// The value of a field; empty when it was not sent.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
    }

    /// The values of a field that may come more than once.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Sync> FromRequestParts<S> for Fields {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Arc<Self>>().map(|sent| Self::clone(sent)).ok_or_else(|| Failure::defect("a form came in without being read"))
    }
}
