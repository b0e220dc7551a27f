//! Letters that could not be opened when they came, and are opened later: in the thread to which what they say within ties them.

use crate::{REPORT, ROOT, deliver, handler, intake, kinds, migrations, one, open, report};
use noroshi_directory::key;
use noroshi_incident::{
    model::Number,
    service::{self, import},
};
use noroshi_kernel::{
    id::{AccountId, ThreadId},
    moment::Moment,
    tlp::Tlp,
};
use noroshi_ledger::{Query as _, Sql};
use noroshi_mailroom::{
    correspondence::Kind,
    desk, letters,
    thread::{self, Letter, State},
};
use noroshi_post::openpgp::{TeamKey, encrypt};
use noroshi_testkit::{Bench, on_both_databases};

/// The key that comes later.
pub(crate) fn late(bench: &Bench) -> TeamKey {
    TeamKey::generate("Example CSIRT <csirt@example.jp>", Moment(bench.ledger.now().0 - 3_600_000_000)).expect("a key")
}

/// A letter that is encrypted to it; `head` is what can be seen of it, `within` its own head.
pub(crate) fn sealed(bench: &Bench, key: &TeamKey, head: &str, within: &str, body: &str) -> String {
    let inner = format!("{within}Content-Type: text/plain\r\n\r\n{body}\r\n");
    let message = encrypt(inner.as_bytes(), &[key.certificate()], None, bench.ledger.now()).expect("encrypted");
    format!(
        "{head}\r\nSubject: ...\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=out\r\n\r\n--out\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--out\r\nContent-Type: application/octet-stream\r\n\r\n{message}\r\n--out--\r\n"
    )
}

/// Brings the key in, and reads again what could not be opened.
pub(crate) async fn opens(bench: &Bench, key: &TeamKey) {
    let intake = intake(bench);
    let work = bench.ledger.begin().await.expect("begun");
    key::import_secret(&work, &ROOT, &intake.vault, key.export(None).expect("exported").as_bytes(), None, "").await.expect("imported");
    work.commit().await.expect("committed");
    let again = import::unopened_again(&intake, &mut import::Silent).await.expect("read again");
    assert_eq!(again.waiting, 0, "{again:?}");
}

async fn audited(bench: &Bench, action: &str, thread: ThreadId) -> i64 {
    let sql = Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE action = ").bind(action).push(" AND subject_id = ").bind(thread.0);
    bench.ledger.number(sql).await.expect("a number")
}

/// The only letter of a thread that came in.
async fn only(bench: &Bench, thread: ThreadId) -> thread::Line {
    let mut found = thread::letters(&bench.ledger, thread, 10).await.expect("letters");
    assert_eq!(found.len(), 1, "{found:?}");
    let Letter::In(line) = found.remove(0) else { panic!("it came in") };
    line
}

const TAG: &str = "Subject: Re: [EXAMPLE-CSIRT #2021-00001] phishing\r\n";

on_both_databases! {
    migrations = migrations();

    async fn it_goes_where_it_would_have_gone_at_once(bench) {
        let key = late(&bench);
        let there = deliver(&bench, &[report("r1")]).await[0];
        let head = "From: reporter@home.example\r\nTo: ir@example.jp, Colleague <c@home.example>\r\nMessage-ID: <r2@home.example>";
        let began = deliver(&bench, &[sealed(&bench, &key, head, TAG, REPORT)]).await[0];
        assert_ne!(began, there, "nothing of what is within is known yet");
        // What came after it stood with it.
        assert_eq!(one(&bench, "From: c@home.example\r\nIn-Reply-To: <r2@home.example>", "did you read it?").await, began);
        opens(&bench, &key).await;
        assert_eq!(kinds(&bench, there).await, [Kind::Report, Kind::Answer, Kind::Answer], "what it quotes is no report again");
        assert_eq!(kinds(&bench, began).await, []);
        assert_eq!((open(&bench, began).await.state, open(&bench, there).await.state), (State::Done, State::New));
        assert_eq!((audited(&bench, "mailroom.merge", began).await, audited(&bench, "mailroom.merged", there).await), (1, 1), "both tell of it");
        assert_eq!(bench.ledger.number(Sql::new("SELECT count(*) AS n FROM mailroom_letter WHERE tied_by = 'tag'")).await.expect("a number"), 1);
        let detail = service::view(&bench.ledger, &ROOT, Number { year: 2021, sequence: 1 }).await.expect("an incident");
        assert_eq!(detail.report_count, 1);
        // Whoever takes part there now is found there.
        assert_eq!(one(&bench, "From: c@home.example\r\nSubject: [EXAMPLE-CSIRT #2021-00001] more", "more").await, there);
        assert_eq!(one(&bench, "From: reporter@home.example\r\nIn-Reply-To: <r2@home.example>", "more").await, there);
    }

    async fn references_within_count_too(bench) {
        let key = late(&bench);
        let there = one(&bench, "From: a@home.example\r\nMessage-ID: <q1@home.example>", "a question").await;
        let began = deliver(&bench, &[sealed(&bench, &key, "From: a@home.example", "References: <q1@home.example>\r\n", "more")]).await[0];
        opens(&bench, &key).await;
        assert_eq!((kinds(&bench, there).await.len(), kinds(&bench, began).await.len()), (2, 0));
        assert_eq!(open(&bench, began).await.state, State::Done);
    }

    async fn a_stranger_who_quotes_a_number_within_stays_outside(bench) {
        let key = late(&bench);
        let there = deliver(&bench, &[report("r1")]).await[0];
        let mut strangers = Vec::new();
        for from in ["stranger@else.example", "r\u{435}porter@home.example"] {
            let within = format!("{TAG}References: <r1@home.example>\r\n");
            strangers.push((from, deliver(&bench, &[sealed(&bench, &key, &format!("From: {from}"), &within, "let me in")]).await[0]));
        }
        opens(&bench, &key).await;
        assert_eq!(kinds(&bench, there).await, [Kind::Report]);
        for (from, began) in strangers {
            let line = only(&bench, began).await;
            let alike = (from != "stranger@else.example").then_some("reporter@home.example");
            assert_eq!((line.quotes, line.looks_like.as_deref(), line.kind), (Some(there), alike, Kind::Inquiry), "{from}");
            assert_eq!(audited(&bench, "mailroom.merge", began).await, 0);
        }
    }

    async fn nothing_is_shown_to_more_people_by_it(bench) {
        let key = late(&bench);
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "vulnerability", desk::Change { address: Some("vuls@example.jp".into()), ..Default::default() }).await.expect("changed");
        desk::set_staff(&work, &ROOT, "vulnerability", &[AccountId(7)]).await.expect("staffed");
        work.commit().await.expect("committed");
        let there = deliver(&bench, &[report("r1")]).await[0];
        // To the desk whose threads are RED, about a case that everybody may read.
        let began = deliver(&bench, &[sealed(&bench, &key, "From: reporter@home.example\r\nTo: vuls@example.jp", TAG, "more")]).await[0];
        opens(&bench, &key).await;
        assert_eq!(kinds(&bench, there).await, [Kind::Report], "it stays where it is read by few");
        assert_eq!((only(&bench, began).await.quotes, open(&bench, began).await.label.tlp), (Some(there), Tlp::Red));
        let sees = async |id: i64| thread::open(&bench.ledger, &handler(id), began).await.is_ok();
        assert!(sees(7).await && !sees(8).await);
    }

    async fn into_a_confidential_case_it_does_not_come_by_an_address(bench) {
        let key = late(&bench);
        let there = deliver(&bench, &[report("r1")]).await[0];
        let began = deliver(&bench, &[sealed(&bench, &key, "From: reporter@home.example", TAG, "more")]).await[0];
        let work = bench.ledger.begin().await.expect("begun");
        service::relabel(&work, &handler(8), Number { year: 2021, sequence: 1 }, Tlp::Red).await.expect("relabelled");
        work.commit().await.expect("committed");
        opens(&bench, &key).await;
        assert_eq!((kinds(&bench, there).await, only(&bench, began).await.quotes), (vec![Kind::Report], Some(there)));
        assert_eq!((open(&bench, there).await.label.tlp, open(&bench, began).await.label.tlp), (Tlp::Red, Tlp::Amber));
    }

    async fn what_a_person_decided_stays(bench) {
        let key = late(&bench);
        let there = deliver(&bench, &[report("r1")]).await[0];
        let letter = |number: u32| sealed(&bench, &key, &format!("From: reporter@home.example\r\nMessage-ID: <s{number}@home.example>"), TAG, "more");
        // One thread is about another case, into the other one a thread was poured.
        let attached = deliver(&bench, &[letter(1)]).await[0];
        let poured = deliver(&bench, &[letter(2)]).await[0];
        let other = one(&bench, "From: a@b.example\r\nMessage-ID: <q1@b.example>", "a question").await;
        let work = bench.ledger.begin().await.expect("begun");
        let case = thread::Case { id: 4711, number: "2021-04711".into() };
        thread::attach(&work, &handler(5), attached, &case, &noroshi_kernel::access::Label::of(Tlp::Amber)).await.expect("attached");
        thread::merge(&work, &handler(5), other, poured).await.expect("one");
        work.commit().await.expect("committed");
        opens(&bench, &key).await;
        assert_eq!(kinds(&bench, there).await, [Kind::Report]);
        assert_eq!(only(&bench, attached).await.quotes, Some(there), "it says where it seems to belong");
        assert_eq!(kinds(&bench, poured).await.len(), 2);
    }

    async fn who_was_only_acknowledged_takes_no_part_there(bench) {
        let key = late(&bench);
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "incident", desk::Change { address: Some("ir@example.jp".into()), acknowledges: Some(true), ..Default::default() }).await.expect("changed");
        work.commit().await.expect("committed");
        let there = deliver(&bench, &[report("r1")]).await[0];
        // By its envelope a colleague sent it.
        let began = deliver(&bench, &[sealed(&bench, &key, "Return-Path: <mallory@home.example>\r\nFrom: reporter@home.example", TAG, "more")]).await[0];
        let work = bench.ledger.begin().await.expect("begun");
        let due = noroshi_mailroom::outgoing::acknowledgement::Due { thread: began };
        noroshi_mailroom::outgoing::acknowledgement::acknowledge(&bench.ledger, &work, &crate::house(), due).await.expect("done");
        work.commit().await.expect("committed");
        opens(&bench, &key).await;
        assert_eq!(kinds(&bench, there).await.len(), 2);
        assert_ne!(one(&bench, "From: mallory@home.example\r\nSubject: [EXAMPLE-CSIRT #2021-00001]", "let me in").await, there);
        let closed = bench.ledger.number(Sql::new("SELECT count(*) AS n FROM mailroom_letter WHERE seal = 'unopened'")).await.expect("a number");
        assert_eq!(closed, 0);
        assert_eq!(letters::pending(&bench.ledger, 10).await.expect("asked").len(), 0);
    }
}
