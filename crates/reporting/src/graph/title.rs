//! What a graph is called: what it shows, and of which days.

use super::{Hand, Sides, names::selected};
use noroshi_kernel::{language::Language, moment::Moment};
use noroshi_observation::{ask::Selection, top::By};
use std::ops::RangeInclusive;

/// The title of ranks of what is selected: `宛先ポート別 上位1–5位（中国） 2013-10-01 – 2013-12-31`.
#[must_use]
pub fn title(hand: Hand<'_>, by: By, ranks: &RangeInclusive<usize>, selection: &Selection, window: (Moment, Moment)) -> String {
    let ranks = format!("{}\u{2013}{}", ranks.start(), ranks.end());
    titled(hand, &of(hand, hand.words.with(&format!("graph-ranks-{}", by.key()), &[("ranks", &ranks)]), selection), window)
}

/// The title of a heat map of weeks.
#[must_use]
pub fn title_of_weeks(hand: Hand<'_>, by: By, selection: &Selection, window: (Moment, Moment)) -> String {
    titled(hand, &of(hand, hand.words.get(&format!("graph-weeks-{}", by.key())), selection), window)
}

/// The title of distinct sources of what is selected.
#[must_use]
pub fn title_of_distinct(hand: Hand<'_>, selection: &Selection, window: (Moment, Moment)) -> String {
    titled(hand, &of(hand, hand.words.get("graph-distinct"), selection), window)
}

/// The title of home beside abroad.
#[must_use]
pub fn title_of_sides(hand: Hand<'_>, sides: Sides, selection: &Selection, window: (Moment, Moment)) -> String {
    let key = match sides {
        Sides::Sources => "graph-origins",
        Sides::Sensors => "graph-sides",
    };
    titled(hand, &of(hand, hand.words.get(key), selection), window)
}

/// What it shows, and of which packets: a graph on a wall is read without its link.
fn of(hand: Hand<'_>, what: String, selection: &Selection) -> String {
    if selection.fields().is_empty() { what } else { hand.words.with("graph-of", &[("what", &what), ("selected", &selected(hand.words, selection))]) }
}

/// A title with its days, the last of which is in it.
#[must_use]
pub fn titled(hand: Hand<'_>, what: &str, (from, to): (Moment, Moment)) -> String {
    let day = |at: Moment| hand.zone.wall(at).date();
    let (first, last) = (day(from), day(Moment(to.0.saturating_sub(1).max(from.0))));
    let days = match hand.words.0 {
        Language::Ja => format!("{}年{}月{}日\u{2013}{}", first.year(), first.month(), first.day(), short(first, last)),
        Language::En => format!("{first} \u{2013} {last}"),
    };
    format!("{what}\u{3000}{days}").replace('\u{3000}', if hand.words.0 == Language::Ja { "\u{3000}" } else { ", " })
}

/// A last day in Japanese, without what the first says.
fn short(first: jiff::civil::Date, last: jiff::civil::Date) -> String {
    if first.year() == last.year() {
        format!("{}月{}日", last.month(), last.day())
    } else {
        format!("{}年{}月{}日", last.year(), last.month(), last.day())
    }
}
