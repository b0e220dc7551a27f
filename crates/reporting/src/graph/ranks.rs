//! Ranks: how each went on, where it stands, and where it stood.

use super::{Axis, Graph, Hand, Line, View, height, lines, name};
use crate::ReportingError;
use jiff::Timestamp;
use noroshi_document::{
    change, number,
    table::{Cell, Column, Figure, Row, Table},
};
use noroshi_kernel::moment::Moment;
use noroshi_observation::{
    ranks::{Ranked, Ranks, of_key},
    series::Series,
    top::{By, Ranking},
};

/// Draws ranks (at most five), with their table.
///
/// # Errors
/// [`ReportingError::Chart`] when there are more than can be told apart.
pub fn ranks(hand: Hand<'_>, (id, title): (&str, &str), ranks: &Ranks, view: &View) -> Result<Graph, ReportingError> {
    let table_id = format!("{id}-table");
    let line = |ranked: &'_ Ranked| {
        let selection = of_key(view.by, &view.selection, &ranked.row.key);
        (name(hand.words, view.by, &ranked.row.key), selection.map(|selection| view.series(selection)))
    };
    let drawn: Vec<Line<'_>> = (ranks.rows.iter())
        .filter_map(|ranked| {
            let (name, view) = line(ranked);
            Some(Line { name, series: ranked.series.as_ref()?, view })
        })
        .collect();
    let chart = lines(hand, (id, title, &table_id), &drawn)?;
    Ok(Graph { chart, table: table(hand, (&table_id, title), ranks, view) })
}

/// Every value that the lines of ranks show, the last first.
#[must_use]
pub fn values(hand: Hand<'_>, id: &str, title: &str, ranks: &Ranks, by: By) -> Table {
    let told: Vec<(&Ranked, &Series)> = ranks.rows.iter().filter_map(|ranked| Some((ranked, ranked.series.as_ref()?))).collect();
    let axis = told.first().map(|(_, series)| Axis::of(hand, series)).unwrap_or_default();
    let cell = |series: &Series, place: usize| {
        let value = series.rows.get(place).and_then(|row| height(row, series.bucket));
        Cell::Text(value.map_or_else(|| "\u{2013}".into(), number::average))
    };
    let row = |(place, name): (usize, String)| Row::named(name, told.iter().map(|(_, series)| cell(series, place)).collect::<Vec<_>>());
    Table {
        id: id.to_owned(),
        title: title.to_owned(),
        columns: std::iter::once(Column::left(hand.words.get("graph-column-time")))
            .chain(told.iter().map(|(ranked, _)| Column::right(name(hand.words, by, &ranked.row.key))))
            .collect(),
        rows: axis.points.into_iter().enumerate().map(row).rev().collect(),
        unit: told.first().map(|(_, series)| hand.unit(series.bucket)),
        total: None,
        notes: vec![hand.words.get("graph-note-gap")],
        empty: Some(hand.words.get("graph-empty")),
    }
}

/// The table of ranks alone, of any number of rows.
#[must_use]
pub fn table(hand: Hand<'_>, (id, title): (&str, &str), ranks: &Ranks, view: &View) -> Table {
    let word = |key: &str| hand.words.get(key);
    let by_port = view.by == By::Port;
    // Where the packets of the time before are gone, nothing is new.
    let has_before = ranks.before.as_ref().is_some_and(|before| before.from != before.to);
    let right = |key: &str| Column::right(word(&format!("graph-column-{key}")));
    let mut columns = vec![Column::left(word(&format!("graph-by-{}", view.by.key())))];
    columns.extend(by_port.then(|| Column::left(word("graph-column-service"))));
    columns.push(right("rank"));
    columns.extend(has_before.then(|| right("previous-rank")));
    columns.push(right("average"));
    columns.extend(has_before.then(|| right("change")));
    columns.extend(["packets", "share", "sources"].map(right));
    let row = |ranked: &Ranked| {
        let row = &ranked.row;
        let selection = of_key(view.by, &view.selection, &row.key);
        let view_of = selection.map(|selection| view.series(selection));
        let figure = |value: u64| Figure {
            value: i64::try_from(value).unwrap_or(i64::MAX),
            query: view_of.as_ref().unwrap_or(view).query(),
            href: view_of.as_ref().map(View::href),
        };
        let dash = || Cell::Text("\u{2013}".into());
        let mut cells = Vec::new();
        cells.extend(by_port.then(|| Cell::Text(noroshi_catalogue::service_name(&row.key).unwrap_or_default().to_owned())));
        cells.push(Cell::Text(ranked.rank.to_string()));
        cells.extend(has_before.then(|| Cell::Text(ranked.previous_rank.map_or_else(|| word("graph-new"), |rank| rank.to_string()))));
        cells.push(row.per_sensor_day.map_or_else(dash, |average| Cell::Text(number::average(average))));
        let before = ranked.previous.as_ref().and_then(|row| row.per_sensor_day);
        cells.extend(has_before.then(|| Cell::Change { percent: row.per_sensor_day.zip(before).and_then(|(now, before)| percent(now, before)) }));
        cells.push(Cell::Number(figure(row.packets)));
        cells.push(Cell::Text(share(row.share)));
        cells.push(row.sources.map_or_else(dash, |sources| Cell::Text(number::grouped(i64::try_from(sources).unwrap_or(i64::MAX)))));
        Row::named(name(hand.words, view.by, &row.key), cells)
    };
    let is_gone = ranks.ranking.from == ranks.ranking.to;
    let mut notes = Vec::new();
    notes.extend(counted_else(hand, ranks, view).filter(|_| !is_gone));
    let less = |before: &Ranking| before.sensor_days < ranks.ranking.sensor_days * ENOUGH_BEFORE;
    notes.extend(ranks.before.as_ref().filter(|before| has_before && less(before)).map(|_| word("graph-note-before")));
    let tells_sources = ranks.rows.iter().any(|ranked| ranked.row.sources.is_some());
    notes.extend((tells_sources && !ranks.ranking.sources_are_exact).then(|| word("graph-note-estimates")));
    notes.extend(ranks.ranking.named_services_only.then(|| word("graph-note-named")));
    let hours = ranks.ranking.sensor_days * 24.0;
    notes.extend((!is_gone && hours > 0.0 && hours < 24.0).then(|| hand.words.with("graph-note-short", &[("hours", &format!("{:.2}", hours.max(0.01)))])));
    notes.extend((!is_gone).then(|| hand.words.with("graph-note-watched", &[("sensors", &number::average(ranks.ranking.sensors_watching))])));
    Table {
        id: id.to_owned(),
        title: title.to_owned(),
        columns,
        rows: ranks.rows.iter().map(row).collect(),
        unit: Some(word("graph-unit-day")),
        total: None,
        notes,
        empty: Some(word(match () {
            () if is_gone => "graph-gone",
            () if ranks.ranking.sensors_watching > 0.0 => "graph-empty",
            () => "graph-unwatched",
        })),
    }
}

/// In the time before, sensors have to have watched this part of what they watched now, for both to be compared.
pub(crate) const ENOUGH_BEFORE: f64 = 0.5;

/// Says what time was counted, where it is another than was asked for.
fn counted_else(hand: Hand<'_>, ranks: &Ranks, view: &View) -> Option<String> {
    let minute = |text: &str| Some(hand.zone.minute(Moment::from(text.parse::<Timestamp>().ok()?)));
    let Ranking { from, to, .. } = &ranks.ranking;
    let is_other = *from != view.from.rfc3339() || *to != view.to.rfc3339();
    let (from, to) = (minute(from)?, minute(to)?);
    is_other.then(|| hand.words.with("graph-note-window", &[("from", &from), ("to", &to)]))
}

/// How an average changed, in whole percent; averages are compared by the thousandth.
fn percent(now: f64, before: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "averages are far below 10^15")]
    let thousandths = |figure: f64| (figure * 1_000.0).round() as i64;
    change::percent(thousandths(now), thousandths(before))
}

/// A share with one digit behind the point.
fn share(share: f64) -> String {
    format!("{:.1}\u{a0}%", share * 100.0)
}
