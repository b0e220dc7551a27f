use super::print;
use crate::{
    Done,
    arguments::{Report, ReportFormat, ReportKind},
    platform::Platform,
    printing::Printing,
};
use anyhow::Context as _;
use noroshi_directory::key::{self, Wanted};
use noroshi_document::{
    json,
    press::{self, Press as _},
    text,
};
use noroshi_kernel::{language::Language, period::Period};
use noroshi_mailroom::desk;
use noroshi_post::openpgp;
use noroshi_reporting::{incident, page};
use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

pub(super) async fn run(platform: &Platform, report: Report) -> anyhow::Result<Done> {
    let Report { period, kind: ReportKind::Incident, lang, format, scheme, out, sign } = report;
    if sign {
        anyhow::ensure!(format == ReportFormat::Text, "--sign signs text in the clear; give --format text, too");
        let text = String::from_utf8(made(platform, period, scheme.as_deref(), lang, format).await?)?;
        let written = signed(platform, &text, &format!("incident report {period} ({lang})")).await?;
        match out {
            Some(folder) => print(&put(written.as_bytes(), period, lang, "txt", &folder)?.display().to_string())?,
            None => print(written.trim_end())?,
        }
        return Ok(Done::Whole);
    }
    match out {
        Some(folder) => print(&write(platform, period, scheme.as_deref(), lang, format, &folder).await?.display().to_string())?,
        None => print_bytes(&made(platform, period, scheme.as_deref(), lang, format).await?, format)?,
    }
    Ok(Done::Whole)
}

/// Writes a report to standard output; a PDF never to a terminal, where nobody could read it.
fn print_bytes(written: &[u8], format: ReportFormat) -> anyhow::Result<()> {
    if format != ReportFormat::Pdf {
        return print(String::from_utf8_lossy(written).trim_end());
    }
    let mut out = std::io::stdout().lock();
    anyhow::ensure!(!out.is_terminal(), "a PDF is not written to a terminal; name a directory with --out, or send it into a file");
    match out.write_all(written).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
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
        ReportFormat::Pdf => "pdf",
        ReportFormat::Text => "txt",
        ReportFormat::Json => "json",
    };
    put(&written, period, language, ending, folder)
}

fn put(written: &[u8], period: Period, language: Language, ending: &str, folder: &Path) -> anyhow::Result<PathBuf> {
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

async fn made(platform: &Platform, period: Period, scheme: Option<&str>, language: Language, format: ReportFormat) -> anyhow::Result<Vec<u8>> {
    let team = platform.configuration.team_name();
    let document = incident::document(&platform.ledger, &platform.reckoning, &team, period, scheme, language).await?;
    let base = platform.configuration.base(platform.configuration.serve.listen);
    Ok(match format {
        ReportFormat::Html => page::standalone(&document, Some(&base)).into_bytes(),
        ReportFormat::Pdf => Printing.pdf(press::sheets(&document, Some(&base))).map_err(|reason| anyhow::anyhow!("{reason}"))?,
        ReportFormat::Text => text::plain(&document).into_bytes(),
        ReportFormat::Json => serde_json::to_vec_pretty(&json::value(&document))?,
    })
}
