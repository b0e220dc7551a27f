//! An entry of the tray: looked at, read again, closed.

use super::{
    browser::{Browser, on_both},
    filled::Filled,
    mail::deliver,
};
use axum::http::StatusCode;
use noroshi_incident::{
    IncidentError,
    service::import::{self, Silent},
};
use noroshi_kernel::{
    access::{Actor, Role},
    id::TrayItemId,
};
use noroshi_mailroom::{
    MailroomError, desk, mapping,
    tray::{self, Which},
};

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
    let waiting = tray::count(&filled.web.ledger, &Actor::Platform).await.expect("counted");
    let still = handler.post(&format!("{here}/again"), &[("which", "one")]).await;
    assert_eq!((still.status, still.location()), (StatusCode::SEE_OTHER, here.as_str()));
    let said = still.cookies().into_iter().find(|cookie| cookie.starts_with("noroshi_done=")).expect("it is said").to_owned();
    assert!(said.contains("done-still-unread"), "{said}");
    assert_eq!(tray::count(&filled.web.ledger, &Actor::Platform).await.expect("counted"), waiting);
    assert_eq!(handler.post(&format!("{here}/again"), &[("which", "nonsense")]).await.status, StatusCode::BAD_REQUEST);
    let answer = handler.post("/mappings/scans", &[("format", "csv"), ("separator", "comma"), ("header", "1"), ("addresses", "ip"), ("act", "save")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(mapping::find(&filled.web.ledger, "scans").await.expect("read").expect("there").version, 2);
    let read = handler.post(&format!("{here}/again"), &[("which", "file")]).await;
    assert!(read.cookies().iter().any(|cookie| cookie.contains("done-read-again")), "{:?}", read.cookies());
    let page = handler.get(&here).await.body;
    assert!(page.contains("It was read after all.") && page.contains("handler") && !page.contains("value=\"one\""), "{page}");
    assert_eq!(tray::count(&filled.web.ledger, &Actor::Platform).await.expect("counted"), waiting - 1);
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

/// A letter of which a part cannot be read.
fn half(to: &str) -> String {
    let head = format!("From: finder@lab.example\r\nTo: {to}\r\nSubject: half of {to}\r\nMIME-Version: 1.0\r\n");
    let parts = "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n\r\n--b--\r\n";
    format!("{head}Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n{parts}")
}

/// What becomes of a service's call, as a page's status.
fn status_of(error: &MailroomError) -> u16 {
    match error {
        MailroomError::Forbidden(_) => 403,
        MailroomError::Unknown { .. } => 404,
        other => panic!("{other}"),
    }
}

/// Whoever may read a letter's thread works on its entries; whoever may import, on those of files. By page and by service.
#[tokio::test]
async fn entries_are_worked_on_by_whoever_may_read_what_they_are_of() {
    // Who, then what becomes of an entry of a RED desk's letter, of another letter, and of a file. Looked at: 200.
    const MATRIX: [(Role, [u16; 3]); 5] = [
        (Role::Handler, [404, 200, 200]),
        (Role::Analyst, [403, 403, 403]),
        (Role::Coordinator, [200, 200, 404]),
        (Role::Editor, [403, 403, 403]),
        (Role::Administrator, [404, 200, 200]),
    ];
    on_both(async |filled| {
        let ledger = &filled.web.ledger;
        let work = ledger.begin().await.expect("work");
        for (key, address) in [("incident", "ir@example.jp"), ("vulnerability", "vuls@example.jp")] {
            desk::change(&work, &Actor::Platform, key, desk::Change { address: Some(address.into()), ..Default::default() }).await.expect("changed");
        }
        let coordinator = filled.accounts[2];
        desk::set_staff(&work, &Actor::Platform, "vulnerability", &[coordinator]).await.expect("staffed");
        work.commit().await.expect("kept");
        let letters = [deliver(&filled, half("vuls@example.jp")).await, deliver(&filled, half("ir@example.jp")).await];
        filled.unreadable_feed().await;
        let mut entries: Vec<TrayItemId> = Vec::new();
        for name in ["half of vuls@example.jp", "half of ir@example.jp", "unreadable.csv"] {
            let all = tray::list(ledger, &Actor::Platform, 0, 10).await.expect("listed");
            assert_eq!(all.len(), 3, "{all:?}");
            entries.push(all.iter().find(|item| item.name == name).expect(name).id);
        }
        for ((role, expected), account) in MATRIX.into_iter().zip(&filled.accounts) {
            let browser = Browser::of(&filled, role).await;
            let actor = Actor::Account { id: *account, name: role.key().into(), roles: vec![role] };
            let intake = filled.web.intake(actor.clone());
            let seen = i64::try_from(expected.iter().filter(|status| **status == 200).count()).expect("few");
            let list = browser.get("/tray").await;
            assert_eq!(
                (list.count(), tray::count(ledger, &actor).await.expect("counted")),
                ((seen > 0).then_some(seen), seen),
                "{role:?}: what the list counts"
            );
            for (entry, expected) in entries.iter().zip(expected) {
                let (here, may) = (format!("/tray/{entry}"), expected == 200);
                let page = browser.get(&here).await;
                assert_eq!(page.status.as_u16(), expected, "{role:?} {here}");
                assert_eq!((page.body.contains("value=\"one\""), list.body.contains(&format!("href=\"{here}\""))), (may, may), "{role:?} {here}");
                let again = browser.post(&format!("{here}/again"), &[("which", "one")]).await.status.as_u16();
                assert_eq!(again, if may { 303 } else { expected }, "{role:?} {here}/again");
                // Nothing is closed without a note.
                let closed = browser.post(&format!("{here}/close"), &[("note", "")]).await.status.as_u16();
                assert_eq!(closed, if may { 422 } else { expected }, "{role:?} {here}/close");
                match import::again(&intake, &Which::Ids(vec![*entry]), &mut Silent).await {
                    Ok(again) => assert_eq!((may, again.waiting), (true, 1), "{role:?} {entry}"),
                    Err(IncidentError::Forbidden(_)) => assert_eq!(expected, 403, "{role:?} {entry}"),
                    Err(IncidentError::Refused(reason)) => assert_eq!((expected, reason.key.as_ref()), (404, "tray-unknown"), "{role:?} {entry}"),
                    Err(error) => panic!("{role:?} {entry}: {error}"),
                }
                // Undone when the work is dropped.
                let work = ledger.begin().await.expect("work");
                let closed = tray::close(&work, &actor, *entry, "nothing to report").await;
                assert_eq!(closed.as_ref().map_or_else(status_of, |()| 200), expected, "{role:?} {entry}: {closed:?}");
            }
            if seen > 0 {
                let all = import::again(&intake, &Which::All, &mut Silent).await.expect("read again");
                assert_eq!(i64::try_from(all.closed + all.waiting).ok(), Some(seen), "{role:?}: of all, those that may be seen");
            }
            for (letter, expected) in letters.iter().zip(expected) {
                let raw = browser.get(&format!("/correspondence/{}/raw", letter.letter)).await;
                assert_eq!((raw.status.as_u16(), raw.body.contains("finder@lab.example")), (expected, expected == 200), "{role:?}: the bytes");
            }
        }
        let browser = Browser::of(&filled, Role::Coordinator).await;
        let raw = format!("/correspondence/{}/raw", letters[0].letter);
        assert!(browser.get(&letters[0].own()).await.body.contains(&raw), "the letter leads to its bytes");
        for entry in [entries[0], entries[1]] {
            assert_eq!(browser.post(&format!("/tray/{entry}/close"), &[("note", "seen")]).await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!((browser.get("/tray").await.count(), tray::count(ledger, &Actor::Platform).await.expect("counted")), (Some(0), 1));
    })
    .await;
}
