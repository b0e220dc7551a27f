//! How far a sender wants a letter told decides who reads it: marks of TLP, and what documents say of themselves.

use crate::{
    REPORT, ROOT, deliver, handler, intake, migrations, one, open,
    opened::{late, opens, sealed},
};
use noroshi_incident::{
    model::Number,
    service::{self, import},
};
use noroshi_kernel::{
    access::{Actor, Role},
    id::{AccountId, ThreadId},
    tlp::Tlp,
};
use noroshi_mailroom::{desk, thread};
use noroshi_testkit::{Bench, on_both_databases};

/// The incident desk is worked at by account 2.
async fn staffed(bench: &Bench) {
    let work = bench.ledger.begin().await.expect("begun");
    desk::set_staff(&work, &ROOT, "incident", &[AccountId(2)]).await.expect("staffed");
    work.commit().await.expect("committed");
}

async fn sees(bench: &Bench, actor: &Actor, thread: ThreadId) -> bool {
    thread::open(&bench.ledger, actor, thread).await.is_ok()
}

async fn sees_case(bench: &Bench, actor: &Actor, sequence: i64) -> bool {
    service::view(&bench.ledger, actor, Number { year: 2021, sequence }).await.is_ok()
}

fn document(restriction: &str, address: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<IODEF-Document version=\"2.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident purpose=\"reporting\" restriction=\"{restriction}\"><IncidentID name=\"csirt.example.test\">{address}</IncidentID><GenerationTime>2021-01-14T00:00:00Z</GenerationTime><Assessment><IncidentCategory>brute force</IncidentCategory></Assessment><EventData><Flow><System category=\"source\"><Node><Address category=\"ipv4-addr\">{address}</Address></Node></System></Flow></EventData></Incident></IODEF-Document>"
    )
}

fn with_document(restriction: &str, address: &str) -> String {
    format!(
        "From: partner@csirt.example\r\nTo: ir@example.jp\r\nSubject: for your information\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee the document\r\n--b\r\nContent-Type: application/iodef+xml\r\nContent-Disposition: attachment; filename=iodef.xml\r\n\r\n{}\r\n--b--\r\n",
        document(restriction, address)
    )
}

on_both_databases! {
    migrations = migrations();

    async fn marks_of_letters_only_make_stricter(bench) {
        staffed(&bench).await;
        let (outside, inside) = (handler(1), handler(2));
        for (number, (subject, text, expected, by)) in [
            ("[TLP:RED] overflow", "hello", Tlp::Red, Some("subject")),
            ("TLP: RED overflow", "hello", Tlp::Red, Some("subject")),
            ("=?UTF-8?B?77yk77yr77yw77ya77yy77yl77yk?=", "hello", Tlp::Amber, None),
            ("=?UTF-8?B?44CQ77y0772M77yw77ya77yy77yl77yk44CR?=", "hello", Tlp::Red, Some("subject")),
            ("overflow", "TLP:RED\r\n\r\nhello", Tlp::Red, Some("text")),
            ("overflow", "hello\r\n\r\n-- \r\nTLP:AMBER+STRICT", Tlp::AmberStrict, Some("text")),
            ("TLP:AMBER overflow", "TLP:RED", Tlp::Red, Some("text")),
            ("overflow", "> TLP:RED\r\nhello", Tlp::Amber, None),
            ("TLP:CLEAR overflow", "TLP:GREEN", Tlp::Amber, None),
            ("overflow", "we do not use TLP:RED in such letters", Tlp::Amber, None),
        ]
        .into_iter()
        .enumerate()
        {
            let thread = one(&bench, &format!("From: finder{number}@lab.example\r\nSubject: {subject}"), text).await;
            let found = open(&bench, thread).await;
            assert_eq!((found.label.tlp, found.asked.as_ref().map(|(_, by)| by.as_str())), (expected, by), "{subject} / {text}");
            assert!(sees(&bench, &inside, thread).await, "{subject} / {text}");
            assert_eq!(sees(&bench, &outside, thread).await, expected != Tlp::Red, "{subject} / {text}");
        }
    }

    async fn what_a_marked_letter_reports_is_as_strict(bench) {
        staffed(&bench).await;
        let thread = one(&bench, "From: a@lab.example\r\nSubject: TLP:RED phishing", REPORT).await;
        let case = open(&bench, thread).await.case.expect("a case");
        assert_eq!(case.number, "2021-00001");
        let (outside, inside, analyst) = (handler(1), handler(2), Actor::Account { id: AccountId(2), name: "x".into(), roles: vec![Role::Analyst] });
        assert_eq!((sees_case(&bench, &outside, 1).await, sees_case(&bench, &inside, 1).await, sees_case(&bench, &analyst, 1).await), (false, true, true));
        let detail = service::view(&bench.ledger, &inside, Number { year: 2021, sequence: 1 }).await.expect("seen");
        assert_eq!((detail.incident.label.tlp, detail.incident.label.participants), (Tlp::Red, vec![AccountId(2)]));
    }

    async fn an_answer_that_is_marked_closes_its_thread(bench) {
        staffed(&bench).await;
        let thread = one(&bench, "From: b@lab.example\r\nSubject: question\r\nMessage-ID: <q@lab.example>", "hello").await;
        let work = bench.ledger.begin().await.expect("begun");
        thread::assign(&work, &ROOT, thread, Some(AccountId(3))).await.expect("taken");
        work.commit().await.expect("committed");
        let again = one(&bench, "From: b@lab.example\r\nSubject: Re: question\r\nIn-Reply-To: <q@lab.example>", "TLP:RED\r\n\r\nthe password is …").await;
        assert_eq!(again, thread);
        // The desk's staff and whoever has it read on; what is open later does not open it.
        let seen = async || (sees(&bench, &handler(1), thread).await, sees(&bench, &handler(2), thread).await, sees(&bench, &handler(3), thread).await);
        assert_eq!(seen().await, (false, true, true));
        one(&bench, "From: b@lab.example\r\nSubject: Re: question\r\nIn-Reply-To: <q@lab.example>", "TLP:CLEAR\r\nnever mind").await;
        assert_eq!(seen().await, (false, true, true));
    }

    async fn what_is_sealed_asks_once_it_is_opened(bench) {
        staffed(&bench).await;
        let key = late(&bench);
        let letter = sealed(&bench, &key, "From: e@lab.example", "Subject: overflow\r\n", &format!("TLP:RED\r\n\r\n{REPORT}"));
        let thread = deliver(&bench, &[letter]).await[0];
        assert!(sees(&bench, &handler(1), thread).await, "nobody knows yet what is within");
        opens(&bench, &key).await;
        let found = open(&bench, thread).await;
        assert_eq!((found.label.tlp, found.asked.map(|(_, by)| by)), (Tlp::Red, Some("text".into())));
        assert_eq!((sees(&bench, &handler(1), thread).await, sees(&bench, &handler(2), thread).await), (false, true));
        assert_eq!((sees_case(&bench, &handler(1), 1).await, sees_case(&bench, &handler(2), 1).await), (false, true), "and what it reports");
    }

    async fn without_staff_those_who_run_the_platform_read_it(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        let password = "a long password of many words";
        let administrator = noroshi_directory::account::add(&work, &ROOT, "admin", "Admin", &[Role::Administrator], password).await.expect("added");
        let other = noroshi_directory::account::add(&work, &ROOT, "hand", "Hand", &[Role::Handler], password).await.expect("added");
        work.commit().await.expect("committed");
        let thread = one(&bench, "From: c@lab.example\r\nSubject: TLP:RED", "hello").await;
        let as_role = |id: AccountId, role: Role| Actor::Account { id, name: "x".into(), roles: vec![role] };
        assert!(sees(&bench, &as_role(administrator, Role::Administrator), thread).await, "what nobody may see is lost");
        assert!(!sees(&bench, &as_role(other, Role::Handler), thread).await);
    }

    async fn a_documents_restriction_holds_by_letter(bench) {
        staffed(&bench).await;
        let (outside, inside) = (handler(1), handler(2));
        for (sequence, (restriction, expected)) in
            (1..).zip([("red", Tlp::Red), ("private", Tlp::AmberStrict), ("need-to-know", Tlp::Amber), ("public", Tlp::Amber), ("", Tlp::Amber)])
        {
            let thread = deliver(&bench, &[with_document(restriction, &format!("192.0.2.{sequence}"))]).await[0];
            let found = open(&bench, thread).await;
            assert_eq!((found.label.tlp, found.asked.is_some()), (expected, expected > Tlp::Amber), "{restriction}");
            let detail = service::view(&bench.ledger, &ROOT, Number { year: 2021, sequence }).await.expect("an incident");
            assert_eq!(detail.incident.label.tlp, expected, "{restriction}");
            assert_eq!((sees_case(&bench, &outside, sequence).await, sees_case(&bench, &inside, sequence).await), (expected != Tlp::Red, true), "{restriction}");
            assert_eq!((sees(&bench, &outside, thread).await, sees(&bench, &inside, thread).await), (expected != Tlp::Red, true), "{restriction}");
        }
        // One of which nothing can be read says it all the same.
        let broken = with_document("red", "192.0.2.99").replace("</Incident>", "");
        let thread = deliver(&bench, &[broken]).await[0];
        assert_eq!(open(&bench, thread).await.label.tlp, Tlp::Red);
    }

    async fn a_documents_restriction_holds_by_file(bench) {
        staffed(&bench).await;
        let importer = handler(4);
        let intake = import::Intake { actor: importer.clone(), ..intake(&bench) };
        for (sequence, (restriction, expected)) in (1..).zip([("red", Tlp::Red), ("private", Tlp::AmberStrict), ("public", Tlp::Amber)]) {
            let file = bench.file(&format!("{restriction}.xml"), document(restriction, &format!("198.51.100.{sequence}")).as_bytes());
            let outcome = intake.file(import::Format::Iodef, &file, &mut import::Silent).await.expect("imported");
            assert_eq!(outcome.stored, 1, "{outcome:?}");
            let detail = service::view(&bench.ledger, &ROOT, Number { year: 2021, sequence }).await.expect("an incident");
            assert_eq!(detail.incident.label.tlp, expected, "{restriction}");
            let red = expected == Tlp::Red;
            for (account, may) in [(1, !red), (2, true), (4, true)] {
                assert_eq!(sees_case(&bench, &handler(account), sequence).await, may, "{restriction} {account}");
            }
        }
    }

    async fn a_person_decides_otherwise(bench) {
        staffed(&bench).await;
        let thread = one(&bench, "From: d@lab.example\r\nSubject: TLP:RED phishing", REPORT).await;
        let number = open(&bench, thread).await.number().parse().expect("a case");
        let relabel = async |actor: &Actor, tlp: Tlp| {
            let work = bench.ledger.begin().await.expect("begun");
            service::relabel(&work, actor, number, tlp).await.expect("relabelled");
            work.commit().await.expect("committed");
        };
        relabel(&handler(2), Tlp::Green).await;
        assert_eq!((sees_case(&bench, &handler(1), 1).await, sees(&bench, &handler(1), thread).await), (true, true));
        assert_eq!(open(&bench, thread).await.label.tlp, Tlp::Amber, "no more open than its desk");
    }
}
