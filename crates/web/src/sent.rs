//! What a form without files brings; see [`upload`](crate::upload) for one with files.

use crate::failure::Failure;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
};
use std::sync::Arc;
use url::form_urlencoded;

/// A form that was read: the gate has looked at every field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) fields: Vec<(String, String)>,
}

impl Fields {
    /// Reads a form's bytes.
    pub(crate) fn read(headers: &HeaderMap, bytes: &[u8]) -> Result<Self, Failure> {
        if crate::upload::is_one(headers) {
            return Err(Failure::Status(StatusCode::BAD_REQUEST));
        }
        Ok(Self { fields: form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect() })
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
