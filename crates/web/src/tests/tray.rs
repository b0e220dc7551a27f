//! An entry of the tray: looked at, read again, closed.

use super::{browser::Browser, filled::Filled};
use axum::http::StatusCode;
use noroshi_kernel::access::{Role, Sight};
use noroshi_mailroom::{mapping, tray};

#[tokio::test]
async fn an_entry_is_mended_and_read_again() {
    let filled = Filled::open(3).await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let here = format!("/tray/{}", filled.tray);
    assert!(handler.get("/tray").await.body.contains(&format!("href=\"{here}\"")));
    let page = handler.get(&here).await.body;
    for shown in ["never,192.0.2.77", "line 2, column 1", "href=\"/mappings/scans\"", "hxxp://x.example[.]jp/", "value=\"file\"", "<code>csv</code>"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let waiting = tray::count(&filled.web.ledger, Sight::Everything).await.expect("counted");
    let still = handler.post(&format!("{here}/again"), &[("which", "one")]).await;
    assert_eq!((still.status, still.location()), (StatusCode::SEE_OTHER, here.as_str()));
    let said = still.cookies().into_iter().find(|cookie| cookie.starts_with("noroshi_done=")).expect("it is said").to_owned();
    assert!(said.contains("done-still-unread"), "{said}");
    assert_eq!(tray::count(&filled.web.ledger, Sight::Everything).await.expect("counted"), waiting);
    assert_eq!(handler.post(&format!("{here}/again"), &[("which", "nonsense")]).await.status, StatusCode::BAD_REQUEST);
    let answer = handler.post("/mappings/scans", &[("format", "csv"), ("separator", "comma"), ("header", "1"), ("addresses", "ip"), ("act", "save")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(mapping::find(&filled.web.ledger, "scans").await.expect("read").expect("there").version, 2);
    let read = handler.post(&format!("{here}/again"), &[("which", "file")]).await;
    assert!(read.cookies().iter().any(|cookie| cookie.contains("done-read-again")), "{:?}", read.cookies());
    let page = handler.get(&here).await.body;
    assert!(page.contains("It was read after all.") && page.contains("handler") && !page.contains("value=\"one\""), "{page}");
    assert_eq!(tray::count(&filled.web.ledger, Sight::Everything).await.expect("counted"), waiting - 1);
    assert_eq!(handler.get("/incidents?period=2019-03").await.body.matches("192.0.2[.]77").count(), 1, "it is an incident now");
    assert_eq!(handler.post(&format!("{here}/again"), &[("which", "one")]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is left to do");
}

#[tokio::test]
async fn an_entry_without_a_report_is_closed_with_a_note() {
    let filled = Filled::open(0).await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let here = format!("/tray/{}", filled.tray);
    assert_eq!(handler.post(&format!("{here}/close"), &[("note", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let closed = handler.post(&format!("{here}/close"), &[("note", "<b>a test</b> http://y.example.jp/")]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.body);
    let page = handler.get(&here).await.body;
    assert!(page.contains("&#60;b&#62;a test&#60;/b&#62; hxxp://y.example[.]jp/") && page.contains("There was nothing to report."), "{page}");
    assert!(!handler.get("/tray").await.body.contains(&format!("href=\"{here}\"")), "it waits no more");
    assert_eq!(handler.get("/tray/999999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(handler.get("/tray/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_entry_whose_mapping_is_gone_says_so() {
    let filled = Filled::open(0).await;
    for (language, says) in [("en", "was removed"), ("ja", "削除されています")] {
        let handler = Browser::of(&filled, Role::Handler).await.speaking(language);
        handler.post("/mappings/scans/remove", &[]).await;
        let page = handler.get(&format!("/tray/{}", filled.tray)).await.body;
        assert!(page.contains(says) && !page.contains("value=\"one\""), "{page}");
    }
}
