//! Letters that go out: each is built once, its bytes are kept durably, and the queue hands them to the relay until every
//! recipient's mail server has taken or refused it.

pub mod acknowledgement;
mod again;
mod returned;
mod seal;
mod send;
mod store;
mod write;

pub use again::{again, ways};
pub use returned::take_reports;
pub use seal::Sealing;
pub use send::send;
pub(crate) use store::of_thread;
pub use store::{Which, count, list, load};
pub use write::{Due, House, SEND, Writing, withdraw, write};

use crate::correspondence::Raw;
use noroshi_kernel::{
    id::{OutgoingId, ThreadId},
    language::Bilingual,
    moment::Moment,
};

/// How a letter, or its way to one recipient, stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It waits to be sent, for the first time or again.
    Queued,
    /// The relay took it.
    Sent,
    /// It was refused for good.
    Refused,
    /// It was taken, and came back.
    Returned,
    /// A person withdrew it before it went.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Sent, Self::Refused, Self::Returned, Self::Withdrawn];

    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads a stored key; anything else counts as still to be sent.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.key() == key).unwrap_or(Self::Queued)
    }
}

/// Whom a letter goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address.
    pub address: String,
    /// How it stands.
    pub state: State,
    /// What the mail server said last, made safe to show: its own words stay as they are.
    pub reply: Bilingual,
    /// When it said so.
    pub at: Option<Moment>,
}

/// A letter of ours.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its id.
    pub id: OutgoingId,
    /// Its thread.
    pub thread: ThreadId,
    /// Its Message-ID without angle brackets.
    pub message_id: String,
    /// Who wrote it, as the audit log says.
    pub author: String,
    /// Its subject.
    pub subject: String,
    /// The sender on the envelope; empty is the null path.
    pub envelope_from: String,
    /// Whether a rule wrote it.
    pub automatic: bool,
    /// When it was written.
    pub written_at: Moment,
    /// How it stands as a whole.
    pub state: State,
    /// When the last recipient was settled.
    pub settled_at: Option<Moment>,
    /// Where its bytes are.
    pub raw: Raw,
    /// To whom it goes.
    pub recipients: Vec<Recipient>,
}
