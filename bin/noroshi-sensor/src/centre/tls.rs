//! How the centre is known to be itself: by its authority alone. No other authority of the machine is asked.

use ring::digest::{SHA256, digest};
use std::{io, sync::Arc};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring::default_provider, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime},
    version::TLS13,
};

/// What a server says that has nothing to do with the authority of the token.
#[derive(Debug, thiserror::Error)]
#[error("the server does not have the certificate of the authority that the token names")]
pub(super) struct AnotherAuthority;

/// The authority is known by SHA-256 of its certificate, which the server sends along.
#[derive(Debug)]
struct Pinned {
    authority: [u8; 32],
    provider: Arc<CryptoProvider>,
}

/// For a sensor that enrols: it knows the authority from its token, and has no certificate yet.
///
/// # Errors
/// When TLS cannot be set up.
pub fn pinned(authority: [u8; 32]) -> io::Result<ClientConfig> {
    let provider = Arc::new(default_provider());
    let verifier = Arc::new(Pinned { authority, provider: Arc::clone(&provider) });
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]).map_err(io::Error::other)?;
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// For a sensor that is enrolled: it knows the authority's certificate, and proves itself by its own.
///
/// # Errors
/// When a certificate cannot be used, or the key is not that of the certificate.
pub fn known(authority: &CertificateDer<'_>, certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> io::Result<ClientConfig> {
    let provider = Arc::new(default_provider());
    let verifier = only(authority, &provider).map_err(io::Error::other)?;
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]).map_err(io::Error::other)?;
    config.with_webpki_verifier(verifier).with_client_auth_cert(vec![certificate], key).map_err(io::Error::other)
}

fn only(authority: &CertificateDer<'_>, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone().into_owned())?;
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().map_err(|error| Error::General(error.to_string()))
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let authority = between.iter().find(|certificate| digest(&SHA256, certificate).as_ref() == self.authority);
        let authority = authority.ok_or_else(|| Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(AnotherAuthority)))))?;
        only(authority, &self.provider)?.verify_server_cert(end, between, name, ocsp, now)
    }

    fn verify_tls12_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken".to_owned()))
    }

    fn verify_tls13_signature(&self, message: &[u8], by: &CertificateDer<'_>, signature: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, by, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
