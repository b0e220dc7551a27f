//! Who a sensor is: kept in its folder of state, for its user alone.

use crate::{centre::Address, certificate, disk::Disk, ring as ring_folder};
use noroshi_telescope::batch::{SensorId, SigningKey};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};
use tokio_rustls::rustls::{ClientConfig, pki_types::CertificateDer};

/// The file that says who a sensor is. What it names is there before it is.
const FILE: &str = "identity.json";

/// Who a sensor is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// As the centre names it in batches.
    pub sensor: SensorId,
    /// As people call it.
    pub name: String,
    /// Where the centre is.
    pub centre: String,
    /// The certificate of the centre's authority (PEM).
    pub authority: String,
    /// The sensor's certificate (PEM).
    pub certificate: String,
    /// The file of the key by which it speaks.
    pub tls_key: String,
    /// The file of the key by which it seals.
    pub batch_key: String,
}

/// The keys of a sensor, as they are written.
pub struct Keys<'a> {
    /// PEM.
    pub tls: &'a str,
    /// PKCS#8.
    pub batch: &'a [u8],
}

impl std::fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// There is no identity that can be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// None at all.
    #[error("there is no identity in {0}: enrol first (noroshi-sensor enroll --centre URL --token TOKEN), or name the folder by --state")]
    None(PathBuf),
    /// It cannot be read.
    #[error("{0} cannot be read ({1}): run as the user who enrolled; if it is broken, ask the centre for a new token and enrol with --again")]
    Unreadable(PathBuf, io::Error),
}

impl Identity {
    /// Whether somebody enrolled here.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn is_in(state: &Path) -> io::Result<bool> {
        state.join(FILE).try_exists()
    }

    /// Reads who this is.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn read(state: &Path) -> Result<Self, IdentityError> {
        let path = state.join(FILE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(IdentityError::None(state.to_owned())),
            read => read.map_err(|error| IdentityError::Unreadable(path.clone(), error))?,
        };
        serde_json::from_slice(&text).map_err(|error| IdentityError::Unreadable(path, error.into()))
    }

    /// Keeps who this is, keys first; then keys that it does not name any more go.
    ///
    /// # Errors
    /// When the disk refuses; then who it was before still stands.
    pub fn keep(&self, state: &Path, keys: &Keys<'_>) -> io::Result<()> {
        let disk = Disk::default();
        disk.folder(state)?;
        if fs::metadata(state)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(state, Permissions::from_mode(0o700))?;
        }
        for (file, bytes) in [(&self.tls_key, keys.tls.as_bytes()), (&self.batch_key, keys.batch)] {
            if !state.join(file).try_exists()? {
                disk.write(state, file, bytes)?;
            }
        }
        disk.write(state, FILE, &serde_json::to_vec_pretty(self)?)?;
        for entry in fs::read_dir(state)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            if (name.ends_with(".key") && *name != self.tls_key && *name != self.batch_key) || name.ends_with(crate::disk::UNFINISHED) {
                disk.remove(&state.join(&*name))?;
            }
        }
        disk.sync(state)
    }

    /// How a key's file is called: after the key, so that a new one never takes the place of one that is in use.
    #[must_use]
    pub fn file_of(kind: &str, public: &[u8]) -> String {
        let hash = digest(&SHA256, public);
        let short = hash.as_ref().get(..8).unwrap_or_default();
        format!("{kind}-{}.key", data_encoding::HEXLOWER.encode(short))
    }

    /// The folder of its ring. Another sensor's batches are not this one's.
    #[must_use]
    pub fn ring(&self, state: &Path) -> PathBuf {
        state.join(format!("{}{}", ring_folder::BEGINS, self.sensor))
    }

    /// Where the centre is.
    ///
    /// # Errors
    /// When it is no address.
    pub fn address(&self) -> io::Result<Address> {
        self.centre.parse().map_err(io::Error::other)
    }

    /// The sensor's certificate.
    ///
    /// # Errors
    /// When it is none.
    pub fn own_certificate(&self) -> io::Result<CertificateDer<'static>> {
        certificate::read(&self.certificate)
    }

    /// The key by which it seals.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn signing_key(&self, state: &Path) -> Result<(SigningKey, Vec<u8>), IdentityError> {
        let path = state.join(&self.batch_key);
        let failed = |error| IdentityError::Unreadable(path.clone(), error);
        let bytes = fs::read(&path).map_err(failed)?;
        Ok((SigningKey::from_pkcs8(&bytes).map_err(io::Error::other).map_err(failed)?, bytes))
    }

    /// How it speaks with the centre.
    ///
    /// # Errors
    /// When a certificate or the key cannot be used.
    pub fn tls(&self, state: &Path) -> Result<ClientConfig, IdentityError> {
        let path = state.join(&self.tls_key);
        let failed = |error| IdentityError::Unreadable(path.clone(), error);
        let key = fs::read_to_string(&path).and_then(|text| certificate::read_key(&text)).map_err(failed)?;
        let authority = certificate::read(&self.authority).map_err(failed)?;
        crate::centre::known(&authority, self.own_certificate().map_err(failed)?, key).map_err(failed)
    }
}
