//! Whom an acknowledgement reaches (RFC 3834, sections 2 and 4).

use crate::{ROOT, deliver, house, migrations};
use noroshi_kernel::id::ThreadId;
use noroshi_ledger::{FromQueryResult, Query as _, Sql};
use noroshi_mailroom::{
    desk,
    outgoing::acknowledgement::{self, Due, MOST_A_DAY},
    thread,
};
use noroshi_testkit::{Bench, on_both_databases};

/// A desk that acknowledges, and another address of ours.
async fn acknowledging(bench: &Bench) {
    let work = bench.ledger.begin().await.expect("begun");
    let change = |address: &str, acknowledges| desk::Change { address: Some(address.into()), acknowledges: Some(acknowledges), ..Default::default() };
    desk::change(&work, &ROOT, "incident", change("ir@example.jp", true)).await.expect("changed");
    desk::change(&work, &ROOT, "office", change("office@example.jp", false)).await.expect("changed");
    work.commit().await.expect("committed");
}

/// Does the jobs that are due, as the runner does; gives to whom letters of ours wait to go in all.
async fn acknowledged(bench: &Bench, thread: ThreadId) -> Vec<String> {
    #[derive(FromQueryResult)]
    struct Row {
        address: String,
    }
    let due = Sql::new("SELECT count(*) AS n FROM ledger_job WHERE kind = 'mailroom.acknowledge' AND job_key = ").bind(thread.to_string());
    if bench.ledger.number(due).await.expect("a number") == 1 {
        let work = bench.ledger.begin().await.expect("begun");
        acknowledgement::acknowledge(&bench.ledger, &work, &house(), Due { thread }).await.expect("done");
        work.commit().await.expect("committed");
    }
    let sql = Sql::new("SELECT r.address FROM mailroom_recipient r JOIN mailroom_outgoing o ON o.id = r.outgoing_id WHERE o.thread_id = ").bind(thread.0);
    bench.ledger.all::<Row>(sql).await.expect("rows").into_iter().map(|row| row.address).collect()
}

async fn sent(bench: &Bench, head: &str) -> Vec<String> {
    let thread = deliver(bench, &[format!("{head}\r\nTo: ir@example.jp\r\nSubject: help\r\n\r\na question\r\n")]).await[0];
    acknowledged(bench, thread).await
}

on_both_databases! {
    migrations = migrations();

    async fn it_goes_to_the_envelopes_sender_and_to_nobody_else(bench) {
        acknowledging(&bench).await;
        for (head, expected) in [
            ("Return-Path: <a@home.example>\r\nFrom: a@home.example", Some("a@home.example")),
            // Whom From and Reply-To name gets nothing.
            ("Return-Path: <mallory@bad.example>\r\nFrom: victim@home.example", Some("mallory@bad.example")),
            ("Return-Path: <b@home.example>\r\nFrom: b@home.example\r\nReply-To: victim@home.example", Some("b@home.example")),
            ("Return-Path: <bounces+a=home.example@list.example>\r\nFrom: c@home.example", Some("bounces+a=home.example@list.example")),
            // The server that delivers a letter writes its field on top.
            ("Return-Path: <d@home.example>\r\nReturn-Path: <victim@home.example>\r\nFrom: victim@home.example", Some("d@home.example")),
            // Nobody says where it came from, but itself.
            ("From: victim@home.example", None),
            ("From: e@home.example\r\nSender: victim@home.example\r\nReply-To: victim@home.example\r\nErrors-To: victim@home.example", None),
            // Nobody, or no person.
            ("Return-Path: <>\r\nFrom: victim@home.example", None),
            ("Return-Path: <MAILER-DAEMON>\r\nFrom: victim@home.example", None),
            ("Return-Path: <>\r\nReturn-Path: <victim@home.example>\r\nFrom: victim@home.example", None),
            ("Return-Path: <MAILER-DAEMON@mx.example>\r\nFrom: victim@home.example", None),
            ("Return-Path: <owner-talk@list.example>\r\nFrom: victim@home.example", None),
            ("Return-Path: <talk-request@list.example>\r\nFrom: victim@home.example", None),
            ("Return-Path: <f@home.example>\r\nFrom: f@home.example\r\nAuto-Submitted: auto-generated", None),
            ("Return-Path: <no address>\r\nFrom: victim@home.example", None),
            // Ourselves.
            ("Return-Path: <office+x@example.jp>\r\nFrom: g@home.example", None),
            ("Return-Path: <h@home.example>\r\nFrom: office@example.jp", None),
        ] {
            let told = sent(&bench, head).await;
            assert_eq!(told.iter().map(String::as_str).collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>(), "{head}");
        }
        let victims = "SELECT count(*) AS n FROM mailroom_recipient WHERE address LIKE 'victim@%'";
        assert_eq!(bench.ledger.number(Sql::new(victims)).await.expect("a number"), 0);
    }

    async fn an_envelope_gets_so_many_a_day_whatever_from_says(bench) {
        acknowledging(&bench).await;
        let mut count = 0;
        for number in 0..MOST_A_DAY + 3 {
            count += sent(&bench, &format!("Return-Path: <victim@home.example>\r\nFrom: a{number}@bad.example\r\nMessage-ID: <{number}@bad.example>")).await.len();
        }
        assert_eq!(i64::try_from(count).expect("few"), MOST_A_DAY);
    }

    async fn it_is_written_once_for_a_thread(bench) {
        acknowledging(&bench).await;
        let thread = deliver(&bench, &["Return-Path: <a@home.example>\r\nFrom: b@home.example\r\n\r\na question\r\n".into()]).await[0];
        for _ in 0..2 {
            assert_eq!(acknowledged(&bench, thread).await, ["a@home.example"]);
        }
        let parties: Vec<String> = thread::parties(&bench.ledger, thread).await.expect("parties").into_iter().map(|party| party.address).collect();
        assert_eq!(parties, ["b@home.example", "a@home.example"], "who got its number may write in it");
    }
}
