//! The page of a sensor for whoever hosts it: behind a secret link, without an account.
//!
//! The link bears the sensor's id and a proof by the team's secret over the id and the moment at which the link was made. So staff can show it
//! again at any time, and a new one, or none, ends the one before.

use super::{
    health::{self, Detail},
    registry::{known, record},
};
use crate::{ObservationError, store::sensors};
use hmac::{Hmac, Mac as _};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Zone,
};
use noroshi_ledger::Ledger;
use serde_json::json;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// The bytes of a link's secret that prove it.
const PROOF_BYTES: usize = 16;

/// Makes a link for the host of a sensor; an earlier one leads nowhere from now on.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when there is no such sensor.
pub async fn make_link(ledger: &Ledger, actor: &Actor, name: &str) -> Result<(), ObservationError> {
    set(ledger, actor, name, true).await
}

/// Ends the link for the host of a sensor.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when there is no such sensor.
pub async fn end_link(ledger: &Ledger, actor: &Actor, name: &str) -> Result<(), ObservationError> {
    set(ledger, actor, name, false).await
}

async fn set(ledger: &Ledger, actor: &Actor, name: &str, is_on: bool) -> Result<(), ObservationError> {
    actor.must_can(Action::ChangeSensors)?;
    let work = ledger.begin().await?;
    work.lock("observation.sensor").await?;
    let sensor = known(&work, name).await?;
    // Two links made at once are two.
    let made_at = is_on.then(|| work.now().0.max(sensor.host_link.map_or(0, |earlier| earlier + 1)));
    sensors::set_host_link(&work, sensor.id, made_at).await?;
    record(&work, actor, "observation.host_link", sensor.id, &json!({ "name": sensor.name, "on": is_on })).await?;
    Ok(work.commit().await?)
}

/// The secret of a sensor's link, when it has one. `key` is the team's secret.
///
/// ```
/// # use noroshi_observation::service::host;
/// let token = host::secret(&[7; 32], 3, Some(1_000)).unwrap();
/// assert_eq!(host::secret(&[7; 32], 3, Some(1_001)).unwrap() == token, false);
/// assert_eq!(host::secret(&[7; 32], 3, None), None);
/// ```
#[must_use]
pub fn secret(key: &[u8; 32], sensor: i64, made_at: Option<i64>) -> Option<String> {
    let proof = proof(key, sensor, made_at?)?;
    Some(data_encoding::BASE32_NOPAD.encode(&[&sensor.to_be_bytes()[..], &proof].concat()).to_ascii_lowercase())
}

/// Nothing never proves anything.
fn proof(key: &[u8; 32], sensor: i64, made_at: i64) -> Option<[u8; PROOF_BYTES]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("sensor-host/{sensor}/{made_at}").as_bytes());
    mac.finalize().into_bytes().first_chunk().copied()
}

/// What the link's sensor tells of itself; `None` when the link leads nowhere.
///
/// # Errors
/// When the database cannot be reached.
pub async fn by_link(ledger: &Ledger, key: &[u8; 32], zone: &Zone, token: &str) -> Result<Option<Detail>, ObservationError> {
    const MOST_CHARS: usize = 64;
    let read = || {
        let coded = Some(token).filter(|token| token.len() <= MOST_CHARS)?;
        let bytes = data_encoding::BASE32_NOPAD.decode(coded.to_ascii_uppercase().as_bytes()).ok()?;
        let (id, proof) = bytes.split_first_chunk::<8>()?;
        Some((i64::from_be_bytes(*id), proof.to_vec()))
    };
    let Some((id, shown)) = read() else { return Ok(None) };
    let snapshot = ledger.snapshot().await?;
    let Some(sensor) = sensors::find(&snapshot, id).await? else { return Ok(None) };
    let proof = sensor.host_link.and_then(|made_at| proof(key, id, made_at));
    let proved = proof.is_some_and(|proof| bool::from(proof.ct_eq(shown.as_slice())));
    if proved { Ok(Some(health::detail(&snapshot, sensor, ledger.now(), zone).await?)) } else { Ok(None) }
}
