//! Letters that a mail server hands over by LMTP, over the power switch.

use crate::{kill::one, place::Home, server::Server};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// The connections that a mail server opens at once.
const CONNECTIONS: usize = 4;
/// So many times the server is killed.
const KILLS: u32 = 10;

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A conversation with our LMTP listener.
struct Conversation {
    from: BufReader<TcpStream>,
    to: TcpStream,
}

impl Conversation {
    /// Begins one; `None` while nobody answers.
    fn begin(port: u16) -> Option<Self> {
        let to = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), Duration::from_secs(1)).ok()?;
        to.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        let mut conversation = Self { from: BufReader::new(to.try_clone().ok()?), to };
        conversation.hears("220")?;
        conversation.says("LHLO mx.example.jp\r\n", "250")?;
        Some(conversation)
    }

    /// The last line of an answer, when it begins as it should.
    fn hears(&mut self, code: &str) -> Option<()> {
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.starts_with(code).then_some(());
            }
        }
    }

    fn says(&mut self, line: &str, code: &str) -> Option<()> {
        self.to.write_all(line.as_bytes()).ok()?;
        self.hears(code)
    }

    /// Hands a letter over; `Some` when the other side has answered for it.
    fn deliver(&mut self, letter: &str) -> Option<()> {
        self.says("MAIL FROM:<sender@else.example>\r\n", "250")?;
        self.says("RCPT TO:<ir@example.jp>\r\n", "250")?;
        self.says("DATA\r\n", "354")?;
        self.says(&format!("{letter}\r\n.\r\n"), "250")
    }
}

fn letter(number: usize) -> String {
    format!(
        "From: Sender {number} <sender{number}@else.example>\r\nTo: ir@example.jp\r\nSubject: letter {number}\r\nMessage-ID: <{number}@else.example>\r\n\r\nWhat do you do on Mondays?"
    )
}

async fn letters_survive(home: Home, count: usize) {
    assert_eq!(home.run(&["init"]).code(), 0);
    let port = free_port();
    std::fs::write(home.path().join("data/noroshi.toml"), format!("[mail]\nlmtp = \"127.0.0.1:{port}\"\n")).unwrap();
    let ledger = home.ledger().await;
    let (next, acknowledged, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let server = Mutex::new(Some(Server::start(&home)));
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut conversation = None;
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= count {
                        return;
                    }
                    // A letter that was not answered for is handed over again, as a mail server would.
                    while conversation.as_mut().and_then(|conversation: &mut Conversation| conversation.deliver(&letter(number))).is_none() {
                        assert!(!stop.load(Ordering::SeqCst), "the letters did not get through in time");
                        std::thread::sleep(Duration::from_millis(20));
                        conversation = Conversation::begin(port);
                    }
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        scope.spawn(|| {
            let begun = Instant::now();
            for kill in 1..=KILLS {
                let at = count * kill as usize / (KILLS as usize + 1);
                while acknowledged.load(Ordering::SeqCst) < at {
                    if begun.elapsed() > Duration::from_secs(300) {
                        stop.store(true, Ordering::SeqCst);
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(2));
                }
                let mut server = server.lock().unwrap();
                server.as_mut().unwrap().kill();
                *server = Some(Server::start(&home));
            }
        });
    });
    let expected = i64::try_from(count).unwrap();
    let kept = one(&ledger, "SELECT count(*) AS n FROM mailroom_letter").await;
    let begun = Instant::now();
    while one(&ledger, "SELECT count(*) AS n FROM mailroom_letter WHERE state = 'waiting'").await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(120), "what was kept is read");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    drop(server);
    assert_eq!(one(&ledger, "SELECT count(DISTINCT message_id) AS n FROM mailroom_letter").await, expected, "none is lost");
    let most = i64::from(KILLS) * i64::try_from(CONNECTIONS).unwrap();
    assert!(kept - expected <= most, "at most the letters of the connections that were open come twice: {kept} of {expected}");
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM mailroom_letter WHERE thread_id IS NULL").await, 0, "each stands in a thread");
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM mailroom_thread").await, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_letters_on_sqlite_survive_kills() {
    letters_survive(Home::sqlite(), 10_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_on_postgres_survive_kills() {
    if let Some(home) = Home::postgres() {
        letters_survive(home, 1_000).await;
    }
}
