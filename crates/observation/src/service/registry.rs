//! The registry: sensors are entered, let in by a token, and shut out.

use crate::{
    ObservationError, Sensor,
    authority::Authority,
    store::{admission, sensors},
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    reason::{Reason, no_country},
    setaside::printable,
};
use noroshi_lake::packets::Country;
use noroshi_ledger::{Ledger, UnitOfWork, audit::Entry};
use noroshi_telescope::protocol::Token;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// The longest name of a sensor, of its host organisation and of its region, in characters.
const MOST_CHARS: usize = 60;
/// How long a token may be used, in days.
pub const TOKEN_DAYS: i64 = 7;

/// Where a sensor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The organisation that hosts it.
    pub organisation: String,
    /// The region, as the team divides the world: 関東, Osaka, …
    pub region: String,
    /// The country (ISO 3166-1 alpha-2); empty when it is not told.
    pub country: String,
    /// How many addresses it watches.
    pub addresses: i64,
}

impl Default for Site {
    fn default() -> Self {
        Self { organisation: String::new(), region: String::new(), country: String::new(), addresses: 1 }
    }
}

impl Site {
    fn check(&self) -> Result<(), ObservationError> {
        let refuse = |reason| Err(ObservationError::Refused(reason));
        for text in [&self.organisation, &self.region] {
            if text.chars().count() > MOST_CHARS || printable(text, MOST_CHARS) != *text {
                return refuse(Reason::new(
                    "sensor-site",
                    format!("設置組織と地域は {MOST_CHARS} 文字以内で、制御文字を使わずに書いてください。"),
                    format!("write organisation and region in {MOST_CHARS} characters at most, without control characters"),
                ));
            }
        }
        let is_country = self.country.as_bytes().try_into().ok().and_then(Country::new).is_some();
        if !(self.country.is_empty() || is_country) {
            return refuse(no_country(&printable(&self.country, 20)));
        }
        if !(1..=1 << 32).contains(&self.addresses) {
            return refuse(Reason::new(
                "sensor-addresses",
                "観測するアドレスの数は 1 以上で書いてください。",
                "the number of addresses that a sensor watches is 1 or more",
            ));
        }
        Ok(())
    }
}

/// Enters a sensor into the registry, or changes where a known one stands.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when its name or a part of its site is none.
pub async fn enter(ledger: &Ledger, actor: &Actor, name: &str, site: &Site) -> Result<Sensor, ObservationError> {
    put(ledger, actor, name, site, false).await
}

/// Enters a sensor that is not there yet.
///
/// # Errors
/// As [`enter`]; [`ObservationError::Refused`] when there is one of this name.
pub async fn add(ledger: &Ledger, actor: &Actor, name: &str, site: &Site) -> Result<Sensor, ObservationError> {
    put(ledger, actor, name, site, true).await
}

async fn put(ledger: &Ledger, actor: &Actor, name: &str, site: &Site, is_new: bool) -> Result<Sensor, ObservationError> {
    actor.must_can(Action::ChangeSensors)?;
    let name = checked_name(name)?;
    site.check()?;
    let work = ledger.begin().await?;
    work.lock("observation.sensor").await?;
    let sensor = match sensors::named(&work, name).await? {
        Some(_) if is_new => return Err(ObservationError::Refused(taken(name))),
        Some(known) => known,
        None => sensors::insert(&work, name).await?,
    };
    sensors::place(&work, sensor.id, site).await?;
    let detail = json!({ "name": name, "organisation": site.organisation, "region": site.region, "country": site.country, "addresses": site.addresses });
    record(&work, actor, "observation.register", sensor.id, &detail).await?;
    let sensor = sensors::named(&work, name).await?.unwrap_or(sensor);
    work.commit().await?;
    Ok(sensor)
}

fn taken(name: &str) -> Reason {
    Reason::new(
        "sensor-taken",
        format!("「{name}」というセンサーはもう登録されています。別の名前にするか、そのセンサーのページで変更してください。"),
        format!("there is a sensor {name:?} already; choose another name, or change that one on its page"),
    )
}

/// The sensor of a number.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached.
pub async fn find(ledger: &Ledger, actor: &Actor, number: i64) -> Result<Option<Sensor>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    Ok(sensors::numbered(ledger, number).await?)
}

/// Makes a token by which a sensor may enrol once, within [`TOKEN_DAYS`]. Earlier ones are of no use any more. It is told here and never again.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when there is no such sensor.
pub async fn token(ledger: &Ledger, actor: &Actor, authority: &Authority, name: &str) -> Result<(Token, Moment), ObservationError> {
    actor.must_can(Action::ChangeSensors)?;
    let token = Token { secret: rand::random(), authority: authority.pin() };
    let work = ledger.begin().await?;
    let sensor = known(&work, name).await?;
    let expires = work.now().plus_days(TOKEN_DAYS);
    admission::insert_token(&work, sensor.id, &secret_sha256(&token.secret), expires.0).await?;
    record(&work, actor, "observation.token", sensor.id, &json!({ "name": sensor.name, "expires": expires.rfc3339() })).await?;
    work.commit().await?;
    Ok((token, expires))
}

/// Shuts a sensor out: what it sends from now on is refused. What it sent stays.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when there is no such sensor.
pub async fn revoke(ledger: &Ledger, actor: &Actor, name: &str) -> Result<Sensor, ObservationError> {
    actor.must_can(Action::ChangeSensors)?;
    let work = ledger.begin().await?;
    let sensor = known(&work, name).await?;
    admission::revoke(&work, sensor.id).await?;
    admission::withdraw_tokens(&work, sensor.id).await?;
    admission::withdraw_certificates(&work, sensor.id).await?;
    record(&work, actor, "observation.revoke", sensor.id, &json!({ "name": sensor.name })).await?;
    work.commit().await?;
    Ok(sensor)
}

/// Every sensor, by name.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached.
pub async fn list(ledger: &Ledger, actor: &Actor) -> Result<Vec<Sensor>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    Ok(sensors::all(ledger).await?)
}

/// What a token's secret is kept as.
pub(super) fn secret_sha256(secret: &[u8; 16]) -> String {
    hex::encode(Sha256::digest(secret))
}

pub(super) fn checked_name(name: &str) -> Result<&str, ObservationError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS || printable(name, MOST_CHARS) != name {
        return Err(ObservationError::Refused(Reason::new(
            "sensor-name",
            format!("センサーの名前は 1～{MOST_CHARS} 文字で、制御文字を使わずに書いてください。"),
            format!("name the sensor in 1 to {MOST_CHARS} characters, without control characters"),
        )));
    }
    Ok(name)
}

pub(super) async fn record(work: &UnitOfWork, actor: &Actor, action: &'static str, sensor: i64, detail: &serde_json::Value) -> Result<(), ObservationError> {
    Ok(work.record(actor, Entry { action, subject_kind: "sensor", subject_id: sensor, detail }).await?)
}

pub(super) async fn known(work: &UnitOfWork, name: &str) -> Result<Sensor, ObservationError> {
    sensors::named(work, name.trim()).await?.ok_or_else(|| {
        let name = printable(name, MOST_CHARS);
        ObservationError::Refused(Reason::new(
            "no-sensor",
            format!("センサー「{name}」は登録されていません。`noroshi sensor list` で名前を確かめてください。"),
            format!("there is no sensor {name:?}; `noroshi sensor list` tells the names"),
        ))
    })
}
