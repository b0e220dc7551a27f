//! Graphs of what sensors saw: one form for pages, files, the public site and the reports.
//!
//! A graph is a [`Chart`](noroshi_document::chart::Chart) and the [`Table`](noroshi_document::table::Table) under it. Figures are packets for each
//! sensor that watched and day (by the hour: hour), so that neither more sensors nor a gap change a line; what was not watched is a gap.

mod axis;
mod heat;
mod lines;
mod names;
mod ranks;
mod title;
mod view;

pub use axis::Axis;
pub use heat::weeks;
pub use lines::{Line, Sides, distinct, home_beside_abroad, lines, through_time};
pub use names::{name, named, selected};
pub(crate) use ranks::ENOUGH_BEFORE;
pub use ranks::{ranks, table, values};
pub use title::{title, title_of_distinct, title_of_sides, title_of_weeks, titled};
pub use view::View;

use crate::{ReportingError, Words};
use noroshi_document::{chart::Chart, table::Table};
use noroshi_kernel::moment::Zone;
use noroshi_observation::series::{Bucket, Row};

/// In which words and whose days a graph is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    /// The words.
    pub words: Words,
    /// The team's zone.
    pub zone: &'a Zone,
}

impl Hand<'_> {
    /// In what a graph by these buckets counts.
    #[must_use]
    pub fn unit(&self, bucket: Bucket) -> String {
        self.words.get(if bucket == Bucket::Hour { "graph-unit-hour" } else { "graph-unit-day" })
    }
}

/// A graph and its table.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// What is drawn.
    pub chart: Chart,
    /// The same in figures.
    pub table: Table,
}

/// What a graph shows of a bucket: packets for each sensor and hour or day.
#[must_use]
pub fn height(row: &Row, bucket: Bucket) -> Option<f64> {
    if bucket == Bucket::Hour { row.average_per_sensor } else { row.per_sensor_day }
}

fn undrawable(error: noroshi_document::chart::NoChart) -> ReportingError {
    ReportingError::Chart(error)
}
