//! Cells whose numbers know their records.

use crate::Words;
use noroshi_document::{
    change, share,
    table::{Better, Cell, Figure},
};
use noroshi_incident::{
    model::{IncidentUnit, Scheme},
    selection::{Records, Selection},
    stats::Figures,
};
use noroshi_kernel::{
    language::Language,
    period::{Kind, Month},
};

/// What every part of the report draws from.
pub(super) struct Layout<'a> {
    pub(super) words: Words,
    pub(super) language: Language,
    pub(super) now: &'a Figures,
    pub(super) previous: &'a Figures,
    pub(super) year_ago: &'a Figures,
    pub(super) scheme: &'static Scheme,
    pub(super) previous_scheme: &'static Scheme,
    pub(super) year_ago_scheme: &'static Scheme,
}

/// A number with its selection.
pub(super) fn number(value: i64, selection: &Selection) -> Cell {
    Cell::Number(Figure { value, query: selection.to_json(), href: Some(selection.href()) })
}

/// A change against an earlier figure. Fewer incidents are good; more reports and coordinations are neither.
pub(super) fn changed(now: i64, earlier: Option<i64>, better: Better) -> Cell {
    Cell::Change { percent: earlier.and_then(|earlier| change::percent(now, earlier)), better }
}

/// Shares of a whole that add up to 100.
pub(super) fn shares(parts: &[i64]) -> Vec<i64> {
    let parts: Vec<u64> = parts.iter().map(|part| u64::try_from(*part).unwrap_or(0)).collect();
    share::largest_remainder(&parts).into_iter().map(|share| i64::try_from(share).unwrap_or(0)).collect()
}

/// A count as the height of a bar.
pub(super) fn drawn(value: i64) -> Option<f64> {
    // Exact to 2^32, far beyond a period's records.
    u32::try_from(value).ok().map(f64::from)
}

impl Layout<'_> {
    /// What the period counts.
    pub(super) fn select(&self, records: Records) -> Selection {
        Selection::of(records, self.now.period, self.scheme)
    }

    /// The same for the period before.
    pub(super) fn select_previous(&self, records: Records) -> Selection {
        Selection::of(records, self.previous.period, self.previous_scheme)
    }

    /// The same for the period a year earlier.
    pub(super) fn select_year_ago(&self, records: Records) -> Selection {
        Selection::of(records, self.year_ago.period, self.year_ago_scheme)
    }

    /// The word for the unit in which incidents are counted.
    pub(super) fn unit(&self) -> String {
        self.words.get(match self.scheme.incident_unit {
            IncidentUnit::Incident => "unit-incident",
            IncidentUnit::Address => "unit-address",
        })
    }

    /// The head of the column of the period before.
    pub(super) fn previous_head(&self) -> String {
        let kind = match (self.language, self.now.period.kind()) {
            (Language::Ja, _) => self.words.kind(self.now.period),
            (Language::En, Kind::Month) => "month".into(),
            (Language::En, Kind::Quarter | Kind::FiscalQuarter) => "quarter".into(),
            (Language::En, _) => "year".into(),
        };
        self.words.with("column-previous", &[("kind", &kind)])
    }

    /// The heads of the columns of the months; none when the period is one month.
    pub(super) fn months(&self) -> Vec<Month> {
        if self.now.by_month.len() > 1 { self.now.by_month.iter().map(|month| month.month).collect() } else { Vec::new() }
    }

    /// «up 28 % from 469 in the quarter before».
    pub(super) fn told_change(&self, now: i64, earlier: i64) -> Option<String> {
        let percent = change::percent(now, earlier)?;
        let key = match percent {
            0 if now == earlier => "change-same",
            _ if now > earlier => "change-more",
            _ => "change-less",
        };
        let values = [("earlier", self.words.number(earlier)), ("percent", self.words.percent(percent.abs())), ("kind", self.words.kind(self.now.period))];
        Some(self.words.with(key, &values.each_ref().map(|(name, value)| (*name, value.as_str()))))
    }

    /// A sentence with a figure and its change; empty when there is nothing to compare with.
    pub(super) fn sentence(&self, key: &str, now: i64, earlier: i64) -> String {
        self.told_change(now, earlier)
            .map_or_else(String::new, |change| self.words.with(key, &[("now", &self.words.number(now)), ("unit", &self.unit()), ("change", &change)]))
    }

    /// Sentences one after another, as the language divides them.
    pub(super) fn paragraph(&self, sentences: impl IntoIterator<Item = String>) -> Option<noroshi_document::model::Block> {
        let divider = if self.language == Language::Ja { "" } else { " " };
        let text = sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(divider);
        (!text.is_empty()).then_some(noroshi_document::model::Block::Paragraph(text))
    }
}
