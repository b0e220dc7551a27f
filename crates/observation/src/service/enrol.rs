//! A sensor is let in, and gets its next certificate.

use super::registry::{record, secret_sha256};
use crate::{
    ObservationError,
    authority::{Authority, serial_of},
    store::{
        admission::{self, Admitted, Bearer},
        sensors,
    },
};
use noroshi_kernel::{access::Actor, reason::Reason, setaside::printable};
use noroshi_ledger::{Ledger, LedgerError};
use noroshi_telescope::{
    batch::SensorId,
    protocol::{Enrol, Enrolled, Renew, Renewed},
};
use serde_json::json;

/// Who bears a certificate that the authority signed. `None`: the authority of another database did.
///
/// # Errors
/// When the database cannot be reached.
pub async fn bearer(ledger: &Ledger, certificate: &[u8]) -> Result<Option<Bearer>, ObservationError> {
    let Some(serial) = serial_of(certificate) else { return Ok(None) };
    Ok(admission::bearer(ledger, &serial).await?)
}

/// Lets the bearer of a token in. The token is used up, and what the sensor sent under earlier keys stays.
///
/// # Errors
/// [`ObservationError::Refused`] when the token is none or was used, the request is none, or the key is not proven. Then the token can still be used.
pub async fn enrol(ledger: &Ledger, authority: &Authority, asked: &Enrol) -> Result<Enrolled, ObservationError> {
    let refused = |key, ja: &str, en: &str| ObservationError::Refused(Reason::new(key, ja, en));
    let unknown = || {
        refused(
            "token",
            "このトークンは使えません。使用済みか、期限が切れたか、写し間違いです。新しいトークンを発行してもらってください。",
            "this token is of no use: it was used, it expired, or it was copied wrongly; ask for a new one",
        )
    };
    let mut secret = [0; 16];
    hex::decode_to_slice(&asked.secret, &mut secret).map_err(|_| unknown())?;
    let key = asked.proven_key().ok_or_else(|| refused("batch-key", "バッチ鍵の証明が正しくありません。", "the proof of the batch key is wrong"))?;
    // Looked at first without the writer's turn: whoever guesses keeps nobody waiting.
    admission::sensor_of(ledger, &secret_sha256(&secret), ledger.now().0).await?.ok_or_else(unknown)?;
    let work = ledger.begin().await?;
    work.lock("observation.sensor").await?;
    let id = admission::sensor_of(&work, &secret_sha256(&secret), work.now().0).await?.ok_or_else(unknown)?;
    let sensor = sensors::find(&work, id).await?.ok_or_else(|| LedgerError::Damaged("a token of no sensor".into()))?;
    let identity = SensorId(rand::random());
    let issued = authority.sensor(&asked.request, identity, work.now())?;
    admission::withdraw_tokens(&work, sensor.id).await?;
    admission::withdraw_certificates(&work, sensor.id).await?;
    let software = printable(&asked.software, 60);
    admission::admit(&work, Admitted { id: sensor.id, identity, key }, &software).await?;
    admission::insert_certificate(&work, sensor.id, &issued).await?;
    let detail = json!({ "name": sensor.name, "identity": identity.to_string(), "batch_key": key.to_string(), "serial": issued.serial, "software": software });
    record(&work, &Actor::Platform, "observation.enrol", sensor.id, &detail).await?;
    work.commit().await?;
    Ok(Enrolled { sensor: identity, name: sensor.name, certificate: issued.pem, authority: authority.pem() })
}

/// Gives a sensor its next certificate. The one before holds until its end.
///
/// # Errors
/// [`ObservationError::Refused`] when the request is none.
pub async fn renew(ledger: &Ledger, authority: &Authority, sensor: Admitted, asked: &Renew) -> Result<Renewed, ObservationError> {
    let work = ledger.begin().await?;
    let issued = authority.sensor(&asked.request, sensor.identity, work.now())?;
    admission::insert_certificate(&work, sensor.id, &issued).await?;
    record(&work, &Actor::Platform, "observation.renew", sensor.id, &json!({ "serial": issued.serial })).await?;
    work.commit().await?;
    Ok(Renewed { certificate: issued.pem })
}
