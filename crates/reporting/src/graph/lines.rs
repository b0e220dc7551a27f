//! Lines through time.

use super::{Axis, Graph, Hand, View, height, name, undrawable};
use crate::{ReportingError, Words};
use noroshi_document::{
    chart::{self, Chart, Kind},
    number,
    table::{Cell, Column, Row, Table},
};
use noroshi_kernel::reason::Reason;
use noroshi_observation::{
    ObservationError,
    ask::{Countries, Selection, Sensors},
    series::{self, Bucket, Series},
    top::By,
};

/// A line: its name, what it counts, and where it is told by itself.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// Its name.
    pub name: String,
    /// What it counts.
    pub series: &'a Series,
    /// The view of it alone.
    pub view: Option<View>,
}

/// Draws lines; all of one time and bucket. `table` is the id of the table under the chart.
///
/// # Errors
/// [`ReportingError::Chart`] when there are more lines or points than can be told apart.
pub fn lines(hand: Hand<'_>, (id, title, table): (&str, &str, &str), lines: &[Line<'_>]) -> Result<Chart, ReportingError> {
    let unit = lines.first().map(|line| hand.unit(line.series.bucket)).unwrap_or_default();
    drawn(hand, (id, title, table), lines, unit, height)
}

/// Draws lines whose heights are what `value` makes of a bucket; `unit` says what that is.
fn drawn(
    hand: Hand<'_>,
    (id, title, table): (&str, &str, &str),
    lines: &[Line<'_>],
    unit: String,
    value: impl Fn(&series::Row, Bucket) -> Option<f64>,
) -> Result<Chart, ReportingError> {
    let axis = lines.first().map(|line| Axis::of(hand, line.series)).unwrap_or_default();
    let series = lines.iter().map(|line| {
        let values = line.series.rows.iter().map(|row| value(row, line.series.bucket)).collect();
        let series = chart::Series::new(line.name.clone(), values);
        match &line.view {
            Some(view) => series.leading(view.href()),
            None => series,
        }
    });
    let series: Vec<chart::Series> = series.collect();
    let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    // What one line shows, its title says.
    let caption =
        if names.len() > 1 { hand.words.with("graph-caption", &[("names", &names.join(hand.words.get("graph-comma").as_str()))]) } else { String::new() };
    let chart = Chart::new(id, title, Kind::Lines, axis.labels, series).and_then(|chart| chart.points(axis.points)).map_err(undrawable)?;
    Ok(chart.unit(unit).table(table).caption(caption))
}

/// One selection through time: its line, and a table of every bucket, the last first.
///
/// # Errors
/// As [`lines`].
pub fn through_time(hand: Hand<'_>, id: &str, title: &str, line: &Line<'_>) -> Result<Graph, ReportingError> {
    let table_id = format!("{id}-table");
    let chart = lines(hand, (id, title, &table_id), std::slice::from_ref(line))?;
    Ok(Graph { chart, table: buckets(hand, table_id, title, line, true) })
}

/// Distinct sources of one selection through time, with the same table.
///
/// # Errors
/// As [`lines`].
pub fn distinct(hand: Hand<'_>, id: &str, title: &str, line: &Line<'_>) -> Result<Graph, ReportingError> {
    let table_id = format!("{id}-table");
    let unit = hand.words.get(&format!("graph-unit-sources-{}", line.series.bucket.key()));
    #[expect(clippy::cast_precision_loss, reason = "sources are fewer than 2^53")]
    // A bucket that is not over has fewer than it will have: that is no fall.
    let sources = |row: &series::Row, _| row.sources.filter(|_| row.is_over).map(|sources| sources as f64);
    let chart = drawn(hand, (id, title, &table_id), std::slice::from_ref(line), unit, sources)?;
    let mut table = buckets(hand, table_id, title, line, false);
    let has_sources = line.series.rows.iter().any(|row| row.sources.is_some());
    let is_under_way = line.series.rows.iter().any(|row| !row.is_over && row.sources.is_some());
    table.notes.extend((!line.series.sources_are_exact).then(|| hand.words.get("graph-note-estimates")));
    table.notes.extend(is_under_way.then(|| hand.words.get(&format!("graph-note-under-way-{}", line.series.bucket.key()))));
    table.notes.extend((!has_sources && line.series.rows.iter().any(|row| row.packets.is_some())).then(|| hand.words.get("graph-note-no-sources")));
    Ok(Graph { chart, table })
}

/// Every bucket, the last first; with averages or without.
fn buckets(hand: Hand<'_>, id: String, title: &str, line: &Line<'_>, with_average: bool) -> Table {
    let axis = Axis::of(hand, line.series);
    let word = |key: &str| hand.words.get(key);
    let dash = || Cell::Text("\u{2013}".into());
    let count = |count: Option<u64>| count.map_or_else(dash, |count| Cell::Text(number::grouped(i64::try_from(count).unwrap_or(i64::MAX))));
    let rows = axis.points.iter().zip(&line.series.rows).rev().map(|(name, row)| {
        let average = height(row, line.series.bucket).map_or_else(dash, |average| Cell::Text(number::average(average)));
        let counts = [count(row.sources), count(row.packets), Cell::Text(number::average(row.sensors_watching))];
        Row::named(name.clone(), with_average.then_some(average).into_iter().chain(counts).collect::<Vec<_>>())
    });
    let right = |key: &str| Column::right(word(&format!("graph-column-{key}")));
    Table {
        id,
        title: title.to_owned(),
        columns: std::iter::once(Column::left(word("graph-column-time")))
            .chain(with_average.then(|| right("average")))
            .chain(["sources", "packets", "sensors"].map(right))
            .collect(),
        rows: rows.collect(),
        unit: with_average.then(|| hand.unit(line.series.bucket)),
        total: None,
        notes: vec![word("graph-note-gap")],
        empty: Some(word("graph-empty")),
    }
}

/// Whose sides are set beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Sources at home, and those abroad.
    Sources,
    /// Sensors at home, and those abroad.
    Sensors,
}

impl Sides {
    /// How links and rows name home and abroad.
    pub const KEYS: [&'static str; 2] = ["home", "abroad"];

    /// Either side of a selection.
    ///
    /// # Errors
    /// [`ObservationError::Refused`] when the selection says already where they are.
    pub fn selections(self, of: &Selection) -> Result<[Selection; 2], ObservationError> {
        match self {
            Self::Sources if of.countries != Countries::Any => Err(ObservationError::Refused(Reason::new(
                "sides-country",
                "国内と国外の比較は、すべての送信元地域が対象です。地域の指定を消すか、ほかのグラフを選んでください。",
                "sources at home and abroad are of every country; name no country, or choose another graph",
            ))),
            Self::Sensors if of.sensors != Sensors::All => Err(ObservationError::Refused(Reason::new(
                "sides-sensors",
                "国内と国外の比較は、すべてのセンサーが対象です。センサーの指定を消すか、ほかのグラフを選んでください。",
                "sensors at home and abroad are all sensors; name none, or choose another graph",
            ))),
            Self::Sources => Ok([Countries::Home, Countries::Abroad].map(|countries| Selection { countries, ..of.clone() })),
            Self::Sensors => Ok([Sensors::Home, Sensors::Abroad].map(|sensors| Selection { sensors, ..of.clone() })),
        }
    }

    fn names(self, words: Words) -> [String; 2] {
        match self {
            Self::Sources => Self::KEYS.map(|key| name(words, By::Country, key)),
            Self::Sensors => ["obs-home", "obs-abroad"].map(|key| words.get(key)),
        }
    }

    /// What else has to be said.
    fn note(self, words: Words) -> Option<String> {
        (self == Self::Sources).then(|| words.get("graph-note-origin"))
    }
}

/// Home beside abroad; the series are those of [`Sides::selections`].
///
/// # Errors
/// As [`lines`] and [`Sides::selections`].
pub fn home_beside_abroad(hand: Hand<'_>, (id, title): (&str, &str), sides: Sides, [home, abroad]: [&Series; 2], view: &View) -> Result<Graph, ReportingError> {
    let table_id = format!("{id}-table");
    let ([at_home, elsewhere], [home_name, abroad_name]) = (sides.selections(&view.selection)?, sides.names(hand.words));
    let line = |name: &String, selection, series| Line { name: name.clone(), series, view: Some(view.series(selection)) };
    let both = [line(&home_name, at_home, home), line(&abroad_name, elsewhere, abroad)];
    let chart = lines(hand, (id, title, &table_id), &both)?;
    let axis = Axis::of(hand, home);
    let cell = |row: &series::Row| height(row, home.bucket).map_or_else(|| Cell::Text("\u{2013}".into()), |average| Cell::Text(number::average(average)));
    let rows = axis.points.iter().zip(home.rows.iter().zip(&abroad.rows)).rev();
    let table = Table {
        id: table_id,
        title: title.to_owned(),
        columns: vec![Column::left(hand.words.get("graph-column-time")), Column::right(home_name), Column::right(abroad_name)],
        rows: rows.map(|(name, (home, abroad))| Row::named(name.clone(), [cell(home), cell(abroad)])).collect(),
        unit: Some(hand.unit(home.bucket)),
        total: None,
        notes: std::iter::once(hand.words.get("graph-note-gap")).chain(sides.note(hand.words)).collect(),
        empty: Some(hand.words.get("graph-empty")),
    };
    Ok(Graph { chart, table })
}
