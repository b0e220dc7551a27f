use super::print;
use crate::{
    Done,
    arguments::{Report, ReportFormat, ReportKind},
    platform::Platform,
    printing::Printing,
};
use anyhow::Context as _;
use noroshi_directory::key;
use noroshi_document::{
    json,
    model::Document,
    press::{self, Press as _},
    text,
};
use noroshi_kernel::{language::Language, period::Period};
use noroshi_mailroom::desk;
use noroshi_observation::ask::Standpoint;
use noroshi_post::openpgp;
use noroshi_reporting::{incident, observation, page};
use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

pub(super) async fn run(platform: &Platform, report: Report) -> anyhow::Result<Done> {
    let Report { period, kind, lang, format, scheme, out, sign } = report;
    if kind == ReportKind::Observation && scheme.is_some() {
        eprintln!("noroshi: --scheme says how incidents are counted; observations have none");
        return Ok(Done::WrongUsage);
    }
    let wanted = Wanted { period, kind, scheme, language: lang };
    let mut written = made(platform, &wanted, format).await?;
    if sign {
        anyhow::ensure!(format == ReportFormat::Text, "--sign signs text in the clear; give --format text, too");
        let what = format!("{} report {period} ({lang})", kind.key());
        written = signed(platform, &String::from_utf8(written)?, kind, &what).await?.into_bytes();
    }
    match out {
        Some(folder) => print(&put(&written, &wanted, format, &folder)?.display().to_string())?,
        None => print_bytes(&written, format)?,
    }
    Ok(Done::Whole)
}

/// Which report is made.
pub(super) struct Wanted {
    pub(super) period: Period,
    pub(super) kind: ReportKind,
    pub(super) scheme: Option<String>,
    pub(super) language: Language,
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

/// Writes a report into a folder and gives the file's path.
pub(super) async fn write(platform: &Platform, wanted: &Wanted, format: ReportFormat, folder: &Path) -> anyhow::Result<PathBuf> {
    put(&made(platform, wanted, format).await?, wanted, format, folder)
}

fn put(written: &[u8], wanted: &Wanted, format: ReportFormat, folder: &Path) -> anyhow::Result<PathBuf> {
    let ending = match format {
        ReportFormat::Html => "html",
        ReportFormat::Pdf => "pdf",
        ReportFormat::Text => "txt",
        ReportFormat::Json => "json",
    };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{}-{}-{}.{ending}", wanted.kind.key(), wanted.period.to_string().replace('@', "-"), wanted.language));
    std::fs::write(&path, written).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The text, signed in the clear with the key of the team that serves the desk of its kind, else all of the team.
async fn signed(platform: &Platform, text: &str, kind: ReportKind, what: &str) -> anyhow::Result<String> {
    let now = platform.ledger.now();
    let desks = desk::all(&platform.ledger).await?;
    let wanted = desks.get(kind.key()).map_or(key::Wanted::by(kind.key()), desk::Desk::wanted);
    let key = key::signing(&platform.ledger, &Platform::local_administrator(), &platform.vault(), wanted, now).await?;
    let signed = openpgp::sign_cleartext(text.as_bytes(), &key, now).map_err(|reason| anyhow::anyhow!("{reason}"))?;
    let work = platform.ledger.begin().await?;
    key::note_signing(&work, &Platform::local_administrator(), &key, what).await?;
    work.commit().await?;
    // A signature of a text counts for its lines, however they end.
    Ok(String::from_utf8(signed)?.replace("\r\n", "\n"))
}

async fn made(platform: &Platform, wanted: &Wanted, format: ReportFormat) -> anyhow::Result<Vec<u8>> {
    let document = document(platform, wanted).await?;
    let base = platform.configuration.base(platform.configuration.serve.listen);
    Ok(match format {
        ReportFormat::Html => page::standalone(&document, Some(&base)).into_bytes(),
        ReportFormat::Pdf => Printing.pdf(press::sheets(&document, Some(&base))).map_err(|reason| anyhow::anyhow!("{reason}"))?,
        ReportFormat::Text => text::plain(&document).into_bytes(),
        ReportFormat::Json => serde_json::to_vec_pretty(&json::value(&document))?,
    })
}

async fn document(platform: &Platform, wanted: &Wanted) -> anyhow::Result<Document> {
    let (team, reckoning) = (platform.configuration.team_name(), &platform.reckoning);
    Ok(match wanted.kind {
        ReportKind::Incident => incident::document(&platform.ledger, reckoning, &team, wanted.period, wanted.scheme.as_deref(), wanted.language).await?,
        ReportKind::Observation => {
            let (place, actor) = (platform.observatory()?, Platform::local_administrator());
            let asking = observation::Asking { place: &place, actor: &actor, standpoint: Standpoint { zone: &reckoning.zone, home: &reckoning.home } };
            observation::document(asking, &team, wanted.period, wanted.language).await?
        }
    })
}
