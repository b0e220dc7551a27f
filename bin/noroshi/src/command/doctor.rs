use super::{print, print_json};
use crate::{Done, platform::Platform};
use noroshi_ledger::{Query as _, Sql, outbox};
use noroshi_mailroom::tray;
use serde_json::json;

/// Asks each part how it is. What is wrong is said in words; the exit code is then 1.
pub(super) async fn run(platform: &Platform, as_json: bool) -> anyhow::Result<Done> {
    let ledger = &platform.ledger;
    let (waiting, in_tray) = (outbox::waiting(ledger).await?, tray::count(ledger).await?);
    let lost =
        ledger.number(Sql::new("SELECT count(*) AS n FROM incident i WHERE NOT EXISTS (SELECT 1 FROM incident_told t WHERE t.incident_id = i.id)")).await?;
    let backend = format!("{:?}", ledger.backend()).to_lowercase();
    if as_json {
        print_json(&json!({ "database": backend, "events_waiting": waiting, "in_tray": in_tray, "incidents_without_report": lost }))?;
    } else {
        print(&format!("database                  {backend}"))?;
        print(&format!("events waiting            {waiting}"))?;
        print(&format!("inputs in the tray        {in_tray}"))?;
        print(&format!("incidents without report  {lost}"))?;
    }
    anyhow::ensure!(lost == 0, "{lost} incidents have no report; keep the data directory as it is, and report this as a defect of noroshi");
    Ok(Done::Whole)
}
