//! The interface for programs.

use super::{
    browser::{Answer, Browser},
    filled::Filled,
};
use crate::routes::routes;
use axum::http::{StatusCode, header};
use noroshi_directory::token::{self, Scope};
use noroshi_kernel::access::Actor;
use noroshi_ledger::{Query as _, Sql};
use serde_json::{Value, json};

const ROOT: Actor = Actor::Platform;
const REPORTS: &str = "/api/v1/reports";

async fn make(filled: &Filled, name: &str, desk: &str) -> String {
    let work = filled.web.ledger.begin().await.expect("begun");
    let secret = token::make(&work, &ROOT, name, Scope::Report, desk).await.expect("a token");
    work.commit().await.expect("kept");
    secret
}

async fn send(program: &Browser, secret: &str, more: &[(&str, &str)], body: &str) -> Answer {
    let bearer = format!("Bearer {secret}");
    let headers = [&[("authorization", bearer.as_str()), ("content-type", "application/json")], more].concat();
    program.program("POST", REPORTS, &headers, body).await
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

fn problem(answer: &Answer, status: u16, kind: &str) -> Value {
    assert_eq!((answer.status.as_u16(), answer.header(header::CONTENT_TYPE)), (status, "application/problem+json"), "{}", answer.body);
    let problem = read(answer);
    assert_eq!((problem["status"].as_u64(), problem["type"].as_str()), (Some(u64::from(status)), Some(kind)), "{problem}");
    problem
}

const REPORT: &str = r#"{"what":"phishing","targets":["hxxp://api[.]example[.]net/"],"at":"2019-03-20T00:00:00Z","description":"seen","files":[{"name":"a.txt","content":"aGVsbG8="}]}"#;

#[tokio::test]
async fn a_program_reports_and_asks_how_it_stands() {
    let filled = Filled::empty().await;
    let (program, secret, other) = (Browser::stranger(&filled), make(&filled, "feeder", "").await, make(&filled, "other", "ics").await);
    let answer = send(&program, &secret, &[], REPORT).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let standing = read(&answer);
    assert_eq!(answer.location(), format!("{REPORTS}/{}", standing["receipt"].as_str().expect("a number")));
    assert_eq!(standing["state"], "received");
    let page = standing["status_url"].as_str().and_then(|url| url.strip_prefix("http://noroshi.example.jp")).expect("a page").to_owned();
    assert_eq!(program.get(&page).await.status, StatusCode::OK);
    let ask = async |secret: &str| program.program("GET", answer.location(), &[("authorization", &format!("Bearer {secret}"))], "").await;
    assert_eq!(read(&ask(&secret).await), standing);
    problem(&ask(&other).await, 404, "urn:noroshi:problem:receipt");
    problem(&ask("").await, 401, "urn:noroshi:problem:token");
    let channel = "SELECT count(*) AS n FROM mailroom_correspondence WHERE channel = 'api' AND kind = 'report'";
    assert_eq!(filled.web.ledger.number(Sql::new(channel)).await.expect("a number"), 1);
    // X-ARF as it is.
    let xarf = json!({
        "xarf_version": "4.0.0", "report_id": "550e8400-e29b-41d4-a716-446655440000", "timestamp": "2019-03-20T00:00:00Z",
        "reporter": { "org": "Example", "contact": "abuse@example.net", "domain": "example.net" },
        "sender": { "org": "Example", "contact": "abuse@example.net", "domain": "example.net" },
        "source_identifier": "192.0.2.123", "category": "content", "type": "phishing", "url": "http://xarf.example.net/",
    });
    let answer = send(&program, &secret, &[], &xarf.to_string()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    assert_eq!(filled.web.ledger.number(Sql::new(channel)).await.expect("a number"), 2, "it is read as a report");
    problem(&send(&program, &secret, &[], r#"{"xarf_version":"4.0.0"}"#).await, 422, "urn:noroshi:problem:xarf");
    let used = token::all(&filled.web.ledger).await.expect("tokens").into_iter().find(|token| token.name == "feeder").expect("a token").used_at;
    assert_eq!(used, Some(filled.web.ledger.now()));
}

#[tokio::test]
async fn what_is_refused_says_why() {
    let filled = Filled::empty().await;
    let (program, secret, bound) = (Browser::stranger(&filled), make(&filled, "feeder", "").await, make(&filled, "plant", "ics").await);
    for (body, status, kind) in [
        ("", 400, "json"),
        ("[]", 400, "json"),
        (r#"{"what":"phishing","nonsense":1}"#, 400, "json"),
        (r#"{"what":"phishing","targets":"http://a.example/"}"#, 400, "json"),
        (r#"{"what":"phishing","files":[{"name":"a","content":"!"}]}"#, 400, "json"),
        (r#"{"what":"phishing","description":"x","desk":"nowhere"}"#, 422, "desk"),
        (r#"{"what":"nonsense","ports":["many"],"name":"a\r\nBcc: b","description":"x"}"#, 422, "fields"),
        ("{}", 422, "fields"),
    ] {
        let found = problem(&send(&program, &secret, &[], body).await, status, &format!("urn:noroshi:problem:{kind}"));
        assert_eq!(found["errors"].is_array(), kind == "fields", "{body}");
    }
    problem(&send(&program, &bound, &[], r#"{"what":"phishing","description":"x","desk":"incident"}"#).await, 403, "urn:noroshi:problem:desk");
    problem(&send(&program, &secret, &[], &"x".repeat(30 << 20)).await, 413, "urn:noroshi:problem:size");
    let bearer = format!("Bearer {secret}");
    let plain = program.program("POST", REPORTS, &[("authorization", &bearer), ("content-type", "text/plain")], "x").await;
    problem(&plain, 415, "urn:noroshi:problem:media-type");
    problem(&program.program("GET", "/api/v1/nowhere", &[], "").await, 404, "about:blank");
    for wrong in ["", "noroshi_", "x", &secret[..secret.len() - 1]] {
        problem(&send(&program, wrong, &[], REPORT).await, 401, "urn:noroshi:problem:token");
    }
    let work = filled.web.ledger.begin().await.expect("begun");
    token::revoke(&work, &ROOT, "feeder").await.expect("revoked");
    assert!(token::revoke(&work, &ROOT, "feeder").await.is_err() && token::make(&work, &ROOT, "feeder", Scope::Report, "").await.is_err());
    work.commit().await.expect("kept");
    problem(&send(&program, &secret, &[], REPORT).await, 401, "urn:noroshi:problem:token");
    let kept = filled.web.ledger.number(Sql::new("SELECT count(*) AS n FROM mailroom_submission")).await;
    assert_eq!(kept.expect("a number"), 0);
}

#[tokio::test]
async fn the_same_sending_again_is_the_same_report() {
    let filled = Filled::empty().await;
    let (program, secret, other) = (Browser::stranger(&filled), make(&filled, "feeder", "").await, make(&filled, "other", "").await);
    let key = [("idempotency-key", "one")];
    let first = send(&program, &secret, &key, REPORT).await;
    let again = send(&program, &secret, &key, REPORT).await;
    assert_eq!((first.status, again.status, first.location()), (StatusCode::CREATED, StatusCode::OK, again.location()));
    problem(&send(&program, &secret, &key, r#"{"what":"other","description":"x"}"#).await, 422, "urn:noroshi:problem:idempotency-key");
    assert_ne!(send(&program, &other, &key, REPORT).await.location(), first.location(), "keys are each token's own");
    assert_ne!(send(&program, &secret, &[], REPORT).await.location(), first.location());
    problem(&send(&program, &secret, &[("idempotency-key", &"x".repeat(201))], REPORT).await, 400, "urn:noroshi:problem:idempotency-key");
}

#[tokio::test]
async fn tokens_are_guessed_slowly() {
    let filled = Filled::empty().await;
    let near = Browser::stranger(&filled).at([192, 0, 2, 1]);
    for _ in 0..30 {
        problem(&send(&near, "noroshi_guess", &[], REPORT).await, 401, "urn:noroshi:problem:token");
    }
    let waits = send(&near, "noroshi_guess", &[], REPORT).await;
    problem(&waits, 429, "urn:noroshi:problem:rate");
    assert_eq!(waits.header(header::RETRY_AFTER), "601");
    assert_eq!(send(&near, &make(&filled, "feeder", "").await, &[], REPORT).await.status, StatusCode::CREATED, "a right token does not wait");
}

#[tokio::test]
async fn the_document_describes_the_routes_that_there_are() {
    let filled = Filled::empty().await;
    let document = read(&Browser::stranger(&filled).get("/api/v1/openapi.json").await);
    let mut described: Vec<(String, String)> = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        described.extend(methods.as_object().expect("methods").keys().map(|method| (method.to_ascii_uppercase(), path.clone())));
    }
    let mut there: Vec<(String, String)> =
        routes().iter().filter(|route| route.path.starts_with("/api/")).map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    described.sort();
    there.sort();
    assert_eq!(described, there);
    let whats: Vec<&str> = noroshi_mailroom::form::What::ALL.iter().map(|what| what.key()).collect();
    let fields = &document["components"]["schemas"]["Report"]["properties"];
    assert_eq!(fields["what"]["enum"], json!(whats));
    // Every field that is described is taken, and no other is.
    let secret = make(&filled, "feeder", "").await;
    let mut body = serde_json::Map::from_iter([("what".to_owned(), json!("other")), ("description".to_owned(), json!("x"))]);
    for (name, field) in fields.as_object().expect("fields") {
        let value = match field["type"].as_str() {
            Some("boolean") => json!(false),
            Some("array") => json!([]),
            _ => json!(if name == "language" { "ja" } else { "" }),
        };
        body.entry(name).or_insert(value);
    }
    let answer = send(&Browser::stranger(&filled), &secret, &[], &Value::Object(body).to_string()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
}
