//! What a person has made of a rise.

use serde::Serialize;

/// Its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has said anything yet.
    Open,
    /// Somebody says what it is.
    Explained,
    /// It is told to everybody.
    Published,
    /// It is nothing, for a reason.
    Dismissed,
}

/// What a person does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Says what it is.
    Explain,
    /// Tells everybody.
    Publish,
    /// Says that it is nothing.
    Dismiss,
    /// Takes back whatever was said.
    Reopen,
}

/// A text that is no state.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no state of a rise; write open, explained, published or dismissed")]
pub struct NoState(String);

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Explained, Self::Published, Self::Dismissed];

    /// As stored and typed.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Explained => "explained",
            Self::Published => "published",
            Self::Dismissed => "dismissed",
        }
    }

    /// The state after a step; none where the step makes no sense.
    #[must_use]
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Open | Self::Explained, Step::Explain) => Some(Self::Explained),
            // What is published is corrected, and stays so.
            (Self::Published, Step::Explain) => Some(Self::Published),
            (Self::Explained, Step::Publish) => Some(Self::Published),
            (Self::Open | Self::Explained, Step::Dismiss) => Some(Self::Dismissed),
            (Self::Explained | Self::Published | Self::Dismissed, Step::Reopen) => Some(Self::Open),
            _ => None,
        }
    }
}

impl std::str::FromStr for State {
    type Err = NoState;

    fn from_str(text: &str) -> Result<Self, NoState> {
        Self::ALL.into_iter().find(|state| state.key() == text).ok_or_else(|| NoState(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_as_the_table_says() {
        use State::{Dismissed, Explained, Open, Published};
        for (state, explain, publish, dismiss, reopen) in [
            (Open, Some(Explained), None, Some(Dismissed), None),
            (Explained, Some(Explained), Some(Published), Some(Dismissed), Some(Open)),
            (Published, Some(Published), None, None, Some(Open)),
            (Dismissed, None, None, None, Some(Open)),
        ] {
            let after = [Step::Explain, Step::Publish, Step::Dismiss, Step::Reopen].map(|step| state.after(step));
            assert_eq!(after, [explain, publish, dismiss, reopen], "{state:?}");
            assert_eq!(state.key().parse(), Ok(state));
        }
        assert!("closed".parse::<State>().is_err());
    }
}
