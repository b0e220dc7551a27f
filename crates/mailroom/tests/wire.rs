//! Letters on their way: through real Postfix and Dovecot, and past servers and clients that are slow, broken or hostile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use noroshi_kernel::moment::{Clock as _, SystemClock};
use noroshi_kernel::reason::Reason;
use noroshi_mailroom::wire::{
    Secret, Security,
    imap::{self, Letter, Mailbox, Polled, Then},
    lmtp::{Delivery, Limits, Listener, Reply},
    smtp::{Outcome, RecipientResult, Relay},
};
use noroshi_testkit::post_office::{
    Dovecot, Ground, PASSWORD, Postfix,
    actor::{actor, polite, slipping},
    free_port, read_all, until,
};
use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::watch;

const LETTER: &[u8] = b"From: csirt@example.jp\r\nTo: desk@example.jp\r\nSubject: test\r\nMessage-ID: <1@example.jp>\r\n\r\n.\r\n..dots\r\n.one dot\r\nend\r\n";

fn relay(port: u16, security: Security) -> Relay {
    Relay {
        host: "localhost".to_owned(),
        port,
        security,
        credentials: None,
        ca: None,
        hello_name: "noroshi.example.jp".to_owned(),
        timeout: Duration::from_secs(10),
    }
}

fn signed_in(ground: &Ground, port: u16, security: Security) -> Relay {
    Relay { credentials: Some(("desk@example.jp".to_owned(), Secret::new(PASSWORD))), ca: Some(ground.ca()), ..relay(port, security) }
}

fn mailbox(ground: &Ground, port: u16, security: Security, user: &str, then: Then) -> Mailbox {
    Mailbox {
        host: "localhost".to_owned(),
        port,
        security,
        ca: Some(ground.ca()),
        user: format!("{user}@example.jp"),
        secret: Secret::new(PASSWORD),
        folder: "INBOX".to_owned(),
        then,
        most_letter_bytes: 1 << 20,
        timeout: Duration::from_secs(10),
    }
}

async fn send(relay: Relay, from: Option<&str>, to: &[&str], letter: &[u8]) -> Vec<RecipientResult> {
    relay.open().unwrap().send(from, to, letter).await.unwrap()
}

async fn send_one(relay: Relay) -> Outcome {
    send(relay, Some("csirt@example.jp"), &["desk@example.jp"], LETTER).await.remove(0).outcome
}

fn sent(results: &[RecipientResult]) -> bool {
    results.iter().all(|result| matches!(result.outcome, Outcome::Sent { .. }))
}

/// The key and code of an outcome that is tried again.
fn later(outcome: &Outcome) -> (&str, Option<u16>) {
    match outcome {
        Outcome::Later { reply, code } => (&reply.key, *code),
        other => panic!("{other:?}"),
    }
}

/// Polls, and gives the letters that were taken.
async fn fetched(mailbox: &Mailbox) -> (Polled, Vec<Letter>) {
    let mut letters = Vec::new();
    let polled = imap::poll(mailbox, |part| {
        letters.extend(part);
        async { Ok(()) }
    })
    .await
    .unwrap();
    let now = SystemClock.now().0;
    for letter in &letters {
        let arrived = letter.arrived.expect("the server says when it came").0;
        assert!(arrived.abs_diff(now) < 3_600_000_000, "{arrived} is the server's time, whatever the letter says");
    }
    (polled, letters)
}

/// Polls until so many letters have come.
async fn wait_for(mailbox: &Mailbox, many: usize) -> Vec<Letter> {
    let began = Instant::now();
    let mut letters = Vec::new();
    while letters.len() < many {
        assert!(began.elapsed() < Duration::from_secs(30), "{} of {many} letters came", letters.len());
        letters.extend(fetched(mailbox).await.1);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    letters
}

/// The letter beneath what servers on the way have written above it.
fn beneath(letter: &[u8], first_field: &[u8]) -> Vec<u8> {
    let at = letter.windows(first_field.len()).position(|window| window == first_field).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(letter)));
    letter[at..].to_vec()
}

fn both(ground: &Ground, sasl: bool) -> (Dovecot, Postfix) {
    let dovecot = ground.dovecot();
    let postfix = ground.postfix(dovecot.lmtp, sasl);
    (dovecot, postfix)
}

fn letters_of_all_kinds() -> Vec<Vec<u8>> {
    let head = b"From: csirt@example.jp\r\nTo: desk@example.jp\r\nMessage-ID: <2@example.jp>\r\n";
    vec![
        LETTER.to_vec(),
        [&head[..], b"Content-Transfer-Encoding: 8bit\r\n\r\n", "火事です\r\n".as_bytes(), b"\x82\xa0\r\n\r\n\r\n"].concat(),
        [&head[..], b"\r\n", &b"x".repeat(990)[..], b"\r\n", &b"line\r\n".repeat(20_000)[..]].concat(),
        [&head[..], b"\r\n\x1b$B$\"\x1b(B\r\n.\r\n"].concat(),
        [&head[..], b"\r\n"].concat(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_comes_back_the_same() {
    let ground = Ground::new();
    let (dovecot, postfix) = both(&ground, true);
    let letters = letters_of_all_kinds();

    let transport = signed_in(&ground, postfix.smtp, Security::StartTls).open().unwrap();
    for letter in &letters {
        let results = transport.send(Some("csirt@example.jp"), &["desk@example.jp", "other@example.jp"], letter).await.unwrap();
        assert!(sent(&results), "{results:?}\n{}", postfix.log());
    }
    transport.close().await;
    let log = postfix.log();
    assert_eq!(log.matches("sasl_username=desk@example.jp").count(), letters.len(), "{log}");
    assert_eq!(
        log.matches("]: connect from localhost").count() - log.matches("lost connection after CONNECT").count(),
        1,
        "one connection carries them all: {log}"
    );
    // Without the end of its last line, from nobody, through TLS from the first byte.
    assert!(
        sent(&send(signed_in(&ground, postfix.smtps, Security::Implicit), None, &["desk@example.jp"], LETTER.strip_suffix(b"\r\n").unwrap()).await),
        "{}",
        postfix.log()
    );

    let desk = mailbox(&ground, dovecot.imaps, Security::Implicit, "desk", Then::MoveTo("Taken".to_owned()));
    let came = wait_for(&desk, letters.len() + 1).await;
    let (of_nobody, of_somebody): (Vec<&Letter>, Vec<&Letter>) = came.iter().partition(|letter| letter.bytes.starts_with(b"Return-Path: <>\r\n"));
    assert!(of_somebody.iter().all(|letter| letter.bytes.starts_with(b"Return-Path: <csirt@example.jp>\r\n")));
    let mut found: Vec<Vec<u8>> = of_somebody.iter().map(|letter| beneath(&letter.bytes, b"From: csirt")).collect();
    let mut expected = letters.clone();
    // Postfix delivers several at a time.
    found.sort_unstable();
    expected.sort_unstable();
    assert!(found == expected, "{} letters differ", letters.len());
    assert_eq!(of_nobody.len(), 1);
    assert_eq!(beneath(&of_nobody[0].bytes, b"From: csirt"), LETTER);
    assert_eq!(fetched(&desk).await, (Polled::default(), Vec::new()));
    let moved = Mailbox { folder: "Taken".to_owned(), then: Then::Delete, ..desk };
    assert_eq!(fetched(&moved).await.0.taken, came.len());
    assert_eq!(fetched(&moved).await.0.taken, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_taken_out_of_mailboxes_in_every_way_once() {
    let ground = Ground::new();
    let (dovecot, postfix) = both(&ground, false);
    let large = [LETTER, &b"large\r\n".repeat(30_000)[..]].concat();
    let transport = Relay { ca: Some(ground.ca()), ..relay(postfix.smtp, Security::StartTls) }.open().unwrap();
    let to = ["flagged@example.jp", "deleted@example.jp", "large@example.jp"];
    for number in 0..3 {
        let letter = [format!("X-Number: {number}\r\n").as_bytes(), LETTER].concat();
        assert!(sent(&transport.send(None, &to, &letter).await.unwrap()));
    }
    assert!(sent(&transport.send(None, &["large@example.jp"], &large).await.unwrap()));

    // What could not be made durable stays, and comes again as it was.
    let flagged = mailbox(&ground, dovecot.imap, Security::StartTls, "flagged", Then::Flag("$noroshi".to_owned()));
    until("letters are delivered", || postfix.queue().contains("Mail queue is empty"));
    let mut first = Vec::new();
    let full = Reason::new("full", "満杯です。", "the disk is full");
    let failed = imap::poll(&flagged, |part| {
        first.extend(part);
        let full = full.clone();
        async { Err(full) }
    })
    .await;
    assert_eq!(failed, Err(full));
    assert_eq!(first.len(), 3);
    let (polled, second) = fetched(&flagged).await;
    assert_eq!((polled.taken, &second), (3, &first));
    assert_eq!(fetched(&flagged).await, (Polled::default(), Vec::new()));
    // Under another keyword they are not taken yet: they are still there.
    assert_eq!(fetched(&Mailbox { then: Then::Flag("$another".to_owned()), ..flagged.clone() }).await.1, first);

    // Within this machine TLS may be left away.
    let deleted = mailbox(&ground, dovecot.imap, Security::None, "deleted", Then::Delete);
    assert_eq!(fetched(&deleted).await.0.taken, 3);
    assert_eq!(fetched(&Mailbox { then: Then::Flag("$any".to_owned()), ..deleted }).await.0.taken, 0, "nothing is left");

    let small = Mailbox { most_letter_bytes: 100_000, ..mailbox(&ground, dovecot.imaps, Security::Implicit, "large", Then::MoveTo("Taken".to_owned())) };
    let (polled, letters) = fetched(&small).await;
    assert_eq!((polled.taken, polled.left.len(), letters.len()), (3, 1, 3));
    assert!(polled.left[0].bytes > 200_000);
    assert_eq!(fetched(&small).await.0, Polled { taken: 0, ..polled }, "a letter that is too large stays, and is named each time");

    // Both ways run as tasks of a server.
    let (task, transport) = (small.clone(), Arc::new(transport));
    tokio::spawn(async move { imap::poll(&task, |_| async { Ok(()) }).await.unwrap() }).await.unwrap();
    tokio::spawn(async move { transport.send(None, &["large@example.jp"], LETTER).await.unwrap() }).await.unwrap();

    // Refusals say what to do and hold no password.
    let refused = |mailbox: Mailbox| async move {
        let reason = imap::poll(&mailbox, |_| async { Ok(()) }).await.unwrap_err();
        assert!(!format!("{reason:?}{mailbox:?}").contains("sesame"), "{reason:?}");
        reason.key.into_owned()
    };
    assert_eq!(refused(Mailbox { secret: Secret::new("sesame"), ..small.clone() }).await, "imap-sign-in");
    assert_eq!(refused(Mailbox { ca: None, ..small.clone() }).await, "wire-tls");
    assert_eq!(refused(Mailbox { ca: None, ..flagged.clone() }).await, "wire-tls");
    assert_eq!(refused(Mailbox { host: "127.0.0.1".to_owned(), ..small.clone() }).await, "wire-tls", "the certificate is for localhost");
    assert_eq!(refused(Mailbox { folder: "Missing".to_owned(), ..small.clone() }).await, "imap-answer");
    assert_eq!(refused(Mailbox { folder: "受信".to_owned(), ..small.clone() }).await, "imap-folder-name");
    assert_eq!(refused(Mailbox { then: Then::Flag("a b".to_owned()), ..small.clone() }).await, "imap-keyword");
    assert_eq!(refused(Mailbox { port: free_port(), ..small.clone() }).await, "wire-connect");
    assert!(!dovecot.log().contains("Panic"), "{}", dovecot.log());
}

/// A server that says one thing at once and then what `after` says to every line.
async fn says(greeting: &'static str, after: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> SocketAddr {
    actor(move |command| if command == "greeting" { Some(greeting.to_owned()) } else { after(command) }).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn mailboxes_that_are_ill_or_hostile_end_in_reasons() {
    let ground = Ground::new();
    let ok = |command: &str| {
        let tag = command.split(' ').next().unwrap_or_default();
        Some(match command.split(' ').nth(1) {
            Some("AUTHENTICATE") => "+ \r\n".to_owned(),
            Some("CAPABILITY") => format!("* CAPABILITY IMAP4rev1\r\n{tag} OK\r\n"),
            Some(_) => format!("{tag} OK\r\n"),
            None => "A0001 OK\r\n".to_owned(),
        })
    };
    let endless = Box::leak("* OK x".repeat(100_000).into_boxed_str());
    let nested = Box::leak(format!("* 1 FETCH (BODYSTRUCTURE {}\r\n", "(".repeat(60_000)).into_boxed_str());
    // Parentheses that a reader of literals might skip and a parser would not.
    let hidden = Box::leak(format!("* OK {{60000}}\r\n* 1 FETCH (BODYSTRUCTURE {}\r\n", "(".repeat(60_000)).into_boxed_str());
    let cases: Vec<(SocketAddr, Security, &str)> = vec![
        (says("* BYE no\r\n", ok).await, Security::None, "imap-answer"),
        (says("* PREAUTH in already\r\n", ok).await, Security::StartTls, "imap-answer"),
        (says("SSH-2.0\r\n", ok).await, Security::None, "imap-answer"),
        (says(endless, ok).await, Security::None, "imap-answer"),
        (says(nested, ok).await, Security::None, "imap-answer"),
        (says(hidden, ok).await, Security::None, "imap-answer"),
        (says("* OK\r\n", |_| None).await, Security::None, "imap-no-answer"),
        (says("", |_| None).await, Security::None, "imap-no-answer"),
        (says("", |_| None).await, Security::Implicit, "imap-no-answer"),
        (says("* OK\r\n", ok).await, Security::None, "imap-answer"),
        (says("* OK\r\n", |command| Some(format!("{} NO\r\n", command.split(' ').next().unwrap_or_default()))).await, Security::StartTls, "imap-answer"),
        (
            says("* OK\r\n", |command| Some(format!("{} BAD {command}\r\n", command.split(' ').next().unwrap_or_default()))).await,
            Security::None,
            "imap-sign-in",
        ),
        (says("* OK\r\n", |_| Some("* 1 FETCH (BODY[] {4000000000}\r\n".to_owned())).await, Security::None, "imap-answer"),
    ];
    for (number, (address, security, key)) in cases.into_iter().enumerate() {
        let mailbox =
            Mailbox { host: "localhost".to_owned(), timeout: Duration::from_secs(2), ..mailbox(&ground, address.port(), security, "desk", Then::Delete) };
        let reason = imap::poll(&mailbox, |_| async { Ok(()) }).await.unwrap_err();
        assert_eq!(reason.key, key, "{number}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_waits_with_postfix_until_it_is_durable_here() {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), Limits::default()).await.unwrap();
    let port = listener.address().unwrap().port();
    let ground = Ground::new();
    let postfix = ground.postfix(port, false);
    let (stop, stopped) = watch::channel(false);
    let (asked, kept) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::<Delivery>::new())));
    let serving = {
        let (asked, kept) = (asked.clone(), kept.clone());
        tokio::spawn(listener.serve(
            |recipient| recipient.starts_with("desk"),
            move |delivery| {
                let (asked, kept) = (asked.clone(), kept.clone());
                async move {
                    let replies = match asked.fetch_add(1, Ordering::SeqCst) {
                        0 => return delivery.recipients.iter().map(|_| Reply::Later("the disk is full\r\n250 ok".to_owned())).collect(),
                        1 => panic!("what a panic keeps is nothing"),
                        2 => return Vec::new(),
                        _ => delivery.recipients.iter().map(|_| Reply::Kept).collect(),
                    };
                    kept.lock().unwrap().push(delivery);
                    replies
                }
            },
            stopped,
        ))
    };
    let letter = &letters_of_all_kinds()[1];
    let results =
        send(relay(postfix.smtp, Security::None), Some("from@example.jp"), &["desk@example.jp", "desk+2@example.jp", "nobody@example.jp"], letter).await;
    assert!(sent(&results), "{results:?}");
    until("the first answer is in the log", || postfix.log().contains("451 4.3.0 the disk is full\\u{d}\\u{a}250 ok"));
    until(&format!("the letter comes again: {}", postfix.log()), || {
        postfix.flush();
        !kept.lock().unwrap().is_empty()
    });
    let mut got = kept.lock().unwrap().clone();
    got[0].recipients.sort_unstable();
    assert_eq!(got[0].recipients.iter().map(String::as_str).collect::<Vec<_>>(), ["desk+2@example.jp", "desk@example.jp"]);
    assert_eq!(got[0].envelope_from.as_deref(), Some("from@example.jp"));
    assert!(got[0].bytes.starts_with(b"Return-Path: <from@example.jp>\r\nReceived: "), "{}", String::from_utf8_lossy(&got[0].bytes));
    assert_eq!(beneath(&got[0].bytes, b"From: csirt"), *letter);
    until(&format!("Postfix lets go of it: {}", postfix.queue()), || postfix.log().matches("status=sent (250 2.0.0 kept)").count() == 2);
    assert!(postfix.log().contains("550 5.1.1 nobody of that name here"), "{}", postfix.log());
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(10), serving).await.expect("it stops when it is asked to").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_answers_for_each_recipient() {
    let ground = Ground::new();
    let (_dovecot, postfix) = both(&ground, false);
    let open = || relay(postfix.smtp, Security::None);
    let results =
        send(open(), Some("csirt@example.jp"), &["desk@example.jp", "gone@example.jp", "grey@example.jp", "not an address", "other@example.jp"], LETTER).await;
    let codes: Vec<_> = results
        .iter()
        .map(|result| match &result.outcome {
            Outcome::Sent { reply } => (0, reply.starts_with("250 2.0.0 Ok: queued as").then_some(250)),
            Outcome::Later { code, .. } => (1, *code),
            Outcome::Refused { code, .. } => (2, *code),
        })
        .collect();
    assert_eq!(codes, [(0, Some(250)), (2, Some(550)), (1, Some(450)), (2, None), (0, Some(250))], "{results:?}");
    // Larger than it takes.
    let large = [LETTER, &b"large\r\n".repeat(800_000)[..]].concat();
    assert!(matches!(send(open(), None, &["desk@example.jp"], &large).await[0].outcome, Outcome::Refused { code: Some(552), .. }));
    // A certificate that nobody vouches for, for another name, and a wrong password.
    assert_eq!(later(&send_one(relay(postfix.smtp, Security::StartTls)).await).0, "smtp-tls");
    assert_eq!(later(&send_one(relay(postfix.smtps, Security::Implicit)).await).0, "wire-tls");
    let elsewhere = Relay { host: "127.0.0.1".to_owned(), ..signed_in(&ground, postfix.smtp, Security::StartTls) };
    assert_eq!(later(&send_one(elsewhere).await).0, "smtp-tls");
    let wrong = Relay { credentials: Some(("desk@example.jp".to_owned(), Secret::new("sesame"))), ..signed_in(&ground, postfix.smtp, Security::StartTls) };
    let outcome = send_one(wrong.clone()).await;
    assert_eq!(later(&outcome), ("smtp-sign-in", Some(535)));
    assert!(!format!("{outcome:?}{wrong:?}{:?}", wrong.clone().open().unwrap()).contains("sesame"));
    // TLS from the first byte to a port that begins in the clear, and the other way round.
    assert_eq!(later(&send_one(signed_in(&ground, postfix.smtp, Security::Implicit)).await).0, "wire-tls");
    let waits = Relay { timeout: Duration::from_secs(2), ..signed_in(&ground, postfix.smtps, Security::StartTls) };
    assert_eq!(later(&send_one(waits).await).0, "smtp-no-answer");
}

/// RFC 3461, with a relay that offers it.
#[tokio::test(flavor = "multi_thread")]
async fn the_relay_is_asked_to_report_failures_and_delays() {
    let ground = Ground::new();
    let dovecot = ground.dovecot();
    // Postfix takes a letter to them and learns where it delivers that there is nobody of this name.
    let (nobody, _) = actor(|command| if command.starts_with("RCPT") { Some("550 5.1.1 nobody\r\n".to_owned()) } else { polite(command) }).await;
    let transports = format!("{{ nobody@example.jp = lmtp:inet:[127.0.0.1]:{} }}", nobody.port());
    let postfix = ground.postfix_with(dovecot.lmtp, false, &transports, "");
    let transport = relay(postfix.smtp, Security::None).open().unwrap();
    let results = transport.send(Some("other@example.jp"), &["nobody+2=x@example.jp", "desk@example.jp"], LETTER).await.unwrap();
    assert!(sent(&results), "{results:?}\n{}", postfix.log());
    let returned = wait_for(&mailbox(&ground, dovecot.imap, Security::StartTls, "other", Then::Delete), 1).await;
    let letter = noroshi_post::letter::read(&returned[0].bytes).unwrap();
    let report = noroshi_post::delivery::read(&letter).unwrap();
    assert_eq!(report.envelope_id.as_deref(), Some("1@example.jp"));
    assert_eq!(report.recipients.len(), 1, "of what arrived there is no report");
    assert_eq!(report.recipients[0].original_recipient.as_deref(), Some("nobody+2=x@example.jp"), "{}", String::from_utf8_lossy(&returned[0].bytes));
    assert!(letter.parts.iter().any(|part| part.media_type == "text/rfc822-headers"), "the head alone comes back");

    // On the wire; and a relay that does not offer it is not asked.
    for (offer, asked) in [("250-relay.example.jp\r\n250-8BITMIME\r\n250 DSN\r\n", true), ("250-relay.example.jp\r\n250 8BITMIME\r\n", false)] {
        let (address, heard) = actor(move |command| if command.starts_with("EHLO") { Some(offer.to_owned()) } else { polite(command) }).await;
        let transport = relay(address.port(), Security::None).open().unwrap();
        for from in [Some("csirt@example.jp"), None] {
            assert!(sent(&transport.send(from, &["abuse+1@example.jp"], LETTER).await.unwrap()));
        }
        let heard = heard.lock().unwrap().clone();
        let commands: Vec<&str> = heard.iter().map(String::as_str).filter(|line| line.starts_with("MAIL FROM") || line.starts_with("RCPT TO")).collect();
        let expected = if asked {
            [
                "MAIL FROM:<csirt@example.jp> RET=HDRS ENVID=1@example.jp",
                "RCPT TO:<abuse+1@example.jp> NOTIFY=FAILURE,DELAY ORCPT=rfc822;abuse+2B1@example.jp",
                "MAIL FROM:<>",
                "RCPT TO:<abuse+1@example.jp> NOTIFY=NEVER",
            ]
        } else {
            ["MAIL FROM:<csirt@example.jp>", "RCPT TO:<abuse+1@example.jp>", "MAIL FROM:<>", "RCPT TO:<abuse+1@example.jp>"]
        };
        assert_eq!(commands, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn relays_that_are_ill_or_hostile_lose_nothing() {
    let ground = Ground::new();
    let quick = |address: SocketAddr, security| Relay { timeout: Duration::from_secs(1), ca: Some(ground.ca()), ..relay(address.port(), security) };

    // Greylisting: not now, and a moment later yes, on the same connection.
    let times = AtomicUsize::new(0);
    let grey = move |command: &str| {
        if command.starts_with("RCPT") && times.fetch_add(1, Ordering::SeqCst) == 0 {
            return Some("450 4.2.0 greylisted\x1b[31m, come again\r\n".to_owned());
        }
        polite(command)
    };
    let (address, heard) = actor(grey).await;
    let transport = quick(address, Security::None).open().unwrap();
    let first = transport.send(None, &["desk@example.jp"], LETTER).await.unwrap().remove(0).outcome;
    assert_eq!(later(&first), ("smtp-answer", Some(450)));
    assert!(first.to_string().contains("450 4.2.0 greylisted\\u{1b}[31m, come again"), "{first}");
    assert_eq!(transport.send(None, &["desk@example.jp"], LETTER).await.unwrap()[0].outcome, Outcome::Sent { reply: "250 2.0.0 taken as 4711".to_owned() });
    let heard = heard.lock().unwrap().clone();
    let hello = "EHLO noroshi.example.jp";
    let wire = [hello, hello, "MAIL FROM:<>", "RCPT TO:<desk@example.jp>", "RSET", "MAIL FROM:<>", "RCPT TO:<desk@example.jp>", "DATA"];
    assert_eq!(heard[..8], wire);
    assert!(heard[8].ends_with("\r\n\r\n..\r\n...dots\r\n..one dot\r\nend\r\n.\r\n"), "{:?}", heard[8]);

    // One of two is refused; the other gets the letter. More than a hundred go in two transactions.
    let (address, _) = actor(|command| if command.contains("gone") { Some("550 5.1.1 gone\r\n".to_owned()) } else { polite(command) }).await;
    let results = send(quick(address, Security::None), None, &["gone@example.jp", "desk@example.jp"], LETTER).await;
    assert!(matches!(
        &results[..],
        [RecipientResult { outcome: Outcome::Refused { code: Some(550), .. }, .. }, RecipientResult { outcome: Outcome::Sent { .. }, .. }]
    ));
    let many: Vec<String> = (0..150).map(|number| format!("{number}@example.jp")).collect();
    let (address, heard) = actor(polite).await;
    assert!(sent(&send(quick(address, Security::None), None, &many.iter().map(String::as_str).collect::<Vec<_>>(), LETTER).await));
    assert_eq!(heard.lock().unwrap().iter().filter(|line| *line == "DATA").count(), 2);

    // Whoever is silent, hangs up, babbles or speaks too soon: later.
    let silent_at = |place: &'static str| move |command: &str| if command.starts_with(place) { None } else { polite(command) };
    for place in ["greeting", "EHLO", "MAIL", "RCPT", "DATA"] {
        let (address, _) = actor(silent_at(place)).await;
        let began = Instant::now();
        assert_eq!(later(&send_one(quick(address, Security::None)).await), ("smtp-no-answer", None), "{place}");
        assert!(began.elapsed() < Duration::from_secs(5), "{place}");
    }
    for (place, reply, key, code) in [
        ("greeting", "554 5.7.1 not you\r\n", "smtp-answer", Some(554)),
        ("greeting", "421 4.3.2 busy\r\n", "smtp-answer", Some(421)),
        ("greeting", "SSH-2.0\r\n", "smtp-connection", None),
        ("RCPT", "421 4.3.2 closing\r\n", "smtp-answer", Some(421)),
        ("DATA", "451 4.3.0 no disk\r\n", "smtp-answer", Some(451)),
        (".", "452 4.3.1 no disk\r\n", "smtp-answer", Some(452)),
        ("MAIL", "what?\r\n", "smtp-connection", None),
    ] {
        let (address, _) = actor(move |command| if command.starts_with(place) { Some(reply.to_owned()) } else { polite(command) }).await;
        assert_eq!(later(&send_one(quick(address, Security::None)).await), (key, code), "{place} {reply}");
    }
    let (address, _) = actor(|command| if command.starts_with("MAIL") { Some("250-x".repeat(1 << 20)) } else { polite(command) }).await;
    assert_eq!(later(&send_one(quick(address, Security::None)).await).0, "smtp-connection");
    let (address, _) = actor(|command| if command.starts_with("MAIL") { Some("550 5.7.1 not you\r\n".to_owned()) } else { polite(command) }).await;
    assert!(matches!(send_one(quick(address, Security::None)).await, Outcome::Refused { code: Some(550), .. }));
    assert_eq!(later(&send_one(relay(free_port(), Security::None)).await).0, "wire-connect");

    // TLS is asked for and not to be had: no sender, no recipient, no password is told.
    let (address, heard) = actor(polite).await;
    let wanted = Relay { credentials: Some(("desk".to_owned(), Secret::new("sesame"))), ..quick(address, Security::StartTls) };
    assert_eq!(later(&send_one(wanted).await).0, "smtp-tls");
    assert!(heard.lock().unwrap().iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{heard:?}");
    // Words slipped in behind the answer to STARTTLS are not taken for words that came through TLS.
    let (address, heard) = slipping(&ground).await;
    assert_eq!(later(&send_one(quick(address, Security::StartTls)).await).0, "smtp-tls");
    assert!(heard.lock().unwrap().is_empty(), "{heard:?}");
    // A relay that repeats passwords does not get them into what is shown.
    let echo = |command: &str| match command.split(' ').next() {
        Some("EHLO") => Some("250-relay.example.jp\r\n250 AUTH PLAIN\r\n".to_owned()),
        Some("AUTH") => Some(format!("535 5.7.8 sesame {command}\r\n")),
        _ => polite(command),
    };
    let (address, _) = actor(echo).await;
    let outcome = send_one(Relay { credentials: Some(("desk".to_owned(), Secret::new("sesame"))), ..quick(address, Security::None) }).await;
    assert_eq!(later(&outcome), ("smtp-sign-in", Some(535)));
    assert!(!format!("{outcome:?}").contains("sesame") && !format!("{outcome:?}").contains("AUTH"), "{outcome:?}");

    // What cannot be sent by anybody is said at once.
    let transport = relay(free_port(), Security::None).open().unwrap();
    assert_eq!(transport.send(None, &["desk@example.jp"], b"a\n.\nMAIL FROM:<x@example.jp>\n").await.unwrap_err().key, "smtp-lines");
    assert_eq!(transport.send(Some("x\r\nRSET"), &["desk@example.jp"], LETTER).await.unwrap_err().key, "smtp-address");
    assert_eq!(Relay { hello_name: "a\r\nQUIT".to_owned(), ..relay(25, Security::None) }.open().unwrap_err().key, "smtp-hello");
    assert_eq!(Relay { ca: Some(ground.path("key.pem")), ..relay(25, Security::StartTls) }.open().unwrap_err().key, "wire-ca");
    let (address, heard) = actor(|command| if command.starts_with("EHLO") { Some("250 relay.example.jp\r\n".to_owned()) } else { polite(command) }).await;
    let eight = &letters_of_all_kinds()[1];
    assert!(matches!(send(quick(address, Security::None), None, &["desk@example.jp"], eight).await[0].outcome, Outcome::Refused { code: None, .. }));
    assert!(!heard.lock().unwrap().iter().any(|line| line.contains("MAIL")));
}

struct Desk {
    address: SocketAddr,
    kept: Arc<Mutex<Vec<Delivery>>>,
    _stop: watch::Sender<bool>,
}

async fn desk(limits: Limits) -> Desk {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap();
    let address = listener.address().unwrap();
    let (stop, stopped) = watch::channel(false);
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keeping = kept.clone();
    let keep = move |delivery: Delivery| {
        let replies =
            delivery.recipients.iter().map(|to| if to.starts_with("refused") { Reply::Refused("no\r\n250 ok".to_owned()) } else { Reply::Kept }).collect();
        keeping.lock().unwrap().push(delivery);
        async { replies }
    };
    tokio::spawn(listener.serve(|to| to.ends_with("@example.jp"), keep, stopped));
    Desk { address, kept, _stop: stop }
}

impl Desk {
    /// Sends everything at once and gives all that is answered until the session ends.
    async fn hears(&self, said: impl Into<Vec<u8>>) -> String {
        let (address, said) = (self.address, said.into());
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let _ = stream.write_all(&said);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            read_all(&stream)
        })
        .await
        .unwrap()
    }

    fn letters(&self) -> Vec<String> {
        self.kept.lock().unwrap().iter().map(|delivery| String::from_utf8_lossy(&delivery.bytes).into_owned()).collect()
    }
}

/// The codes of an answer, one for each reply.
fn codes(answer: &str) -> Vec<&str> {
    answer.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect()
}

const BEGIN: &str = "LHLO mx.example.jp\r\nMAIL FROM:<a@example.jp>\r\nRCPT TO:<desk@example.jp>\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn lmtp_speaks_its_protocol() {
    let desk = desk(Limits::default()).await;
    for (said, expected) in [
        ("LHLO mx\r\nNOOP\r\nVRFY desk\r\nRSET\r\nQUIT\r\n", "220 250 250 252 250 221"),
        ("EHLO mx\r\nHELO mx\r\nMAIL FROM:<a@example.jp>\r\nQUIT\r\n", "220 500 500 503 221"),
        ("lhlo mx\r\nmail from:<> SIZE=100 BODY=8BITMIME\r\nrcpt to:<desk@example.jp>\r\ndata\r\nhi\r\n.\r\nquit\r\n", "220 250 250 250 354 250 221"),
        (
            "LHLO mx\r\nRCPT TO:<desk@example.jp>\r\nDATA\r\nMAIL FROM:<a@example.jp>\r\nDATA\r\nMAIL FROM:<a@example.jp>\r\nQUIT\r\n",
            "220 250 503 503 250 503 503 221",
        ),
        (
            "LHLO mx\r\nMAIL FROM:<a@example.jp> SIZE=99999999999\r\nMAIL FROM:<a@example.jp> BODY=BINARYMIME\r\nMAIL FROM:<a@example.jp> SMTPUTF8\r\nQUIT\r\n",
            "220 250 552 555 555 221",
        ),
        // Each recipient has an answer of its own, and the ones that were not taken have none.
        (
            "LHLO mx\r\nMAIL FROM:<a@example.jp>\r\nRCPT TO:<desk@example.jp>\r\nRCPT TO:<x@example.com>\r\nRCPT TO:<>\r\nRCPT TO:<refused@example.jp>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n",
            "220 250 250 250 550 550 250 354 250 550 221",
        ),
        ("LHLO mx\r\nSTARTTLS\r\nAUTH PLAIN\r\nBDAT 3 LAST\r\nEXPN x\r\nQUIT\r\n", "220 250 502 502 502 502 221"),
    ] {
        let answer = desk.hears(said).await;
        assert_eq!(codes(&answer).join(" "), expected, "{said}\n{answer}");
    }
    assert_eq!(desk.letters(), ["Return-Path: <>\r\nhi\r\n", "Return-Path: <a@example.jp>\r\nhi\r\n"]);
    assert_eq!(desk.kept.lock().unwrap()[1].recipients, ["desk@example.jp", "refused@example.jp"]);
    assert!(desk.hears("LHLO mx\r\n").await.contains("250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE 52428800\r\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lmtp_bears_hostile_clients() {
    let limits = Limits { letter_bytes: 100_000, sessions: 8, idle: Duration::from_secs(2), session: Duration::from_secs(6), ..Limits::default() };
    let desk = desk(limits).await;

    // Long lines, lines that end by LF or hold control characters, and more errors than are borne.
    let long = desk.hears(format!("{}\r\n{}\r\nQUIT\r\n", "x".repeat(3000), "LHLO ".to_owned() + &"y".repeat(5_000_000))).await;
    assert_eq!(codes(&long), ["220", "500", "500", "221"]);
    assert_eq!(
        codes(&desk.hears("LHLO mx\nLHLO mx\r\nMAIL FROM:<a\x01@example.jp>\r\nRCPT\rTO\r\n\0\r\nMAIL FROM:<\u{3042}@example.jp>\r\nQUIT\r\n").await).join(" "),
        "220 500 250 500 500 500 500 221"
    );
    let errors = desk.hears("x\r\n".repeat(10_000)).await;
    assert!(errors.contains("421 4.7.0 too many errors"), "{errors}");

    // Ten thousand recipients: a hundred are taken, then it ends.
    let crowd =
        desk.hears(format!("LHLO mx\r\nMAIL FROM:<>\r\n{}", (0..10_000).map(|number| format!("RCPT TO:<{number}@example.jp>\r\n")).collect::<String>())).await;
    assert_eq!(crowd.matches("250 2.1.5").count(), 100);
    assert!(crowd.contains("452 4.5.3 too many recipients"));
    assert!(codes(&crowd).len() < 200);

    // Only CRLF.CRLF ends a letter: commands behind other ends are text of the letter.
    let inner = "MAIL FROM:<smuggled@example.jp>\r\nRCPT TO:<desk@example.jp>\r\nDATA\r\nsmuggled\r\n";
    for end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r\r\n", "\r\n\0.\r\n"] {
        desk.kept.lock().unwrap().clear();
        let answer = desk.hears(format!("{BEGIN}DATA\r\nfirst{end}{inner}.\r\nQUIT\r\n")).await;
        assert_eq!(codes(&answer).join(" "), "220 250 250 250 354 250 221", "{end:?}");
        assert_eq!(desk.letters().len(), 1, "{end:?}");
        assert!(desk.letters()[0].contains("MAIL FROM:<smuggled"), "{end:?}");
    }
    desk.kept.lock().unwrap().clear();

    // Too large: drained and refused, and the session goes on; far too large: it ends.
    let fits = 100_000 / 10;
    for (lines, expected) in [(fits, "220 250 250 250 354 250 250 221"), (fits + 1, "220 250 250 250 354 552 250 221"), (fits * 40, "220 250 250 250 354 421")]
    {
        let answer = desk.hears(format!("{BEGIN}DATA\r\n{}.\r\nNOOP\r\nQUIT\r\n", "12345678\r\n".repeat(lines))).await;
        // Who is cut off while sending may not read the goodbye.
        assert!(expected.starts_with(&codes(&answer).join(" ")) && codes(&answer).len() >= 5, "{lines}: {:?}", codes(&answer));
        assert!(lines == fits * 40 || codes(&answer).join(" ") == expected, "{lines}: {answer}");
    }
    assert_eq!(desk.letters().len(), 1);
    // A letter whose end never comes is none.
    let cut = desk.hears(format!("{BEGIN}DATA\r\nhalf a letter\r\n.")).await;
    assert_eq!(codes(&cut).join(" "), "220 250 250 250 354");
    assert_eq!(desk.letters().len(), 1);

    // Who says nothing, or one byte now and then, is not waited for.
    for drip in [false, true] {
        let address = desk.address;
        let took = tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
            let mut heard = String::new();
            while !heard.contains("421 4.4.2") && began.elapsed() < Duration::from_secs(10) {
                if drip {
                    let _ = stream.write_all(b"x");
                }
                heard.push_str(&read_all(&stream));
            }
            began.elapsed()
        })
        .await
        .unwrap();
        assert!(took < Duration::from_secs(5), "{drip}: {took:?}");
    }

    // More sessions than there are places: the others are asked to come again, and places become free.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let held: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(desk.address).unwrap()).collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(desk.hears("").await.starts_with("421 4.3.2"));
    drop(held);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(desk.hears("QUIT\r\n").await.starts_with("220"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lmtp_holds_no_more_letters_than_it_may() {
    let desk = desk(Limits { letter_bytes: 1 << 20, together_bytes: 256 << 10, ..Limits::default() }).await;
    let answer = desk.hears(format!("{BEGIN}DATA\r\n{}.\r\n{BEGIN}DATA\r\nsmall\r\n.\r\nQUIT\r\n", "12345678\r\n".repeat(50_000))).await;
    assert_eq!(codes(&answer).join(" "), "220 250 250 250 354 452 250 250 250 354 250 221", "the memory is given back: {answer}");
    assert_eq!(desk.letters(), ["Return-Path: <a@example.jp>\r\nsmall\r\n"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lmtp_finishes_what_it_took_when_it_is_stopped() {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), Limits::default()).await.unwrap();
    let address = listener.address().unwrap();
    let (stop, stopped) = watch::channel(false);
    let slow = |delivery: Delivery| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        delivery.recipients.iter().map(|_| Reply::Kept).collect()
    };
    let serving = tokio::spawn(listener.serve(|_| true, slow, stopped));
    let client = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(format!("{BEGIN}DATA\r\nhi\r\n.\r\n").as_bytes()).unwrap();
        read_all(&stream)
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.send(true).unwrap();
    assert_eq!(codes(&client.await.unwrap()).join(" "), "220 250 250 250 354 250 421");
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
}
