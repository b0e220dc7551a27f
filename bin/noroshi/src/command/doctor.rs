use super::{print, print_json};
use crate::{Done, arguments::Doctor, grammar::counted, platform::Platform};
use noroshi_catalogue::kev;
use noroshi_ledger::{Ledger, Query as _, Sql, blob::Harm, outbox};
use noroshi_mailroom::{
    correspondence::{self, Raw},
    tray,
};
use serde_json::json;

/// The blobs that are asked for at once.
const PER_PART: u32 = 1_000;
/// The harmed blobs that are named; the others are counted.
const MOST_NAMED: usize = 1_000;

/// What was found of the raw bytes.
#[derive(Default)]
struct Blobs {
    count: u64,
    harmed: u64,
    /// SHA-256 and what is wrong.
    named: Vec<(String, Harm)>,
}

/// Asks each part how it is. What is wrong is said in words; the exit code is then 1.
pub(super) async fn run(platform: &Platform, doctor: &Doctor) -> anyhow::Result<Done> {
    let ledger = &platform.ledger;
    let (waiting, in_tray) = (outbox::waiting(ledger).await?, tray::count(ledger, &Platform::local_administrator()).await?);
    let lost = ledger
        .number(Sql::new(
            "SELECT count(*) AS n FROM incident i WHERE i.merged_into_id IS NULL AND NOT EXISTS (SELECT 1 FROM incident_told t WHERE t.incident_id = i.id)",
        ))
        .await?;
    let blobs = look_at_blobs(ledger, doctor.deep).await?;
    let backend = format!("{:?}", ledger.backend()).to_lowercase();
    if doctor.json.json {
        let named: Vec<_> = blobs.named.iter().map(|(sha256, harm)| json!({ "sha256": sha256, "problem": harm.to_string() })).collect();
        print_json(&json!({
            "database": backend, "events_waiting": waiting, "in_tray": in_tray, "incidents_without_report": lost,
            "blobs": blobs.count, "blobs_harmed": blobs.harmed, "harmed": named,
        }))?;
    } else {
        print(&format!("database                  {backend}"))?;
        print(&format!("events waiting            {waiting}"))?;
        print(&format!("inputs in the tray        {in_tray}"))?;
        print(&format!("incidents without report  {lost}"))?;
        print(&format!("files of raw bytes        {}", blobs.count))?;
        print(&format!("  of these harmed         {}", blobs.harmed))?;
    }
    for (sha256, harm) in &blobs.named {
        eprintln!("raw bytes {sha256}: {harm}");
    }
    if blobs.harmed > blobs.named.len() as u64 {
        eprintln!("and {} more", blobs.harmed - blobs.named.len() as u64);
    }
    anyhow::ensure!(lost == 0, "{lost} incidents have no report; keep the data directory as it is, and report this as a defect of noroshi");
    let harmed = counted(blobs.harmed, "file of raw bytes is harmed", "files of raw bytes are harmed");
    anyhow::ensure!(blobs.harmed == 0, "{harmed}; restore the folder {} from a backup", platform.data.join("blobs").display());
    Ok(Done::Whole)
}

/// Looks at every blob that a correspondence or a file of a catalogue names.
async fn look_at_blobs(ledger: &Ledger, deep: bool) -> anyhow::Result<Blobs> {
    let mut found = Blobs::default();
    let mut last = String::new();
    loop {
        let part = correspondence::raws(ledger, &last, PER_PART).await?;
        let Some(end) = part.last() else { break };
        last.clone_from(&end.sha256);
        found.look(ledger, part.into_iter().map(|Raw { sha256, length, .. }| (sha256, length)).collect(), deep);
    }
    found.look(ledger, kev::raws(ledger).await?, deep);
    Ok(found)
}

impl Blobs {
    /// Looks at blobs by their SHA-256 and length.
    fn look(&mut self, ledger: &Ledger, part: Vec<(String, u64)>, deep: bool) {
        self.count += part.len() as u64;
        let check = |(sha256, length): (String, u64)| ledger.blobs().check(&sha256, length, deep).map(|harm| (sha256, harm));
        let harmed: Vec<_> = tokio::task::block_in_place(|| part.into_iter().filter_map(check).collect());
        self.harmed += harmed.len() as u64;
        let room = MOST_NAMED.saturating_sub(self.named.len());
        self.named.extend(harmed.into_iter().take(room));
    }
}
