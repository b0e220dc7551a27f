//! Whether a report speaks of an incident that is there already.

use noroshi_kernel::{id::IncidentId, moment::Moment};

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
}

/// What becomes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// It belongs to this incident.
    Joins(IncidentId),
    /// It opens a new incident, linked to the one that had gone quiet before.
    Opens {
        /// The latest incident of the same target that was last reported before this report.
        previous: Option<IncidentId>,
    },
}

/// Decides for a report at `at` about a target and category with these incidents.
///
/// A report joins an incident when it lies within the window after the last report, between the reports, or (feeds deliver out
/// of order) within the window before the first. Of several it joins the nearest.
#[must_use]
pub fn decide(spans: &[Span], at: Moment, window_days: i64) -> Joining {
    let distance_us = |span: &Span| (span.first.0 - at.0).max(at.0 - span.last.0).max(0);
    let nearest = spans.iter().min_by_key(|span| (distance_us(span), span.incident));
    match nearest {
        Some(span) if distance_us(span) <= window_days * Moment::DAY_US => Joining::Joins(span.incident),
        _ => Joining::Opens { previous: spans.iter().filter(|span| span.last < at).max_by_key(|span| span.last).map(|span| span.incident) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = Moment::DAY_US;

    fn span(incident: i64, first: i64, last: i64) -> Span {
        Span { incident: IncidentId(incident), first: Moment(first * DAY), last: Moment(last * DAY) }
    }

    #[test]
    fn thirty_days_after_the_last_report_is_the_same_incident() {
        let spans = [span(1, 0, 10)];
        assert_eq!(decide(&spans, Moment(40 * DAY), 30), Joining::Joins(IncidentId(1)));
        assert_eq!(decide(&spans, Moment(40 * DAY + 1), 30), Joining::Opens { previous: Some(IncidentId(1)) });
        assert_eq!(decide(&spans, Moment(5 * DAY), 30), Joining::Joins(IncidentId(1)));
        assert_eq!(decide(&spans, Moment(-30 * DAY), 30), Joining::Joins(IncidentId(1)));
        assert_eq!(decide(&spans, Moment(-31 * DAY), 30), Joining::Opens { previous: None });
        assert_eq!(decide(&[], Moment(0), 30), Joining::Opens { previous: None });
    }

    #[test]
    fn the_nearest_of_several_takes_it() {
        let spans = [span(1, 0, 10), span(2, 60, 70)];
        assert_eq!(decide(&spans, Moment(50 * DAY), 30), Joining::Joins(IncidentId(2)));
        assert_eq!(decide(&spans, Moment(20 * DAY), 30), Joining::Joins(IncidentId(1)));
        assert_eq!(decide(&spans, Moment(200 * DAY), 30), Joining::Opens { previous: Some(IncidentId(2)) });
    }
}
