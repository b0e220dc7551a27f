//! Everything that happened to an incident, latest first.

use crate::{links, times::Time, words::Words};
use noroshi_document::number;
use noroshi_incident::{Coordination, Note, Told, model::Category};
use noroshi_kernel::{
    moment::{Moment, Zone},
    tlp::Tlp,
};
use noroshi_ledger::audit;

/// From which side something came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It came in.
    In,
    /// We sent it.
    Out,
    /// It ended well.
    Good,
    /// We noted it.
    Plain,
}

impl Tone {
    /// The class of its mark.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Good => "ok",
            Self::Plain => "",
        }
    }
}

/// Something that happened.
pub(crate) struct Event {
    at: Moment,
    pub(crate) time: Time,
    pub(crate) tone: Tone,
    /// What, in a word.
    pub(crate) what: String,
    /// Whom or how.
    pub(crate) how: String,
    /// What else was said; keeps its lines.
    pub(crate) more: String,
    /// Where the raw bytes are, for who may open them.
    pub(crate) raw: Option<String>,
}

pub(super) struct Timeline<'a> {
    pub(super) words: Words,
    pub(super) zone: &'a Zone,
    pub(super) now: Moment,
    pub(super) opens_raw: bool,
}

impl Timeline<'_> {
    pub(super) fn events(&self, told: &[Told], coordinations: &[Coordination], notes: &[Note], changes: &[audit::Row]) -> Vec<Event> {
        let day = |told: &Told| self.zone.wall(told.received_at).date();
        let mut events: Vec<Event> =
            told.chunk_by(|a, b| a.correspondence == b.correspondence && day(a) == day(b)).filter_map(|group| self.reported(group)).collect();
        events.extend(coordinations.iter().map(|one| self.coordinated(one)));
        events.extend(
            notes.iter().map(|note| self.event(Moment(note.at), Tone::Plain, self.words.say("event-note"), note.author.clone(), links::harmless(&note.text))),
        );
        events.extend(changes.iter().rev().filter_map(|row| self.changed(row)));
        events.sort_by_key(|event| std::cmp::Reverse(event.at));
        events
    }

    fn event(&self, at: Moment, tone: Tone, what: String, how: String, more: String) -> Event {
        Event { at, time: Time::of(at, self.now, self.zone, self.words), tone, what, how, more, raw: None }
    }

    /// Reports of one correspondence on one day, latest first.
    fn reported(&self, group: &[Told]) -> Option<Event> {
        let (latest, earliest) = (group.first()?, group.last()?);
        let count = i64::try_from(group.len()).unwrap_or(i64::MAX);
        let lines = match (group.iter().filter_map(|told| told.line).min(), group.iter().filter_map(|told| told.line).max()) {
            (Some(first), Some(last)) if first == last => self.words.count("event-line", first),
            (Some(first), Some(last)) => self.words.with("event-lines", &[("first", number::grouped(first).into()), ("last", number::grouped(last).into())]),
            _ => String::new(),
        };
        let mut event = self.event(
            earliest.received_at,
            Tone::In,
            self.words.count("event-reports", count),
            format!("{} \u{00b7} {}", self.words.channel(&latest.channel), links::harmless(&latest.name)),
            lines,
        );
        event.raw = self.opens_raw.then(|| format!("/correspondence/{}/raw", latest.correspondence));
        Some(event)
    }

    fn coordinated(&self, one: &Coordination) -> Event {
        let name = self.words.pick(&one.organisation);
        let whom = if one.country.is_empty() { name } else { format!("{name} ({})", one.country) };
        self.event(one.requested_at, Tone::Out, self.words.say("event-coordination"), whom, links::harmless(&one.note))
    }

    /// A change of state, category or label; what else is audited stands on the timeline already.
    fn changed(&self, row: &audit::Row) -> Option<Event> {
        let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
        let text = |name: &str| detail.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let label = |name: &str| serde_json::from_value::<Tlp>(detail.get(name).cloned().unwrap_or_default()).unwrap_or(Tlp::Red).marking().to_owned();
        let from_to = |from: String, to: String| self.words.with("event-from-to", &[("from", from.into()), ("to", to.into())]);
        let category = |name: &str| self.words.category(Category::from_key(&text(name)));
        let (tone, key, more) = match row.action.as_str() {
            "incident.close" => (Tone::Good, "event-closed", String::new()),
            "incident.reopen" => (Tone::Plain, "event-reopened", String::new()),
            "incident.reclassify" => (Tone::Plain, "event-category", from_to(category("from"), category("to"))),
            "incident.relabel" => (Tone::Plain, "event-label", from_to(label("from"), label("to"))),
            _ => return None,
        };
        Some(self.event(row.moment(), tone, self.words.say(key), row.actor.clone(), more))
    }
}
