//! Ids of records. Every id is unique in the whole platform, not only within its kind.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

id!(
    /// A person who signs in.
    AccountId,
    /// A brand that phishing sites imitate.
    BrandId,
    /// One mail, fax, call, form or feed delivery that came in.
    CorrespondenceId,
    /// One incident × one organisation asked to look and act.
    CoordinationId,
    /// What happened.
    IncidentId,
    /// A piece of work in the job queue.
    JobId,
    /// An organisation in the directory.
    OrganisationId,
    /// A letter that the team writes.
    OutgoingId,
    /// What one reporter tells in one go.
    ReportId,
    /// Letters that belong together.
    ThreadId,
    /// An input that waits for a person.
    TrayItemId,
);
