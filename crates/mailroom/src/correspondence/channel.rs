use serde::{Deserialize, Serialize};

/// How something came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    #[default]
    Mail,
    /// Fax, entered by staff.
    Fax,
    /// A telephone call, entered by staff.
    Telephone,
    /// A program that reports through the interface for programs.
    Api,
    /// The public web form.
    Form,
    /// A delivery of many rows in a known format.
    Feed,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 6] = [Self::Mail, Self::Fax, Self::Telephone, Self::Api, Self::Form, Self::Feed];

    /// The key as stored.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Fax => "fax",
            Self::Telephone => "telephone",
            Self::Api => "api",
            Self::Form => "form",
            Self::Feed => "feed",
        }
    }

    /// Whether what comes this way was filled into fields of ours: it bears them as data (see [`form`](crate::form)). Its sender is
    /// only claimed, so it belongs to the thread that it was given to, or to one of its own.
    #[must_use]
    pub const fn is_filled_in(self) -> bool {
        matches!(self, Self::Fax | Self::Telephone | Self::Api | Self::Form)
    }

    /// Whether staff enter it.
    #[must_use]
    pub const fn is_by_hand(self) -> bool {
        matches!(self, Self::Fax | Self::Telephone)
    }

    /// Reads a stored key; anything else is a feed, whose raw bytes a person can look at.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|channel| channel.key() == key).unwrap_or(Self::Feed)
    }
}
