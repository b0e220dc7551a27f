//! Keys by which others are given observations: partner teams what the sensors of their regions saw, researchers a sanitised set. Each is told once.

use crate::{
    ObservationError, Sensor,
    store::{sensors, shares},
};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    reason::Reason,
    setaside::printable,
};
use noroshi_ledger::{Ledger, LedgerError, audit::Entry};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What every key begins with, so that a leaked one is known for what it is.
const HEAD: &str = "noroshi_share_";
/// The longest name of a region.
const MOST_CHARS: usize = 60;
/// The most regions of one key.
const MOST_REGIONS: usize = 50;

/// Whom a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A partner team: everything that the sensors of its regions saw.
    Partner,
    /// A researcher: of all sensors, or of those of some regions, without what tells sensors and single sources.
    Researcher,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Partner, Self::Researcher];

    /// As stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Researcher => "researcher",
        }
    }
}

/// A key, without its secret: that is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whom it is for.
    pub kind: Kind,
    /// The regions of its sensors: countries as two capital letters, or regions as sensors name theirs. None of a researcher's: all sensors.
    pub regions: Vec<String>,
    /// When it was made.
    pub made_at: Moment,
    /// When it was used last.
    pub used_at: Option<Moment>,
    /// When it was ended.
    pub ended_at: Option<Moment>,
}

impl Share {
    /// Whether a sensor is one of its.
    #[must_use]
    pub fn has(&self, sensor: &Sensor) -> bool {
        let is_all = self.kind == Kind::Researcher && self.regions.is_empty();
        is_all || self.regions.iter().any(|region| if is_country(region) { sensor.country == *region } else { sensor.region == *region })
    }
}

/// Two capital letters are a country; anything else is the name of a region.
fn is_country(region: &str) -> bool {
    region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn refused(key: &'static str, ja: impl Into<String>, en: impl Into<String>) -> ObservationError {
    ObservationError::Refused(Reason::new(key, ja, en))
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Makes a key; gives its secret, which is told only now.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when its name is none or taken, or its regions are none.
pub async fn add(ledger: &Ledger, actor: &Actor, name: &str, kind: Kind, regions: &[String]) -> Result<String, ObservationError> {
    actor.must_can(Action::ShareObservations)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS || printable(name, MOST_CHARS) != name {
        return Err(refused(
            "share-name",
            format!("名前は 1～{MOST_CHARS} 文字で、制御文字を使わずに書いてください。"),
            format!("name the key in 1 to {MOST_CHARS} characters, without control characters"),
        ));
    }
    let mut regions: Vec<String> = regions.iter().map(|region| region.trim().to_owned()).filter(|region| !region.is_empty()).collect();
    regions.sort();
    regions.dedup();
    if regions.len() > MOST_REGIONS || regions.iter().any(|region| region.chars().count() > MOST_CHARS || printable(region, MOST_CHARS) != *region) {
        return Err(refused(
            "share-region",
            format!("地域は {MOST_REGIONS} 件まで、それぞれ {MOST_CHARS} 文字以内で、制御文字を使わずに書いてください。"),
            format!("write at most {MOST_REGIONS} regions of {MOST_CHARS} characters each, without control characters"),
        ));
    }
    if kind == Kind::Partner && regions.is_empty() {
        return Err(refused(
            "share-regions",
            "協力組織のキーには、国か地域を 1 つ以上指定してください。",
            "name at least one country or region of a partner's key",
        ));
    }
    let work = ledger.begin().await?;
    work.lock("observation.share").await?;
    if shares::all(&work).await?.iter().any(|share| share.name == name) {
        return Err(refused(
            "share-taken",
            format!("「{name}」という名前のキーはもうあります。"),
            format!("there is a key {name:?} already; choose another name"),
        ));
    }
    let secret = format!("{HEAD}{}", hex::encode(rand::random::<[u8; 32]>()));
    let id = work.take_id().await?;
    shares::insert(&work, id, name, kind, &regions, hash(&secret)).await?;
    let detail = json!({ "name": name, "kind": kind.key(), "regions": regions });
    work.record(actor, Entry { action: "observation.share", subject_kind: "share", subject_id: id, detail: &detail }).await?;
    work.commit().await?;
    Ok(secret)
}

/// Ends a key: from now on it opens nothing.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when there is none of that name that is not ended.
pub async fn end(ledger: &Ledger, actor: &Actor, name: &str) -> Result<(), ObservationError> {
    actor.must_can(Action::ShareObservations)?;
    let work = ledger.begin().await?;
    let share = shares::all(&work).await?.into_iter().find(|share| share.name == name && share.ended_at.is_none());
    let Some(share) = share else {
        let name = printable(name, MOST_CHARS);
        return Err(refused("share-none", format!("使われているキー「{name}」はありません。"), format!("there is no key {name:?}, or it is ended already")));
    };
    shares::end(&work, share.id).await?;
    work.record(actor, Entry { action: "observation.end_share", subject_kind: "share", subject_id: share.id, detail: &json!({ "name": share.name }) }).await?;
    Ok(work.commit().await?)
}

/// Every key with how many sensors are its, by name.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached.
pub async fn list(ledger: &Ledger, actor: &Actor) -> Result<Vec<(Share, usize)>, ObservationError> {
    actor.must_can(Action::ShareObservations)?;
    let known = sensors::all(ledger).await?;
    let counted = |share: Share| {
        let count = known.iter().filter(|sensor| share.has(sensor)).count();
        (share, count)
    };
    Ok(shares::all(ledger).await?.into_iter().map(counted).collect())
}

/// The key of a secret, unless it is ended.
///
/// # Errors
/// When the database cannot be reached.
pub async fn of_secret(ledger: &Ledger, secret: &str) -> Result<Option<Share>, LedgerError> {
    if !secret.starts_with(HEAD) || secret.len() > 200 {
        return Ok(None);
    }
    // What is looked up is a digest, so that the time it takes tells nothing of the secret.
    Ok(shares::by_hash(ledger, hash(secret)).await?.filter(|share| share.ended_at.is_none()))
}

/// Notes that a key is used, and for what.
///
/// # Errors
/// When the database cannot be reached.
pub async fn used(ledger: &Ledger, share: &Share, what: &str, detail: Value) -> Result<(), LedgerError> {
    let work = ledger.begin().await?;
    shares::used(&work, share.id).await?;
    let detail = json!({ "name": share.name, "what": what, "asked": detail });
    work.record(&Actor::Anonymous, Entry { action: "observation.share_used", subject_kind: "share", subject_id: share.id, detail: &detail }).await?;
    work.commit().await
}
