//! Charts: what is drawn, not how.

use crate::table::Figure;

/// How a chart shows its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Bars beside each other.
    Bars,
    /// Bars on top of each other.
    Stacked,
    /// Lines over time.
    Lines,
}

/// One row of values under one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name, said beside it.
    pub name: String,
    /// One value per label, not below zero; none where nothing was measured, which is drawn as a gap.
    pub values: Vec<Option<f64>>,
    /// One link per label to the records behind the value. May be empty when there are none.
    pub hrefs: Vec<Option<String>>,
    /// One query per label that finds exactly the records counted. May be empty when values count none.
    pub queries: Vec<serde_json::Value>,
}

impl Series {
    /// A series without links.
    pub fn new(name: impl Into<String>, values: Vec<Option<f64>>) -> Self {
        Self { name: name.into(), values, hrefs: Vec::new(), queries: Vec::new() }
    }

    /// A series of numbers that count, each with its query and its link.
    pub fn counted(name: impl Into<String>, figures: Vec<Figure>) -> Self {
        // Exact to 2^32, far beyond what anybody draws.
        let values = figures.iter().map(|figure| u32::try_from(figure.value).ok().map(f64::from)).collect();
        let (hrefs, queries) = figures.into_iter().map(|figure| (figure.href, figure.query)).unzip();
        Self { name: name.into(), values, hrefs, queries }
    }

    /// The same series with links.
    #[must_use]
    pub fn linked(self, hrefs: Vec<Option<String>>) -> Self {
        Self { hrefs, ..self }
    }

    /// The link of one value, when it may be emitted.
    pub(crate) fn href(&self, place: usize) -> Option<&str> {
        crate::link::safe(self.hrefs.get(place).and_then(Option::as_deref))
    }
}

/// A chart that can be drawn: made by [`Chart::new`] only.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) unit: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) labels: Vec<String>,
    pub(crate) series: Vec<Series>,
    pub(crate) table: String,
    pub(crate) caption: String,
}

/// What cannot be drawn.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoChart {
    /// There are more series than colours.
    #[error("chart {id:?} has {count} series; fold the smallest into one, at most 5 can be told apart")]
    TooMany {
        /// The chart.
        id: String,
        /// Its number of series.
        count: usize,
    },
    /// A series has not one value (and one link and query, where it has them) per label.
    #[error("series {series:?} of chart {id:?} does not have one value, link and query per label; give {labels} of each, None for gaps")]
    Ragged {
        /// The chart.
        id: String,
        /// The series.
        series: String,
        /// The number of labels.
        labels: usize,
    },
    /// A value is below zero, no number, or above 10^15.
    #[error("series {series:?} of chart {id:?} has the value {value}; values go from 0 to 10^15, None stands for a gap")]
    NoHeight {
        /// The chart.
        id: String,
        /// The series.
        series: String,
        /// The value.
        value: String,
    },
}

impl Chart {
    /// The most series that a chart can hold.
    pub const MOST_SERIES: usize = 5;

    /// Makes a chart. `labels` stand under the horizontal axis; an empty label is a point that is not named.
    ///
    /// # Errors
    /// [`NoChart`] when there are more than [`MOST_SERIES`](Self::MOST_SERIES) series, when a series does not match the labels, or when
    /// a value cannot be drawn.
    pub fn new(id: impl Into<String>, title: impl Into<String>, kind: Kind, labels: Vec<String>, series: Vec<Series>) -> Result<Self, NoChart> {
        let id = id.into();
        if series.len() > Self::MOST_SERIES {
            return Err(NoChart::TooMany { id, count: series.len() });
        }
        for one in &series {
            let ragged = |count: usize| count != 0 && count != labels.len();
            if one.values.len() != labels.len() || ragged(one.hrefs.len()) || ragged(one.queries.len()) {
                return Err(NoChart::Ragged { id, series: one.name.clone(), labels: labels.len() });
            }
            if let Some(value) = one.values.iter().flatten().find(|value| !(0.0..=1e15).contains(*value)) {
                return Err(NoChart::NoHeight { id, series: one.name.clone(), value: value.to_string() });
            }
        }
        Ok(Self { id, title: title.into(), unit: None, kind, labels, series, table: String::new(), caption: String::new() })
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

    /// Whether there is any value at all.
    pub(crate) fn has_data(&self) -> bool {
        self.series.iter().any(|series| series.values.iter().any(Option::is_some))
    }

    /// The sum of the values at one label.
    pub(crate) fn sum(&self, place: usize) -> f64 {
        self.series.iter().filter_map(|series| series.values.get(place).copied().flatten()).sum()
    }

    /// The height that the axis must reach.
    pub(crate) fn highest(&self) -> f64 {
        match self.kind {
            Kind::Stacked => (0..self.labels.len()).map(|place| self.sum(place)).fold(0.0, f64::max),
            Kind::Bars | Kind::Lines => self.series.iter().flat_map(|series| series.values.iter().flatten().copied()).fold(0.0, f64::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(series: Vec<Series>) -> Result<Chart, NoChart> {
        Chart::new("c", "A chart", Kind::Bars, vec!["a".into(), "b".into()], series)
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
    }
}
