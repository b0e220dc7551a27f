use super::print;
use crate::{
    Done,
    arguments::{Report, ReportFormat, ReportKind},
    platform::Platform,
};
use anyhow::Context as _;
use noroshi_document::{json, text};
use noroshi_reporting::{incident, page};

pub(super) async fn run(platform: &Platform, report: Report) -> anyhow::Result<Done> {
    let Report { period, kind, lang, format, scheme, out } = report;
    let (team, ledger) = (platform.configuration.team_name(), &platform.ledger);
    let document = match kind {
        ReportKind::Incident => incident::document(ledger, &platform.reckoning, &team, period, scheme.as_deref(), lang).await?,
    };
    let (written, ending) = match format {
        ReportFormat::Html => (page::standalone(&document, None), "html"),
        ReportFormat::Text => (text::plain(&document), "txt"),
        ReportFormat::Json => (serde_json::to_string_pretty(&json::value(&document))?, "json"),
    };
    let Some(folder) = out else {
        print(written.trim_end())?;
        return Ok(Done::Whole);
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("incident-{}-{lang}.{ending}", period.to_string().replace('@', "-")));
    std::fs::write(&path, written).with_context(|| format!("cannot write {}", path.display()))?;
    print(&path.display().to_string())?;
    Ok(Done::Whole)
}
