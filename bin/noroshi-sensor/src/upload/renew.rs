//! The next certificate, when two thirds of the time of this one are over.

use crate::{
    centre::{CallError, Connection},
    certificate::{self, Validity},
    clock::Clock,
    identity::{Identity, IdentityError, Keys},
};
use noroshi_telescope::protocol::{RENEW, Renew, Renewed};
use std::{io, path::Path, time::Duration};

/// How often it is tried again, and how often it is looked at the clock.
const AGAIN_S: i64 = 600;

/// When a certificate is renewed.
#[derive(Debug)]
pub(super) struct Renewal<'a> {
    identity: Identity,
    state: &'a Path,
    valid: Validity,
    not_before_s: i64,
}

#[derive(Debug, thiserror::Error)]
enum RenewError {
    #[error("{0}")]
    Call(#[from] CallError),
    #[error("{0}")]
    System(#[from] io::Error),
    #[error("{0}")]
    Identity(#[from] IdentityError),
}

impl<'a> Renewal<'a> {
    pub(super) fn new(identity: Identity, state: &'a Path) -> io::Result<Self> {
        let valid = certificate::validity(&identity.own_certificate()?, None)?;
        Ok(Self { identity, state, valid, not_before_s: i64::MIN })
    }

    /// How long nothing is to be done.
    pub(super) fn due_in(&self, clock: &dyn Clock) -> Duration {
        let at = self.valid.renew_at_s().max(self.not_before_s);
        Duration::from_secs(u64::try_from(at.saturating_sub(now_s(clock)).clamp(1, AGAIN_S)).unwrap_or(1))
    }

    /// Renews the certificate when it is time; a failure is logged and tried again.
    pub(super) async fn look(&mut self, connection: &mut Connection, clock: &dyn Clock) {
        let now_s = now_s(clock);
        if now_s < self.valid.renew_at_s() || now_s < self.not_before_s {
            return;
        }
        // A certificate of a few minutes is tried for more often.
        self.not_before_s = now_s.saturating_add(AGAIN_S.min((self.valid.to_s - self.valid.renew_at_s()) / 8).max(1));
        match self.renew(connection).await {
            Ok(()) => tracing::info!("the certificate was renewed"),
            Err(error) if now_s >= self.valid.to_s => {
                tracing::error!("the certificate has expired and cannot be renewed ({error}): ask the centre for a new token and enrol with --again");
            }
            Err(error) => tracing::warn!("the certificate cannot be renewed now ({error}); it is tried again"),
        }
    }

    async fn renew(&mut self, connection: &mut Connection) -> Result<(), RenewError> {
        let (key, request) = certificate::request()?;
        let body = serde_json::to_vec(&Renew { request }).map_err(io::Error::from)?;
        let Renewed { certificate } = connection.post(RENEW, "application/json", body).await?;
        let valid = certificate::validity(&certificate::read(&certificate)?, Some(&key))?;
        let next = Identity { certificate, tls_key: Identity::file_of("tls", key.public_key_raw()), ..self.identity.clone() };
        let (_, batch) = self.identity.signing_key(self.state)?;
        next.keep(self.state, &Keys { tls: &key.serialize_pem(), batch: &batch })?;
        connection.prove_by(next.tls(self.state)?);
        self.identity = next;
        self.valid = valid;
        self.not_before_s = i64::MIN;
        Ok(())
    }
}

fn now_s(clock: &dyn Clock) -> i64 {
    clock.now().wall_us.div_euclid(1_000_000)
}
