//! Numbers of a part with what works them out, and the words around them.

use super::figures::Part;
use crate::{
    Words,
    graph::{Axis, ENOUGH_BEFORE, Hand, View},
};
use noroshi_document::{
    change,
    chart::{Chart, Kind, NoChart, Series as Line},
    prose::Prose,
    table::{Cell, Figure, Measure},
};
use noroshi_kernel::{
    language::Language,
    moment::Zone,
    period::{self, Period},
};
use noroshi_observation::{
    ask::{Selection, Sensors},
    series::{Bucket, Row as Bucketed, Series},
    top::{By, Ranking, Row},
};
use serde_json::Value;

/// What every section of a part draws from.
pub(super) struct Told<'a> {
    pub(super) words: Words,
    pub(super) zone: &'a Zone,
    pub(super) part: &'a Part,
    /// Stands in ids and behind titles where the report tells of two periods.
    pub(super) suffix: &'static str,
}

impl Told<'_> {
    /// In which words and whose days it is drawn.
    pub(super) const fn hand(&self) -> Hand<'_> {
        Hand { words: self.words, zone: self.zone }
    }

    /// All of the period.
    pub(super) fn view(&self) -> View {
        self.view_of(self.part.period)
    }

    fn view_of(&self, period: Period) -> View {
        let (from, to) = period.bounds(self.zone);
        View { show: "ranks", by: By::Port, selection: Selection::default(), from, to, bucket: self.part.bucket }
    }

    pub(super) fn id(&self, name: &str) -> String {
        format!("{name}{}", self.suffix)
    }

    /// The period as it stands behind a title.
    pub(super) fn title(&self, key: &str) -> String {
        self.words.with(key, &[("period", &self.period())])
    }

    /// The period as it is read: twelve months by their last.
    fn period(&self) -> String {
        let (period, last) = (self.part.period, self.part.period.last_month());
        match period.kind() {
            period::Kind::TwelveMonths => self.words.with("obs-twelve", &[("year", &last.year().to_string()), ("month", &self.words.month(last))]),
            _ => period.to_string(),
        }
    }

    /// Whether any sensor watched in the period before.
    pub(super) fn has_before(&self) -> bool {
        self.part.ports.before.as_ref().is_some_and(|before| before.sensor_days > 0.0)
    }

    /// Whether sensors watched long enough in the period before for both to be compared in words.
    pub(super) fn has_enough_before(&self) -> bool {
        let days = |ranking: &Ranking| ranking.sensor_days;
        self.part.ports.before.as_ref().is_some_and(|before| days(before) >= days(&self.part.ports.ranking) * ENOUGH_BEFORE)
    }

    /// A number of all that a ranking tells.
    pub(super) fn count(&self, value: u64, by: By, selection: &Selection) -> Figure {
        let view = View { by, selection: selection.clone(), ..self.view() };
        figure(value, view.query(), view.href())
    }

    /// A number of one row of a ranking of everything.
    pub(super) fn row(&self, value: u64, by: By, key: &str) -> Figure {
        let view = View { by, ..self.view() };
        let mut query = view.query();
        if let Value::Object(fields) = &mut query {
            fields.insert("row".into(), key.into());
        }
        figure(value, query, view.href())
    }

    /// An average for each sensor and day: of all by its ranking, of a part of it by how that went on.
    pub(super) fn average(&self, value: f64, selection: &Selection) -> Measure {
        self.measure(value, &self.view(), selection)
    }

    fn measure(&self, value: f64, view: &View, selection: &Selection) -> Measure {
        let is_part = Selection { sensors: Sensors::All, ..selection.clone() } != Selection::default();
        // Weeks reach beyond the period, days and months do not.
        let bucket = if view.bucket == Bucket::Week { Bucket::Month } else { view.bucket };
        let view = View { show: if is_part { "series" } else { "ranks" }, selection: selection.clone(), bucket, ..view.clone() };
        Measure::new(value, view.query(), Some(view.href()))
    }

    /// A row's average, and its change in percent.
    pub(super) fn compared(&self, row: &Row, previous: Option<&Row>, selection: &Selection) -> [Cell; 2] {
        let now = row.per_sensor_day.map(|value| self.measure(value, &self.view(), selection));
        let earlier = previous.and_then(|row| row.per_sensor_day).map(|value| self.measure(value, &self.view_of(self.part.period.previous()), selection));
        let percent = now.as_ref().zip(earlier.as_ref()).and_then(|(now, earlier)| change::percent(now.thousandths, earlier.thousandths));
        [now.map_or_else(none, Cell::Measure), Cell::Change { percent }]
    }

    /// «up 28 % from 46.9 in the quarter before»; nothing where there was nothing, or too little to compare with.
    pub(super) fn change(&self, row: &Row, previous: Option<&Row>, selection: &Selection) -> Option<Prose> {
        let previous = previous.filter(|_| self.has_enough_before());
        let now = self.measure(row.per_sensor_day?, &self.view(), selection);
        let earlier = self.measure(previous?.per_sensor_day?, &self.view_of(self.part.period.previous()), selection);
        let percent = change::percent(now.thousandths, earlier.thousandths)?;
        let key = match percent.signum() {
            0 => "change-same",
            1 => "change-more",
            _ => "change-less",
        };
        let (percent, kind) = (self.words.percent(percent.saturating_abs()), self.words.kind(self.part.period));
        Some(self.words.prose(key, [("earlier", earlier.into()), ("percent", percent.into()), ("kind", kind.into())]))
    }

    /// A chart of series through time, each with its name and where it leads; what they count is told by `unit`.
    pub(super) fn chart<'s>(
        &self,
        (id, title): (&str, String),
        unit: &str,
        series: impl IntoIterator<Item = (String, &'s Series, Selection)>,
        value: impl Fn(&Bucketed) -> Option<f64>,
    ) -> Result<Option<Chart>, NoChart> {
        let (view, mut axis, mut lines) = (self.view(), None, Vec::new());
        for (name, one, selection) in series {
            axis.get_or_insert_with(|| Axis::of(self.hand(), one));
            let values = one.rows.iter().map(|row| value(row).map(thousandth)).collect();
            lines.push(Line::new(name, values).leading(view.series(selection).href()));
        }
        let Some(axis) = axis else { return Ok(None) };
        let chart = Chart::new(self.id(id), title, Kind::Lines, axis.labels, lines)?.points(axis.points)?;
        Ok(Some(chart.unit(self.words.get(unit))))
    }

    /// Sentences one after another, as the language divides them.
    pub(super) fn sentences(&self, sentences: impl IntoIterator<Item = Prose>) -> Prose {
        let mut text = Prose::default();
        for sentence in sentences.into_iter().filter(|sentence| !sentence.is_empty()) {
            if !text.is_empty() && self.words.0 == Language::En {
                text.push(" ");
            }
            text.push(sentence);
        }
        text
    }
}

/// What stands where nothing is known.
pub(super) fn none() -> Cell {
    Cell::Text("\u{2013}".into())
}

/// A number that counts as many as it can.
fn figure(value: u64, query: Value, href: String) -> Figure {
    Figure { value: i64::try_from(value).unwrap_or(i64::MAX), query, href: Some(href) }
}

/// A value as charts and their JSON hold it.
pub(super) fn thousandth(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
