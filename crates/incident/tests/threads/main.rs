//! Letters in their threads, through the intake of the incident desk, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

mod acknowledged;
mod arrived;
mod marked;
mod opened;
mod refused;
mod searched;

use noroshi_directory::key::Vault;
use noroshi_directory::organisation::Home;
use noroshi_incident::{
    model::Number,
    selection::Reckoning,
    service::{self, import},
};
use noroshi_kernel::{
    access::{Actor, Role},
    id::{AccountId, ThreadId},
    language::Bilingual,
    moment::Zone,
    tlp::Tlp,
};
use noroshi_ledger::{Query as _, Sql, migration::Migration};
use noroshi_mailroom::{
    MailroomError,
    correspondence::Kind,
    desk,
    letters::Incoming,
    outgoing::{self, House, Writing},
    thread::{self, Inbox, Letter, State},
};
use noroshi_post::{letter::Mailbox, threading::Marks};
use noroshi_testkit::{Bench, on_both_databases};

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, noroshi_mailroom::migrations::MIGRATIONS, noroshi_incident::MIGRATIONS]
        .concat()
}

const ROOT: Actor = Actor::Platform;

fn handler(id: i64) -> Actor {
    Actor::Account { id: AccountId(id), name: format!("handler{id}"), roles: vec![Role::Handler] }
}

fn intake(bench: &Bench) -> import::Intake {
    let reckoning = Reckoning { zone: Zone::named("Asia/Tokyo").expect("a zone"), home: Home::default() };
    import::Intake {
        ledger: bench.ledger.clone(),
        actor: ROOT,
        reckoning,
        marks: Marks::new("EXAMPLE-CSIRT", &[7; 32]),
        vault: Vault::new(&[7; 32]),
        lookout: import::Lookout::default(),
    }
}

fn house() -> House {
    let (marks, zone) = (Marks::new("EXAMPLE-CSIRT", &[7; 32]), Zone::named("Asia/Tokyo").expect("a zone"));
    House { team: Bilingual::new("例示CSIRT", "Example CSIRT"), marks, zone, vault: Vault::new(&[7; 32]) }
}

/// Delivers letters in one part; gives the thread of each.
async fn deliver(bench: &Bench, letters: &[String]) -> Vec<ThreadId> {
    let intake = intake(bench);
    let letters: Vec<Incoming> = letters.iter().map(|letter| Incoming::delivered(letter.clone().into_bytes(), None)).collect();
    let kept = intake.keep_letters(&letters).await.expect("kept");
    let ids: Vec<_> = kept.iter().map(|kept| kept.id).collect();
    intake.read_letters(kept.into_iter().zip(letters).collect(), &mut import::Silent).await.expect("read");
    let mut threads = Vec::new();
    for id in ids {
        threads.push(thread::thread_of(&bench.ledger, id).await.expect("asked").expect("in a thread"));
    }
    threads
}

async fn one(bench: &Bench, head: &str, body: &str) -> ThreadId {
    deliver(bench, &[format!("{head}\r\n\r\n{body}\r\n")]).await[0]
}

async fn open(bench: &Bench, thread: ThreadId) -> thread::Thread {
    thread::open(&bench.ledger, &ROOT, thread).await.expect("a thread")
}

async fn kinds(bench: &Bench, thread: ThreadId) -> Vec<Kind> {
    let letters = thread::letters(&bench.ledger, thread, 100).await.expect("letters");
    letters.into_iter().filter_map(|letter| if let Letter::In(line) = letter { Some(line.kind) } else { None }).collect()
}

const REPORT: &str = "We saw a phishing site.\r\nURL: http://login.example.test/a\r\nIP: 192.0.2.7\r\nCategory: phishing\r\n";

fn report(id: &str) -> String {
    format!("From: Reporter <reporter@home.example>\r\nTo: ir@example.jp\r\nSubject: phishing\r\nMessage-ID: <{id}@home.example>\r\n\r\n{REPORT}")
}

on_both_databases! {
    migrations = migrations();

    async fn a_report_begins_a_thread_about_its_incident(bench) {
        let thread = deliver(&bench, &[report("r1")]).await[0];
        let found = open(&bench, thread).await;
        assert_eq!(found.number(), "2021-00001", "answers bear the incident's number");
        assert_eq!((found.desk.as_str(), found.subject.as_str(), found.code.len()), ("incident", "phishing", 9));
        assert_eq!(kinds(&bench, thread).await, [Kind::Report]);
        // Quoting the report in an answer reports nothing again, by reference or by tag.
        let quoted = format!("> {}", REPORT.replace("\r\n", "\r\n> "));
        for (head, expected) in [
            ("From: reporter@home.example\r\nIn-Reply-To: <r1@home.example>\r\nSubject: Re: phishing", true),
            ("From: reporter@home.example\r\nSubject: Re: [EXAMPLE-CSIRT #2021-00001] phishing", true),
            ("From: stranger@else.example\r\nSubject: Re: [EXAMPLE-CSIRT #2021-00001] phishing", false),
        ] {
            let there = one(&bench, head, &format!("{REPORT}{quoted}")).await;
            assert_eq!(there == thread, expected, "{head}");
        }
        assert_eq!(kinds(&bench, thread).await, [Kind::Report, Kind::Answer, Kind::Answer]);
        let number = Number { year: 2021, sequence: 1 };
        let detail = service::view(&bench.ledger, &ROOT, number).await.expect("an incident");
        assert_eq!(detail.report_count, 2, "the stranger's letter is a report of its own, the answers are none");
    }

    async fn whom_to_ask_is_suggested_with_where_it_is_from(bench) {
        use service::{Contact, Source};
        let contact = |address: &str, source: Source| Contact { address: address.into(), source };
        let of = async |number: &str| {
            let detail = service::view(&bench.ledger, &ROOT, number.parse().expect("a number")).await.expect("an incident");
            service::contacts(&bench.ledger, &ROOT, &detail).await.expect("contacts")
        };
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "incident", desk::Change { address: Some("ir@example.jp".into()), ..Default::default() }).await.expect("changed");
        work.commit().await.expect("committed");
        // A report names its reporter, us, and the network's contact; the domain's own address is only a guess.
        let text = format!("{REPORT}Write to NOC@hosting.example.net, cc ir@example.jp or me at reporter@home.example.\r\n");
        let head = "From: Reporter <reporter@home.example>\r\nTo: ir@example.jp\r\nSubject: phishing\r\nMessage-ID: <c1@home.example>";
        let thread = one(&bench, head, &text).await;
        let number = open(&bench, thread).await.number().to_owned();
        let named = thread::letters(&bench.ledger, thread, 1).await.expect("letters").remove(0);
        let Letter::In(named) = named else { panic!("it came in") };
        let (named, role) = (contact("noc@hosting.example.net", Source::Named(named.id)), contact("abuse@example.test", Source::Role("example.test".into())));
        assert_eq!(of(&number).await, [named.clone(), role.clone()]);
        // An address that was written to stands first, and the reporter is answered in his own thread.
        let house = house();
        let write = async |thread: Option<ThreadId>, to: &str| {
            let work = bench.ledger.begin().await.expect("begun");
            let detail = service::view(&work, &ROOT, number.parse().expect("a number")).await.expect("an incident");
            let case = thread::Case { id: detail.incident.id.0, number: number.clone() };
            let thread = match thread {
                Some(thread) => thread,
                None => thread::begin(&work, &ROOT, &house.marks, "incident", "please look", Some((&case, &detail.incident.label))).await.expect("begun"),
            };
            let writing = Writing { to: vec![Mailbox { name: String::new(), address: to.into() }], subject: "x".into(), body: "x".into(), ..Writing::default() };
            let id = outgoing::write(&bench.ledger, &work, &ROOT, &house, thread, writing).await.expect("written");
            work.commit().await.expect("committed");
            outgoing::load(&bench.ledger, id).await.expect("asked").expect("there")
        };
        write(Some(thread), "reporter@home.example").await;
        let asked = write(None, "ABUSE@example.test").await;
        assert_eq!(of(&number).await, [contact("ABUSE@example.test", Source::Written), named.clone()], "each address once, by its best source");
        // Another incident of the same network address knows whom we asked about this one.
        let other = "From: other@else.example\r\nTo: ir@example.jp\r\nSubject: scan";
        let other = one(&bench, other, "Source IP: 192.0.2.7\r\nPort: 22\r\nCategory: scan\r\n").await;
        let other = open(&bench, other).await.number().to_owned();
        assert_ne!(other, number);
        assert_eq!(of(&other).await, [contact("ABUSE@example.test", Source::Neighbour(number.parse().expect("a number")))], "an address has no domain");
        // From where a letter came back, nobody is asked again.
        let back = format!(
            "From: MAILER-DAEMON@mx.example.jp\r\nTo: {}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.jp\r\n\r\nFinal-Recipient: rfc822; abuse@example.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: ir@example.jp\r\nMessage-ID: <{}>\r\n\r\n--b--\r\n",
            asked.envelope_from, asked.message_id
        );
        let back = deliver(&bench, &[back]).await[0];
        assert_eq!((back, kinds(&bench, back).await), (asked.thread, vec![Kind::DeliveryReport]));
        assert_eq!((of(&number).await, of(&other).await), (vec![named], Vec::new()));
        // Who may not write about it is told nothing.
        let detail = service::view(&bench.ledger, &ROOT, number.parse().expect("a number")).await.expect("an incident");
        let analyst = Actor::Account { id: AccountId(9), name: "analyst".into(), roles: vec![Role::Analyst] };
        assert!(service::contacts(&bench.ledger, &analyst, &detail).await.is_err());
    }

    async fn a_strangers_letter_says_what_it_quotes_and_whom_it_imitates(bench) {
        let thread = deliver(&bench, &[report("r1")]).await[0];
        for (from, alike) in [("stranger@else.example", None), ("r\u{435}porter@home.example", Some("reporter@home.example"))] {
            let there = one(&bench, &format!("From: {from}\r\nSubject: [EXAMPLE-CSIRT #2021-00001]"), "hello").await;
            assert_ne!(there, thread);
            let Letter::In(line) = thread::letters(&bench.ledger, there, 10).await.expect("letters").remove(0) else { panic!("it came in") };
            assert_eq!((line.quotes, line.looks_like.as_deref(), line.kind), (Some(thread), alike, Kind::Inquiry), "{from}");
        }
    }

    async fn letters_of_one_delivery_find_each_other(bench) {
        let answer = "From: reporter@home.example\r\nTo: ir@example.jp, Colleague <c@home.example>\r\nReferences: <r1@home.example>\r\nMessage-ID: <r2@home.example>\r\n\r\nmore\r\n";
        let colleague = "From: c@home.example\r\nIn-Reply-To: <r2@home.example>\r\n\r\nand more\r\n";
        let away = "From: reporter@home.example\r\nIn-Reply-To: <r1@home.example>\r\nAuto-Submitted: auto-replied\r\n\r\naway\r\n";
        let threads = deliver(&bench, &[report("r1"), answer.into(), colleague.into(), away.into()]).await;
        assert!(threads.iter().all(|thread| *thread == threads[0]), "{threads:?}");
        assert_eq!(kinds(&bench, threads[0]).await, [Kind::Report, Kind::Answer, Kind::Answer, Kind::Automatic]);
    }

    async fn what_came_to_another_desk_is_sent_on_with_its_way(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        for (key, address) in [("incident", "ir@example.jp"), ("office", "Office@Example.JP")] {
            desk::change(&work, &ROOT, key, desk::Change { address: Some(address.into()), ..Default::default() }).await.expect("changed");
        }
        let taken = desk::change(&work, &ROOT, "ics", desk::Change { address: Some("office@example.jp".into()), ..Default::default() }).await;
        assert!(matches!(taken, Err(MailroomError::Refused(_))), "{taken:?}");
        work.commit().await.expect("committed");
        let thread = one(&bench, "From: a@b.example\r\nTo: office@example.jp\r\nSubject: help", "a question").await;
        assert_eq!(open(&bench, thread).await.desk, "office");
        let work = bench.ledger.begin().await.expect("begun");
        thread::route(&work, &handler(5), thread, "incident", "an incident, see the second paragraph").await.expect("sent on");
        assert!(matches!(thread::route(&work, &handler(5), thread, "incident", "").await, Err(MailroomError::Refused(_))));
        assert!(matches!(thread::route(&work, &handler(5), thread, "nowhere", "").await, Err(MailroomError::Unknown { .. })));
        work.commit().await.expect("committed");
        let way: Vec<_> = thread::routings(&bench.ledger, thread).await.expect("a way").into_iter().map(|step| (step.actor, step.from, step.to)).collect();
        assert_eq!(way, [("handler5".to_owned(), "office".to_owned(), "incident".to_owned())]);
        let inbox = |key: &str| Inbox { desk: Some(key.into()), ..Inbox::default() };
        assert_eq!(thread::inbox(&bench.ledger, &handler(5), &inbox("office"), 0, 10).await.expect("an inbox").1, 0);
        let (items, count) = thread::inbox(&bench.ledger, &handler(5), &inbox("incident"), 0, 10).await.expect("an inbox");
        assert_eq!((count, items[0].from_address.as_str(), items[0].letters, items[0].thread.state), (1, "a@b.example", 1, State::New));
    }

    async fn what_is_confidential_is_read_by_those_who_take_part(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "vulnerability", desk::Change { address: Some("vuls@example.jp".into()), ..Default::default() }).await.expect("changed");
        desk::set_staff(&work, &ROOT, "vulnerability", &[AccountId(7)]).await.expect("staffed");
        work.commit().await.expect("committed");
        let thread = one(&bench, "From: finder@lab.example\r\nTo: vuls@example.jp\r\nSubject: overflow", "in a product").await;
        let report = deliver(&bench, &[report("r1")]).await[0];
        let sees = async |id: i64, thread: ThreadId| thread::open(&bench.ledger, &handler(id), thread).await.is_ok();
        assert!(sees(7, thread).await && !sees(8, thread).await, "a desk whose threads are RED is read by its staff");
        assert!(sees(7, report).await && sees(8, report).await);
        assert_eq!(thread::inbox(&bench.ledger, &handler(8), &Inbox::default(), 0, 10).await.expect("an inbox").1, 1, "what a person reports waits for a person");
        // A case that becomes RED takes its letters with it.
        let work = bench.ledger.begin().await.expect("begun");
        service::relabel(&work, &handler(8), Number { year: 2021, sequence: 1 }, Tlp::Red).await.expect("relabelled");
        work.commit().await.expect("committed");
        assert!(sees(8, report).await && !sees(7, report).await);
        let work = bench.ledger.begin().await.expect("begun");
        assert!(matches!(thread::end(&work, &handler(7), report).await, Err(MailroomError::Unknown { .. })), "what one may not see is not there");
        assert!(matches!(thread::end(&work, &Actor::Account { id: AccountId(9), name: "x".into(), roles: vec![Role::Editor] }, report).await, Err(MailroomError::Forbidden(_))));
        // Sending on never opens a thread up.
        thread::route(&work, &handler(7), thread, "incident", "").await.expect("sent on");
        work.commit().await.expect("committed");
        assert!(!sees(8, thread).await);
    }

    async fn what_a_letter_to_a_confidential_desk_reports_is_confidential(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        for (key, address) in [("incident", "ir@example.jp"), ("vulnerability", "vuls@example.jp")] {
            desk::change(&work, &ROOT, key, desk::Change { address: Some(address.into()), ..Default::default() }).await.expect("changed");
        }
        desk::set_staff(&work, &ROOT, "vulnerability", &[AccountId(7)]).await.expect("staffed");
        work.commit().await.expect("committed");
        let told = |id: &str, to: &str, text: &str| format!("From: Finder <finder@lab.example>\r\nTo: {to}\r\nSubject: phishing\r\nMessage-ID: <{id}@lab.example>\r\n\r\n{text}");
        let sees = async |id: i64, sequence: i64| service::view(&bench.ledger, &handler(id), Number { year: 2021, sequence }).await.ok();
        let secret = deliver(&bench, &[told("s1", "vuls@example.jp", REPORT)]).await[0];
        let opened = sees(7, 1).await.expect("an incident").incident;
        assert_eq!((opened.label.tlp, opened.label.participants.as_slice()), (Tlp::Red, &[AccountId(7)][..]));
        assert!(sees(8, 1).await.is_none(), "what one may not know of is not there");
        assert_eq!(open(&bench, secret).await.number(), "2021-00001");
        // A later report of the same thing by anybody else does not open it up, does not vanish, and is not told the case's number.
        let public = deliver(&bench, &[report("r1")]).await[0];
        assert!(sees(8, 1).await.is_none() && sees(8, 2).await.is_none() && sees(7, 2).await.is_none());
        let kept = thread::open(&bench.ledger, &handler(8), public).await.expect("those who got it keep it");
        assert_eq!((kept.number() == kept.code, kept.label.tlp, kept.state), (true, Tlp::Amber, State::New));

        // What an open incident knows does not grow by what is told in confidence of the same target.
        let other = |address: &str| REPORT.replace("login.example.test", "shop.example.test").replace("192.0.2.7", address);
        deliver(&bench, &[format!("From: a@b.example\r\nTo: ir@example.jp\r\nMessage-ID: <o1@b.example>\r\n\r\n{}", other("192.0.2.8"))]).await;
        let confided = deliver(&bench, &[told("s2", "vuls@example.jp", &other("192.0.2.9"))]).await[0];
        let known = sees(8, 2).await.expect("an open incident").incident;
        assert_eq!((known.label.tlp, known.addresses), (Tlp::Amber, vec!["192.0.2.8".to_owned()]));
        assert_eq!(noroshi_incident::reports_of(&bench.ledger, known.id, handler(8).sight(), 10).await.expect("reports").len(), 1);
        assert_eq!(noroshi_incident::reports_of(&bench.ledger, known.id, handler(7).sight(), 10).await.expect("reports").len(), 2);
        assert_eq!((sees(8, 2).await.expect("it").report_count, sees(7, 2).await.expect("it").report_count), (1, 2), "nor is it counted for them");
        let selection = noroshi_incident::selection::Selection { records: noroshi_incident::selection::Records::Incidents, ..Default::default() };
        let reckoning = intake(&bench).reckoning;
        for (id, reports) in [(8, 1), (7, 2)] {
            let page = noroshi_incident::incidents(&bench.ledger, &reckoning, &selection, handler(id).sight(), 0, 10).await.expect("a list");
            assert_eq!(page.items.iter().find(|item| item.number.sequence == 2).expect("it").reports, reports);
        }
        let reads = async |id: i64, thread: ThreadId| thread::open(&bench.ledger, &handler(id), thread).await.is_ok();
        assert!(reads(7, confided).await && !reads(8, confided).await, "its case is open, the letter is not");
        // Nor does its letter become more open with the case.
        for tlp in [Tlp::Green, Tlp::Red, Tlp::Amber] {
            let work = bench.ledger.begin().await.expect("begun");
            service::relabel(&work, &handler(8), Number { year: 2021, sequence: 2 }, tlp).await.expect("relabelled");
            work.commit().await.expect("committed");
            assert!(reads(7, confided).await && !reads(8, confided).await, "{tlp}");
        }
    }

    async fn a_forged_sender_comes_into_no_case_and_brings_nobody(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "incident", desk::Change { address: Some("ir@example.jp".into()), ..Default::default() }).await.expect("changed");
        work.commit().await.expect("committed");
        let thread = one(&bench, "Return-Path: <a@b.example>\r\nFrom: a@b.example\r\nTo: ir@example.jp\r\nSubject: help", "a question").await;
        let code = open(&bench, thread).await.code;
        let forged = format!("Return-Path: <eve@evil.example>\r\nFrom: a@b.example\r\nTo: ir@example.jp\r\nCc: eve2@evil.example\r\nSubject: [EXAMPLE-CSIRT #{code}] more");
        assert_ne!(one(&bench, &forged, "see here").await, thread);
        let own = format!("From: eve2@evil.example\r\nTo: ir@example.jp\r\nSubject: [EXAMPLE-CSIRT #{code}]");
        assert_ne!(one(&bench, &own, "me, too").await, thread);
        // The party itself comes in by the number, and brings nobody along by it.
        let true_one = format!("Return-Path: <a@b.example>\r\nFrom: a@b.example\r\nTo: ir@example.jp\r\nCc: c@b.example\r\nSubject: [EXAMPLE-CSIRT #{code}] more");
        assert_eq!(one(&bench, &true_one, "more").await, thread);
        let parties: Vec<_> = thread::parties(&bench.ledger, thread).await.expect("parties").into_iter().map(|party| party.address).collect();
        assert_eq!(parties, ["a@b.example"]);
        // Once it is confidential, an address opens nothing any more.
        let case = thread::Case { id: 1, number: "2021-00099".into() };
        let label = noroshi_kernel::access::Label { tlp: Tlp::Red, participants: vec![AccountId(7)] };
        let work = bench.ledger.begin().await.expect("begun");
        thread::begin_case(&work, thread, &case, &label).await.expect("RED");
        work.commit().await.expect("committed");
        assert_ne!(one(&bench, &true_one, "once more").await, thread);
    }

    async fn what_cannot_be_read_stands_where_it_was_sent(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        for (key, address) in [("incident", "ir@example.jp"), ("vulnerability", "vuls@example.jp")] {
            desk::change(&work, &ROOT, key, desk::Change { address: Some(address.into()), ..Default::default() }).await.expect("changed");
        }
        work.commit().await.expect("committed");
        let parts: String = (0..2_000).map(|number| format!("--b\r\nContent-Type: text/plain\r\n\r\n{number}\r\n")).collect();
        let letter = format!("From: Finder <finder@lab.example>\r\nTo: vuls@example.jp\r\nSubject: many parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
        let thread = deliver(&bench, &[letter]).await[0];
        let found = open(&bench, thread).await;
        assert_eq!((found.desk.as_str(), found.label.tlp, found.subject.as_str()), ("vulnerability", Tlp::Red, "many parts"));
        let Letter::In(line) = thread::letters(&bench.ledger, thread, 10).await.expect("letters").remove(0) else { panic!("it came in") };
        assert_eq!((line.from_address.as_str(), line.kind), ("finder@lab.example", Kind::Inquiry));
    }

    async fn what_a_person_reports_waits_and_what_a_program_reports_does_not(bench) {
        let feedback = "From: fbl@mx.example\r\nSubject: abuse\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nabuse\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nSource-IP: 192.0.2.5\r\n--b--\r\n";
        let robot = format!("From: robot@isp.example\r\nAuto-Submitted: auto-generated\r\nSubject: abuse\r\n\r\n{}", REPORT.replace("login.", "robot."));
        let threads = deliver(&bench, &[report("r1"), feedback.to_owned(), robot]).await;
        let mut states = Vec::new();
        for thread in threads {
            assert_eq!(kinds(&bench, thread).await, [Kind::Report]);
            states.push(open(&bench, thread).await.state);
        }
        assert_eq!(states, [State::New, State::Done, State::Done]);
    }

    async fn a_thread_never_becomes_more_open_by_what_it_is_put_to(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "vulnerability", desk::Change { address: Some("vuls@example.jp".into()), ..Default::default() }).await.expect("changed");
        desk::set_staff(&work, &ROOT, "vulnerability", &[AccountId(7)]).await.expect("staffed");
        work.commit().await.expect("committed");
        let reads = async |id: i64, thread: ThreadId| thread::open(&bench.ledger, &handler(id), thread).await.is_ok();
        let public = deliver(&bench, &[report("r1")]).await[0];
        let number = Number { year: 2021, sequence: 1 };
        let detail = service::view(&bench.ledger, &handler(8), number).await.expect("an incident");
        let case = thread::Case { id: detail.incident.id.0, number: number.to_string() };
        let secret = one(&bench, "From: finder@lab.example\r\nTo: vuls@example.jp\r\nSubject: overflow", "in a product").await;
        let work = bench.ledger.begin().await.expect("begun");
        thread::attach(&work, &handler(7), secret, &case, &detail.incident.label).await.expect("attached");
        let ours = thread::begin(&work, &handler(7), &intake(&bench).marks, "vulnerability", "please look", Some((&case, &detail.incident.label))).await.expect("begun");
        work.commit().await.expect("committed");
        for thread in [secret, ours] {
            assert!(reads(7, thread).await && !reads(8, thread).await);
        }
        // A case that was RED for a while opens up what it had closed, and nothing else.
        for (tlp, open) in [(Tlp::Red, false), (Tlp::Amber, true)] {
            let work = bench.ledger.begin().await.expect("begun");
            service::relabel(&work, &handler(8), number, tlp).await.expect("relabelled");
            work.commit().await.expect("committed");
            assert_eq!((reads(7, public).await, reads(8, public).await), (open, true), "{tlp}");
            assert!(reads(7, secret).await && !reads(8, secret).await, "{tlp}");
        }
        // Poured into an open one, it closes it.
        let asked = one(&bench, "From: a@b.example\r\nMessage-ID: <q1@b.example>", "a question").await;
        let quiet = one(&bench, "From: finder@lab.example\r\nTo: vuls@example.jp\r\nSubject: another", "in a product").await;
        let work = bench.ledger.begin().await.expect("begun");
        thread::merge(&work, &handler(7), quiet, asked).await.expect("one");
        work.commit().await.expect("committed");
        assert!(reads(7, asked).await && !reads(8, asked).await);
    }

    async fn threads_are_taken_ended_and_begin_again(bench) {
        let thread = one(&bench, "From: a@b.example\r\nMessage-ID: <q1@b.example>\r\nSubject: help", "a question").await;
        let work = bench.ledger.begin().await.expect("begun");
        thread::assign(&work, &handler(5), thread, Some(AccountId(5))).await.expect("taken");
        work.commit().await.expect("committed");
        let found = open(&bench, thread).await;
        assert_eq!((found.state, found.owner), (State::Open, Some(AccountId(5))));
        let work = bench.ledger.begin().await.expect("begun");
        thread::end(&work, &handler(5), thread).await.expect("ended");
        work.commit().await.expect("committed");
        assert_eq!(open(&bench, thread).await.state, State::Done);
        one(&bench, "From: a@b.example\r\nIn-Reply-To: <q1@b.example>\r\nAuto-Submitted: auto-replied", "away").await;
        assert_eq!(open(&bench, thread).await.state, State::Done, "a program does not call a person");
        // A tracker sends what people write in it as bulk; others only want no automatic answer, or run the mail system.
        for (number, field) in ["Precedence: bulk", "X-Auto-Response-Suppress: All", "List-Id: <abuse.b.example>"].into_iter().enumerate() {
            let head = format!("From: a@b.example\r\nMessage-ID: <more{number}@b.example>\r\nIn-Reply-To: <q1@b.example>\r\n{field}");
            assert_eq!(one(&bench, &head, "we need more details").await, thread, "{field}");
            assert_eq!(open(&bench, thread).await.state, State::New, "{field}");
            assert_eq!(kinds(&bench, thread).await.last(), Some(&Kind::Answer), "{field}");
            let work = bench.ledger.begin().await.expect("begun");
            thread::end(&work, &handler(5), thread).await.expect("ended");
            work.commit().await.expect("committed");
        }
        assert_eq!(one(&bench, "From: a@b.example\r\nIn-Reply-To: <q1@b.example>", "one more thing").await, thread);
        assert_eq!(open(&bench, thread).await.state, State::New);
    }

    async fn two_threads_become_one_when_a_person_says_so(bench) {
        let first = one(&bench, "From: a@b.example\r\nMessage-ID: <q1@b.example>", "a question").await;
        let second = one(&bench, "From: c@d.example\r\nMessage-ID: <q2@d.example>", "the same").await;
        let work = bench.ledger.begin().await.expect("begun");
        thread::merge(&work, &handler(5), second, first).await.expect("one");
        work.commit().await.expect("committed");
        assert_eq!(kinds(&bench, first).await.len(), 2);
        assert_eq!(one(&bench, "From: c@d.example\r\nIn-Reply-To: <q2@d.example>", "an answer").await, first);
        let lost = "SELECT count(*) AS n FROM mailroom_letter WHERE thread_id IS NULL";
        assert_eq!(bench.ledger.number(Sql::new(lost)).await.expect("a number"), 0);
    }

    async fn threads_are_found_by_what_people_remember_of_them(bench) {
        let first = one(&bench, "From: Hanako <hanako@home.example>\r\nSubject: 100% of ports", "a question").await;
        let second = one(&bench, "From: taro@else.example\r\nSubject: another", "a question").await;
        let found = async |words: &str| {
            let inbox = Inbox { words: Some(words.into()), ..Inbox::default() };
            thread::inbox(&bench.ledger, &handler(5), &inbox, 0, 10).await.expect("an inbox").0.into_iter().map(|item| item.thread.id).collect::<Vec<_>>()
        };
        let code = open(&bench, second).await.code;
        for (words, expected) in
            [("hanako", vec![first]), ("HANAKO@", vec![first]), ("100%", vec![first]), ("another", vec![second]), (&code.to_lowercase(), vec![second]), ("_", vec![]), ("\\", vec![])]
        {
            assert_eq!(found(words).await, expected, "{words}");
        }
        assert_eq!(thread::named(&bench.ledger, &handler(5), &format!(" {} ", code.to_lowercase())).await.expect("asked"), Some(second));
        assert_eq!(thread::named(&bench.ledger, &handler(5), "0000-0000").await.expect("asked"), None);
    }

    async fn a_thread_of_ours_bears_its_cases_label_and_its_letter_waits_in_the_queue(bench) {
        let report = deliver(&bench, &[report("r1")]).await[0];
        let number = Number { year: 2021, sequence: 1 };
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "incident", desk::Change { address: Some("ir@example.jp".into()), ..Default::default() }).await.expect("changed");
        service::relabel(&work, &handler(8), number, Tlp::Red).await.expect("relabelled");
        let detail = service::view(&work, &handler(8), number).await.expect("an incident");
        let case = thread::Case { id: detail.incident.id.0, number: number.to_string() };
        let about = Some((&case, &detail.incident.label));
        let marks = intake(&bench).marks;
        assert!(matches!(thread::begin(&work, &handler(7), &marks, "incident", "please look", about).await, Err(MailroomError::Forbidden(_))));
        assert!(matches!(thread::begin(&work, &handler(8), &marks, "incident", " ", about).await, Err(MailroomError::Refused(_))));
        assert!(matches!(thread::begin(&work, &handler(8), &marks, "nowhere", "please look", about).await, Err(MailroomError::Unknown { .. })));
        let thread = thread::begin(&work, &handler(8), &marks, "incident", "please look", about).await.expect("begun");
        let house = house();
        let to = vec![Mailbox { name: String::new(), address: "abuse@host.example".into() }];
        let writing = Writing { to, subject: "please look".into(), body: "at this".into(), ..Writing::default() };
        let letter = outgoing::write(&bench.ledger, &work, &handler(8), &house, thread, writing).await.expect("written");
        work.commit().await.expect("committed");
        let sees = async |id: i64| thread::open(&bench.ledger, &handler(id), thread).await.is_ok();
        assert!(sees(8).await && !sees(7).await, "it bears the case's label");
        let about = async |id: i64| thread::about(&bench.ledger, &handler(id), case.id, 10).await.expect("threads").len();
        assert_eq!((about(8).await, about(7).await), (2, 0));
        let found = open(&bench, thread).await;
        assert_eq!((found.state, found.owner, found.number()), (State::Answered, Some(AccountId(8)), "2021-00001"));
        let ways = outgoing::ways(&bench.ledger, &[letter]).await.expect("ways");
        assert_eq!((ways.len(), ways[0].is_dead, ways[0].attempts), (1, false, 0));
        // What the relay never took is given up, and tried again by whoever may write there.
        let work = bench.ledger.begin().await.expect("begun");
        assert!(matches!(outgoing::again(&work, &handler(8), letter).await, Err(MailroomError::Refused(_))), "it waits");
        work.execute(Sql::new("UPDATE ledger_job SET attempts = 60, died_at = ").bind(work.now().0).push(" WHERE id = ").bind(ways[0].id.0)).await.expect("killed");
        assert!(matches!(outgoing::again(&work, &handler(7), letter).await, Err(MailroomError::Unknown { .. })));
        outgoing::again(&work, &handler(8), letter).await.expect("again");
        work.commit().await.expect("committed");
        let ways = outgoing::ways(&bench.ledger, &[letter]).await.expect("ways");
        assert!(!ways[0].is_dead && ways[0].attempts == 0, "{ways:?}");
        // The letters of a RED thread are nobody's who does not take part.
        let Letter::In(line) = thread::letters(&bench.ledger, report, 10).await.expect("letters").remove(0) else { panic!("it came in") };
        for (id, may) in [(8, true), (7, false)] {
            assert_eq!(thread::may_see_letter(&bench.ledger, line.id, handler(id).sight()).await.expect("asked"), may);
            let reports = noroshi_incident::reports_of(&bench.ledger, detail.incident.id, handler(id).sight(), 10).await.expect("reports");
            assert_eq!(reports.len(), usize::from(may), "nor do their subjects stand elsewhere");
        }
    }

    async fn loops_end_here(bench) {
        let mark = intake(&bench).marks.loop_mark();
        let thread = one(&bench, &format!("From: robot@else.example\r\nX-Noroshi-Loop: {mark}\r\nSubject: Re: Re: Re:"), REPORT).await;
        assert_eq!((kinds(&bench, thread).await, open(&bench, thread).await.state), (vec![Kind::Automatic], State::Done));
        assert_eq!(bench.ledger.number(Sql::new("SELECT count(*) AS n FROM ledger_job")).await.expect("a number"), 0, "nothing is answered");
        assert_eq!(bench.ledger.number(Sql::new("SELECT count(*) AS n FROM incident")).await.expect("a number"), 0, "nothing is reported again");
        one(&bench, "From: a@b.example", "a person's").await;
        assert_eq!(bench.ledger.number(Sql::new("SELECT count(*) AS n FROM ledger_job")).await.expect("a number"), 1, "an acknowledgement is due");
    }
}
