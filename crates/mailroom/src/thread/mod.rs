//! Threads: letters that belong together, in and out, at one desk.
//!
//! A thread has a code of its own (`K7M2-9QPD`), and the number of a case once it is about one. Who may read it is said by its
//! label, as everywhere; a desk's service that changes the label of a case changes that of its threads.

mod act;
mod again;
mod begin;
mod label;
mod listing;
mod place;
mod store;

pub(crate) use act::load;
pub use act::{assign, attach, end, merge, reopen, route};
pub use again::place_again;
pub use begin::begin;
pub(crate) use label::labels;
pub use label::{begin_case, move_case, offer_case, relabel, strict_letters};
pub use listing::{
    Inbox, Item, Letter, Line, Party, Routing, about, counts, hidden_letters, inbox, letters, may_see_letter, named, open, parties, routings, thread_of,
};
pub use place::{Placed, place};
pub(crate) use store::{Changes, Opened, answered, call, join};
pub use store::{of_case, seen};

use noroshi_kernel::{
    access::Label,
    id::{AccountId, ThreadId},
    moment::Moment,
    tlp::Tlp,
};
use noroshi_post::threading::By;

/// How a thread stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Something in it that nobody has looked at yet.
    New,
    /// A person has it.
    Open,
    /// We wrote last; the other side has the word.
    Answered,
    /// Nothing is left to do.
    Done,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::New, Self::Open, Self::Answered, Self::Done];

    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Done => "done",
        }
    }

    /// Reads a stored key; anything else waits for a person.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.key() == key).unwrap_or(Self::New)
    }
}

/// A case that a thread is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The record's id.
    pub id: i64,
    /// The number by which people know it: `2013-04412`.
    pub number: String,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// Its code: `K7M2-9QPD`.
    pub code: String,
    /// The desk at which it stands, by its key.
    pub desk: String,
    /// The subject of its first letter.
    pub subject: String,
    /// When it began.
    pub opened_at: Moment,
    /// When the last letter came in or went out.
    pub last_at: Moment,
    /// How it stands.
    pub state: State,
    /// Who has it.
    pub owner: Option<AccountId>,
    /// Who may read it.
    pub label: Label,
    /// How far its senders want it told, and where they say so, by the key of [`AskedBy`](crate::gist::AskedBy).
    pub asked: Option<(Tlp, String)>,
    /// What it is about.
    pub case: Option<Case>,
}

impl Thread {
    /// What stands in the tag of its letters: the case's number, or the thread's code.
    #[must_use]
    pub fn number(&self) -> &str {
        self.case.as_ref().map_or(self.code.as_str(), |case| case.number.as_str())
    }
}

/// What tied a letter to its thread, as stored.
#[must_use]
pub const fn tie_key(by: By) -> &'static str {
    match by {
        By::Token => "token",
        By::Reference => "reference",
        By::Tag => "tag",
        By::Given => "given",
    }
}
