//! A browser in small: asks the router and keeps its cookie.

use super::filled::{Filled, PASSWORD};
use crate::{cookies, csrf, router};
use axum::{
    Router,
    body::{self, Body},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use noroshi_directory::account;
use noroshi_kernel::access::Role;
use noroshi_ledger::Place;
use std::{net::SocketAddr, sync::LazyLock};
use tokio::runtime::Runtime;
use tower::ServiceExt;
use url::form_urlencoded;

/// A database that is looked at by many tests and changed by none, with its runtime: connections belong to one.
static SHARED: LazyLock<(Runtime, Filled)> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("a runtime");
    let filled = runtime.block_on(Filled::open(60));
    (runtime, filled)
});

/// Runs a test on the shared database.
pub(super) fn looking(test: impl AsyncFnOnce(&'static Filled)) {
    let (runtime, filled) = &*SHARED;
    runtime.block_on(test(filled));
}

/// Runs a test on an empty platform, on SQLite, and on PostgreSQL where there is a server.
pub(super) async fn on_both(test: impl AsyncFn(Filled)) {
    test(Filled::empty().await).await;
    if let Some(url) = noroshi_testkit::postgres_url() {
        let place = Place::Postgres { url, schema: noroshi_testkit::fresh_schema() };
        test(Filled::empty_in(Some(place)).await).await;
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn location(&self) -> &str {
        self.header(header::LOCATION)
    }

    pub(super) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).collect()
    }

    /// The figure that the page shows.
    pub(super) fn count(&self) -> Option<i64> {
        self.body.split_once("data-count=\"")?.1.split_once('"')?.0.parse().ok()
    }
}

/// Somebody who looks at pages.
pub(super) struct Browser {
    router: Router,
    key: [u8; 32],
    /// What the forms are bound to.
    pub(super) token: String,
    cookie: String,
    language: &'static str,
    address: Option<[u8; 4]>,
}

impl Browser {
    /// Somebody who is not signed in.
    pub(super) fn stranger(filled: &Filled) -> Self {
        let token = "0".repeat(64);
        Self {
            router: router(filled.web.clone()),
            key: filled.web.team_key,
            cookie: format!("{}={token}", cookies::VISITOR),
            token,
            language: "ja",
            address: None,
        }
    }

    /// Somebody who signed in.
    pub(super) async fn of(filled: &Filled, role: Role) -> Self {
        let session = account::sign_in(&filled.web.ledger, role.key(), PASSWORD).await.expect("signed in");
        Self { cookie: format!("{}={}", cookies::SESSION, session.token), token: session.token, ..Self::stranger(filled) }
    }

    pub(super) fn speaking(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// The same browser with one more cookie, as a `Set-Cookie` line gave it.
    pub(super) fn keeping(self, line: &str) -> Self {
        let cookie = format!("{}; {}", self.cookie, line.split(';').next().unwrap_or_default());
        Self { cookie, ..self }
    }

    /// The same browser at another address; what the platform remembers of addresses it shares with this one.
    pub(super) fn at(&self, address: [u8; 4]) -> Self {
        Self { address: Some(address), router: self.router.clone(), token: self.token.clone(), cookie: self.cookie.clone(), ..*self }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(self.request("GET", path).body(Body::empty()).expect("a request")).await
    }

    /// Sends a form with the right token.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = csrf::token(&self.key, &self.token);
        self.send(path, &[fields, &[("csrf", &token)]].concat(), &[]).await
    }

    /// Sends a form as it is.
    pub(super) async fn send(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let form: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = headers.iter().fold(self.request("POST", path), |request, (name, value)| request.header(*name, *value));
        self.ask(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(form)).expect("a request")).await
    }

    /// Sends a form with files as it is: name, file name, bytes.
    pub(super) async fn upload(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: application/pdf")).unwrap_or_default();
            body.extend(format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--limit--\r\n");
        self.raw(path, "multipart/form-data; boundary=limit", body).await
    }

    /// Asks as a program does.
    pub(super) async fn program(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let request = headers.iter().fold(self.request(method, path), |request, (name, value)| request.header(*name, *value));
        self.ask(request.body(Body::from(body.into())).expect("a request")).await
    }

    /// Sends bytes.
    pub(super) async fn raw(&self, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        self.ask(self.request("POST", path).header(header::CONTENT_TYPE, kind).body(Body::from(body)).expect("a request")).await
    }

    /// Sends a form that brings files, with the right token.
    pub(super) async fn files(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        let token = csrf::token(&self.key, &self.token);
        let mut body = Vec::new();
        for (name, value) in fields.iter().copied().chain([("csrf", token.as_str())]) {
            body.extend(format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (name, kind, bytes) in files {
            body.extend(format!("--b0\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n").bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b0--\r\n");
        self.ask(self.request("POST", path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=b0").body(Body::from(body)).expect("a request")).await
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder();
        let request = match self.address {
            Some(address) => request.extension(ConnectInfo(SocketAddr::from((address, 50_000)))),
            None => request,
        };
        request
            .method(method)
            .uri(path)
            .header(header::HOST, "noroshi.example.jp")
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_LANGUAGE, self.language)
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body::to_bytes(body, 64 << 20).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }
}
