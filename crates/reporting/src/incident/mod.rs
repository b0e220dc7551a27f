//! The report of the incident desk: reports, incidents and coordinations of a period.

mod brands;
mod categories;
mod cells;
mod destinations;
mod domains;
mod overview;
mod ports;
mod sums;

use crate::{ReportingError, Words};
use cells::{Counted, Layout};
use noroshi_document::model::{Block, Document};
use noroshi_incident::{
    IncidentError,
    model::{IncidentUnit, ReportRule, Scheme},
    selection::Reckoning,
    stats,
};
use noroshi_kernel::{
    language::{Bilingual, Language},
    period::Period,
};
use noroshi_ledger::Ledger;

pub use sums::check;

/// Counts a period and lays its report out.
///
/// # Errors
/// [`ReportingError::DoesNotAddUp`] with the place; [`ReportingError::Incident`] when there is no such scheme.
pub async fn document(
    ledger: &Ledger,
    reckoning: &Reckoning,
    team: &Bilingual,
    period: Period,
    scheme: Option<&str>,
    language: Language,
) -> Result<Document, ReportingError> {
    let figures = stats::compared(ledger, reckoning, period, scheme).await?;
    lay_out(&figures, reckoning, team, language)
}

/// Lays the report out from figures that are counted already.
///
/// # Errors
/// As [`document`].
pub fn lay_out(figures: &stats::Compared, reckoning: &Reckoning, team: &Bilingual, language: Language) -> Result<Document, ReportingError> {
    for figures in [&figures.now, &figures.previous, &figures.year_ago] {
        check(figures)?;
    }
    let layout = Layout { words: Words(language), now: counted(&figures.now)?, previous: counted(&figures.previous)?, year_ago: counted(&figures.year_ago)? };
    let words = layout.words;
    let span = words.span(figures.now.period, &reckoning.zone);
    let mut blocks = overview::blocks(&layout, &span)?;
    blocks.extend(categories::blocks(&layout, &span)?);
    blocks.extend(brands::blocks(&layout));
    blocks.extend(destinations::blocks(&layout));
    blocks.extend(domains::blocks(&layout));
    blocks.extend(ports::blocks(&layout));
    blocks.push(Block::Note(method(&layout)));
    Ok(Document {
        language,
        title: format!("{} {}", words.get("incident-title"), figures.now.period),
        lead: Some(overview::lead(&layout, team.get(language), &span)),
        facts: vec![
            (words.get("fact-issuer"), team.get(language).to_owned()),
            (words.get("fact-period"), span),
            (words.get("fact-zone"), reckoning.zone.name().to_owned()),
            (words.get("fact-scheme"), figures.now.scheme.clone()),
        ],
        blocks,
    })
}

fn counted(figures: &stats::Figures) -> Result<Counted<'_>, IncidentError> {
    Ok(Counted { figures, scheme: Scheme::of(figures.period, Some(&figures.scheme))? })
}

/// How it was counted, in a sentence.
fn method(layout: &Layout<'_>) -> String {
    let rule = layout.words.get(match layout.now.scheme.report_rule {
        ReportRule::Each => "rule-each",
        ReportRule::Site => "rule-site",
    });
    let unit = layout.words.get(match layout.now.scheme.incident_unit {
        IncidentUnit::Incident => "method-incident",
        IncidentUnit::Address => "method-address",
    });
    layout.words.with("note-method", &[("rule", &rule), ("unit", &unit)])
}
