//! Hosts are entered, let in, and shut out by the services by which a team does it, at the times at which the example has it.

use super::hosts::{Host, Lot, revoked};
use crate::DemoError;
use noroshi_directory::key::Vault;
use noroshi_kernel::{
    access::Actor,
    moment::{FixedClock, Moment},
};
use noroshi_ledger::{Ledger, LedgerError};
use noroshi_observation::{
    Admitted,
    authority::Authority,
    service::{enrol, registry},
};
use noroshi_telescope::{
    batch::SigningKey,
    protocol::{ENROL_CONTEXT, Enrol, Renew},
};
use std::sync::Arc;

/// The program that hosts run.
pub(super) const SOFTWARE: &str = concat!("noroshi-sensor ", env!("CARGO_PKG_VERSION"));
/// A sensor asks for its next certificate after so many days.
const RENEWS_DAYS: i64 = 243;
const MINUTE_US: i64 = 60_000_000;

/// A sensor that was let in, with the key that seals its batches. It is forgotten when the example is filled, so nobody can speak for it.
pub(super) struct Line {
    pub(super) admitted: Admitted,
    pub(super) key: SigningKey,
}

/// The same records at another time.
pub(super) fn at(ledger: &Ledger, at: i64) -> Ledger {
    ledger.by_clock(Arc::new(FixedClock(Moment(at))))
}

/// Enters all hosts and lets those in that were; a place for each.
pub(super) async fn admit(ledger: &Ledger, vault: &Vault, hosts: &[Host]) -> Result<Vec<Option<Line>>, DemoError> {
    let now = ledger.now().0;
    let first = hosts.iter().filter_map(|host| host.enrolled).min().unwrap_or(now);
    let authority = Authority::open(&at(ledger, first - 30 * MINUTE_US), vault).await?;
    let mut lines = Vec::with_capacity(hosts.len());
    for host in hosts {
        // Of the one that is awaited the token was made yesterday.
        let entered = host.enrolled.map_or(now - 26 * 60 * MINUTE_US, |enrolled| enrolled - 25 * MINUTE_US);
        let then = at(ledger, entered);
        let sensor = registry::enter(&then, &Actor::Platform, &host.name, &host.site).await?;
        if sensor.number != i64::from(host.number) {
            return Err(LedgerError::Damaged(format!("{} got the number {}", sensor.name, sensor.number)).into());
        }
        let (token, _) = registry::token(&then, &Actor::Platform, &authority, &host.name).await?;
        let Some(enrolled) = host.enrolled else {
            lines.push(None);
            continue;
        };
        let (key, _) = SigningKey::generate().map_err(|error| LedgerError::Damaged(error.to_string()))?;
        let request = request()?;
        let asked = Enrol {
            secret: hex::encode(token.secret),
            proof: hex::encode(key.sign(ENROL_CONTEXT, request.as_bytes())),
            request,
            batch_key: key.public().to_string(),
            software: SOFTWARE.into(),
        };
        let identity = enrol::enrol(&at(ledger, enrolled), &authority, &asked).await?.sensor;
        let admitted = Admitted { id: sensor.id, identity, key: key.public() };
        let until = host.spans.last().map_or(enrolled, |span| span.end);
        let mut renews = Moment(enrolled).plus_days(RENEWS_DAYS);
        while renews.0 < until {
            enrol::renew(&at(ledger, renews.0), &authority, admitted, &Renew { request: self::request()? }).await?;
            renews = renews.plus_days(RENEWS_DAYS);
        }
        lines.push(Some(Line { admitted, key }));
    }
    Ok(lines)
}

/// Shuts out whom the example has shut out.
pub(super) async fn shut_out(ledger: &Ledger, hosts: &[Host]) -> Result<(), DemoError> {
    for host in hosts.iter().filter(|host| host.lot == Lot::Revoked) {
        registry::revoke(&at(ledger, revoked(ledger.now().0)), &Actor::Platform, &host.name).await?;
    }
    Ok(())
}

/// A certificate request with a fresh key.
fn request() -> Result<String, LedgerError> {
    let made = || rcgen::CertificateParams::default().serialize_request(&rcgen::KeyPair::generate()?)?.pem();
    made().map_err(|error| LedgerError::Damaged(error.to_string()))
}
