//! What every page has around its matter.

use crate::{
    assets::Assets,
    failure::Failure,
    links,
    reader::{Person, Reader},
    web::Web,
    words::Words,
};
use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use noroshi_kernel::{access::Action, language::Language};
use noroshi_mailroom::{desk, thread, tray};
use std::borrow::Cow;

/// The content type of a page.
pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Renders a context as a page.
pub(crate) fn show(context: &impl Template) -> Result<Response, Failure> {
    Ok(([(header::CONTENT_TYPE, HTML)], context.render()?).into_response())
}

/// A desk in the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Desk {
    Inbox,
    Incidents,
    Coordinations,
    Reports,
    Correspondence,
    Outgoing,
    Tray,
    Statistics,
    PeriodicReports,
    Observations,
    Rises,
    Sensors,
    Brands,
    Mappings,
    Keys,
    Desks,
    Queue,
    /// No desk: the help page.
    None,
}

impl Desk {
    /// The desks in the rail's order, with the key of the name, the address, and what one must be able to do to sit there.
    const RAIL: [(Self, &'static str, &'static str, Action); 17] = [
        (Self::Inbox, "desk-inbox", "/inbox", Action::ViewLetters),
        (Self::Incidents, "desk-incidents", "/incidents?state=open", Action::ViewRecords),
        (Self::Coordinations, "desk-coordinations", "/coordinations", Action::ViewRecords),
        (Self::Reports, "desk-reports", "/reports", Action::ViewRecords),
        (Self::Correspondence, "desk-correspondence", "/correspondence", Action::ViewRecords),
        (Self::Outgoing, "desk-outgoing", "/outgoing", Action::ViewLetters),
        (Self::Tray, "desk-tray", "/tray", Action::ViewTray),
        (Self::Statistics, "desk-statistics", "/statistics", Action::ViewFigures),
        (Self::PeriodicReports, "desk-periodic-reports", "/periodic-reports", Action::ViewFigures),
        (Self::Observations, "desk-observations", "/observe", Action::ViewObservations),
        (Self::Rises, "desk-rises", "/rises", Action::ViewObservations),
        (Self::Sensors, "desk-sensors", "/sensors", Action::ViewObservations),
        (Self::Brands, "desk-brands", "/brands", Action::ViewRecords),
        (Self::Mappings, "desk-mappings", "/mappings", Action::Import),
        (Self::Keys, "desk-keys", "/keys", Action::ViewLetters),
        (Self::Desks, "desk-desks", "/desks", Action::ChangeDesks),
        (Self::Queue, "desk-queue", "/queue", Action::ManageQueue),
    ];
}

/// A desk as the rail shows it.
#[derive(Clone, Debug)]
pub(crate) struct DeskLink {
    pub(crate) name: String,
    pub(crate) href: Cow<'static, str>,
    /// How many wait there.
    pub(crate) count: Option<String>,
    pub(crate) current: bool,
    /// Whether a line stands above it.
    pub(crate) begins_group: bool,
    /// Whether it is a part of the one above it.
    pub(crate) inner: bool,
}

/// One step of the way to a page.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
}

/// A page within the rail of desks.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) words: Words,
    pub(crate) assets: Assets,
    pub(crate) title: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) desks: Vec<DeskLink>,
    pub(crate) zone: String,
    pub(crate) person: String,
    /// The token of every form on the page.
    pub(crate) csrf: String,
    here: String,
    pub(crate) done: Option<String>,
}

impl Page {
    /// A page of a desk. `title` is said in the window's title, too.
    pub(crate) async fn of(web: &Web, person: &Person, desk: Desk, title: String) -> Result<Self, Failure> {
        let words = Words::of(person.reader.language);
        let waiting = noroshi_incident::open_count(&web.ledger, person.actor.sight()).await?;
        let set_aside = if person.actor.can(Action::ViewTray) { tray::count(&web.ledger, &person.actor).await? } else { 0 };
        let inbox = if person.actor.can(Action::ViewLetters) { thread::counts(&web.ledger, &person.actor).await? } else { Vec::new() };
        let risen = if person.actor.can(Action::ViewObservations) { noroshi_observation::service::rises::open(&web.ledger).await? } else { 0 };
        let seats = Desk::RAIL.into_iter().filter(|(_, _, _, action)| person.actor.can(*action));
        let desks = seats.map(|(seat, key, href, _)| DeskLink {
            name: words.say(key),
            href: href.into(),
            count: match seat {
                Desk::Inbox => Some(inbox.iter().map(|(_, waiting)| waiting).sum()),
                Desk::Incidents => Some(waiting),
                Desk::Tray => Some(set_aside),
                Desk::Rises => Some(risen),
                _ => None,
            }
            .map(noroshi_document::number::grouped),
            current: seat == desk,
            begins_group: matches!(seat, Desk::Statistics | Desk::Observations | Desk::Brands | Desk::Desks),
            inner: false,
        });
        let own = Desk::RAIL.into_iter().find(|(seat, ..)| *seat == desk).map(|(_, key, href, _)| Step { name: words.say(key), href: Some(href.into()) });
        Ok(Self {
            words,
            assets: Assets,
            title,
            steps: own.into_iter().collect(),
            desks: desks.collect(),
            zone: web.reckoning.zone.name().into(),
            person: person.account.display_name.clone(),
            csrf: person.reader.form_token(web),
            here: person.reader.here.clone(),
            done: person.reader.done.map(|done| words.say(done.key())),
        })
    }

    /// The same page with the intake desks below the inbox in the rail, each with how many wait there; `here` is the one that is open.
    pub(crate) async fn with_intake_desks(mut self, web: &Web, person: &Person, here: Option<&str>) -> Result<Self, Failure> {
        let (desks, waiting) = (desk::all(&web.ledger).await?, thread::counts(&web.ledger, &person.actor).await?);
        let Some(place) = self.desks.iter().position(|link| link.href == "/inbox") else { return Ok(self) };
        let link = |desk: &desk::Desk| DeskLink {
            name: self.words.pick(&desk.name),
            href: format!("/inbox/{}", desk.key).into(),
            count: Some(noroshi_document::number::grouped(waiting.iter().find(|(key, _)| *key == desk.key).map_or(0, |(_, waiting)| *waiting))),
            current: here == Some(desk.key.as_str()),
            begins_group: false,
            inner: true,
        };
        let links: Vec<DeskLink> = desks.iter().map(link).collect();
        self.desks.splice(place + 1..place + 1, links);
        Ok(self)
    }

    /// The same page with a step that leads somewhere.
    #[must_use]
    pub(crate) fn step_to(mut self, name: impl Into<String>, href: impl Into<String>) -> Self {
        self.steps.push(Step { name: name.into(), href: Some(href.into()) });
        self
    }

    /// The same page one step further.
    #[must_use]
    pub(crate) fn step(mut self, name: impl Into<String>) -> Self {
        self.steps.push(Step { name: name.into(), href: None });
        self
    }

    pub(crate) fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    pub(crate) fn count(&self, key: &str, n: &i64) -> String {
        self.words.count(key, *n)
    }

    pub(crate) fn about(&self, key: &str, what: impl AsRef<str>) -> String {
        self.words.about(key, what.as_ref())
    }

    /// The place of something within a letter.
    pub(crate) fn part_line(&self, part: &str, line: &usize) -> String {
        self.words.with("found-line", &[("part", part.into()), ("line", line.to_string().into())])
    }

    pub(crate) fn tongues(&self) -> Vec<Tongue> {
        tongues(self.words, &self.here)
    }
}

/// A language in the switch.
#[derive(Clone, Debug)]
pub(crate) struct Tongue {
    pub(crate) tag: &'static str,
    pub(crate) name: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

fn tongues(words: Words, here: &str) -> Vec<Tongue> {
    let to = links::local(here).unwrap_or("/");
    let tongue = |language: Language| Tongue {
        tag: language.tag(),
        name: language.own_name(),
        href: links::with(&format!("/language/{language}"), "to", to),
        current: language == words.language,
    };
    Language::ALL.into_iter().map(tongue).collect()
}

/// A page without the rail: signing in, and what went wrong.
#[derive(Clone, Debug)]
pub(crate) struct Plain {
    pub(crate) words: Words,
    pub(crate) assets: Assets,
    pub(crate) title: String,
    pub(crate) team: String,
    here: String,
    pub(crate) done: Option<String>,
}

impl Plain {
    pub(crate) fn of(web: &Web, reader: &Reader, title_key: &str) -> Self {
        let words = Words::of(reader.language);
        Self {
            words,
            assets: Assets,
            title: words.say(title_key),
            team: words.pick(&web.team),
            here: reader.here.clone(),
            done: reader.done.map(|done| words.say(done.key())),
        }
    }

    pub(crate) fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    pub(crate) fn about(&self, key: &str, what: impl AsRef<str>) -> String {
        self.words.about(key, what.as_ref())
    }

    pub(crate) fn tongues(&self) -> Vec<Tongue> {
        tongues(self.words, &self.here)
    }
}
