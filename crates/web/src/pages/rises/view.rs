//! `GET /rises/{number}`: one rise with its evidence, what it may be, and what people made of it.

use super::{Shown, chart, country_name, figure};
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use noroshi_catalogue::kev;
use noroshi_kernel::{
    access::Action,
    language::{Bilingual, Language},
};
use noroshi_ledger::audit;
use noroshi_observation::{
    rise::{Part, Step},
    service::rises::{self, MOST_CHARS, Rise},
};

/// The entries of the catalogue that are suggested.
const MOST_SUGGESTED: usize = 5;
/// What happened to a rise, at most.
const MOST_EVENTS: u32 = 100;

/// One rise.
#[derive(Template)]
#[template(path = "rise.html")]
pub(crate) struct RisePage {
    pub(crate) page: Page,
    pub(crate) rise: Shown,
    /// Until when it lasted, or that it goes on.
    pub(crate) until: String,
    /// One sentence that tells the rise.
    pub(crate) lead: String,
    /// Picture and table.
    pub(crate) drawn: Option<(String, String)>,
    /// Name and figure.
    pub(crate) evidence: Vec<(String, String)>,
    pub(crate) countries: Vec<(String, String)>,
    pub(crate) tools: Vec<(String, String)>,
    pub(crate) suggested: Vec<Suggested>,
    /// Whether there is a catalogue to suggest from.
    pub(crate) has_catalogue: bool,
    /// The question of the same packets on the page of observations.
    pub(crate) question: String,
    pub(crate) explanation: Bilingual,
    /// What is typed, when it was refused.
    pub(crate) typed: Bilingual,
    pub(crate) typed_reason: String,
    pub(crate) reason: String,
    pub(crate) problem: Option<String>,
    pub(crate) may_work: bool,
    pub(crate) may: May,
    pub(crate) events: Vec<Event>,
    pub(crate) most_chars: usize,
}

/// What can be done next.
#[allow(clippy::struct_excessive_bools, reason = "four steps, each of which can be done or not")]
pub(crate) struct May {
    pub(crate) explain: bool,
    pub(crate) publish: bool,
    pub(crate) dismiss: bool,
    pub(crate) reopen: bool,
}

/// A vulnerability that is known to be used.
pub(crate) struct Suggested {
    pub(crate) cve: String,
    pub(crate) name: String,
    pub(crate) product: String,
    pub(crate) added: String,
    /// The words by which it was found.
    pub(crate) by: String,
}

/// Something that happened.
pub(crate) struct Event {
    pub(crate) at: Time,
    pub(crate) class: &'static str,
    pub(crate) what: String,
    pub(crate) by: String,
    pub(crate) note: String,
}

/// What was typed into a form that was refused.
#[derive(Default)]
pub(super) struct Wrong {
    pub(super) explanation: Option<Bilingual>,
    pub(super) reason: String,
    pub(super) problem: String,
}

/// `GET /rises/{number}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(number): Path<String>) -> Result<Response, Failure> {
    show(&web, &person, &number, None).await
}

/// The rise of an address; what is no number is not there.
pub(super) async fn find(web: &Web, person: &Person, number: &str) -> Result<Rise, Failure> {
    let number = number.parse().map_err(|_| Failure::Missing)?;
    rises::one(&web.ledger, &person.actor, number).await?.ok_or(Failure::Missing)
}

/// The page, with a form that was refused and why.
pub(super) async fn show(web: &Web, person: &Person, number: &str, wrong: Option<Wrong>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let found = find(web, person, number).await?;
    let shown = Shown::of(&found, web, words);
    let status = if wrong.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let problem = wrong.as_ref().map(|wrong| wrong.problem.clone());
    let wrong = wrong.unwrap_or_default();
    let (from, to) = chart::window(&found);
    let date = |at| web.reckoning.zone.minute(at).get(..10).unwrap_or_default().to_owned();
    let mut question = links::with(&links::with("/observe?show=series", "from", &date(from)), "to", &date(to));
    for (field, text) in found.selection().map(|selection| selection.fields()).unwrap_or_default() {
        question = links::with(&question, field, &text);
    }
    let can = |step| found.state.after(step).is_some();
    let drawn = chart::drawn(web, &person.actor, words, &found).await?;
    let lasted = drawn.as_ref().and_then(|drawn| drawn.lasted);
    let context = RisePage {
        until: lasted.map_or_else(|| shown.to.shown(), |lasted| if lasted.goes_on { words.say("rise-goes-on") } else { date(lasted.last) }),
        lead: lead(&found, &shown, words),
        drawn: drawn.map(|drawn| drawn.written),
        evidence: evidence(&found, &shown, words),
        countries: parts(&found.evidence.countries, words, |key| country_name(key, words)),
        tools: parts(&found.evidence.tools, words, str::to_owned),
        suggested: suggested(web, &found).await?,
        has_catalogue: !kev::history(&web.ledger, 1).await?.is_empty(),
        question,
        typed: wrong.explanation.unwrap_or_else(|| found.explanation.clone()),
        explanation: Bilingual { ja: links::harmless(&found.explanation.ja), en: links::harmless(&found.explanation.en) },
        typed_reason: wrong.reason,
        reason: links::harmless(&found.reason),
        problem,
        may_work: person.actor.can(Action::WorkRises),
        may: May { explain: can(Step::Explain), publish: can(Step::Publish), dismiss: can(Step::Dismiss), reopen: can(Step::Reopen) },
        events: events(web, &found, words).await?,
        most_chars: MOST_CHARS,
        page: Page::of(web, person, Desk::Rises, words.with("rise-title", &[("number", found.number.into()), ("service", shown.service.clone().into())]))
            .await?
            .step(shown.service.clone()),
        rise: shown,
    };
    Ok((status, page::show(&context)?).into_response())
}

fn lead(rise: &Rise, shown: &Shown, words: Words) -> String {
    let arguments = [
        ("seen", shown.seen.clone().into()),
        ("expected", shown.expected.clone().into()),
        ("ratio", shown.ratio.clone().unwrap_or_default().into()),
        ("sources", shown.sources.clone().into()),
        ("sensors", shown.sensors.clone().into()),
    ];
    let key = match () {
        () if shown.ratio.is_none() => "rise-lead-first",
        () if rise.evidence.at_sensors.is_empty() => "rise-lead",
        () => "rise-lead-some",
    };
    words.with(key, &arguments)
}

fn evidence(rise: &Rise, shown: &Shown, words: Words) -> Vec<(String, String)> {
    let evidence = &rise.evidence;
    let mut rows = vec![
        ("rise-seen", shown.seen.clone()),
        ("rise-expected", shown.expected.clone()),
        ("rise-ratio", shown.ratio.clone().unwrap_or_else(|| "\u{2013}".into())),
        ("rise-sensors", shown.sensors.clone()),
        ("rise-sources", shown.sources.clone()),
        ("rise-sources-before", shown.sources_before.clone()),
    ];
    rows.extend(evidence.loudest.map(|share| ("rise-loudest", percent(share, words))));
    rows.extend(evidence.score.map(|score| ("rise-score", figure(score))));
    rows.push(("rise-chance", chance(evidence.probability)));
    rows.push(("rise-weeks", evidence.weeks.to_string()));
    if !evidence.countries_rose.is_empty() {
        let names: Vec<String> = evidence.countries_rose.iter().map(|code| country_name(code, words)).collect();
        rows.push(("rise-countries-rose", names.join(&words.say("list-comma"))));
    }
    rows.into_iter().map(|(key, figure)| (words.say(key), figure)).collect()
}

/// A probability, as a power of ten where it is small.
fn chance(probability: f64) -> String {
    if probability >= 0.001 { format!("{probability:.3}") } else { format!("< 10^{}", probability.max(1e-99).log10().ceil()) }
}

fn percent(share: f64, words: Words) -> String {
    words.about("sensor-share", &format!("{:.0}", share * 100.0))
}

fn parts(parts: &[Part], words: Words, name: impl Fn(&str) -> String) -> Vec<(String, String)> {
    parts.iter().map(|part| (name(&part.key), percent(part.share, words))).collect()
}

/// Vulnerabilities that are known to be used, at the port or in what listens there.
async fn suggested(web: &Web, rise: &Rise) -> Result<Vec<Suggested>, Failure> {
    let Ok(port) = rise.service.parse() else { return Ok(Vec::new()) };
    let found = kev::for_service(&web.ledger, port, MOST_SUGGESTED).await?;
    let one = |found: kev::Found| {
        let entry = found.stored.entry;
        Suggested {
            cve: entry.cve.to_string(),
            name: links::harmless(&entry.name),
            product: links::harmless(&format!("{} {}", entry.vendor, entry.product)),
            added: entry.added_on.to_string(),
            by: found.by.join(", "),
        }
    };
    Ok(found.into_iter().map(one).collect())
}

async fn events(web: &Web, rise: &Rise, words: Words) -> Result<Vec<Event>, Failure> {
    let event = |row: &audit::Row| {
        let (key, class) = match row.action.as_str() {
            "observation.rise_found" => ("rise-event-found", "in"),
            "observation.rise_explain" => ("rise-event-explained", ""),
            "observation.rise_publish" => ("rise-event-published", "out"),
            "observation.rise_dismiss" => ("rise-event-dismissed", "ok"),
            "observation.rise_reopen" => ("rise-event-reopened", "in"),
            _ => return None,
        };
        let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
        let text = |name: &str| detail.get(name).and_then(serde_json::Value::as_str).map(links::harmless).unwrap_or_default();
        let note = match key {
            "rise-event-explained" if words.language == Language::Ja && !text("ja").is_empty() => text("ja"),
            "rise-event-explained" if text("en").is_empty() => text("ja"),
            "rise-event-explained" => text("en"),
            "rise-event-dismissed" => text("reason"),
            _ => String::new(),
        };
        Some(Event { at: Time::of(row.moment(), web.ledger.now(), &web.reckoning.zone, words), class, what: words.say(key), by: row.actor.clone(), note })
    };
    Ok(audit::of_subject(&web.ledger, rise.id, MOST_EVENTS).await?.iter().rev().filter_map(event).collect())
}
