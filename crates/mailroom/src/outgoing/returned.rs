use super::{State, store};
use crate::{
    correspondence::Kind,
    letters::Told,
    thread::{self, Placed},
};
use noroshi_kernel::{language::Bilingual, setaside::printable};
use noroshi_ledger::{LedgerError, UnitOfWork};
use noroshi_post::{
    delivery::{Action, DeliveryReport},
    threading,
};

/// Takes delivery reports: what they say of letters of ours is kept with the recipients of those, and a person is called when one
/// did not arrive. A report is believed when it names the id of a letter of ours, which is random, and a recipient that the letter
/// had; one that came to a reply address and names neither calls a person all the same.
///
/// # Errors
/// When the database refuses it.
pub async fn take_reports(work: &UnitOfWork, letters: &mut [Told], placed: &[Placed]) -> Result<(), LedgerError> {
    for (told, placed) in letters.iter_mut().zip(placed) {
        let Some(report) = told.delivery.clone().filter(|_| placed.joined) else { continue };
        told.kind = Kind::DeliveryReport;
        let failed = take(work, &report, placed).await?;
        if failed.unwrap_or(true) {
            thread::call(work, placed.thread).await?;
        }
    }
    Ok(())
}

/// What a mail server reports of a recipient, with its own words.
fn told(action: Action, diagnostic: &str) -> Bilingual {
    let (ja, en) = match action {
        Action::Failed => ("届きませんでした", "it was not delivered"),
        Action::Delayed => ("遅れています。送信は続けられています", "it is delayed and still being tried"),
        Action::Delivered => ("届きました", "it was delivered"),
        Action::Relayed => {
            ("先のサーバに渡されました。届いたかどうかの知らせはありません", "it was handed on to a server that does not tell whether it arrives")
        }
        Action::Expanded => ("複数のあて先に配られました", "it was passed on to several recipients"),
    };
    if diagnostic.is_empty() { Bilingual::new(ja, en) } else { Bilingual::new(format!("{ja}: {diagnostic}"), format!("{en}: {diagnostic}")) }
}

/// Whether a recipient did not get the letter; `None` when it cannot be told which letter it is about.
async fn take(work: &UnitOfWork, report: &DeliveryReport, placed: &Placed) -> Result<Option<bool>, LedgerError> {
    let Some(id) = &report.original_message_id else { return Ok(None) };
    let Some(letter) = store::find_sent(work, id).await?.filter(|letter| letter.thread == placed.thread) else { return Ok(None) };
    let (mut known, mut failed) = (false, false);
    for said in &report.recipients {
        let named: Vec<String> = said.original_recipient.iter().chain(&said.final_recipient).map(|address| threading::address(address)).collect();
        let Some(recipient) = letter.recipients.iter().find(|recipient| named.contains(&threading::address(&recipient.address))) else { continue };
        known = true;
        let state = match said.action {
            Action::Failed => State::Returned,
            // It may still arrive, or did.
            _ => recipient.state,
        };
        failed |= state == State::Returned;
        let reply = told(said.action, &printable(&said.diagnostic, 500));
        store::save_said(work, letter.id, store::Said { address: &recipient.address, state, reply }, false).await?;
    }
    store::settle(work, letter.id).await?;
    Ok(known.then_some(failed))
}
