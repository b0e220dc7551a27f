//! What is drawn through time by itself: ICMP, and distinct sources.

use super::told::Told;
use crate::ReportingError;
use noroshi_document::model::Block;
use noroshi_lake::packets::Service;
use noroshi_observation::{ask::Selection, series::Bucket};

/// ICMP for each sensor and day.
pub(super) fn icmp(told: &Told<'_>) -> Result<Vec<Block>, ReportingError> {
    let icmp = ("ICMP".to_owned(), &told.part.icmp, Selection::of(Service::Protocol(1)));
    let chart = told.chart(("chart-icmp", told.title("obs-chart-icmp")), "obs-unit-sensor-day", [icmp], |row| row.per_sensor_day)?;
    Ok(headed(told, ("obs-section-icmp", "icmp"), chart.map(Block::Chart)))
}

/// Distinct sources of each bucket.
#[expect(clippy::cast_precision_loss, reason = "sources are fewer than 2^53")]
pub(super) fn sources(told: &Told<'_>) -> Result<Vec<Block>, ReportingError> {
    let all = (told.words.get("obs-column-sources"), &told.part.all, Selection::default());
    let unit = if told.part.bucket == Bucket::Week { "obs-unit-sources-week" } else { "obs-unit-sources-day" };
    let chart = told.chart(("chart-sources", told.title("obs-chart-sources")), unit, [all], |row| row.sources.map(|sources| sources as f64))?;
    Ok(headed(told, ("obs-section-sources", "sources"), chart.map(Block::Chart)))
}

fn headed(told: &Told<'_>, (key, id): (&str, &str), block: Option<Block>) -> Vec<Block> {
    let heading = Block::Heading { level: 2, text: told.title(key), id: told.id(id) };
    block.map(|block| vec![heading, block]).unwrap_or_default()
}
