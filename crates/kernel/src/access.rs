//! Who may do what to which thing. This is the only place that answers the question.

use crate::{id::AccountId, tlp::Tlp};
use serde::{Deserialize, Serialize};

/// What a member of staff is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works on incidents.
    Handler,
    /// Works on observations and artifacts.
    Analyst,
    /// Works on vulnerabilities.
    Coordinator,
    /// Works on publications.
    Editor,
    /// Runs the platform.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Handler, Self::Analyst, Self::Coordinator, Self::Editor, Self::Administrator];

    /// The role's key, as stored and typed: `handler` and so on.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Handler => "handler",
            Self::Analyst => "analyst",
            Self::Coordinator => "coordinator",
            Self::Editor => "editor",
            Self::Administrator => "administrator",
        }
    }
}

/// A text that is no role.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no role; write handler, analyst, coordinator, editor or administrator")]
pub struct NoRole(String);

impl std::str::FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        Self::ALL.into_iter().find(|role| role.key() == text).ok_or_else(|| NoRole(text.into()))
    }
}

/// Something that an actor may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read incidents, reports and coordinations.
    ViewRecords,
    /// Read figures and periodic reports. Figures count every record, whoever may read it.
    ViewFigures,
    /// Change an incident: its category, state, notes and coordinations.
    ChangeIncident,
    /// Bring reports in from files and feeds.
    Import,
    /// Change the brand table.
    ChangeBrands,
    /// Read inputs that wait for a person, and the bytes of what came in. Without [`Import`](Self::Import), of the tray what is a letter.
    ViewTray,
    /// Read inputs that wait for a person again, and close them: those that one may see.
    WorkTray,
    /// Make accounts and change their roles.
    ChangeAccounts,
    /// Read letters, and what stands in the inbox of a desk.
    ViewLetters,
    /// Write letters, send them on to another desk, take threads and end them.
    WriteLetters,
    /// Change the desks: their addresses, what they do by themselves, their staff.
    ChangeDesks,
    /// See the job queue; try its dead letters again or discard them.
    ManageQueue,
    /// Make the team's own OpenPGP keys, bring them in and retire them.
    ChangeTeamKeys,
    /// Sign in the team's name.
    SignForTeam,
    /// Bring in the OpenPGP keys of others, say that they were verified, remove them.
    ChangeContactKeys,
    /// Read what sensors saw.
    ViewObservations,
    /// Ask packets in SQL: all that is stored of them, payloads and the sensors' addresses too.
    AskPackets,
    /// Bring in captures, and register sensors by them.
    ImportPackets,
    /// Register sensors, let them in and shut them out.
    ChangeSensors,
    /// Bring in what others publish of vulnerabilities.
    ChangeCatalogue,
    /// Give observations to partner teams and researchers, by keys.
    ShareObservations,
    /// Put pages onto the public site.
    PublishSite,
    /// Explain rises, publish and dismiss them; say which sources are known research.
    WorkRises,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 23] = [
        Self::ViewRecords,
        Self::ViewFigures,
        Self::ChangeIncident,
        Self::Import,
        Self::ChangeBrands,
        Self::ViewTray,
        Self::WorkTray,
        Self::ChangeAccounts,
        Self::ViewLetters,
        Self::WriteLetters,
        Self::ChangeDesks,
        Self::ManageQueue,
        Self::ChangeTeamKeys,
        Self::SignForTeam,
        Self::ChangeContactKeys,
        Self::ViewObservations,
        Self::AskPackets,
        Self::ImportPackets,
        Self::ChangeSensors,
        Self::ChangeCatalogue,
        Self::ShareObservations,
        Self::PublishSite,
        Self::WorkRises,
    ];

    /// The roles that may do it at all.
    const fn roles(self) -> &'static [Role] {
        match self {
            Self::ViewRecords | Self::ViewFigures | Self::ViewObservations => &Role::ALL,
            Self::ChangeIncident | Self::Import | Self::ChangeBrands | Self::ChangeContactKeys => &[Role::Handler, Role::Administrator],
            // What a letter could not tell is for whoever reads the letter, and a RED one is read by its desk alone.
            Self::ViewTray | Self::WorkTray | Self::ViewLetters | Self::WriteLetters => &[Role::Handler, Role::Coordinator, Role::Administrator],
            Self::AskPackets | Self::ImportPackets | Self::ChangeSensors | Self::WorkRises => &[Role::Analyst, Role::Administrator],
            Self::PublishSite => &[Role::Editor, Role::Administrator],
            Self::ChangeCatalogue => &[Role::Analyst, Role::Coordinator, Role::Administrator],
            Self::SignForTeam => &[Role::Handler, Role::Coordinator, Role::Editor, Role::Administrator],
            Self::ChangeAccounts | Self::ChangeDesks | Self::ManageQueue | Self::ChangeTeamKeys | Self::ShareObservations => &[Role::Administrator],
        }
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody who signed in.
    Anonymous,
    /// A person who signed in.
    Account {
        /// The account.
        id: AccountId,
        /// The name that the audit log shows.
        name: String,
        /// What the person is there for.
        roles: Vec<Role>,
    },
    /// Whoever runs the command line on the machine itself, by the operating system's name. May do everything.
    LocalAdministrator {
        /// The operating system's user.
        user: String,
    },
    /// The platform itself, carrying out a rule that a person switched on. May do everything.
    Platform,
}

/// How far a thing may be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// Its TLP label.
    pub tlp: Tlp,
    /// For RED: the accounts that take part.
    pub participants: Vec<AccountId>,
}

impl Label {
    /// A label without participants.
    #[must_use]
    pub const fn of(tlp: Tlp) -> Self {
        Self { tlp, participants: Vec::new() }
    }

    /// The stricter of this label and another; of two RED ones that of those who take part in both. Where that is nobody, this one
    /// stays as it is: a thing that nobody may see is lost.
    #[must_use]
    pub fn narrowed(&self, by: &Self) -> Self {
        if self.tlp != Tlp::Red || by.tlp != Tlp::Red {
            return if by.tlp > self.tlp { by.clone() } else { self.clone() };
        }
        let both: Vec<AccountId> = self.participants.iter().copied().filter(|account| by.participants.contains(account)).collect();
        if both.is_empty() { self.clone() } else { Self { tlp: Tlp::Red, participants: both } }
    }
}

/// What an actor may see, in the form that a query needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing at all.
    Nothing,
    /// Everything up to TLP:AMBER+STRICT, and what is RED where the account takes part.
    Staff(AccountId),
    /// Everything.
    Everything,
}

/// A refused action.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{who} may not do this ({action:?}); ask an administrator for the role, or a participant of the case for access")]
pub struct Forbidden {
    who: String,
    action: Action,
}

impl Actor {
    /// The name under which the audit log knows the actor.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".into(),
            Self::Account { name, .. } => name.clone(),
            Self::LocalAdministrator { user } => format!("local:{user}"),
            Self::Platform => "noroshi".into(),
        }
    }

    /// Whether the actor may do `action` at all, to something that everybody on the staff may see.
    #[must_use]
    pub fn can(&self, action: Action) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Account { roles, .. } => roles.iter().any(|role| action.roles().contains(role)),
            Self::LocalAdministrator { .. } | Self::Platform => true,
        }
    }

    /// Whether the actor may do `action` to a thing with this label.
    #[must_use]
    pub fn may(&self, action: Action, label: &Label) -> bool {
        let seen = match self.sight() {
            Sight::Nothing => false,
            Sight::Staff(id) => label.tlp < Tlp::Red || label.participants.contains(&id),
            Sight::Everything => true,
        };
        seen && self.can(action)
    }

    /// As [`can`](Self::can), for the first line of a service.
    ///
    /// # Errors
    /// [`Forbidden`] when it may not.
    pub fn must_can(&self, action: Action) -> Result<(), Forbidden> {
        self.can(action).then_some(()).ok_or_else(|| Forbidden { who: self.name(), action })
    }

    /// As [`may`](Self::may), for the first line of a service.
    ///
    /// # Errors
    /// [`Forbidden`] when it may not.
    pub fn must(&self, action: Action, label: &Label) -> Result<(), Forbidden> {
        self.may(action, label).then_some(()).ok_or_else(|| Forbidden { who: self.name(), action })
    }

    /// What the actor may see.
    #[must_use]
    pub fn sight(&self) -> Sight {
        match self {
            Self::Account { id, .. } if self.can(Action::ViewRecords) => Sight::Staff(*id),
            Self::Anonymous | Self::Account { .. } => Sight::Nothing,
            Self::LocalAdministrator { .. } | Self::Platform => Sight::Everything,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(roles: &[Role]) -> Actor {
        Actor::Account { id: AccountId(7), name: "someone".into(), roles: roles.to_vec() }
    }

    /// Rows are actions in the order of [`Action::ALL`], columns handler, analyst, coordinator, editor, administrator.
    const MATRIX: [[bool; Role::ALL.len()]; Action::ALL.len()] = [
        [true, true, true, true, true],
        [true, true, true, true, true],
        [true, false, false, false, true],
        [true, false, false, false, true],
        [true, false, false, false, true],
        [true, false, true, false, true],
        [true, false, true, false, true],
        [false, false, false, false, true],
        [true, false, true, false, true],
        [true, false, true, false, true],
        [false, false, false, false, true],
        [false, false, false, false, true],
        [false, false, false, false, true],
        [true, false, true, true, true],
        [true, false, false, false, true],
        [true, true, true, true, true],
        [false, true, false, false, true],
        [false, true, false, false, true],
        [false, true, false, false, true],
        [false, true, true, false, true],
        [false, false, false, false, true],
        [false, false, false, true, true],
        [false, true, false, false, true],
    ];

    #[test]
    fn roles_and_actions_are_as_the_table_says() {
        for (action, row) in Action::ALL.into_iter().zip(MATRIX) {
            for (role, expected) in Role::ALL.into_iter().zip(row) {
                assert_eq!(account(&[role]).can(action), expected, "{action:?} by {role:?}");
            }
            assert!(!Actor::Anonymous.can(action) && !account(&[]).can(action), "{action:?} by nobody");
            assert!(Actor::Platform.can(action) && Actor::LocalAdministrator { user: "root".into() }.can(action));
        }
    }

    #[test]
    fn labels_and_actors_are_as_the_table_says() {
        let inside = |tlp| Label { tlp, participants: vec![AccountId(7)] };
        let outside = |tlp| Label { tlp, participants: vec![AccountId(8)] };
        for tlp in Tlp::ALL {
            for role in Role::ALL {
                assert!(account(&[role]).may(Action::ViewRecords, &inside(tlp)), "{role:?} takes part in {tlp}");
                assert_eq!(account(&[role]).may(Action::ViewRecords, &outside(tlp)), tlp != Tlp::Red, "{role:?} outside {tlp}");
            }
            assert!(!account(&[]).may(Action::ViewRecords, &inside(tlp)) && !Actor::Anonymous.may(Action::ViewRecords, &inside(tlp)));
            assert!(Actor::Platform.may(Action::ViewRecords, &outside(tlp)));
        }
        assert!(!account(&[Role::Analyst]).may(Action::ChangeIncident, &inside(Tlp::Clear)));
    }

    #[test]
    fn a_narrowed_label_is_never_more_open() {
        let red = |accounts: &[i64]| Label { tlp: Tlp::Red, participants: accounts.iter().copied().map(AccountId).collect() };
        let mut labels: Vec<Label> = Tlp::ALL.into_iter().filter(|tlp| *tlp != Tlp::Red).map(Label::of).collect();
        labels.extend([red(&[]), red(&[7]), red(&[8]), red(&[7, 8]), red(&[8, 9])]);
        for one in &labels {
            for other in &labels {
                let narrowed = one.narrowed(other);
                assert!(narrowed.tlp == one.tlp.max(other.tlp), "{one:?} by {other:?}: {narrowed:?}");
                for account in [7, 8, 9] {
                    let sees = |label: &Label| label.tlp < Tlp::Red || label.participants.contains(&AccountId(account));
                    assert!(!sees(&narrowed) || sees(one), "{one:?} by {other:?}: {narrowed:?}");
                }
            }
        }
        assert_eq!(red(&[7, 8]).narrowed(&red(&[8, 9])), red(&[8]));
        assert_eq!(red(&[7]).narrowed(&red(&[8])), red(&[7]), "somebody must be left");
        assert_eq!(Label::of(Tlp::Green).narrowed(&red(&[7])), red(&[7]));
        assert_eq!(red(&[7]).narrowed(&Label::of(Tlp::Clear)), red(&[7]));
    }
}
