//! `GET /queue`: the job queue, for administrators: how each kind of work stands, what comes again and again, what was given up.

use super::onward;
use crate::{
    done::Done,
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    sent::Fields,
    times::Time,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_document::number;
use noroshi_kernel::{id::JobId, setaside::printable};
use noroshi_ledger::queue::{self, dead};

/// The dead letters of one page.
const PER_PAGE: u32 = 50;

/// The job queue.
#[derive(Template)]
#[template(path = "queue.html")]
pub(crate) struct QueuePage {
    pub(crate) page: Page,
    pub(crate) kinds: Vec<KindRow>,
    pub(crate) schedules: Vec<ScheduleRow>,
    pub(crate) dead: Vec<DeadRow>,
    pub(crate) dead_count: i64,
    pub(crate) next: Option<String>,
}

/// How the jobs of a kind stand.
pub(crate) struct KindRow {
    pub(crate) kind: String,
    pub(crate) due: String,
    pub(crate) later: String,
    pub(crate) running: String,
    pub(crate) abandoned: String,
    pub(crate) dead: i64,
    pub(crate) waits_since: Option<Time>,
    pub(crate) next: Option<Time>,
    pub(crate) why: Option<String>,
}

/// What comes again and again.
pub(crate) struct ScheduleRow {
    pub(crate) name: String,
    pub(crate) rhythm: String,
    pub(crate) next: Time,
    pub(crate) last: Option<Time>,
}

/// A job that was given up.
pub(crate) struct DeadRow {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) attempts: i64,
    pub(crate) died: Time,
    pub(crate) why: String,
}

/// `GET /queue`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["before"])?;
    let before: Option<i64> = parameters.parsed("before")?;
    let now = web.ledger.now();
    let time = |at| Time::of(at, now, &web.reckoning.zone, words);
    let kind = |state: queue::KindState| KindRow {
        due: number::grouped(state.due),
        later: number::grouped(state.later),
        running: number::grouped(state.running),
        abandoned: number::grouped(state.abandoned),
        dead: state.dead,
        waits_since: state.oldest_due_at.map(time),
        next: state.next_due_at.map(time),
        why: state.last_error.map(|failed| links::harmless_quotes(failed.why.get(words.language))),
        kind: state.kind,
    };
    let scheduled =
        |one: queue::Scheduled| ScheduleRow { name: one.name, rhythm: words.rhythm(&one.rhythm), next: time(one.next_at), last: one.last_at.map(time) };
    let letters = dead::list(&web.ledger, &person.actor, None, before.map(JobId), PER_PAGE).await?;
    let next = (letters.len() >= PER_PAGE as usize).then(|| letters.last().map(|letter| format!("/queue?before={}", letter.id))).flatten();
    let dead_row = |letter: dead::DeadLetter| DeadRow {
        id: letter.id.0,
        kind: letter.kind,
        key: letter.key.map(|key| printable(&key, 80)).unwrap_or_default(),
        attempts: letter.attempts,
        died: time(letter.died_at),
        why: letter.why.map(|why| links::harmless_quotes(why.get(words.language))).unwrap_or_default(),
    };
    page::show(&QueuePage {
        kinds: queue::state(&web.ledger, &person.actor, now).await?.into_iter().map(kind).collect(),
        schedules: queue::schedules(&web.ledger).await?.into_iter().map(scheduled).collect(),
        dead: letters.into_iter().map(dead_row).collect(),
        dead_count: dead::count(&web.ledger, &person.actor, None).await?,
        next,
        page: Page::of(&web, &person, Desk::Queue, words.say("desk-queue")).await?,
    })
}

fn job(sent: &Fields) -> Result<JobId, Failure> {
    Ok(JobId(sent.field("id").parse().map_err(|_| Failure::Missing)?))
}

/// `POST /queue/retry`: one job again.
pub(crate) async fn retry(State(web): State<Shared>, person: Person, sent: Fields) -> Result<Response, Failure> {
    let work = web.ledger.begin().await?;
    dead::retry(&work, &person.actor, job(&sent)?).await?;
    work.commit().await?;
    Ok(onward(&web, "/queue", Done::Retried))
}

/// `POST /queue/retry-all`: every job of a kind again.
pub(crate) async fn retry_all(State(web): State<Shared>, person: Person, sent: Fields) -> Result<Response, Failure> {
    let work = web.ledger.begin().await?;
    dead::retry_all(&work, &person.actor, sent.field("kind")).await?;
    work.commit().await?;
    Ok(onward(&web, "/queue", Done::Retried))
}

/// `POST /queue/discard`: one job never, with a reason.
pub(crate) async fn discard(State(web): State<Shared>, person: Person, sent: Fields) -> Result<Response, Failure> {
    let work = web.ledger.begin().await?;
    dead::discard(&work, &person.actor, job(&sent)?, sent.field("why")).await?;
    work.commit().await?;
    Ok(onward(&web, "/queue", Done::Discarded))
}
