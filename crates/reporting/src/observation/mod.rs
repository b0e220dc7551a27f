//! The report of the observation desk: what sensors received unasked in a period, and in the twelve months to its end.

mod figures;
mod ports;
mod regions;
mod rises;
mod sensors;
mod sides;
mod stretch;
mod sums;
mod through_time;
mod told;

pub use figures::{Asking, Figures, Part, Side, count};
pub use rises::{Drawn, published};
pub use sums::check;

use crate::{ReportingError, Words};
use noroshi_document::{
    model::{Block, Document},
    prose::Prose,
};
use noroshi_kernel::{
    language::{Bilingual, Language},
    moment::Zone,
    period::Period,
};
use noroshi_observation::{ask::Selection, top::By};
use told::Told;

/// Behind ids of what tells of the twelve months.
const YEAR: &str = "-year";

/// Counts a period and lays its report out.
///
/// # Errors
/// [`ReportingError::DoesNotAddUp`] with the place; [`ReportingError::Observation`] as the desk's questions.
pub async fn document(asking: Asking<'_>, team: &Bilingual, period: Period, language: Language) -> Result<Document, ReportingError> {
    let figures = count(asking, period).await?;
    let rises = published(asking, period).await?;
    lay_out(&figures, &rises, asking.standpoint.zone, team, language)
}

/// Lays the report out from figures that are counted already.
///
/// # Errors
/// [`ReportingError::DoesNotAddUp`] with the place.
pub fn lay_out(figures: &Figures, rises: &[Drawn], zone: &Zone, team: &Bilingual, language: Language) -> Result<Document, ReportingError> {
    check(figures)?;
    let words = Words(language);
    let told = Told { words, zone, part: &figures.period, suffix: "" };
    let year = figures.year.as_ref().map(|part| Told { words, zone, part, suffix: YEAR });
    let span = words.span(figures.period.period, zone);
    let watched = figures.period.ports.ranking.sensor_days > 0.0;
    let mut blocks = Vec::new();
    if let Some(as_of) = figures.period.as_of {
        blocks.push(Block::Note(words.with("obs-note-not-over", &[("span", &span), ("time", &zone.minute(as_of))])));
    }
    if watched {
        for told in std::iter::once(&told).chain(&year) {
            blocks.extend(ports::blocks(told)?);
        }
        blocks.extend(rises::blocks(&told, rises)?);
        for told in std::iter::once(&told).chain(&year) {
            blocks.extend(regions::blocks(told)?);
        }
        for draw in [through_time::icmp, through_time::sources, sides::blocks] {
            for told in std::iter::once(&told).chain(&year) {
                blocks.extend(draw(told)?);
            }
        }
        blocks.extend(sensors::blocks(&told));
        blocks.push(Block::Note(words.get("obs-note-method")));
    } else {
        blocks.push(Block::Note(words.with("obs-nobody-watched", &[("span", &span)])));
    }
    Ok(Document {
        language,
        title: format!("{} {}", words.get("obs-title"), figures.period.period),
        lead: watched.then(|| lead(&told, team.get(language), &span)),
        facts: vec![
            (words.get("fact-issuer"), team.get(language).to_owned()),
            (words.get("fact-period"), span),
            (words.get("fact-zone"), zone.name().to_owned()),
            (words.get("obs-fact-unit"), words.get("obs-unit-sensor-day")),
        ],
        blocks,
    })
}

/// The sentence at the head of the report.
fn lead(told: &Told<'_>, team: &str, span: &str) -> Prose {
    let (ranking, all) = (&told.part.ports.ranking, Selection::default());
    #[expect(clippy::cast_precision_loss, reason = "an average is rounded anyway")]
    let average = ranking.packets as f64 / ranking.sensor_days;
    told.words.prose(
        "obs-lead",
        [
            ("team", team.into()),
            ("span", span.into()),
            ("sensors", told.count(told.part.watched.len() as u64, By::Sensor, &all).into()),
            ("regions", told.count(sensors::named_regions(told.part), By::Sensor, &all).into()),
            ("packets", told.count(ranking.packets, By::Port, &all).into()),
            ("average", told.average(average, &all).into()),
        ],
    )
}
