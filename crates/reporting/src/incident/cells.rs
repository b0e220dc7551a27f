//! Figures that know their records, and the cells and sentences in which they stand.

use crate::Words;
use noroshi_document::{
    change,
    model::Block,
    prose::Prose,
    share,
    table::{Cell, Column, Figure},
};
use noroshi_incident::{
    model::{Category, IncidentUnit, Scheme},
    selection::{Records, Selection},
    stats::{Figures, MonthFigures},
};
use noroshi_kernel::{language::Language, period::Month};

/// The figures of a period with the scheme by which they were counted.
pub(super) struct Counted<'a> {
    pub(super) figures: &'a Figures,
    pub(super) scheme: &'static Scheme,
}

impl Counted<'_> {
    /// What the period counts.
    pub(super) fn select(&self, records: Records) -> Selection {
        Selection::of(records, self.figures.period, self.scheme)
    }

    /// The period's phishing.
    pub(super) fn phishing(&self) -> Selection {
        Selection { category: Some(Category::Phishing), ..self.select(Records::Incidents) }
    }
}

/// What every part of the report draws from.
pub(super) struct Layout<'a> {
    pub(super) words: Words,
    pub(super) now: Counted<'a>,
    pub(super) previous: Counted<'a>,
    pub(super) year_ago: Counted<'a>,
}

/// A number with its selection.
pub(super) fn figure(value: i64, selection: &Selection) -> Figure {
    Figure { value, query: selection.to_json(), href: Some(selection.href()) }
}

/// A cell of a number with its selection.
pub(super) fn number(value: i64, selection: &Selection) -> Cell {
    Cell::Number(figure(value, selection))
}

/// Shares of a whole that add up to 100.
pub(super) fn shares(parts: &[i64]) -> Vec<i64> {
    let parts: Vec<u64> = parts.iter().map(|part| u64::try_from(*part).unwrap_or(0)).collect();
    share::largest_remainder(&parts).into_iter().map(|share| i64::try_from(share).unwrap_or(0)).collect()
}

impl Layout<'_> {
    /// The word for the unit in which incidents are counted.
    pub(super) fn unit(&self) -> String {
        self.words.get(match self.now.scheme.incident_unit {
            IncidentUnit::Incident => "unit-incident",
            IncidentUnit::Address => "unit-address",
        })
    }

    /// The figures of the months; none when the period is one month.
    fn by_month(&self) -> &[MonthFigures] {
        let months = &self.now.figures.by_month;
        if months.len() > 1 { months } else { &[] }
    }

    /// The months; none when the period is one month.
    pub(super) fn months(&self) -> Vec<Month> {
        self.by_month().iter().map(|month| month.month).collect()
    }

    /// The heads of the columns of the months.
    pub(super) fn month_heads(&self) -> impl Iterator<Item = Column> {
        self.months().into_iter().map(|month| Column::right(self.words.month(month)))
    }

    /// A figure of every month.
    pub(super) fn monthly(&self, selection: &Selection, read: impl Fn(&MonthFigures) -> i64) -> Vec<Figure> {
        self.by_month().iter().map(|month| figure(read(month), &Selection { month: Some(month.month), ..selection.clone() })).collect()
    }

    /// The earlier periods. The year before a year is the period before it, which stands there once.
    pub(super) fn earlier(&self) -> impl Iterator<Item = &Counted<'_>> {
        let apart = self.previous.figures.period != self.year_ago.figures.period;
        [Some(&self.previous), apart.then_some(&self.year_ago)].into_iter().flatten()
    }

    /// The heads of the columns that [`compared`](Self::compared) fills.
    pub(super) fn compared_heads(&self) -> impl Iterator<Item = Column> {
        let before = self.words.with("column-previous", &[("kind", &self.words.kind(self.now.figures.period))]);
        let earlier = self.earlier().zip([before, self.words.get("column-year-ago")]);
        earlier.flat_map(|(_, name)| [name, self.words.get("column-change")]).map(Column::right)
    }

    /// A figure as it was in each earlier period, with the change since. `read` gives none where a period's scheme does not tell it apart.
    pub(super) fn compared(&self, read: impl Fn(&Counted<'_>) -> Option<Figure>) -> Vec<Cell> {
        let now = read(&self.now).map_or(0, |figure| figure.value);
        let beside = |earlier: Option<Figure>| {
            let percent = earlier.as_ref().and_then(|earlier| change::percent(now, earlier.value));
            [earlier.map_or(Cell::Empty, Cell::Number), Cell::Change { percent }]
        };
        self.earlier().flat_map(|counted| beside(read(counted))).collect()
    }

    /// The note that a ranking goes on after those that are shown.
    pub(super) fn scope(&self, key: &str, shown: usize, all: usize) -> Option<String> {
        (all > shown).then(|| self.words.with(key, &[("shown", &shown.to_string())]))
    }

    /// «up 28 % from 469 in the quarter before».
    fn told_change(&self, now: i64, earlier: Figure) -> Option<Prose> {
        let percent = change::percent(now, earlier.value)?;
        let key = match now.cmp(&earlier.value) {
            std::cmp::Ordering::Equal => "change-same",
            std::cmp::Ordering::Greater => "change-more",
            std::cmp::Ordering::Less => "change-less",
        };
        let (percent, kind) = (self.words.percent(percent.saturating_abs()), self.words.kind(self.now.figures.period));
        Some(self.words.prose(key, [("earlier", earlier.into()), ("percent", percent.into()), ("kind", kind.into())]))
    }

    /// A sentence with a figure and its change; empty when there is nothing to compare with.
    pub(super) fn sentence(&self, key: &str, read: impl Fn(&Counted<'_>) -> Figure) -> Prose {
        let now = read(&self.now);
        self.told_change(now.value, read(&self.previous))
            .map_or_else(Prose::default, |change| self.words.prose(key, [("now", now.into()), ("unit", self.unit().into()), ("change", change)]))
    }

    /// Sentences one after another, as the language divides them.
    pub(super) fn paragraph(&self, sentences: impl IntoIterator<Item = Prose>) -> Option<Block> {
        let divider = if self.words.0 == Language::Ja { "" } else { " " };
        let mut text = Prose::default();
        for sentence in sentences.into_iter().filter(|sentence| !sentence.is_empty()) {
            if !text.is_empty() {
                text.push(divider);
            }
            text.push(sentence);
        }
        (!text.is_empty()).then_some(Block::Paragraph(text))
    }
}
