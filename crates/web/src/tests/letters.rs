//! Letters in lists: found by their words, with who sent them and how far they may be told.

use super::{
    browser::Browser,
    filled::Filled,
    mail::{deliver, office, plain},
};
use axum::http::StatusCode;
use noroshi_kernel::access::{Actor, Role};
use noroshi_ledger::Sql;
use noroshi_mailroom::desk;

const ROOT: Actor = Actor::Platform;

async fn both(filled: &Filled) -> [(&'static str, Browser); 2] {
    [("ja", Browser::of(filled, Role::Handler).await.speaking("ja")), ("en", Browser::of(filled, Role::Handler).await.speaking("en"))]
}

#[tokio::test]
async fn letters_are_found_by_their_words_on_every_list() {
    let filled = office().await;
    let came = deliver(&filled, plain("a@home.example", "ir@example.jp", "question", "s1", "please do a takedownword of hxxp://evil[.]example/")).await;
    let red = deliver(&filled, plain("b@lab.example", "vuls@example.jp", "other", "s2", "a takedownword, too")).await;
    let (handler, inside) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Administrator).await);
    for (thread, body) in [(came, "ご連絡ありがとうございます replyword"), (red, "replyword")] {
        let fields = [("to", "a@home.example"), ("subject", "Re: question"), ("body", body)];
        assert_eq!(inside.post(&format!("{}/letters", thread.page()), &fields).await.status, StatusCode::SEE_OTHER);
    }
    for (path, theirs, ours) in [
        ("/inbox?q=takedownword", 1, 2),
        ("/inbox/incident?q=takedownword", 1, 1),
        ("/inbox?q=replyword", 1, 2),
        ("/inbox?q=ありがとう", 1, 1),
        ("/inbox?q=hxxp%3A%2F%2Fevil%5B.%5Dexample%2F", 1, 1),
        ("/inbox?q=nowhereword", 0, 0),
        ("/inbox?q=takedownword+replyword", 0, 0),
        ("/outgoing?q=replyword", 1, 2),
        ("/outgoing?q=replyword&state=sent", 0, 0),
        ("/outgoing?q=takedownword", 0, 0),
        ("/outgoing?q=%25", 0, 0),
    ] {
        let path = path.replace("ありがとう", "%E3%81%82%E3%82%8A%E3%81%8C%E3%81%A8%E3%81%86");
        assert_eq!((handler.get(&path).await.count(), inside.get(&path).await.count()), (Some(theirs), Some(ours)), "{path}");
    }
    let page = handler.get("/outgoing?q=replyword&state=queued").await.body;
    assert!(
        page.contains("value=\"replyword\"")
            && page.contains("<input type=\"hidden\" name=\"state\" value=\"queued\">")
            && page.contains("state=sent&#38;q=replyword"),
        "{page}"
    );
}

#[tokio::test]
async fn the_tray_is_searched_by_name_place_and_reason() {
    let filled = &Filled::open(3).await;
    let handler = Browser::of(filled, Role::Handler).await;
    let all = handler.get("/tray").await.count().expect("a count");
    assert!(all > 0);
    filled.unreadable_feed().await;
    for (path, expected) in [("/tray?q=UNREADABLE", 1), ("/tray?q=unreadable.csv&page=1", 1), ("/tray?q=nothing-like-it", 0), ("/tray?q=", all + 1)] {
        assert_eq!(handler.get(path).await.count(), Some(expected), "{path}");
    }
    for (language, browser) in both(filled).await {
        let page = browser.get("/tray?q=nothing-like-it").await.body;
        assert!(
            page.contains("value=\"nothing-like-it\"")
                && page.contains(if language == "ja" { "当てはまるものはありません" } else { "Nothing fits" }),
            "{page}"
        );
    }
}

#[tokio::test]
async fn the_inbox_shows_who_really_wrote() {
    let filled = office().await;
    let report =
        deliver(&filled, plain("Yamada <yamada@shinkin.example.jp>", "ir@example.jp", "first", "y1", "URL: http://login.example.test/a\r\nCategory: phishing"))
            .await;
    let number = noroshi_mailroom::thread::open(&filled.web.ledger, &ROOT, report.thread).await.expect("a thread").number().to_owned();
    for (from, id) in [
        ("\"yamada@shinkin.example.jp\" <eve@evil.example>", "n1"),
        ("=?UTF-8?B?eWFtYWRh77ygc2hpbmtpbi5leGFtcGxlLmpw?= <eve2@evil.example>", "n2"),
        ("\"www.shinkin.example.jp\" <eve3@evil.example>", "n3"),
        ("\"Dr. A. Honest\" <honest@home.example>", "n4"),
        ("\"own@home.example\" <own@home.example>", "n5"),
        ("\u{443}amada@shinkin.example.jp", "n6"),
    ] {
        deliver(&filled, plain(from, "ir@example.jp", &format!("from {id}"), id, "hello")).await;
    }
    let tag = format!("Re: [EXAMPLE-CSIRT #{number}]");
    deliver(&filled, plain("\u{443}amada@shinkin.example.jp", "ir@example.jp", &format!("{tag} alike"), "q1", "hello")).await;
    deliver(&filled, plain("stranger@else.example", "ir@example.jp", &format!("{tag} strange"), "q2", "hello")).await;
    deliver(&filled, "To: ir@example.jp\r\nSubject: nobody\r\n\r\nhello\r\n").await;
    for (language, browser) in both(&filled).await {
        let page = browser.get("/inbox").await.body;
        let row = |subject: &str| page.split("<tr ").find(|row| row.contains(subject)).unwrap_or_else(|| panic!("{subject}: {page}")).to_owned();
        for (id, address) in [("n1", "eve@evil.example"), ("n2", "eve2@evil.example"), ("n3", "eve3@evil.example")] {
            let row = row(&format!("from {id}"));
            assert!(row.contains(&format!("<code class=\"own\">{address}</code>")) && row.contains("shinkin.example.jp"), "{id}: {row}");
        }
        assert!(row("from n4").contains("Dr. A. Honest") && !row("from n4").contains("honest@home.example"), "{}", row("from n4"));
        assert_eq!(row("from n5").matches("own@home.example").count(), 1, "{}", row("from n5"));
        let (imitates, alike, quotes, nobody) = if language == "ja" {
            ("紛らわしい文字のアドレス", "当事者に似せた差出人", "別件の番号を引用", "（差出人なし）")
        } else {
            ("look-alike letters", "looks like a party", "quotes another case", "(no sender)")
        };
        assert!(row("from n6").contains(imitates) && !row("from n6").contains(quotes), "{}", row("from n6"));
        assert!([imitates, alike, quotes].into_iter().all(|mark| row(" alike").contains(mark)), "{}", row(" alike"));
        assert!(row(" strange").contains(quotes) && !row(" strange").contains(alike), "{}", row(" strange"));
        assert!(row(">first<").matches("chip wine").count() == 0, "{}", row(">first<"));
        assert!(row("nobody").contains(nobody), "{}", row("nobody"));
    }
}

#[tokio::test]
async fn marks_tell_nothing_of_what_may_not_be_seen() {
    let filled = office().await;
    let red = deliver(&filled, plain("finder@lab.example", "vuls@example.jp", "secret", "v1", "hello")).await;
    let code = noroshi_mailroom::thread::open(&filled.web.ledger, &ROOT, red.thread).await.expect("there").code;
    deliver(&filled, plain("f\u{456}nder@lab.example", "ir@example.jp", &format!("[EXAMPLE-CSIRT #{code}] alike"), "q1", "hello")).await;
    let (handler, inside) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Administrator).await);
    for mark in ["当事者に似せた差出人", "別件の番号を引用"] {
        assert_eq!((handler.get("/inbox").await.body.contains(mark), inside.get("/inbox").await.body.contains(mark)), (false, true), "{mark}");
    }
}

#[tokio::test]
async fn a_thread_says_where_its_label_comes_from() {
    let filled = office().await;
    let work = filled.web.ledger.begin().await.expect("work");
    desk::set_staff(&work, &ROOT, "incident", &[*filled.accounts.last().expect("an administrator")]).await.expect("staffed");
    work.commit().await.expect("kept");
    let (handler, inside) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Administrator).await);
    for (to, subject, body, tlp, from) in [
        ("ir@example.jp", "[TLP:RED] x", "hello", "TLP:RED", Some("差出人が件名で指定")),
        ("ir@example.jp", "x", "TLP:AMBER+STRICT\r\nhello", "TLP:AMBER+STRICT", Some("差出人が本文で指定")),
        ("vuls@example.jp", "x", "hello", "TLP:RED", Some("窓口のラベル")),
        ("ir@example.jp", "x", "hello", "TLP:AMBER", None),
    ] {
        let came = deliver(&filled, plain("a@lab.example", to, subject, &format!("t{}{}", to.len(), body.len() + subject.len()), body)).await;
        let page = inside.get(&came.page()).await.body;
        let (_, facts) = page.split_once("<dt>TLP</dt><dd>").expect("the facts");
        let facts = facts.split("</dd>").next().unwrap_or_default();
        assert_eq!(facts, from.map_or_else(|| tlp.to_owned(), |from| format!("{tlp} <small>{from}</small>")), "{subject} {body}");
        assert_eq!(handler.get(&came.page()).await.status == StatusCode::OK, tlp != "TLP:RED", "{subject} {body}");
        assert_eq!(handler.get(&format!("/correspondence/{}/raw", came.letter)).await.status == StatusCode::OK, tlp != "TLP:RED", "{subject} {body}");
    }
}

#[tokio::test]
async fn the_queue_speaks_the_readers_language_and_of_what_is_ahead() {
    let filled = Filled::empty().await;
    let now = filled.web.ledger.now();
    let work = filled.web.ledger.begin().await.expect("work");
    for (name, rhythm, ahead_s) in
        [("one", "every 10s", 14 * 60), ("two", "every 60s", 20), ("three", "Monday 09:30:00 Asia/Tokyo", 3 * 86_400), ("four", "every now and then", -3 * 60)]
    {
        let sql = Sql::new("INSERT INTO ledger_schedule (name, rhythm, next_at) VALUES (")
            .bind(name)
            .push(", ")
            .bind(rhythm)
            .push(", ")
            .bind(now.0 + ahead_s * 1_000_000);
        work.execute(sql.push(")")).await.expect("scheduled");
    }
    work.commit().await.expect("kept");
    for (language, told) in [
        ("ja", ["10 秒ごと", "1 分ごと", "毎週月曜日 09:30（Asia/Tokyo）", "every now and then", "14 分後", "まもなく", "3 日後", "3 分前"]),
        (
            "en",
            [
                "every 10 seconds",
                "every minute",
                "Mondays 09:30 (Asia/Tokyo)",
                "every now and then",
                "in 14 minutes",
                "in a moment",
                "in 3 days",
                "3 minutes ago",
            ],
        ),
    ] {
        let page = Browser::of(&filled, Role::Administrator).await.speaking(language).get("/queue").await.body;
        for told in told {
            assert!(page.contains(told), "{told}: {page}");
        }
    }
}

#[tokio::test]
async fn a_wrong_status_link_speaks_to_the_public() {
    let filled = &Filled::empty().await;
    for (language, says, never) in [("ja", "アドレスが途中で切れていないか", "関係者"), ("en", "Check whether the link is cut off", "participants")]
    {
        let page = Browser::stranger(filled).speaking(language).get("/status/no-such-link").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.body.contains(says) && !page.body.contains(never), "{}", page.body);
    }
}

#[tokio::test]
async fn a_long_name_of_a_file_keeps_its_extension() {
    let filled = office().await;
    let name = format!("{}.pdf.exe", "invoice".repeat(60));
    let letter = format!(
        "From: a@home.example\r\nTo: ir@example.jp\r\nSubject: file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\nMZ\r\n--b--\r\n"
    );
    let came = deliver(&filled, letter).await;
    let handler = Browser::of(&filled, Role::Handler).await;
    let page = handler.get(&format!("{}?show=structure", came.own())).await.body;
    assert!(page.contains("\u{2026}.exe"), "{page}");
    let file = handler.get(&format!("{}/parts/2", came.own())).await;
    let disposition = file.header(axum::http::header::CONTENT_DISPOSITION);
    assert!(disposition.split("%E2%80%A6").nth(1) == Some(".exe"), "{disposition}");
}

#[tokio::test]
async fn what_a_server_said_is_told_in_the_readers_language() {
    let filled = office().await;
    let handler = Browser::of(&filled, Role::Handler).await;
    let came = deliver(&filled, plain("a@home.example", "ir@example.jp", "question", "o1", "hello")).await;
    let fields = [("to", "a@home.example"), ("subject", "Re: question"), ("body", "yes")];
    assert_eq!(handler.post(&format!("{}/letters", came.page()), &fields).await.status, StatusCode::SEE_OTHER);
    let sent = noroshi_mailroom::outgoing::list(&filled.web.ledger, &ROOT, &Default::default(), 0, 1).await.expect("letters").remove(0);
    let report = format!(
        "From: MAILER-DAEMON@mx.example.jp\r\nTo: {}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.jp\r\n\r\nFinal-Recipient: rfc822; a@home.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: ir@example.jp\r\nMessage-ID: <{}>\r\n\r\n--b--\r\n",
        sent.envelope_from, sent.message_id
    );
    deliver(&filled, report).await;
    for (language, browser) in both(&filled).await {
        for path in ["/outgoing".to_owned(), came.page(), format!("/outgoing/{}", sent.id)] {
            let page = browser.get(&path).await.body;
            let (says, other) = if language == "ja" {
                ("届きませんでした: ", "it was not delivered: ")
            } else {
                ("it was not delivered: ", "届きませんでした: ")
            };
            assert!(page.contains(says) && page.contains("550 5.1.1 no such user") && !page.contains(other), "{language} {path}: {page}");
        }
    }
}

#[tokio::test]
async fn what_came_is_listed_by_its_kind() {
    let filled = office().await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let count = async |kind: &str| handler.get(&format!("/correspondence?about={kind}")).await.count().expect("a count");
    let asked = "From: a@b.example\r\nMessage-ID: <q1@b.example>\r\nSubject: A question\r\n\r\nHow are you?\r\n";
    let answer = "From: a@b.example\r\nIn-Reply-To: <q1@b.example>\r\nSubject: One more thing\r\n\r\nAnd you?\r\n";
    let news = "From: news@c.example\r\nList-Id: <news.c.example>\r\nSubject: News of the week\r\n\r\nNothing.\r\n";
    for (kind, shown, subject, letter) in
        [("inquiry", "Inquiry", "A question", asked), ("answer", "Answer", "One more thing", answer), ("automatic", "Automatic", "News of the week", news)]
    {
        let before = count(kind).await;
        deliver(&filled, letter).await;
        let list = handler.get(&format!("/correspondence?about={kind}")).await;
        assert_eq!(list.count(), Some(before + 1), "{kind}");
        assert!(list.body.contains(subject) && list.body.contains(&format!(">{shown}<")), "{kind}: {}", list.body);
    }
    let mut all = 0;
    for kind in ["report", "inquiry", "answer", "automatic", "delivery_report"] {
        all += count(kind).await;
    }
    assert_eq!(handler.get("/correspondence").await.count(), Some(all));
    assert_eq!(handler.get("/correspondence?about=other").await.status, StatusCode::BAD_REQUEST);
}
