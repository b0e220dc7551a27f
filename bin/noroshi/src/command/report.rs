use super::print;
use crate::{
    Done,
    arguments::{Report, ReportFormat, ReportKind},
    platform::Platform,
};
use anyhow::Context as _;
use noroshi_directory::key::{self, Wanted};
use noroshi_document::{json, text};
use noroshi_kernel::{language::Language, period::Period};
use noroshi_mailroom::desk;
use noroshi_post::openpgp;
use noroshi_reporting::{incident, page};
use std::path::{Path, PathBuf};

pub(super) async fn run(platform: &Platform, report: Report) -> anyhow::Result<Done> {
    let Report { period, kind: ReportKind::Incident, lang, format, scheme, out, sign } = report;
    if sign {
        anyhow::ensure!(format == ReportFormat::Text, "--sign signs text in the clear; give --format text, too");
        let written = signed(platform, &made(platform, period, scheme.as_deref(), lang, format).await?, &format!("incident report {period} ({lang})")).await?;
        match out {
            Some(folder) => print(&put(&written, period, lang, "txt", &folder)?.display().to_string())?,
            None => print(written.trim_end())?,
        }
        return Ok(Done::Whole);
    }
    match out {
        Some(folder) => print(&write(platform, period, scheme.as_deref(), lang, format, &folder).await?.display().to_string())?,
        None => print(made(platform, period, scheme.as_deref(), lang, format).await?.trim_end())?,
    }
    Ok(Done::Whole)
}

/// Writes a period's incident report into a folder and gives the file's path.
pub(super) async fn write(
    platform: &Platform,
    period: Period,
    scheme: Option<&str>,
    language: Language,
    format: ReportFormat,
    folder: &Path,
) -> anyhow::Result<PathBuf> {
    let written = made(platform, period, scheme, language, format).await?;
    let ending = match format {
        ReportFormat::Html => "html",
        ReportFormat::Text => "txt",
        ReportFormat::Json => "json",
    };
    put(&written, period, language, ending, folder)
}

fn put(written: &str, period: Period, language: Language, ending: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("incident-{}-{language}.{ending}", period.to_string().replace('@', "-")));
    std::fs::write(&path, written).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The text, signed in the clear with the key of the team that serves the incident desk.
async fn signed(platform: &Platform, text: &str, what: &str) -> anyhow::Result<String> {
    let now = platform.ledger.now();
    let desks = desk::all(&platform.ledger).await?;
    let wanted = desks.get("incident").map_or(Wanted::by("incident"), desk::Desk::wanted);
    let key = key::signing(&platform.ledger, &Platform::local_administrator(), &platform.vault(), wanted, now).await?;
    let signed = openpgp::sign_cleartext(text.as_bytes(), &key, now).map_err(|reason| anyhow::anyhow!("{reason}"))?;
    let work = platform.ledger.begin().await?;
    key::note_signing(&work, &Platform::local_administrator(), &key, what).await?;
    work.commit().await?;
    // A signature of a text counts for its lines, however they end.
    Ok(String::from_utf8(signed)?.replace("\r\n", "\n"))
}

async fn made(platform: &Platform, period: Period, scheme: Option<&str>, language: Language, format: ReportFormat) -> anyhow::Result<String> {
    let team = platform.configuration.team_name();
    let document = incident::document(&platform.ledger, &platform.reckoning, &team, period, scheme, language).await?;
    Ok(match format {
        ReportFormat::Html => page::standalone(&document, Some(&platform.configuration.base(platform.configuration.serve.listen))),
        ReportFormat::Text => text::plain(&document),
        ReportFormat::Json => serde_json::to_string_pretty(&json::value(&document))?,
    })
}
