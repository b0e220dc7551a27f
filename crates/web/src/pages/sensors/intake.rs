//! `GET /sensors/intake`: how batches become files and sums, and what was refused.

use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_document::number;
use noroshi_kernel::moment::Moment;
use noroshi_observation::service::intake::{self, Capture, Refusal};

/// The refusals of one page.
const PER_PAGE: u32 = 50;
/// A batch that waits so long, in microseconds, is late: it takes seconds.
const LATE_US: i64 = 5 * 60 * 1_000_000;

/// The intake.
#[derive(Template)]
#[template(path = "sensor_intake.html")]
pub(crate) struct IntakePage {
    pub(crate) page: Page,
    pub(crate) has_door: bool,
    pub(crate) centre: String,
    pub(crate) waiting: String,
    pub(crate) waiting_packets: String,
    pub(crate) waits_since: Option<Time>,
    pub(crate) is_late: bool,
    pub(crate) files: String,
    pub(crate) packets: String,
    pub(crate) mebibytes: String,
    pub(crate) from: Option<Time>,
    pub(crate) to: Option<Time>,
    pub(crate) unrolled: String,
    pub(crate) removed_before: Option<Time>,
    pub(crate) captures: Vec<CaptureRow>,
    pub(crate) refusals: Vec<RefusalRow>,
    pub(crate) next: Option<String>,
}

/// A capture that was imported.
pub(crate) struct CaptureRow {
    pub(crate) at: Time,
    pub(crate) sensor: String,
    pub(crate) name: String,
    pub(crate) packets: String,
    pub(crate) stored: String,
    pub(crate) not_ip: String,
    pub(crate) truncated: String,
    pub(crate) malformed: String,
}

/// Something that was refused.
pub(crate) struct RefusalRow {
    pub(crate) at: Time,
    pub(crate) sensor: String,
    pub(crate) reason: String,
    pub(crate) peer: String,
}

impl RefusalRow {
    pub(crate) fn of(refusal: Refusal, web: &Web, words: Words) -> Self {
        Self {
            at: Time::of(refusal.at, web.ledger.now(), &web.reckoning.zone, words),
            sensor: refusal.sensor.unwrap_or_default(),
            reason: links::harmless_quotes(&words.pick(&refusal.reason)),
            peer: refusal.peer,
        }
    }
}

/// `GET /sensors/intake`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["before"])?;
    let before: Option<i64> = parameters.parsed("before")?;
    let now = web.ledger.now();
    let time = |at: Moment| Time::of(at, now, &web.reckoning.zone, words);
    let state = intake::state(&web.ledger, &person.actor).await?;
    let refusals = intake::refusals(&web.ledger, &person.actor, None, before, PER_PAGE).await?;
    let next = (refusals.len() >= PER_PAGE as usize).then(|| refusals.last().map(|refusal| format!("/sensors/intake?before={}", refusal.id))).flatten();
    let capture = |capture: Capture| CaptureRow {
        at: time(capture.at),
        sensor: capture.sensor,
        name: links::harmless(&capture.name),
        packets: number::grouped(capture.packets),
        stored: number::grouped(capture.stored),
        not_ip: number::grouped(capture.not_ip),
        truncated: number::grouped(capture.truncated),
        malformed: number::grouped(capture.malformed),
    };
    page::show(&IntakePage {
        has_door: web.centre.is_some(),
        centre: web.centre.clone().unwrap_or_default(),
        waiting: number::grouped(state.waiting_batches),
        waiting_packets: number::grouped(state.waiting_packets),
        waits_since: state.waiting_since.map(time),
        is_late: state.waiting_since.is_some_and(|since| now.0 - since.0 > LATE_US),
        files: number::grouped(state.files),
        packets: number::grouped(state.packets),
        mebibytes: number::grouped(state.bytes.div_euclid(1 << 20)),
        from: state.from.map(time),
        to: state.to.map(time),
        unrolled: number::grouped(state.unrolled),
        removed_before: state.removed_before.map(time),
        captures: state.captures.into_iter().map(capture).collect(),
        refusals: refusals.into_iter().map(|refusal| RefusalRow::of(refusal, &web, words)).collect(),
        next,
        page: Page::of(&web, &person, Desk::Sensors, words.say("ingest-title")).await?.step(words.say("ingest-title")),
    })
}
