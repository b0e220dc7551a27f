//! Ports by weeks, as a heat map.

use super::{Axis, Hand, View, height, name, undrawable};
use crate::ReportingError;
use noroshi_document::{
    heat::{Heat, HeatRow},
    number,
    table::{Cell, Column, Row, Table},
};
use noroshi_observation::{
    ranks::{Ranks, of_key},
    series::{Bucket, Series},
};

/// Draws ranks by the week as rows of a heat map, with a table of the same; their series are weeks.
///
/// # Errors
/// [`ReportingError::Chart`] when there are more rows or weeks than can be seen.
pub fn weeks(hand: Hand<'_>, (id, title): (&str, &str), ranks: &Ranks, view: &View) -> Result<(Heat, Table), ReportingError> {
    let counted: Vec<(&str, &Series)> = ranks.rows.iter().filter_map(|ranked| Some((ranked.row.key.as_str(), ranked.series.as_ref()?))).collect();
    let first = counted.first().map(|(_, series)| *series);
    let axis = first.map(|series| Axis::of(hand, series)).unwrap_or_default();
    let unit = hand.unit(Bucket::Week);
    let table_id = format!("{id}-table");
    let values = |series: &Series| -> Vec<Option<f64>> { series.rows.iter().map(|row| height(row, series.bucket)).collect() };
    let row = |(key, series): &(&str, &Series)| {
        let of_row = of_key(view.by, &view.selection, key).map(|selection| View { bucket: series.bucket, ..view.series(selection) });
        HeatRow {
            name: name(hand.words, view.by, key),
            values: values(series),
            href: of_row.as_ref().map(View::href),
            query: of_row.as_ref().map(View::query).unwrap_or_default(),
        }
    };
    let rows: Vec<HeatRow> = counted.iter().map(row).collect();
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let caption = hand.words.get("graph-heat-caption");
    let heat = Heat::new(id, title, axis.labels.clone(), rows).and_then(|heat| heat.points(axis.points.clone())).map_err(undrawable)?;
    let cell = |value: Option<f64>| Cell::Text(value.map_or_else(|| "\u{2013}".into(), number::average));
    let by_week: Vec<Vec<Option<f64>>> = counted.iter().map(|(_, series)| values(series)).collect();
    let table = Table {
        id: table_id.clone(),
        title: title.to_owned(),
        columns: std::iter::once(Column::left(hand.words.get("graph-column-time"))).chain(names.into_iter().map(Column::right)).collect(),
        rows: (axis.points.iter().enumerate())
            .map(|(week, name)| Row::named(name.clone(), by_week.iter().map(|values| cell(values.get(week).copied().flatten())).collect::<Vec<_>>()))
            .rev()
            .collect(),
        unit: Some(unit.clone()),
        total: None,
        notes: ["graph-note-gap", "graph-note-weeks"].map(|key| hand.words.get(key)).into(),
        empty: Some(hand.words.get("graph-empty")),
    };
    Ok((heat.unit(unit).table(table_id).caption(caption), table))
}
