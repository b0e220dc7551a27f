//! What can be said of a sensor: who it is, what waits, what the centre has.

use crate::{
    certificate,
    clock::Clock,
    identity::{Identity, IdentityError},
    ring::{Older, Report},
};
use noroshi_kernel::moment::Moment;
use serde::Serialize;
use std::{fmt, io, path::Path};

/// How a sensor stands.
#[derive(Debug, Serialize)]
pub struct Status {
    /// As the centre names it.
    pub sensor: String,
    /// As people call it.
    pub name: String,
    /// Where the centre is.
    pub centre: String,
    /// Until when its certificate is valid (RFC 3339).
    pub certificate_until: String,
    /// Whether it still is.
    pub certificate_valid: bool,
    /// What waits, what was lost and is not told, and the last receipt.
    pub ring: Report,
    /// What identities before left, when it enrolled anew.
    pub older: Older,
}

impl Status {
    /// Looks at a sensor, whether it runs or not.
    ///
    /// # Errors
    /// When its identity or its ring cannot be read.
    pub fn of(state: &Path, clock: &dyn Clock) -> Result<Self, IdentityError> {
        let identity = Identity::read(state)?;
        let failed = |error: io::Error| IdentityError::Unreadable(state.to_owned(), error);
        let until_s = identity.own_certificate().and_then(|certificate| certificate::validity(&certificate, None)).map_err(failed)?.to_s;
        let ring = Report::of(&identity.ring(state)).map_err(failed)?;
        let older = Older::beside(&identity.ring(state)).map_err(failed)?;
        Ok(Self {
            sensor: identity.sensor.to_string(),
            name: identity.name,
            centre: identity.centre,
            certificate_until: moment(until_s.saturating_mul(1_000_000)),
            certificate_valid: until_s.saturating_mul(1_000_000) > clock.now().wall_us,
            ring,
            older,
        })
    }
}

fn moment(at_us: i64) -> String {
    Moment(at_us).rfc3339()
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sensor, name, centre, certificate_until, certificate_valid, ring, older } = self;
        writeln!(f, "sensor         {name} ({sensor})")?;
        writeln!(f, "centre         {centre}")?;
        writeln!(f, "certificate    {} {certificate_until}", if *certificate_valid { "valid until" } else { "EXPIRED at" })?;
        match ring.acknowledged {
            Some(last) => writeln!(f, "acknowledged   batch {} of run {} at {}", last.sequence, last.boot, moment(last.at_us))?,
            None => writeln!(f, "acknowledged   nothing yet")?,
        }
        match ring.head {
            Some(head) => writeln!(f, "recorded       until {}", moment(head.closed_us))?,
            None => writeln!(f, "recorded       nothing yet")?,
        }
        write!(f, "waiting        {} batches, {} KiB", ring.batches, ring.bytes >> 10)?;
        ring.oldest_us.map_or(Ok(()), |oldest| write!(f, ", the oldest from {}", moment(oldest)))?;
        if ring.refused + ring.unreadable > 0 {
            write!(f, "\naside          {} refused, {} unreadable", ring.refused, ring.unreadable)?;
        }
        if older.waiting > 0 {
            write!(f, "\nbefore         {} batches of an identity before: the next run tells that they are missing", older.waiting)?;
        }
        if older.abandoned > 0 {
            write!(f, "\nabandoned      {} batches of an identity before, told as refused: remove ring-*.abandoned", older.abandoned)?;
        }
        for gap in &ring.untold {
            let packets = gap.packets.map_or_else(|| "an unknown number of".to_owned(), |packets| packets.to_string());
            write!(f, "\nnot told yet   {}: {packets} packets, {} to {}", gap.reason.key(), moment(gap.from_us), moment(gap.to_us))?;
        }
        Ok(())
    }
}
