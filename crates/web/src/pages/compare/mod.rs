//! `GET` and `POST /compare`: a reader's own packets beside what our sensors at home saw. Nothing of what is sent is kept or logged.
//!
//! **Architecture invariant:** nothing here writes: no blob, no record, no audit row, no line of a log. A test compares everything on the disk and
//! in the database before and after.

mod beside;
mod theirs;

use super::rises::service_name;
use crate::{
    failure::{Failure, ForProgram},
    page::{self, Plain},
    query::Parameters,
    rate::{self, Rates},
    reader::Reader,
    upload::{Bounds, Upload},
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use beside::{Beside, OUR_ROWS};
use noroshi_document::number;
use noroshi_kernel::{moment::Moment, reason::Reason};
use noroshi_observation::{
    ObservationError,
    public::{self, Ground, Of, Ranking, Rule, Span, Window},
};
use serde_json::json;
use std::{collections::HashMap, sync::Arc};
use theirs::{Reading, Theirs};
use tokio::sync::Mutex;

/// What is public is asked of the sums anew after so many microseconds.
const KEPT_US: i64 = 10 * 60_000_000;
/// The most bytes of a log or a capture.
const MOST_BYTES: usize = 16 << 20;
const BOUNDS: Bounds = Bounds { whole: MOST_BYTES + (1 << 20), files: MOST_BYTES, field: MOST_BYTES, too_large };

fn too_large() -> Failure {
    let most = MOST_BYTES >> 20;
    let reason = Reason::new(
        "compare-size",
        format!("ログやキャプチャーは {most} MiB までです。期間を短くするか、圧縮したキャプチャーで送ってください。何も保存していません。"),
        format!("a log or a capture may hold {most} MiB; send a shorter time, or a packed capture. Nothing was kept"),
    );
    Failure::Unreadable(StatusCode::PAYLOAD_TOO_LARGE, reason)
}

/// A span that can be chosen.
pub(crate) struct Choice {
    pub(crate) key: &'static str,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

/// A line as it is shown.
pub(crate) struct Shown {
    pub(crate) service: String,
    pub(crate) name: &'static str,
    pub(crate) their_rank: String,
    pub(crate) packets: String,
    pub(crate) their_percent: String,
    pub(crate) our_rank: String,
    pub(crate) our_percent: String,
    pub(crate) average: String,
}

/// What is answered.
pub(crate) struct Answer {
    /// What it means, in sentences.
    pub(crate) meaning: Vec<String>,
    pub(crate) lines: Vec<Shown>,
    pub(crate) only_theirs: Vec<String>,
    pub(crate) only_ours: Vec<String>,
    /// What was read, and what was not.
    pub(crate) notes: Vec<String>,
    /// Of which time our side is, and how many sensors it is of.
    pub(crate) ours: String,
}

/// The form, and the answer below it.
#[derive(Template)]
#[template(path = "compare.html")]
pub(crate) struct ComparePage {
    pub(crate) plain: Plain,
    pub(crate) spans: Vec<Choice>,
    pub(crate) answer: Option<Answer>,
}

impl ComparePage {
    fn of(web: &Web, reader: &Reader, chosen: Span, answer: Option<Answer>) -> Self {
        let plain = Plain::of(web, reader, "compare-title");
        let choice = |span: Span| Choice { key: span.key(), name: plain.say(&format!("compare-span-{}", span.key())), chosen: span == chosen };
        Self { spans: Span::ALL.map(choice).into(), plain, answer }
    }
}

/// What is public, when anything is: without it there is nothing to compare with.
fn rule(web: &Web) -> Result<Rule, Failure> {
    web.public.ok_or(Failure::Missing)
}

/// `GET /compare`
pub(crate) async fn get(State(web): State<Shared>, reader: Reader, parameters: Parameters) -> Result<Response, Failure> {
    parameters.only(&[])?;
    rule(&web)?;
    page::show(&ComparePage::of(&web, &reader, Span::Week, None))
}

/// `POST /compare`
pub(crate) async fn post(
    State(web): State<Shared>,
    Extension(rates): Extension<Arc<Rates>>,
    Extension(kept): Extension<Arc<Kept>>,
    reader: Reader,
    request: Request,
) -> Response {
    let is_program = wants_json(request.headers());
    match compared(&web, (&rates, &kept), &reader, request, is_program).await {
        Ok(response) => response,
        Err(failure) => {
            let mut response = failure.into_response();
            if is_program {
                response.extensions_mut().insert(ForProgram);
            }
            response
        }
    }
}

/// Whether a program asks, which names JSON and no page.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}

async fn compared(web: &Shared, (rates, kept): (&Rates, &Kept), reader: &Reader, request: Request, is_program: bool) -> Result<Response, Failure> {
    let rule = rule(web)?;
    rate::hold(&rates.comparisons, web, request.headers(), request.extensions())?;
    let mut sent = Upload::within(web, request, BOUNDS).await?;
    let span = match sent.get("span") {
        "" => Span::Week,
        other => other.parse().map_err(|()| Failure::Field { name: "span".into(), value: other.chars().take(40).collect() })?,
    };
    // Before theirs is counted: where ours cannot be told now, that is all there is to say.
    let ours = kept.ours(web, rule, span).await?;
    let pasted = sent.get("log").as_bytes();
    let mut parts: Vec<Vec<u8>> = (!pasted.trim_ascii().is_empty()).then(|| pasted.to_vec()).into_iter().collect();
    parts.extend(std::mem::take(&mut sent.files).into_iter().map(|file| file.bytes));
    if parts.iter().all(|part| part.trim_ascii().is_empty()) {
        return Err(Failure::Refused(nothing_sent()));
    }
    let counting = tokio::task::spawn_blocking(move || theirs::count(parts)).await;
    let theirs = counting.map_err(|_| Failure::defect("counting ended early"))?.map_err(Failure::Refused)?;
    // Its turn is held until everything is counted.
    drop(sent);
    let beside = beside::beside(&theirs, ours.as_ref().ok());
    let words = Words::of(reader.language);
    let window = ours.as_ref().ok().map(|ranking| ranking.window);
    let answer = answer(web, words, &theirs, &ours, &beside);
    if is_program {
        return Ok(program(&theirs, window, ours.as_ref().ok(), &beside, &answer.meaning));
    }
    page::show(&ComparePage::of(web, reader, span, Some(answer)))
}

fn nothing_sent() -> Reason {
    Reason::new("compare-empty", "ログを貼り付けるか、ファイルを選んでください。", "paste a log, or choose a file")
}

fn later() -> Reason {
    Reason::new(
        "compare-later",
        "公開している数値を集計しているところです。しばらく待ってから、もう一度送信してください。",
        "what is public is being added up; try again in a while",
    )
}

/// What was public some minutes ago: many may compare at once, and somebody may see to it that figures take long to find.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<HashMap<Span, (Moment, Ranking)>>);

impl Kept {
    async fn ours(&self, web: &Web, rule: Rule, span: Span) -> Result<Result<Ranking, public::TooFew>, Failure> {
        // Who comes while it is asked for waits for it.
        let mut kept = self.0.lock().await;
        let now = web.ledger.now();
        if let Some((at, ranking)) = kept.get(&span)
            && now.0 - at.0 < KEPT_US
            && ranking.window.to == window(web, span)?.to
        {
            return Ok(Ok(ranking.clone()));
        }
        let ranking = ours(web, rule, span).await?;
        if let Ok(ranking) = &ranking {
            kept.insert(span, (now, ranking.clone()));
        }
        Ok(ranking)
    }
}

/// The last full weeks.
fn window(web: &Web, span: Span) -> Result<Window, Failure> {
    let zone = &web.reckoning.zone;
    span.before(Span::monday(web.ledger.now(), zone), zone).ok_or_else(|| Failure::defect("there is no such week"))
}

/// What is public of the last full weeks, or why nothing is.
async fn ours(web: &Web, rule: Rule, span: Span) -> Result<Result<Ranking, public::TooFew>, Failure> {
    let window = window(web, span)?;
    let ground = Ground { place: &web.observatory, zone: &web.reckoning.zone, home: &web.reckoning.home, rule };
    match public::ranking(ground, Of::Services, window, OUR_ROWS).await {
        // What the team has to do about it is nothing for readers.
        Err(ObservationError::Refused(_)) => Err(Failure::Refused(later())),
        other => Ok(other?),
    }
}

fn program(theirs: &Theirs, window: Option<Window>, ours: Option<&Ranking>, beside: &Beside, meaning: &[String]) -> Response {
    let time = |moment: Option<noroshi_kernel::moment::Moment>| moment.map(noroshi_kernel::moment::Moment::rfc3339);
    let body = json!({
        "theirs": { "packets": theirs.packets, "services": theirs.counts.len(), "reading": theirs.reading },
        "ours": ours.map(|ours| json!({ "from": time(window.map(|window| window.from)), "to": time(window.map(|window| window.to)), "sensors": ours.sensors })),
        "rows": beside.lines,
        "only_theirs": beside.only_theirs,
        "only_ours": beside.only_ours,
        "likeness": beside.likeness,
        "stands_out": beside.stands_out,
        "meaning": meaning.join(" "),
    });
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body.to_string()).into_response()
}

fn answer(web: &Web, words: Words, theirs: &Theirs, ours: &Result<Ranking, public::TooFew>, beside: &Beside) -> Answer {
    let dash = || "\u{2013}".to_owned();
    let read = |keys: &[String]| keys.iter().map(|key| service_name(key, words)).collect();
    let shown = |line: &beside::Line| Shown {
        service: service_name(&line.service, words),
        name: line.name,
        their_rank: line.theirs.map_or_else(dash, |place| place.rank.to_string()),
        packets: line.theirs.map_or_else(dash, |place| number::grouped(i64::try_from(place.packets).unwrap_or(i64::MAX))),
        their_percent: line.theirs.map_or_else(dash, |place| percent(place.percent)),
        our_rank: line.ours.map_or_else(dash, |place| place.rank.to_string()),
        our_percent: line.ours.map_or_else(dash, |place| percent(place.percent)),
        average: line.ours.map_or_else(dash, |place| tenths(place.per_sensor_day)),
    };
    let day = |moment| web.reckoning.zone.minute(moment).get(..10).unwrap_or_default().to_owned();
    let ours = match ours {
        Ok(ranking) => {
            let last = noroshi_kernel::moment::Moment(ranking.window.to.0 - 1);
            let sensors = i64::try_from(ranking.sensors).unwrap_or(i64::MAX);
            words.with(
                "compare-ours",
                &[
                    ("from", day(ranking.window.from).into()),
                    ("to", day(last).into()),
                    ("sensors", sensors.into()),
                    ("zone", web.reckoning.zone.name().to_owned().into()),
                ],
            )
        }
        Err(_) => words.say("compare-ours-none"),
    };
    Answer {
        meaning: meaning(words, beside),
        lines: beside.lines.iter().map(shown).collect(),
        only_theirs: read(&beside.only_theirs),
        only_ours: read(&beside.only_ours),
        notes: notes(words, &theirs.reading),
        ours,
    }
}

/// A number with one digit after the point, whatever it is.
fn tenths(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    let written = number::decimal(rounded);
    if rounded.fract() == 0.0 { written + ".0" } else { written }
}

fn percent(value: f64) -> String {
    format!("{}%", tenths(value))
}

fn meaning(words: Words, beside: &Beside) -> Vec<String> {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let key = format!("compare-meaning-{}", beside.likeness.key());
    let mut sentences = vec![words.with(&key, &[("shared", count(beside.shared).into()), ("of", count(beside.of).into())])];
    let out = beside.stands_out.as_ref().and_then(|key| beside.lines.iter().find(|line| line.service == *key));
    if let Some((line, theirs)) = out.and_then(|line| Some((line, line.theirs?))) {
        let own = percent(theirs.percent);
        sentences.push(match line.ours {
            Some(ours) => {
                words.with("compare-out", &[("what", service_name(&line.service, words).into()), ("own", own.into()), ("ours", percent(ours.percent).into())])
            }
            None => {
                words.with("compare-out-new", &[("what", service_name(&line.service, words).into()), ("own", own.into()), ("rows", count(OUR_ROWS).into())])
            }
        });
    }
    sentences
}

fn notes(words: Words, reading: &Reading) -> Vec<String> {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut notes = Vec::new();
    let mut note = |key: &str, count: u64| {
        if count > 0 {
            notes.push(words.count(key, whole(count)));
        }
    };
    note("compare-note-counted", reading.lines_counted);
    note("compare-note-passed", reading.lines_passed);
    note("compare-note-answers", reading.lines_answers);
    if let Some(first) = reading.first_unread_line {
        notes.push(words.with("compare-note-unread", &[("n", whole(reading.lines_unread).into()), ("line", whole(first).into())]));
    }
    if reading.frames > 0 {
        notes.push(words.with("compare-note-frames", &[("n", whole(reading.frames).into()), ("out", whole(reading.frames_left_out).into())]));
    }
    if let Some(stopped) = reading.stopped {
        notes.push(words.say(&format!("compare-stopped-{stopped}")));
    }
    notes
}
