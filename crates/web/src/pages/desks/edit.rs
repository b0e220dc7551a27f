//! `GET` and `POST /desks/{key}`: one desk.

use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    pages::{keys, onward},
    query::chosen,
    reader::Person,
    sent::Fields,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_directory::{
    account,
    key::{self, Known, OwnKey},
};
use noroshi_kernel::{access::Action, id::AccountId, language::Bilingual, setaside::printable, tlp::Tlp};
use noroshi_mailroom::desk::{self, Change};
use noroshi_post::openpgp::{Fingerprint, Purpose};

/// One desk, to change.
#[derive(Template)]
#[template(path = "desk.html")]
pub(crate) struct DeskPage {
    pub(crate) page: Page,
    pub(crate) key: String,
    pub(crate) name_ja: String,
    pub(crate) name_en: String,
    pub(crate) address: String,
    pub(crate) acknowledges: bool,
    pub(crate) has_form: bool,
    /// Labels, and whether each is chosen.
    pub(crate) labels: Vec<(&'static str, bool)>,
    /// Keys of the team that it may use: fingerprint, what it is called, whether it is chosen.
    pub(crate) keys: Vec<(String, String, bool)>,
    /// The key that it uses now: fingerprint, in groups; none when there is none.
    pub(crate) uses: Option<(String, String)>,
    /// Accounts that may read letters: id, name, whether each works here.
    pub(crate) staff: Vec<(i64, String, bool)>,
}

/// `GET /desks/{key}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(name): Path<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let desks = desk::all(&web.ledger).await?;
    let desk = desks.get(&name).ok_or(Failure::Missing)?;
    let accounts = account::all(&web.ledger).await?;
    let reads = |account: &&account::Account| desk.staff.contains(&account.id) || (!account.disabled && account.actor().can(Action::ViewLetters));
    let keys = keys(&web, desk, words).await?;
    let uses = key::in_use(&web.ledger, desk.wanted(), Purpose::Signing, web.ledger.now()).await?.map(|own| own.certificate.fingerprint());
    let page = Page::of(&web, &person, Desk::Desks, words.pick(&desk.name)).await?.step(desk.key.clone());
    page::show(&DeskPage {
        page,
        name_ja: desk.name.ja.clone(),
        name_en: desk.name.en.clone(),
        address: desk.address.clone(),
        acknowledges: desk.acknowledges,
        has_form: desk.has_form,
        labels: Tlp::ALL.map(|tlp| (tlp.marking(), tlp == desk.tlp)).into(),
        keys,
        uses: uses.map(|fingerprint| (fingerprint.to_string(), fingerprint.grouped())),
        staff: accounts.iter().filter(reads).map(|account| (account.id.0, account.display_name.clone(), desk.staff.contains(&account.id))).collect(),
        key: name,
    })
}

/// The keys of the team among which a desk may choose. One that was chosen and is retired since stays in the list, so that saving the rest of
/// the form changes nothing about it.
async fn keys(web: &Web, desk: &desk::Desk, words: Words) -> Result<Vec<(String, String, bool)>, Failure> {
    let is_chosen = |own: &OwnKey| desk.team_key.as_ref() == Some(&own.certificate.fingerprint());
    let mut team = key::team(&web.ledger).await?;
    team.retain(|own| is_chosen(own) || (own.retired_at.is_none() && own.serves_desk(&desk.key)));
    let option = |own: &OwnKey| {
        let shown = keys::shown(&Known::Own(own.clone()), web, words);
        (shown.fingerprint.clone(), format!("{} \u{b7} {} \u{b7} {}", shown.owner, shown.state.name, shown.grouped), is_chosen(own))
    };
    Ok(team.iter().map(option).collect())
}

/// The key that a form names; none is the team's rule.
fn team_key(sent: &str) -> Result<Option<Fingerprint>, Failure> {
    if sent.is_empty() {
        return Ok(None);
    }
    let wrong = || Failure::Field { name: "openpgp".into(), value: printable(sent, 80) };
    Fingerprint::of_text(sent).map(Some).ok_or_else(wrong)
}

/// `POST /desks/{key}`
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(key): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let change = Change {
        name: Some(Bilingual::new(sent.field("name_ja").trim(), sent.field("name_en").trim())),
        address: Some(sent.field("address").trim().to_owned()),
        acknowledges: Some(!sent.field("acknowledges").is_empty()),
        has_form: Some(!sent.field("form").is_empty()),
        tlp: Some(chosen("tlp", sent.field("tlp"))?),
        team_key: Some(team_key(sent.field("openpgp"))?),
    };
    let known: Vec<AccountId> = account::all(&web.ledger).await?.into_iter().map(|account| account.id).collect();
    let staff: Vec<AccountId> = sent.all("staff").filter_map(|id| id.parse().ok()).map(AccountId).filter(|id| known.contains(id)).collect();
    let work = web.ledger.begin().await?;
    desk::change(&work, &person.actor, &key, change).await?;
    desk::set_staff(&work, &person.actor, &key, &staff).await?;
    work.commit().await?;
    Ok(onward(&web, "/desks", Done::DeskSaved))
}
