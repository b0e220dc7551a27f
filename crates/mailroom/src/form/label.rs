//! How far a submission may be told: what its reporter asks for holds from the first moment, until a person decides otherwise.

use super::{Problem, Submission};
use crate::{
    desk::Desk,
    gist::{Asked, AskedBy},
};
use noroshi_kernel::{
    access::{Actor, Label},
    reason::Reason,
    tlp::Tlp,
};

impl Submission {
    /// How far its reporter wants it told, when that is stricter than the usual label.
    pub(super) fn asked(&self) -> Option<Asked> {
        self.tlp.parse().ok().filter(|tlp| *tlp > Tlp::default()).map(|tlp| Asked { tlp, by: AskedBy::Form })
    }

    /// The label with which its thread begins: that of the desk, or what is asked for when that is stricter. RED is read by the desk's
    /// staff, and by the person of ours who enters it.
    ///
    /// # Errors
    /// A [`Problem`] when RED is asked for and nobody could read it: the desk has no staff.
    pub fn label(&self, desk: &Desk, actor: &Actor) -> Result<Label, Problem> {
        let asked = self.tlp.parse::<Tlp>().unwrap_or_default();
        if asked != Tlp::Red {
            return Ok(desk.label().narrowed(&Label::of(asked)));
        }
        let mut participants = desk.staff.clone();
        if let Actor::Account { id, .. } = actor
            && !participants.contains(id)
        {
            participants.push(*id);
        }
        if participants.is_empty() {
            let reason = Reason::new(
                "form-tlp-red",
                "この窓口には TLP:RED を読む担当者がいません。ほかのラベルを選んでください。",
                "nobody at this desk reads what is TLP:RED; choose another label",
            );
            return Err(Problem { field: "tlp", reason });
        }
        Ok(Label { tlp: Tlp::Red, participants })
    }
}
