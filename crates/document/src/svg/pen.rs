//! Writes the few elements that a chart needs.

use super::measure;
use crate::clean::escape;
use std::fmt::Write;

/// Which point of a text is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The room that a text takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Room {
    /// The room of a text of 12 px, from its anchor and base line.
    pub(super) fn of(text: &str, at: (f64, f64), anchor: Anchor) -> Self {
        let width = measure::width(text);
        let left = match anchor {
            Anchor::Start => at.0,
            Anchor::Middle => at.0 - width / 2.0,
            Anchor::End => at.0 - width,
        };
        Self { left, right: left + width, top: at.1 - 10.0, bottom: at.1 + 3.0 }
    }

    /// Whether two rooms share more than an edge.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let apart = 0.05;
        self.left + apart < other.right && other.left + apart < self.right && self.top + apart < other.bottom && other.top + apart < self.bottom
    }
}

/// A drawing in the making.
#[derive(Default)]
pub(super) struct Pen {
    out: String,
    /// Whether nobody can point at the drawing, so that nothing is told or linked.
    printing: bool,
    #[cfg(test)]
    pub(super) boxes: Vec<(Room, String)>,
}

impl Pen {
    /// A pen for a page, or for print, where nobody can point at anything.
    pub(super) fn new(printing: bool) -> Self {
        Self { printing, ..Self::default() }
    }

    /// Draws a straight line.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.put(format_args!("<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>", Px(from.0), Px(from.1), Px(to.0), Px(to.1)));
    }

    /// Draws a line through points.
    pub(super) fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let steps: String = points.iter().zip(0..).map(|((x, y), place)| format!("{}{} {}", if place == 0 { "M" } else { "L" }, Px(*x), Px(*y))).collect();
        self.put(format_args!("<path class=\"{class}\" d=\"{steps}\"/>"));
    }

    /// Draws a rectangle from its upper left corner and its size.
    pub(super) fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        self.put(format_args!("<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", Px(at.0), Px(at.1), Px(size.0), Px(size.1)));
    }

    /// Draws a point.
    pub(super) fn dot(&mut self, class: &str, at: (f64, f64), radius: f64) {
        self.put(format_args!("<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", Px(at.0), Px(at.1), Px(radius)));
    }

    /// Writes a text on its base line.
    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        if text.is_empty() {
            return;
        }
        #[cfg(test)]
        self.boxes.push((Room::of(text, at, anchor), text.to_owned()));
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.put(format_args!("<text{class} x=\"{}\" y=\"{}\"{anchor}>{}</text>", Px(at.0), Px(at.1), escape(text)));
    }

    /// Draws something that says more when pointed at and, with a link, leads to its records. The keyboard finds the same link in the table.
    pub(super) fn told(&mut self, told: &str, href: Option<&str>, draw: impl FnOnce(&mut Self)) {
        if self.printing {
            return draw(self);
        }
        match href {
            Some(href) => self.put(format_args!("<a href=\"{}\" tabindex=\"-1\">", escape(href))),
            None => self.put(format_args!("<g>")),
        }
        self.put(format_args!("<title>{}</title>", escape(told)));
        draw(self);
        self.put(format_args!("{}", if href.is_some() { "</a>" } else { "</g>" }));
    }

    /// Draws nothing that is seen: a strip that tells all values of its point when pointed at, and where they stand, for the script that
    /// draws a rule through them.
    pub(super) fn strip(&mut self, at: (f64, f64), size: (f64, f64), x: f64, stand: &[Option<f64>], told: &[String]) {
        if self.printing {
            return;
        }
        let stand: Vec<String> = stand.iter().map(|y| y.map_or_else(String::new, |y| Px(y).to_string())).collect();
        let told: Vec<String> = told.iter().map(|line| escape(line)).collect();
        let (left, top, width, height) = (Px(at.0), Px(at.1), Px(size.0), Px(size.1));
        self.put(format_args!(
            "<rect class=\"at\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" data-x=\"{}\" data-y=\"{}\"><title>{}</title></rect>",
            Px(x),
            stand.join(" "),
            told.join("\n")
        ));
    }

    /// Draws a cell that says more when pointed at.
    pub(super) fn cell(&mut self, class: &str, at: (f64, f64), size: (f64, f64), told: &str) {
        if self.printing {
            return self.rect(class, at, size);
        }
        let (left, top, width, height) = (Px(at.0), Px(at.1), Px(size.0), Px(size.1));
        self.put(format_args!("<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"><title>{}</title></rect>", escape(told)));
    }

    /// Draws what leads somewhere when it does. The keyboard finds the same link in the table.
    pub(super) fn linked(&mut self, href: Option<&str>, draw: impl FnOnce(&mut Self)) {
        let Some(href) = href.filter(|_| !self.printing) else { return draw(self) };
        self.put(format_args!("<a href=\"{}\" tabindex=\"-1\">", escape(href)));
        draw(self);
        self.put(format_args!("</a>"));
    }

    /// The drawing.
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.out.write_fmt(what);
    }
}

/// A length with one digit after the point at most; what is no number is 0.
struct Px(f64);

impl std::fmt::Display for Px {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = if self.0.is_finite() { (self.0 * 10.0).round() / 10.0 } else { 0.0 };
        write!(f, "{}", if tenths == 0.0 { 0.0 } else { tenths })
    }
}
