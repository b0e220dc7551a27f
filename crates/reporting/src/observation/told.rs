//! Numbers of a part with what works them out, and the words around them.

use super::{
    axis::Axis,
    figures::Part,
    links::{Question, Window},
};
use crate::Words;
use noroshi_document::{
    change,
    chart::{Chart, Kind, NoChart, Series as Line},
    prose::Prose,
    table::{Cell, Figure, Measure},
};
use noroshi_kernel::{language::Language, moment::Zone};
use noroshi_observation::{
    ask::{Selection, Sensors},
    series::{Bucket, Row as Bucketed, Series},
    top::{By, Row},
};

/// What every section of a part draws from.
pub(super) struct Told<'a> {
    pub(super) words: Words,
    pub(super) zone: &'a Zone,
    pub(super) part: &'a Part,
    /// Stands in ids and behind titles where the report tells of two periods.
    pub(super) suffix: &'static str,
}

impl<'a> Told<'a> {
    pub(super) fn window(&self) -> Window {
        Window::of(self.part.period, self.zone)
    }

    /// The window before.
    pub(super) fn before(&self) -> Window {
        Window::of(self.part.period.previous(), self.zone)
    }

    pub(super) fn id(&self, name: &str) -> String {
        format!("{name}{}", self.suffix)
    }

    /// The period as it stands behind a title.
    pub(super) fn title(&self, key: &str) -> String {
        self.words.with(key, &[("period", &self.part.period.to_string())])
    }

    /// Whether any sensor watched in the period before.
    pub(super) fn has_before(&self) -> bool {
        self.part.ports.before.as_ref().is_some_and(|before| before.sensor_days > 0.0)
    }

    /// A number of all that a ranking tells.
    pub(super) fn count(&self, value: u64, by: By, selection: &Selection) -> Figure {
        figure(value, &self.window().top(by, selection, None))
    }

    /// A number of one row of a ranking of everything.
    pub(super) fn row(&self, value: u64, by: By, key: &str) -> Figure {
        figure(value, &self.window().top(by, &Selection::default(), Some(key)))
    }

    /// An average for each sensor and day: of all by its ranking, of a part of it by how that went on.
    pub(super) fn average(&self, value: f64, selection: &Selection) -> Measure {
        self.measure(value, &self.window(), selection)
    }

    fn measure(&self, value: f64, window: &Window, selection: &Selection) -> Measure {
        let is_part = Selection { sensors: Sensors::All, ..selection.clone() } != Selection::default();
        // Weeks reach beyond the period, days and months do not.
        let bucket = if self.part.bucket == Bucket::Week { Bucket::Month } else { self.part.bucket };
        let question = if is_part { window.series(bucket, selection) } else { window.top(By::Port, selection, None) };
        Measure::new(value, question.query(), Some(question.href()))
    }

    /// A row's average, and its change in percent.
    pub(super) fn compared(&self, row: &Row, previous: Option<&Row>, selection: &Selection) -> [Cell; 2] {
        let now = row.per_sensor_day.map(|value| self.measure(value, &self.window(), selection));
        let earlier = previous.and_then(|row| row.per_sensor_day).map(|value| self.measure(value, &self.before(), selection));
        let percent = now.as_ref().zip(earlier.as_ref()).and_then(|(now, earlier)| change::percent(now.thousandths, earlier.thousandths));
        [now.map_or_else(none, Cell::Measure), Cell::Change { percent }]
    }

    /// «up 28 % from 46.9 in the quarter before»; nothing where there was nothing.
    pub(super) fn change(&self, row: &Row, previous: Option<&Row>, selection: &Selection) -> Option<Prose> {
        let now = self.measure(row.per_sensor_day?, &self.window(), selection);
        let earlier = self.measure(previous?.per_sensor_day?, &self.before(), selection);
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
        let (window, mut axis, mut lines) = (self.window(), None, Vec::new());
        for (name, one, selection) in series {
            axis.get_or_insert_with(|| Axis::of(one, self.part.period.last_month(), self.zone, self.words));
            let values = one.rows.iter().map(|row| value(row).map(thousandth)).collect();
            lines.push(Line::new(name, values).leading(window.series(self.part.bucket, &selection).href()));
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
fn figure(value: u64, question: &Question) -> Figure {
    Figure { value: i64::try_from(value).unwrap_or(i64::MAX), query: question.query(), href: Some(question.href()) }
}

/// A value as charts and their JSON hold it.
pub(super) fn thousandth(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// A service as people write it: `445/TCP`, `ICMP/8`.
pub(super) fn service(key: &str) -> String {
    match key.split_once('/') {
        Some((protocol @ ("tcp" | "udp"), port)) if port != "-" => format!("{port}/{}", protocol.to_uppercase()),
        _ => key.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_written_as_reports_do() {
        for (key, shown) in [("tcp/445", "445/TCP"), ("udp/53", "53/UDP"), ("icmp/8", "ICMP/8"), ("ip/47", "IP/47"), ("tcp/-", "TCP/-"), ("other", "OTHER")] {
            assert_eq!(service(key), shown);
        }
    }
}
