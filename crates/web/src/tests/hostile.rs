//! Texts from outside stay texts.

use super::{
    browser::{Browser, looking},
    filled::HOSTILE,
};
use axum::http::header;
use noroshi_kernel::access::Role;

#[test]
fn markup_from_outside_is_shown_and_never_run() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Handler).await;
        let number = filled.hostile;
        for path in [
            format!("/incidents/{number}"),
            "/incidents?period=2019-01".into(),
            "/reports?period=2019-01".into(),
            "/correspondence".into(),
            "/brands".into(),
            "/incidents?q=%3Cscript%3Ealert(1)%22%27%26".into(),
            "/incidents?brand=%3Cscript%3E%22".into(),
            "/tray".into(),
            format!("/tray/{}", filled.tray),
            "/mappings".into(),
            "/mappings/scans".into(),
        ] {
            let page = handler.get(&path).await.body;
            assert!(!page.contains("<script>") && !page.contains("script>alert(1)<"), "{path}");
            assert!(!page.contains("href=\"http"), "{path}: nothing leads outside");
        }
        let page = handler.get(&format!("/incidents/{number}")).await.body;
        let escaped = "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;";
        assert!(page.matches(escaped).count() >= 4, "title, note, target, brand: {page}");
        assert!(page.contains("hxxp://x.example[.]jp/"), "the target is defanged");
        assert!(HOSTILE.contains("<script>"));
    });
}

#[test]
fn raw_bytes_are_a_file_to_keep() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Handler).await;
        let page = handler.get("/tray").await.body;
        let (_, raw) = page.split_once("href=\"/correspondence/").expect("a link to raw bytes");
        let path = format!("/correspondence/{}", raw.split('"').next().expect("an address").replace("&#38;", "&").replace("&amp;", "&"));
        let answer = handler.get(&path).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), "text/plain");
        assert!(answer.header(header::CONTENT_DISPOSITION).starts_with("attachment; filename=\"correspondence-"));
        assert_eq!(answer.header(header::CONTENT_SECURITY_POLICY), "default-src 'none'; sandbox");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.body, "\"2019/01/04 10:12:00,http://b.example.jp/", "the row, and nothing around it");
        assert_eq!(handler.get("/correspondence/999999/raw").await.status, 404);
    });
}

#[test]
fn what_a_page_shows_is_what_a_search_finds() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Handler).await;
        assert!(handler.get("/incidents?period=2019-01").await.body.contains("hxxp://login.bank.example[.]jp/ib/"));
        let found = handler.get("/incidents?q=hxxp://login.bank.example%5B.%5Djp/ib/").await;
        assert_eq!(found.count(), Some(1), "the target as it is shown");
        assert!(!found.body.contains("\"http://login"), "what is searched for is shown harmless, too");
        assert_eq!(handler.get("/incidents?q=hxxp://nowhere.example%5B.%5Djp/").await.count(), Some(0));
    });
}

#[test]
fn the_trays_advice_is_not_defanged() {
    looking(async |filled| {
        for language in ["ja", "en"] {
            let page = Browser::of(filled, Role::Handler).await.speaking(language).get("/tray").await.body;
            assert!(!page.contains("hxxps://host") && !page.contains("hxxp://host"), "{page}");
        }
    });
}

#[test]
fn a_table_that_scrolls_shows_that_it_does() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Handler).await;
        let page = handler.get("/statistics?period=2019Q1").await.body;
        assert!(page.contains("<div class=\"wide\"><table"));
        let address = page.split("href=\"").find(|rest| rest.starts_with("/assets/noroshi-")).and_then(|rest| rest.split('"').next()).expect("our style");
        let style = handler.get(address).await.body;
        let (_, rule) = style.split_once(".wide{").expect("a rule");
        assert!(rule.split('}').next().is_some_and(|rule| rule.contains(" local") && rule.contains(" scroll")), "{rule}");
    });
}
