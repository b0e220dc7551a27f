//! What one can do on the pages, each with what it says afterwards.

use super::{browser::Browser, filled::Filled};
use axum::http::StatusCode;
use noroshi_kernel::access::Role;

#[tokio::test]
async fn an_incident_is_worked_on() {
    let filled = Filled::open(0).await;
    let handler = Browser::of(&filled, Role::Handler).await;
    let here = format!("/incidents/{}", filled.hostile);
    let done = async |action: &str, fields: &[(&str, &str)]| {
        let answer = handler.post(&format!("{here}/{action}"), fields).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, here.as_str()), "{action}: {}", answer.body);
        assert!(answer.cookies().iter().any(|cookie| cookie.starts_with("noroshi_done=done-")), "{action} says what was done");
        handler.get(&here).await.body
    };
    let page = done("coordinations", &[("organisation", "例示ホスティング"), ("country", "us"), ("note", "http://a.example.jp/ を止めてください")]).await;
    assert!(page.contains("state-coordinating") && page.contains("hxxp://a.example[.]jp/ を止めてください"));
    assert!(done("notes", &[("text", "一行目\r\n二行目")]).await.contains("一行目\n二行目"));
    assert!(done("category", &[("category", "scan")]).await.contains("フィッシングサイト → スキャン"));
    assert!(done("label", &[("tlp", "TLP:RED")]).await.contains("TLP:AMBER → TLP:RED"), "who makes it RED still sees it");
    assert_eq!(Browser::of(&filled, Role::Analyst).await.get(&here).await.status, StatusCode::NOT_FOUND);
    assert!(done("close", &[]).await.contains("state-closed"));
    assert!(done("reopen", &[]).await.contains("state-coordinating"));

    for (action, fields) in
        [("coordinations", &[("organisation", " ")][..]), ("coordinations", &[("organisation", "x"), ("country", "Japan")]), ("notes", &[("text", "\r\n")])]
    {
        let answer = handler.post(&format!("{here}/{action}"), fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{action} {fields:?}");
    }
    for (action, fields) in [("category", [("category", "x")]), ("label", [("tlp", "purple")])] {
        assert_eq!(handler.post(&format!("{here}/{action}"), &fields).await.status, StatusCode::BAD_REQUEST, "{action}");
    }
}

#[tokio::test]
async fn the_brand_table_is_kept() {
    let filled = Filled::open(0).await;
    let handler = Browser::of(&filled, Role::Handler).await;
    let bank = [
        ("key", "example-bank"),
        ("name_ja", "例示の銀行"),
        ("name_en", "Example Bank"),
        ("origin", "domestic"),
        ("country", "jp"),
        ("sector", "bank"),
        ("aliases", "例示バンク\r\nEXB\r\n"),
    ];
    assert_eq!(handler.post("/brands", &bank).await.status, StatusCode::SEE_OTHER);
    assert_eq!(handler.post("/brands", &bank).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the key is taken");
    let page = handler.get("/brands/example-bank").await.body;
    assert!(page.contains("EXB\n例示バンク") && page.contains("<option value=\"bank\" selected>"));
    let changed: Vec<_> = bank.iter().map(|(name, value)| if *name == "aliases" { (*name, "EXB") } else { (*name, *value) }).collect();
    assert_eq!(handler.post("/brands/example-bank", &changed).await.location(), "/brands/example-bank");
    assert!(!handler.get("/brands/example-bank").await.body.contains("例示バンク"));
    assert_eq!(handler.post("/brands/nobody", &bank).await.status, StatusCode::NOT_FOUND);

    let page = handler.get("/brands").await.body;
    let (_, id) = page.split_once("action=\"/brands/names/").expect("a name without a brand");
    let assign = format!("/brands/names/{}", id.split('"').next().expect("an id"));
    assert_eq!(handler.post(&assign, &[("brand", "nobody")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(handler.post(&assign, &[("brand", "example-bank")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(handler.get("/incidents?brand=example-bank").await.count(), Some(1), "every incident of that name is the brand's at once");
    assert_eq!(handler.get("/brands?q=EXB").await.count(), Some(1));
}

#[tokio::test]
async fn the_number_of_an_incident_that_was_taken_leads_on() {
    let filled = Filled::open(0).await;
    let (whole, taken) = filled.merged().await;
    let (handler, other) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Analyst).await);
    let led = handler.get(&format!("/incidents/{taken}")).await;
    assert_eq!((led.status, led.location()), (StatusCode::SEE_OTHER, format!("/incidents/{whole}").as_str()));
    assert_eq!(handler.post(&format!("/incidents/{taken}/notes"), &[("text", "電話しました")]).await.status, StatusCode::SEE_OTHER);
    let page = handler.get(&format!("/incidents/{whole}")).await.body;
    assert!(page.contains("電話しました") && page.contains(&format!("#{taken}")), "what was sent to the old number is there");
    assert_eq!(handler.post(&format!("/incidents/{taken}/label"), &[("tlp", "TLP:RED")]).await.status, StatusCode::SEE_OTHER);
    for number in [whole, taken] {
        let answer = other.get(&format!("/incidents/{number}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "RED is not there by any number");
        assert!(!answer.body.contains("gap.example"), "{number}");
    }
}
