//! Letters all the way round through real mail servers: in by LMTP, pipe and IMAP; out through a relay with TLS; back as answers and
//! as reports of failure.

use crate::{place::Home, server::Server};
use noroshi_directory::key::{self, Vault};
use noroshi_kernel::{access::Actor, id::ThreadId, language::Bilingual, moment::Zone};
use noroshi_ledger::{Ledger, Query as _, Sql};
use noroshi_mailroom::{
    correspondence::Kind,
    desk,
    outgoing::{self, House, Sealing, Sent, State, Writing},
    thread::{self, Letter},
    wire::{
        Secret, Security,
        imap::{self, Mailbox, Then},
        smtp::Relay,
    },
};
use noroshi_post::{
    letter::{self, Mailbox as Person},
    openpgp::TeamKey,
    sealed::{self, Ring, Secrecy},
    threading::Marks,
};
use noroshi_testkit::post_office::{Dovecot, Ground, PASSWORD, Postfix, free_port, uid_of};
use std::{
    fmt::Write as _,
    fs,
    os::unix::process::CommandExt as _,
    sync::Mutex,
    time::{Duration, Instant},
};

/// What has not happened after this time never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// A team with its mail servers, and the world outside: people with mailboxes at the same Dovecot.
struct World {
    ground: Ground,
    dovecot: Dovecot,
    postfix: Postfix,
    home: Home,
    ledger: Ledger,
    house: House,
    /// Letters that were fetched and not asked for yet.
    kept: Mutex<Vec<Vec<u8>>>,
}

impl World {
    async fn new(home: Home) -> Self {
        let ground = Ground::new();
        let (dovecot, lmtp) = (ground.dovecot(), free_port());
        let transports = format!("{{ ir@example.jp = lmtp:inet:[127.0.0.1]:{lmtp} }}, {{ bounced@example.jp = nowhere: }}, {{ piped@example.jp = noroshi: }}");
        // What a mail server pipes to runs as somebody who owns nothing but this folder.
        let (nobody, program) = (uid_of("nobody"), ground.path("noroshi"));
        if fs::hard_link(env!("CARGO_BIN_EXE_noroshi"), &program).is_err() {
            fs::copy(env!("CARGO_BIN_EXE_noroshi"), &program).unwrap();
        }
        let data = ground.folder_of("piped", nobody);
        let service = format!(
            "noroshi unix - n n - - pipe flags=R user=nobody argv={} --data {} intake mail --recipient ${{original_recipient}}\nnowhere unix - n n - - pipe user=nobody argv=/bin/sh -c {{echo nobody of that name; exit 67}}\n",
            program.display(),
            data.display()
        );
        let postfix = ground.postfix_with(dovecot.lmtp, false, &transports, &service);
        assert_eq!(home.run(&["init"]).code(), 0);
        let mut settings = format!(
            "[mail]\nlmtp = \"127.0.0.1:{lmtp}\"\n[mail.relay]\nhost = \"localhost\"\nport = {}\nsecurity = \"start_tls\"\nca = {:?}\nhello = \"noroshi.example.jp\"\n",
            postfix.smtp,
            ground.ca()
        );
        fs::write(ground.path("password"), format!("{PASSWORD}\n")).unwrap();
        let _ = write!(
            settings,
            "[[mail.imap]]\nhost = \"localhost\"\nport = {}\nsecurity = \"implicit\"\nca = {:?}\nuser = \"desk@example.jp\"\npassword_file = {:?}\nmove_to = \"Taken\"\nrecipient = \"office@example.jp\"\n",
            dovecot.imaps,
            ground.ca(),
            ground.path("password")
        );
        fs::write(home.path().join("data/noroshi.toml"), settings).unwrap();
        let key: Vec<u8> = fs::read_to_string(home.path().join("data/team.key"))
            .unwrap()
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let key = key.try_into().unwrap();
        let (marks, vault) = (Marks::new("EXAMPLE-CSIRT", &key), Vault::new(&key));
        let house = House { team: Bilingual::new("例示CSIRT", "Example CSIRT"), marks, zone: Zone::named("Asia/Tokyo").unwrap(), vault };
        let ledger = home.ledger().await;
        let work = ledger.begin().await.unwrap();
        let set = |address: &str, acknowledges| desk::Change { address: Some(address.into()), acknowledges: Some(acknowledges), ..Default::default() };
        desk::change(&work, &Actor::Platform, "incident", set("ir@example.jp", true)).await.unwrap();
        desk::change(&work, &Actor::Platform, "office", set("office@example.jp", false)).await.unwrap();
        work.commit().await.unwrap();
        Self { ground, dovecot, postfix, home, ledger, house, kept: Mutex::default() }
    }

    /// Somebody outside sends a letter.
    async fn post(&self, to: &str, letter: &str) {
        let relay = Relay {
            host: "localhost".into(),
            port: self.postfix.smtp,
            security: Security::StartTls,
            credentials: None,
            ca: Some(self.ground.ca()),
            hello_name: "home.example.jp".into(),
            timeout: Duration::from_secs(10),
        };
        let results = relay.open().unwrap().send(Some("other@example.jp"), &[to], letter.replace('\n', "\r\n").as_bytes()).await.unwrap();
        assert!(matches!(results[0].outcome, noroshi_mailroom::wire::smtp::Outcome::Sent { .. }), "{results:?}");
    }

    /// The next letter in a mailbox outside, read.
    async fn receives(&self, user: &str) -> letter::Letter {
        letter::read(&self.received(user).await).unwrap()
    }

    /// The next letter in a mailbox outside. There may be more: they stay.
    async fn received(&self, user: &str) -> Vec<u8> {
        if let Some(first) = self.kept.lock().unwrap().pop() {
            return first;
        }
        let mailbox = Mailbox {
            host: "localhost".into(),
            port: self.dovecot.imaps,
            security: Security::Implicit,
            ca: Some(self.ground.ca()),
            user: format!("{user}@example.jp"),
            secret: Secret::new(PASSWORD),
            folder: "INBOX".into(),
            then: Then::Delete,
            most_letter_bytes: 1 << 20,
            timeout: Duration::from_secs(10),
        };
        let begun = Instant::now();
        loop {
            let mut letters = Vec::new();
            imap::poll(&mailbox, |part| {
                letters.extend(part);
                async { Ok(()) }
            })
            .await
            .unwrap();
            if let Some(first) = letters.pop() {
                self.kept.lock().unwrap().extend(letters.into_iter().map(|letter| letter.bytes));
                return first.bytes;
            }
            assert!(begun.elapsed() < PATIENCE, "{user} received nothing: {}", self.postfix.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn until(&self, what: &str, holds: impl AsyncFn(&Ledger) -> bool) {
        let begun = Instant::now();
        while !holds(&self.ledger).await {
            assert!(begun.elapsed() < PATIENCE, "{what}: {}", self.postfix.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The kinds of the letters that came in, in the thread that holds this many.
    async fn kinds(&self, thread: ThreadId) -> Vec<Kind> {
        let letters = thread::letters(&self.ledger, thread, 100).await.unwrap();
        letters.into_iter().filter_map(|letter| if let Letter::In(line) = letter { Some(line.kind) } else { None }).collect()
    }

    async fn write(&self, thread: ThreadId, to: &[&str], body: &str) -> outgoing::Sent {
        let person = |address: &&str| Person { name: String::new(), address: (*address).into() };
        let writing =
            Writing { to: to.iter().map(person).collect(), subject: "ご報告ありがとうございます".into(), body: body.into(), ..Writing::default() };
        let work = self.ledger.begin().await.unwrap();
        let id = outgoing::write(&self.ledger, &work, &Actor::Platform, &self.house, thread, writing).await.unwrap();
        work.commit().await.unwrap();
        outgoing::load(&self.ledger, id).await.unwrap().unwrap()
    }

    /// How the letter stands with each recipient.
    async fn standing(ledger: &Ledger, sent: &Sent) -> Vec<(String, State)> {
        let now = outgoing::load(ledger, sent.id).await.unwrap().unwrap();
        now.recipients.into_iter().map(|recipient| (recipient.address, recipient.state)).collect()
    }
}

async fn one(ledger: &Ledger, sql: &str) -> i64 {
    ledger.number(Sql::new(sql)).await.unwrap()
}

const REPORT: &str = "From: Other <other@example.jp>\nTo: ir@example.jp\nSubject: phishing\nMessage-ID: <first@example.jp>\n\nURL: http://login.example.test/a\nIP: 192.0.2.7\nCategory: phishing\n";

async fn all_the_way_round(home: Home) {
    let world = World::new(home).await;
    let mut server = Server::start(&world.home);

    // In: a report, and what the desk says by itself.
    world.post("ir@example.jp", REPORT).await;
    let received = world.receives("other").await;
    let field = |name: &str| received.headers.field(name).unwrap_or_default().to_owned();
    assert_eq!((field("Auto-Submitted").as_str(), received.headers.return_path.as_deref()), ("auto-replied", Some("")), "nothing answers it");
    let number = received.headers.subject.split(['#', ']']).nth(1).unwrap().to_owned();
    assert!(number.ends_with("-00001") && received.headers.in_reply_to == ["first@example.jp"], "{}", received.headers.subject);
    let thread = ThreadId(one(&world.ledger, "SELECT thread_id AS n FROM mailroom_letter WHERE message_id = 'first@example.jp'").await);
    assert_eq!(world.kinds(thread).await, [Kind::Report]);

    // An answer that bears nothing but the address that it was asked to go to.
    let token = received.headers.reply_to[0].address.clone();
    assert!(token.starts_with("ir+n"), "{token}");
    world
        .post(
            &token,
            &format!("From: Colleague <colleague@example.jp>\nTo: {token}\nSubject: more\nMessage-ID: <second@example.jp>\n\nThe site is still up.\n"),
        )
        .await;
    world.until("the answer joins", async |ledger| one(ledger, "SELECT count(*) AS n FROM mailroom_letter WHERE tied_by = 'token'").await == 1).await;
    assert_eq!(world.kinds(thread).await, [Kind::Report, Kind::Answer]);

    // Out: to one who takes it, one who is not known, one who has the server wait, one whose letters come back.
    let sent = world
        .write(thread, &["other@example.jp", "gone@example.jp", "grey@example.jp", "bounced@example.jp"], "閉鎖を依頼しました。\n① 続報をお待ちください。\n")
        .await;
    let received = world.receives("other").await;
    assert!(received.headers.subject.ends_with("ご報告ありがとうございます") && received.headers.subject.contains(&number), "{}", received.headers.subject);
    assert_eq!(received.headers.message_id.as_deref(), Some(sent.message_id.as_str()));
    assert!(received.texts().next().unwrap().text().unwrap().contains("① 続報"));
    assert!(received.headers.references.contains(&"first@example.jp".to_owned()), "{:?}", received.headers.references);
    let expected: Vec<_> = [("bounced", State::Returned), ("gone", State::Refused), ("grey", State::Queued), ("other", State::Sent)]
        .map(|(name, state)| (format!("{name}@example.jp"), state))
        .into();
    world.until("each recipient is settled as its server says", async |ledger| World::standing(ledger, &sent).await == expected).await;
    assert_eq!(thread::open(&world.ledger, &Actor::Platform, thread).await.unwrap().state, thread::State::New, "a person is called to what did not arrive");
    let now = outgoing::load(&world.ledger, sent.id).await.unwrap().unwrap();
    let reply = |name: &str| now.recipients.iter().find(|recipient| recipient.address.starts_with(name)).unwrap().reply.en.clone();
    assert!(reply("gone").contains("gone") && reply("grey").contains("wait a little") && reply("bounced").contains("nobody of that name"), "{now:?}");
    assert_eq!(world.kinds(thread).await.last(), Some(&Kind::DeliveryReport));

    // A sealed one: to whom there is no key, it is refused; signed, anybody can tell.
    let work = world.ledger.begin().await.unwrap();
    key::make(&work, &Actor::Platform, &world.house.vault, "Example CSIRT <ir@example.jp>", "incident", None).await.unwrap();
    let person = || vec![Person { name: String::new(), address: "other@example.jp".into() }];
    let sealed = |sealing| Writing { to: person(), subject: "sealed".into(), body: "in confidence".into(), sealing, ..Writing::default() };
    let refused = outgoing::write(&world.ledger, &work, &Actor::Platform, &world.house, thread, sealed(Sealing::Encrypted)).await;
    assert!(matches!(refused, Err(noroshi_mailroom::MailroomError::Refused(reason)) if reason.key == "letter-no-key"));
    outgoing::write(&world.ledger, &work, &Actor::Platform, &world.house, thread, sealed(Sealing::Signed)).await.unwrap();
    let now = work.now();
    let other = TeamKey::generate("Other <other@example.jp>", now).unwrap();
    key::import(&work, &Actor::Platform, &other.certificate().to_bytes().unwrap()).await.unwrap();
    let ours = key::team(&work).await.unwrap().remove(0).certificate;
    outgoing::write(&world.ledger, &work, &Actor::Platform, &world.house, thread, sealed(Sealing::Encrypted)).await.unwrap();
    work.commit().await.unwrap();
    let ring = Ring::new(vec![other], [(ours.key_ids(), ours.to_bytes().unwrap())], Vec::new());
    let mut seals = Vec::new();
    for _ in 0..2 {
        let raw = world.received("other").await;
        let opened = sealed::open(&raw, &ring, world.ledger.now());
        assert!(String::from_utf8_lossy(&opened.raw).contains("in confidence"));
        seals.push((opened.seal.secrecy(), opened.seal.signature().map(|signature| signature.key())));
    }
    seals.sort_by_key(|(secrecy, _)| secrecy.key());
    assert_eq!(seals, [(Secrecy::Encrypted, Some("good")), (Secrecy::None, Some("good"))]);

    // The answer to it, by its references alone, while the server is away: the mail server keeps it.
    server.kill();
    let id = &sent.message_id;
    world
        .post(
            "ir@example.jp",
            &format!(
                "From: Other <other@example.jp>\nTo: ir@example.jp\nSubject: Re: thanks\nIn-Reply-To: <{id}>\nMessage-ID: <third@example.jp>\n\nThank you.\n"
            ),
        )
        .await;
    // And a letter for a mailbox that the server empties.
    world
        .post(
            "desk@example.jp",
            "From: Other <other@example.jp>\nTo: office@example.jp\nSubject: a question\nMessage-ID: <fourth@example.jp>\n\nWhen do you open?\n",
        )
        .await;
    world
        .post("piped@example.jp", "From: Other <other@example.jp>\nTo: piped@example.jp\nSubject: piped\nMessage-ID: <fifth@example.jp>\n\nThrough a pipe.\n")
        .await;
    drop(server);
    let server = Server::start(&world.home);
    world.postfix.flush();
    world
        .until("the answer came", async |ledger| {
            one(ledger, "SELECT count(*) AS n FROM mailroom_letter WHERE message_id = 'third@example.jp' AND tied_by = 'reference'").await == 1
        })
        .await;
    let office = "SELECT count(*) AS n FROM mailroom_letter l JOIN mailroom_thread t ON t.id = l.thread_id WHERE l.message_id = 'fourth@example.jp' AND t.desk = 'office'";
    world.until("the mailbox is emptied", async |ledger| one(ledger, office).await == 1).await;
    // As long as no directory is set up there, Postfix keeps what it would pipe in.
    let kept = "dsn=4.3.0, status=deferred (temporary failure. Command output: noroshi: there is no data directory";
    world.until("the pipe's letter waits", async |_| world.postfix.log().contains(kept)).await;
    let mut init = std::process::Command::new(world.ground.path("noroshi"));
    let init = init.args(["init", "--data"]).arg(world.ground.path("piped")).uid(uid_of("nobody")).status().unwrap();
    assert!(init.success(), "{init}");
    world.postfix.flush();
    let piped = noroshi_ledger::Place::Sqlite(world.ground.path("piped/noroshi.db"));
    let begun = Instant::now();
    while !piped_letter_is_there(&piped).await {
        assert!(begun.elapsed() < PATIENCE, "{}", world.postfix.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(World::standing(&world.ledger, &sent).await, expected, "what was settled stays so, what waits waits");
    assert_eq!(
        one(&world.ledger, "SELECT count(*) AS n FROM mailroom_outgoing WHERE automatic").await,
        1,
        "one acknowledgement; the office gives none, answers get none"
    );
    drop(server);
}

/// Whether the letter that Postfix piped in is in that database.
async fn piped_letter_is_there(place: &noroshi_ledger::Place) -> bool {
    let noroshi_ledger::Place::Sqlite(path) = place else { return false };
    if !path.exists() {
        return false;
    }
    let blobs = noroshi_ledger::blob::BlobStore::open(path.with_file_name("blobs")).unwrap();
    let Ok(ledger) = Ledger::open(place, blobs, std::sync::Arc::new(noroshi_kernel::moment::SystemClock), &crate::place::migrations()).await else {
        return false;
    };
    let found =
        ledger.number(Sql::new("SELECT count(*) AS n FROM mailroom_letter WHERE message_id = 'fifth@example.jp' AND recipient = 'piped@example.jp'")).await;
    ledger.close().await.unwrap();
    found.is_ok_and(|count| count == 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_go_all_the_way_round_on_sqlite() {
    all_the_way_round(Home::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_go_all_the_way_round_on_postgres() {
    if let Some(home) = Home::postgres() {
        all_the_way_round(home).await;
    }
}
