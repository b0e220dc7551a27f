//! What was just done, said once on the next page. It travels in a short signed cookie.

use crate::csrf;
use subtle::ConstantTimeEq;

/// Something that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    SignedOut,
    Coordinated,
    CoordinatedAgain,
    Annotated,
    Closed,
    Reopened,
    Reclassified,
    Relabelled,
    BrandSaved,
    NameAssigned,
    MappingSaved,
    MappingRemoved,
    ReadAgain,
    PartlyReadAgain,
    StillUnread,
    TrayClosed,
    Taken,
    GivenBack,
    Ended,
    TakenUp,
    SentOn,
    Attached,
    Merged,
    Written,
    Withdrawn,
    SentAgain,
    DeskSaved,
    KeyMade,
    KeyBrought,
    KeyRenewed,
    KeyKnown,
    KeyVerified,
    KeyRetired,
    KeyRemoved,
    Retried,
    Discarded,
    SensorSaved,
    SensorRevoked,
    LinkMade,
    LinkEnded,
    ShareEnded,
    RiseExplained,
    RisePublished,
    RiseDismissed,
    RiseReopened,
}

impl Done {
    pub(crate) const ALL: [Self; 45] = [
        Self::SignedOut,
        Self::Coordinated,
        Self::CoordinatedAgain,
        Self::Annotated,
        Self::Closed,
        Self::Reopened,
        Self::Reclassified,
        Self::Relabelled,
        Self::BrandSaved,
        Self::NameAssigned,
        Self::MappingSaved,
        Self::MappingRemoved,
        Self::ReadAgain,
        Self::PartlyReadAgain,
        Self::StillUnread,
        Self::TrayClosed,
        Self::Taken,
        Self::GivenBack,
        Self::Ended,
        Self::TakenUp,
        Self::SentOn,
        Self::Attached,
        Self::Merged,
        Self::Written,
        Self::Withdrawn,
        Self::SentAgain,
        Self::DeskSaved,
        Self::KeyMade,
        Self::KeyBrought,
        Self::KeyRenewed,
        Self::KeyKnown,
        Self::KeyVerified,
        Self::KeyRetired,
        Self::KeyRemoved,
        Self::Retried,
        Self::Discarded,
        Self::SensorSaved,
        Self::SensorRevoked,
        Self::LinkMade,
        Self::LinkEnded,
        Self::ShareEnded,
        Self::RiseExplained,
        Self::RisePublished,
        Self::RiseDismissed,
        Self::RiseReopened,
    ];

    /// The key of the sentence that says it.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::SignedOut => "done-signed-out",
            Self::Coordinated => "done-coordinated",
            Self::CoordinatedAgain => "done-coordinated-again",
            Self::Annotated => "done-annotated",
            Self::Closed => "done-closed",
            Self::Reopened => "done-reopened",
            Self::Reclassified => "done-reclassified",
            Self::Relabelled => "done-relabelled",
            Self::BrandSaved => "done-brand-saved",
            Self::NameAssigned => "done-name-assigned",
            Self::MappingSaved => "done-mapping-saved",
            Self::MappingRemoved => "done-mapping-removed",
            Self::ReadAgain => "done-read-again",
            Self::PartlyReadAgain => "done-partly-read-again",
            Self::StillUnread => "done-still-unread",
            Self::TrayClosed => "done-tray-closed",
            Self::Taken => "done-taken",
            Self::GivenBack => "done-given-back",
            Self::Ended => "done-ended",
            Self::TakenUp => "done-taken-up",
            Self::SentOn => "done-sent-on",
            Self::Attached => "done-attached",
            Self::Merged => "done-merged",
            Self::Written => "done-written",
            Self::Withdrawn => "done-withdrawn",
            Self::SentAgain => "done-sent-again",
            Self::DeskSaved => "done-desk-saved",
            Self::KeyMade => "done-key-made",
            Self::KeyBrought => "done-key-brought",
            Self::KeyRenewed => "done-key-renewed",
            Self::KeyKnown => "done-key-known",
            Self::KeyVerified => "done-key-verified",
            Self::KeyRetired => "done-key-retired",
            Self::KeyRemoved => "done-key-removed",
            Self::Retried => "done-retried",
            Self::Discarded => "done-discarded",
            Self::SensorSaved => "done-sensor-saved",
            Self::SensorRevoked => "done-sensor-revoked",
            Self::LinkMade => "done-link-made",
            Self::LinkEnded => "done-link-ended",
            Self::ShareEnded => "done-share-ended",
            Self::RiseExplained => "done-rise-explained",
            Self::RisePublished => "done-rise-published",
            Self::RiseDismissed => "done-rise-dismissed",
            Self::RiseReopened => "done-rise-reopened",
        }
    }

    /// The cookie's value.
    pub(crate) fn signed(self, team_key: &[u8; 32]) -> String {
        format!("{}.{}", self.key(), hex::encode(csrf::digest(team_key, "done", &[self.key().as_bytes()])))
    }

    /// Reads a cookie's value back; one that we did not sign says nothing.
    pub(crate) fn read(team_key: &[u8; 32], value: &str) -> Option<Self> {
        let (key, signature) = value.split_once('.')?;
        let done = Self::ALL.into_iter().find(|done| done.key() == key)?;
        let right: bool = csrf::digest(team_key, "done", &[key.as_bytes()]).ct_eq(&hex::decode(signature).ok()?).into();
        right.then_some(done)
    }
}

#[cfg(test)]
mod tests {
    use super::Done;

    #[test]
    fn only_what_we_signed_is_said() {
        for done in Done::ALL {
            assert_eq!(Done::read(&[7; 32], &done.signed(&[7; 32])), Some(done));
            assert_eq!(Done::read(&[8; 32], &done.signed(&[7; 32])), None);
        }
        assert_eq!(Done::read(&[7; 32], "done-closed.00"), None);
    }
}
