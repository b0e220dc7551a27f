//! Letters that were signed or encrypted, made by GnuPG and by us: what is read of them, and what their seals are said to be worth.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

#[path = "../openpgp/gnupg.rs"]
#[allow(dead_code, unreachable_pub, reason = "the other tests use the rest")]
mod gnupg;
mod hostile;
mod shapes;

use gnupg::{AT, Gpg};
use noroshi_post::{
    letter::{self, Letter},
    openpgp::{Certificate, TeamKey},
    sealed::{Opened, Ring, open},
};

/// ISO-2022-JP: 日本語の本文
pub(crate) const JAPANESE: &[u8] = b"\x1b$BF|K\\8l$NK\\J8\x1b(B\r\n";

pub(crate) fn ring(team: Vec<TeamKey>, certificates: &[Vec<u8>]) -> Ring {
    let held = certificates.iter().map(|bytes| (Certificate::parse(bytes).unwrap().key_ids(), bytes.clone()));
    Ring::new(team, held, Vec::new())
}

pub(crate) fn team() -> TeamKey {
    TeamKey::generate("Example CSIRT <csirt@example.jp>", AT).unwrap()
}

/// A letter with an ISO-2022-JP text within `multipart/mixed`, as a part.
pub(crate) fn inner() -> Vec<u8> {
    let head = b"Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n";
    [&head[..], JAPANESE, b"\r\n--in\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment\r\n\r\na,b\r\n--in--\r\n"].concat()
}

pub(crate) fn signed(from: &str, part: &[u8], signature: &[u8]) -> Vec<u8> {
    let head = format!(
        "From: {from}\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol=\"application/pgp-signature\"; boundary=\"out\"\r\n\r\nnot a part\r\n--out\r\n"
    );
    [head.as_bytes(), part, b"\r\n--out\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n", signature, b"\r\n--out--\r\n"].concat()
}

pub(crate) fn encrypted(from: &str, message: &[u8]) -> Vec<u8> {
    let head = format!(
        "From: {from}\r\nSubject: ...\r\nReceived: from mx.example.net by mail.example.jp; Mon, 15 Jan 2024 12:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=out\r\n\r\n--out\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--out\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n"
    );
    [head.as_bytes(), message, b"\r\n--out--\r\n"].concat()
}

pub(crate) fn plain(from: &str, text: &[u8]) -> Vec<u8> {
    [format!("From: {from}\r\nSubject: x\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n").as_bytes(), text].concat()
}

pub(crate) fn read(opened: &Opened<'_>) -> Letter {
    letter::read(&opened.raw).unwrap()
}

pub(crate) fn texts(letter: &Letter) -> String {
    letter.texts().filter_map(|part| part.text().map(std::borrow::Cow::into_owned)).collect()
}

/// The keys of the signatures and of the secrecy, as stored.
pub(crate) fn keys(opened: &Opened<'_>) -> (Vec<&'static str>, &'static str) {
    (opened.seal.signatures.iter().map(noroshi_post::sealed::SignatureOf::key).collect(), opened.seal.secrecy().key())
}

pub(crate) fn opened<'a>(raw: &'a [u8], ring: &Ring) -> Opened<'a> {
    open(raw, ring, AT)
}

/// GnuPG with a key of the sender and the team's public key.
pub(crate) fn sender(team: &TeamKey) -> Option<(Gpg, Vec<u8>)> {
    let gpg = Gpg::new()?;
    gpg.key("Hanako <hanako@example.net>", "ed25519", "1y");
    gpg.import(&team.certificate().armoured().unwrap());
    let certificate = gpg.export("hanako@example.net");
    Some((gpg, certificate))
}
