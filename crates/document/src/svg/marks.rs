//! Finds places for what is said inside a chart of lines: notes at points, names of shaded spans.

use super::{
    frame::{Frame, ROW},
    labels, lines, measure,
    pen::{Anchor, Pen, Room},
};
use crate::chart::{Chart, Note, Span};

/// Words above the plot, in rows, and the points that they belong to.
#[derive(Default)]
pub(super) struct Band {
    entries: Vec<Entry>,
}

/// One text of the band: its left edge, row (from 0) and words, and the note that it tells when it is one.
struct Entry {
    left: f64,
    row: usize,
    text: String,
    note: Option<usize>,
}

impl Band {
    /// Sets the names of spans, and notes when they shall stand here, in as few rows as they need.
    pub(super) fn set(chart: &Chart, centres: &[f64], (left, right): (f64, f64), with_notes: bool) -> Self {
        let centre = |place: usize| centres.get(place).copied().unwrap_or(left);
        let span = |one: &Span| {
            let middle = f64::midpoint(centre(one.points.start), centre(one.points.end.saturating_sub(1)));
            (middle - measure::width(&one.text) / 2.0, one.text.clone(), None)
        };
        let note = |(number, one): (usize, &Note)| (centre(one.point) + 4.0, one.text.clone(), Some(number));
        let notes = chart.notes.iter().enumerate().filter(|_| with_notes).map(note);
        let mut wanted: Vec<(f64, String, Option<usize>)> = chart.spans.iter().map(span).chain(notes).collect();
        wanted.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut rows: Vec<f64> = Vec::new();
        let mut entries = Vec::new();
        for (at, text, note) in wanted {
            let text = measure::cut(&text, right - left);
            let width = measure::width(&text);
            let at = at.min(right - width).max(left);
            let free = rows.iter().position(|end| end + 8.0 <= at);
            let row = free.unwrap_or(rows.len());
            match rows.get_mut(row) {
                Some(end) => *end = at + width,
                None => rows.push(at + width),
            }
            entries.push(Entry { left: at, row, text, note });
        }
        Self { entries }
    }

    /// The number of rows.
    pub(super) fn rows(&self) -> usize {
        self.entries.iter().map(|entry| entry.row + 1).max().unwrap_or(0)
    }

    /// Draws the words, and from each note a thin line down to its point.
    pub(super) fn draw(&self, chart: &Chart, frame: &Frame, pen: &mut Pen) {
        let base = |entry: &Entry| frame.top - 7.0 - ROW * labels::count(self.rows() - entry.row - 1);
        for entry in &self.entries {
            if let Some((note, at)) = entry.note.and_then(|note| chart.notes.get(note)).and_then(|note| point(note, chart, frame).map(|at| (note, at))) {
                pen.line(&format!("tie l{}", note.series + 1), (at.0, base(entry) + 5.0), at);
                pen.dot(&format!("dot b{}", note.series + 1), at, 3.5);
            }
        }
        for entry in &self.entries {
            pen.text("mark", (entry.left, base(entry)), Anchor::Start, &entry.text);
        }
    }
}

/// A note that found its place beside its point.
pub(super) struct Placed {
    series: usize,
    at: (f64, f64),
    room: Room,
    base: f64,
    text: String,
}

impl Placed {
    pub(super) fn draw(&self, pen: &mut Pen) {
        let near = (self.at.0.clamp(self.room.left, self.room.right), if self.base < self.at.1 { self.room.bottom + 1.0 } else { self.room.top - 1.0 });
        pen.line(&format!("tie l{}", self.series), self.at, near);
        pen.dot(&format!("dot b{}", self.series), self.at, 3.5);
        pen.text("mark", (self.room.left, self.base), Anchor::Start, &self.text);
    }
}

/// Places every note beside its point where no line runs; none when one of them finds no such place.
pub(super) fn beside_points(chart: &Chart, frame: &Frame) -> Option<Vec<Placed>> {
    let mut placed: Vec<Placed> = Vec::new();
    for note in &chart.notes {
        let one = place(note, chart, frame, &placed)?;
        placed.push(one);
    }
    Some(placed)
}

fn place(note: &Note, chart: &Chart, frame: &Frame, taken: &[Placed]) -> Option<Placed> {
    let at = point(note, chart, frame)?;
    let width = measure::width(&note.text);
    let sides = [-width / 2.0, 4.0, -width - 4.0];
    let heights = [-12.0, -24.0, -38.0, 22.0, 34.0, 48.0, -54.0, -72.0];
    let places = heights.into_iter().flat_map(|up| sides.into_iter().map(move |aside| (at.0 + aside, at.1 + up)));
    let free = |(left, base): &(f64, f64)| {
        let room = Room::of(&note.text, (*left, *base), Anchor::Start);
        let inside = room.left >= frame.left + 2.0 && room.right <= frame.right && room.top >= frame.top + 2.0 && room.bottom <= frame.bottom - 3.0;
        inside && !taken.iter().any(|other| wider(&other.room).overlaps(&room)) && !lines::cross(chart, frame, &wider(&room))
    };
    let (left, base) = places.into_iter().find(free)?;
    let room = Room::of(&note.text, (left, base), Anchor::Start);
    Some(Placed { series: note.series + 1, at, room, base, text: note.text.clone() })
}

fn wider(room: &Room) -> Room {
    Room { left: room.left - 3.0, right: room.right + 3.0, top: room.top - 2.0, bottom: room.bottom + 2.0 }
}

fn point(note: &Note, chart: &Chart, frame: &Frame) -> Option<(f64, f64)> {
    let value = chart.series.get(note.series)?.values.get(note.point).copied().flatten()?;
    Some((frame.centres.get(note.point).copied()?, frame.y(value)))
}
