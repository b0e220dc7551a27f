//! The office in which the letters come and go: each hour of it with its own clock.

use super::desks::DOMAIN;
use crate::DemoError;
use noroshi_directory::account;
use noroshi_incident::{
    model::Number,
    selection::{Records, Selection},
    service::import::{Intake, Silent},
};
use noroshi_kernel::{
    access::{Actor, Role, Sight},
    id::{CorrespondenceId, ThreadId},
    language::Bilingual,
    moment::{FixedClock, Moment, Zone},
    period::{self, Month, Period},
    reason::Reason,
};
use noroshi_ledger::{LedgerError, UnitOfWork, queue};
use noroshi_mailroom::{
    MailroomError,
    correspondence::Channel,
    form::{self, Attachment, Entry, Submission, To},
    letters::{Incoming, Kept, return_path},
    outgoing::{self, House, Sent, Writing, acknowledgement},
    thread,
};
use noroshi_post::{
    build::{self, Charset, Draft},
    letter::{Headers, Mailbox},
};
use std::sync::Arc;

/// The working days that the letters go back.
const DAYS: u8 = 11;

/// The team's office.
pub(super) struct Office<'a> {
    intake: &'a Intake,
    pub(super) house: House,
    /// Who answers letters, and who sits at the desks of vulnerabilities and control systems.
    pub(super) handler: Actor,
    pub(super) coordinator: Actor,
    /// Nothing comes before this.
    begins: Moment,
    now: Moment,
}

/// A role somewhere that writes letters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Correspondent {
    pub(super) name: &'static str,
    pub(super) address: &'static str,
}

impl Correspondent {
    pub(super) fn mailbox(self) -> Mailbox {
        Mailbox { name: self.name.into(), address: self.address.into() }
    }
}

/// A letter that came in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Came {
    pub(super) letter: CorrespondenceId,
    pub(super) thread: ThreadId,
}

impl<'a> Office<'a> {
    pub(super) async fn open(intake: &'a Intake, team: &Bilingual, begins: Moment) -> Result<Self, DemoError> {
        let people = account::all(&intake.ledger).await?;
        let one = |role: Role| people.iter().find(|account| account.name == role.key()).map_or(Actor::Platform, account::Account::actor);
        Ok(Self {
            intake,
            house: House { team: team.clone(), marks: intake.marks.clone(), zone: intake.reckoning.zone.clone(), vault: intake.vault.clone() },
            handler: one(Role::Handler),
            coordinator: one(Role::Coordinator),
            begins,
            now: intake.ledger.now(),
        })
    }

    fn zone(&self) -> &Zone {
        &self.intake.reckoning.zone
    }

    /// An hour so many working days ago, at a time of the wall.
    pub(super) fn at(&self, days: u8, hour: i8, minute: i8) -> Hour<'_> {
        let at = self.squeezed(self.moment(days, hour, minute));
        Hour { office: self, at, intake: Intake { ledger: self.intake.ledger.by_clock(Arc::new(FixedClock(at))), ..self.intake.clone() } }
    }

    fn moment(&self, days: u8, hour: i8, minute: i8) -> Moment {
        let mut day = self.zone().wall(self.now).date();
        for _ in 0..days {
            day = day.yesterday().unwrap_or(day);
            while day.weekday().to_monday_zero_offset() > 4 {
                day = day.yesterday().unwrap_or(day);
            }
        }
        self.zone().moment(day.at(hour, minute, 0, 0)).unwrap_or(self.now)
    }

    /// The moment itself, or, soon after a quarter began, as far between its beginning and now as it lies in the two weeks.
    fn squeezed(&self, at: Moment) -> Moment {
        let earliest = self.moment(DAYS, 0, 0);
        if earliest >= self.begins {
            return at.min(self.now);
        }
        let share = |part: i64, whole: i64| i128::from(part) * i128::from(self.now.0 - self.begins.0) / i128::from(whole.max(1));
        let after = i64::try_from(share(at.0 - earliest.0, self.now.0 - earliest.0)).unwrap_or(0);
        Moment(self.begins.0.saturating_add(after)).min(self.now)
    }
}

/// An hour of the office: whatever is done in it bears its time.
pub(super) struct Hour<'a> {
    pub(super) office: &'a Office<'a>,
    pub(super) at: Moment,
    intake: Intake,
}

impl Hour<'_> {
    /// A letter to one of the desks, as somebody outside builds it.
    pub(super) fn draft(&self, from: Correspondent, desk: &str, subject: &str, body: &str) -> Draft {
        let domain = from.address.rsplit_once('@').map_or(DOMAIN, |(_, domain)| domain);
        let mut draft = Draft::new(from.mailbox(), &format!("{:x}@{domain}", self.at.0), self.at, self.office.zone().clone());
        draft.to = vec![Mailbox { name: String::new(), address: format!("{desk}@{DOMAIN}") }];
        (draft.subject, draft.body) = (subject.into(), body.into());
        draft
    }

    /// The answer to a letter of ours, to the address that it asks for.
    pub(super) fn answer(&self, from: Correspondent, to: &Sent, body: &str) -> Draft {
        let mut draft = self.draft(from, "ir", &format!("Re: {}", to.subject), body);
        draft.to = vec![Mailbox { name: String::new(), address: to.envelope_from.clone() }];
        draft.in_reply_to = Some(to.message_id.clone());
        draft.references = vec![to.message_id.clone()];
        draft
    }

    /// A letter that the post brings.
    pub(super) async fn brings(&self, draft: &Draft) -> Result<Came, DemoError> {
        self.delivers(build::build(draft).map_err(refused)?.bytes()).await
    }

    /// Bytes that the post brings, under the envelope's sender as the mail server that delivers them writes it. Whoever is owed an
    /// acknowledgement gets it.
    pub(super) async fn delivers(&self, bytes: Vec<u8>) -> Result<Came, DemoError> {
        let headers = Headers::of_letter(&bytes);
        let answers_by_itself = headers.field("Auto-Submitted").is_some_and(|text| text.trim() == "auto-replied");
        let sender = headers.from.first().filter(|_| !answers_by_itself).map(|from| from.address.as_str());
        let bytes = [return_path(sender), bytes].concat();
        let letters = vec![Incoming::delivered(bytes, None)];
        let kept = self.intake.keep_letters(&letters).await?;
        let came = self.read(kept.into_iter().zip(letters).collect()).await?;
        let ledger = &self.intake.ledger;
        let thread = came.thread;
        if !queue::of_keys(ledger, acknowledgement::ACKNOWLEDGE.name, &[thread.to_string()]).await?.is_empty() {
            self.does(async |work| Ok(acknowledgement::acknowledge(ledger, work, &self.office.house, acknowledgement::Due { thread }).await?)).await?;
        }
        Ok(came)
    }

    async fn read(&self, letters: Vec<(Kept, Incoming)>) -> Result<Came, DemoError> {
        let letter = letters.first().map(|(kept, _)| kept.id).ok_or_else(|| LedgerError::Damaged("no letter was kept".into()))?;
        self.intake.read_letters(letters, &mut Silent).await?;
        let thread = thread::thread_of(&self.intake.ledger, letter).await?;
        Ok(Came { letter, thread: thread.ok_or_else(|| LedgerError::Damaged(format!("the letter {letter} stands in no thread")))? })
    }

    /// What somebody fills in: the public form, or staff for a fax.
    pub(super) async fn fills_in(&self, who: &Actor, channel: Channel, submission: Submission, files: Vec<Attachment>) -> Result<Came, DemoError> {
        let ledger = &self.intake.ledger;
        let desks = noroshi_mailroom::desk::all(ledger).await?;
        let desk = desks.get(&submission.desk).cloned().ok_or_else(|| LedgerError::Damaged(format!("there is no desk {}", submission.desk)))?;
        let entry = Entry { channel, submission, files, to: To::Desk(desk), once: None, token: None };
        let receipt = form::keep(ledger, who, &self.intake.marks, self.office.zone(), entry).await?;
        let incoming = receipt.incoming.ok_or_else(|| LedgerError::Damaged("what was filled in was kept before".into()))?;
        self.read(vec![(receipt.kept, incoming)]).await
    }

    /// One of us answers in a thread.
    pub(super) async fn writes(&self, who: &Actor, thread: ThreadId, writing: Writing) -> Result<Sent, DemoError> {
        let ledger = &self.intake.ledger;
        let id = self.does(async |work| Ok(outgoing::write(ledger, work, who, &self.office.house, thread, writing).await?)).await?;
        Ok(outgoing::load(ledger, id).await?.ok_or_else(|| LedgerError::Damaged(format!("the letter {id} was not written")))?)
    }

    /// One of us begins a thread about an incident with a letter to whom it concerns, and notes that he was asked.
    pub(super) async fn asks(&self, who: &Actor, incident: Number, organisation: (&str, &str), writing: Writing) -> Result<Sent, DemoError> {
        let (ledger, marks) = (&self.intake.ledger, &self.intake.marks);
        let id = self
            .does(async |work| {
                let detail = noroshi_incident::service::view(work, who, incident).await?;
                let case = thread::Case { id: detail.incident.id.0, number: incident.to_string() };
                let thread = thread::begin(work, who, marks, "incident", &writing.subject, Some((&case, &detail.incident.label))).await?;
                let id = outgoing::write(ledger, work, who, &self.office.house, thread, writing).await?;
                noroshi_incident::service::coordinate(work, who, incident, organisation.0, organisation.1, "").await?;
                Ok(id)
            })
            .await?;
        Ok(outgoing::load(ledger, id).await?.ok_or_else(|| LedgerError::Damaged(format!("the letter {id} was not written")))?)
    }

    /// The number of the incident that a thread is about.
    pub(super) async fn incident(&self, thread: ThreadId) -> Result<Number, DemoError> {
        let found = thread::open(&self.intake.ledger, &Actor::Platform, thread).await?;
        let number = found.case.and_then(|case| case.number.parse().ok());
        number.ok_or_else(|| LedgerError::Damaged(format!("the example's letter in {} reported nothing", found.code)).into())
    }

    /// The number of the incident about a target. A program's report has no thread that is about it.
    pub(super) async fn incident_of(&self, target: &str) -> Result<Number, DemoError> {
        let (ledger, reckoning) = (&self.intake.ledger, &self.intake.reckoning);
        let running = Period::holding(period::Kind::Quarter, Month::of(self.at, &reckoning.zone));
        let selection = Selection { records: Records::Incidents, period: Some(running), ..Selection::default() };
        let found = noroshi_incident::incidents(ledger, reckoning, &selection, Sight::Everything, 0, 100).await?.items;
        let number = found.iter().find(|item| item.target == target).map(|item| item.number);
        number.ok_or_else(|| LedgerError::Damaged(format!("the example's report of {target} opened nothing")).into())
    }

    /// What is done in one unit of work.
    pub(super) async fn does<T>(&self, act: impl AsyncFnOnce(&UnitOfWork) -> Result<T, DemoError>) -> Result<T, DemoError> {
        let work = self.intake.ledger.begin().await?;
        let done = act(&work).await?;
        work.commit().await?;
        Ok(done)
    }
}

/// A letter of ours to somebody.
pub(super) fn to(whom: Correspondent, subject: &str, body: &str) -> Writing {
    Writing { to: vec![whom.mailbox()], subject: subject.into(), body: body.into(), ..Writing::default() }
}

/// The answer to a letter that came in.
pub(super) fn answering(came: Came, whom: Correspondent, subject: &str, body: &str) -> Writing {
    Writing { answers: Some(came.letter), ..to(whom, subject, body) }
}

/// The same in ISO-2022-JP.
pub(super) fn in_jis(writing: Writing) -> Writing {
    Writing { charset: Charset::Iso2022Jp, ..writing }
}

pub(super) fn refused(why: Reason) -> DemoError {
    MailroomError::Refused(why).into()
}
