//! The parameters of a request.

use crate::{failure::Failure, reader::Reader};
use axum::{extract::FromRequestParts, http::request::Parts};
use std::sync::Arc;
use url::form_urlencoded;

/// A request's parameters in order, without those that are empty (a form sends every field).
#[derive(Debug, Default)]
pub(crate) struct Parameters(pub(crate) Vec<(String, String)>);

impl Parameters {
    pub(crate) fn read(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.trim().to_owned()));
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Refuses a parameter that nobody here reads: an answer that ignores it would be wrong.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Failure> {
        let is_twice = |place: usize, name: &str| self.0.iter().take(place).any(|(before, _)| before == name);
        match self.0.iter().enumerate().find(|(place, (name, _))| !known.contains(&name.as_str()) || is_twice(*place, name)).map(|(_, pair)| pair) {
            Some((name, value)) => {
                let all: Vec<&str> = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
                let value = if known.contains(&name.as_str()) { all.join(", ") } else { value.clone() };
                Err(Failure::Parameter { name: name.clone(), value })
            }
            None => Ok(()),
        }
    }

    /// The value of a parameter, read.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Failure> {
        self.get(name).map(|value| parsed(name, value)).transpose()
    }
}

/// Whether a text holds no control character but line ends and tabs, and no mark that turns the direction of writing: nobody types
/// them, databases refuse some and terminals obey others.
pub(crate) fn printable(text: &str) -> bool {
    unprintable(text).is_none()
}

/// The first character that keeps a text from being [`printable`].
pub(crate) fn unprintable(text: &str) -> Option<char> {
    let hidden = |one: &char| (one.is_control() && !matches!(one, '\n' | '\r' | '\t')) || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().find(hidden)
}

/// Reads a value, or says which parameter is wrong.
pub(crate) fn parsed<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Failure> {
    value.parse().map_err(|_| Failure::Parameter { name: name.to_owned(), value: value.to_owned() })
}

/// Reads one of the values that a form offers, or says which field is wrong.
pub(crate) fn chosen<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Failure> {
    value.parse().map_err(|_| Failure::Field { name: name.to_owned(), value: value.to_owned() })
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let read = Self::read(parts.uri.query().unwrap_or_default());
        match read.0.iter().find(|(_, value)| !printable(value)) {
            Some((name, value)) => Err(Failure::Parameter { name: name.clone(), value: value.clone() }),
            None => Ok(read),
        }
    }
}

/// Who asks.
impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Arc<Self>>().map(|reader| Self::clone(reader)).ok_or_else(|| Failure::defect("a request came in without its reader"))
    }
}
