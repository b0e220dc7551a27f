//! Who may send: tokens, certificates, and the keys that seal batches.

use crate::authority::Issued;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};
use noroshi_telescope::batch::{PublicKey, SensorId};

/// A sensor that may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Its id in the registry.
    pub id: i64,
    /// How batches name it.
    pub identity: SensorId,
    /// The key that seals its batches.
    pub key: PublicKey,
}

/// What a certificate says of its bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// It may send.
    Admitted(Admitted),
    /// The certificate was withdrawn, or its sensor shut out.
    Withdrawn(i64),
}

/// The bearer of a certificate, by its serial number.
pub(crate) async fn bearer(query: &impl Query, serial: &str) -> Result<Option<Bearer>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        identity: Option<String>,
        batch_key: Option<String>,
        out: bool,
    }
    let sql = Sql::new("SELECT s.id, s.identity, s.batch_key, (c.withdrawn_at IS NOT NULL OR s.revoked_at IS NOT NULL) AS out FROM observation_certificate c JOIN observation_sensor s ON s.id = c.sensor_id WHERE c.serial = ")
        .bind(serial);
    let Some(row) = query.one::<Row>(sql).await? else { return Ok(None) };
    if row.out {
        return Ok(Some(Bearer::Withdrawn(row.id)));
    }
    let read = || Some(Admitted { id: row.id, identity: row.identity.as_ref()?.parse().ok()?, key: row.batch_key.as_ref()?.parse().ok()? });
    let admitted = read().ok_or_else(|| LedgerError::Damaged(format!("the sensor {} has a certificate and no keys", row.id)))?;
    Ok(Some(Bearer::Admitted(admitted)))
}

pub(crate) async fn insert_certificate(work: &UnitOfWork, sensor: i64, issued: &Issued) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO observation_certificate (serial, sensor_id, issued_at, expires_at) VALUES (")
        .bind(issued.serial.as_str())
        .push(", ")
        .bind(sensor)
        .push(", ")
        .bind(work.now().0)
        .push(", ")
        .bind(issued.expires.0)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

/// Withdraws every certificate of a sensor.
pub(crate) async fn withdraw_certificates(work: &UnitOfWork, sensor: i64) -> Result<(), LedgerError> {
    let sql =
        Sql::new("UPDATE observation_certificate SET withdrawn_at = ").bind(work.now().0).push(" WHERE withdrawn_at IS NULL AND sensor_id = ").bind(sensor);
    work.execute(sql).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Token {
    sensor_id: i64,
}

/// The sensor of a token's secret, when it was not used and has not expired.
pub(crate) async fn sensor_of(query: &impl Query, secret_sha256: &str, now: i64) -> Result<Option<i64>, LedgerError> {
    let sql =
        Sql::new("SELECT sensor_id FROM observation_token WHERE used_at IS NULL AND expires_at > ").bind(now).push(" AND secret_sha256 = ").bind(secret_sha256);
    Ok(query.one::<Token>(sql).await?.map(|token| token.sensor_id))
}

/// Keeps a token; those that the sensor was given before are of no use any more.
pub(crate) async fn insert_token(work: &UnitOfWork, sensor: i64, secret_sha256: &str, expires: i64) -> Result<(), LedgerError> {
    withdraw_tokens(work, sensor).await?;
    let sql = Sql::new("INSERT INTO observation_token (id, sensor_id, secret_sha256, made_at, expires_at) VALUES (")
        .bind(work.take_id().await?)
        .push(", ")
        .bind(sensor)
        .push(", ")
        .bind(secret_sha256)
        .push(", ")
        .bind(work.now().0)
        .push(", ")
        .bind(expires)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

/// Has the tokens of a sensor be of no use any more.
pub(crate) async fn withdraw_tokens(work: &UnitOfWork, sensor: i64) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_token SET used_at = ").bind(work.now().0).push(" WHERE used_at IS NULL AND sensor_id = ").bind(sensor);
    work.execute(sql).await.map(|_| ())
}

/// Lets a sensor in under new keys.
pub(crate) async fn admit(work: &UnitOfWork, admitted: Admitted, software: &str) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_sensor SET revoked_at = NULL, enrolled_at = ")
        .bind(work.now().0)
        .push(", identity = ")
        .bind(admitted.identity.to_string())
        .push(", batch_key = ")
        .bind(admitted.key.to_string())
        .push(", software = ")
        .bind(software)
        .push(" WHERE id = ")
        .bind(admitted.id);
    work.execute(sql).await.map(|_| ())
}

/// Shuts a sensor out.
pub(crate) async fn revoke(work: &UnitOfWork, sensor: i64) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_sensor SET revoked_at = ").bind(work.now().0).push(" WHERE id = ").bind(sensor);
    work.execute(sql).await.map(|_| ())
}
