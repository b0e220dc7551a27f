//! Letters on pages: in both languages, with hostile content, RED ones for those who take part alone, and what one does with them.

use super::{browser::Browser, filled::Filled, pages::check, tongues::speaks_one};
use axum::http::{StatusCode, header};
use noroshi_incident::service::import;
use noroshi_kernel::{
    access::{Actor, Role},
    id::{CorrespondenceId, ThreadId},
    language::Bilingual,
};
use noroshi_ledger::{Query as _, Sql};
use noroshi_mailroom::{desk, letters::Incoming, outgoing, thread};

const ROOT: Actor = Actor::Platform;

/// A letter that came in: its correspondence and its thread.
#[derive(Clone, Copy)]
pub(super) struct Came {
    pub(super) letter: CorrespondenceId,
    pub(super) thread: ThreadId,
}

impl Came {
    pub(super) fn page(self) -> String {
        format!("/threads/{}", self.thread)
    }

    pub(super) fn own(self) -> String {
        format!("/letters/{}", self.letter)
    }
}

/// An office with desks.
pub(super) async fn office() -> Filled {
    let filled = Filled::open(0).await;
    let work = filled.web.ledger.begin().await.expect("work");
    for (key, address) in [("incident", "ir@example.jp"), ("vulnerability", "vuls@example.jp"), ("office", "office@example.jp")] {
        desk::change(&work, &ROOT, key, desk::Change { address: Some(address.into()), ..Default::default() }).await.expect("changed");
    }
    // The vulnerability desk's threads are RED; the administrator works there.
    desk::set_staff(&work, &ROOT, "vulnerability", &[*filled.accounts.last().expect("an administrator")]).await.expect("staffed");
    work.commit().await.expect("kept");
    filled
}

/// The letter of ours that was written last.
async fn latest(filled: &Filled) -> outgoing::Sent {
    outgoing::list(&filled.web.ledger, &ROOT, &outgoing::Which::default(), 0, 1).await.expect("letters").remove(0)
}

pub(super) async fn deliver(filled: &Filled, letter: impl AsRef<[u8]>) -> Came {
    let intake = filled.web.intake(ROOT);
    let letters = vec![Incoming::delivered(letter.as_ref().to_vec(), None)];
    let kept = intake.keep_letters(&letters).await.expect("kept");
    let letter = kept[0].id;
    intake.read_letters(kept.into_iter().zip(letters).collect(), &mut import::Silent).await.expect("read");
    Came { letter, thread: thread::thread_of(&filled.web.ledger, letter).await.expect("asked").unwrap_or(ThreadId(0)) }
}

/// The number of the case that a thread is about.
async fn case(filled: &Filled, came: Came) -> String {
    thread::open(&filled.web.ledger, &ROOT, came.thread).await.expect("a thread").case.expect("a case").number
}

pub(super) fn plain(from: &str, to: &str, subject: &str, id: &str, body: &str) -> String {
    format!("From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{id}@home.example>\r\nDate: Tue, 19 Mar 2019 10:00:00 +0900\r\n\r\n{body}\r\n")
}

const REPORT: &str = "We saw a phishing site.\r\nURL: http://login.example.test/a\r\nIP: 192.0.2.7\r\nCategory: phishing";

/// HTML with all that must not run, a table and a program as attachments, a head with control characters.
const HOSTILE: &str = "From: =?utf-8?q?=3Cscript=3Ealert=281=29=3C/script=3E=1B[31m?= <evil@home.example>\r\nTo: ir@example.jp\r\nSubject: =?utf-8?q?=1B[31mred=E2=80=AEgpj=2Eexe_http://s.example.test/?=\r\nMIME-Version: 1.0\r\nX-Evil: \x1b]0;owned\x07 <img src=x>\r\nMessage-ID: <h1@home.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello <script>alert(1)</script><img src=\"http://track.example.test/p.gif\" onerror=alert(1)>see <a href=\"http://evil.example.test/login\">https://bank.example.test/</a></p>\r\n--b\r\nContent-Type: text/csv; name=list.csv\r\nContent-Disposition: attachment; filename=\"../../list.csv\"\r\n\r\nurl\r\nhttp://third.example.test/x\r\n203.0.113.9\r\n--b\r\nContent-Type: text/html; name=\"<b>\\\".html\"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nPHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\r\n--b--\r\n";

fn harmless(path: &str, page: &str) {
    for wrong in ["<script>", "<img src=x", "<img src=\"http", "href=\"http", "\u{1b}", "\u{202e}", "http://evil", "http://track", "https://bank"] {
        assert!(!page.contains(wrong), "{path} holds {wrong:?}");
    }
}

#[tokio::test]
async fn every_page_of_letters_speaks_both_languages_and_runs_nothing() {
    let filled = office().await;
    let hostile = deliver(&filled, HOSTILE).await;
    let report = deliver(&filled, plain("Reporter <reporter@home.example>", "ir@example.jp", "phishing", "r1", REPORT)).await;
    let number = case(&filled, report).await;
    let stranger = deliver(&filled, plain("r\u{435}porter@home.example", "ir@example.jp", &format!("[EXAMPLE-CSIRT #{number}] x"), "s1", "hello")).await;
    let big = deliver(&filled, plain("big@home.example", "ir@example.jp", "big", "b1", &"0123456789 http://x.example.test/ \r\n".repeat(160_000))).await;
    let broken = deliver(&filled, b"\x00\xff no letter at all \xfe").await;
    let handler = Browser::of(&filled, Role::Administrator).await;
    let sent = handler.post(&format!("{}/letters", report.page()), &[("to", "reporter@home.example"), ("subject", "Re: phishing"), ("body", "ok")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let ours = format!("/outgoing/{}", latest(&filled).await.id);
    for language in ["ja", "en"] {
        let person = Browser::of(&filled, Role::Administrator).await.speaking(language);
        for path in [
            "/inbox".to_owned(),
            "/inbox/incident?state=new".into(),
            "/inbox?q=nothing-like-it".into(),
            hostile.page(),
            format!("{}/reply", hostile.page()),
            report.page(),
            format!("{}/reply", report.page()),
            stranger.page(),
            big.page(),
            "/outgoing".into(),
            "/queue".into(),
            "/desks".into(),
            "/desks/vulnerability".into(),
            format!("/incidents/{number}"),
            format!("/incidents/{number}/letter"),
            format!("/incidents/{number}/letter?to=%3Cscript%3Ealert(1)%3C/script%3E"),
        ]
        .into_iter()
        .chain(
            [hostile, big, broken]
                .into_iter()
                .map(Came::own)
                .chain([ours.clone()])
                .flat_map(|page| ["", "?show=source", "?show=structure", "?show=items"].map(|show| format!("{page}{show}"))),
        ) {
            let answer = person.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
            check(&path, language, &answer.body);
            harmless(&path, &answer.body);
            assert!(answer.body.len() < 3 << 20, "{path} is bounded: {}", answer.body.len());
            // What people wrote, and what the program calls things, is nobody's language.
            if !path.contains("show=") && !path.starts_with("/queue") {
                let page = ["インシデント &#60;ir@example.jp", "alert(1)", "Hello", "see", "no letter at all", "We saw a phishing site", "hello"]
                    .iter()
                    .fold(answer.body, |page, word| page.replace(word, ""));
                speaks_one(&page, language, &path);
            }
        }
    }
    let page = handler.get(&broken.own()).await.body;
    assert!(page.contains("class=\"problem\"") && page.contains("no letter at all"), "what cannot be read is shown with its reason");
    let page = handler.get(&format!("{}?show=items", hostile.own())).await.body;
    for item in ["hxxp://evil.example[.]test/login", "hxxp://track.example[.]test/p.gif", "hxxp://third.example[.]test/x", "203.0.113.9"] {
        assert!(page.contains(item), "{item} is found: {page}");
    }
    let page = handler.get(&stranger.page()).await.body;
    assert!(page.contains(&format!("#{number}")) && page.contains("reporter@home.example に似せた"), "whom it quotes and whom it imitates");
}

#[tokio::test]
async fn parts_of_letters_are_files_to_keep() {
    let filled = office().await;
    let hostile = deliver(&filled, HOSTILE).await;
    let handler = Browser::of(&filled, Role::Handler).await;
    let page = handler.get(&format!("{}?show=structure", hostile.own())).await.body;
    let parts: Vec<&str> = page.split(&format!("href=\"{}/parts/", hostile.own())).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(parts.len(), 3, "{page}");
    for part in parts {
        let answer = handler.get(&format!("{}/parts/{part}", hostile.own())).await;
        assert_eq!((answer.status, answer.header(header::CONTENT_TYPE)), (StatusCode::OK, "application/octet-stream"), "{part}");
        assert!(answer.header(header::CONTENT_DISPOSITION).starts_with("attachment; filename=\"letter-"), "{part}: {:?}", answer.headers);
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(header::CONTENT_SECURITY_POLICY), "default-src 'none'; sandbox");
    }
    for wrong in ["9", "1.1.1", "x", "0", "%2e%2e"] {
        assert_eq!(handler.get(&format!("{}/parts/{wrong}", hostile.own())).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn what_is_red_leaks_nowhere() {
    let filled = office().await;
    let red = deliver(&filled, plain("finder@lab.example", "vuls@example.jp", "secret overflow", "v1", REPORT)).await;
    let open = deliver(&filled, plain("a@home.example", "ir@example.jp", "open", "o1", "a question")).await;
    let (handler, inside) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Administrator).await);
    let written =
        inside.post(&format!("{}/letters", red.page()), &[("to", "finder@lab.example"), ("subject", "Re: secret overflow"), ("body", "thanks")]).await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.body);
    let sent = filled.web.ledger.number(Sql::new("SELECT max(id) AS n FROM mailroom_outgoing")).await.expect("a number");
    for path in [
        red.page(),
        format!("{}/reply", red.page()),
        red.own(),
        format!("{}?show=source", red.own()),
        format!("{}/parts/1", red.own()),
        format!("/correspondence/{}/raw", red.letter),
        format!("/outgoing/{sent}"),
        format!("/outgoing/{sent}?show=source"),
        format!("/outgoing/{sent}/parts/1"),
        format!("/outgoing/{sent}/raw"),
    ] {
        assert_eq!((handler.get(&path).await.status.as_u16(), inside.get(&path).await.status.as_u16()), (404, 200), "{path}");
    }
    let incident = format!("/incidents/{}", case(&filled, red).await);
    for path in ["/inbox", "/inbox/vulnerability", "/inbox?q=secret", "/inbox?q=finder", "/outgoing", "/correspondence", "/reports", &incident] {
        let page = handler.get(path).await.body;
        assert!(!page.contains("secret overflow") && !page.contains("finder@lab.example") && !page.contains("lab.example"), "{path}: {page}");
        assert!(inside.get(path).await.body.contains("secret overflow"), "{path} for who may see it");
    }
    assert_eq!((handler.get("/inbox").await.count(), handler.get("/outgoing").await.count()), (Some(1), Some(0)));
    for (path, fields) in [
        (format!("{}/take", red.page()), &[][..]),
        (format!("{}/end", red.page()), &[]),
        (format!("{}/letters", red.page()), &[("to", "x@y.example"), ("subject", "x"), ("body", "x")]),
        (format!("{}/route", red.page()), &[("desk", "incident")]),
        (format!("{}/attach", red.page()), &[("number", "2019-00001")]),
        (format!("/outgoing/{sent}/withdraw"), &[]),
        (format!("/outgoing/{sent}/again"), &[]),
    ] {
        assert_eq!(handler.post(&path, fields).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // A part of it that cannot be read lies in the tray; its name is its subject.
    let half = "From: finder@lab.example\r\nTo: vuls@example.jp\r\nSubject: secret half\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n\r\n--b--\r\n";
    let half = deliver(&filled, half).await;
    let (theirs, ours) = (handler.get("/tray").await, inside.get("/tray").await);
    assert!(ours.body.contains("secret half") && !theirs.body.contains("secret half"), "{}", theirs.body);
    assert_eq!(theirs.count().map(|count| count + 1), ours.count(), "nor does the count tell");
    assert_eq!(handler.get(&half.own()).await.status, StatusCode::NOT_FOUND);
    // Merging into it, by its id or by its code, says the same as of one that is not there.
    let code = thread::open(&filled.web.ledger, &ROOT, red.thread).await.expect("there").code;
    let by_id = handler.post(&format!("{}/merge", open.page()), &[("by", "id"), ("into", &red.thread.to_string())]).await;
    assert_eq!(by_id.status, StatusCode::NOT_FOUND);
    let by_code = handler.post(&format!("{}/merge", open.page()), &[("into", &code)]).await;
    let none = handler.post(&format!("{}/merge", open.page()), &[("into", "0000-0000")]).await;
    assert_eq!((by_code.status, none.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
    // A stranger's letter that quotes it and imitates its party tells who may not see it neither.
    let quoting = deliver(&filled, plain("find\u{435}r@lab.example", "ir@example.jp", &format!("[EXAMPLE-CSIRT #{code}]"), "q1", "hello")).await;
    let page = handler.get(&quoting.page()).await.body;
    assert!(
        !page.contains("class=\"warning\"")
            && !page.contains("<code>finder@lab.example")
            && !page.contains("/merge\"><input type=\"hidden\" name=\"csrf\" value=\"x"),
        "{page}"
    );
    // Belonging to a case that everybody may see does not open it up.
    let quiet = deliver(&filled, plain("finder@lab.example", "vuls@example.jp", "secret question", "v2", "when?")).await;
    assert_eq!(inside.post(&format!("{}/attach", quiet.page()), &[("number", "2019-00001")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!((handler.get(&quiet.page()).await.status.as_u16(), inside.get(&quiet.page()).await.status.as_u16()), (404, 200));
    assert!(!handler.get("/incidents/2019-00001").await.body.contains("secret question"));
    // A RED case takes no letters of those who may not see it.
    for path in [format!("/incidents/{}/letter", filled.red), format!("/incidents/{}", filled.red)] {
        assert_eq!(handler.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let attach = handler.post(&format!("{}/attach", open.page()), &[("number", &filled.red.to_string())]).await;
    assert_eq!(attach.status, StatusCode::UNPROCESSABLE_ENTITY, "as if it were not there");
}

#[tokio::test]
async fn a_thread_is_worked_on_from_the_inbox_to_its_end() {
    let filled = office().await;
    let jis = b"From: Hanako <hanako@home.example>\r\nTo: ir@example.jp, other@home.example\r\nReply-To: answers@home.example\r\nSubject: =?ISO-2022-JP?B?GyRCPEFMZBsoQg==?=\r\nMessage-ID: <j1@home.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n\r\n\x1b$B<ALd\x1b(B http://x.example.test/\r\n";
    let came = deliver(&filled, jis).await;
    let second = deliver(&filled, plain("b@home.example", "office@example.jp", "second", "t2", "hello")).await;
    let handler = Browser::of(&filled, Role::Handler).await;
    let list = handler.get("/inbox").await;
    assert_eq!(list.count(), Some(2));
    assert!(list.body.contains("質問") && list.body.contains("data-key=\"c\"") && list.body.contains("action=\"/threads/"));
    assert!(list.body.contains("href=\"/inbox/office\" class=\"inner\">事務局 <b>1</b>"), "counts by desk: {}", list.body);
    let here = came.page();
    let done = async |action: &str, fields: &[(&str, &str)], to: &str| {
        let answer = handler.post(&format!("{here}/{action}"), fields).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, to), "{action}: {}", answer.body);
        assert!(answer.cookies().iter().any(|cookie| cookie.starts_with("noroshi_done=done-")), "{action} says what was done");
    };
    done("take", &[("to", "/inbox?state=new")], "/inbox?state=new").await;
    done("give-back", &[("to", "//evil.example/")], &here).await;
    done("take", &[("to", "/desks")], &here).await;
    assert_eq!((handler.get("/inbox?mine=1").await.count(), handler.get("/inbox?state=new").await.count()), (Some(1), Some(1)));
    assert_eq!((handler.get("/inbox?q=hanako").await.count(), handler.get("/inbox?q=%25").await.count()), (Some(1), Some(0)), "marks of patterns are words");
    // The answer is prepared: to whom it is asked for, quoted, in the letter's charset.
    let form = handler.get(&format!("{here}/reply")).await.body;
    for prepared in [
        "value=\"answers@home.example\"",
        "value=\"Re: 質問\"",
        "&#62; 質問 hxxp://x.example[.]test/",
        "<option value=\"iso-2022-jp\" selected>",
        "other@home.example",
    ] {
        assert!(form.contains(prepared), "{prepared}: {form}");
    }
    // Whoever asks for answers elsewhere is shown there, and not answered by it.
    let elsewhere = deliver(&filled, "From: hanako@home.example\r\nReply-To: eve@evil.example\r\nTo: ir@example.jp\r\nSubject: where to\r\n\r\nhere\r\n").await;
    let form = handler.get(&format!("/threads/{}/reply", elsewhere.thread)).await.body;
    assert!(form.contains("name=\"to\" lang=\"\" value=\"hanako@home.example\"") && form.contains("eve@evil.example"), "{form}");
    let answers = came.letter.to_string();
    let letter = [
        ("to", "answers@home.example"),
        ("cc", "Taro <taro@home.example>"),
        ("subject", "Re: 質問"),
        ("body", "はい。\r\n"),
        ("answers", &answers),
        ("charset", "iso-2022-jp"),
    ];
    done("letters", &letter, &here).await;
    let page = handler.get(&here).await.body;
    assert!(page.contains("thread-answered") && page.contains("sent-queued") && page.contains("taro@home.example") && page.contains("はい。"), "{page}");
    let outgoing = handler.get("/outgoing?state=queued").await;
    assert_eq!(outgoing.count(), Some(1));
    assert!(outgoing.body.contains("answers@home.example") && outgoing.body.contains("次の送信"), "{}", outgoing.body);
    let raw = latest(&filled).await;
    // It opens from the list and from its thread, and is looked at like one that came in.
    let own = format!("/outgoing/{}", raw.id);
    assert!(outgoing.body.contains(&format!("class=\"row\" href=\"{own}\"")) && page.contains(&format!("href=\"{own}\"")), "{}", outgoing.body);
    let text = handler.get(&own).await.body;
    for told in ["はい。", "sent-queued", "taro@home.example", "次の送信", &format!("href=\"{here}\""), &format!("href=\"{own}/raw\"")] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let source = handler.get(&format!("{own}?show=source")).await.body;
    assert!(source.contains("In-Reply-To: &#60;j1@home.example&#62;"), "{source}");
    assert_eq!(handler.get(&format!("{own}?show=nothing")).await.status, StatusCode::BAD_REQUEST);
    let bytes = filled.web.ledger.blobs().read_part(&raw.raw.sha256, 0, raw.raw.length).expect("bytes");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.to_lowercase().contains("iso-2022-jp") && text.contains("In-Reply-To: <j1@home.example>"), "{text}");
    for (fields, status) in [
        (&[("to", "answers@home.example"), ("subject", "x"), ("body", " ")][..], StatusCode::UNPROCESSABLE_ENTITY),
        (&[("to", ""), ("subject", "x"), ("body", "x")], StatusCode::UNPROCESSABLE_ENTITY),
        (&[("to", "a b c"), ("subject", "x"), ("body", "x")], StatusCode::UNPROCESSABLE_ENTITY),
        (&[("to", "a@home.example"), ("subject", "x"), ("body", "x"), ("charset", "koi8-r")], StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(handler.post(&format!("{here}/letters"), fields).await.status, status, "{fields:?}");
    }
    let refused = handler.post(&format!("{here}/letters"), &[("to", "a b c"), ("subject", "x"), ("body", "x")]).await.body;
    assert!(refused.contains("メールアドレス「a b c」"), "it says which: {refused}");
    let taken_back = handler.post(&format!("/outgoing/{}/withdraw", raw.id), &[("to", &here)]).await;
    assert_eq!((taken_back.status, taken_back.location()), (StatusCode::SEE_OTHER, here.as_str()));
    assert_eq!(handler.post(&format!("/outgoing/{}/withdraw", raw.id), &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(handler.post(&format!("/outgoing/{}/again", raw.id), &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing was given up");
    done("route", &[("desk", "ics"), ("note", "http://x.example.test/ をご確認ください")], &here).await;
    done("attach", &[("number", "#2019-00001")], &here).await;
    let page = handler.get(&here).await.body;
    for told in ["hxxp://x.example[.]test/ をご確認ください", "インシデント → 制御システム", "href=\"/incidents/2019-00001\"", "楽天を装うフィッシングサイト"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    let incident = handler.get("/incidents/2019-00001").await.body;
    assert!(incident.contains(&format!("href=\"{here}\"")) && incident.contains("href=\"/incidents/2019-00001/letter\""), "the incident leads to its threads");
    done("end", &[], &here).await;
    done("reopen", &[], &here).await;
    let merged = handler.post(&format!("{}/merge", second.page()), &[("into", "2019-00001")]).await;
    assert_eq!((merged.status, merged.location()), (StatusCode::SEE_OTHER, here.as_str()));
    let page = handler.get(&here).await.body;
    assert!(page.contains("b@home.example") && page.contains("統合"), "what was merged stands in the timeline");
    let analyst = Browser::of(&filled, Role::Analyst).await;
    assert!(!analyst.get("/incidents/2019-00001").await.body.contains("/threads/"), "who may not read letters is not led to them");
    assert!(!analyst.get("/incidents").await.body.contains("/inbox"));
}

#[tokio::test]
async fn an_incidents_first_letter_begins_a_thread_with_its_label_and_files() {
    let filled = office().await;
    let (handler, inside) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Administrator).await);
    let form = inside.get(&format!("/incidents/{}/letter", filled.red)).await.body;
    assert!(form.contains("TLP:RED") || form.contains("ir@example.jp"), "{form}");
    let fields = [("desk", "incident"), ("to", "abuse@host.example"), ("subject", "Please look"), ("body", "at this")];
    let sent = inside.files(&format!("/incidents/{}/letters", filled.red), &fields, &[("evidence.txt", "text/plain", b"line one")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let here = sent.location().to_owned();
    assert!(here.starts_with("/threads/"));
    let page = inside.get(&here).await.body;
    assert!(page.contains("TLP:RED") && page.contains(&format!("#{}", filled.red)), "{page}");
    assert_eq!(handler.get(&here).await.status, StatusCode::NOT_FOUND, "the thread bears the case's label");
    let raw = latest(&filled).await;
    let bytes = filled.web.ledger.blobs().read_part(&raw.raw.sha256, 0, raw.raw.length).expect("bytes");
    let letter = noroshi_post::letter::read(&bytes).expect("a letter");
    assert!(letter.parts.iter().any(|part| part.name.as_deref() == Some("evidence.txt")), "{letter:?}");
    assert!(raw.subject.contains(&filled.red.to_string()), "answers find back by the case's number: {}", raw.subject);
    // Files only where the route takes them, and only with the form's token.
    assert_eq!(inside.files("/brands", &[("key", "x")], &[]).await.status, StatusCode::BAD_REQUEST);
    let big = vec![b'x'; 25 << 20];
    let answer = inside.files(&format!("{here}/letters"), &fields, &[("big.bin", "application/octet-stream", &big)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let control = inside.files(&format!("{here}/letters"), &[("to", "a@b.example"), ("subject", "x"), ("body", "a\u{202e}b")], &[]).await;
    assert_eq!(control.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn letters_of_ours_are_kept_as_files_and_say_what_became_of_them() {
    let filled = office().await;
    let handler = Browser::of(&filled, Role::Handler).await;
    let fields = [("desk", "incident"), ("to", "abuse@host.example"), ("subject", "Please look"), ("body", "at this")];
    let sent = handler.files("/incidents/2019-00001/letters", &fields, &[("evidence.csv", "text/csv", b"a,b")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let letter = latest(&filled).await;
    let own = format!("/outgoing/{}", letter.id);
    let raw = handler.get(&format!("{own}/raw")).await;
    assert_eq!((raw.status, raw.header(header::CONTENT_TYPE)), (StatusCode::OK, "application/octet-stream"));
    assert_eq!(raw.header(header::CONTENT_DISPOSITION), format!("attachment; filename=\"letter-{}.eml\"", letter.id));
    assert!(raw.body.contains(&format!("Message-ID: <{}>", letter.message_id)), "{}", raw.body);
    let structure = handler.get(&format!("{own}?show=structure")).await.body;
    let part = structure.split(&format!("href=\"{own}/parts/")).nth(2).and_then(|rest| rest.split('"').next()).expect("a second part").to_owned();
    let file = handler.get(&format!("{own}/parts/{part}")).await;
    assert_eq!((file.status, file.body.as_str()), (StatusCode::OK, "a,b"));
    assert_eq!(file.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    for wrong in [format!("{own}/parts/9"), "/outgoing/0".into(), "/outgoing/x".into(), "/outgoing/0/raw".into()] {
        assert_eq!(handler.get(&wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    // What a server says of it comes in as a letter, and stands beside it.
    let report = format!(
        "From: MAILER-DAEMON@mx.example.jp\r\nTo: {}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.jp\r\n\r\nFinal-Recipient: rfc822; abuse@host.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: ir@example.jp\r\nMessage-ID: <{}>\r\n\r\n--b--\r\n",
        letter.envelope_from, letter.message_id
    );
    deliver(&filled, report).await;
    let page = handler.get(&own).await.body;
    assert!(page.contains("sent-returned") && page.contains("550 5.1.1 no such user") && !page.contains("次の送信"), "{page}");
    assert_eq!((handler.get("/outgoing?state=returned").await.count(), handler.get("/outgoing?state=queued").await.count()), (Some(1), Some(0)));
}

#[tokio::test]
async fn without_a_relay_the_list_says_why_letters_wait() {
    let mut filled = office().await;
    filled.web.sends = false;
    let came = deliver(&filled, plain("a@home.example", "ir@example.jp", "q", "n1", "a question")).await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let empty = handler.get("/outgoing?state=refused").await.body;
    assert!(empty.contains("No letter is in this state") && empty.contains("No relay is configured"), "{empty}");
    handler.post(&format!("{}/letters", came.page()), &[("to", "a@home.example"), ("subject", "x"), ("body", "x")]).await;
    let list = handler.get("/outgoing").await.body;
    assert!(list.contains("No relay is configured") && list.contains("sent-queued") && !list.contains("next attempt"), "{list}");
    let page = handler.get(&format!("/outgoing/{}", latest(&filled).await.id)).await.body;
    assert!(page.contains("it waits: no relay is configured"), "{page}");
}

#[tokio::test]
async fn pages_lead_to_what_is_next() {
    let filled = office().await;
    let asked = deliver(&filled, plain("a@home.example", "ir@example.jp", "q", "w1", "Is 192.0.2.9 yours?")).await;
    let text = format!("{REPORT}\r\nThe host's contact is noc@hosting.example.net.");
    let report = deliver(&filled, plain("reporter@home.example", "ir@example.jp", "phishing", "w2", &text)).await;
    let (handler, coordinator) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Coordinator).await);
    let inbox = handler.get("/inbox/incident").await.body;
    for link in ["/outgoing?state=queued", "/tray", "/intake/new"] {
        assert!(inbox.contains(&format!("href=\"{link}\"")), "{link}: {inbox}");
        assert_eq!(handler.get(link).await.status, StatusCode::OK);
    }
    let theirs = coordinator.get("/inbox").await.body;
    assert!(!theirs.contains("href=\"/intake/new\"") && theirs.contains("href=\"/tray\""), "nobody is led to where he may not go");
    assert_eq!(coordinator.get("/tray").await.status, StatusCode::OK);
    // An inquiry leads to being made a report, by who may; a report does not.
    let link = format!("/intake/new?thread={}", asked.thread);
    assert!(handler.get(&asked.page()).await.body.contains(&link) && !coordinator.get(&asked.page()).await.body.contains("/intake/new"));
    assert_eq!(handler.get(&link).await.status, StatusCode::OK);
    assert!(!handler.get(&report.page()).await.body.contains("/intake/new"));
    // Thread and incident lead to each other, and the incident to whom one asks.
    let incident = format!("/incidents/{}", case(&filled, report).await);
    assert!(handler.get(&report.page()).await.body.contains(&format!("href=\"{incident}\"")));
    let page = handler.get(&incident).await.body;
    let to = format!("{incident}/letter?to=noc%40hosting.example.net");
    for told in [&report.page(), &to, &report.own(), "abuse@example.test", "未確認"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("reporter%40home.example"), "the reporter is not asked to act: {page}");
    let form = handler.get(&to).await.body;
    assert!(form.contains("name=\"to\" lang=\"\" value=\"noc@hosting.example.net\""), "{form}");
    let analyst = Browser::of(&filled, Role::Analyst).await;
    assert!(!analyst.get(&incident).await.body.contains("noc@hosting"), "who writes no letters is offered no addresses");
}

#[tokio::test]
async fn desks_are_kept_by_administrators() {
    let filled = Filled::open(0).await;
    let administrator = Browser::of(&filled, Role::Administrator).await;
    let page = administrator.get("/inbox").await.body;
    assert!(page.contains("class=\"note\"") && page.contains("href=\"/desks\""), "nobody can answer yet, and it is said");
    let handler = filled.accounts[0].0.to_string();
    let desk = [
        ("name_ja", "窓口"),
        ("name_en", "Front"),
        ("address", "front@example.jp"),
        ("acknowledges", "1"),
        ("tlp", "TLP:RED"),
        ("staff", handler.as_str()),
        ("staff", "999999"),
    ];
    let saved = administrator.post("/desks/ics", &desk).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/desks"), "{}", saved.body);
    let desks = desk::all(&filled.web.ledger).await.expect("desks");
    let ics = desks.get("ics").expect("a desk");
    assert_eq!((ics.name.clone(), ics.address.as_str(), ics.acknowledges, ics.has_form), (Bilingual::new("窓口", "Front"), "front@example.jp", true, false));
    assert_eq!(ics.staff, [filled.accounts[0]], "an account that is not there works nowhere");
    let page = administrator.get("/desks/ics").await.body;
    assert!(page.contains("<option value=\"TLP:RED\" selected>") && page.contains(&format!("value=\"{handler}\" checked")));
    for (field, value, status) in [
        ("address", "no address", StatusCode::UNPROCESSABLE_ENTITY),
        ("address", "", StatusCode::UNPROCESSABLE_ENTITY),
        ("name_en", " ", StatusCode::UNPROCESSABLE_ENTITY),
        ("tlp", "PINK", StatusCode::BAD_REQUEST),
    ] {
        let changed: Vec<_> = desk.iter().map(|(name, old)| (*name, if *name == field { value } else { *old })).collect();
        assert_eq!(administrator.post("/desks/ics", &changed).await.status, status, "{field} {value:?}");
    }
    assert_eq!(administrator.post("/desks/nowhere", &desk).await.status, StatusCode::NOT_FOUND);
    assert_eq!(administrator.get("/desks/nowhere").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_queue_gave_up_waits_for_a_decision() {
    let filled = office().await;
    let came = deliver(&filled, plain("a@home.example", "ir@example.jp", "question", "t1", "hello")).await;
    let (handler, administrator) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Administrator).await);
    let fields = [("to", "a@home.example"), ("subject", "Re: question"), ("body", "yes")];
    assert_eq!(handler.post(&format!("{}/letters", came.page()), &fields).await.status, StatusCode::SEE_OTHER);
    let kill = async || {
        let work = filled.web.ledger.begin().await.expect("work");
        let why = serde_json::json!({ "key": "relay", "text": { "ja": "中継サーバがつながりません。", "en": "the relay cannot be reached." } }).to_string();
        let sql = Sql::new("UPDATE ledger_job SET died_at = ")
            .bind(work.now().0)
            .push(", failed_at = ")
            .bind(work.now().0)
            .push(", attempts = 60, last_error = ")
            .bind(why);
        work.execute(sql.push(" WHERE kind = 'mailroom.send'")).await.expect("killed");
        work.commit().await.expect("kept");
    };
    kill().await;
    let page = handler.get("/outgoing").await.body;
    assert!(page.contains("送信を断念") && page.contains("中継サーバがつながりません。") && page.contains("/again\""), "{page}");
    let sent = latest(&filled).await;
    assert_eq!(handler.post(&format!("/outgoing/{}/again", sent.id), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!handler.get("/outgoing").await.body.contains("送信を断念"));
    kill().await;
    let page = administrator.get("/queue").await.body;
    assert!(page.contains("mailroom.send") && page.contains("中継サーバがつながりません。"), "{page}");
    let job = filled.web.ledger.number(Sql::new("SELECT id AS n FROM ledger_job WHERE kind = 'mailroom.send'")).await.expect("a number").to_string();
    assert_eq!(administrator.post("/queue/retry", &[("id", &job)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(administrator.post("/queue/retry", &[("id", &job)]).await.status, StatusCode::NOT_FOUND, "it lives again");
    kill().await;
    assert_eq!(administrator.post("/queue/retry-all", &[("kind", "mailroom.send")]).await.status, StatusCode::SEE_OTHER);
    kill().await;
    assert_eq!(administrator.post("/queue/discard", &[("id", &job), ("why", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(administrator.post("/queue/discard", &[("id", &job), ("why", "the address is gone")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(filled.web.ledger.number(Sql::new("SELECT count(*) AS n FROM ledger_job WHERE kind = 'mailroom.send'")).await.expect("a number"), 0);
}
