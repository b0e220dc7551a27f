//! Certificates and the keys behind them.

use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use std::io;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

/// From when to when a certificate is valid, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// From.
    pub from_s: i64,
    /// To.
    pub to_s: i64,
}

impl Validity {
    /// When two thirds are over: then it is time for the next.
    #[must_use]
    pub fn renew_at_s(&self) -> i64 {
        self.from_s.saturating_add(self.to_s.saturating_sub(self.from_s) / 3 * 2)
    }
}

/// A new key, with a request for a certificate (PEM) that it signed.
///
/// # Errors
/// When the system has no random numbers.
pub fn request() -> io::Result<(KeyPair, String)> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut wish = CertificateParams::default();
    // The centre decides what stands in the certificate.
    wish.distinguished_name = DistinguishedName::new();
    let request = wish.serialize_request(&key).and_then(|request| request.pem()).map_err(io::Error::other)?;
    Ok((key, request))
}

/// Reads a certificate (PEM).
///
/// # Errors
/// When it is none.
pub fn read(pem: &str) -> io::Result<CertificateDer<'static>> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| io::Error::other(format!("this is no certificate: {error}")))
}

/// Reads a key (PEM).
///
/// # Errors
/// When it is none.
pub fn read_key(pem: &str) -> io::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|error| io::Error::other(format!("this is no key: {error}")))
}

/// When a certificate is valid, provided that it is for a key.
///
/// # Errors
/// When it cannot be read, or is for another key.
pub fn validity(certificate: &CertificateDer<'_>, key: Option<&KeyPair>) -> io::Result<Validity> {
    let (_, read) = x509_parser::parse_x509_certificate(certificate).map_err(|error| io::Error::other(format!("this is no certificate: {error}")))?;
    if key.is_some_and(|key| key.public_key_raw() != read.public_key().subject_public_key.data.as_ref()) {
        return Err(io::Error::other("the certificate is for another key"));
    }
    let valid = read.validity();
    Ok(Validity { from_s: valid.not_before.timestamp(), to_s: valid.not_after.timestamp() })
}
