//! Reading inputs of the tray again, as they would be imported now: the same raw bytes, by the mapping and the formats as they are.
//!
//! What can be read becomes a report as an import would have made it, and its entry is closed; what cannot stays with the reason as
//! it is now. Rows are known by their keys, so that doing it twice changes nothing.

use super::{
    Format, Intake, MOST_REASONS, Outcome, Progress, letters,
    reading::{self, Read, Times, Way},
    rejected::Lying,
    taking::Taking,
};
use crate::{IncidentError, model::joining};
use noroshi_feeds::shadowserver::Schema;
use noroshi_kernel::{
    access::Action,
    id::{CorrespondenceId, TrayItemId},
    reason::Reason,
    setaside::SetAside,
};
use noroshi_ledger::{Ledger, LedgerError};
use noroshi_mailroom::{
    correspondence::{self, Channel, Correspondence},
    letters::{self as mailroom, Incoming, Kept},
    mapping,
    tray::{self, Item, ReadAs, Which},
};
use serde::Serialize;
use std::sync::Arc;

/// Rows that are taken in one unit of work, but for those of one entry, which stay together.
const ROWS_PER_PART: usize = 4_000;

/// What became of entries of the tray that were read again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Again {
    /// What became of their inputs.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Entries that are closed now.
    pub closed: u64,
    /// Entries that still wait.
    pub waiting: u64,
}

/// Reads entries of the tray again that the actor may see, delivery by delivery. What was done before a failure stays.
///
/// # Errors
/// [`IncidentError::Forbidden`]; [`IncidentError::Refused`] when one of the entries that were asked for is unknown or closed; when
/// the ledger fails.
pub async fn again(intake: &Intake, which: &Which, progress: &mut dyn Progress) -> Result<Again, IncidentError> {
    let ledger = &intake.ledger;
    intake.actor.must_can(Action::WorkTray)?;
    if let Which::Ids(ids) = which {
        for id in ids {
            let item = tray::load(ledger, &intake.actor, *id).await?;
            let refused = item.map_or_else(|| Some(no_entry(*id)), |item| item.closed.map(|_| tray::closed_already(*id)));
            if let Some(reason) = refused {
                return Err(IncidentError::Refused(reason));
            }
        }
    }
    let mut all = Again::default();
    for delivery in tray::deliveries(ledger, &intake.actor, which).await? {
        let Some(correspondence) = correspondence::load(ledger, delivery).await? else { continue };
        let mut items = tray::open(ledger, which, delivery).await?;
        // The same bytes may have been read in several ways.
        while let Some(first) = items.first() {
            let read_as = first.read_as.clone();
            let (same, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.read_as == read_as);
            items = others;
            let count = same.len() as u64;
            let (outcome, closed) = one_way(intake, &correspondence, read_as, same, progress).await?;
            all.outcome.add(outcome);
            all.closed += closed;
            all.waiting += count - closed;
        }
    }
    Ok(all)
}

/// Reads the letters again that could not be opened, when a key has come.
///
/// # Errors
/// As [`again`].
pub async fn unopened_again(intake: &Intake, progress: &mut dyn Progress) -> Result<Again, IncidentError> {
    /// How many letters are looked for at once.
    const PART: u32 = 500;
    intake.actor.must_can(Action::Import)?;
    let (mut all, mut after) = (Again::default(), CorrespondenceId(0));
    loop {
        let part = mailroom::unopened(&intake.ledger, after, PART).await?;
        let Some(last) = part.last() else { return Ok(all) };
        after = *last;
        for letter in part {
            let waiting = tray::of_delivery(&intake.ledger, letter).await?.into_iter().filter(|item| item.closed.is_none()).map(|item| item.id).collect();
            let one = again(intake, &Which::Ids(waiting), progress).await?;
            all.outcome.add(one.outcome);
            all.closed += one.closed;
            all.waiting += one.waiting;
        }
    }
}

/// Why an entry cannot be read again until something is mended; `None` when it can be tried.
///
/// # Errors
/// When the database cannot be reached.
pub async fn obstacle(ledger: &Ledger, item: &Item) -> Result<Option<Reason>, IncidentError> {
    let delivery = correspondence::load(ledger, item.correspondence).await?;
    match &item.read_as {
        _ if delivery.is_some_and(|delivery| delivery.channel != Channel::Feed) => Ok(None),
        None => Ok(Some(no_format())),
        Some(read_as) => Ok(way(ledger, None, read_as).await?.err()),
    }
}

/// Reads entries of one delivery that were read in one way; gives what became of their inputs and how many entries were closed.
async fn one_way(
    intake: &Intake,
    delivery: &Correspondence,
    read_as: Option<ReadAs>,
    items: Vec<Item>,
    progress: &mut dyn Progress,
) -> Result<(Outcome, u64), IncidentError> {
    let is_letter = delivery.channel != Channel::Feed;
    match read_as {
        _ if is_letter => letter(intake, delivery, items, progress).await,
        None => Ok((refused(&items, &no_format(), progress), 0)),
        Some(read_as) => match way(&intake.ledger, intake.lookout.schema(), &read_as).await? {
            Ok(way) => table(intake, delivery, way, items, progress).await,
            Err(reason) => Ok((refused(&items, &reason, progress), 0)),
        },
    }
}

/// How a delivery is read now: by its mapping as it is.
async fn way(ledger: &Ledger, schema: Option<Arc<Schema>>, read_as: &ReadAs) -> Result<Result<Way, Reason>, LedgerError> {
    let Some(name) = &read_as.mapping else {
        return Ok(read_as.format.parse().map(|format| Way { format, mapping: None, schema }).map_err(|_| no_format()));
    };
    let saved = mapping::find(ledger, name).await?;
    Ok(saved.map(|saved| Way { format: Format::of(saved.format), mapping: Some(saved), schema: None }).ok_or_else(|| mapping_gone(name)))
}

/// What becomes of entries that cannot be read again: nothing.
fn refused(items: &[Item], reason: &Reason, progress: &mut dyn Progress) -> Outcome {
    let mut outcome = Outcome::default();
    for item in items {
        let rows = item.rows.unsigned_abs();
        outcome.read += rows;
        outcome.set_aside += rows;
        let why = SetAside { input: item.name.clone(), r#where: item.place.en.clone(), reason: reason.text.en.clone(), rows };
        progress.set_aside(&why);
        if outcome.reasons.len() < MOST_REASONS {
            outcome.reasons.push(why);
        } else {
            outcome.reasons_left_out += 1;
        }
    }
    outcome
}

/// Reads a table again, of which only the rows of `items` are taken.
async fn table(intake: &Intake, delivery: &Correspondence, way: Way, items: Vec<Item>, progress: &mut dyn Progress) -> Result<(Outcome, u64), IncidentError> {
    let ledger = &intake.ledger;
    let source = ledger.blobs().read(&delivery.raw.sha256)?;
    let cannot = |source| IncidentError::File { path: delivery.name.clone().into(), source };
    let mut taking = Taking::new(intake, delivery.id, delivery.name.clone(), joining::WINDOW_DAYS).reading(&way, Vec::new());
    let lying = Lying::new(items, way.format != Format::Iodef);
    // The first line of a table was set aside with the rest, when the mapping missed a column in it. Now it is a header again.
    let headed = match &way.mapping {
        Some(saved) => saved.format == mapping::Format::Csv && saved.definition.table.header,
        None => way.format == Format::Shadowserver,
    };
    let is_header = |item: &Item| headed && item.lines == (1, 1) && item.rows == 1;
    // As it would have been read when it came in.
    let times = Times { received: delivery.received_at, latest: ledger.now().plus_days(1) };
    let mut rows = reading::start(way, delivery.name.clone(), source, times);
    let mut part = Part::default();
    // Which of the entries a row was found for, or is being found for.
    let mut met = vec![false; lying.items().len()];
    while let Some(read) = rows.recv().await {
        for read in read.map_err(cannot)? {
            let Some(index) = lying.holding(&read.row) else { continue };
            if part.rows.len() >= ROWS_PER_PART && part.last() != Some(index) {
                part.take(&mut taking, &lying, progress).await?;
            }
            if let Some(met) = met.get_mut(index) {
                *met = true;
            }
            part.push(read, index);
        }
    }
    let unmet = |index: &usize| met.get(*index).is_some_and(|met| !met);
    let (headers, vanished): (Vec<_>, Vec<_>) = (0..met.len()).filter(unmet).partition(|index| lying.items().get(*index).is_some_and(&is_header));
    part.entries.extend(headers);
    part.take(&mut taking, &lying, progress).await?;
    let vanished: Vec<Item> = vanished.into_iter().filter_map(|index| lying.items().get(index).cloned()).collect();
    if !vanished.is_empty() {
        let (work, reason) = (ledger.begin().await?, no_row());
        for item in &vanished {
            tray::put_reason(&work, item.id, &reason).await?;
        }
        work.commit().await?;
        taking.outcome.add(refused(&vanished, &reason, progress));
    }
    Ok((taking.outcome, taking.closed))
}

/// Rows that are taken together, with the entries that they belong to.
#[derive(Default)]
struct Part {
    rows: Vec<Read>,
    entries: Vec<usize>,
}

impl Part {
    fn last(&self) -> Option<usize> {
        self.entries.last().copied()
    }

    fn push(&mut self, read: Read, index: usize) {
        self.rows.push(read);
        if !self.entries.contains(&index) {
            self.entries.push(index);
        }
    }

    async fn take(&mut self, taking: &mut Taking<'_>, lying: &Lying, progress: &mut dyn Progress) -> Result<(), IncidentError> {
        let items: Vec<Item> = self.entries.drain(..).filter_map(|index| lying.items().get(index).cloned()).collect();
        taking.take_again(std::mem::take(&mut self.rows), items, progress).await
    }
}

/// Reads a letter again.
async fn letter(intake: &Intake, delivery: &Correspondence, items: Vec<Item>, progress: &mut dyn Progress) -> Result<(Outcome, u64), IncidentError> {
    let kept = mailroom::load(&intake.ledger, delivery.id).await?.ok_or_else(|| LedgerError::Damaged(format!("letter {} is not there", delivery.id)))?;
    let (blobs, raw) = (intake.ledger.blobs().clone(), kept.raw);
    let read = tokio::task::spawn_blocking(move || blobs.read_part(&raw.sha256, raw.offset, raw.length));
    let bytes = read.await.map_err(|error| LedgerError::Damaged(error.to_string()))??;
    let everything = tray::of_delivery(&intake.ledger, delivery.id).await?;
    let mut taking = Taking::new(intake, delivery.id, delivery.name.clone(), joining::WINDOW_DAYS).knowing(everything);
    let context = letters::context(intake).await?;
    // As it came, but that nobody is told again that it did.
    let arrived = kept.live.then_some(kept.received_at);
    let letter = Incoming { recipient: kept.recipient, arrived, channel: kept.channel, bound: kept.bound, ..Incoming::from_file(delivery.name.clone(), bytes) };
    let kept = Kept { id: delivery.id, must_be_read: true };
    let received = delivery.received_at;
    let read = tokio::task::spawn_blocking(move || letters::read_one(kept, &letter, &context, received)).await;
    let (read, told) = read.map_err(|error| LedgerError::Damaged(error.to_string()))?;
    taking.take_letter_again(read, told, items, progress).await?;
    Ok((taking.outcome, taking.closed))
}

fn no_entry(id: TrayItemId) -> Reason {
    Reason::new(
        "tray-unknown",
        format!("トレイに {id} はありません。一覧で番号を確かめてください。"),
        format!("the tray holds no entry {id}; look its number up in the list"),
    )
}

fn no_row() -> Reason {
    Reason::new(
        "tray-row",
        "今の対応表で読むと、この場所から始まる行はありません。原本を見て、対応表の形式・区切り文字・見出し行を確かめてください。",
        "read by the mapping as it is now, no row begins at this place; look at the original and check the mapping's format, separator and header",
    )
}

fn no_format() -> Reason {
    Reason::new(
        "tray-format",
        "形式を記録していなかった頃に保留された入力です。元のファイルを取り込み直してください。",
        "it was set aside before formats were noted; import its file again",
    )
}

fn mapping_gone(name: &str) -> Reason {
    Reason::new(
        "mapping-gone",
        format!("対応表「{name}」は削除されています。同じ名前で保存し直してから、もう一度実行してください。"),
        format!("the mapping {name:?} was removed; save one by that name, then run it again"),
    )
}
