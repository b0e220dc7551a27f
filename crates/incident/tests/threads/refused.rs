//! What a relay says of a letter of ours is kept in both languages.

use crate::{ROOT, house, migrations, one};
use noroshi_ledger::queue::{Job, Runner};
use noroshi_mailroom::{
    desk,
    outgoing::{self, State, Writing},
    wire::{
        Security,
        smtp::{Relay, Transport},
    },
};
use noroshi_post::letter::Mailbox;
use noroshi_testkit::on_both_databases;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

/// A relay that knows nobody; gives its port.
async fn relay() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let _ = write.write_all(b"220 relay.example.jp ESMTP\r\n").await;
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = if line.starts_with("RCPT") { "550 5.1.1 no such user" } else { "250 relay.example.jp" };
                let _ = write.write_all(format!("{answer}\r\n").as_bytes()).await;
            }
        }
    });
    port
}

on_both_databases! {
    migrations = migrations();

    async fn a_refusal_is_told_in_both_languages(bench) {
        let work = bench.ledger.begin().await.expect("begun");
        desk::change(&work, &ROOT, "incident", desk::Change { address: Some("ir@example.jp".into()), ..Default::default() }).await.expect("changed");
        work.commit().await.expect("committed");
        let thread = one(&bench, "From: a@home.example\r\nSubject: question", "hello").await;
        let work = bench.ledger.begin().await.expect("begun");
        let to = vec![Mailbox { name: String::new(), address: "gone@home.example".into() }];
        let writing = Writing { to, subject: "x".into(), body: "x".into(), ..Writing::default() };
        let letter = outgoing::write(&bench.ledger, &work, &ROOT, &house(), thread, writing).await.expect("written");
        work.commit().await.expect("committed");
        let relay = Relay { host: "127.0.0.1".into(), port: relay().await, security: Security::None, credentials: None, ca: None, hello_name: "localhost".into(), timeout: Duration::from_secs(5) };
        let transport: Arc<Transport> = Arc::new(relay.open().expect("opened"));
        let ledger = bench.ledger.clone();
        let runner = Runner::new(bench.ledger.clone(), "test").outside(outgoing::SEND, move |job: Job| {
            let (ledger, transport) = (ledger.clone(), transport.clone());
            async move { outgoing::send(&ledger, &transport, &job).await }
        });
        let running = runner.start().await.expect("started");
        let mut recipients = Vec::new();
        for _ in 0..200 {
            recipients = outgoing::load(&bench.ledger, letter).await.expect("loaded").expect("there").recipients;
            if recipients[0].state != State::Queued {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        running.stop(Duration::from_secs(5)).await;
        let said = &recipients[0];
        assert_eq!(said.state, State::Refused, "{said:?}");
        assert!(said.reply.en.contains("the relay answered") && said.reply.en.contains("550 5.1.1 no such user"), "{said:?}");
        assert!(!said.reply.ja.contains("the relay answered") && said.reply.ja.contains("550 5.1.1 no such user") && !said.reply.ja.is_ascii(), "{said:?}");
    }
}
