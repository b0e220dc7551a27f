//! Letters out: handed to a relay, byte for byte, with an answer for each recipient (RFC 5321).

use super::{
    Elapsed, Secret, Security,
    guard::{Answers, Guard},
    is_here, notification, tls, within,
};
use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters},
        commands::{Data, Ehlo, Mail, Rcpt, Rset},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
        response::Response,
    },
};
use noroshi_kernel::{reason::Reason, setaside::printable};
use std::{
    error::Error as _,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;

/// Connections that stand to the relay at a time; further letters wait for one.
const MOST_CONNECTIONS: usize = 4;
/// Letters through one connection, after which it is closed. Relays count, too.
const MOST_LETTERS: u32 = 100;
/// A connection that nobody used for longer is not trusted to be there. Postfix under stress hangs up after ten seconds.
const MOST_IDLE: Duration = Duration::from_secs(9);
/// Recipients of one transaction (RFC 5321 4.5.3.1.8); a letter to more goes in several.
const MOST_RECIPIENTS: usize = 100;
/// The relay may take longer over the letter than over a command (RFC 5321 4.5.3.2.6): who gives up too early sends it twice.
const LONGER_FOR_THE_LETTER: u32 = 10;
/// The most characters of an answer that are kept.
const MOST_REPLY_CHARS: usize = 300;

/// A relay, as the configuration names it.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Its name or address; its certificate must be for that.
    pub host: String,
    /// Its port: 25, 587 or 465 as a rule.
    pub port: u16,
    /// How the connection is secured.
    pub security: Security,
    /// User and password, where it asks for them. They are sent through TLS or within this machine only.
    pub credentials: Option<(String, Secret)>,
    /// A file (PEM) with a certificate authority to trust beside the system's.
    pub ca: Option<PathBuf>,
    /// How we name ourselves in `EHLO`: a fully qualified name, or an address literal such as `[192.0.2.1]`.
    pub hello_name: String,
    /// How long one answer is waited for; ten times that for the answer to the letter itself.
    pub timeout: Duration,
}

/// What became of a letter for one of its recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientResult {
    /// The recipient, as it was given.
    pub recipient: String,
    /// What the relay said of it.
    pub outcome: Outcome,
}

/// What a relay made of a letter. Its words are safe to show and hold no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The relay has taken it over.
    Sent {
        /// Its answer, with what it calls the letter as a rule.
        reply: String,
    },
    /// Not now: it answered with 4xx, or there was no answer, no connection, no TLS.
    ///
    /// When the answer to the letter itself was lost, the relay may have taken it, and gets it once more.
    Later {
        /// What happened and what to do about it.
        reply: Reason,
        /// The code, where there was an answer.
        code: Option<u16>,
    },
    /// Never as it stands: it answered with 5xx, or the recipient's address is none.
    Refused {
        /// What happened and what to do about it.
        reply: Reason,
        /// The code, where there was an answer.
        code: Option<u16>,
    },
}

/// Sends letters through one relay. Connections are opened when they are needed and used again for a while.
#[derive(Debug)]
pub struct Transport {
    relay: Relay,
    hello: ClientId,
    tls: Tls,
    places: Semaphore,
    idle: Mutex<Vec<Parked>>,
}

#[derive(Clone)]
enum Tls {
    None,
    After(TlsParameters),
    First(TlsConnector),
}

struct Parked {
    connection: AsyncSmtpConnection,
    /// Whether the relay reports what it is asked to.
    reports: bool,
    letters: u32,
    since: Instant,
}

impl Relay {
    /// Checks the settings and makes ready to send; nobody is connected to yet.
    ///
    /// # Errors
    ///
    /// The name for `EHLO` is none, or the certificate authority cannot be read.
    pub fn open(self) -> Result<Transport, Reason> {
        let name = &self.hello_name;
        if name.is_empty() || name.len() > 255 || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-[]:_".contains(&byte)) {
            let shown = printable(name, 60);
            return Err(Reason::new(
                "smtp-hello",
                format!("EHLO で名乗る名前「{shown}」は完全修飾ドメイン名か [192.0.2.1] の形で書いてください。"),
                format!("the name for EHLO {shown:?} must be a fully qualified domain name, or an address as [192.0.2.1]"),
            ));
        }
        let tls = match self.security {
            Security::None => Tls::None,
            Security::Implicit => Tls::First(tls::client(self.ca.as_deref())?),
            Security::StartTls => {
                let mut builder = TlsParameters::builder(self.host.clone());
                if let Some(path) = &self.ca {
                    builder = builder.add_root_certificate(Certificate::from_pem(&tls::authority(path)?).map_err(|_| no_tls(&self.host, "PEM"))?);
                }
                Tls::After(builder.build().map_err(|error| no_tls(&self.host, &printable(&error.to_string(), 200)))?)
            }
        };
        let hello = ClientId::Domain(self.hello_name.clone());
        Ok(Transport { relay: self, hello, tls, places: Semaphore::new(MOST_CONNECTIONS), idle: Mutex::default() })
    }
}

impl Transport {
    /// Hands one letter to the relay and says what became of it for each recipient, in their order.
    ///
    /// `envelope_from` is where reports of failure go; without it they go nowhere (`<>`, for automatic answers). Lines of the
    /// letter end by CRLF. Nothing is added to it; a last line without its end gets one.
    ///
    /// Who stops waiting for this does not know what was sent.
    ///
    /// # Errors
    ///
    /// The letter or its sender cannot be sent as they are, whoever the recipients are; nobody was connected to.
    pub async fn send(&self, envelope_from: Option<&str>, recipients: &[&str], bytes: &[u8]) -> Result<Vec<RecipientResult>, Reason> {
        if let Some(line) = broken_line(bytes) {
            return Err(Reason::new(
                "smtp-lines",
                format!("メールの {line} 行目の改行が CRLF ではありません。改行を CRLF にそろえるか、その部分を base64 で符号化してください。"),
                format!("line {line} of the letter does not end by CRLF; write CRLF everywhere, or encode that part in base64"),
            ));
        }
        let from = envelope_from.map(address).transpose()?;
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let checked: Vec<Result<Address, Reason>> = recipients.iter().map(|recipient| address(recipient)).collect();
        let good: Vec<Address> = checked.iter().flatten().cloned().collect();
        let mut outcomes = Vec::with_capacity(good.len());
        for together in good.chunks(MOST_RECIPIENTS) {
            outcomes.extend(self.hand_over(from.as_ref(), together, bytes).await);
        }
        let mut outcomes = outcomes.into_iter();
        Ok(recipients
            .iter()
            .zip(checked)
            .map(|(recipient, checked)| {
                let outcome = match checked {
                    Err(reply) => Outcome::Refused { reply, code: None },
                    Ok(_) => outcomes.next().unwrap_or_else(|| Outcome::Later { reply: no_answer(&self.relay), code: None }),
                };
                RecipientResult { recipient: (*recipient).to_owned(), outcome }
            })
            .collect())
    }

    /// Takes leave of the relay where a connection stands unused.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for mut parked in idle {
            let _ = within(self.relay.timeout.min(Duration::from_secs(5)), parked.connection.quit()).await;
        }
    }

    async fn hand_over(&self, from: Option<&Address>, to: &[Address], bytes: &[u8]) -> Vec<Outcome> {
        let all = |outcome: Outcome| vec![outcome; to.len()];
        // Never closed.
        let Ok(_place) = self.places.acquire().await else {
            return all(Outcome::Later { reply: no_answer(&self.relay), code: None });
        };
        let mut parked = match self.connection().await {
            Ok(parked) => parked,
            Err(outcome) => return all(outcome),
        };
        let (outcomes, sound) = self.transaction(&mut parked, from, to, bytes).await;
        parked.letters += 1;
        parked.since = Instant::now();
        if sound && parked.letters < MOST_LETTERS && !parked.connection.has_broken() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(parked);
        }
        outcomes
    }

    /// A connection from before that still answers, or a new one.
    async fn connection(&self) -> Result<Parked, Outcome> {
        loop {
            let parked = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut parked) = parked else { break };
            if parked.since.elapsed() < MOST_IDLE && matches!(within(self.relay.timeout, parked.connection.command(Rset)).await, Ok(Ok(_))) {
                return Ok(parked);
            }
        }
        let mut connection = self.open_connection().await?;
        let reports = self.offers_reports(&mut connection).await?;
        Ok(Parked { connection, reports, letters: 0, since: Instant::now() })
    }

    /// Whatever goes wrong before a letter is begun is the relay's matter or ours, not the recipient's: it is tried again.
    async fn open_connection(&self) -> Result<AsyncSmtpConnection, Outcome> {
        let relay = &self.relay;
        let later = |reply: Reason| Outcome::Later { reply, code: None };
        let of = |error: &lettre::transport::smtp::Error| match said(error) {
            Some((code, text)) => Outcome::Later { reply: answered(&text), code: Some(code) },
            None => later(no_tls_or_answer(relay, error)),
        };
        let stream = super::connect(&relay.host, relay.port, relay.timeout).await.map_err(later)?;
        if relay.security == Security::None && relay.credentials.is_some() && !is_here(&stream) {
            return Err(later(no_tls(&relay.host, "security = none")));
        }
        let slow = |_: Elapsed| later(no_answer(relay));
        let stream: Box<dyn AsyncTokioStream> = match &self.tls {
            Tls::First(connector) => {
                let securing = tls::secure(connector, &relay.host, stream);
                Box::new(Guard::new(within(relay.timeout, securing).await.map_err(slow)?.map_err(later)?, Answers::default()))
            }
            Tls::None | Tls::After(_) => Box::new(Guard::new(stream, Answers::default())),
        };
        let opening = AsyncSmtpConnection::connect_with_transport(stream, &self.hello);
        let mut connection = within(relay.timeout, opening).await.map_err(slow)?.map_err(|error| of(&error))?;
        if let Tls::After(parameters) = &self.tls {
            if !connection.can_starttls() {
                return Err(later(no_tls(&relay.host, "STARTTLS")));
            }
            within(relay.timeout, connection.starttls(parameters.clone(), &self.hello)).await.map_err(slow)?.map_err(|error| of(&error))?;
            // Whatever a library does: in the clear goes only what was asked to.
            if !connection.is_encrypted() {
                return Err(later(no_tls(&relay.host, "STARTTLS")));
            }
        }
        if let Some((user, secret)) = &relay.credentials {
            let credentials = Credentials::new(user.clone(), secret.reveal().to_owned());
            // What a relay answers to a password might repeat it: its code alone is told.
            if let Err(error) = within(relay.timeout, connection.auth(DEFAULT_MECHANISMS, &credentials)).await.map_err(slow)? {
                let code = error.status().map(u16::from);
                return Err(Outcome::Later { reply: no_sign_in(relay, user, code), code });
            }
        }
        Ok(connection)
    }

    /// Whether the relay offers delivery reports on demand. The library does not keep that of its own greeting, so the relay is greeted again.
    async fn offers_reports(&self, connection: &mut AsyncSmtpConnection) -> Result<bool, Outcome> {
        match within(self.relay.timeout, connection.command(Ehlo::new(self.hello.clone()))).await {
            Ok(Ok(answer)) => Ok(notification::is_offered(&answer)),
            // It answered, if only that it will not be greeted twice.
            Ok(Err(error)) if error.is_permanent() => Ok(false),
            other => self.answer(other).map(|_| false).map_err(|(outcome, _)| outcome),
        }
    }

    /// One transaction, and whether the connection can be used again.
    async fn transaction(&self, parked: &mut Parked, from: Option<&Address>, to: &[Address], bytes: &[u8]) -> (Vec<Outcome>, bool) {
        let all = |outcome: Outcome| vec![outcome; to.len()];
        let patience = self.relay.timeout;
        let Parked { connection, reports, .. } = parked;
        let mut parameters = if *reports { notification::of_letter(from, bytes) } else { Vec::new() };
        if connection.server_info().supports_feature(Extension::EightBitMime) {
            if !bytes.is_ascii() {
                parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
            }
        } else if !bytes.is_ascii() {
            return (all(Outcome::Refused { reply: eight_bits(), code: None }), true);
        }
        match self.answer(within(patience, connection.command(Mail::new(from.cloned(), parameters))).await) {
            Ok(_) => {}
            Err((outcome, sound)) => return (all(outcome), sound),
        }
        let mut outcomes = Vec::with_capacity(to.len());
        for recipient in to {
            let parameters = if *reports { notification::of_recipient(from, recipient) } else { Vec::new() };
            match self.answer(within(patience, connection.command(Rcpt::new(recipient.clone(), parameters))).await) {
                Ok(_) => outcomes.push(None),
                Err((outcome, true)) => outcomes.push(Some(outcome)),
                Err((outcome, false)) => return (all(outcome), false),
            }
        }
        if outcomes.iter().all(Option::is_some) {
            return (outcomes.into_iter().flatten().collect(), true);
        }
        let mut answer = self.answer(within(patience, connection.command(Data)).await);
        if answer.is_ok() {
            answer = self.answer(within(patience * LONGER_FOR_THE_LETTER, connection.message(bytes)).await);
        }
        let (of_letter, sound) = match answer {
            Ok(reply) => (Outcome::Sent { reply }, true),
            Err(failed) => failed,
        };
        (outcomes.into_iter().map(|refused| refused.unwrap_or_else(|| of_letter.clone())).collect(), sound)
    }

    /// What was answered to a command: its words, or what comes of it and whether the connection can be used again.
    fn answer(&self, answer: Result<Result<Response, lettre::transport::smtp::Error>, Elapsed>) -> Result<String, (Outcome, bool)> {
        let error = match answer {
            Ok(Ok(response)) => {
                let text: Vec<&str> = response.message().collect();
                return Ok(printable(&format!("{} {}", response.code(), text.join(" ")), MOST_REPLY_CHARS));
            }
            Err(Elapsed) => return Err((Outcome::Later { reply: no_answer(&self.relay), code: None }, false)),
            Ok(Err(error)) => error,
        };
        Err(match said(&error) {
            Some((code, text)) if error.is_permanent() => (Outcome::Refused { reply: answered(&text), code: Some(code) }, true),
            // 421: the relay hangs up.
            Some((code, text)) => (Outcome::Later { reply: answered(&text), code: Some(code) }, code != 421),
            None => (Outcome::Later { reply: no_tls_or_answer(&self.relay, &error), code: None }, false),
        })
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::After(_) => "after STARTTLS",
            Self::First(_) => "from the first byte",
        })
    }
}

impl std::fmt::Debug for Parked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parked").field("letters", &self.letters).finish_non_exhaustive()
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sent { reply } => f.write_str(reply),
            Self::Later { reply, .. } | Self::Refused { reply, .. } => reply.fmt(f),
        }
    }
}

/// The number of the first line that has a CR or LF of its own: between servers that disagree over such, letters are smuggled.
fn broken_line(bytes: &[u8]) -> Option<usize> {
    let mut line = 1;
    let mut before = 0;
    for &byte in bytes {
        if (byte == b'\n') != (before == b'\r') {
            return Some(line);
        }
        line += usize::from(byte == b'\n');
        before = byte;
    }
    (before == b'\r').then_some(line)
}

fn address(text: &str) -> Result<Address, Reason> {
    let plain = text.len() <= 254 && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>".contains(&byte));
    text.parse().ok().filter(|_| plain).ok_or_else(|| {
        let shown = printable(text, 80);
        Reason::new(
            "smtp-address",
            format!("「{shown}」はメールアドレスとして使えません。user@example.jp の形（ASCII）で書いてください。"),
            format!("{shown:?} is no mail address that can be used; write it like user@example.jp, in ASCII"),
        )
    })
}

/// Code and words of a negative answer.
fn said(error: &lettre::transport::smtp::Error) -> Option<(u16, String)> {
    let code = error.status()?;
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    Some((u16::from(code), printable(&format!("{code} {text}"), MOST_REPLY_CHARS)))
}

fn answered(text: &str) -> Reason {
    Reason::new("smtp-answer", format!("中継サーバの応答: {text}"), format!("the relay answered: {text}"))
}

fn no_answer(relay: &Relay) -> Reason {
    let (host, port, seconds) = (&relay.host, relay.port, relay.timeout.as_secs());
    Reason::new(
        "smtp-no-answer",
        format!("{host}:{port} が {seconds} 秒以内に応答しません。サーバの状態を確認してください。自動的に再送します。"),
        format!("{host}:{port} does not answer within {seconds} s; check the server, the letter is tried again"),
    )
}

fn no_tls(host: &str, why: &str) -> Reason {
    Reason::new(
        "smtp-tls",
        format!("{host} との接続を TLS で保護できません（{why}）。平文では送信しません。サーバの設定と証明書を確認してください。"),
        format!("the connection to {host} cannot be secured by TLS ({why}); nothing is sent in the clear: check the server's settings and certificate"),
    )
}

fn no_tls_or_answer(relay: &Relay, error: &lettre::transport::smtp::Error) -> Reason {
    let mut why = error.to_string();
    let mut source = error.source();
    let mut of_tls = error.is_tls();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            of_tls |= io.get_ref().is_some_and(|inner| inner.is::<tokio_rustls::rustls::Error>());
            why = io.to_string();
        }
        of_tls |= inner.is::<tokio_rustls::rustls::Error>();
        source = inner.source();
    }
    let why = printable(&why, 200);
    let (host, port) = (&relay.host, relay.port);
    if of_tls {
        return no_tls(host, &why);
    }
    Reason::new(
        "smtp-connection",
        format!("{host}:{port} との通信が途切れました（{why}）。サーバの状態を確認してください。自動的に再送します。"),
        format!("the conversation with {host}:{port} broke off ({why}); check the server, the letter is tried again"),
    )
}

fn no_sign_in(relay: &Relay, user: &str, code: Option<u16>) -> Reason {
    let (host, user) = (&relay.host, printable(user, 80));
    let code = code.map_or_else(|| "-".to_owned(), |code| code.to_string());
    Reason::new(
        "smtp-sign-in",
        format!("{host} に利用者「{user}」で認証できません（応答 {code}）。利用者名とパスワードを確認してください。"),
        format!("{host} does not accept the user {user:?} (answer {code}); check user and password"),
    )
}

fn eight_bits() -> Reason {
    Reason::new(
        "smtp-eight-bits",
        "中継サーバが 8BITMIME に対応していません。8 ビットの部分を base64 で符号化してください。",
        "the relay takes no letters of 8 bits (8BITMIME); encode such parts in base64",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_by_both() {
        for (bytes, expected) in [
            (&b""[..], None),
            (b"a", None),
            (b"a\r\nb\r\n", None),
            (b"\r\n\r\n", None),
            (b"a\nb", Some(1)),
            (b"a\r\n.\nb", Some(2)),
            (b"a\r\n\n", Some(2)),
            (b"a\rb", Some(1)),
            (b"a\r", Some(1)),
            (b"a\r\r\n", Some(1)),
        ] {
            assert_eq!(broken_line(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn addresses_carry_no_commands() {
        for text in [
            "",
            "a",
            "a@",
            "a b@example.jp",
            "a@example.jp>\r\nRCPT TO:<b@example.jp",
            "<a@example.jp>",
            "利用者@example.jp",
            &format!("{}@example.jp", "a".repeat(250)),
        ] {
            assert_eq!(address(text).unwrap_err().key, "smtp-address", "{text}");
        }
        assert!(address("abuse+1@example.jp").is_ok());
    }
}
