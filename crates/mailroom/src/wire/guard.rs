//! Bounds on what a server may say, laid beneath the libraries that read it.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

/// An answer to one command of SMTP, TLS handshakes included, is no longer than this.
const MOST_ANSWER_BYTES: usize = 256 << 10;
/// A line of IMAP outside letters is no longer than this. The longest that is asked for lists 500 numbers.
const MOST_LINE_BYTES: usize = 64 << 10;
/// Parentheses of an answer stand no deeper than this; what is asked for has two levels. Parsers go down with them.
const MOST_DEPTH: u32 = 32;
/// Lines that follow each other without a command of ours.
const MOST_LINES: u32 = 20_000;

/// What is checked while bytes come in.
pub(super) trait Watch: fmt::Debug + Send + Sync + Unpin {
    /// The most bytes that may be taken at once.
    fn at_once(&self) -> usize;
    /// Looks at what came in; false ends the connection.
    fn came(&mut self, bytes: &[u8]) -> bool;
    /// A command was sent.
    fn asked(&mut self);
}

/// A connection with its bounds.
#[derive(Debug)]
pub(super) struct Guard<S, W> {
    inner: S,
    watch: W,
}

impl<S, W> Guard<S, W> {
    pub(super) fn new(inner: S, watch: W) -> Self {
        Self { inner, watch }
    }

    pub(super) fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncRead + Unpin, W: Watch> AsyncRead for Guard<S, W> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let most = this.watch.at_once().min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        std::task::ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
        let came = part.filled().len();
        if !this.watch.came(part.filled()) {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "the answer is longer or deeper than it may be")));
        }
        buffer.advance(came);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, W: Watch> AsyncWrite for Guard<S, W> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.watch.asked();
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<W: Watch> AsyncTokioStream for Guard<TcpStream, W> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.peer_addr()
    }
}

impl<W: Watch> AsyncTokioStream for Guard<TlsStream<TcpStream>, W> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.get_ref().0.peer_addr()
    }
}

/// Bounds the bytes of each answer.
///
/// Bytes are given out one at a time: what a reader above has not asked for stays in the socket. So nothing that somebody slips
/// in behind the answer to `STARTTLS` is taken for an answer that came through TLS; it reaches the handshake and breaks it.
#[derive(Debug, Default)]
pub(super) struct Answers {
    bytes: usize,
}

impl Watch for Answers {
    fn at_once(&self) -> usize {
        1
    }

    fn came(&mut self, bytes: &[u8]) -> bool {
        self.bytes += bytes.len();
        self.bytes <= MOST_ANSWER_BYTES
    }

    fn asked(&mut self) {
        self.bytes = 0;
    }
}

/// Follows the lines and literals of IMAP (RFC 9051 4.3), bounding the length of each and the depth of parentheses.
///
/// The parser above goes down with parentheses, so it must never see any that were not counted here. What is skipped as a literal
/// is therefore only what that parser cannot but take for one: a letter within an answer to `FETCH`. Behind another announcement
/// the bytes are counted as lines, whatever they are.
#[derive(Debug)]
pub(super) struct Literals {
    most_literal_bytes: u64,
    /// What is left of the literal that is being received.
    literal: u64,
    /// The answer so far, without its literals.
    line: Vec<u8>,
    depth: u32,
    lines: u32,
}

impl Literals {
    /// Allows literals of this many bytes.
    pub(super) fn new(most_literal_bytes: u64) -> Self {
        Self { most_literal_bytes, literal: 0, line: Vec::new(), depth: 0, lines: 0 }
    }

    fn byte(&mut self, byte: u8) -> bool {
        self.line.push(byte);
        match byte {
            b'(' | b'[' => self.depth += 1,
            b')' | b']' => self.depth = self.depth.saturating_sub(1),
            b'\n' => {
                if let Some(letter) = self.letter() {
                    // The answer goes on behind it.
                    self.literal = letter;
                } else {
                    self.line.clear();
                    self.depth = 0;
                    self.lines += 1;
                }
            }
            _ => {}
        }
        self.line.len() <= MOST_LINE_BYTES && self.depth <= MOST_DEPTH && self.lines <= MOST_LINES && self.literal <= self.most_literal_bytes
    }

    /// The length of the letter that this line announces: `* 1 FETCH (UID 7 BODY[] {123}`.
    fn letter(&self) -> Option<u64> {
        let text = std::str::from_utf8(&self.line).ok()?.strip_suffix("}\r\n")?;
        let (before, number) = text.rsplit_once('{')?;
        let (sequence, items) = before.strip_prefix("* ")?.split_once(" FETCH (")?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let last = items.strip_suffix("BODY[] ")?;
        let fits = digits(sequence) && digits(number) && self.depth == 1 && !items.contains('"') && (last.is_empty() || last.ends_with([' ', '\n']));
        // A number that is longer is too large all the same.
        fits.then(|| number.parse().unwrap_or(u64::MAX))
    }
}

impl Watch for Literals {
    fn at_once(&self) -> usize {
        usize::MAX
    }

    fn came(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.literal == 0 {
                if !self.byte(first) {
                    return false;
                }
                bytes = rest;
            } else {
                let of_literal = usize::try_from(self.literal).unwrap_or(usize::MAX).min(bytes.len());
                self.literal -= of_literal as u64;
                bytes = bytes.get(of_literal..).unwrap_or_default();
            }
        }
        true
    }

    fn asked(&mut self) {
        self.lines = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(said: &[u8], at_once: usize) -> bool {
        let mut watch = Literals::new(100);
        said.chunks(at_once).all(|part| watch.came(part))
    }

    fn deep(line: &[u8]) -> Vec<u8> {
        [line, &b"(".repeat(60)[..], b")\r\n"].concat()
    }

    #[test]
    fn answers_are_bounded_however_they_are_cut() {
        let long = [b"* OK ".to_vec(), vec![b'x'; MOST_LINE_BYTES]].concat();
        let within = [b"* 1 FETCH (BODY[] {100}\r\n".to_vec(), vec![b'('; 100], b")\r\n* OK\r\n".to_vec()].concat();
        let twice = [b"* 1 FETCH (BODY[] {60}\r\n".to_vec(), vec![b'('; 60], b" BODY[] {60}\r\n".to_vec(), vec![b'('; 60], b")\r\n".to_vec()].concat();
        for (said, expected) in [
            (b"* OK ready\r\na1 OK {5} done\r\n".to_vec(), true),
            (within, true),
            (twice, true),
            (b"* 1 FETCH (BODY[] {101}\r\n".to_vec(), false),
            (b"* 1 FETCH (BODY[] {99999999999999999999999999}\r\n".to_vec(), false),
            (vec![b'('; 33], false),
            (b"* 1 FETCH (BODY[] {3}\r\n(((".iter().copied().chain(vec![b'('; 32]).collect(), false),
            (long, false),
            (b"* OK\r\n".repeat(MOST_LINES as usize + 1), false),
            // What is no literal to the parser is none here.
            (deep(b"* OK {60}\r\n"), false),
            (deep(b"* OK FETCH (BODY[] {60}\r\n"), false),
            (deep(b"* 1 FETCH (X (BODY[] {60}\r\n"), false),
            (deep(b"* 1 FETCH (X \"BODY[] {60}\r\n"), false),
            (deep(b"* 1 FETCH (X-BODY[] {60}\r\n"), false),
            (deep(b"* 1 FETCH (BODY[] {60}\n"), false),
            (deep(b"* 1 FETCH (UID 7 FLAGS (\\Seen) BODY[] {60}\r\n"), true),
        ] {
            for at_once in [1, 7, 4096] {
                assert_eq!(passes(&said, at_once), expected, "{:?} by {at_once}", String::from_utf8_lossy(said.get(..60).unwrap_or(&said)));
            }
        }
    }
}
