//! The authority that signs for the centre and its sensors: a small one of our own, whose only use is that they know each other.

use crate::{
    ObservationError,
    store::authorities::{self, Kept},
};
use noroshi_directory::key::Vault;
use noroshi_kernel::{access::Actor, moment::Moment, reason::Reason};
use noroshi_ledger::{Ledger, LedgerError, audit::Entry};
use noroshi_telescope::batch::SensorId;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

/// What the authority's key is locked for.
const PURPOSE: &str = "sensor-authority";
/// How long the authority's own certificate holds, in days.
const AUTHORITY_DAYS: i64 = 20 * 365;
/// How long a sensor's certificate holds: it is renewed after two thirds.
const SENSOR_DAYS: i64 = 365;
/// How long the centre's own certificate holds; it gets a new one whenever it starts.
const CENTRE_DAYS: i64 = 397;

/// The authority, able to sign.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", hex::encode(self.pin()))
    }
}

/// A certificate for a sensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// In PEM.
    pub pem: String,
    /// Its serial number, in hexadecimal.
    pub serial: String,
    /// Until when it holds.
    pub expires: Moment,
}

impl Authority {
    /// The authority of a database; made when there is none yet.
    ///
    /// # Errors
    /// When the database fails, or the authority's key does not open with this team key.
    pub async fn open(ledger: &Ledger, vault: &Vault) -> Result<Self, ObservationError> {
        if let Some(kept) = authorities::newest(ledger).await? {
            return Self::of(kept, vault);
        }
        let work = ledger.begin().await?;
        work.lock("observation.authority").await?;
        if let Some(kept) = authorities::newest(&work).await? {
            work.undo().await?;
            return Self::of(kept, vault);
        }
        let (kept, made) = Self::make(work.now(), vault)?;
        let id = authorities::insert(&work, &kept).await?;
        let detail = json!({ "sha256": hex::encode(made.pin()) });
        work.record(&Actor::Platform, Entry { action: "observation.authority", subject_kind: "authority", subject_id: id, detail: &detail }).await?;
        work.commit().await?;
        Ok(made)
    }

    fn make(now: Moment, vault: &Vault) -> Result<(Kept, Self), ObservationError> {
        let key = KeyPair::generate().map_err(|error| failed(&error))?;
        let mut params = params(now, AUTHORITY_DAYS)?;
        params.distinguished_name.push(DnType::CommonName, "noroshi sensors");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).map_err(|error| failed(&error))?;
        let locked = vault.lock(PURPOSE, key.serialized_der()).ok_or_else(|| LedgerError::Damaged("the authority's key cannot be locked".into()))?;
        let kept = Kept { certificate: certificate.der().to_vec(), locked_key: locked };
        let made = Self::of(kept.clone(), vault)?;
        Ok((kept, made))
    }

    fn of(kept: Kept, vault: &Vault) -> Result<Self, ObservationError> {
        let secret = vault.open(PURPOSE, &kept.locked_key).ok_or_else(|| {
            ObservationError::Refused(Reason::new(
                "authority-locked",
                "センサー用認証局の鍵が、このチームキー（team.key）では開きません。データを作ったときの team.key を戻してください。",
                "the key of the sensors' authority does not open with this team.key; put back the one with which the data were made",
            ))
        })?;
        let key = KeyPair::try_from(secret.as_slice()).map_err(|error| failed(&error))?;
        let issuer = Issuer::from_ca_cert_der(&kept.certificate.as_slice().into(), key).map_err(|error| failed(&error))?;
        Ok(Self { issuer, certificate: kept.certificate })
    }

    /// SHA-256 of its certificate: what a token tells a sensor.
    #[must_use]
    pub fn pin(&self) -> [u8; 32] {
        Sha256::digest(&self.certificate).into()
    }

    /// Its certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Its certificate in PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        let coded = data_encoding::BASE64.encode(&self.certificate);
        let lines: Vec<&str> = coded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    /// A certificate for the centre itself under these names or addresses, with its key, both in DER.
    ///
    /// # Errors
    /// When a name is none.
    pub fn centre(&self, names: &[String], now: Moment) -> Result<(Vec<u8>, Vec<u8>), ObservationError> {
        let key = KeyPair::generate().map_err(|error| failed(&error))?;
        let mut named = CertificateParams::new(names.to_vec()).map_err(|error| failed(&error))?;
        let usual = params(now, CENTRE_DAYS)?;
        (named.not_before, named.not_after, named.serial_number) = (usual.not_before, usual.not_after, usual.serial_number);
        named.distinguished_name = DistinguishedName::new();
        named.distinguished_name.push(DnType::CommonName, "noroshi centre");
        named.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = named.signed_by(&key, &self.issuer).map_err(|error| failed(&error))?;
        Ok((certificate.der().to_vec(), key.serialized_der().to_vec()))
    }

    /// A certificate for a sensor. Of its request only the key is taken.
    ///
    /// # Errors
    /// [`ObservationError::Refused`] when the request is none or its signature is wrong.
    pub fn sensor(&self, request: &str, sensor: SensorId, now: Moment) -> Result<Issued, ObservationError> {
        let mut asked = CertificateSigningRequestParams::from_pem(request).map_err(|_| {
            ObservationError::Refused(Reason::new(
                "certificate-request",
                "証明書の要求（PKCS #10）として読めないか、その署名が違います。",
                "this is no certificate request (PKCS #10), or its signature is wrong",
            ))
        })?;
        let mut params = params(now, SENSOR_DAYS)?;
        params.distinguished_name.push(DnType::CommonName, sensor.to_string());
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let serial = params.serial_number.as_ref().map(|serial| hex::encode(serial.to_bytes())).unwrap_or_default();
        asked.params = params;
        let certificate = asked.signed_by(&self.issuer).map_err(|error| failed(&error))?;
        Ok(Issued { pem: certificate.pem(), serial, expires: now.plus_days(SENSOR_DAYS) })
    }
}

/// The serial number of a certificate in DER, in hexadecimal as [`Issued`] tells it; `None` when it is none.
#[must_use]
pub fn serial_of(certificate: &[u8]) -> Option<String> {
    let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let bytes = read.raw_serial();
    // DER puts a zero before a number whose first bit is set.
    Some(hex::encode(bytes.strip_prefix(&[0]).unwrap_or(bytes)))
}

/// What every certificate says: from an hour ago, for clocks that are behind; a random serial number.
fn params(now: Moment, days: i64) -> Result<CertificateParams, ObservationError> {
    let at = |moment: Moment| OffsetDateTime::from_unix_timestamp(moment.0.div_euclid(1_000_000)).map_err(|error| failed(&error));
    let mut params = CertificateParams::default();
    params.not_before = at(Moment(now.0 - 3_600_000_000))?;
    params.not_after = at(now.plus_days(days))?;
    // Its first bit is not set, and its first byte not zero: then it is written as it is.
    let mut serial: [u8; 16] = rand::random();
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.distinguished_name = DistinguishedName::new();
    Ok(params)
}

fn failed(error: &dyn std::fmt::Display) -> ObservationError {
    LedgerError::Damaged(format!("certificates: {error}")).into()
}
