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
use cells::Layout;
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
    let scheme_of = |figures: &stats::Figures| Scheme::of(figures.period, Some(&figures.scheme)).map_err(IncidentError::from);
    let layout = Layout {
        words: Words(language),
        language,
        now: &figures.now,
        previous: &figures.previous,
        year_ago: &figures.year_ago,
        scheme: scheme_of(&figures.now)?,
        previous_scheme: scheme_of(&figures.previous)?,
        year_ago_scheme: scheme_of(&figures.year_ago)?,
    };
    let words = layout.words;
    let span = words.span(layout.now.period, &reckoning.zone);
    let unit = layout.unit();
    let lead = words.with(
        "incident-lead",
        &[
            ("team", team.get(language)),
            ("span", &span),
            ("reports", &words.number(layout.now.reports)),
            ("incidents", &words.number(layout.now.incidents)),
            ("unit", &unit),
            ("coordinations", &words.number(layout.now.coordinations)),
        ],
    );
    let mut blocks = overview::blocks(&layout, &span)?;
    blocks.extend(categories::blocks(&layout, &span)?);
    blocks.extend(brands::blocks(&layout));
    blocks.extend(destinations::blocks(&layout));
    blocks.extend(domains::blocks(&layout));
    blocks.extend(ports::blocks(&layout));
    blocks.push(Block::Note(method(&layout)));
    Ok(Document {
        language,
        title: format!("{} {}", words.get("incident-title"), layout.now.period),
        lead: Some(lead),
        facts: vec![
            (words.get("fact-issuer"), team.get(language).to_owned()),
            (words.get("fact-period"), span),
            (words.get("fact-zone"), reckoning.zone.name().to_owned()),
            (words.get("fact-scheme"), layout.now.scheme.clone()),
        ],
        blocks,
    })
}

/// How it was counted, in a sentence.
fn method(layout: &Layout<'_>) -> String {
    let rule = layout.words.get(match layout.scheme.report_rule {
        ReportRule::Each => "rule-each",
        ReportRule::Site => "rule-site",
    });
    let unit = layout.words.get(match layout.scheme.incident_unit {
        IncidentUnit::Incident => "method-incident",
        IncidentUnit::Address => "method-address",
    });
    layout.words.with("note-method", &[("rule", &rule), ("unit", &unit)])
}
