//! Ports by weeks, as a heat map.

use super::{Axis, Hand, Line, height, undrawable};
use crate::ReportingError;
use noroshi_document::{
    heat::{Heat, HeatRow},
    number,
    table::{Cell, Column, Row, Table},
};

/// Draws lines by the week as rows of a heat map, with a table of the same.
///
/// # Errors
/// [`ReportingError::Chart`] when there are more rows or weeks than can be seen.
pub fn weeks(hand: Hand<'_>, (id, title): (&str, &str), lines: &[Line<'_>]) -> Result<(Heat, Table), ReportingError> {
    let axis = lines.first().map(|line| Axis::of(hand, line.series)).unwrap_or_default();
    let unit = lines.first().map(|line| hand.unit(line.series.bucket)).unwrap_or_default();
    let table_id = format!("{id}-table");
    let values = |line: &Line<'_>| -> Vec<Option<f64>> { line.series.rows.iter().map(|row| height(row, line.series.bucket)).collect() };
    let row = |line: &Line<'_>| HeatRow {
        name: line.name.clone(),
        values: values(line),
        href: line.view.as_ref().map(super::View::href),
        query: line.view.as_ref().map(super::View::query).unwrap_or_default(),
    };
    let rows = lines.iter().map(row).collect();
    let caption = hand.words.with("graph-heat-caption", &[("title", title), ("unit", &unit)]);
    let heat = Heat::new(id, title, axis.labels.clone(), rows).and_then(|heat| heat.points(axis.points.clone())).map_err(undrawable)?;
    let cell = |value: Option<f64>| Cell::Text(value.map_or_else(|| "\u{2013}".into(), number::average));
    let by_week = lines.iter().map(values).collect::<Vec<_>>();
    let table = Table {
        id: table_id.clone(),
        title: title.to_owned(),
        columns: std::iter::once(Column::left(hand.words.get("graph-column-time"))).chain(lines.iter().map(|line| Column::right(line.name.clone()))).collect(),
        rows: (axis.points.iter().enumerate())
            .map(|(week, name)| Row::named(name.clone(), by_week.iter().map(|values| cell(values.get(week).copied().flatten())).collect::<Vec<_>>()))
            .rev()
            .collect(),
        unit: Some(unit.clone()),
        total: None,
        notes: vec![hand.words.get("graph-note-gap")],
        empty: Some(hand.words.get("graph-empty")),
    };
    Ok((heat.unit(unit).table(table_id).caption(caption), table))
}
