use super::{State, label, store};
use crate::{
    correspondence::Kind,
    desk::{self, Desks},
    letters::{self, Told},
};
use noroshi_kernel::{id::ThreadId, tlp::Tlp};
use noroshi_ledger::{LedgerError, UnitOfWork};
use noroshi_post::{
    automatic::Automatic,
    threading::{self, By, Known, Marks, Place, Signs},
};
use std::collections::{HashMap, HashSet};

/// Where a letter was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its thread.
    pub thread: ThreadId,
    /// Whether the thread was there before.
    pub joined: bool,
    /// Whether it answers in a thread in which something was reported, or is ours and came back: what it quotes is no report again.
    pub answers: bool,
    /// The case that the thread was about, when it was there before.
    pub case: Option<i64>,
}

/// What the database knows of the threads that some letters may belong to, and what is added to it meanwhile.
#[derive(Default)]
struct Shelf {
    parties: HashMap<i64, i64>,
    ours: HashMap<String, i64>,
    theirs: HashMap<String, Vec<i64>>,
    tags: HashMap<String, Vec<i64>>,
    /// Threads and the addresses of their parties.
    takes_part: HashMap<i64, HashSet<String>>,
    /// Threads that were there before: their cases.
    cases: HashMap<i64, Option<i64>>,
    /// Threads in which something was reported.
    reported: HashSet<i64>,
    /// Threads that are read by those who take part alone.
    confidential: HashSet<i64>,
}

impl Known for Shelf {
    fn of_party(&self, party: i64) -> Option<i64> {
        self.parties.get(&party).copied()
    }

    fn of_ours(&self, message_id: &str) -> Option<i64> {
        self.ours.get(message_id).copied()
    }

    fn of_theirs(&self, message_id: &str) -> &[i64] {
        self.theirs.get(message_id).map_or(&[], Vec::as_slice)
    }

    fn of_tag(&self, tag: &str) -> &[i64] {
        self.tags.get(tag).map_or(&[], Vec::as_slice)
    }

    fn takes_part(&self, thread: i64, address: &str) -> bool {
        self.takes_part.get(&thread).is_some_and(|parties| parties.contains(address))
    }

    fn is_confidential(&self, thread: i64) -> bool {
        self.confidential.contains(&thread)
    }
}

impl Shelf {
    async fn of(work: &UnitOfWork, signs: &[&Signs], given: &[i64]) -> Result<Self, LedgerError> {
        let parties: Vec<i64> = signs.iter().flat_map(|signs| signs.tokens.iter().copied()).collect();
        let references: Vec<&str> = signs.iter().flat_map(|signs| signs.references.iter().map(String::as_str)).collect::<HashSet<_>>().into_iter().collect();
        let tags: Vec<&str> = signs.iter().flat_map(|signs| signs.tags.iter().map(String::as_str)).collect::<HashSet<_>>().into_iter().collect();
        let mut shelf = Self {
            parties: store::threads_of_parties(work, &parties).await?,
            ours: store::threads_of_ours(work, &references).await?,
            theirs: store::threads_of_theirs(work, &references).await?,
            tags: store::threads_of_tags(work, &tags).await?,
            ..Self::default()
        };
        let threads: HashSet<i64> = shelf
            .parties
            .values()
            .chain(shelf.ours.values())
            .chain(shelf.theirs.values().flatten())
            .chain(shelf.tags.values().flatten())
            .chain(given)
            .copied()
            .collect();
        let threads: Vec<i64> = threads.into_iter().collect();
        shelf.takes_part = store::addresses_of(work, &threads).await?;
        shelf.cases = store::cases_of(work, &threads).await?;
        shelf.reported = store::reported(work, &threads).await?;
        shelf.confidential = store::confidential(work, &threads).await?;
        Ok(shelf)
    }

    /// Notes which thread a letter quotes without being of it, and whom of its parties the sender looks like.
    fn note_quote(&self, told: &mut Told, quotes: Option<i64>) {
        told.quotes = quotes.map(ThreadId);
        told.looks_like = quotes
            .and_then(|thread| self.takes_part.get(&thread))
            .and_then(|parties| parties.iter().find(|party| threading::looks_like(party, &told.signs.from)).cloned());
    }
}

/// Where a letter belongs by what is known now; a thread that it only quotes is noted with it.
pub(super) async fn belongs_now(work: &UnitOfWork, told: &mut Told) -> Result<Place, LedgerError> {
    let shelf = Shelf::of(work, &[&told.signs], &[]).await?;
    let place = belongs(told, &shelf);
    if let Place::New { quotes } = place {
        shelf.note_quote(told, quotes.filter(|thread| told.thread != Some(ThreadId(*thread))));
    }
    Ok(place)
}

/// The addresses that a letter brings into its thread: the sender's and, of a person's letter, those it was sent to besides us. Who
/// is shown a letter by a party can answer it.
fn brings(told: &Told, desks: &Desks) -> Vec<(String, String)> {
    /// The most addresses that one letter brings in.
    const MOST: usize = 20;
    let mut brings: Vec<(String, String)> = Vec::new();
    if !told.signs.from.is_empty() && !desks.owns(&told.signs.from) {
        brings.push((told.signs.from.clone(), told.from_name.clone()));
    }
    // What was filled into a form was sent to us and nobody else.
    if told.automatic.is_none() && !told.channel.is_filled_in() {
        brings.extend(told.signs.recipients.iter().filter(|address| !desks.owns(address)).map(|address| (address.clone(), String::new())));
    }
    let mut seen = HashSet::new();
    brings.retain(|(address, _)| seen.insert(address.clone()));
    brings.truncate(MOST);
    brings
}

/// Puts letters that were read into their threads, or begins threads for them; says of each what kind of correspondence it is and
/// whether it waits for a person. They are put in the order in which they stand. Hold the lock under which letters are read.
///
/// # Errors
/// When the database refuses it.
pub async fn place(work: &UnitOfWork, marks: &Marks, letters: &mut [Told]) -> Result<Vec<Placed>, LedgerError> {
    let desks = desk::all(work).await?;
    let first = desks.first().ok_or_else(|| LedgerError::Damaged("there is no desk".into()))?;
    let given: Vec<i64> = letters.iter().filter_map(|told| told.bound).map(|bound| bound.thread.0).collect();
    let mut shelf = Shelf::of(work, &letters.iter().map(|told| &told.signs).collect::<Vec<_>>(), &given).await?;
    let brought: Vec<_> = letters.iter().map(|told| brings(told, &desks)).collect();
    let mut ids = work.take_ids(letters.len() + brought.iter().map(Vec::len).sum::<usize>()).await?;
    let mut changes = store::Changes::default();
    let mut placed = Vec::with_capacity(letters.len());
    let mut asks = Vec::new();
    for (told, brought) in letters.iter_mut().zip(brought) {
        let place = belongs(told, &shelf);
        let begins = told.bound.is_some_and(|bound| bound.begins);
        let at = told.arrived.unwrap_or(work.now());
        let answers;
        let mut label_of_new = None;
        let thread = match place {
            // It was begun when the letter was kept, so that whoever sent it has its number.
            Place::In { thread, .. } if begins => {
                settle_new(told);
                answers = false;
                changes.touch(thread, at, told.state == letters::State::New);
                thread
            }
            Place::In { thread, by } => {
                told.tied_by = Some(by);
                answers = shelf.reported.contains(&thread) || shelf.cases.get(&thread).is_some_and(Option::is_some);
                settle_joined(told, answers);
                changes.touch(thread, at, told.state == letters::State::New);
                thread
            }
            Place::New { quotes } => {
                shelf.note_quote(told, quotes);
                settle_new(told);
                answers = told.automatic == Some(Automatic::Loop);
                let thread = ids.take()?;
                let desk = desks.addressed(&told.signs.recipients).unwrap_or(first);
                label_of_new = Some(desk.tlp);
                let state = if told.state == letters::State::New { State::New } else { State::Done };
                changes.opens(store::Opened { id: ThreadId(thread), code: marks.code(thread), subject: told.subject.clone(), at, state, asked: None }, desk);
                thread
            }
        };
        told.thread = Some(ThreadId(thread));
        if let Some(asked) = told.asked.filter(|asked| asked.tlp > Tlp::Clear) {
            asks.push((ThreadId(thread), asked));
        }
        if label_of_new.is_some_and(|tlp| tlp == Tlp::Red) || told.asked.is_some_and(|asked| asked.tlp == Tlp::Red) {
            shelf.confidential.insert(thread);
        }
        // Whoever shows nothing but an address and a number brings nobody along.
        let most = if matches!(place, Place::In { by: By::Tag, .. }) { usize::from(!told.signs.from.is_empty()) } else { usize::MAX };
        let parties = shelf.takes_part.entry(thread).or_default();
        for (address, name) in brought.into_iter().take(most) {
            let id = ids.take()?;
            if parties.insert(address.clone()) {
                changes.parties.push(store::NewParty { id, thread: ThreadId(thread), address, name });
            }
        }
        if !told.message_id.is_empty() {
            shelf.theirs.entry(told.message_id.clone()).or_default().push(thread);
        }
        if told.kind == Kind::Report {
            shelf.reported.insert(thread);
        }
        let joined = !begins && matches!(place, Place::In { .. });
        placed.push(Placed { thread: ThreadId(thread), joined, answers, case: shelf.cases.get(&thread).copied().flatten() });
    }
    changes.save(work).await?;
    for (thread, asked) in asks {
        label::ask(work, thread, asked).await?;
    }
    Ok(placed)
}

/// Where a letter belongs. Of what was filled into a form the sender is only claimed, and its words are the sender's choice: neither
/// ties it to a thread, only the thread that it was given to does.
fn belongs(told: &Told, shelf: &Shelf) -> Place {
    match told.bound {
        Some(bound) => Place::In { thread: bound.thread.0, by: By::Given },
        None if told.channel.is_filled_in() => Place::New { quotes: told.signs.tags.iter().find_map(|tag| shelf.of_tag(tag).first().copied()) },
        None => threading::place(&told.signs, shelf),
    }
}

/// A letter in a thread that was there is an answer; what a program wrote there tells people nothing to do. A mark that only asks for no
/// answer says nothing of who wrote it: trackers of other teams send what people write as bulk.
pub(super) fn settle_joined(told: &mut Told, answers: bool) {
    if told.kind == Kind::Report && !answers {
        return;
    }
    (told.kind, told.state) = match told.automatic {
        Some(why) if why.is_by_a_program() => (Kind::Automatic, letters::State::Done),
        _ => (Kind::Answer, letters::State::New),
    };
}

/// What a program wrote, or what goes to many, and reports nothing is no inquiry; a letter of ours that came back tells nothing at all.
fn settle_new(told: &mut Told) {
    match told.automatic {
        Some(Automatic::Loop) => (told.kind, told.state) = (Kind::Automatic, letters::State::Done),
        Some(why) if told.kind == Kind::Inquiry && (why.is_by_a_program() || why.goes_to_many()) => told.kind = Kind::Automatic,
        _ => {}
    }
}
