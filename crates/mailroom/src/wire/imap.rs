//! Letters in: fetched out of a mailbox by IMAP (RFC 3501, RFC 9051), a bounded part at a time.

use super::{
    Elapsed, Secret, Security, connect,
    guard::{Guard, Literals},
    is_here, tls, within,
};
use async_imap::{Authenticator, Client, Session, error::Error as Imap, types::Fetch};
use futures_util::{Stream, StreamExt as _};
use noroshi_kernel::{moment::Moment, reason::Reason, setaside::printable};
use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    pin::pin,
    time::{Duration, Instant},
};
use tokio::io::{AsyncRead, AsyncWrite};

/// Numbers that are asked for at a time.
const WINDOW: u32 = 500;
/// Letters that one call of [`poll`] takes at most, so that others get their turn.
const MOST_LETTERS: usize = 500;
/// Letters that are handed on together.
const MOST_TOGETHER: usize = 50;
/// Bytes that are handed on together, unless one letter alone is longer.
const MOST_BYTES_TOGETHER: u64 = 16 << 20;
/// A letter may come so slowly, beside the time that every answer has.
const SLOWEST_BYTES_PER_S: u64 = 16 << 10;
/// Whatever happens, a call of [`poll`] ends after so many times the time for one answer.
const MOST_ANSWERS_OF_TIME: u32 = 60;

/// A mailbox, as the configuration names it.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// The server's name or address; its certificate must be for that.
    pub host: String,
    /// Its port: 993 with implicit TLS, 143 otherwise, as a rule.
    pub port: u16,
    /// How the connection is secured. Without TLS only a server on the same machine is spoken to.
    pub security: Security,
    /// A file (PEM) with a certificate authority to trust beside the system's.
    pub ca: Option<PathBuf>,
    /// Who signs in.
    pub user: String,
    /// With which password.
    pub secret: Secret,
    /// The folder that letters are taken from, `INBOX` as a rule.
    pub folder: String,
    /// What is done with letters that were taken.
    pub then: Then,
    /// Letters of more bytes stay where they are.
    pub most_letter_bytes: u64,
    /// How long one answer is waited for.
    pub timeout: Duration,
}

/// What is done with a letter once it is durable with us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// It goes into another folder, which is made where it is missing.
    MoveTo(String),
    /// It stays and bears `\Seen` and this keyword, by which it is known as taken.
    Flag(String),
    /// It goes for good. Where the server cannot expunge one letter alone (RFC 4315) it is marked as deleted only.
    Delete,
}

/// A letter out of a mailbox.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number in the folder.
    pub uid: u32,
    /// What the number counts within: another value, and the same number is another letter.
    pub uid_validity: u32,
    /// When it came into the mailbox, by the server's clock.
    pub arrived: Option<Moment>,
    /// The letter.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("uid", &self.uid).field("uid_validity", &self.uid_validity).field("bytes", &self.bytes.len()).finish()
    }
}

/// A letter that is too large and stays where it is, for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its number in the folder.
    pub uid: u32,
    /// What the number counts within.
    pub uid_validity: u32,
    /// Its size, as the server says.
    pub bytes: u64,
}

/// What became of the letters in a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// Letters that were taken and moved, flagged or deleted.
    pub taken: usize,
    /// Letters that are too large; they are found again each time.
    pub left: Vec<Left>,
    /// True when there are more letters than one call takes: call again.
    pub more: bool,
}

/// Fetches letters and gives them to `take`, part by part; what it has made durable is then moved, flagged or deleted.
///
/// Where the connection breaks between the two, the same bytes come again.
///
/// # Errors
///
/// The server cannot be reached, trusted or understood, or does not do what it is asked to; or `take` failed, whose reason is
/// given on. Parts that were taken before that are taken.
pub async fn poll<T, F>(mailbox: &Mailbox, take: T) -> Result<Polled, Reason>
where
    T: FnMut(Vec<Letter>) -> F,
    F: Future<Output = Result<(), Reason>>,
{
    let folders = [Some(&mailbox.folder), if let Then::MoveTo(folder) = &mailbox.then { Some(folder) } else { None }];
    if let Some(folder) =
        folders.into_iter().flatten().find(|name| name.is_empty() || name.len() > 200 || !name.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
    {
        let folder = printable(folder, 80);
        return Err(Reason::new(
            "imap-folder-name",
            format!("フォルダ名「{folder}」は ASCII で書いてください。日本語の名前は、サーバが示すとおり修正 UTF-7（例: &MMYwuTDI-）で書きます。"),
            format!("the folder {folder:?} must be written in ASCII; other names as the server lists them, in modified UTF-7"),
        ));
    }
    if let Then::Flag(keyword) = &mailbox.then
        && (keyword.is_empty() || keyword.len() > 60 || !keyword.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"$_-.".contains(&byte)))
    {
        let keyword = printable(keyword, 60);
        return Err(Reason::new(
            "imap-keyword",
            format!("キーワード「{keyword}」は英数字と $ _ - . で書いてください（例: $noroshi）。"),
            format!("the keyword {keyword:?} must be letters, digits and $ _ - . only, for example $noroshi"),
        ));
    }
    let stream = connect(&mailbox.host, mailbox.port, mailbox.timeout).await?;
    let slow = |_: Elapsed| mailbox.slow();
    match mailbox.security {
        Security::None if !is_here(&stream) => Err(Reason::new(
            "imap-plain",
            format!("{} は別のサーバです。TLS なしの IMAP は同じサーバの中でだけ使えます。TLS か STARTTLS を設定してください。", mailbox.host),
            format!("{} is another machine, and IMAP without TLS is for this machine only; set implicit TLS or STARTTLS", mailbox.host),
        )),
        Security::None => converse(mailbox, mailbox.greeted(mailbox.client(stream)).await?, take).await,
        Security::Implicit => {
            let connector = tls::client(mailbox.ca.as_deref())?;
            let stream = within(mailbox.timeout, tls::secure(&connector, &mailbox.host, stream)).await.map_err(slow)??;
            converse(mailbox, mailbox.greeted(mailbox.client(stream)).await?, take).await
        }
        Security::StartTls => {
            let connector = tls::client(mailbox.ca.as_deref())?;
            let mut client = mailbox.greeted(mailbox.client(stream)).await?;
            mailbox.answer("STARTTLS", client.run_command_and_check_ok("STARTTLS", None)).await?;
            // What the server may have said beyond its answer is dropped with the client: it was not secured.
            let stream = client.into_inner().into_inner();
            let stream = within(mailbox.timeout, tls::secure(&connector, &mailbox.host, stream)).await.map_err(slow)??;
            converse(mailbox, mailbox.client(stream), take).await
        }
    }
}

/// What the libraries ask of a connection.
trait Wire: AsyncRead + AsyncWrite + Unpin + fmt::Debug + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + fmt::Debug + Send> Wire for S {}

impl Mailbox {
    fn client<S: Wire>(&self, stream: S) -> Client<Guard<S, Literals>> {
        Client::new(Guard::new(stream, Literals::new(self.most_letter_bytes)))
    }

    async fn greeted<S: Wire>(&self, mut client: Client<S>) -> Result<Client<S>, Reason> {
        let greeting = within(self.timeout, client.read_response()).await.map_err(|_| self.slow())?;
        let greeting = greeting.map_err(|error| self.failed("greeting", &Imap::Io(error)))?.ok_or_else(|| self.failed("greeting", &Imap::ConnectionLost))?;
        match greeting.parsed() {
            imap_proto::Response::Data { status: imap_proto::Status::Ok, .. } => Ok(client),
            // PREAUTH would be somebody else's mailbox, and leaves no room for STARTTLS; BYE is none.
            _ => Err(self.failed("greeting", &Imap::No("no greeting that can be answered".to_owned()))),
        }
    }

    /// Waits for one answer.
    async fn answer<T>(&self, command: &'static str, what: impl Future<Output = Result<T, Imap>>) -> Result<T, Reason> {
        within(self.timeout, what).await.map_err(|_| self.slow())?.map_err(|error| self.failed(command, &error))
    }

    fn slow(&self) -> Reason {
        let (host, port, seconds) = (&self.host, self.port, self.timeout.as_secs());
        Reason::new(
            "imap-no-answer",
            format!("IMAP サーバ {host}:{port} が {seconds} 秒以内に応答しません。サーバの状態を確認してください。"),
            format!("the IMAP server {host}:{port} does not answer within {seconds} s; check it"),
        )
    }

    /// Words for a failure. Of what the server said only the text of its refusal is repeated: other answers hold letters.
    fn failed(&self, command: &'static str, error: &Imap) -> Reason {
        let (host, port) = (&self.host, self.port);
        let why = match error {
            Imap::No(text) | Imap::Bad(text) => printable(text, 200),
            Imap::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => "the answer is longer or deeper than it may be".to_owned(),
            Imap::Io(error) if error.kind() == std::io::ErrorKind::Other => "an answer that is no IMAP".to_owned(),
            Imap::Io(error) => error.kind().to_string(),
            Imap::ConnectionLost => "the connection was lost".to_owned(),
            _ => "an answer that is no IMAP".to_owned(),
        };
        Reason::new(
            "imap-answer",
            format!("IMAP サーバ {host}:{port} の {command} が失敗しました（{why}）。設定とサーバの状態を確認してください。"),
            format!("{command} failed at the IMAP server {host}:{port} ({why}); check the settings and the server"),
        )
    }

    fn no_sign_in(&self) -> Reason {
        let (host, user) = (&self.host, printable(&self.user, 80));
        Reason::new(
            "imap-sign-in",
            format!("{host} に利用者「{user}」でサインインできません。利用者名とパスワードを確認してください。"),
            format!("{host} does not let the user {user:?} in; check user and password"),
        )
    }
}

/// Gives user and password in one answer (RFC 4616), whatever characters they hold.
struct Plain<'a>(&'a Mailbox);

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        format!("\0{}\0{}", self.0.user, self.0.secret.reveal())
    }
}

async fn converse<S: Wire, T, F>(mailbox: &Mailbox, client: Client<S>, mut take: T) -> Result<Polled, Reason>
where
    T: FnMut(Vec<Letter>) -> F,
    F: Future<Output = Result<(), Reason>>,
{
    // What a server answers to a password might repeat it: that it was refused is all that is told.
    let signing = client.authenticate("PLAIN", Plain(mailbox));
    let session = within(mailbox.timeout, signing).await.map_err(|_| mailbox.slow())?.map_err(|(error, _)| match error {
        Imap::No(_) | Imap::Bad(_) => mailbox.no_sign_in(),
        error => mailbox.failed("AUTHENTICATE", &error),
    })?;
    let mut visit = Visit::begin(mailbox, session).await?;
    let (uids, more) = visit.waiting().await?;
    let sizes = visit.sizes(&uids).await?;
    let mut polled = Polled { more, ..Polled::default() };
    let mut parts: Vec<BTreeMap<u32, u64>> = vec![BTreeMap::new()];
    for (uid, bytes) in sizes {
        if bytes > mailbox.most_letter_bytes {
            polled.left.push(Left { uid, uid_validity: visit.uid_validity, bytes });
            continue;
        }
        let full =
            parts.last().is_none_or(|part| part.len() >= MOST_TOGETHER || (!part.is_empty() && part.values().sum::<u64>() + bytes > MOST_BYTES_TOGETHER));
        if full {
            parts.push(BTreeMap::new());
        }
        if let Some(part) = parts.last_mut() {
            part.insert(uid, bytes);
        }
    }
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let letters = visit.letters(part).await?;
        let taken: Vec<u32> = letters.iter().map(|letter| letter.uid).collect();
        if taken.is_empty() {
            continue;
        }
        take(letters).await?;
        visit.done(&taken).await?;
        polled.taken += taken.len();
    }
    // All is done; how the server takes the goodbye changes nothing.
    let _ = within(mailbox.timeout, visit.session.logout()).await;
    Ok(polled)
}

/// What the server can do beyond the base protocol.
#[derive(Clone, Copy)]
struct Can {
    r#move: bool,
    expunge_one: bool,
}

/// A stay in one folder.
struct Visit<'a, S: Wire> {
    mailbox: &'a Mailbox,
    session: Session<S>,
    can: Can,
    uid_validity: u32,
    exists: u32,
    /// When letters came in, by the server's clock.
    arrived: BTreeMap<u32, Moment>,
    until: Instant,
}

impl<'a, S: Wire> Visit<'a, S> {
    async fn begin(mailbox: &'a Mailbox, mut session: Session<S>) -> Result<Self, Reason> {
        let capabilities = mailbox.answer("CAPABILITY", session.capabilities()).await?;
        let can = Can { r#move: capabilities.has_str("MOVE"), expunge_one: capabilities.has_str("UIDPLUS") };
        if let Then::MoveTo(folder) = &mailbox.then {
            // It is there already as a rule; if it can neither be made nor found, moving says so.
            let _ = within(mailbox.timeout, session.create(folder)).await.map_err(|_| mailbox.slow())?;
        }
        let folder = mailbox.answer("SELECT", session.select(&mailbox.folder)).await?;
        let Some(uid_validity) = folder.uid_validity else {
            return Err(mailbox.failed("SELECT", &Imap::No("no UIDVALIDITY".to_owned())));
        };
        let until = Instant::now() + mailbox.timeout * MOST_ANSWERS_OF_TIME;
        Ok(Self { mailbox, session, can, uid_validity, exists: folder.exists, arrived: BTreeMap::new(), until })
    }

    /// The numbers of letters that were not taken yet, lowest first, and whether there are more than are taken at a time.
    async fn waiting(&mut self) -> Result<(Vec<u32>, bool), Reason> {
        let not_taken = match &self.mailbox.then {
            Then::Flag(keyword) => format!("UNDELETED UNKEYWORD {keyword}"),
            Then::MoveTo(_) | Then::Delete => "UNDELETED".to_owned(),
        };
        let mut uids = Vec::new();
        let mut first = 1;
        while first <= self.exists {
            self.in_time()?;
            let last = first.saturating_add(WINDOW - 1).min(self.exists);
            let found = self.mailbox.answer("SEARCH", self.session.uid_search(format!("{first}:{last} {not_taken}"))).await?;
            uids.extend(found.into_iter().take(WINDOW as usize));
            if uids.len() > MOST_LETTERS {
                break;
            }
            let Some(next) = last.checked_add(1) else { break };
            first = next;
        }
        uids.sort_unstable();
        uids.dedup();
        let more = uids.len() > MOST_LETTERS;
        uids.truncate(MOST_LETTERS);
        Ok((uids, more))
    }

    /// How large they are. Who was expunged meanwhile is missing.
    async fn sizes(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, u64>, Reason> {
        let mut sizes = BTreeMap::new();
        for part in uids.chunks(MOST_TOGETHER) {
            self.in_time()?;
            let asked = self.mailbox.answer("FETCH", self.session.uid_fetch(set(part), "(UID INTERNALDATE RFC822.SIZE)")).await?;
            let mut answers = pin!(asked);
            while let Some(answer) = next(self.mailbox, self.mailbox.timeout, &mut answers).await? {
                if let (Some(uid), Some(size)) = (answer.uid, answer.size)
                    && part.contains(&uid)
                {
                    sizes.insert(uid, u64::from(size));
                    // Asked here, where no letter follows: the answer holds quotation marks.
                    self.arrived.extend(answer.internal_date().map(|at| (uid, Moment(at.timestamp_micros()))));
                }
            }
        }
        Ok(sizes)
    }

    /// The letters of one part, as far as they are still there. Reading them does not mark them as read.
    async fn letters(&mut self, part: &BTreeMap<u32, u64>) -> Result<Vec<Letter>, Reason> {
        self.in_time()?;
        let uids: Vec<u32> = part.keys().copied().collect();
        let asked = self.mailbox.answer("FETCH", self.session.uid_fetch(set(&uids), "(UID BODY.PEEK[])")).await?;
        let mut answers = pin!(asked);
        let mut letters: BTreeMap<u32, Letter> = BTreeMap::new();
        let mut bytes = 0_u64;
        let longest = part.values().max().copied().unwrap_or_default();
        let patience = self.mailbox.timeout + Duration::from_secs(longest / SLOWEST_BYTES_PER_S);
        while let Some(answer) = next(self.mailbox, patience, &mut answers).await? {
            let (Some(uid), Some(body)) = (answer.uid, answer.body()) else { continue };
            if !part.contains_key(&uid) {
                continue;
            }
            // A server that gives more than it announced is not held for it without end.
            bytes += body.len() as u64;
            if bytes > self.mailbox.most_letter_bytes.saturating_add(2 * MOST_BYTES_TOGETHER) {
                return Err(self.mailbox.failed("FETCH", &Imap::Io(std::io::ErrorKind::InvalidData.into())));
            }
            let arrived = self.arrived.get(&uid).copied();
            letters.insert(uid, Letter { uid, uid_validity: self.uid_validity, arrived, bytes: body.to_vec() });
        }
        Ok(letters.into_values().collect())
    }

    /// Moves, flags or deletes what is durable with us now.
    async fn done(&mut self, uids: &[u32]) -> Result<(), Reason> {
        let (mailbox, set) = (self.mailbox, set(uids));
        let flag = |flags: &str| format!("UID STORE {set} +FLAGS.SILENT ({flags})");
        match &mailbox.then {
            Then::Flag(keyword) => {
                mailbox.answer("STORE", self.session.run_command_and_check_ok(flag(&format!("\\Seen {keyword}")))).await?;
                // A folder that keeps no keywords says OK all the same, and the letters would come again for ever.
                let left = mailbox.answer("SEARCH", self.session.uid_search(format!("UID {set} UNKEYWORD {keyword}"))).await?;
                if uids.iter().any(|uid| left.contains(uid)) {
                    return Err(Reason::new(
                        "imap-no-keywords",
                        format!("フォルダ「{}」はキーワードを保存しません。取り込んだメールを移動または削除する設定にしてください。", mailbox.folder),
                        format!("the folder {:?} keeps no keywords; have letters moved or deleted instead", mailbox.folder),
                    ));
                }
                return Ok(());
            }
            Then::MoveTo(folder) if self.can.r#move => {
                return mailbox.answer("MOVE", self.session.uid_mv(&set, folder)).await;
            }
            Then::MoveTo(folder) => mailbox.answer("COPY", self.session.uid_copy(&set, folder)).await?,
            Then::Delete => {}
        }
        mailbox.answer("STORE", self.session.run_command_and_check_ok(flag("\\Deleted"))).await?;
        // A plain EXPUNGE would take what others marked, too.
        if self.can.expunge_one {
            mailbox.answer("EXPUNGE", self.session.run_command_and_check_ok(format!("UID EXPUNGE {set}"))).await?;
        }
        Ok(())
    }

    fn in_time(&self) -> Result<(), Reason> {
        if Instant::now() < self.until { Ok(()) } else { Err(self.mailbox.slow()) }
    }
}

async fn next(mailbox: &Mailbox, patience: Duration, answers: &mut (impl Stream<Item = Result<Fetch, Imap>> + Unpin)) -> Result<Option<Fetch>, Reason> {
    within(patience, answers.next()).await.map_err(|_| mailbox.slow())?.transpose().map_err(|error| mailbox.failed("FETCH", &error))
}

/// Numbers as a set of IMAP.
fn set(uids: &[u32]) -> String {
    uids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
