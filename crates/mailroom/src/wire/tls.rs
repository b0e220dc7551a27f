//! Whom TLS trusts: the system's certificate authorities, and one more where the configuration names it.

use noroshi_kernel::reason::Reason;
use std::{path::Path, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, crypto,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

/// A file of certificate authorities is no longer than this.
const MOST_CA_BYTES: u64 = 1 << 20;

/// Reads a further certificate authority (PEM, one or several).
pub(super) fn authority(path: &Path) -> Result<Vec<u8>, Reason> {
    let unusable = |why: &str| {
        let path = path.display();
        Reason::new(
            "wire-ca",
            format!("認証局の証明書「{path}」を使えません（{why}）。PEM 形式の証明書を指定してください。"),
            format!("the certificate authority {path} cannot be used ({why}); name a file with certificates in PEM"),
        )
    };
    let size = std::fs::metadata(path).map_err(|error| unusable(&error.kind().to_string()))?.len();
    if size > MOST_CA_BYTES {
        return Err(unusable("> 1 MiB"));
    }
    let pem = std::fs::read(path).map_err(|error| unusable(&error.kind().to_string()))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|_| unusable("PEM"))?;
    // A file without one would silently leave the system's alone.
    if found.is_empty() || found.into_iter().any(|certificate| RootCertStore::empty().add(certificate).is_err()) {
        return Err(unusable("PEM"));
    }
    Ok(pem)
}

/// Makes a client that trusts the system's authorities and those of `ca`.
pub(super) fn client(ca: Option<&Path>) -> Result<TlsConnector, Reason> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&authority(path)?).flatten());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Reason::new("wire-tls", "TLS を使えません。", "TLS cannot be used"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Makes a connection secure, and sure of whom it leads to.
pub(super) async fn secure(connector: &TlsConnector, host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, Reason> {
    let failed = |why: &str| {
        Reason::new(
            "wire-tls",
            format!("{host} との TLS 接続を確立できません（{why}）。平文では接続しません。証明書の名前、期限、認証局を確認してください。"),
            format!("no TLS connection to {host} ({why}); nothing is sent in the clear: check the certificate's name, dates and authority"),
        )
    };
    let name = ServerName::try_from(host.to_owned()).map_err(|_| failed("name"))?;
    connector.connect(name, stream).await.map_err(|error| failed(&noroshi_kernel::setaside::printable(&error.to_string(), 200)))
}
