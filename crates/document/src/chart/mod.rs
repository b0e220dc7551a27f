//! Charts: what is drawn, not how.

mod marks;
mod refused;
mod series;

pub(crate) use marks::{Note, Span};
pub use refused::NoChart;
pub use series::Series;
use std::ops::Range;

/// How a chart shows its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Bars beside each other.
    Bars,
    /// Bars on top of each other.
    Stacked,
    /// Lines over time. Two that belong together, such as home and abroad, are two lines: on top of each other only the lower could be read.
    Lines,
}

/// A chart that can be drawn: made by [`Chart::new`] only.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) unit: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) labels: Vec<String>,
    pub(crate) points: Vec<String>,
    pub(crate) series: Vec<Series>,
    pub(crate) powers: bool,
    pub(crate) notes: Vec<Note>,
    pub(crate) spans: Vec<Span>,
    pub(crate) table: String,
    pub(crate) caption: String,
}

impl Chart {
    /// The most series that a chart can hold.
    pub const MOST_SERIES: usize = 5;
    /// The most points that a series can have: hours of six weeks, days of two years.
    pub const MOST_POINTS: usize = 1_008;
    /// The most notes, and the most shaded spans, that a chart can bear.
    pub const MOST_MARKS: usize = 8;

    /// Makes a chart. `labels` stand under the horizontal axis; an empty label is a point that is not named there ([`points`](Self::points)
    /// names all of them).
    ///
    /// # Errors
    /// [`NoChart`] when there are more than [`MOST_SERIES`](Self::MOST_SERIES) series or [`MOST_POINTS`](Self::MOST_POINTS) points, when a
    /// series does not match the labels, or when a value cannot be drawn.
    pub fn new(id: impl Into<String>, title: impl Into<String>, kind: Kind, labels: Vec<String>, series: Vec<Series>) -> Result<Self, NoChart> {
        let id = id.into();
        if series.len() > Self::MOST_SERIES {
            return Err(NoChart::TooMany { id, count: series.len() });
        }
        bounded(&id, "points", labels.len(), Self::MOST_POINTS)?;
        for one in &series {
            let ragged = |count: usize| count != 0 && count != labels.len();
            if one.values.len() != labels.len() || ragged(one.hrefs.len()) || ragged(one.queries.len()) {
                return Err(NoChart::Ragged { id, series: one.name.clone(), labels: labels.len() });
            }
            drawable(&id, &one.name, &one.values)?;
        }
        let (points, notes, spans) = (Vec::new(), Vec::new(), Vec::new());
        let (table, caption) = (String::new(), String::new());
        Ok(Self { id, title: title.into(), unit: None, kind, labels, points, series, powers: false, notes, spans, table, caption })
    }

    /// Says in what the chart counts.
    #[must_use]
    pub fn unit(self, unit: impl Into<String>) -> Self {
        Self { unit: Some(unit.into()), ..self }
    }

    /// Names the table that holds the same numbers, by its id.
    #[must_use]
    pub fn table(self, id: impl Into<String>) -> Self {
        Self { table: id.into(), ..self }
    }

    /// Gives the sentence that says what is to be seen; it is also read out in place of the picture.
    #[must_use]
    pub fn caption(self, sentence: impl Into<String>) -> Self {
        Self { caption: sentence.into(), ..self }
    }

    /// Names every point in full, for who points at it: where of 365 days only the months are labelled.
    ///
    /// # Errors
    /// [`NoChart::Ragged`] when there is not one name per label.
    pub fn points(self, names: Vec<String>) -> Result<Self, NoChart> {
        if names.len() != self.labels.len() {
            return Err(NoChart::Ragged { id: self.id, series: String::new(), labels: self.labels.len() });
        }
        Ok(Self { points: names, ..self })
    }

    /// Sets the lines against a logarithmic axis, on which a tenth and a hundredth are seen, too. Zero has a line of its own below it.
    ///
    /// # Errors
    /// [`NoChart::NoPowers`] when the chart has bars.
    pub fn logarithmic(self) -> Result<Self, NoChart> {
        if self.kind == Kind::Lines { Ok(Self { powers: true, ..self }) } else { Err(NoChart::NoPowers { id: self.id }) }
    }

    /// Writes words at one point of one series, both counted from 0.
    ///
    /// # Errors
    /// [`NoChart::NoPlace`] when nothing is drawn there or there are no words, [`NoChart::TooDense`] after
    /// [`MOST_MARKS`](Self::MOST_MARKS).
    pub fn note(mut self, series: usize, point: usize, text: impl Into<String>) -> Result<Self, NoChart> {
        let text = text.into();
        let drawn = self.kind == Kind::Lines && self.series.get(series).is_some_and(|series| matches!(series.values.get(point), Some(Some(_))));
        if !drawn || text.trim().is_empty() {
            return Err(NoChart::NoPlace { id: self.id, mark: text });
        }
        bounded(&self.id, "notes", self.notes.len() + 1, Self::MOST_MARKS)?;
        self.notes.push(Note { series, point, text });
        Ok(self)
    }

    /// Shades a stretch of points and names it: the window of a rise.
    ///
    /// # Errors
    /// As [`note`](Self::note).
    pub fn span(mut self, points: Range<usize>, text: impl Into<String>) -> Result<Self, NoChart> {
        let text = text.into();
        if self.kind != Kind::Lines || points.is_empty() || points.end > self.labels.len() || text.trim().is_empty() {
            return Err(NoChart::NoPlace { id: self.id, mark: text });
        }
        bounded(&self.id, "spans", self.spans.len() + 1, Self::MOST_MARKS)?;
        self.spans.push(Span { points, text });
        Ok(self)
    }

    /// The chart's anchor.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the chart shows.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The full name of a point.
    pub(crate) fn point(&self, place: usize) -> &str {
        self.points.get(place).or_else(|| self.labels.get(place)).map_or("", String::as_str)
    }

    /// Whether there is any value at all.
    pub(crate) fn has_data(&self) -> bool {
        self.values().next().is_some()
    }

    /// All values that there are.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|series| series.values.iter().flatten().copied())
    }

    /// The sum of the values at one label.
    pub(crate) fn sum(&self, place: usize) -> f64 {
        self.series.iter().filter_map(|series| series.values.get(place).copied().flatten()).sum()
    }

    /// The height that the axis must reach.
    pub(crate) fn highest(&self) -> f64 {
        match self.kind {
            Kind::Stacked => (0..self.labels.len()).map(|place| self.sum(place)).fold(0.0, f64::max),
            Kind::Bars | Kind::Lines => self.values().fold(0.0, f64::max),
        }
    }
}

/// Refuses more than can be seen.
pub(crate) fn bounded(id: &str, what: &'static str, count: usize, most: usize) -> Result<(), NoChart> {
    if count > most { Err(NoChart::TooDense { id: id.to_owned(), what, count, most }) } else { Ok(()) }
}

/// Refuses what has no height.
pub(crate) fn drawable(id: &str, series: &str, values: &[Option<f64>]) -> Result<(), NoChart> {
    match values.iter().flatten().find(|value| !(0.0..=1e15).contains(*value)) {
        Some(value) => Err(NoChart::NoHeight { id: id.to_owned(), series: series.to_owned(), value: value.to_string() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Figure;

    fn of(series: Vec<Series>) -> Result<Chart, NoChart> {
        Chart::new("c", "A chart", Kind::Bars, vec!["a".into(), "b".into()], series)
    }

    fn lines(values: Vec<Option<f64>>) -> Chart {
        Chart::new("c", "A chart", Kind::Lines, vec![String::new(); values.len()], vec![Series::new("s", values)]).expect("a chart")
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let two = |first| Series::new("s", vec![first, None]);
        assert!(of(vec![two(Some(1.0)); 5]).is_ok());
        assert!(matches!(of(vec![two(None); 6]), Err(NoChart::TooMany { count: 6, .. })));
        assert!(matches!(of(vec![Series::new("s", vec![None])]), Err(NoChart::Ragged { labels: 2, .. })));
        assert!(matches!(of(vec![two(None).linked(vec![None])]), Err(NoChart::Ragged { .. })));
        let figure = Figure { value: 7, query: serde_json::json!({}), href: None };
        assert!(of(vec![Series::counted("s", vec![figure.clone(), figure.clone()])]).is_ok());
        assert!(matches!(of(vec![Series { queries: vec![figure.query], ..two(None) }]), Err(NoChart::Ragged { .. })));
        for value in [f64::NAN, f64::INFINITY, -1.0, 1e16] {
            assert!(matches!(of(vec![two(Some(value))]), Err(NoChart::NoHeight { .. })), "{value}");
        }
        let many = vec![String::new(); Chart::MOST_POINTS + 1];
        assert!(matches!(Chart::new("c", "A chart", Kind::Lines, many, vec![]), Err(NoChart::TooDense { what: "points", .. })));
    }

    #[test]
    fn marks_lie_where_something_is() {
        let chart = lines(vec![Some(1.0), None]);
        assert!(chart.clone().note(0, 0, "up").is_ok());
        assert!(chart.clone().span(1..2, "a rise").is_ok());
        for refused in [chart.clone().note(0, 1, "in a gap"), chart.clone().note(1, 0, "of no series"), chart.clone().note(0, 0, " ")] {
            assert!(matches!(refused, Err(NoChart::NoPlace { .. })), "{refused:?}");
        }
        for refused in [chart.clone().span(1..1, "empty"), chart.clone().span(0..3, "too long"), of(vec![]).expect("bars").span(0..1, "bars")] {
            assert!(matches!(refused, Err(NoChart::NoPlace { .. })), "{refused:?}");
        }
        let full = (0..Chart::MOST_MARKS).try_fold(chart.clone(), |chart, _| chart.note(0, 0, "up")).expect("a chart");
        assert!(matches!(full.note(0, 0, "one more"), Err(NoChart::TooDense { what: "notes", .. })));
        assert!(matches!(chart.clone().points(vec![]), Err(NoChart::Ragged { .. })));
        assert!(matches!(of(vec![]).expect("bars").logarithmic(), Err(NoChart::NoPowers { .. })));
    }
}
