//! Signing in and out, forms and their tokens, languages and headers.

use super::{
    browser::{Browser, looking},
    filled::{Filled, PASSWORD},
};
use crate::{cookies, csrf, headers};
use axum::http::{StatusCode, header};
use noroshi_kernel::access::Role;

#[test]
fn a_form_without_its_token_changes_nothing() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Handler).await;
        let path = format!("/incidents/{}/close", filled.plain);
        let right = csrf::token(&filled.web.team_key, &handler.token);
        let others = csrf::token(&filled.web.team_key, "somebody else");
        for (fields, headers) in [
            (&[][..], &[][..]),
            (&[("csrf", "00")][..], &[][..]),
            (&[("csrf", others.as_str())][..], &[][..]),
            (&[("csrf", right.as_str())][..], &[("sec-fetch-site", "cross-site")][..]),
            (&[("csrf", right.as_str())][..], &[("origin", "http://evil.example")][..]),
        ] {
            let answer = handler.send(&path, fields, headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{fields:?} {headers:?}");
            assert!(answer.body.contains("再読み込み"), "the page says what to do");
        }
        assert!(handler.get(&format!("/incidents/{}", filled.plain)).await.body.contains("state-coordinating"));
        let stranger = Browser::stranger(filled);
        let fields = [("name", "handler"), ("password", PASSWORD)];
        assert_eq!(stranger.send("/sign-in", &fields, &[]).await.status, StatusCode::FORBIDDEN, "nobody is signed in from elsewhere");
    });
}

#[tokio::test]
async fn one_signs_in_works_and_signs_out() {
    let filled = Filled::open(0).await;
    let stranger = Browser::stranger(&filled);
    let wrong = stranger.post("/sign-in", &[("name", "handler"), ("password", "wrong")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("role=\"alert\"") && !wrong.body.contains("value=\"wrong\""));
    let right = stranger.post("/sign-in", &[("name", "handler"), ("password", PASSWORD), ("to", "/statistics?period=2019Q1")]).await;
    assert_eq!((right.status, right.location()), (StatusCode::SEE_OTHER, "/statistics?period=2019Q1"));
    let cookie = right.cookies().into_iter().find(|cookie| cookie.starts_with("noroshi_session=")).expect("a session").to_owned();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    for to in ["//evil.example/", "/\\evil.example", "https://evil.example/"] {
        let answer = stranger.post("/sign-in", &[("name", "handler"), ("password", PASSWORD), ("to", to)]).await;
        assert_eq!(answer.location(), "/incidents", "{to}");
    }
    let handler = Browser::of(&filled, Role::Handler).await;
    assert_eq!(handler.get("/incidents").await.status, StatusCode::OK);
    let out = handler.post("/sign-out", &[]).await;
    assert!(out.cookies().iter().any(|cookie| cookie.starts_with("noroshi_session=;") && cookie.contains("Max-Age=0")));
    assert_eq!(handler.get("/incidents?state=new").await.location(), "/sign-in?to=%2Fincidents%3Fstate%3Dnew", "the session is over");
    for _ in 0..5 {
        stranger.post("/sign-in", &[("name", "analyst"), ("password", "wrong")]).await;
    }
    assert_eq!(stranger.post("/sign-in", &[("name", "analyst"), ("password", PASSWORD)]).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_stranger_keeps_nobody_out_of_their_own_browser() {
    let filled = Filled::open(0).await;
    let stranger = Browser::stranger(&filled);
    let right = [("name", "handler"), ("password", PASSWORD)];
    let first = stranger.post("/sign-in", &right).await;
    let device = first.cookies().into_iter().find(|cookie| cookie.starts_with(cookies::DEVICE)).expect("the browser is remembered").to_owned();
    assert!(device.contains("; HttpOnly; SameSite=Lax; Max-Age=31536000"), "{device}");
    for _ in 0..6 {
        stranger.post("/sign-in", &[("name", "handler"), ("password", "wrong")]).await;
    }
    assert_eq!(stranger.post("/sign-in", &right).await.status, StatusCode::TOO_MANY_REQUESTS, "strangers wait");
    let own = Browser::stranger(&filled).keeping(&device);
    assert_eq!(own.post("/sign-in", &right).await.status, StatusCode::SEE_OTHER, "the person works on");
    let forged = Browser::stranger(&filled).keeping(&device.replacen("_device_", "_device_0", 1));
    assert_eq!(forged.post("/sign-in", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
    let others = [("name", "analyst"), ("password", "wrong")];
    for _ in 0..6 {
        own.post("/sign-in", &others).await;
    }
    assert_eq!(own.post("/sign-in", &others).await.status, StatusCode::TOO_MANY_REQUESTS, "the cookie is of one account");
}

#[tokio::test]
async fn an_address_that_fails_under_many_names_waits() {
    let filled = Filled::open(0).await;
    let (near, far) = (Browser::stranger(&filled).at([192, 0, 2, 1]), [192, 0, 2, 2]);
    let right = [("name", "handler"), ("password", PASSWORD)];
    let device = near.post("/sign-in", &right).await.cookies().into_iter().find(|cookie| cookie.starts_with(cookies::DEVICE)).expect("remembered").to_owned();
    for number in 0..20 {
        let tried = near.post("/sign-in", &[("name", &format!("name-{number}")), ("password", "wrong")]).await;
        assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
    }
    assert_eq!(near.post("/sign-in", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(near.at(far).post("/sign-in", &right).await.status, StatusCode::SEE_OTHER, "others do not wait");
    assert_eq!(near.at([192, 0, 2, 1]).keeping(&device).post("/sign-in", &right).await.status, StatusCode::SEE_OTHER, "nor a known browser");
}

#[test]
fn a_form_says_what_is_wrong_with_it() {
    looking(async |filled| {
        let here = format!("/incidents/{}", filled.plain);
        for (language, path, fields, says) in [
            ("en", format!("{here}/category"), &[("category", "nonsense")][..], "“Category” cannot be “nonsense”"),
            ("ja", format!("{here}/category"), &[("category", "nonsense")], "「種別」を「nonsense」にすることはできません"),
            ("en", format!("{here}/label"), &[("tlp", "PINK")], "“TLP” cannot be “PINK”"),
            ("en", "/brands".into(), &[("key", "x"), ("origin", "nowhere"), ("sector", "bank")], "“Origin” cannot be “nowhere”"),
            ("en", format!("{here}/notes"), &[("text", "red \u{1b}[31m")], "“Note” holds the control character U+001B"),
            ("ja", format!("{here}/notes"), &[("text", "a\u{202e}b")], "「メモ」に使えない制御文字 U+202E"),
        ] {
            let answer = Browser::of(filled, Role::Handler).await.speaking(language).post(&path, fields).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
            assert!(answer.body.contains(says), "{path}: {}", answer.body);
            for other in ["2013Q4", "1 MiB", "filter", "条件"] {
                assert!(!answer.body.contains(other), "{path} speaks of {other}");
            }
        }
    });
}

#[test]
fn the_language_is_kept_and_leads_nowhere_else() {
    looking(async |filled| {
        let stranger = Browser::stranger(filled);
        let answer = stranger.get("/language/en?to=%2Fincidents%3Fperiod%3D2019Q1").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/incidents?period=2019Q1"));
        assert!(answer.cookies()[0].starts_with("noroshi_language=en; Path=/; HttpOnly; SameSite=Lax; Max-Age="));
        for to in ["//evil.example", "/%5Cevil.example", "%5C%5Cevil.example", "https://evil.example", "%2F%2Fevil.example", "/%09/evil.example", "%0D%0Ax:y"] {
            assert_eq!(stranger.get(&format!("/language/ja?to={to}")).await.location(), "/", "{to}");
        }
        assert_eq!(stranger.get("/language/fr").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn every_answer_bears_the_headers() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Handler).await;
        for path in ["/sign-in", "/incidents", "/nowhere", "/incidents?period=soon", "/healthz"] {
            let answer = handler.get(path).await;
            assert_eq!(answer.header(header::CONTENT_SECURITY_POLICY), headers::POLICY, "{path}");
            assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
            assert_eq!(answer.header(header::REFERRER_POLICY), "no-referrer", "{path}");
            assert_eq!(answer.header(header::CACHE_CONTROL), "no-store", "{path}");
        }
        let page = handler.get("/incidents").await.body;
        let (_, style) = page.split_once("rel=\"stylesheet\" href=\"").expect("a style sheet");
        let style = handler.get(style.split('"').next().expect("an address")).await;
        assert_eq!((style.status, style.header(header::CACHE_CONTROL)), (StatusCode::OK, "public, max-age=31536000, immutable"));
        assert!(style.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
        assert!(style.cookies().is_empty() && handler.get("/healthz").await.cookies().is_empty());
    });
}

#[test]
fn wrong_addresses_say_what_is_wrong() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Handler).await;
        let bad = handler.get("/incidents?period=soon").await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST);
        assert!(bad.body.contains("条件 period に「soon」は使えません"));
        assert_eq!(handler.get("/nowhere").await.status, StatusCode::NOT_FOUND);
        assert_eq!(handler.send("/incidents", &[], &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
        let big = "x".repeat(2 << 20);
        assert_eq!(handler.post(&format!("/incidents/{}/notes", filled.plain), &[("text", &big)]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    });
}
