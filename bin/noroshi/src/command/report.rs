use super::print;
use crate::{
    Done,
    arguments::{Report, ReportFormat, ReportKind},
    platform::Platform,
};
use anyhow::Context as _;
use noroshi_document::{json, text};
use noroshi_kernel::{language::Language, period::Period};
use noroshi_reporting::{incident, page};
use std::path::{Path, PathBuf};

pub(super) async fn run(platform: &Platform, report: Report) -> anyhow::Result<Done> {
    let Report { period, kind: ReportKind::Incident, lang, format, scheme, out } = report;
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
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("incident-{}-{language}.{ending}", period.to_string().replace('@', "-")));
    std::fs::write(&path, written).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

async fn made(platform: &Platform, period: Period, scheme: Option<&str>, language: Language, format: ReportFormat) -> anyhow::Result<String> {
    let team = platform.configuration.team_name();
    let document = incident::document(&platform.ledger, &platform.reckoning, &team, period, scheme, language).await?;
    Ok(match format {
        ReportFormat::Html => page::standalone(&document, Some(&platform.configuration.base())),
        ReportFormat::Text => text::plain(&document),
        ReportFormat::Json => serde_json::to_string_pretty(&json::value(&document))?,
    })
}
