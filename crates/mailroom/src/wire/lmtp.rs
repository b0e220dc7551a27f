//! Letters in: a mail server hands them over by LMTP (RFC 2033) and keeps each until it is told that it is durable.
//!
//! The other side is a mail server of the team's on the same machine or network, so there is no TLS and no sign-in here;
//! whoever else reaches the port finds limits on everything.

use crate::letters;
use noroshi_kernel::{reason::Reason, setaside::printable};
use noroshi_post::unstuffing::Unstuffing;
use smtp_proto::{Error as Syntax, MAIL_BODY_BINARYMIME, MAIL_SMTPUTF8, Request};
use std::{
    borrow::Cow,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

/// A command and its parameters are no longer than this, the line's end included (RFC 5321 4.5.3.1.4 asks for 512, extensions add).
const MOST_LINE_BYTES: usize = 2048;
/// After so many commands that are none, the session ends.
const MOST_ERRORS: u32 = 20;
/// Letters of one session.
const MOST_LETTERS: u32 = 1000;
/// What is held of letters is counted in pieces of this size.
const PIECE_BYTES: usize = 64 << 10;
/// One write of answers is waited for so long.
const PATIENCE_TO_WRITE: Duration = Duration::from_secs(30);
/// After our goodbye, so much is still read, and for so long.
const MOST_BYTES_TO_PART: usize = 8 << 20;
const PATIENCE_TO_PART: Duration = Duration::from_secs(2);

/// How much is taken, and how long it is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one letter.
    pub letter_bytes: usize,
    /// Bytes of all letters that are being received.
    pub together_bytes: usize,
    /// Recipients of one letter.
    pub recipients: usize,
    /// Sessions at a time; others are asked to come back.
    pub sessions: usize,
    /// How long a session may say nothing.
    pub idle: Duration,
    /// How long a session may last.
    pub session: Duration,
    /// How long making a letter durable may take, after which the other side is asked to come again with it.
    pub delivery: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            letter_bytes: 50 << 20,
            together_bytes: 256 << 20,
            recipients: 100,
            sessions: 64,
            idle: Duration::from_secs(300),
            session: Duration::from_secs(1800),
            delivery: Duration::from_secs(120),
        }
    }
}

/// A letter as it was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Where reports of failure go; none for letters that are such reports or automatic (`<>`).
    pub envelope_from: Option<String>,
    /// For whom it is: those that `accept` took, in their order.
    pub recipients: Vec<String>,
    /// The letter: a field `Return-Path` (RFC 5321 4.4), then what was sent.
    pub bytes: Vec<u8>,
}

/// What is answered for a letter and one of its recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is durable.
    Kept,
    /// Not now; the other side keeps it and comes again. The text is for its log.
    Later(String),
    /// Never; the other side reports that to the sender. The text is for the sender.
    Refused(String),
}

/// Waits for mail servers.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    limits: Limits,
}

impl Listener {
    /// Opens the port. An address of this machine (`127.0.0.1:24000`) is the right one as a rule: who reaches it can leave letters.
    ///
    /// # Errors
    ///
    /// The address is in use or not one of this machine.
    pub async fn bind(address: SocketAddr, limits: Limits) -> Result<Self, Reason> {
        let socket = TcpListener::bind(address).await.map_err(|error| {
            let why = error.kind();
            Reason::new(
                "lmtp-bind",
                format!("LMTP を {address} で待ち受けられません（{why}）。使われていない、このサーバのアドレスとポートを指定してください。"),
                format!("cannot listen for LMTP on {address} ({why}); name an address of this machine and a port that is free"),
            )
        })?;
        Ok(Self { socket, limits })
    }

    /// Where it listens, for the port that the system chose.
    ///
    /// # Errors
    ///
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes letters until `stop` turns true; letters that are being delivered then are delivered and answered.
    ///
    /// `accept` says whether a recipient is ours. `deliver` makes a letter durable and answers for each of its recipients, in
    /// their order; where it has no answer, panics or takes too long, the other side is asked to come again. It runs to its end
    /// even when the other side hangs up, and may be given the same bytes more than once.
    pub async fn serve<A, D, F>(self, accept: A, deliver: D, mut stop: watch::Receiver<bool>)
    where
        A: Fn(&str) -> bool + Send + Sync + 'static,
        D: Fn(Delivery) -> F + Send + Sync + 'static,
        F: Future<Output = Vec<Reply>> + Send + 'static,
    {
        let house =
            Arc::new(House { accept, deliver, limits: self.limits, memory: Arc::new(Semaphore::new(self.limits.together_bytes.div_ceil(PIECE_BYTES))) });
        let mut sessions = JoinSet::new();
        loop {
            let mut stream = tokio::select! {
                () = asked_to(&mut stop) => break,
                Some(_) = sessions.join_next() => continue,
                came = self.socket.accept() => match came {
                    Ok((stream, _)) => stream,
                    Err(_) => {
                        // Out of file descriptors, as a rule: sessions that end give some back.
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            // Those that have ended hold no place.
            while sessions.try_join_next().is_some() {}
            if sessions.len() >= self.limits.sessions {
                // Fits into the socket's buffer: nobody is waited for.
                let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(b"421 4.3.2 too many sessions, come again\r\n")).await;
                continue;
            }
            let (house, stop) = (house.clone(), stop.clone());
            sessions.spawn(async move {
                let limit = house.limits.session;
                let _ = tokio::time::timeout(limit, Session::new(house, stream, stop).run()).await;
            });
        }
        drop(self.socket);
        let grace = self.limits.delivery + PATIENCE_TO_WRITE;
        let _ = tokio::time::timeout(grace, async { while sessions.join_next().await.is_some() {} }).await;
    }
}

/// Waits until one is asked to stop, or whoever could ask is gone.
async fn asked_to(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

struct House<A, D> {
    accept: A,
    deliver: D,
    limits: Limits,
    memory: Arc<Semaphore>,
}

struct Session<A, D> {
    house: Arc<House<A, D>>,
    stream: BufReader<TcpStream>,
    stop: watch::Receiver<bool>,
    greeted: bool,
    /// The sender, once `MAIL` was taken; inside, none for `<>`.
    from: Option<Option<String>>,
    recipients: Vec<String>,
    errors: u32,
    letters: u32,
}

/// Why a session ends.
enum End {
    /// The other side is gone, or took leave.
    Gone,
    /// We take leave, with these words.
    Leave(&'static str),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl<A, D, F> Session<A, D>
where
    A: Fn(&str) -> bool,
    D: Fn(Delivery) -> F,
    F: Future<Output = Vec<Reply>> + Send + 'static,
{
    fn new(house: Arc<House<A, D>>, stream: TcpStream, stop: watch::Receiver<bool>) -> Self {
        let _ = stream.set_nodelay(true);
        Self { house, stream: BufReader::with_capacity(16 << 10, stream), stop, greeted: false, from: None, recipients: Vec::new(), errors: 0, letters: 0 }
    }

    async fn run(mut self) {
        if let Err(End::Leave(words)) = self.converse().await {
            let _ = self.say(words).await;
            let _ = self.stream.get_mut().shutdown().await;
            // What is left unread would turn the goodbye into a reset that discards it and the answers before it.
            let _ = tokio::time::timeout(PATIENCE_TO_PART, async {
                let mut drained = 0;
                while drained < MOST_BYTES_TO_PART
                    && let Ok(came) = self.stream.fill_buf().await
                    && !came.is_empty()
                {
                    let used = came.len();
                    drained += used;
                    self.stream.consume(used);
                }
            })
            .await;
        }
    }

    async fn converse(&mut self) -> Result<(), End> {
        self.say("220 noroshi LMTP\r\n").await?;
        loop {
            let line = self.line().await?;
            let answer: Cow<'static, str> = match line {
                Line::TooLong => self.wrong("500 5.5.2 the line is too long\r\n"),
                Line::Broken => self.wrong("500 5.5.2 lines end by CRLF and hold printable ASCII\r\n"),
                Line::Whole(line) => match Request::parse(&mut line.iter()) {
                    Ok(Request::Quit) => return Err(End::Leave("221 2.0.0 goodbye\r\n")),
                    Ok(Request::Data) => match self.unready() {
                        Some(words) => self.wrong(words),
                        None => {
                            self.say("354 go on, end by CRLF.CRLF\r\n").await?;
                            self.data().await?.into()
                        }
                    },
                    Ok(request) => self.command(request),
                    Err(Syntax::UnknownCommand) => self.wrong("500 5.5.1 no such command\r\n"),
                    Err(Syntax::InvalidSenderAddress) => self.wrong("501 5.1.7 no such address\r\n"),
                    Err(Syntax::InvalidRecipientAddress) => self.wrong("501 5.1.3 no such address\r\n"),
                    Err(Syntax::UnsupportedParameter { .. }) => self.wrong("555 5.5.4 no such parameter\r\n"),
                    Err(_) => self.wrong("501 5.5.4 the command cannot be read\r\n"),
                },
            };
            self.say(&answer).await?;
            if self.errors >= MOST_ERRORS {
                return Err(End::Leave("421 4.7.0 too many errors\r\n"));
            }
        }
    }

    fn wrong(&mut self, words: &'static str) -> Cow<'static, str> {
        self.errors += 1;
        Cow::Borrowed(words)
    }

    /// Why no letter can follow now.
    fn unready(&self) -> Option<&'static str> {
        if self.from.is_none() {
            Some("503 5.5.1 MAIL first\r\n")
        } else if self.recipients.is_empty() {
            Some("503 5.5.1 no valid recipients\r\n")
        } else {
            None
        }
    }

    fn command(&mut self, request: Request<Cow<'_, str>>) -> Cow<'static, str> {
        let limits = &self.house.limits;
        match request {
            Request::Lhlo { .. } => {
                (self.greeted, self.from, self.recipients) = (true, None, Vec::new());
                format!("250-noroshi\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE {}\r\n", limits.letter_bytes).into()
            }
            // RFC 2033 4.1: they must not be taken.
            Request::Helo { .. } | Request::Ehlo { .. } => self.wrong("500 5.5.1 this is LMTP: LHLO\r\n"),
            Request::Mail { .. } if !self.greeted => self.wrong("503 5.5.1 LHLO first\r\n"),
            Request::Mail { .. } if self.from.is_some() => self.wrong("503 5.5.1 a letter is under way, RSET first\r\n"),
            Request::Mail { .. } if self.letters >= MOST_LETTERS => "452 4.5.3 enough letters for one session\r\n".into(),
            Request::Mail { from } => {
                if from.flags & (MAIL_SMTPUTF8 | MAIL_BODY_BINARYMIME) != 0 {
                    return self.wrong("555 5.5.4 SMTPUTF8 and BINARYMIME are not offered\r\n");
                }
                if from.size > limits.letter_bytes {
                    return "552 5.3.4 the letter is too large\r\n".into();
                }
                let address = from.address.into_owned();
                self.from = Some((!address.is_empty()).then_some(address));
                "250 2.1.0 ok\r\n".into()
            }
            Request::Rcpt { .. } if self.from.is_none() => self.wrong("503 5.5.1 MAIL first\r\n"),
            Request::Rcpt { .. } if self.recipients.len() >= limits.recipients => self.wrong("452 4.5.3 too many recipients\r\n"),
            Request::Rcpt { to } => {
                if to.address.is_empty() || !(self.house.accept)(&to.address) {
                    return self.wrong("550 5.1.1 nobody of that name here\r\n");
                }
                self.recipients.push(to.address.into_owned());
                "250 2.1.5 ok\r\n".into()
            }
            Request::Rset => {
                (self.from, self.recipients) = (None, Vec::new());
                "250 2.0.0 ok\r\n".into()
            }
            Request::Noop { .. } => "250 2.0.0 ok\r\n".into(),
            Request::Vrfy { .. } => "252 2.5.2 send it and see\r\n".into(),
            _ => self.wrong("502 5.5.1 not offered\r\n"),
        }
    }

    /// Receives the letter, has it made durable, and puts an answer for each recipient together.
    async fn data(&mut self) -> Result<String, End> {
        let (from, recipients) = (self.from.take().flatten(), std::mem::take(&mut self.recipients));
        let most = self.house.limits.letter_bytes;
        let mut bytes = letters::return_path(from.as_deref());
        let head = bytes.len();
        let mut unstuffing = Unstuffing::default();
        // Given back when the letter is durable.
        let mut memory: Option<OwnedSemaphorePermit> = None;
        let (mut pieces, mut drained) = (0_usize, 0_usize);
        let mut refusal = None;
        loop {
            let idle = self.house.limits.idle;
            let came = tokio::time::timeout(idle, self.stream.fill_buf()).await.map_err(|_| End::Leave("421 4.4.2 nothing came\r\n"))??;
            if came.is_empty() {
                return Err(End::Gone);
            }
            let before = bytes.len();
            let (used, ended) = unstuffing.take(came, &mut bytes);
            self.stream.consume(used);
            if refusal.is_some() {
                drained += bytes.len() - before;
                bytes.truncate(before);
                if drained > most.saturating_mul(2) {
                    return Err(End::Leave("421 4.3.4 the letter is far too large\r\n"));
                }
            } else if bytes.len() - head > most {
                refusal = Some("552 5.3.4 the letter is too large\r\n");
            } else if bytes.len() > pieces * PIECE_BYTES {
                match self.house.memory.clone().try_acquire_owned() {
                    Ok(piece) => {
                        pieces += 1;
                        match &mut memory {
                            Some(memory) => memory.merge(piece),
                            None => memory = Some(piece),
                        }
                    }
                    Err(_) => refusal = Some("452 4.3.1 too many letters at once, come again\r\n"),
                }
            }
            if refusal.is_some() && memory.is_some() {
                (bytes, memory) = (Vec::new(), None);
            }
            if ended {
                break;
            }
        }
        self.letters += 1;
        if let Some(words) = refusal {
            return Ok(words.repeat(recipients.len()));
        }
        let many = recipients.len();
        let work = (self.house.deliver)(Delivery { envelope_from: from, recipients, bytes });
        // A task of its own: it goes on when the other side hangs up, and a panic of it ends nobody else.
        let work = tokio::spawn(async move {
            let replies = work.await;
            drop(memory);
            replies
        });
        let replies = match tokio::time::timeout(self.house.limits.delivery, work).await {
            Ok(Ok(replies)) => replies,
            _ => Vec::new(),
        };
        let mut replies = replies.into_iter();
        Ok((0..many).map(|_| replies.next().unwrap_or_else(|| Reply::Later("not kept, come again".to_owned())).line()).collect())
    }

    async fn say(&mut self, words: &str) -> Result<(), End> {
        tokio::time::timeout(PATIENCE_TO_WRITE, self.stream.get_mut().write_all(words.as_bytes())).await.map_err(|_| End::Gone)??;
        Ok(())
    }

    async fn line(&mut self) -> Result<Line, End> {
        let mut line = Vec::new();
        let mut too_long = false;
        let began = Instant::now();
        let idle = self.house.limits.idle;
        loop {
            // One byte now and then does not make a session busy.
            let left = idle.checked_sub(began.elapsed()).ok_or(End::Leave("421 4.4.2 nothing came\r\n"))?;
            let came = tokio::select! {
                () = asked_to(&mut self.stop) => return Err(End::Leave("421 4.3.2 closing down, come again\r\n")),
                () = tokio::time::sleep(left) => return Err(End::Leave("421 4.4.2 nothing came\r\n")),
                came = self.stream.fill_buf() => came?,
            };
            if came.is_empty() {
                return Err(End::Gone);
            }
            let end = came.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
            let used = end.unwrap_or(came.len());
            too_long |= line.len() + used > MOST_LINE_BYTES;
            if !too_long {
                line.extend_from_slice(came.get(..used).unwrap_or_default());
            }
            self.stream.consume(used);
            if end.is_some() {
                break;
            }
        }
        if too_long {
            return Ok(Line::TooLong);
        }
        let whole = line.strip_suffix(b"\r\n").is_some_and(|text| text.iter().all(|byte| matches!(byte, b' '..=b'~')));
        Ok(if whole { Line::Whole(line) } else { Line::Broken })
    }
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
    Broken,
}

impl Reply {
    fn line(&self) -> String {
        let words = |text: &str| -> String { printable(text, 200).chars().map(|char| if char.is_ascii() { char } else { '?' }).collect() };
        match self {
            Self::Kept => "250 2.0.0 kept\r\n".to_owned(),
            Self::Later(text) => format!("451 4.3.0 {}\r\n", words(text)),
            Self::Refused(text) => format!("550 5.7.1 {}\r\n", words(text)),
        }
    }
}
