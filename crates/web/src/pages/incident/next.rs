use crate::{failure::Failure, web::Web, words::Words};
use noroshi_incident::{
    Detail,
    model::{Category, State},
};
use noroshi_kernel::{access::Sight, tlp::Tlp};

/// The organisations that are offered while one types.
const MOST_ORGANISATIONS: u32 = 500;

/// What is next, and the forms for it.
pub(crate) struct Next {
    pub(crate) sentence: String,
    pub(crate) is_new: bool,
    pub(crate) is_closed: bool,
    /// Names that are known already, with their countries.
    pub(crate) organisations: Vec<(String, String)>,
    pub(crate) categories: Vec<Choice>,
    pub(crate) labels: Vec<Choice>,
}

/// One of a few.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

impl Next {
    pub(super) async fn of(web: &Web, detail: &Detail, sight: Sight, words: Words) -> Result<Self, Failure> {
        let incident = &detail.incident;
        let organisations = noroshi_incident::asked_organisations(&web.ledger, sight, MOST_ORGANISATIONS).await?;
        let category = |one: Category| Choice { value: one.key().into(), label: words.category(one), selected: one == incident.category };
        let label = |one: Tlp| Choice { value: one.marking().into(), label: one.marking().into(), selected: one == incident.label.tlp };
        Ok(Self {
            sentence: words.say(match incident.state {
                State::New => "next-new",
                State::Coordinating => "next-coordinating",
                State::Closed => "next-closed",
            }),
            is_new: incident.state == State::New,
            is_closed: incident.state == State::Closed,
            organisations: organisations.into_iter().map(|(name, country)| (words.pick(&name), country)).collect(),
            categories: Category::ALL.map(category).into(),
            labels: Tlp::ALL.map(label).into(),
        })
    }
}
