//! The example team that `noroshi demo` fills on a fresh machine: the last complete quarter, the one before it and the same
//! quarter a year earlier, with invented figures; people to sign in as; a few incidents that somebody has written on; two weeks
//! of letters since; and a year of [sensors](sensors).

mod figures;
mod letters;
mod people;
pub mod sensors;

pub use people::{Login, join};

use crate::{DemoError, claim, generate::generate, plan};
use noroshi_incident::{
    model::State,
    selection::{Reckoning, Records, Selection, Standing},
    service::{self, import::Intake},
};
use noroshi_kernel::{
    access::{Actor, Sight},
    language::Bilingual,
    period::{Kind, Month, Period},
    tlp::Tlp,
};
use noroshi_ledger::Ledger;

/// What the example team holds.
#[derive(Clone, Debug)]
pub struct Example {
    /// The accounts that were made now, with their passwords. Empty when they were there already: passwords are kept nowhere.
    pub logins: Vec<Login>,
    /// The quarter to look at.
    pub quarter: Period,
}

/// Fills what is not there yet, for a team of this name. Doing it again changes nothing.
///
/// # Errors
/// [`DemoError`] when the database cannot keep it.
pub async fn fill(intake: &Intake, team: &Bilingual) -> Result<Example, DemoError> {
    let Intake { ledger, reckoning, .. } = intake;
    let quarter = match filled(ledger, reckoning).await? {
        Some(quarter) => quarter,
        None => {
            let quarter = Period::holding(Kind::Quarter, Month::of(ledger.now(), &reckoning.zone)).previous();
            generate(ledger, &Actor::Platform, reckoning, &plan::plan(&figures::margins(quarter)?)?).await?;
            quarter
        }
    };
    let logins = people::join(ledger).await?;
    if !logins.is_empty() {
        write_on_some(ledger, reckoning, quarter).await?;
        let running = Period::holding(Kind::Quarter, Month::of(ledger.now(), &reckoning.zone));
        letters::write(intake, team, running.bounds(&reckoning.zone).0).await?;
    }
    Ok(Example { logins, quarter })
}

/// The latest quarter of the last ten years whose records were generated, when there is one. The letters that came after it are
/// those of no such quarter.
async fn filled(ledger: &Ledger, reckoning: &Reckoning) -> Result<Option<Period>, DemoError> {
    let mut quarter = Period::holding(Kind::Quarter, Month::of(ledger.now(), &reckoning.zone));
    for _ in 0..40 {
        quarter = quarter.previous();
        if claim::generated(ledger, quarter).await? {
            return Ok(Some(quarter));
        }
    }
    Ok(None)
}

/// Notes on some incidents, one that only its participants may see and one that may be told widely, and some closed.
async fn write_on_some(ledger: &Ledger, reckoning: &Reckoning, quarter: Period) -> Result<(), DemoError> {
    const NOTES: [&str; 4] = [
        "管理者に電話で確認。本日中に停止するとのこと。",
        "Host confirmed the compromise and is reinstalling; asked for the web server's logs.",
        "同じ文面のメールが 3 件届いている。誘導先は同一。",
        "No answer after a week; reminded, and asked the national CSIRT for help.",
    ];
    let people = noroshi_directory::account::all(ledger).await.map_err(noroshi_directory::DirectoryError::from)?;
    let Some(handler) = people.iter().find(|account| account.name == "handler").map(noroshi_directory::account::Account::actor) else { return Ok(()) };
    let selection = Selection { records: Records::Incidents, period: Some(quarter), state: Some(Standing::In(State::Coordinating)), ..Selection::default() };
    let open = noroshi_incident::incidents(ledger, reckoning, &selection, Sight::Everything, 0, 24).await?.items;
    let work = ledger.begin().await?;
    for (incident, note) in open.iter().zip(NOTES.into_iter().cycle()).take(12) {
        service::annotate(&work, &handler, incident.number, note).await?;
    }
    for (incident, tlp) in open.iter().skip(12).zip([Tlp::Red, Tlp::Green]) {
        service::relabel(&work, &handler, incident.number, tlp).await?;
    }
    for incident in open.iter().skip(16).take(4) {
        service::close(&work, &handler, incident.number).await?;
    }
    Ok(work.commit().await?)
}
