//! An inquiry that turns out to be a report: a person says what it tells of, and its letter is the report from then on.

use super::{
    Intake, Silent,
    reading::{Read, Row},
    taking::Taking,
    told,
};
use crate::{
    IncidentError,
    model::{Number, joining},
    service,
    store::loading,
};
use noroshi_kernel::{
    access::{Action, Actor},
    id::{CorrespondenceId, ThreadId},
    reason::Reason,
};
use noroshi_ledger::{LedgerError, UnitOfWork, audit::Entry};
use noroshi_mailroom::{
    MailroomError,
    correspondence::{self, Kind},
    form::Submission,
    thread::{self, Case},
};
use serde_json::json;

/// The inquiry that becomes a report, and what was filled in.
pub(super) struct ByHand {
    letter: CorrespondenceId,
    thread: ThreadId,
    submission: Submission,
}

impl ByHand {
    /// Makes the letter a report and its thread one about the incident, in the unit of work in which that was opened or joined.
    pub(super) async fn settle(&self, work: &UnitOfWork, actor: &Actor) -> Result<(), IncidentError> {
        if !correspondence::make_report(work, self.letter).await? {
            return Err(IncidentError::Refused(no_inquiry()));
        }
        for (_, incident) in loading::only_incidents_of(work, &[self.letter]).await? {
            let case = Case { id: incident.id.0, number: incident.number.to_string() };
            let is_about = thread::offer_case(work, self.thread, &case, &incident.label).await?;
            let text = self.submission.description.trim();
            if is_about && !text.is_empty() {
                service::annotate(work, actor, incident.number, text).await?;
            }
        }
        // Everything as it was typed: the letter itself does not say it.
        let detail = json!({ "thread": self.thread, "fields": self.submission });
        work.record(actor, Entry { action: "incident.report_inquiry", subject_kind: "correspondence", subject_id: self.letter.0, detail: &detail }).await?;
        Ok(())
    }
}

impl Intake {
    /// Makes a report of an inquiry: its letter tells of what was filled in. Gives the incident that its thread is about then; none
    /// when it tells of several.
    ///
    /// # Errors
    /// [`IncidentError::Forbidden`]; [`IncidentError::Refused`] when the letter is no inquiry any more, its thread is about a case
    /// already, or nothing is named that one could look at.
    pub async fn report_inquiry(&self, letter: CorrespondenceId, thread: ThreadId, submission: &Submission) -> Result<Option<Number>, IncidentError> {
        self.actor.must_can(Action::Import)?;
        self.actor.must_can(Action::ChangeIncident)?;
        let refused = |reason| Err(IncidentError::Refused(reason));
        let found = thread::open(&self.ledger, &self.actor, thread).await.map_err(in_thread)?;
        let letter_of = thread::thread_of(&self.ledger, letter).await?;
        let kept = correspondence::load(&self.ledger, letter).await?.filter(|kept| kept.kind == Kind::Inquiry && letter_of == Some(thread));
        let Some(kept) = kept.filter(|_| found.case.is_none()) else { return refused(no_inquiry()) };
        let tells = submission.findings().into_iter().map(|finding| told(finding, kept.received_at)).collect::<Result<Vec<_>, _>>();
        let tells = match tells {
            Ok(tells) if !tells.is_empty() => tells,
            Ok(_) => return refused(super::nothing_named()),
            Err(reason) => return refused(reason),
        };
        let row = Row {
            letter: None,
            name: Some(kept.name),
            line: None,
            offset: 0,
            length: kept.raw.length,
            key: noroshi_feeds::digest::of(format!("report_inquiry/{letter}").as_bytes()),
            reporter_tld: kept.sender_tld,
        };
        let mut taking = Taking::new(self, letter, String::new(), joining::WINDOW_DAYS);
        taking.by_hand = Some(ByHand { letter, thread, submission: submission.clone() });
        taking.take(vec![Read { row, content: Ok(tells), beside: Vec::new() }], Vec::new(), &mut Silent).await?;
        let after = thread::open(&self.ledger, &Actor::Platform, thread).await.map_err(in_thread)?;
        Ok(after.case.and_then(|case| case.number.parse().ok()))
    }
}

fn in_thread(error: MailroomError) -> IncidentError {
    match error {
        MailroomError::Forbidden(error) => error.into(),
        MailroomError::Unknown { name, .. } => IncidentError::Unknown(name),
        MailroomError::Refused(reason) => IncidentError::Refused(reason),
        MailroomError::Ledger(error) => LedgerError::into(error),
    }
}

fn no_inquiry() -> Reason {
    Reason::new(
        "inquiry-none",
        "この通はもう問い合わせではないか、やり取りがすでに案件になっています。やり取りの画面を読み直してください。",
        "this letter is no inquiry any more, or its thread is about a case already; reload the thread",
    )
}
