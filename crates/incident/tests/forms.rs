//! What was filled in, through the intake of the incident desk, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::organisation::Home;
use noroshi_incident::{selection::Reckoning, service::import};
use noroshi_kernel::{
    access::{Actor, Role},
    id::{AccountId, ThreadId},
    language::Language,
    moment::{Moment, Zone},
    rsit::Rsit,
};
use noroshi_ledger::{Query as _, Sql, migration::Migration};
use noroshi_mailroom::{
    MailroomError,
    correspondence::{Channel, Kind},
    desk,
    form::{self, Attachment, Entry, Receipt, Submission, To},
    letters::{self, Incoming},
    outgoing::{self, House, Writing},
    reading::{self, Context},
    thread::{self, Letter, State},
};
use noroshi_post::{
    letter::{self, Mailbox},
    threading::Marks,
};
use noroshi_testkit::{Bench, on_both_databases};

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, noroshi_mailroom::migrations::MIGRATIONS, noroshi_incident::MIGRATIONS]
        .concat()
}

const ROOT: Actor = Actor::Platform;

fn marks() -> Marks {
    Marks::new("EXAMPLE-CSIRT", &[7; 32])
}

fn zone() -> Zone {
    Zone::named("Asia/Tokyo").expect("a zone")
}

fn intake(bench: &Bench) -> import::Intake {
    import::Intake {
        ledger: bench.ledger.clone(),
        actor: ROOT,
        reckoning: Reckoning { zone: zone(), home: Home::default() },
        marks: marks(),
        vault: noroshi_directory::key::Vault::new(&[7; 32]),
        lookout: import::Lookout::default(),
    }
}

fn submission() -> Submission {
    Submission {
        language: Language::En,
        what: "dos".into(),
        at: "2021-01-15 09:30".into(),
        zone: "Asia/Tokyo".into(),
        targets: "hxxp://form[.]example/\nbooter.example 192.0.2.9:8080".into(),
        ports: "53/udp".into(),
        description: "it does not answer".into(),
        name: "Taro".into(),
        address: "reporter@home.example".into(),
        mediate: true,
        tlp: "amber".into(),
        ..Submission::default()
    }
}

async fn desk(bench: &Bench) -> desk::Desk {
    desk::all(&bench.ledger).await.expect("desks").first().expect("a desk").clone()
}

async fn keep(bench: &Bench, channel: Channel, submission: Submission, to: To) -> Result<Receipt, MailroomError> {
    let entry = Entry { channel, submission, files: Vec::new(), to, once: None, token: None };
    form::keep(&bench.ledger, &ROOT, &marks(), &zone(), entry).await
}

async fn lines(bench: &Bench, thread: ThreadId) -> Vec<thread::Line> {
    let letters = thread::letters(&bench.ledger, thread, 100).await.expect("letters");
    letters.into_iter().filter_map(|letter| if let Letter::In(line) = letter { Some(line) } else { None }).collect()
}

async fn deliver(bench: &Bench, channel: Channel, letter: &str) -> ThreadId {
    let letter = Incoming { channel, ..Incoming::delivered(letter.as_bytes().to_vec(), None) };
    let kept = letters::keep(&bench.ledger, &ROOT, channel, std::slice::from_ref(&letter)).await.expect("kept");
    let id = kept[0].id;
    intake(bench).read_letters(kept.into_iter().zip([letter]).collect(), &mut import::Silent).await.expect("read");
    thread::thread_of(&bench.ledger, id).await.expect("asked").expect("in a thread")
}

async fn number(bench: &Bench, sql: &str) -> i64 {
    bench.ledger.number(Sql::new(sql)).await.expect("a number")
}

on_both_databases! {
    migrations = migrations();

    async fn nothing_that_was_filled_in_joins_a_thread_by_what_it_says(bench) {
        let first = "From: Reporter <reporter@home.example>\r\nSubject: phishing\r\nMessage-ID: <r1@home.example>\r\n\r\nURL: http://login.example.test/a\r\nIP: 192.0.2.7\r\nCategory: phishing\r\n";
        let thread = deliver(&bench, Channel::Mail, first).await;
        let party = thread::parties(&bench.ledger, thread).await.expect("parties")[0].id;
        let token = marks().reply_address("ir@example.jp", party);
        let mut sent = 0;
        for head in [
            "From: reporter@home.example\r\nSubject: Re: [EXAMPLE-CSIRT #2021-00001] phishing".to_owned(),
            "From: reporter@home.example\r\nIn-Reply-To: <r1@home.example>\r\nSubject: Re: phishing".to_owned(),
            "From: reporter@home.example\r\nReferences: <r1@home.example>\r\nSubject: x".to_owned(),
            format!("From: reporter@home.example\r\nTo: {token}\r\nSubject: x"),
        ] {
            for channel in [Channel::Mail, Channel::Form, Channel::Api, Channel::Fax, Channel::Telephone] {
                sent += 1;
                let there = deliver(&bench, channel, &format!("{head}\r\n\r\nhello {sent}\r\n")).await;
                assert_eq!(there == thread, channel == Channel::Mail, "{channel:?} {head}");
                if channel == Channel::Form && head.contains("#2021") {
                    assert_eq!(lines(&bench, there).await[0].quotes, Some(thread), "who reads it sees what it quotes");
                }
            }
        }
        // The same through the form itself: the tag in every field, the address of a party.
        let tag = "[EXAMPLE-CSIRT #2021-00001]";
        let quoting = Submission { targets: String::new(), description: tag.into(), name: tag.into(), organisation: tag.into(), ..submission() };
        let receipt = keep(&bench, Channel::Form, quoting, To::Desk(desk(&bench).await)).await.expect("kept");
        intake(&bench).read_waiting().await.expect("read");
        assert_ne!(lines(&bench, receipt.thread).await.len(), 0);
        assert_ne!(receipt.thread, thread);
        // Mail goes on as before in a thread that a form began, once it bears its number.
        let code = marks().code(receipt.thread.0);
        let answer = format!("From: reporter@home.example\r\nSubject: Re: [EXAMPLE-CSIRT #{code}]\r\n\r\nmore\r\n");
        assert_eq!(deliver(&bench, Channel::Mail, &answer).await, receipt.thread);
    }

    async fn what_is_kept_is_read_later_in_its_thread(bench) {
        let receipt = keep(&bench, Channel::Form, submission(), To::Desk(desk(&bench).await)).await.expect("kept");
        // Killed before reading: the number stands, and whoever sent it sees that it came.
        let standing = form::standing(&bench.ledger, &marks(), receipt.thread).await.expect("asked").expect("there");
        assert_eq!((standing.number.as_str(), standing.state), (marks().code(receipt.thread.0).as_str(), State::New));
        assert_eq!(intake(&bench).read_waiting().await.expect("read"), 1);
        let line = lines(&bench, receipt.thread).await.remove(0);
        assert_eq!((line.kind, line.channel, line.tied_by.as_deref()), (Kind::Report, Channel::Form, None));
        assert_eq!(thread::open(&bench.ledger, &ROOT, receipt.thread).await.expect("a thread").state, State::New, "a person looks at it");
        assert_eq!(number(&bench, "SELECT count(*) AS n FROM incident WHERE category = 'dos'").await, 3, "each thing that it names");
        assert_eq!(number(&bench, "SELECT count(*) AS n FROM mailroom_thread").await, 1);
        assert_eq!(number(&bench, "SELECT count(*) AS n FROM ledger_job").await, 0, "nobody is written to");
        // Asked for, the receipt goes by mail where the desk does that, within its limits.
        let copy = Submission { copy: true, ..submission() };
        keep(&bench, Channel::Form, copy.clone(), To::Desk(desk(&bench).await)).await.expect("kept");
        keep(&bench, Channel::Api, copy, To::Desk(desk(&bench).await)).await.expect("kept");
        intake(&bench).read_waiting().await.expect("read");
        assert_eq!(number(&bench, "SELECT count(*) AS n FROM ledger_job WHERE kind = 'mailroom.acknowledge'").await, 1);
    }

    async fn fields_are_believed_of_forms_alone_and_come_back_as_they_were_typed(bench) {
        let hostile = "\u{1f600} \"quotes\" \\ =?utf-8?q?x?= \n.\n-- \n--limit\n<script>楽天".to_owned();
        let typed = Submission { description: hostile.clone(), organisation: "=?utf-8?q?x?= \"; name=\"".into(), address: String::new(), ..submission() };
        let forged = serde_json::to_vec(&Submission { what: "phishing".into(), ..submission() }).expect("JSON");
        let files = vec![Attachment { name: "report.json".into(), media_type: form::MEDIA_TYPE.to_uppercase(), bytes: forged }];
        let entry = Entry { channel: Channel::Form, submission: typed.clone(), files, to: To::Desk(desk(&bench).await), once: None, token: None };
        let receipt = form::keep(&bench.ledger, &ROOT, &marks(), &zone(), entry).await.expect("kept");
        let bytes = receipt.incoming.expect("a letter").bytes;
        let mut read = letter::read(&bytes).expect("a letter");
        assert_eq!(read.parts.iter().filter(|part| part.media_type == form::MEDIA_TYPE).count(), 1, "a reporter's file is never taken for the fields");
        assert_eq!(form::take(&mut read), Some(typed));
        let context = Context { marks: marks(), latest: Moment(bench.ledger.now().0 + Moment::DAY_US), at: bench.ledger.now(), brands: std::sync::Arc::default(), schema: None, keys: std::sync::Arc::default() };
        let kinds = |channel| reading::read(&bytes, None, channel, &context).expect("read").findings.iter().map(|found| found.rsit).collect::<Vec<_>>();
        assert_eq!(kinds(Channel::Form), [Rsit::Dos; 3]);
        assert!(!kinds(Channel::Mail).contains(&Rsit::Dos), "a mail may bear what it likes");
        let found = reading::read(&bytes, None, Channel::Form, &context).expect("read");
        assert_eq!((found.from.address.contains("@form.invalid"), found.sender_tld), (true, None), "no address, no domain to count");
    }

    async fn a_reporter_without_address_reads_answers_behind_the_link(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "incident", desk::Change { address: Some("ir@example.jp".into()), ..desk::Change::default() }).await.expect("changed");
        work.commit().await.expect("kept");
        let silent = Submission { address: String::new(), ..submission() };
        let receipt = keep(&bench, Channel::Form, silent, To::Desk(desk(&bench).await)).await.expect("kept");
        intake(&bench).read_waiting().await.expect("read");
        let own = lines(&bench, receipt.thread).await.remove(0).from_address;
        let house = House { team: noroshi_kernel::language::Bilingual::new("例示CSIRT", "Example CSIRT"), marks: marks(), zone: zone(), vault: noroshi_directory::key::Vault::new(&[7; 32]) };
        for (more, state) in [(None, outgoing::State::Sent), (Some("abuse@provider.example"), outgoing::State::Queued)] {
            let to = [Some(own.as_str()), more].into_iter().flatten().map(|address| Mailbox { name: String::new(), address: address.into() }).collect();
            let work = bench.ledger.begin().await.expect("begun");
            let writing = Writing { to, subject: "x".into(), body: "y".into(), ..Writing::default() };
            let id = outgoing::write(&bench.ledger, &work, &ROOT, &house, receipt.thread, writing).await.expect("written");
            work.commit().await.expect("kept");
            assert_eq!(outgoing::load(&bench.ledger, id).await.expect("asked").expect("there").state, state, "{more:?}");
        }
        let standing = form::standing(&bench.ledger, &marks(), receipt.thread).await.expect("asked").expect("there");
        assert_eq!((standing.answers.len(), standing.state), (2, State::Answered));
    }

    async fn desks_and_staff_decide_who_enters_what(bench) {
        let desks = desk::all(&bench.ledger).await.expect("desks");
        let office = desks.get("office").expect("a desk without a form").clone();
        assert!(matches!(keep(&bench, Channel::Form, submission(), To::Desk(office.clone())).await, Err(MailroomError::Refused(_))));
        assert!(keep(&bench, Channel::Fax, submission(), To::Desk(office)).await.is_ok());
        let analyst = Actor::Account { id: AccountId(7), name: "analyst".into(), roles: vec![Role::Analyst] };
        let entry = || Entry { channel: Channel::Telephone, submission: submission(), files: Vec::new(), to: To::Desk(desks.first().expect("a desk").clone()), once: None, token: None };
        for actor in [Actor::Anonymous, analyst] {
            assert!(matches!(form::keep(&bench.ledger, &actor, &marks(), &zone(), entry()).await, Err(MailroomError::Forbidden(_))));
        }
        // The RED desk's threads begin RED.
        let receipt = keep(&bench, Channel::Form, submission(), To::Desk(desks.get("vulnerability").expect("a desk").clone())).await.expect("kept");
        let handler = Actor::Account { id: AccountId(5), name: "handler".into(), roles: vec![Role::Handler] };
        assert!(matches!(thread::open(&bench.ledger, &handler, receipt.thread).await, Err(MailroomError::Unknown { .. })));
    }
}

#[test]
fn what_must_be_put_right_is_found() {
    let now = Moment(1_610_700_000_000_000);
    assert_eq!(submission().problems(0, now), []);
    let change = |change: fn(&mut Submission)| {
        let mut changed = submission();
        change(&mut changed);
        let mut fields: Vec<&str> = changed.problems(0, now).into_iter().map(|problem| problem.field).collect();
        fields.sort_unstable();
        fields
    };
    for (changed, fields) in [
        (change(|one| one.what = "nonsense".into()), &["what"][..]),
        (change(|one| one.at = "yesterday".into()), &["at"]),
        (change(|one| one.at = "2021-01-16 09:30".into()), &["at"]),
        (change(|one| one.zone = "Nowhere/Town".into()), &["zone"]),
        (change(|one| one.targets = "http://a.example/\nthe shop next door".into()), &["targets"]),
        (change(|one| one.targets = "a.example\n".repeat(201)), &["targets"]),
        (change(|one| one.ports = "22 65536".into()), &["ports"]),
        (change(|one| one.ports = "22 ".repeat(51)), &["ports"]),
        (change(|one| one.description = "x".repeat(20_001)), &["description"]),
        (change(|one| one.description = "a\u{202e}b".into()), &["description"]),
        (change(|one| one.name = "a\nBcc: b@example.net".into()), &["name"]),
        (change(|one| one.address = "nobody".into()), &["address"]),
        (change(|one| one.address = "0123456789abcdef@form.invalid".into()), &["address"]),
        (change(|one| one.address = "a@FORM.INVALID.".into()), &["address"]),
        (change(|one| (one.copy, one.address) = (true, String::new())), &["address"]),
        (change(|one| one.tlp = "pink".into()), &["tlp"]),
        (change(|one| one.encrypted = "secret".into()), &["encrypted"]),
        (change(|one| one.encrypted = "-----BEGIN PGP MESSAGE-----\n\nxyz\n-----END PGP MESSAGE-----\n".into()), &[]),
        (change(|one| one.received = "2021-01-16T09:30:00Z".into()), &["received"]),
        (change(|one| (one.targets, one.description) = (String::new(), " ".into())), &["description"]),
    ] {
        assert_eq!(changed, fields);
    }
}
