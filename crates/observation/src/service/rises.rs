//! Rises, and what people make of them.

use crate::{
    ObservationError,
    public::{Secret, Secrets},
    rise::{Evidence, Kind, State, Step},
    store::{
        marks::{self, Mark},
        rises::{self, Row},
    },
};
use noroshi_kernel::{
    access::{Action, Actor},
    language::Bilingual,
    moment::Moment,
    reason::Reason,
};
use noroshi_ledger::{Ledger, LedgerError, Query, audit::Entry};
use serde::Serialize;
use serde_json::json;

/// The longest explanation and reason, in characters.
pub const MOST_CHARS: usize = 2_000;

/// A rise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rise {
    /// Its id.
    #[serde(skip)]
    pub id: i64,
    /// Its number, as people name it.
    pub number: i64,
    /// `tcp/445`
    pub service: String,
    /// The country alone from which it rose, where the service as a whole did not; `unknown` where sources have none.
    pub country: Option<String>,
    /// How it came.
    pub kind: Kind,
    /// What people made of it.
    pub state: State,
    /// When it began, in microseconds.
    pub from: i64,
    /// Until when something was left of it.
    pub to: i64,
    /// When it was found.
    pub found: i64,
    /// What speaks for it.
    pub evidence: Evidence,
    /// What it is, as somebody says.
    #[serde(skip)]
    pub explanation: Bilingual,
    /// Why it was dismissed.
    pub reason: String,
}

impl Rise {
    fn of(row: Row) -> Result<Self, LedgerError> {
        let damaged = || LedgerError::Damaged(format!("the rise {} cannot be read", row.number));
        Ok(Self {
            kind: Kind::of_key(&row.kind).ok_or_else(damaged)?,
            state: row.state.parse().map_err(|_| damaged())?,
            evidence: serde_json::from_str(&row.evidence).map_err(|_| damaged())?,
            id: row.id,
            number: row.number,
            service: row.service,
            country: Some(row.country).filter(|country| !country.is_empty()),
            from: row.from_at,
            to: row.to_at,
            found: row.found_at,
            explanation: Bilingual { ja: row.explanation_ja, en: row.explanation_en },
            reason: row.reason,
        })
    }

    /// Until when it was seen.
    #[must_use]
    pub const fn last_seen(&self) -> Moment {
        Moment(self.to)
    }
}

/// A page of rises.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Open ones first, those found last first.
    pub rises: Vec<Rise>,
    /// How many there are.
    pub all: i64,
}

/// Lists rises of a state, or of every state.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when records cannot be read.
pub async fn list(query: &impl Query, actor: &Actor, state: Option<State>, skip: u64, most: u64) -> Result<Page, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let state = state.map(State::key);
    let all = rises::count(query, state).await?;
    let rises = rises::list(query, state, skip, most).await?.into_iter().map(Rise::of).collect::<Result<_, _>>()?;
    Ok(Page { rises, all })
}

/// Rises that began in a span (its end is not in it), those found last first.
///
/// # Errors
/// As [`list`].
pub async fn begun(query: &impl Query, actor: &Actor, from: Moment, to: Moment) -> Result<Vec<Rise>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    Ok(rises::begun(query, from.0, to.0).await?.into_iter().map(Rise::of).collect::<Result<_, _>>()?)
}

/// How many nobody has said anything of.
///
/// # Errors
/// When records cannot be read.
pub async fn open(query: &impl Query) -> Result<i64, ObservationError> {
    Ok(rises::count(query, Some(State::Open.key())).await?)
}

/// One rise; none when there is none of the number.
///
/// # Errors
/// As [`list`].
pub async fn one(query: &impl Query, actor: &Actor, number: i64) -> Result<Option<Rise>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    Ok(rises::numbered(query, number).await?.map(Rise::of).transpose()?)
}

/// The hour until which everything was judged; none when nothing ever was.
///
/// # Errors
/// When records cannot be read.
pub async fn judged_until(query: &impl Query) -> Result<Option<Moment>, ObservationError> {
    Ok(marks::until(query, Mark::Judged).await?.map(Moment))
}

/// Says what a rise is, in one or both languages.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when nothing is said, or the rise was dismissed.
pub async fn explain(ledger: &Ledger, actor: &Actor, number: i64, explanation: &Bilingual) -> Result<(), ObservationError> {
    let explanation = Bilingual { ja: said(&explanation.ja)?, en: said(&explanation.en)? };
    if explanation.ja.is_empty() && explanation.en.is_empty() {
        return Err(ObservationError::Refused(Reason::new("rise-unexplained", "何であるかを書いてください。", "say what it is")));
    }
    let secrets = Secrets::of(ledger).await?;
    step(ledger, actor, number, Step::Explain, |row| {
        (row.explanation_ja, row.explanation_en) = (explanation.ja, explanation.en);
        // What everybody reads already is held to the same.
        if row.state == State::Published.key() { may_be_published(&secrets, row) } else { Ok(()) }
    })
    .await
}

/// Tells everybody of a rise that is explained in both languages.
///
/// # Errors
/// As [`explain`]; [`ObservationError::Refused`] when an explanation is missing, or tells an address or a sensor.
pub async fn publish(ledger: &Ledger, actor: &Actor, number: i64) -> Result<(), ObservationError> {
    let secrets = Secrets::of(ledger).await?;
    step(ledger, actor, number, Step::Publish, |row| may_be_published(&secrets, row)).await
}

/// Says why a rise is nothing.
///
/// # Errors
/// As [`explain`]; [`ObservationError::Refused`] without a reason.
pub async fn dismiss(ledger: &Ledger, actor: &Actor, number: i64, reason: &str) -> Result<(), ObservationError> {
    let reason = said(reason)?;
    if reason.is_empty() {
        return Err(ObservationError::Refused(Reason::new("rise-no-reason", "却下する理由を書いてください。", "say why it is nothing")));
    }
    step(ledger, actor, number, Step::Dismiss, |row| {
        row.reason = reason;
        Ok(())
    })
    .await
}

/// Opens a rise again, whatever was made of it; what was explained stays as a draft.
///
/// # Errors
/// As [`explain`].
pub async fn reopen(ledger: &Ledger, actor: &Actor, number: i64) -> Result<(), ObservationError> {
    step(ledger, actor, number, Step::Reopen, |row| {
        row.reason.clear();
        Ok(())
    })
    .await
}

/// Refuses an explanation that is not there in both languages, or tells what must not be published.
fn may_be_published(secrets: &Secrets, row: &Row) -> Result<(), ObservationError> {
    if row.explanation_ja.is_empty() || row.explanation_en.is_empty() {
        return Err(ObservationError::Refused(Reason::new(
            "rise-one-language",
            "公開する増加には、日本語と英語の両方で説明を書いてください。",
            "explain what is published in Japanese and in English",
        )));
    }
    match secrets.told_by(&Bilingual { ja: row.explanation_ja.clone(), en: row.explanation_en.clone() }) {
        None => Ok(()),
        Some(Secret::Address) => Err(ObservationError::Refused(Reason::new(
            "rise-tells-address",
            "説明に IP アドレス、またはそのように読める数字（バージョン番号なども）が含まれています。公開する前に取り除くか、書き換えてください。",
            "the explanation tells an IP address, or figures that read like one (a version of four parts does, too); take it out or write it otherwise before it is published",
        ))),
        Some(Secret::Name(name)) => Err(ObservationError::Refused(Reason::new(
            "rise-tells-sensor",
            format!("説明に「{name}」が含まれています。センサーの名前と設置組織は公開しません。"),
            format!("the explanation tells {name:?}; names of sensors and of the organisations where they stand are not published"),
        ))),
    }
}

fn said(text: &str) -> Result<String, ObservationError> {
    let text = text.trim().replace("\r\n", "\n");
    let is_long = text.chars().count() > MOST_CHARS;
    if is_long || text.chars().any(|char| char.is_control() && char != '\n') {
        return Err(ObservationError::Refused(Reason::new(
            "rise-text",
            format!("{MOST_CHARS} 文字以内で、制御文字を使わずに書いてください。"),
            format!("write {MOST_CHARS} characters at most, without control characters"),
        )));
    }
    Ok(text)
}

async fn step(
    ledger: &Ledger,
    actor: &Actor,
    number: i64,
    step: Step,
    change: impl FnOnce(&mut Row) -> Result<(), ObservationError>,
) -> Result<(), ObservationError> {
    actor.must_can(Action::WorkRises)?;
    let work = ledger.begin().await?;
    work.lock("observation.detect").await?;
    let mut row = rises::numbered(&work, number).await?.ok_or_else(|| ObservationError::Refused(no_rise(number)))?;
    let state: State = row.state.parse().map_err(|_| LedgerError::Damaged(format!("the rise {number} has no state")))?;
    let Some(after) = state.after(step) else { return Err(ObservationError::Refused(not_now(state))) };
    change(&mut row)?;
    row.state = after.key().into();
    rises::decide(&work, &row).await?;
    let action = match step {
        Step::Explain => "observation.rise_explain",
        Step::Publish => "observation.rise_publish",
        Step::Dismiss => "observation.rise_dismiss",
        Step::Reopen => "observation.rise_reopen",
    };
    let detail = json!({ "number": number, "state": row.state, "ja": row.explanation_ja, "en": row.explanation_en, "reason": row.reason });
    work.record(actor, Entry { action, subject_kind: "rise", subject_id: row.id, detail: &detail }).await?;
    Ok(work.commit().await?)
}

fn no_rise(number: i64) -> Reason {
    Reason::new("no-rise", format!("増加 {number} はありません。"), format!("there is no rise {number}"))
}

fn not_now(state: State) -> Reason {
    let ja = match state {
        State::Open => "未対応",
        State::Explained => "説明済み",
        State::Published => "公開済み",
        State::Dismissed => "却下",
    };
    Reason::new(
        "rise-state",
        format!("この増加はいま「{ja}」なので、その操作はできません。ページを読み込み直してください。"),
        format!("the rise is {} now, so that this cannot be done; load the page again", state.key()),
    )
}
