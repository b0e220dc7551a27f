use crate::DemoError;
use noroshi_kernel::{access::Actor, period::Period};
use noroshi_ledger::{Ledger, LedgerError, Query, Sql, audit::Entry};
use serde_json::json;

/// The audit row by which a database is known to be an example.
const MARK: &str = "demo.claim";

/// The audit row of records that were generated for a period.
pub(crate) const GENERATE: &str = "demo.generate";

/// Claims a database for invented records: one that is fresh, or that was claimed before. Before this, nothing of the demo writes.
///
/// # Errors
/// [`DemoError::Real`] when it holds accounts, correspondence or sensors and was never claimed.
pub async fn claim(ledger: &Ledger) -> Result<(), DemoError> {
    let work = ledger.begin().await?;
    work.lock(MARK).await?;
    if work.number(Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE action = ").bind(MARK)).await? > 0 {
        return Ok(());
    }
    let real = "SELECT (SELECT count(*) FROM directory_account) + (SELECT count(*) FROM mailroom_correspondence) + (SELECT count(*) FROM incident) + (SELECT count(*) FROM observation_sensor) AS n";
    if work.number(Sql::new(real)).await? > 0 {
        return Err(DemoError::Real);
    }
    work.record(&Actor::Platform, Entry { action: MARK, subject_kind: "platform", subject_id: 0, detail: &json!({}) }).await?;
    Ok(work.commit().await?)
}

/// Whether records of a period were generated here.
pub(crate) async fn generated(query: &impl Query, period: Period) -> Result<bool, LedgerError> {
    let sql =
        Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE action = ").bind(GENERATE).push(" AND detail LIKE ").bind(format!("%\"period\":\"{period}\"%"));
    Ok(query.number(sql).await? > 0)
}
