//! The public form, the status page, and what staff enter by hand.

use super::{
    browser::{Answer, Browser, on_both},
    filled::{Filled, HOSTILE},
};
use crate::stamp;
use axum::http::{StatusCode, header};
use noroshi_kernel::{
    access::{Actor, Label, Role},
    id::ThreadId,
    moment::Moment,
    tlp::Tlp,
};
use noroshi_ledger::{Query as _, Sql};
use noroshi_mailroom::{
    MailroomError,
    correspondence::{Channel, Kind},
    desk,
    form::{self, Entry, Submission, To},
    outgoing::{self, House, Writing},
    thread::{self, Letter, Line},
};
use noroshi_post::letter::{self, Mailbox};

type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

const ROOT: Actor = Actor::Platform;

/// A stamp of a form that was opened so many seconds ago.
fn opened(filled: &Filled, form: &str, seconds: i64) -> String {
    stamp::stamp(&filled.web.team_key, form, Moment(filled.web.ledger.now().0 - seconds * 1_000_000))
}

/// A report, with some of its fields changed.
async fn report(browser: &Browser, filled: &Filled, changed: &[(&str, &str)]) -> Answer {
    let stamp = opened(filled, "report", 60);
    let usual = [
        ("desk", "incident"),
        ("stamp", stamp.as_str()),
        ("what", "phishing"),
        ("at", "2019-03-20T09:30"),
        ("zone", "Asia/Tokyo"),
        ("targets", "hxxps://login[.]bank[.]example/ib/\r\n192.0.2.77"),
        ("ports", "443"),
        ("description", "偽のサイトです。\r\nThis is one."),
        ("name", "山田 太郎"),
        ("address", "taro@reporter.example"),
        ("mediate", "yes"),
        ("tlp", "amber"),
    ];
    let rest = usual.into_iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    let parts: Vec<Part<'_>> = changed.iter().copied().chain(rest).map(|(name, value)| (name, None, value.as_bytes())).collect();
    browser.upload("/report", &parts).await
}

/// The thread behind the link that an answer leads to.
fn thread_of(filled: &Filled, answer: &Answer) -> ThreadId {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    ThreadId(filled.web.marks.status(token(answer)).expect("a token"))
}

fn token(answer: &Answer) -> &str {
    answer.location().strip_prefix("/status/").and_then(|rest| rest.split('?').next()).unwrap_or_default()
}

async fn lines(filled: &Filled, thread: ThreadId) -> Vec<Line> {
    let letters = thread::letters(&filled.web.ledger, thread, 100).await.expect("letters");
    letters.into_iter().filter_map(|letter| if let Letter::In(line) = letter { Some(line) } else { None }).collect()
}

async fn count(filled: &Filled) -> i64 {
    filled.web.ledger.number(Sql::new("SELECT count(*) AS n FROM mailroom_submission")).await.expect("a number")
}

async fn bytes(filled: &Filled, line: &Line) -> Vec<u8> {
    filled.web.ledger.blobs().read_part(&line.raw.sha256, line.raw.offset, line.raw.length).expect("bytes")
}

#[tokio::test]
async fn a_report_gets_a_number_and_a_page_of_its_own() {
    let filled = Filled::empty().await;
    for (language, name) in [("ja", "受付済み"), ("en", "Received")] {
        let stranger = Browser::stranger(&filled).speaking(language);
        let changed = [("targets", format!("http://{language}.phish.example/"))];
        let answer = report(&stranger, &filled, &[("targets", &changed[0].1)]).await;
        let thread = thread_of(&filled, &answer);
        let page = stranger.get(answer.location()).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(&filled.web.marks.code(thread.0)) && page.body.contains(name), "{}", page.body);
        assert!(page.body.contains(&format!("http://noroshi.example.jp/status/{}", token(&answer))), "the link to keep");
        assert_eq!((page.header(header::CACHE_CONTROL), page.header(header::REFERRER_POLICY)), ("no-store", "no-referrer"));
        assert_eq!(page.headers.get("x-robots-tag").and_then(|value| value.to_str().ok()), Some("noindex, nofollow"));
        let line = lines(&filled, thread).await.remove(0);
        assert_eq!((line.channel, line.kind, line.from_name.as_str()), (Channel::Form, Kind::Report, "山田 太郎"));
        let found = thread::open(&filled.web.ledger, &ROOT, thread).await.expect("a thread");
        assert!(found.case.is_some() && found.state == thread::State::New, "it is an incident, and waits for a person");
    }
    let jobs = filled.web.ledger.number(Sql::new("SELECT count(*) AS n FROM ledger_job WHERE kind = 'mailroom.acknowledge'")).await;
    assert_eq!(jobs.expect("a number"), 0, "no mail goes to an address that was only typed");
}

#[tokio::test]
async fn the_letter_holds_every_field_and_no_field_of_its_head() {
    let filled = Filled::empty().await;
    let injected = "x\r\nBcc: victim@example.net\r\n\r\nbody";
    let stranger = Browser::stranger(&filled);
    for field in ["name", "organisation", "address", "zone", "what", "tlp", "at"] {
        let answer = report(&stranger, &filled, &[(field, injected)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.body.contains(&format!("id=\"wrong-{field}\"")), "the error stands at {field}: {}", answer.body);
    }
    assert_eq!(count(&filled).await, 0);
    let near = stranger.at([192, 0, 2, 9]);
    let answer = report(&near, &filled, &[("description", injected), ("ports", "22 udp/53")]).await;
    let line = lines(&filled, thread_of(&filled, &answer)).await.remove(0);
    let raw = bytes(&filled, &line).await;
    let read = letter::read(&raw).expect("a letter");
    assert_eq!((read.headers.field("Bcc"), read.headers.to.len(), read.headers.from.len()), (None, 1, 1));
    let part = read.parts.iter().find(|part| part.media_type == noroshi_mailroom::form::MEDIA_TYPE).expect("the fields");
    let fields: serde_json::Value = serde_json::from_slice(part.bytes().expect("bytes")).expect("JSON");
    assert_eq!(fields["targets"], "hxxps://login[.]bank[.]example/ib/\n192.0.2.77");
    assert_eq!((fields["description"].as_str(), fields["mediate"].as_bool()), (Some(injected.replace("\r\n", "\n").as_str()), Some(true)));
}

#[tokio::test]
async fn what_is_wrong_is_said_where_it_is_and_nothing_typed_is_lost() {
    let filled = Filled::empty().await;
    for (language, says) in [("ja", "いちばん近いものを選んでください"), ("en", "choose what comes closest")] {
        let stranger = Browser::stranger(&filled).speaking(language);
        let every =
            ["what", "at", "zone", "targets", "ports", "description", "organisation", "name", "address", "tlp", "encrypted"].map(|name| (name, HOSTILE));
        let answer = report(&stranger, &filled, &every).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(says) && !answer.body.contains("<script>"), "{}", answer.body);
        let escaped = "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;";
        assert!(answer.body.matches(escaped).count() >= 8, "every field comes back as it was typed: {}", answer.body);
        for field in ["what", "zone", "targets", "ports", "address", "tlp", "encrypted"] {
            assert!(answer.body.contains(&format!("id=\"wrong-{field}\"")), "{field}: {}", answer.body);
        }
        let future = report(&stranger, &filled, &[("at", "2019-03-21T14:05")]).await;
        assert!(future.body.contains("id=\"wrong-at\""), "{}", future.body);
        let empty = report(&stranger, &filled, &[("targets", ""), ("description", " ")]).await;
        assert!(empty.body.contains("id=\"wrong-description\""));
    }
    assert_eq!(count(&filled).await, 0);
}

#[tokio::test]
async fn programs_that_fill_in_everything_are_kept_out_and_people_send_once_more() {
    let filled = Filled::empty().await;
    let stranger = Browser::stranger(&filled);
    let status = opened(&filled, "status", 60);
    let (fast, old) = (opened(&filled, "report", 1), opened(&filled, "report", 13 * 3_600));
    for (field, value) in [("stamp", ""), ("stamp", "00"), ("stamp", &status), ("stamp", &fast), ("stamp", &old), ("website", "http://spam.example/")] {
        let answer = report(&stranger, &filled, &[(field, value)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert!(answer.body.contains("role=\"alert\"") && answer.body.contains("偽のサイトです。"), "{}", answer.body);
    }
    assert_eq!(count(&filled).await, 0, "nothing was kept");
    // Two clicks are one report; one that was changed in between is another.
    let stamp = opened(&filled, "report", 60);
    let first = report(&stranger, &filled, &[("stamp", &stamp)]).await;
    assert_eq!(report(&stranger, &filled, &[("stamp", &stamp)]).await.location(), first.location());
    assert_ne!(report(&stranger, &filled, &[("stamp", &stamp), ("description", "more")]).await.location(), first.location());
    assert_eq!(count(&filled).await, 2);
    let elsewhere = stranger.send("/report", &[("desk", "incident")], &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn hostile_forms_end_early() {
    let filled = Filled::empty().await;
    let stranger = Browser::stranger(&filled);
    let many: Vec<Part<'_>> = (0..10_000).map(|_| ("x", None, &b"y"[..])).collect();
    assert_eq!(stranger.upload("/report", &many).await.status, StatusCode::BAD_REQUEST, "10,000 fields");
    let pairs = "x=y&".repeat(10_000).into_bytes();
    assert_eq!(stranger.raw("/report", "application/x-www-form-urlencoded", pairs).await.status, StatusCode::BAD_REQUEST);
    let big = vec![b'x'; 21 << 20];
    assert_eq!(stranger.upload("/report", &[("files", Some("a.pdf"), &big)]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(stranger.upload("/report", &[("description", None, &big[..1 << 20])]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let files: Vec<Part<'_>> = (0..30).map(|_| ("files", Some("a.pdf"), &b"y"[..])).collect();
    assert_eq!(stranger.upload("/report", &files).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(stranger.upload("/report", &[("description", None, &[0x82, 0xa0, 0xff])]).await.status, StatusCode::BAD_REQUEST, "Shift_JIS");
    for body in [&b""[..], b"--limit", b"--limit\r\nContent-Disposition: form-data; name=\"desk\"\r\n\r\nincid", b"--other\r\n\r\nx\r\n--other--"] {
        let kind = "multipart/form-data; boundary=limit";
        assert_eq!(stranger.raw("/report", kind, body.to_vec()).await.status, StatusCode::BAD_REQUEST, "{body:?}");
    }
    assert_eq!(stranger.raw("/report", "multipart/form-data", b"x".to_vec()).await.status, StatusCode::BAD_REQUEST, "no boundary");
    assert_eq!(count(&filled).await, 0);
}

#[tokio::test]
async fn one_network_waits_and_others_do_not() {
    let filled = Filled::empty().await;
    let near = Browser::stranger(&filled).at([192, 0, 2, 1]);
    for _ in 0..20 {
        assert_ne!(report(&near, &filled, &[("what", "")]).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
    let waits = report(&near, &filled, &[]).await;
    assert_eq!((waits.status, waits.header(header::RETRY_AFTER)), (StatusCode::TOO_MANY_REQUESTS, "601"));
    assert!(waits.body.contains("601 秒後"), "{}", waits.body);
    assert_eq!(report(&near.at([192, 0, 2, 2]), &filled, &[]).await.status, StatusCode::SEE_OTHER);
}

/// Gives the desk an address, and writes a letter in a thread.
async fn write(filled: &Filled, thread: ThreadId, to: &str, body: &str) -> noroshi_kernel::id::OutgoingId {
    let web = &filled.web;
    let house =
        House { team: web.team.clone(), marks: web.marks.clone(), zone: web.reckoning.zone.clone(), vault: noroshi_directory::key::Vault::new(&web.team_key) };
    let work = web.ledger.begin().await.expect("begun");
    let writing = Writing { to: vec![Mailbox { name: String::new(), address: to.into() }], subject: "Re".into(), body: body.into(), ..Writing::default() };
    let id = outgoing::write(&web.ledger, &work, &ROOT, &house, thread, writing).await.expect("written");
    work.execute(Sql::new("UPDATE mailroom_recipient SET state = 'sent' WHERE outgoing_id = ").bind(id.0)).await.expect("sent");
    work.commit().await.expect("kept");
    id
}

async fn give_address(filled: &Filled) {
    let work = filled.web.ledger.begin().await.expect("begun");
    let desks = desk::all(&work).await.expect("desks");
    let mut first = desks.first().expect("a desk").clone();
    first.address = "ir@example.jp".into();
    work.execute(Sql::new("UPDATE mailroom_desk SET address = 'ir@example.jp' WHERE key = ").bind(first.key)).await.expect("changed");
    work.commit().await.expect("kept");
}

#[tokio::test]
async fn a_status_page_shows_what_was_written_to_the_reporter_and_nothing_else() {
    let filled = Filled::empty().await;
    give_address(&filled).await;
    let stranger = Browser::stranger(&filled);
    for address in ["taro@reporter.example", ""] {
        let answer = report(&stranger, &filled, &[("address", address), ("targets", ""), ("description", "a question")]).await;
        let (thread, here) = (thread_of(&filled, &answer), format!("/status/{}", token(&answer)));
        let own = lines(&filled, thread).await.remove(0).from_address;
        assert_eq!(address.is_empty(), own.contains("@form.invalid"), "{own}");
        write(&filled, thread, &own, "we look at http://seen.example/ <b>now</b>").await;
        write(&filled, thread, "abuse@provider.example", "please take it down: secret words").await;
        let page = stranger.get(&here).await;
        assert!(page.body.contains("we look at hxxp://seen[.]example/ &#60;b&#62;now&#60;/b&#62;") && page.body.contains("回答済み"), "{}", page.body);
        assert!(!page.body.contains("secret words") && !page.body.contains("provider.example"), "{}", page.body);
        // Something more joins the thread and calls a person.
        let stamp = opened(&filled, token(&answer), 60);
        let more: [Part<'_>; 3] = [("stamp", None, stamp.as_bytes()), ("description", None, b"one thing more"), ("files", Some("a.pdf"), b"%PDF-1.4")];
        let added = stranger.upload(&here, &more).await;
        assert_eq!(added.location(), format!("{here}?received=more"));
        let all = lines(&filled, thread).await;
        assert_eq!(all.iter().map(|line| (line.channel, line.kind)).collect::<Vec<_>>(), [(Channel::Form, Kind::Inquiry), (Channel::Form, Kind::Answer)]);
        assert_eq!((all[1].tied_by.as_deref(), all[1].from_address.as_str()), (Some("given"), own.as_str()));
        assert!(stranger.get(&here).await.body.contains("受付済み"));
        // Of a RED thread the state alone is told.
        let work = filled.web.ledger.begin().await.expect("begun");
        thread::begin_case(&work, thread, &thread::Case { id: 1, number: "2019-00099".into() }, &Label::of(Tlp::Red)).await.expect("RED");
        work.commit().await.expect("kept");
        let page = stranger.get(&here).await;
        assert!(page.status == 200 && !page.body.contains("we look at") && !page.body.contains("2019-00099"), "{}", page.body);
    }
    let other = report(&stranger, &filled, &[]).await;
    let mut forged = token(&other).to_owned();
    let last = if forged.pop() == Some('a') { 'b' } else { 'a' };
    forged.push(last);
    for wrong in [forged.as_str(), "", "x", "%00", &"a".repeat(500), &"a".repeat(26)] {
        let answer = stranger.get(&format!("/status/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn where_threads_became_one_a_typed_address_opens_nothing() {
    let filled = Filled::empty().await;
    give_address(&filled).await;
    let stranger = Browser::stranger(&filled);
    let real = thread_of(&filled, &report(&stranger, &filled, &[("targets", ""), ("description", "mine")]).await);
    write(&filled, real, "taro@reporter.example", "for the real one").await;
    let impostor = report(&stranger, &filled, &[("targets", ""), ("description", "not mine")]).await;
    let work = filled.web.ledger.begin().await.expect("begun");
    thread::merge(&work, &ROOT, thread_of(&filled, &impostor), real).await.expect("one");
    work.commit().await.expect("kept");
    let page = stranger.get(impostor.location()).await;
    assert!(page.status == 200 && !page.body.contains("for the real one"), "{}", page.body);
}

#[tokio::test]
async fn staff_enter_a_fax_with_its_scan_and_make_reports_of_inquiries() {
    let filled = Filled::empty().await;
    let handler = Browser::of(&filled, Role::Handler).await;
    let csrf = crate::csrf::token(&filled.web.team_key, &handler.token);
    let fax = |received: &'static str, csrf: &'static str| -> Vec<(&'static str, Option<&'static str>, Vec<u8>)> {
        vec![
            ("csrf", None, csrf.into()),
            ("channel", None, "fax".into()),
            ("desk", None, "incident".into()),
            ("received", None, received.into()),
            ("what", None, "phishing".into()),
            ("targets", None, "http://fax.example/".into()),
            ("name", None, "Somebody".into()),
            ("files", Some("scan.pdf"), b"%PDF-1.4".to_vec()),
        ]
    };
    let csrf: &'static str = csrf.leak();
    let send = async |parts: Vec<(&'static str, Option<&'static str>, Vec<u8>)>| {
        let parts: Vec<Part<'_>> = parts.iter().map(|(name, file, bytes)| (*name, *file, bytes.as_slice())).collect();
        handler.upload("/intake/new", &parts).await
    };
    assert_eq!(send(fax("2019-03-19T10:00", "")).await.status, StatusCode::FORBIDDEN, "without its token");
    for wrong in ["2019-03-21T10:00", "soon", ""] {
        let answer = send(fax(wrong, csrf)).await;
        assert!(answer.status == 422 && answer.body.contains("id=\"wrong-received\""), "{wrong}: {}", answer.body);
    }
    let made = send(fax("2019-03-19T10:00", csrf)).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let thread = ThreadId(made.location().rsplit('=').next().and_then(|id| id.parse().ok()).expect("an id"));
    assert!(handler.get(made.location()).await.body.contains("http://noroshi.example.jp/status/"));
    let line = lines(&filled, thread).await.remove(0);
    assert_eq!((line.channel, line.kind), (Channel::Fax, Kind::Report));
    assert_eq!(filled.web.reckoning.zone.minute(line.received_at), "2019-03-19 10:00", "when it came, not when it was entered");
    let read = letter::read(&bytes(&filled, &line).await).expect("a letter");
    assert!(read.parts.iter().any(|part| part.name.as_deref() == Some("scan.pdf")));

    let inquiry = report(&Browser::stranger(&filled), &filled, &[("targets", ""), ("description", "my site odd.example looks odd")]).await;
    let thread = thread_of(&filled, &inquiry);
    let page = handler.get(&format!("/intake/new?thread={thread}")).await;
    assert!(page.status == 200 && page.body.contains(&filled.web.marks.code(thread.0)) && page.body.contains("odd.example"), "{}", page.body);
    let id = thread.to_string();
    let fields = |targets: &'static str| {
        vec![
            ("csrf", None, csrf.into()),
            ("thread", None, id.clone().into_bytes()),
            ("what", None, b"web_defacement".to_vec()),
            ("targets", None, targets.into()),
            ("description", None, b"called back: it was changed".to_vec()),
        ]
    };
    assert_eq!(send(fields("")).await.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing to look at");
    let done = send(fields("http://odd.example/")).await;
    let number = done.location().strip_prefix("/incidents/").unwrap_or_default();
    assert_eq!(lines(&filled, thread).await[0].kind, Kind::Report);
    assert_eq!(thread::open(&filled.web.ledger, &ROOT, thread).await.expect("a thread").number(), number, "{}", done.body);
    assert!(handler.get(done.location()).await.body.contains("called back: it was changed"));
    assert_eq!(send(fields("http://odd.example/")).await.status, StatusCode::NOT_FOUND, "it is an inquiry no more");
    let audited = "SELECT count(*) AS n FROM ledger_audit WHERE action = 'incident.report_inquiry'";
    assert_eq!(filled.web.ledger.number(Sql::new(audited)).await.expect("a number"), 1);
}

/// What the reporter asks for holds from the first moment, and where it cannot it is not offered.
#[tokio::test]
async fn a_reporters_label_holds_until_a_person_decides() {
    on_both(async |filled: Filled| {
        let ledger = &filled.web.ledger;
        let (stranger, account) = (Browser::stranger(&filled).speaking("en"), filled.accounts[0]);
        // Nobody works at the desk: nobody would read it.
        let form = stranger.get("/report?desk=incident").await.body;
        assert!(form.contains("value=\"amber+strict\"") && !form.contains("value=\"red\""), "{form}");
        let refused = report(&stranger, &filled, &[("tlp", "red")]).await;
        assert!(
            refused.status == 422 && refused.body.contains("id=\"wrong-tlp\"") && refused.body.contains("TLP:RED; choose another label"),
            "{}",
            refused.body
        );
        let desk = desk::all(ledger).await.expect("desks").first().expect("a desk").clone();
        let submission = Submission { what: "scan".into(), targets: "192.0.2.9".into(), tlp: "red".into(), ..Submission::default() };
        let entry = Entry { channel: Channel::Api, submission, files: Vec::new(), to: To::Desk(desk), once: None, token: None };
        let kept = form::keep(ledger, &Actor::Anonymous, &filled.web.marks, &filled.web.reckoning.zone, entry).await;
        assert!(matches!(&kept, Err(MailroomError::Refused(reason)) if reason.key == "form-tlp-red"), "{kept:?}");
        assert_eq!(count(&filled).await, 0);

        let work = ledger.begin().await.expect("work");
        desk::set_staff(&work, &ROOT, "incident", &[account]).await.expect("staffed");
        work.commit().await.expect("kept");
        let form = stranger.get("/report?desk=incident").await.body;
        assert!(form.contains("value=\"red\"") && form.contains("the staff of this desk only"), "{form}");
        let (inside, outside) = (Browser::of(&filled, Role::Handler).await, Browser::of(&filled, Role::Administrator).await);
        for (asked, label) in [
            ("", Label::of(Tlp::Amber)),
            ("clear", Label::of(Tlp::Amber)),
            ("amber+strict", Label::of(Tlp::AmberStrict)),
            ("red", Label { tlp: Tlp::Red, participants: vec![account] }),
        ] {
            let answer = report(&stranger, &filled, &[("tlp", asked), ("targets", &format!("http://{}.example.jp/", asked.len()))]).await;
            let thread = thread_of(&filled, &answer);
            let found = thread::open(ledger, &ROOT, thread).await.expect("a thread");
            assert_eq!(found.label, label, "{asked}");
            let (page, incident) = (format!("/threads/{thread}"), format!("/incidents/{}", found.case.expect("a case").number));
            for path in [&page, &incident] {
                let expected = if asked == "red" { 404 } else { 200 };
                assert_eq!((inside.get(path).await.status.as_u16(), outside.get(path).await.status.as_u16()), (200, expected), "{asked} {path}");
            }
            assert_eq!(stranger.get(answer.location()).await.status, StatusCode::OK, "its reporter's page");
            if asked == "red" {
                assert_eq!(inside.post(&format!("{incident}/label"), &[("tlp", "amber")]).await.status, StatusCode::SEE_OTHER);
                assert_eq!((outside.get(&page).await.status, outside.get(&incident).await.status), (StatusCode::OK, StatusCode::OK), "a person decided");
            }
        }
    })
    .await;
}

/// Who enters a fax for a reporter takes part in what is RED.
#[tokio::test]
async fn who_enters_what_is_red_can_read_it() {
    let filled = Filled::empty().await;
    let (handler, other) = (Browser::of(&filled, Role::Handler).await.speaking("en"), Browser::of(&filled, Role::Administrator).await);
    let page = handler.get("/intake/new").await.body;
    assert!(page.contains("value=\"red\"") && page.contains("the staff of the desk and you only"), "{page}");
    let csrf = crate::csrf::token(&filled.web.team_key, &handler.token);
    let fields = [("channel", "fax"), ("desk", "incident"), ("received", "2019-03-19T10:00"), ("what", "scan"), ("targets", "192.0.2.9"), ("tlp", "red")];
    let parts: Vec<Part<'_>> = [("csrf", csrf.as_str())].into_iter().chain(fields).map(|(name, value)| (name, None, value.as_bytes())).collect();
    let made = handler.upload("/intake/new", &parts).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let thread = format!("/threads/{}", made.location().rsplit('=').next().unwrap_or_default());
    let (ours, theirs) = (handler.get(&thread).await.status, other.get(&thread).await.status);
    assert_eq!((ours, theirs, handler.get(made.location()).await.status), (StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::OK));
}

/// What the form says it needs is what it refuses without.
#[tokio::test]
async fn the_form_needs_what_it_says() {
    let filled = Filled::empty().await;
    let sealed = "-----BEGIN PGP MESSAGE-----\n\nwy4ECQMIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n=AAAA\n-----END PGP MESSAGE-----\n";
    for (language, lead, label, wrong) in [
        (
            "ja",
            "必要なのは、いちばん近いものと、説明・URL やアドレス・ファイル・暗号化した内容のうちの 1 つです。",
            "説明（URL やアドレス、ファイル、暗号化した内容がなければ必須）",
            "どれか 1 つが必要です",
        ),
        (
            "en",
            "We need what comes closest, and one of these",
            "Description (required without URLs or addresses, a file or an encrypted text)",
            "one of these is needed",
        ),
    ] {
        let stranger = Browser::stranger(&filled).speaking(language);
        let page = stranger.get("/report?desk=incident").await.body;
        assert!(page.contains(lead) && page.contains(label) && page.contains("<select name=\"what\" required"), "{page}");
        assert_eq!(page.matches(" required").count(), 1, "what is marked and refused without, and nothing else: {page}");
        let stamp = opened(&filled, "report", 60);
        let send = async |more: &[Part<'_>]| {
            let usual: [Part<'_>; 3] = [("desk", None, b"incident"), ("stamp", None, stamp.as_bytes()), ("what", None, b"scan")];
            stranger.upload("/report", &usual.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()).await
        };
        let nothing = send(&[]).await;
        assert!(nothing.status == 422 && nothing.body.contains("id=\"wrong-description\"") && nothing.body.contains(wrong), "{}", nothing.body);
        for enough in [
            ("description", None, &b"somebody knocks"[..]),
            ("targets", None, b"192.0.2.9"),
            ("files", Some("log.pdf"), b"%PDF-1.4"),
            ("encrypted", None, sealed.as_bytes()),
        ] {
            let answer = send(&[enough]).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{language} {}: {}", enough.0, answer.body);
        }
    }
}
