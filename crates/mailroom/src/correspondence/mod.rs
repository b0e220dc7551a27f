//! What came in, whatever the channel.

mod channel;
mod store;

pub use channel::Channel;
pub use store::{COUNTED, feed_with, insert, load, make_report, raws};

use noroshi_kernel::{id::CorrespondenceId, moment::Moment};
use serde::{Deserialize, Serialize};

/// What a correspondence is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It reports at least one incident.
    Report,
    /// It reports none.
    #[default]
    Inquiry,
    /// It goes on in a thread that was there, and reports nothing new.
    Answer,
    /// A program wrote it, and it reports nothing: absence notes, newsletters.
    Automatic,
    /// A mail server says what became of a letter of ours (RFC 3464).
    DeliveryReport,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Report, Self::Inquiry, Self::Answer, Self::Automatic, Self::DeliveryReport];

    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Inquiry => "inquiry",
            Self::Answer => "answer",
            Self::Automatic => "automatic",
            Self::DeliveryReport => "delivery_report",
        }
    }

    /// Reads a stored key; anything else is an inquiry, which a person looks at.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.key() == key).unwrap_or(Self::Inquiry)
    }
}

/// Where raw bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The blob, by its SHA-256 in hexadecimal.
    pub sha256: String,
    /// The first byte within it.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
}

/// One mail, fax, form or feed delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correspondence {
    /// Its id.
    pub id: CorrespondenceId,
    /// How it came in.
    pub channel: Channel,
    /// What it is about.
    pub kind: Kind,
    /// When it came in.
    pub received_at: Moment,
    /// The subject, or the file's name, made safe to show.
    pub name: String,
    /// The sender's top-level domain with its dot (`.jp`), when it is known.
    pub sender_tld: Option<String>,
    /// Where its bytes are.
    pub raw: Raw,
}
