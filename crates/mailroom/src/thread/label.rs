//! Who may read threads: those who may read their case, and those of a confidential desk alone.
//!
//! A thread never becomes more open by being put somewhere: it takes the stricter label of its own and of what it is put to. Only
//! whoever opens a case up opens the threads that were closed for its sake.

use super::{Case, store};
use crate::{desk, gist::Asked};
use noroshi_kernel::{
    access::Label,
    id::{CorrespondenceId, ThreadId},
    tlp::Tlp,
};
use noroshi_ledger::{LedgerError, Query, Sql, UnitOfWork};
use std::collections::HashMap;

/// Gives the threads of a case its new label. Those that bore the old one for the case's sake follow it, but for what their desk asks
/// for; others never become more open.
///
/// # Errors
/// When the database refuses it.
pub async fn relabel(work: &UnitOfWork, case: i64, before: &Label, now: &Label) -> Result<(), LedgerError> {
    let desks = desk::all(work).await?;
    for thread in store::labelled(work, Sql::new("t.case_id = ").bind(case)).await? {
        let for_its_sake = thread.label == *before;
        let base = desks.get(&thread.desk).filter(|_| for_its_sake).map_or(thread.label, desk::Desk::label);
        store::save_label(work, thread.id, &base.narrowed(now)).await?;
    }
    Ok(())
}

/// Makes a thread about a case, which it was not before: who may not read the case may not read its letters.
///
/// # Errors
/// When the database refuses it.
pub async fn begin_case(work: &UnitOfWork, thread: ThreadId, case: &Case, label: &Label) -> Result<(), LedgerError> {
    store::set_case(work, thread, case).await?;
    narrow(work, thread, label).await
}

/// Makes a thread about the case to which its letter's report was found to belong, unless that would close it to those who read it now: a
/// stranger's letter does not vanish into a confidential case, and its acknowledgement does not tell of one. Gives whether it is about it.
///
/// # Errors
/// When the database refuses it.
pub async fn offer_case(work: &UnitOfWork, thread: ThreadId, case: &Case, label: &Label) -> Result<bool, LedgerError> {
    let found = store::labelled(work, Sql::new("t.id = ").bind(thread.0)).await?;
    let stays = found.first().is_some_and(|found| found.label.narrowed(label) == found.label);
    if stays {
        store::set_case(work, thread, case).await?;
    }
    Ok(stays)
}

/// Leads the threads of a case that was taken into another to that one.
///
/// # Errors
/// When the database refuses it.
pub async fn move_case(work: &UnitOfWork, from: i64, into: &Case, label: &Label) -> Result<(), LedgerError> {
    for thread in store::of_case(work, from).await? {
        begin_case(work, thread, into, label).await?;
    }
    Ok(())
}

/// The labels of letters that are stricter than the usual one: those of their threads. What such a letter tells is told to nobody
/// else.
///
/// # Errors
/// When the database cannot be reached.
pub async fn strict_letters(query: &impl Query, letters: &[CorrespondenceId]) -> Result<HashMap<CorrespondenceId, Label>, LedgerError> {
    let threads = store::strict_threads(query, letters).await?;
    if threads.is_empty() {
        return Ok(HashMap::new());
    }
    let labels = labels(query, &threads.iter().map(|(_, thread)| *thread).collect::<Vec<_>>()).await?;
    Ok(threads.into_iter().filter_map(|(letter, thread)| Some((letter, labels.get(&thread)?.clone()))).collect())
}

/// The labels of threads.
pub(crate) async fn labels(query: &impl Query, threads: &[ThreadId]) -> Result<HashMap<ThreadId, Label>, LedgerError> {
    let mut labels = HashMap::new();
    for part in threads.chunks(500) {
        let which = Sql::new("t.id IN ").list(part.iter().map(|thread| thread.0));
        labels.extend(store::labelled(query, which).await?.into_iter().map(|thread| (thread.id, thread.label)));
    }
    Ok(labels)
}

/// Makes a thread as strict as the sender of one of its letters asks for, and notes that; it never becomes more open. RED is then for the staff
/// of its desk and for whoever has the thread.
pub(super) async fn ask(work: &UnitOfWork, thread: ThreadId, asked: Asked) -> Result<(), LedgerError> {
    let found = store::labelled(work, Sql::new("t.id = ").bind(thread.0)).await?;
    let Some(found) = found.into_iter().next().filter(|found| found.asked.is_none_or(|before| asked.tlp > before) && asked.tlp > found.label.tlp) else {
        return Ok(());
    };
    let participants = match asked.tlp {
        Tlp::Red => desk::readers_of_red(work, &found.desk, found.owner).await?,
        _ => Vec::new(),
    };
    store::save_asked(work, thread, asked).await?;
    store::save_label(work, thread, &Label { tlp: asked.tlp, participants }).await
}

/// Makes a thread as strict as a label.
pub(super) async fn narrow(work: &UnitOfWork, thread: ThreadId, by: &Label) -> Result<(), LedgerError> {
    for found in store::labelled(work, Sql::new("t.id = ").bind(thread.0)).await? {
        let narrowed = found.label.narrowed(by);
        if narrowed != found.label {
            store::save_label(work, thread, &narrowed).await?;
        }
    }
    Ok(())
}
