//! Whether a report speaks of an incident that is there already.
//!
//! Of one target and category, reports belong to one incident as long as no gap between them is longer than the window. That does
//! not depend on the order in which they come: a report that closes a gap joins the incidents on both its sides
//! ([`Spans::close_gaps`]).

use noroshi_kernel::{id::IncidentId, moment::Moment, tlp::Tlp};

/// How long after its last report an incident still takes further ones, unless a feed says otherwise.
pub const WINDOW_DAYS: i64 = 30;

/// The span over which an incident of some target was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The incident.
    pub incident: IncidentId,
    /// Its first report.
    pub first: Moment,
    /// Its last report.
    pub last: Moment,
    /// When the first report came that names the imitated brand.
    pub named_at: Option<Moment>,
    /// The incident to which it is linked as the one before.
    pub previous: Option<IncidentId>,
    /// How far it may be told.
    pub tlp: Tlp,
}

/// Two incidents turn out to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The incident whose reports move.
    pub from: IncidentId,
    /// The incident that takes them, with the span that it has then.
    pub into: Span,
}

/// The incidents of one target and category.
#[derive(Clone, Debug, Default)]
pub struct Spans(pub Vec<Span>);

impl Spans {
    /// The incident that a report at `at` joins: one within the window of whose reports it lies; of several the nearest.
    pub fn joined(&mut self, at: Moment, window_days: i64) -> Option<&mut Span> {
        let distance_us = |span: &Span| (span.first.0 - at.0).max(at.0 - span.last.0).max(0);
        let nearest = self.0.iter_mut().min_by_key(|span| (distance_us(span), span.incident))?;
        (distance_us(nearest) <= window_days * Moment::DAY_US).then_some(nearest)
    }

    /// Whether two incidents lie so near to each other that they would be one.
    #[must_use]
    pub fn has_closed_gap(&self, window_days: i64) -> bool {
        let mut sorted = self.0.clone();
        sorted.sort_by_key(|span| (span.first, span.incident));
        sorted.windows(2).any(|pair| matches!(pair, [one, next] if is_near(one, next, window_days)))
    }

    /// Makes one incident of those whose gap was closed. `gives` says whether an incident may be taken into another: one that is
    /// not kept yet may at once, one that nobody has worked on may, others may not, and then both stay. Where either could be
    /// taken, the later is.
    pub fn close_gaps(&mut self, window_days: i64, gives: impl Fn(IncidentId) -> Gives) -> Vec<Merge> {
        let mut merges = Vec::new();
        let mut kept: Vec<Span> = Vec::new();
        self.0.sort_by_key(|span| (span.first, span.incident));
        for span in self.0.drain(..) {
            let Some(last) = kept.last_mut().filter(|last| is_near(last, &span, window_days)) else {
                kept.push(span);
                continue;
            };
            let (from, into) = match (gives(last.incident), gives(span.incident)) {
                (_, Gives::AtOnce) => (span, *last),
                (Gives::AtOnce, _) => (*last, span),
                (_, Gives::Up) => (span, *last),
                (Gives::Up, Gives::Nothing) => (*last, span),
                (Gives::Nothing, Gives::Nothing) => {
                    kept.push(span);
                    continue;
                }
            };
            let whole = Span {
                first: last.first.min(span.first),
                last: last.last.max(span.last),
                named_at: last.named_at.into_iter().chain(span.named_at).min(),
                ..into
            };
            *last = whole;
            merges.push(Merge { from: from.incident, into: whole });
        }
        self.0 = kept;
        merges
    }

    /// Links each incident to the one of the same target that had gone quiet before it; gives the links that change.
    pub fn link(&mut self) -> Vec<(IncidentId, Option<IncidentId>)> {
        self.0.sort_by_key(|span| (span.first, span.incident));
        let mut before = None;
        let mut changed = Vec::new();
        for span in &mut self.0 {
            if span.previous != before {
                span.previous = before;
                changed.push((span.incident, before));
            }
            before = Some(span.incident);
        }
        changed
    }
}

/// Whether an incident may be taken into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// It is not kept yet.
    AtOnce,
    /// It is kept, and nobody has worked on it.
    Up,
    /// Somebody has worked on it: that is theirs to decide.
    Nothing,
}

fn is_near(one: &Span, next: &Span, window_days: i64) -> bool {
    next.first.0 - one.last.0 <= window_days * Moment::DAY_US
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = Moment::DAY_US;

    fn span(incident: i64, first: i64, last: i64) -> Span {
        Span { incident: IncidentId(incident), first: Moment(first * DAY), last: Moment(last * DAY), named_at: None, previous: None, tlp: Tlp::default() }
    }

    fn joined(spans: &[Span], at: i64) -> Option<i64> {
        Spans(spans.to_vec()).joined(Moment(at), 30).map(|span| span.incident.0)
    }

    #[test]
    fn thirty_days_after_the_last_report_is_the_same_incident() {
        let spans = [span(1, 0, 10)];
        assert_eq!(joined(&spans, 40 * DAY), Some(1));
        assert_eq!(joined(&spans, 40 * DAY + 1), None);
        assert_eq!(joined(&spans, 5 * DAY), Some(1));
        assert_eq!(joined(&spans, -30 * DAY), Some(1));
        assert_eq!(joined(&spans, -31 * DAY), None);
        assert_eq!(joined(&[], 0), None);
    }

    #[test]
    fn the_nearest_of_several_takes_it() {
        let spans = [span(1, 0, 10), span(2, 60, 70)];
        assert_eq!(joined(&spans, 50 * DAY), Some(2));
        assert_eq!(joined(&spans, 20 * DAY), Some(1));
        assert_eq!(joined(&spans, 200 * DAY), None);
    }

    #[test]
    fn a_closed_gap_makes_one_incident() {
        let mut spans = Spans(vec![span(2, 31, 40), span(1, 0, 20), span(3, 100, 100)]);
        assert!(spans.has_closed_gap(30));
        assert_eq!(spans.close_gaps(30, |_| Gives::Up), [Merge { from: IncidentId(2), into: span(1, 0, 40) }]);
        assert_eq!(spans.0, [span(1, 0, 40), span(3, 100, 100)]);
        assert!(!spans.has_closed_gap(30));
    }

    #[test]
    fn who_worked_on_an_incident_keeps_it() {
        let three = || Spans(vec![span(1, 0, 20), span(2, 31, 40), span(3, 60, 80)]);
        let nobody = |_| Gives::Nothing;
        assert_eq!(three().close_gaps(30, nobody), []);
        let second = |id| if id == IncidentId(2) { Gives::Nothing } else { Gives::Up };
        let merges: Vec<_> = three().close_gaps(30, second).into_iter().map(|merge| (merge.from.0, merge.into.incident.0)).collect();
        assert_eq!(merges, [(1, 2), (3, 2)]);
        let new = |id| if id == IncidentId(1) { Gives::AtOnce } else { Gives::Nothing };
        assert_eq!(three().close_gaps(30, new)[0].from, IncidentId(1));
    }

    #[test]
    fn links_follow_time() {
        let mut spans = Spans(vec![span(5, 100, 100), span(9, 0, 0), span(7, 50, 50)]);
        assert_eq!(spans.link(), [(IncidentId(7), Some(IncidentId(9))), (IncidentId(5), Some(IncidentId(7)))]);
        assert_eq!(spans.link(), []);
    }
}
