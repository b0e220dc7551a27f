//! Heat maps: many rows over time, each cell in one of a few steps of one hue.

use crate::chart::{NoChart, bounded, drawable};
use serde_json::Value;

mod steps;

pub(crate) use steps::Steps;

/// One row of cells under one name.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatRow {
    /// Its name, said at its left.
    pub name: String,
    /// One value per column, not below zero; none where nothing was measured, which is hatched.
    pub values: Vec<Option<f64>>,
    /// Where the row is told, which its name leads to.
    pub href: Option<String>,
    /// The query that gives the row's values; null when they count nothing.
    pub query: Value,
}

impl HeatRow {
    /// The link of the row, when it may be emitted.
    pub(crate) fn href(&self) -> Option<&str> {
        crate::link::safe(self.href.as_deref())
    }
}

/// A heat map that can be drawn: made by [`Heat::new`] only.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) unit: Option<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) points: Vec<String>,
    pub(crate) rows: Vec<HeatRow>,
    pub(crate) table: String,
    pub(crate) caption: String,
}

impl Heat {
    /// The most rows.
    pub const MOST_ROWS: usize = 40;
    /// The most columns: weeks of two years.
    pub const MOST_COLUMNS: usize = 106;

    /// Makes a heat map. `labels` stand under the columns; an empty label is a column that is not named there.
    ///
    /// # Errors
    /// [`NoChart`] when there are more than [`MOST_ROWS`](Self::MOST_ROWS) or [`MOST_COLUMNS`](Self::MOST_COLUMNS), when a row does not
    /// match the labels, or when a value cannot be drawn.
    pub fn new(id: impl Into<String>, title: impl Into<String>, labels: Vec<String>, rows: Vec<HeatRow>) -> Result<Self, NoChart> {
        let id = id.into();
        bounded(&id, "rows", rows.len(), Self::MOST_ROWS)?;
        bounded(&id, "columns", labels.len(), Self::MOST_COLUMNS)?;
        for row in &rows {
            if row.values.len() != labels.len() {
                return Err(NoChart::Ragged { id, series: row.name.clone(), labels: labels.len() });
            }
            drawable(&id, &row.name, &row.values)?;
        }
        let (table, caption) = (String::new(), String::new());
        Ok(Self { id, title: title.into(), unit: None, labels, points: Vec::new(), rows, table, caption })
    }

    /// Says in what the cells count.
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

    /// Names every column in full, for who points at one of its cells.
    ///
    /// # Errors
    /// [`NoChart::Ragged`] when there is not one name per label.
    pub fn points(self, names: Vec<String>) -> Result<Self, NoChart> {
        if names.len() != self.labels.len() {
            return Err(NoChart::Ragged { id: self.id, series: String::new(), labels: self.labels.len() });
        }
        Ok(Self { points: names, ..self })
    }

    /// The map's anchor.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the map shows.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The full name of a column.
    pub(crate) fn point(&self, place: usize) -> &str {
        self.points.get(place).or_else(|| self.labels.get(place)).map_or("", String::as_str)
    }

    /// All values that there are.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> {
        self.rows.iter().flat_map(|row| row.values.iter().flatten().copied())
    }

    /// The steps that its values are shown in.
    pub(crate) fn steps(&self) -> Steps {
        Steps::of(self.values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: Vec<Option<f64>>) -> HeatRow {
        HeatRow { name: "23/TCP".into(), values, href: None, query: Value::Null }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let of = |columns: usize, rows: Vec<HeatRow>| Heat::new("h", "A map", vec![String::new(); columns], rows);
        assert!(of(2, vec![row(vec![None, Some(0.0)]); Heat::MOST_ROWS]).is_ok());
        assert!(matches!(of(2, vec![row(vec![None, None]); Heat::MOST_ROWS + 1]), Err(NoChart::TooDense { what: "rows", .. })));
        assert!(matches!(of(Heat::MOST_COLUMNS + 1, vec![]), Err(NoChart::TooDense { what: "columns", .. })));
        assert!(matches!(of(2, vec![row(vec![None])]), Err(NoChart::Ragged { labels: 2, .. })));
        assert!(matches!(of(1, vec![row(vec![Some(-1.0)])]), Err(NoChart::NoHeight { .. })));
    }
}
